"""Mistakes about the count of bad epochs."""

from __future__ import annotations

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "stopping one epoch early",
    "With patience=1, how many calls without improvement does it take to stop?",
)
class _OneEarly(Plain):
    def done(self):
        return self.num_bad_epochs >= max(self.patience - 1, 1)


@early_stopping.wrong(
    "stopping one epoch late",
    "Should training stop when the count reaches patience, or only when it exceeds it?",
)
class _OneLate(Plain):
    def done(self):
        return self.num_bad_epochs > self.patience


@early_stopping.wrong(
    "a counter that is never reset",
    "An improvement shows that training still works. What should become of the count then?",
)
class _NeverReset(Plain):
    def remember(self, metric, state):
        bad = self.num_bad_epochs
        super().remember(metric, state)
        self.num_bad_epochs = bad


@early_stopping.wrong(
    "a counter that an improvement only lowers by one",
    "Patience counts calls in a row. How many such calls are there right after an improvement?",
)
class _CountsDown(Plain):
    def remember(self, metric, state):
        bad = self.num_bad_epochs
        super().remember(metric, state)
        self.num_bad_epochs = max(bad - 1, 0)
