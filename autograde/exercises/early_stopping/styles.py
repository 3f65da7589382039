"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np


class SignAndHistory:
    """One sign for both modes, and all metrics so far in a list."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        if not isinstance(patience, int) or isinstance(patience, bool) or patience <= 0:
            raise ValueError("patience")
        self.sign = {"min": 1, "max": -1}.get(mode)
        if self.sign is None:
            raise ValueError("mode")
        self.patience, self.min_delta = patience, min_delta
        self.history = []
        self.best = self.best_epoch = self.best_state = None
        self.num_bad_epochs = 0

    def step(self, metric, state=None):
        self.history.append(metric)
        first = self.best is None and metric == metric
        if first or (self.best is not None and self.sign * (self.best - metric) > self.min_delta):
            self.best, self.best_epoch = metric, len(self.history) - 1
            self.best_state, self.num_bad_epochs = deepcopy(state), 0
            return False
        self.num_bad_epochs += 1
        return self.num_bad_epochs == self.patience


@dataclass
class ADataclass:
    """A dataclass with NumPy scalars, returning np.bool_."""

    patience: int = 10
    min_delta: float = 0.0
    mode: str = "min"
    best: float = np.float64("nan")
    best_epoch: int = -1
    best_state: Any = None
    num_bad_epochs: int = 0

    def __post_init__(self):
        if int(self.patience) != self.patience or self.patience < 1:
            raise ValueError(f"patience: {self.patience}")
        if self.mode not in {"min", "max"}:
            raise ValueError(f"mode: {self.mode}")
        self._epoch = -1

    def step(self, metric, state=None):
        self._epoch += 1
        m = np.float64(metric)
        better = {"min": m < self.best - self.min_delta, "max": m > self.best + self.min_delta}
        if better[self.mode] or (np.isnan(self.best) and not np.isnan(m)):
            self.best, self.best_epoch = m, self._epoch
            self.best_state = deepcopy(state)
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        return np.bool_(self.num_bad_epochs >= self.patience)


class CountsFromBest:
    """The count as a property: the distance to the best epoch."""

    __slots__ = ("best", "best_epoch", "best_state", "compare", "epoch", "patience")

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        if type(patience) is not int or patience < 1:
            raise ValueError(f"patience must be a positive int, not {patience}")
        if mode == "min":
            self.best, self.compare = float("inf"), lambda new, old: new + min_delta < old
        elif mode == "max":
            self.best, self.compare = -float("inf"), lambda new, old: new - min_delta > old
        else:
            raise ValueError(f"mode must be 'min' or 'max', not {mode}")
        self.patience, self.epoch = patience, -1
        self.best_epoch, self.best_state = -1, None

    @property
    def num_bad_epochs(self):
        return self.epoch - self.best_epoch

    def step(self, metric, state=None):
        self.epoch += 1
        if self.compare(metric, self.best):
            self.best, self.best_epoch = metric, self.epoch
            self.best_state = deepcopy(state)
        return self.num_bad_epochs >= self.patience


class SaysNothingToGoOn:
    """step returns True to stop and nothing otherwise."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        if patience != int(patience) or patience < 1:
            raise ValueError(f"patience: {patience}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode: {mode}")
        self.patience, self.delta, self.larger = patience, min_delta, mode == "max"
        self.best = float("-inf") if self.larger else float("inf")
        self.best_epoch = self.best_state = None
        self.num_bad_epochs = self.seen = 0

    def step(self, metric, state=None):
        limit = self.best + self.delta if self.larger else self.best - self.delta
        self.num_bad_epochs += 1
        if (metric > limit) if self.larger else (metric < limit):
            self.best, self.best_epoch, self.best_state = metric, self.seen, deepcopy(state)
            self.num_bad_epochs = 0
        self.seen += 1
        if self.num_bad_epochs >= self.patience:
            return True


STYLES = {
    "nothing said to go on": SaysNothingToGoOn,
    "one sign and a history": SignAndHistory,
    "a dataclass with NumPy scalars": ADataclass,
    "the count as a property": CountsFromBest,
}
