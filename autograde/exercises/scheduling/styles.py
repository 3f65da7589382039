"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def step_loop(epoch, *, base_lr, step_size, gamma=0.1):
    """Multiply in a loop."""
    lr = base_lr
    for k in range(1, epoch + 1):
        if k % step_size == 0:
            lr *= gamma
    return lr


def step_exponential(epoch, *, base_lr, step_size, gamma=0.1):
    """Take the exponential of a logarithm, and return a NumPy scalar."""
    drops = np.floor(epoch / step_size)
    return base_lr * np.exp(drops * np.log(gamma))


def step_recursive(epoch, *, base_lr, step_size, gamma=0.1):
    """Call itself, one period earlier."""
    if epoch < step_size:
        return base_lr
    return gamma * step_recursive(
        epoch - step_size, base_lr=base_lr, step_size=step_size, gamma=gamma
    )


def step_array(epoch, *, base_lr, step_size, gamma=0.1):
    """Return an array without axes, from a cumulative product."""
    factors = np.full(epoch + 1, 1.0)
    factors[step_size::step_size] = gamma
    return base_lr * np.cumprod(factors)[-1:].reshape(())


def cosine_squared(epoch, *, base_lr, T_max, eta_min=0.0):
    """Square the cosine of half the angle."""
    return eta_min + (base_lr - eta_min) * math.cos(math.pi * epoch / (2 * T_max)) ** 2


def cosine_numpy(epoch, *, base_lr, T_max, eta_min=0.0):
    """Take NumPy's cosine about the middle of the range."""
    middle, swing = (base_lr + eta_min) / 2, (base_lr - eta_min) / 2
    return middle + swing * np.cos(np.pi / T_max * epoch)


def cosine_complex(epoch, *, base_lr, T_max, eta_min=0.0):
    """Weigh the two ends, by degrees and the real part of a power."""
    weight = (1 + math.cos(math.radians(180 * epoch / T_max))) * 0.5
    return base_lr * weight + eta_min * (1 - weight)


def cosine_sine(epoch, *, base_lr, T_max, eta_min=0.0):
    """Fall from the top, by a squared sine."""
    return base_lr - (base_lr - eta_min) * math.sin(0.5 * math.pi * epoch / T_max) ** 2


def warm_reuse(step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
    """Call another schedule for the fall."""
    if step >= warmup_steps:
        return cosine_numpy(
            step - warmup_steps,
            base_lr=base_lr,
            T_max=total_steps - warmup_steps,
            eta_min=eta_min,
        )
    return (step + 1) / warmup_steps * base_lr


def warm_table(step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
    """Make the whole table and look one rate up."""
    rise = [base_lr * k / warmup_steps for k in range(1, warmup_steps + 1)]
    angles = np.linspace(0, np.pi, total_steps - warmup_steps + 1)
    fall = eta_min + (base_lr - eta_min) * (1 + np.cos(angles)) / 2
    return np.concatenate([rise, fall])[step]


def warm_interpolated(step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
    """Interpolate the rise from its first rate to its last."""
    if warmup_steps > 1 and step < warmup_steps:
        first = base_lr / warmup_steps
        return first + (base_lr - first) * step / (warmup_steps - 1)
    progress = max(step - warmup_steps, 0) / (total_steps - warmup_steps)
    return eta_min + 0.5 * (base_lr - eta_min) * (1 + math.cos(math.pi * progress))


def warm_minimum(step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
    """Take the lower of two curves, the second of them flat at first."""
    rise = base_lr * min(1.0, (step + 1) / max(warmup_steps, 1))
    angle = math.pi * max(0, step - warmup_steps) / (total_steps - warmup_steps)
    return min(rise, eta_min + (base_lr - eta_min) / 2 * (math.cos(angle) + 1))


class FourComparisons:
    """One branch for each mode and threshold mode, best None at first."""

    def __init__(self, optimizer, *, mode="min", factor=0.1, patience=10, threshold=1e-4,
                 threshold_mode="rel", min_lr=0.0):  # fmt: skip
        if mode not in {"min", "max"} or threshold_mode not in {"rel", "abs"}:
            raise ValueError("unknown mode")
        if factor < 0 or factor >= 1 or patience < 0:
            raise ValueError("out of range")
        self.opt, self.mode, self.f, self.p = optimizer, mode, factor, patience
        self.t, self.tm, self.low = threshold, threshold_mode, min_lr
        self.best, self.wait = None, 0

    def is_better(self, m):
        if self.best is None:
            return not math.isnan(m)
        if self.mode == "min" and self.tm == "rel":
            return m < self.best * (1 - self.t)
        if self.mode == "min":
            return m < self.best - self.t
        if self.tm == "rel":
            return m > self.best * (1 + self.t)
        return m > self.best + self.t

    def step(self, metric):
        if self.is_better(metric):
            self.best = metric
            self.wait = 0
            return
        self.wait += 1
        if self.wait == self.p + 1:
            self.wait = 0
            self.opt.lr = max(self.low, self.opt.lr * self.f)


class CountsDown:
    """Slots, patience that is used up, and the sign of the mode."""

    __slots__ = (
        "best",
        "factor",
        "left",
        "lr_min",
        "optimizer",
        "patience",
        "relative",
        "sign",
        "th",
    )

    def __init__(self, optimizer, *, mode="min", factor=0.1, patience=10, threshold=1e-4,
                 threshold_mode="rel", min_lr=0.0):  # fmt: skip
        try:
            self.sign = {"min": -1.0, "max": 1.0}[mode]
            self.relative = {"rel": True, "abs": False}[threshold_mode]
        except KeyError as error:
            raise ValueError(f"unknown: {error}") from None
        if not (0 <= factor < 1 and patience >= 0):
            raise ValueError("factor or patience")
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.th, self.lr_min, self.left, self.best = threshold, min_lr, patience, None

    def step(self, metric):
        if self.best is None:
            good = metric == metric
        else:
            margin = self.th * self.best if self.relative else self.th
            good = self.sign * (metric - self.best) > margin
        if good:
            self.best, self.left = metric, self.patience
        elif self.left:
            self.left -= 1
        else:
            self.left = self.patience
            lower = self.optimizer.lr * self.factor
            self.optimizer.lr = lower if lower > self.lr_min else self.lr_min


@dataclass(kw_only=True)
class _Options:
    mode: str = "min"
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: str = "rel"
    min_lr: float = 0.0


@dataclass
class ADataclass(_Options):
    """A dataclass that keeps the metrics since the best one, in NumPy scalars."""

    optimizer: Any
    best: float = field(default=math.nan, init=False)
    since: list = field(default_factory=list, init=False)

    def __post_init__(self):
        for value, allowed in [(self.mode, "min max"), (self.threshold_mode, "rel abs")]:
            if value not in allowed.split():
                raise ValueError(f"{value!r} is none of {allowed}")
        if not 0 <= self.factor < 1:
            raise ValueError(f"factor must be in [0, 1), got {self.factor}")
        if self.patience < 0:
            raise ValueError(f"patience must be >= 0, got {self.patience}")
        self.best = np.float64(np.inf if self.mode == "min" else -np.inf)

    def step(self, metric):
        sign = 1 if self.mode == "max" else -1
        scale = self.best if self.threshold_mode == "rel" and np.isfinite(self.best) else 1.0
        if sign * (np.float64(metric) - self.best) > self.threshold * scale:
            self.best, self.since = np.float64(metric), []
        else:
            self.since.append(metric)
        if len(self.since) > self.patience:
            self.since.clear()
            self.optimizer.lr = np.maximum(self.optimizer.lr * self.factor, self.min_lr)


def closure(optimizer, *, mode="min", factor=0.1, patience=10, threshold=1e-4,
            threshold_mode="rel", min_lr=0.0):  # fmt: skip
    """Return an object whose step is a closure over its state."""
    if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
        raise ValueError("mode")
    if not 0 <= factor < 1 or patience < 0:
        raise ValueError("factor or patience")
    best, bad = math.inf, 0
    flip = 1 if mode == "min" else -1

    def step(metric):
        nonlocal best, bad
        value = flip * metric
        relative = threshold_mode == "rel" and math.isfinite(best)
        margin = threshold * flip * best if relative else threshold
        bad = 0 if value < best - margin else bad + 1
        best = value if bad == 0 else best
        if bad > patience:
            optimizer.lr, bad = max(optimizer.lr * factor, min_lr), 0

    holder = type("Schedule", (), {})()
    holder.step = step
    return holder


STEP = {
    "a loop": step_loop,
    "an exponential": step_exponential,
    "recursion": step_recursive,
    "an array without axes": step_array,
}
COSINE = {
    "the square of a cosine": cosine_squared,
    "NumPy about the middle": cosine_numpy,
    "weights of the two ends": cosine_complex,
    "the square of a sine": cosine_sine,
}
WARM = {
    "another schedule reused": warm_reuse,
    "a table of all rates": warm_table,
    "an interpolated rise": warm_interpolated,
    "the lower of two curves": warm_minimum,
}
PLATEAU = {
    "four comparisons": FourComparisons,
    "slots and a count-down": CountsDown,
    "a dataclass": ADataclass,
    "a closure": closure,
}
