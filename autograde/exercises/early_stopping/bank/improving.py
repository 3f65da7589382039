"""Mistakes about what counts as better."""

from __future__ import annotations

import math

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "an equal metric taken for a better one",
    "A flat curve never gets worse. Should it train for ever?",
)
class _EqualIsBetter(Plain):
    def better(self, metric):
        return self.gain(metric) >= self.min_delta


@early_stopping.wrong(
    "a min_delta that counts the wrong way",
    "Should min_delta make it harder or easier to count as an improvement?",
)
class _WrongSign(Plain):
    def better(self, metric):
        return self.gain(metric) > -self.min_delta


@early_stopping.wrong(
    "min_delta ignored",
    "What does min_delta ask of an improvement beyond being one?",
)
class _NoMinDelta(Plain):
    def better(self, metric):
        return self.gain(metric) > 0


@early_stopping.wrong(
    "a min_delta relative to the best",
    "Is min_delta a difference or a fraction? Try it where the best is 5.",
)
class _RelativeMinDelta(Plain):
    def better(self, metric):
        scale = abs(self.best) if math.isfinite(self.best) else 0
        return self.gain(metric) > self.min_delta * scale


@early_stopping.wrong(
    "a best that follows improvements too small to count",
    "Many small gains add up. With which value should the next metric be compared?",
)
class _Creeps(Plain):
    def count(self, metric, state):
        super().count(metric, state)
        if self.gain(metric) > 0:
            self.best = metric


@early_stopping.wrong(
    "a comparison with the last metric instead of the best",
    "A curve that goes up and down improves every other time. On what should it improve?",
)
class _ComparesWithLast(Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best = metric


@early_stopping.wrong(
    "mode ignored",
    "An accuracy is better when it is larger. Where does your comparison ask for the mode?",
)
class _IgnoresMode(Plain):
    def worst(self):
        return math.inf

    def gain(self, metric):
        return self.best - metric


@early_stopping.wrong(
    "the two modes exchanged",
    'With mode="min" a loss is watched. Which of two losses is the better one?',
)
class _ModesSwapped(Plain):
    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        swapped = {"min": "max", "max": "min"}.get(mode, mode)
        super().__init__(patience, min_delta=min_delta, mode=swapped)


@early_stopping.wrong(
    "a best that starts at zero",
    "What is worse than any metric: for a loss, for an accuracy, for a negative score?",
)
class _StartsAtZero(Plain):
    def worst(self):
        return math.inf if self.mode == "min" else 0.0
