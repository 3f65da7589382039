"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class DictsByPosition:
    """State in dicts, t on the optimizer, allocating arithmetic."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if lr < 0 or eps < 0 or not all(0 <= b < 1 for b in betas):
            raise ValueError("bad hyperparameters")
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.m, self.v, self.t = {}, {}, 0

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for k, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.m[k] = b1 * self.m.get(k, 0.0) + (1 - b1) * p.grad
            self.v[k] = b2 * self.v.get(k, 0.0) + (1 - b2) * p.grad**2
            m_hat = self.m[k] / (1 - b1**self.t)
            v_hat = self.v[k] / (1 - b2**self.t)
            p.data -= self.lr * m_hat / (v_hat**0.5 + self.eps)


class InPlaceWithSlots:
    """`__slots__`, arrays changed in place, t for each parameter, the correction in the rate."""

    __slots__ = ("cells", "eps", "first_decay", "lr", "second_decay")

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        self.first_decay, self.second_decay = betas
        for value in (lr, eps):
            if not value >= 0:
                raise ValueError(f"must not be negative: {value}")
        for value in betas:
            if not 0 <= value < 1:
                raise ValueError(f"must be in [0, 1): {value}")
        self.lr, self.eps = lr, eps
        self.cells = [[p, 0, np.zeros_like(p.data), np.zeros_like(p.data)] for p in params]

    def step(self):
        for cell in self.cells:
            p, _, m, v = cell
            if p.grad is None:
                continue
            cell[1] += 1
            m += (1 - self.first_decay) * (p.grad - m)
            v *= self.second_decay
            v += (1 - self.second_decay) * np.square(p.grad)
            root = math.sqrt(1 - self.second_decay ** cell[1])
            size = self.lr / (1 - self.first_decay ** cell[1])
            p.data[...] -= size * m / (np.sqrt(v) / root + self.eps)


@dataclass
class ADataclass:
    """A dataclass whose state hangs on the parameters themselves."""

    params: Any
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    memory: dict = field(default_factory=dict)

    def __post_init__(self):
        self.params = tuple(self.params)
        if self.lr < 0.0 or self.eps < 0.0:
            raise ValueError("lr and eps must not be negative")
        if min(self.betas) < 0 or max(self.betas) >= 1:
            raise ValueError("betas must be in [0, 1)")

    def step(self):
        for p in self.params:
            if p.grad is not None:
                t, m, v = self.memory.get(id(p), (0, 0 * p.data, 0 * p.data))
                t = t + 1
                m = self.betas[0] * m + p.grad - self.betas[0] * p.grad
                v = self.betas[1] * v + p.grad * p.grad - self.betas[1] * p.grad * p.grad
                self.memory[id(p)] = t, m, v
                step = (m / (1 - self.betas[0] ** t)) / (
                    (v / (1 - self.betas[1] ** t)) ** 0.5 + self.eps
                )
                np.subtract(p.data, self.lr * step, out=p.data)


class EntryByEntry:
    """Python loops over single entries, running products in place of powers."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if not (lr >= 0 and eps >= 0 and 0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError("out of range")
        self.params, self.lr, self.betas, self.eps = [*params], lr, betas, eps
        self.state = [([0.0] * p.data.size, [0.0] * p.data.size) for p in self.params]
        self.left = [1.0, 1.0]

    def step(self):
        (b1, b2), left = self.betas, self.left
        left[0], left[1] = left[0] * b1, left[1] * b2
        for p, (m, v) in zip(self.params, self.state, strict=True):
            if p.grad is None:
                continue
            for k, g in enumerate(p.grad.flat):
                m[k] = b1 * m[k] + (1 - b1) * g
                v[k] = b2 * v[k] + (1 - b2) * g * g
                bottom = math.sqrt(v[k] / (1 - left[1])) + self.eps
                p.data.flat[k] -= self.lr * m[k] / (1 - left[0]) / bottom


class _OwnBase:
    """A base class of the learner's own."""

    def __init__(self, params, lr):
        if lr < 0:
            raise ValueError(f"lr must be >= 0, got {lr}")
        self.params, self.lr, self.state = list(params), lr, {}

    def step(self):
        for index, p in enumerate(self.params):
            if p.grad is not None:
                p.data += self.change(p, self.state.setdefault(index, {}))


class Subclass(_OwnBase):
    """A subclass of the learner's own base, which only computes the change."""

    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        super().__init__(params, lr)
        if alpha < 0 or eps < 0:
            raise ValueError("alpha and eps must not be negative")
        self.alpha, self.eps = alpha, eps

    def change(self, p, state):
        v = state.get("v", np.zeros(p.data.shape, p.data.dtype))
        state["v"] = v + (1 - self.alpha) * (p.grad**2 - v)
        return -self.lr * p.grad / (np.sqrt(state["v"]) + self.eps)


class Lists:
    """Parallel lists and in-place arithmetic."""

    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        if any(value < 0 for value in (lr, alpha, eps)):
            raise ValueError("negative hyperparameter")
        self.params = [p for p in params]
        self.averages = [np.zeros_like(p.data) for p in self.params]
        self.lr, self.alpha, self.eps = lr, alpha, eps

    def step(self):
        for p, average in zip(self.params, self.averages, strict=True):
            if p.grad is None:
                continue
            average *= self.alpha
            average += (1 - self.alpha) * p.grad * p.grad
            p.data -= np.divide(self.lr * p.grad, average**0.5 + self.eps)


class Lazy:
    """State made at the first step, kept by the identity of the parameter."""

    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        for name, value in {"lr": lr, "alpha": alpha, "eps": eps}.items():
            if not value >= 0:
                raise ValueError(f"{name}: {value}")
        vars(self).update(params=list(params), lr=lr, alpha=alpha, eps=eps, seen={})

    def step(self):
        for p in self.params:
            if (g := p.grad) is None:
                continue
            previous = self.seen.get(id(p))
            v = (1 - self.alpha) * g * g
            if previous is not None:
                v = v + self.alpha * previous
            self.seen[id(p)] = v
            p.data[:] = p.data - self.lr * (g / (np.sqrt(v) + self.eps))


ADAM = {
    "state in dicts": DictsByPosition,
    "slots and in-place arithmetic": InPlaceWithSlots,
    "a dataclass": ADataclass,
    "loops over entries": EntryByEntry,
}
RMSPROP = {
    "a subclass of an own base": Subclass,
    "parallel lists": Lists,
    "lazy state": Lazy,
}
