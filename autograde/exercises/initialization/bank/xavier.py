"""What is commonly got wrong about Xavier alone."""

from __future__ import annotations

import math

from autograde.exercises.initialization.bank.scaled import Xavier, wrong, xavier


@wrong(
    xavier,
    "fan_in alone in the variance",
    "Xavier is a compromise between the way forward and the way back. Which fans does it need?",
)
class _FanIn(Xavier):
    def deviation(self, fan_in, fan_out):
        return super().deviation(fan_in, fan_in)


@wrong(
    xavier,
    "He where Xavier is meant",
    "He makes up for what ReLU cuts off. What does Xavier balance instead?",
)
class _HeForXavier(Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / fan_in)


@wrong(
    xavier,
    "the sum of the fans where their mean is meant",
    "If both fans are n, the variance should be 1/n. What is yours?",
)
class _SumOfFans(Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / (fan_in + fan_out))


@wrong(
    xavier,
    "the product of the fans in place of their sum",
    "If both fans are n, the variance should be 1/n. What is yours?",
)
class _ProductOfFans(Xavier):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in * fan_out))


@wrong(
    xavier,
    "the geometric mean of the fans",
    "Which mean of the two fans stands in the equation?",
)
class _GeometricMean(Xavier):
    def deviation(self, fan_in, fan_out):
        return (fan_in * fan_out) ** -0.25


@wrong(
    xavier,
    "the deviation taken for the bound",
    "Numbers spread evenly over (-a, a) have a deviation that is smaller than a. By which factor?",
)
class _DeviationAsBound(Xavier):
    def draw(self, shape, rng, deviation):
        return rng.uniform(-deviation, deviation, shape)


@wrong(
    xavier,
    "the root of the bound forgotten",
    "Compare units: a bound is of the size of a weight, the fraction of that of its square.",
)
class _BoundSquared(Xavier):
    def draw(self, shape, rng, deviation):
        bound = 3 * deviation**2
        return rng.uniform(-bound, bound, shape)


@wrong(
    xavier,
    "the bound taken for the whole width",
    "How far is it from -a to a?",
)
class _HalfBound(Xavier):
    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation / 2)


@wrong(
    xavier,
    "a range that begins at zero",
    "rng.random() lies between 0 and 1. What must be done for draws on both sides of zero?",
)
class _FromZero(Xavier):
    def draw(self, shape, rng, deviation):
        return rng.uniform(0, math.sqrt(12) * deviation, shape)


@wrong(
    xavier,
    "a normal distribution in place of a uniform one",
    "The variance is right. Which distribution does the name of the function promise?",
)
class _NormalXavier(Xavier):
    def draw(self, shape, rng, deviation):
        return self.normal(shape, rng, deviation)


@wrong(
    xavier,
    "gain ignored",
    "Whoever passes gain=2 wants weights of another size. Where does gain enter?",
)
class _NoGain(Xavier):
    def scaled(self, deviation, gain):
        return deviation


@wrong(
    xavier,
    "gain squared",
    "Does gain multiply the weights or their variance?",
)
class _GainSquared(Xavier):
    def scaled(self, deviation, gain):
        return gain**2 * deviation


@wrong(
    xavier,
    "the root of gain",
    "Does gain multiply the weights or their variance?",
)
class _RootOfGain(Xavier):
    def scaled(self, deviation, gain):
        return math.sqrt(gain) * deviation


@wrong(
    xavier,
    "division by gain",
    "Should a gain of 2 make the weights larger or smaller?",
)
class _DividedByGain(Xavier):
    def scaled(self, deviation, gain):
        return deviation / gain


@wrong(
    xavier,
    "gain that can only enlarge",
    "A gain below 1 should make the weights smaller. What becomes of it in your code?",
)
class _GainFromOne(Xavier):
    def scaled(self, deviation, gain):
        return max(gain, 1.0) * deviation
