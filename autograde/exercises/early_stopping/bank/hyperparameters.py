"""Mistakes about hyperparameters."""

from __future__ import annotations

import math

from autograde.exercises.early_stopping.bank.plain import Plain, early_stopping


@early_stopping.wrong(
    "hyperparameters that are not checked",
    "What would patience=0 mean? It is better to say so than to guess.",
)
class _ChecksNothing(Plain):
    def validate(self, patience, mode):
        pass


@early_stopping.wrong(
    "a patience of zero that is let through",
    "Which is the smallest patience that makes sense?",
)
class _ZeroPatience(Plain):
    def validate(self, patience, mode):
        super().validate(patience or 1, mode)


@early_stopping.wrong(
    "a patience that is not a whole number let through",
    "Patience counts calls. Can a count be 2.5?",
)
class _FractionalPatience(Plain):
    def validate(self, patience, mode):
        super().validate(math.ceil(patience), mode)


@early_stopping.wrong(
    "an unknown mode let through",
    'Whoever writes mode="average" is mistaken. Who tells them?',
)
class _AnyMode(Plain):
    def validate(self, patience, mode):
        super().validate(patience, "min")


@early_stopping.wrong(
    "a default patience that is not the contract's",
    "Whoever gives no patience gets the default. Compare yours with the one in the contract.",
)
class _OtherPatience(Plain):
    def __init__(self, patience=5, *, min_delta=0.0, mode="min"):
        super().__init__(patience, min_delta=min_delta, mode=mode)
