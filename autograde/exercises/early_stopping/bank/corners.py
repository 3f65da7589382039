"""Mistakes that show in one mode only, or only where two things meet."""

from __future__ import annotations

import copy

import numpy as np

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "a best_epoch looked up in the history",
    "Where does argmin look when there is a NaN, or a gain that is too small to count?",
)
class _LooksUpEpoch(Plain):
    def step(self, metric, state=None):
        self.history = [*getattr(self, "history", []), metric]
        stop = super().step(metric, state)
        self.best_epoch = int((np.argmin if self.mode == "min" else np.argmax)(self.history))
        return stop


@early_stopping.wrong(
    "a best that ignores min_delta, while the counter obeys it",
    "What counts as an improvement should be decided once, for the counter and for the best.",
)
class _TwoMeasures(Plain):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.lowest = self.worst()

    def better(self, metric):
        gain = self.lowest - metric if self.mode == "min" else metric - self.lowest
        if gain > self.min_delta:
            self.lowest = metric
            return True
        return False

    def count(self, metric, state):
        if self.gain(metric) > 0:
            bad = self.num_bad_epochs
            self.remember(metric, state)
            self.num_bad_epochs = bad
        super().count(metric, state)


@early_stopping.wrong(
    'NaN taken for the best with mode="max"',
    "Both modes meet NaN. What does your comparison for larger metrics say of it?",
)
class _NaNIsBestInMax(Plain):
    def better(self, metric):
        if self.mode == "max":
            return not self.gain(metric) <= self.min_delta
        return super().better(metric)


@early_stopping.wrong(
    'a best with the wrong sign in mode="max"',
    "Turning the sign makes one comparison do for both modes. Who turns it back for best?",
)
class _NegatedBest(Plain):
    def step(self, metric, state=None):
        shown = self.mode == "max" and self.best_epoch is not None
        self.best = -self.best if shown else self.best
        stop = super().step(metric, state)
        if self.mode == "max" and self.best_epoch is not None:
            self.best = -self.best
        return stop


@early_stopping.wrong(
    'best_state and best_epoch kept only with mode="min"',
    "An improvement is an improvement in either mode. Is everything stored in both branches?",
)
class _ForgetsInMax(Plain):
    def remember(self, metric, state):
        super().remember(metric, state)
        if self.mode == "max":
            self.best_state, self.best_epoch = None, 0


@early_stopping.wrong(
    "a copy of best_state that is two levels deep",
    "States can be nested deeper than your copy goes. What copies all the way down?",
)
class _TwoLevels(Plain):
    def copied(self, state):
        if not isinstance(state, dict):
            return copy.copy(state)
        return {
            key: {k: copy.copy(v) for k, v in part.items()}
            if isinstance(part, dict)
            else copy.copy(part)
            for key, part in state.items()
        }
