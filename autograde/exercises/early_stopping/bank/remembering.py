"""Mistakes about what is kept of the best epoch."""

from __future__ import annotations

import copy

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "best_epoch counted from one",
    "The first call is epoch 0. Which number does it get in your code?",
)
class _EpochFromOne(Plain):
    def remember(self, metric, state):
        super().remember(metric, state)
        self.best_epoch += 1


@early_stopping.wrong(
    "best_epoch as the number of the last call",
    "best_epoch belongs to the best metric. When may it change?",
)
class _LastEpoch(Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best_epoch = self.calls


@early_stopping.wrong(
    "best_state as an alias of the live state",
    "The model goes on training in the very arrays that you were handed. What do you keep?",
)
class _Alias(Plain):
    def copied(self, state):
        return state


@early_stopping.wrong(
    "a copy of best_state that is only shallow",
    "A copied dict holds the same arrays as before. How deep must a copy go?",
)
class _ShallowCopy(Plain):
    def copied(self, state):
        return copy.copy(state)


@early_stopping.wrong(
    "best_state as the last state",
    "After the best epoch training went on. Which state do you want back?",
)
class _LastState(Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best_state = copy.deepcopy(state)


@early_stopping.wrong(
    "best_state never stored",
    "To come back to the best epoch, its state must be somewhere. Where?",
)
class _NoState(Plain):
    def copied(self, state):
        return None
