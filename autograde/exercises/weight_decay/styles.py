"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# --- l2_gradients -------------------------------------------------------------------------------


def by_loop(params, weight_decay):
    """Append to a list."""
    gradients = []
    for p in params:
        if p.grad is None:
            gradients.append(None)
        else:
            gradients.append(p.grad + weight_decay * p.data)
    return gradients


def by_copies(params, weight_decay):
    """Copy the gradients first, add to the copies in place, return a tuple."""
    copies = [None if p.grad is None else p.grad.copy() for p in params]
    for p, copy in zip(params, copies, strict=True):
        if copy is not None:
            copy += p.data.dtype.type(weight_decay) * p.data
    return tuple(copies)


def by_entries(params, weight_decay):
    """Differentiate each square on its own, entry by entry."""
    result = [None] * len(params)
    for index, p in enumerate(params):
        if p.grad is not None:
            result[index] = np.empty_like(p.data)
            for where in np.ndindex(p.data.shape):
                slope = 2 * (0.5 * weight_decay) * p.data[where]
                result[index][where] = slope + p.grad[where]
    return result


# --- AdamW --------------------------------------------------------------------------------------


class Factor:
    """Weights multiplied by a factor first; moments in dicts."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if min(lr, eps, weight_decay) < 0:
            raise ValueError("lr, eps and weight_decay must not be negative")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be in [0, 1), got {betas}")
        self.params, self.lr, self.betas = list(params), lr, betas
        self.eps, self.weight_decay, self.t = eps, weight_decay, 0
        self.m, self.v = {}, {}

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for k, p in enumerate(self.params):
            if p.grad is None:
                continue
            p.data *= 1 - self.lr * self.weight_decay
            self.m[k] = b1 * self.m.get(k, 0.0) + (1 - b1) * p.grad
            self.v[k] = b2 * self.v.get(k, 0.0) + (1 - b2) * p.grad**2
            m_hat, v_hat = self.m[k] / (1 - b1**self.t), self.v[k] / (1 - b2**self.t)
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class OneStep:
    """Decay and step added up first, then taken away at once; t for each parameter, slots."""

    __slots__ = ("betas", "cells", "decay", "eps", "lr")

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        for value in (lr, eps, weight_decay):
            if not value >= 0:
                raise ValueError(f"must not be negative: {value}")
        for value in betas:
            if value < 0 or value >= 1:
                raise ValueError(f"must be in [0, 1): {value}")
        self.lr, self.betas, self.eps, self.decay = lr, tuple(betas), eps, weight_decay
        self.cells = [[p, 0, np.zeros_like(p.data), np.zeros_like(p.data)] for p in params]

    def step(self):
        b1, b2 = self.betas
        for cell in self.cells:
            p, _, m, v = cell
            if p.grad is None:
                continue
            cell[1] += 1
            m += (1 - b1) * (p.grad - m)
            v += (1 - b2) * (p.grad * p.grad - v)
            root = math.sqrt(1 - b2 ** cell[1])
            adam = m / (1 - b1 ** cell[1]) / (np.sqrt(v) / root + self.eps)
            np.subtract(p.data, self.lr * (adam + self.decay * p.data), out=p.data)


@dataclass
class _Adam:
    """An Adam of the learner's own."""

    params: Any
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    t: int = 0
    memory: dict = field(default_factory=dict)

    def __post_init__(self):
        self.params = tuple(self.params)
        if self.lr < 0.0 or self.eps < 0.0 or min(self.betas) < 0 or max(self.betas) >= 1:
            raise ValueError("bad hyperparameters")

    def step(self):
        self.t += 1
        for p in self.params:
            if p.grad is not None:
                m, v = self.memory.get(id(p), (0 * p.data, 0 * p.data))
                m = self.betas[0] * m + p.grad - self.betas[0] * p.grad
                v = self.betas[1] * v + p.grad**2 - self.betas[1] * p.grad**2
                self.memory[id(p)] = m, v
                m, v = m / (1 - self.betas[0] ** self.t), v / (1 - self.betas[1] ** self.t)
                p.data[...] -= self.lr * m / (v**0.5 + self.eps)


class OnOwnAdam(_Adam):
    """A subclass of the learner's own Adam: all weights shrink, then Adam's step as it was."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps)
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")
        self.weight_decay = weight_decay

    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.data[...] = p.data - self.lr * self.weight_decay * p.data
        super().step()


class DecayRemembered:
    """What decays is set aside before Adam's step, and taken away after it."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")
        self.adam, self.decay, self.lr = _Adam(params, lr, betas, eps), weight_decay, lr

    def step(self):
        self.adam.lr = self.lr
        present = [p for p in self.adam.params if p.grad is not None]
        lost = [self.lr * self.decay * p.data for p in present]
        self.adam.step()
        for p, share in zip(present, lost, strict=True):
            p.data -= share


# --- soft_threshold -----------------------------------------------------------------------------


def by_two_hinges(w, threshold):
    """Take the part below minus the threshold and the part above it."""
    return np.maximum(w - threshold, 0) + np.minimum(w + threshold, 0)


def by_clipping(w, threshold):
    """Take away what lies within the threshold."""
    return w - np.clip(w, -threshold, threshold)


def by_masks(w, threshold):
    """Write into zeros where a weight is large enough."""
    shrunk = np.zeros_like(w)
    high, low = w > threshold, w < -threshold
    shrunk[high] = w[high] - threshold
    shrunk[low] = w[low] + threshold
    return shrunk


def by_cases(w, threshold):
    """Decide for each entry."""
    out = w.copy()
    for k, entry in enumerate(w.flat):
        left = abs(entry) - threshold
        out.flat[k] = math.copysign(left, entry) if left > 0 else 0.0
    return out


def by_scaling(w, threshold):
    """Multiply each weight by the share of it that is left."""
    size = np.where(w == 0, 1, np.abs(w))
    return w * np.clip(1 - threshold / size, 0, None)


L2 = {"a loop": by_loop, "copies, in a tuple": by_copies, "entry by entry": by_entries}
ADAMW = {
    "a factor, moments in dicts": Factor,
    "both in one step, with slots": OneStep,
    "a subclass of an own Adam": OnOwnAdam,
    "a decay set aside": DecayRemembered,
}
SOFT_THRESHOLD = {
    "two hinges": by_two_hinges,
    "clipping": by_clipping,
    "masks": by_masks,
    "case by case": by_cases,
    "scaling": by_scaling,
}
