"""What is asked of the schedules that follow a clock; `plateau_probes` has the other one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograde.check import Answer, Claim, Evidence, Exercise, Values, attempt, number
from autograde.exercises.scheduling import plateau_probes as plateau

Schedule = Callable[..., float]
EPOCH, STEP = {"epoch": 0}, {"step": 0}


def rates(
    schedule: Schedule, times: Iterable[int], rng: np.random.Generator, **options: Any
) -> np.ndarray:
    """Return the rates at some times, which are asked for in random order."""
    times = list(times)
    found = np.empty(len(times))
    for k in rng.permutation(len(times)):
        found[k] = number(schedule(times[k], **options), "the rate")
    return found


# --- step decay ---------------------------------------------------------------------------------


def step_when(step_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Find the epochs at which the rate changes, by however much."""
    evidence: Evidence = {}
    for size in (1, int(rng.integers(3, 5)), int(rng.integers(5, 8))):
        found = rates(step_lr, range(3 * size + 2), rng, base_lr=0.5, step_size=size, gamma=0.5)
        changed = ~np.isclose(found[1:], found[:-1], rtol=1e-9, atol=0)
        what = f"times that the rate has become another one since epoch 0 (step_size={size})"
        evidence[f"size {size}"] = Values(np.cumsum(changed), what, {"epoch": 1})
    return evidence


def step_values(step_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Read the rates in the middle between two drops, whichever epoch the drops fall on."""
    evidence: Evidence = {}
    for gamma in (0.5, float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.6, 0.9)), None):
        chosen = {} if gamma is None else {"gamma": gamma}
        size, base_lr = int(rng.integers(4, 8)), float(rng.uniform(0.05, 2))
        middles = [k * size + 2 for k in range(5)]
        found = rates(step_lr, middles, rng, base_lr=base_lr, step_size=size, **chosen)
        what = "rate between two drops, in units of base_lr"
        told = "default gamma" if gamma is None else f"gamma={gamma:.3f}"
        evidence[told] = Values(found / base_lr, f"{what} ({told})", {"drops so far:": 0})
    for drops in (7, 20, 60):
        found = rates(step_lr, [3 * drops + 1], rng, base_lr=0.5, step_size=3, gamma=0.5)
        what = f"how often gamma is a factor of the rate after {drops} drops (gamma=0.5)"
        evidence[f"{drops} drops"] = Values(np.log2(0.5 / found), what)
    return evidence


# --- cosine -------------------------------------------------------------------------------------


def cosine_curve(cosine_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Read whole curves that end at zero."""
    evidence: Evidence = {}
    for T_max in (2, int(rng.integers(4, 8)), int(rng.integers(8, 16))):
        base_lr = float(rng.uniform(0.05, 2))
        found = rates(cosine_lr, range(T_max + 1), rng, base_lr=base_lr, T_max=T_max)
        what = f"rate in units of base_lr (T_max={T_max})"
        evidence[f"T_max {T_max}"] = Values(found / base_lr, what, EPOCH)
    return evidence


def cosine_eta_min(cosine_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Compare curves that end at eta_min with the same answer's curve that ends at zero."""
    evidence: Evidence = {}
    for base_lr, part in [(1.0, 0.25), (float(rng.uniform(0.1, 2)), float(rng.uniform(0.1, 0.4)))]:
        T_max, eta_min = int(rng.integers(6, 12)), base_lr * part
        times = range(T_max + 1)
        flat = rates(cosine_lr, times, rng, base_lr=base_lr, T_max=T_max)
        found = rates(cosine_lr, times, rng, base_lr=base_lr, T_max=T_max, eta_min=eta_min)
        told = f"base_lr={base_lr:.3g}, eta_min={eta_min:.3g}"
        ends = np.array([found.max(), found.min()])
        evidence[f"ends {part}"] = Values(ends, f"highest and lowest rate ({told})")
        evidence[f"squeezed {part}"] = Claim(
            bool(np.allclose(found, eta_min + flat * (1 - part), rtol=1e-9, atol=1e-9)),
            "With eta_min the curve is not the one without it, squeezed into the range from "
            f"eta_min to base_lr ({told}).",
        )
        evidence[f"curve {part}"] = Values(found, "rate", EPOCH, clue=True)
    return evidence


# --- warmup, then cosine ------------------------------------------------------------------------


def warmup(warmup_cosine_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Read the rates of the rise alone; the fall is asked elsewhere."""
    evidence: Evidence = {}
    for n in (2, int(rng.integers(3, 6)), int(rng.integers(6, 11))):
        base_lr, total = float(rng.uniform(0.05, 2)), n + int(rng.integers(5, 20))
        options = {"base_lr": base_lr, "warmup_steps": n, "total_steps": total}
        if n > 2:
            options["eta_min"] = base_lr * 0.125
        found = rates(warmup_cosine_lr, range(n), rng, **options)
        what = f"rate in units of base_lr (warmup_steps={n}, total_steps={total})"
        evidence[f"warmup {n}"] = Values(found / base_lr, what, STEP)
    return evidence


def warmup_decay(warmup_cosine_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Read the rates from the end of the warmup on, with and without eta_min."""
    evidence: Evidence = {}
    for part in (0.0, 0.25, float(rng.uniform(0.1, 0.4))):
        n, fall = int(rng.integers(2, 7)), int(rng.integers(7, 14))
        base_lr = float(rng.uniform(0.05, 2))
        options = {"base_lr": base_lr, "warmup_steps": n, "total_steps": n + fall}
        if part:
            options["eta_min"] = base_lr * part
        found = rates(warmup_cosine_lr, range(n, n + fall + 1), rng, **options)
        told = f"warmup_steps={n}, total_steps={n + fall}, eta_min={part:.3g} of base_lr"
        what = f"rate in units of base_lr ({told})"
        evidence[f"eta_min {part}"] = Values(found / base_lr, what, {"step": n})
    return evidence


def warmup_edges(warmup_cosine_lr: Schedule, rng: np.random.Generator) -> Evidence:
    """Ask for the first rate where the warmup takes one step or none."""
    base_lr, evidence = float(rng.uniform(0.05, 2)), {}
    for n in (0, 1):
        written = f"warmup_cosine_lr(0, base_lr={base_lr:.3g}, warmup_steps={n}, total_steps=8)"
        options = {"base_lr": base_lr, "warmup_steps": n, "total_steps": 8}
        came, first = attempt(lambda o=options: warmup_cosine_lr(0, **o), written)
        evidence[f"call {n}"] = came
        if not came.raised:
            what = f"first rate in units of base_lr (warmup_steps={n})"
            evidence[f"first {n}"] = Values(np.array(number(first, "the rate") / base_lr), what)
    return evidence


EXERCISE = Exercise(
    "scheduling",
    [
        Answer("step-lr", "step_lr", {"step-when": step_when, "step-values": step_values}),
        Answer(
            "cosine-lr",
            "cosine_lr",
            {"cosine-curve": cosine_curve, "cosine-eta-min": cosine_eta_min},
        ),
        Answer(
            "warmup-cosine",
            "warmup_cosine_lr",
            {"warmup": warmup, "warmup-decay": warmup_decay, "warmup-edges": warmup_edges},
        ),
        Answer(
            "reduce-on-plateau",
            "ReduceLROnPlateau",
            {
                "plateau-patience": plateau.patience,
                "plateau-best": plateau.best,
                "plateau-threshold": plateau.threshold,
                "plateau-mode": plateau.mode,
                "plateau-rate": plateau.rate,
                "plateau-nan": plateau.nan,
                "plateau-hyperparameters": plateau.hyperparameters,
            },
        ),
    ],
    hides=(
        "torch",
        "torchvision",
        "course.cycles",
        "course.lr_functions",
        "course.momentum_schedules",
        "course.plateau",
        "course.range_test",
        "course.schedule",
        "course.schedules",
    ),
)
