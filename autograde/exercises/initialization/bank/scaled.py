"""Xavier and He: the references, and what is commonly got wrong about either."""

from __future__ import annotations

import copy
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


class _Xavier(_Scaled):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in + fan_out))

    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation)


class _He(_Scaled):
    def __call__(self, shape, rng):
        return super().__call__(shape, rng)

    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / fan_in)

    def draw(self, shape, rng, deviation):
        return self.normal(shape, rng, deviation)


def _wrong(bank: Bank, name: str, hint: str):
    """Enter an instance of a variant."""

    def enter(variant):
        bank.wrong(name, hint)(variant())
        return variant

    return enter


def _both(name: str, hint: str):
    """Enter a mix-in as a misconception of Xavier and of He."""

    def enter(mixin):
        for bank, plain in [(xavier, _Xavier), (he, _He)]:
            bank.wrong(name, hint)(type(mixin.__name__, (mixin, plain), {})())
        return mixin

    return enter


# --- mistakes that both can have ---------------------------------------------------------------


@_both(
    "the variance taken for the deviation",
    "The formula gives a variance. Of which quantity is the deviation the root?",
)
class _VarianceAsDeviation:
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_in, fan_out) ** 2


@_both(
    "fan_out alone in the variance",
    "Which way should the variance survive: forward, where fan_in counts, or backward? Look at the "
    "equation again.",
)
class _FanOut:
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_out, fan_out)


@_both(
    "the area of the kernel forgotten",
    "An output of a convolution is a sum over the pixels under the kernel, too. Which fans does "
    "your variance use?",
)
class _NoArea:
    def area(self, kernel):
        return 1


@_both(
    "the sizes of the kernel added, not multiplied",
    "How many entries has a kernel of 3 rows and 5 columns?",
)
class _SummedArea:
    def area(self, kernel):
        return sum(kernel) or 1


@_both(
    "the first size of the kernel alone",
    "A kernel need not be of one dimension. Which entries of the shape belong to it?",
)
class _FirstSize:
    def area(self, kernel):
        return [*kernel, 1][0]


@_both(
    "entries that are never negative",
    "Weights that all pull the same way teach all units the same. Where should the mean lie?",
)
class _Positive:
    def draw(self, shape, rng, deviation):
        return np.abs(super().draw(shape, rng, deviation))


@_both(
    "the same size for all entries, with a random sign",
    "The spread is right. But the contract names a distribution: how do its draws look?",
)
class _SignsAlone:
    def draw(self, shape, rng, deviation):
        return deviation * rng.choice([-1.0, 1.0], size=shape)


@_both(
    "one row of weights for all outputs",
    "Units that start alike stay alike. How many numbers must be drawn?",
)
class _OneRow:
    def draw(self, shape, rng, deviation):
        return np.broadcast_to(super().draw(shape[1:], rng, deviation), shape)


@_both(
    "all weights zero",
    "Units that start alike stay alike: nothing would break the symmetry. What is to be drawn?",
)
class _Zero:
    def draw(self, shape, rng, deviation):
        return np.zeros(shape)


@_both(
    "the same weights in every call",
    "A generator that is made afresh with a fixed seed begins afresh, too. Which one were you "
    "handed?",
)
class _FixedSeed:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, np.random.default_rng(0), deviation)


@_both(
    "a generator other than the one that was handed over",
    "Whoever repeats an experiment hands you a generator with the same seed. Whom do you ask for "
    "random numbers?",
)
class _OtherGenerator:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, np.random.default_rng(), deviation)


@_both(
    "a copy of the generator, which leaves the original where it was",
    "Drawing should move the generator on. Whose generator do you move?",
)
class _CopiedGenerator:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, copy.deepcopy(rng), deviation)


# --- Xavier ------------------------------------------------------------------------------------


@_wrong(
    xavier,
    "fan_in alone in the variance",
    "Xavier is a compromise between the way forward and the way back. Which fans does it need?",
)
class _FanIn(_Xavier):
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_in, fan_in)


@_wrong(
    xavier,
    "He where Xavier is meant",
    "He makes up for what ReLU cuts off. What does Xavier balance instead?",
)
class _HeForXavier(_Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / fan_in)


@_wrong(
    xavier,
    "the sum of the fans where their mean is meant",
    "If both fans are n, the variance should be 1/n. What is yours?",
)
class _SumOfFans(_Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / (fan_in + fan_out))


@_wrong(
    xavier,
    "the product of the fans in place of their sum",
    "If both fans are n, the variance should be 1/n. What is yours?",
)
class _ProductOfFans(_Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in * fan_out))


@_wrong(
    xavier,
    "the geometric mean of the fans",
    "Which mean of the two fans stands in the equation?",
)
class _GeometricMean(_Xavier):
    def deviation(self, fan_in, fan_out):
        return (fan_in * fan_out) ** -0.25


@_wrong(
    xavier,
    "the deviation taken for the bound",
    "Numbers spread evenly over (-a, a) have a deviation that is smaller than a. By which factor?",
)
class _DeviationAsBound(_Xavier):
    def draw(self, shape, rng, deviation):
        return rng.uniform(-deviation, deviation, shape)


@_wrong(
    xavier,
    "the root of the bound forgotten",
    "Compare units: a bound is of the size of a weight, the fraction of that of its square.",
)
class _BoundSquared(_Xavier):
    def draw(self, shape, rng, deviation):
        bound = 3 * deviation**2
        return rng.uniform(-bound, bound, shape)


@_wrong(
    xavier,
    "the bound taken for the whole width",
    "How far is it from -a to a?",
)
class _HalfBound(_Xavier):
    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation / 2)


@_wrong(
    xavier,
    "a range that begins at zero",
    "rng.random() lies between 0 and 1. What must be done for draws on both sides of zero?",
)
class _FromZero(_Xavier):
    def draw(self, shape, rng, deviation):
        return rng.uniform(0, math.sqrt(12) * deviation, shape)


@_wrong(
    xavier,
    "a normal distribution in place of a uniform one",
    "The variance is right. Which distribution does the name of the function promise?",
)
class _NormalXavier(_Xavier):
    def draw(self, shape, rng, deviation):
        return self.normal(shape, rng, deviation)


@_wrong(
    xavier,
    "gain ignored",
    "Whoever passes gain=2 wants weights of another size. Where does gain enter?",
)
class _NoGain(_Xavier):
    def scaled(self, deviation, gain):
        return deviation


@_wrong(
    xavier,
    "gain squared",
    "Does gain multiply the weights or their variance?",
)
class _GainSquared(_Xavier):
    def scaled(self, deviation, gain):
        return gain**2 * deviation


@_wrong(
    xavier,
    "the root of gain",
    "Does gain multiply the weights or their variance?",
)
class _RootOfGain(_Xavier):
    def scaled(self, deviation, gain):
        return math.sqrt(gain) * deviation


@_wrong(
    xavier,
    "division by gain",
    "Should a gain of 2 make the weights larger or smaller?",
)
class _DividedByGain(_Xavier):
    def scaled(self, deviation, gain):
        return deviation / gain


# --- He ----------------------------------------------------------------------------------------


@_wrong(
    he,
    "Xavier where He is meant",
    "Xavier averages over both directions. Which fan keeps the variance on the way forward, and "
    "what does ReLU cost?",
)
class _XavierForHe(_He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in + fan_out))


@_wrong(
    he,
    "the factor for ReLU forgotten",
    "ReLU sets half of its inputs to zero. What does that do to the mean square, and what makes "
    "up for it?",
)
class _NoFactor(_He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / fan_in)


@_wrong(
    he,
    "the factor for ReLU outside the root",
    "ReLU halves the mean square. Is it the variance or the deviation that must be doubled?",
)
class _FactorOutside(_He):
    def deviation(self, fan_in, fan_out):
        return 2 / math.sqrt(fan_in)


@_wrong(
    he,
    "the factor for ReLU in the denominator",
    "ReLU lets less through. Must the weights be larger or smaller to make up for it?",
)
class _FactorBelow(_He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / (2 * fan_in))


@_wrong(
    he,
    "the root taken of the factor alone",
    "How far does the root reach?",
)
class _RootOfFactor(_He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2) / fan_in


@_wrong(
    he,
    "standard normal weights, whatever the shape",
    "A sum of a thousand terms is larger than a sum of ten. Where does the shape enter?",
)
class _StandardNormal(_He):
    def deviation(self, fan_in, fan_out):
        return 1.0


@_wrong(
    he,
    "a small deviation that does not know the shape",
    "A sum of a thousand terms is larger than a sum of ten. Where does the shape enter?",
)
class _Small(_He):
    def deviation(self, fan_in, fan_out):
        return 0.01


@_wrong(
    he,
    "a uniform distribution in place of a normal one",
    "The variance is right. Which distribution does the name of the function promise?",
)
class _UniformHe(_He):
    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation)


@_wrong(
    he,
    "uniform draws as wide as the deviation",
    "Which distribution does the name promise, and what are its two parameters?",
)
class _UniformDeviation(_He):
    def draw(self, shape, rng, deviation):
        return rng.uniform(-deviation, deviation, shape)
