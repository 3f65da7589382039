"""What is right of early stopping: a plain one in pieces to be got wrong, and torch's."""

from __future__ import annotations

import copy
import importlib.util
import math

import course.stopping
from autograde.check import Bank
from autograde.exercises.early_stopping import styles


class Plain:
    """Early stopping in small pieces; a misconception changes one of them."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        self.validate(patience, mode)
        self.patience, self.min_delta, self.mode = patience, min_delta, mode
        self.best, self.best_epoch, self.best_state = self.worst(), None, None
        self.num_bad_epochs, self.calls = 0, 0

    def validate(self, patience, mode):
        if not isinstance(patience, int) or patience < 1:
            raise ValueError(f"patience must be an int >= 1, got {patience}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be min or max, got {mode}")

    def worst(self):
        return math.inf if self.mode == "min" else -math.inf

    def gain(self, metric):
        return self.best - metric if self.mode == "min" else metric - self.best

    def better(self, metric):
        return self.gain(metric) > self.min_delta

    def step(self, metric, state=None):
        if self.better(metric):
            self.remember(metric, state)
        else:
            self.count(metric, state)
        self.calls += 1
        return self.done()

    def remember(self, metric, state):
        self.best, self.best_epoch = metric, self.calls
        self.best_state = self.copied(state)
        self.num_bad_epochs = 0

    def copied(self, state):
        return copy.deepcopy(state)

    def count(self, metric, state):
        self.num_bad_epochs += 1

    def done(self):
        return self.num_bad_epochs >= self.patience


class _TorchPlateau(Plain):
    """torch's ReduceLROnPlateau, whose reduction is our stop."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        import torch

        super().__init__(patience, min_delta=min_delta, mode=mode)
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer,
            mode=mode,
            patience=patience - 1,
            threshold=min_delta,
            threshold_mode="abs",
        )

    def step(self, metric, state=None):
        self.plateau.step(metric)
        if self.plateau.best != self.best:
            self.best_epoch, self.best_state = self.calls, copy.deepcopy(state)
        self.best = self.plateau.best
        self.calls += 1
        stop = self.plateau.optimizer.param_groups[0]["lr"] < 1
        self.num_bad_epochs = self.patience if stop else self.plateau.num_bad_epochs
        return stop


_with_torch = importlib.util.find_spec("torch") is not None
early_stopping = Bank(
    _TorchPlateau if _with_torch else course.stopping.EarlyStopping, styles=styles.STYLES
)
