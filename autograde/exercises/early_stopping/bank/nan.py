"""Mistakes about NaN."""

from __future__ import annotations

import math

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "NaN taken for the best",
    "Every comparison with NaN is False. Which of your branches is taken then?",
)
class _NaNIsBest(Plain):
    def better(self, metric):
        return not self.gain(metric) <= self.min_delta


@early_stopping.wrong(
    "NaN that does not count",
    "A network whose loss is NaN will not recover. Is an epoch with NaN an improvement or not?",
)
class _NaNDoesNotCount(Plain):
    def count(self, metric, state):
        if not math.isnan(metric):
            super().count(metric, state)


@early_stopping.wrong(
    "NaN that stops at once",
    "The contract gives patience to every epoch that is not better. Is NaN an exception?",
)
class _NaNStops(Plain):
    def step(self, metric, state=None):
        return super().step(metric, state) or math.isnan(metric)
