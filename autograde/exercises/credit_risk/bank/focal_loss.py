"""The focal loss: a composition of torch's, and a plain one in pieces to be got wrong."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.credit_risk import styles


def _torch(logits, y, *, gamma=2.0):
    import torch
    from torch.nn import functional

    z = torch.from_numpy(np.asarray(logits, dtype=float))
    target = torch.from_numpy(np.asarray(y, dtype=float))
    entropy = functional.binary_cross_entropy_with_logits(z, target, reduction="none")
    wrong = torch.sigmoid((1 - 2 * target) * z)
    return (wrong**gamma * entropy).mean().item()


def _course(logits, y, *, gamma=2.0):
    from course.losses import focal_loss

    return focal_loss(np.asarray(logits, dtype=float), np.asarray(y, dtype=float), gamma=gamma)[0]


_with_torch = importlib.util.find_spec("torch") is not None
focal = Bank(_torch if _with_torch else _course, styles=styles.FOCAL)


class _Plain:
    """The focal loss in small pieces; a misconception changes one of them."""

    def __call__(self, logits, y, *, gamma=2.0):
        s = np.where(y == 1, logits, -logits)
        return float(self.mean(self.focus(s, self.gamma(gamma), y) * self.entropy(s, y), y))

    def gamma(self, gamma):
        return gamma

    def right(self, s):
        """Return the probability of the true class."""
        return np.exp(-np.logaddexp(0, -s))

    def wrong(self, s):
        return np.exp(-np.logaddexp(0, s))

    def focus(self, s, gamma, y):
        return self.wrong(s) ** gamma

    def entropy(self, s, y):
        return np.logaddexp(0, -s)

    def mean(self, losses, y):
        return losses.mean()


def _variant(name, hint):
    """Enter an instance of a variant as a misconception."""

    def enter(variant):
        focal.wrong(name, hint)(variant())
        return variant

    return enter


@_variant(
    "a focus on what is classified well already",
    "Which examples should count less: those with a high or those with a low probability of the "
    "true class?",
)
class _WrongFocus(_Plain):
    def focus(self, s, gamma, y):
        return self.right(s) ** gamma


@_variant(
    "a focal term that looks at class 1 whatever the label",
    "For an example of class 0, what is the probability of the true class?",
)
class _FocusOnClassOne(_Plain):
    def focus(self, s, gamma, y):
        return np.where(y == 1, self.wrong(s), self.right(s)) ** gamma


@_variant(
    "labels exchanged",
    "A large positive logit speaks for class 1. What should it cost if the label is 1?",
)
class _LabelsExchanged(_Plain):
    def __call__(self, logits, y, *, gamma=2.0):
        return super().__call__(logits, 1 - y, gamma=gamma)


@_variant(
    "examples of class 0 left out",
    "What does an example of class 0 cost that is taken for class 1?",
)
class _OnlyClassOne(_Plain):
    def entropy(self, s, y):
        return np.where(y == 1, super().entropy(s, y), 0)


@_variant(
    "the loss of class 0 without its focal term",
    "Most of the easy examples belong to class 0. Which term should make them count less?",
)
class _FocusForClassOneAlone(_Plain):
    def focus(self, s, gamma, y):
        return np.where(y == 1, super().focus(s, gamma, y), 1)


@_variant(
    "a sum in place of the mean",
    "Should the loss of a batch that is twice as large be twice as large?",
)
class _Sum(_Plain):
    def mean(self, losses, y):
        return losses.sum()


@_variant(
    "a sum divided by the number of examples of class 1",
    "By what is a sum divided in a mean? What if a batch has no example of class 1?",
)
class _PerPositive(_Plain):
    def mean(self, losses, y):
        return losses.sum() / max(int(np.sum(y)), 1)


@_variant(
    "a mean weighted by the focal terms",
    "If you divide by the sum of the focal terms, what do they still make smaller?",
)
class _WeightedMean(_Plain):
    def __call__(self, logits, y, *, gamma=2.0):
        s = np.where(y == 1, logits, -logits)
        focus = self.focus(s, gamma, y)
        total = focus.sum()
        return float((focus * self.entropy(s, y)).sum() / total) if total > 0 else 0.0


@_variant(
    "a gamma that is always 2",
    "Whoever calls the function may choose gamma. Which one does your line use?",
)
class _FixedGamma(_Plain):
    def gamma(self, gamma):
        return 2.0


@_variant(
    "another default than gamma = 2",
    "What is gamma if the caller does not say?",
)
class _OtherDefault(_Plain):
    def __call__(self, logits, y, *, gamma=1.0):
        return super().__call__(logits, y, gamma=gamma)


@_variant(
    "gamma as a factor instead of an exponent",
    "With gamma = 0 the cross-entropy should be left. What does your focal term come to?",
)
class _GammaTimes(_Plain):
    def focus(self, s, gamma, y):
        return gamma * self.wrong(s)


@_variant(
    "one minus a power instead of a power of one minus",
    "With gamma = 0 the cross-entropy should be left. What does your focal term come to?",
)
class _OneMinusPower(_Plain):
    def focus(self, s, gamma, y):
        return 1 - self.right(s) ** gamma


@_variant(
    "the focal term alone, without the logarithm",
    "With gamma = 0 the cross-entropy should be left. What is left of yours?",
)
class _NoLogarithm(_Plain):
    def entropy(self, s, y):
        return np.ones_like(s)


@_variant(
    "the logarithm of the wrong class",
    "What should an example cost whose true class has a probability near 1?",
)
class _LogOfWrongClass(_Plain):
    def entropy(self, s, y):
        return np.logaddexp(0, s)


@_variant(
    "a loss with the sign lost",
    "The logarithm of a probability is negative. What should training make smaller?",
)
class _Negative(_Plain):
    def mean(self, losses, y):
        return -losses.mean()


@_variant(
    "the logarithm to base 2",
    "Which logarithm does cross-entropy take?",
)
class _Binary(_Plain):
    def entropy(self, s, y):
        return super().entropy(s, y) / np.log(2)


@_variant(
    "a class weight of 0.25 that nobody asked for",
    "The paper has a second factor that depends on the class. Does the contract?",
)
class _Alpha(_Plain):
    def entropy(self, s, y):
        return np.where(y == 1, 0.25, 0.75) * super().entropy(s, y)


@_variant(
    "no focal term at all",
    "How much should an example count whose true class has a probability of 0.99?",
)
class _NoFocus(_Plain):
    def focus(self, s, gamma, y):
        return np.ones_like(s)


@_variant(
    "logits taken for probabilities",
    "A logit may be any number. Which function makes a probability of it?",
)
class _LogitsAsProbabilities(_Plain):
    def __call__(self, logits, y, *, gamma=2.0):
        p = np.where(y == 1, logits, 1 - logits)
        return float(np.mean(-((1 - p) ** gamma) * np.log(p)))


@_variant(
    "the logarithm of what has overflowed or vanished",
    "The exponential of 1000 is infinite in float64, the sigmoid of -1000 is zero. Which form of "
    "the loss meets neither?",
)
class _Overflows(_Plain):
    def entropy(self, s, y):
        return np.log(1 + np.exp(-s))


@_variant(
    "infinities that meet each other, or zero",
    "The exponential of 1000 is infinite in float64, and inf / inf is NaN, as 0 * inf is. Which "
    "form of the loss meets no infinity?",
)
class _ZeroTimesInfinity(_Plain):
    def entropy(self, s, y):
        z = np.where(y == 1, s, -s)
        return -(y * np.log(self.right(z)) + (1 - y) * np.log(self.wrong(z)))


@_variant(
    "probabilities clipped before the logarithm",
    "How wrong may a prediction be before your loss stops growing? And its gradient?",
)
class _Clips(_Plain):
    floor = 1e-12

    def entropy(self, s, y):
        return -np.log(np.maximum(self.right(s), self.floor))


@_variant(
    "a small number added inside the logarithm",
    "How wrong may a prediction be before your loss stops growing? And its gradient?",
)
class _Adds(_Plain):
    def entropy(self, s, y):
        return -np.log(self.right(s) + 1e-8)


@_variant(
    "logits clipped",
    "How wrong may a prediction be before your loss stops growing? And its gradient?",
)
class _ClipsLogits(_Plain):
    def __call__(self, logits, y, *, gamma=2.0):
        return super().__call__(np.clip(logits, -30, 30), y, gamma=gamma)


@_variant(
    "logits that are changed in place",
    "The logits belong to the caller. Into which array do you write?",
)
class _ChangesLogits(_Plain):
    def __call__(self, logits, y, *, gamma=2.0):
        logits *= 2 * y - 1
        return super().__call__(logits, np.ones_like(y), gamma=gamma)
