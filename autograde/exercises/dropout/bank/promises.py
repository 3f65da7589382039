"""Wrong ways forward: what the caller relies on, and values of p."""

from __future__ import annotations

import numpy as np

from autograde.exercises.dropout.bank.forward import Plain, wrong

# --- promises ----------------------------------------------------------------------------------


@wrong(
    "x changed in place",
    "x belongs to the caller, who may still need it. Write into an array of your own.",
)
class _InPlace(Plain):
    def output(self, x, mask, p):
        x *= mask
        return x


@wrong(
    "float32 turned into float64",
    "Which dtype has the quotient of a boolean array and a number? And its product with x?",
)
class _Promotes(Plain):
    def training(self, x, p, rng):
        mask = self.keep(x, p, rng) / (1 - p)
        return x * mask, mask


@wrong(
    "float32 turned into float64 in evaluation",
    "Which dtype has an array of ones if nobody says which?",
)
class _PromotesInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        return x, np.ones(x.shape)


@wrong(
    "everything turned into float32",
    "Who computes in float64 wants float64 back. Which dtype should both have?",
)
class _Demotes(Plain):
    def __call__(self, x, p, rng, *, training=True):
        output, mask = super().__call__(x, p, rng, training=training)
        return output.astype(np.float32), mask.astype(np.float32)


@wrong(
    "a mask that is float32 for every x",
    "Who computes in float64 wants float64 back. Which dtype should the mask have?",
)
class _DemotesMask(Plain):
    def returned(self, mask, p):
        return mask.astype(np.float32)


# --- hyperparameters ---------------------------------------------------------------------------


@wrong(
    "a p that is not checked",
    "What would p = 1.5 mean? It is better to say so than to guess.",
)
class _ChecksNothing(Plain):
    def validate(self, p):
        pass


@wrong(
    "p = 1 let through",
    "If everything is dropped, by what is the rest to be scaled?",
)
class _AllowsOne(Plain):
    def validate(self, p):
        if not 0 <= p <= 1:
            raise ValueError(f"p must be in [0, 1], got {p}")


@wrong(
    "a negative p let through",
    "Can a probability be below zero?",
)
class _AllowsNegative(Plain):
    def validate(self, p):
        super().validate(max(p, 0.0))


@wrong(
    "p = 0 refused",
    "Whoever compares with and without dropout sets p to 0. Does that make sense?",
)
class _RefusesZero(Plain):
    def validate(self, p):
        super().validate(p or -1)


@wrong(
    "a bad p met by an assertion",
    "Assertions can be switched off, and the contract names another exception. Which?",
)
class _Asserts(Plain):
    def validate(self, p):
        if not 0 <= p < 1:
            raise AssertionError(f"p must be in [0, 1), got {p}")


@wrong(
    "NaN let through",
    "Every comparison with NaN is false. What must a comparison that is false mean, for NaN to be "
    "refused?",
)
class _AllowsNaN(Plain):
    def validate(self, p):
        if p < 0 or p >= 1:
            raise ValueError(f"p must be in [0, 1), got {p}")


@wrong(
    "a bad p moved to the nearest good one",
    "Who passes p = 1.5 has made a mistake and should hear of it. Who tells the caller?",
)
class _Clips(Plain):
    def validate(self, p):
        pass

    def __call__(self, x, p, rng, *, training=True):
        return super().__call__(x, float(np.clip(p, 0, 0.999)), rng, training=training)


@wrong(
    "a p near 1 made smaller",
    "p may be anything below 1, however near. Whose p do you use?",
)
class _Caps(Plain):
    def training(self, x, p, rng):
        return super().training(x, min(p, 0.9), rng)


@wrong(
    "a p that is checked in training alone",
    "A bad p should be met as early as possible. In which of the two modes does yours get through?",
)
class _ChecksInTraining(Plain):
    def __call__(self, x, p, rng, *, training=True):
        if not training:
            return self.evaluation(x, p, rng)
        return super().__call__(x, p, rng)


@wrong(
    "nothing dropped where p is bad",
    "Who passes p = 1.5 has made a mistake and should hear of it. Who tells the caller?",
)
class _Overlooks(Plain):
    def __call__(self, x, p, rng, *, training=True):
        return super().__call__(x, p if 0 <= p < 1 else 0.0, rng, training=training)
