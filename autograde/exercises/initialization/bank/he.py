"""What is commonly got wrong about He alone."""

from __future__ import annotations

import math

import numpy as np

from autograde.exercises.initialization.bank.scaled import He, he, wrong


@wrong(
    he,
    "Xavier where He is meant",
    "Xavier averages over both directions. Which fan keeps the variance on the way forward, and "
    "what does ReLU cost?",
)
class _XavierForHe(He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2 / (fan_in + fan_out))


@wrong(
    he,
    "the factor for ReLU forgotten",
    "ReLU sets half of its inputs to zero. What does that do to the mean square, and what makes "
    "up for it?",
)
class _NoFactor(He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / fan_in)


@wrong(
    he,
    "the factor for ReLU outside the root",
    "ReLU halves the mean square. Is it the variance or the deviation that must be doubled?",
)
class _FactorOutside(He):
    def deviation(self, fan_in, fan_out):
        return 2 / math.sqrt(fan_in)


@wrong(
    he,
    "the factor for ReLU in the denominator",
    "ReLU lets less through. Must the weights be larger or smaller to make up for it?",
)
class _FactorBelow(He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(1 / (2 * fan_in))


@wrong(
    he,
    "the root taken of the factor alone",
    "How far does the root reach?",
)
class _RootOfFactor(He):
    def deviation(self, fan_in, fan_out):
        return math.sqrt(2) / fan_in


@wrong(
    he,
    "standard normal weights, whatever the shape",
    "A sum of a thousand terms is larger than a sum of ten. Where does the shape enter?",
)
class _StandardNormal(He):
    def deviation(self, fan_in, fan_out):
        return 1.0


@wrong(
    he,
    "a small deviation that does not know the shape",
    "A sum of a thousand terms is larger than a sum of ten. Where does the shape enter?",
)
class _Small(He):
    def deviation(self, fan_in, fan_out):
        return 0.01


@wrong(
    he,
    "a uniform distribution in place of a normal one",
    "The variance is right. Which distribution does the name of the function promise?",
)
class _UniformHe(He):
    def draw(self, shape, rng, deviation):
        return self.uniform(shape, rng, deviation)


@wrong(
    he,
    "uniform draws as wide as the deviation",
    "Which distribution does the name promise, and what are its two parameters?",
)
class _UniformDeviation(He):
    def draw(self, shape, rng, deviation):
        return rng.uniform(-deviation, deviation, shape)


@wrong(
    he,
    "a normal distribution cut off at two deviations",
    "Some libraries cut the tails off and make up for the lost spread. Which distribution does the "
    "contract name?",
)
class _Truncated(He):
    def draw(self, shape, rng, deviation):
        w = rng.standard_normal(shape)
        while (far := np.abs(w) > 2).any():
            w[far] = rng.standard_normal(int(far.sum()))
        return w * (deviation / 0.87962566)


@wrong(
    he,
    "heavy tails in place of a normal distribution",
    "The variance is right. But the contract names a distribution: how often is a draw of it "
    "larger than three deviations?",
)
class _Laplace(He):
    def draw(self, shape, rng, deviation):
        return rng.laplace(0, deviation / math.sqrt(2), shape)
