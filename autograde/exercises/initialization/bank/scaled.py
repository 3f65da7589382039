"""Xavier and He: the references, and what is commonly got wrong about both."""

from __future__ import annotations

import math

import numpy as np

from autograde.check import Bank
from autograde.exercises.initialization import styles
from autograde.exercises.initialization.bank.references import drawn_by, reference

xavier = Bank(
    reference("xavier_uniform", drawn_by("xavier_uniform_")),
    styles=styles.XAVIER,
)
he = Bank(
    reference("he_normal", drawn_by("kaiming_normal_", nonlinearity="relu")),
    styles=styles.HE,
)


class _Scaled:
    """A draw of a given deviation in small pieces; a misconception changes one of them."""

    def __call__(self, shape, rng, *, gain=1.0):
        return self.draw(shape, rng, self.scaled(self.deviation(*self.fans(shape)), gain))

    def fans(self, shape):
        area = self.area(shape[2:])
        return shape[1] * area, shape[0] * area

    def area(self, kernel):
        return math.prod(kernel)

    def scaled(self, deviation, gain):
        return gain * deviation

    def uniform(self, shape, rng, deviation):
        bound = math.sqrt(3) * deviation
        return rng.uniform(-bound, bound, shape)

    def normal(self, shape, rng, deviation):
        return rng.normal(0, deviation, shape)


class Xavier(_Scaled):
    """Xavier, uniform, in small pieces."""

    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in + fan_out))

    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation)


class He(_Scaled):
    """He, normal, in small pieces."""

    def __call__(self, shape, rng):
        return super().__call__(shape, rng)

    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / fan_in)

    def draw(self, shape, rng, deviation):
        return self.normal(shape, rng, deviation)


def wrong(bank: Bank, name: str, hint: str):
    """Enter an instance of a variant."""

    def enter(variant):
        bank.wrong(name, hint)(variant())
        return variant

    return enter


def both(name: str, hint: str):
    """Enter a mix-in as a misconception of Xavier and of He."""

    def enter(mixin):
        for bank, plain in [(xavier, Xavier), (he, He)]:
            bank.wrong(name, hint)(type(mixin.__name__, (mixin, plain), {})())
        return mixin

    return enter


# --- mistakes that both can have ---------------------------------------------------------------


@both(
    "the variance taken for the deviation",
    "The formula gives a variance. Of which quantity is the deviation the root?",
)
class _VarianceAsDeviation:
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_in, fan_out) ** 2


@both(
    "fan_out alone in the variance",
    "Which way should the variance survive: forward, where fan_in counts, or backward? Look at the "
    "equation again.",
)
class _FanOut:
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_out, fan_out)


@both(
    "the area of the kernel forgotten",
    "An output of a convolution is a sum over the pixels under the kernel, too. Which fans does "
    "your variance use?",
)
class _NoArea:
    def area(self, kernel):
        return 1


@both(
    "the sizes of the kernel added, not multiplied",
    "How many entries has a kernel of 3 rows and 5 columns?",
)
class _SummedArea:
    def area(self, kernel):
        return sum(kernel) or 1


@both(
    "the first size of the kernel alone",
    "A kernel need not be of one dimension. Which entries of the shape belong to it?",
)
class _FirstSize:
    def area(self, kernel):
        return [*kernel, 1][0]


@both(
    "entries that are never negative",
    "Weights that all pull the same way teach all units the same. Where should the mean lie?",
)
class _Positive:
    def draw(self, shape, rng, deviation):
        return np.abs(super().draw(shape, rng, deviation))


@both(
    "the same size for all entries, with a random sign",
    "The spread is right. But the contract names a distribution: how do its draws look?",
)
class _SignsAlone:
    def draw(self, shape, rng, deviation):
        return deviation * rng.choice([-1.0, 1.0], size=shape)


@both(
    "one row of weights for all outputs",
    "Units that start alike stay alike. How many numbers must be drawn?",
)
class _OneRow:
    def draw(self, shape, rng, deviation):
        return np.broadcast_to(super().draw(shape[1:], rng, deviation), shape)


@both(
    "all weights zero",
    "Units that start alike stay alike: nothing would break the symmetry. What is to be drawn?",
)
class _Zero:
    def draw(self, shape, rng, deviation):
        return np.zeros(shape)


@both(
    "the same weights in every call",
    "A generator that is made afresh with a fixed seed begins afresh, too. Which one were you "
    "handed?",
)
class _FixedSeed:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, np.random.default_rng(0), deviation)


@both(
    "a generator other than the one that was handed over",
    "Whoever repeats an experiment hands you a generator with the same seed. Whom do you ask for "
    "random numbers?",
)
class _OtherGenerator:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, np.random.default_rng(), deviation)


@both(
    "a copy of the generator, which leaves the original where it was",
    "Drawing should move the generator on. Whose generator do you move?",
)
class _CopiedGenerator:
    def draw(self, shape, rng, deviation):
        own = np.random.default_rng(0)
        own.bit_generator.state = rng.bit_generator.state
        return super().draw(shape, own, deviation)
