"""Xavier and He drawn not each entry on its own, or mended afterwards: mistakes of both."""

from __future__ import annotations

import math

import numpy as np

from autograde.exercises.initialization.bank.scaled import both


@both(
    "halves that are each other's mirror image",
    "Whoever knows one half knows the other. How many numbers must be drawn?",
)
class _Mirrored:
    def draw(self, shape, rng, deviation):
        size = math.prod(shape)
        half = super().draw(((size + 1) // 2,), rng, deviation)
        return np.append(half, -half[::-1])[:size].reshape(shape)


@both(
    "neighbours that share one draw",
    "Two weights that are always equal are one weight. How many numbers must be drawn?",
)
class _Neighbours:
    def draw(self, shape, rng, deviation):
        size = math.prod(shape)
        return np.repeat(super().draw(((size + 1) // 2,), rng, deviation), 2)[:size].reshape(shape)


@both(
    "a moving average of draws",
    "Each draw has a part in several weights, so that neighbours resemble each other. What should "
    "a weight tell about the next one?",
)
class _MovingAverage:
    def draw(self, shape, rng, deviation):
        drawn = super().draw((math.prod(shape) + 1,), rng, deviation)
        return ((drawn[1:] + drawn[:-1]) / math.sqrt(2)).reshape(shape)


@both(
    "a spread that is repaired after drawing",
    "It is the distribution that has this deviation; a few draws of it stray. What is lost when "
    "each matrix is scaled to have it exactly?",
)
class _ExactSpread:
    def draw(self, shape, rng, deviation):
        w = super().draw(shape, rng, deviation)
        return w * (deviation / (w.std() or 1.0))


@both(
    "a mean that is subtracted after drawing",
    "It is the distribution that has mean zero; a few draws of it stray. What do the entries know "
    "of each other when their sum is always 0?",
)
class _Centred:
    def draw(self, shape, rng, deviation):
        w = super().draw(shape, rng, deviation)
        return w - w.mean()


@both(
    "mean and spread repaired after drawing",
    "It is the distribution that has this mean and this deviation; a few draws of it stray. What "
    "is lost when each matrix is forced to have them?",
)
class _Standardized:
    def draw(self, shape, rng, deviation):
        w = super().draw(shape, rng, deviation)
        w = w - w.mean()
        return w * (deviation / (w.std() or 1.0))


@both(
    "weights a few per cent too large",
    "The distribution is right, and the scale nearly so. Which constant in your formula is not "
    "exact?",
)
class _SlightlyLarge:
    def draw(self, shape, rng, deviation):
        return super().draw(shape, rng, 1.035 * deviation)


@both(
    "a fan that counts the bias as well",
    "One input more for the bias? Here the bias is 0 at first. Which inputs does the contract "
    "count?",
)
class _CountsBias:
    def fans(self, shape):
        fan_in, fan_out = super().fans(shape)
        return fan_in + 1, fan_out


@both(
    "a few different values in place of a continuous range",
    "Whole numbers, however scaled, leave gaps between them. How many different weights can there "
    "be?",
)
class _Grid:
    def draw(self, shape, rng, deviation):
        step = deviation / 10
        return np.round(super().draw(shape, rng, deviation) / step) * step
