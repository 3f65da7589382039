"""Orthogonal matrices: rows, columns, kernels, gain, and where the chance comes from."""

from __future__ import annotations

import copy
import math

import numpy as np

from autograde.exercises.initialization.bank.orthogonal import Plain, wrong


@wrong(
    "normal noise that was not made orthogonal",
    "Long rows of noise are nearly orthogonal, short ones are not. What turns noise into an "
    "orthonormal system?",
)
class _NoiseAlone(Plain):
    def columns(self, m, n, rng):
        return self.noise(m, n, rng) / math.sqrt(m)


@wrong(
    "vectors of length 1 that are not orthogonal to each other",
    "Length 1 is half of it. What should the product of two different ones be?",
)
class _UnitLength(Plain):
    def columns(self, m, n, rng):
        noise = self.noise(m, n, rng)
        return noise / np.linalg.norm(noise, axis=0)


@wrong(
    "the transposed case forgotten",
    "In a wide matrix there are more columns than dimensions for them, so what can be orthonormal "
    "there?",
)
class _NeverTransposes(Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        q, r = np.linalg.qr(self.noise(rows, columns, rng))
        signs = np.copysign(1.0, np.diag(r))
        return self.scaled(q * signs, gain).reshape(shape)


@wrong(
    "a wide matrix cut out of a larger one along the wrong side",
    "In a wide matrix it is the rows that should be orthonormal. Which side was cut off?",
)
class _CutColumns(Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        size = max(rows, columns)
        q = Plain.columns(self, size + 1, size + 1, rng)
        return self.scaled(q[:rows, :columns], gain).reshape(shape)


@wrong(
    "a kernel flattened with the outputs",
    "An output is a sum over input channels and kernel: these make up one row. Which axis of the "
    "shape stands alone?",
)
class _FlattenedWithOutputs(Plain):
    def flat(self, shape):
        return math.prod(shape[:-1]), shape[-1]


@wrong(
    "an orthogonal matrix for every place in the kernel",
    "An output is a sum over input channels and kernel: these make up one row. How long is a row?",
)
class _EachPlace(Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        call = super().__call__
        places = [call(shape[:2], rng, gain=gain) for _ in range(math.prod(shape[2:]))]
        return np.stack(places, axis=-1).reshape(shape)


@wrong(
    "gain lost on the way",
    "The decomposition makes everything as long as 1, whatever went in. Where must gain enter?",
)
class _NoGain(Plain):
    def scaled(self, w, gain):
        return w


@wrong(
    "gain squared",
    "With gain=2, how long should a row be: 2 or 4?",
)
class _GainSquared(Plain):
    def scaled(self, w, gain):
        return gain**2 * w


@wrong(
    "the root of gain",
    "With gain=4, how long should a row be: 4 or 2?",
)
class _RootOfGain(Plain):
    def scaled(self, w, gain):
        return math.sqrt(gain) * w


@wrong(
    "rows scaled to entries of size 1",
    "Orthonormal means that a row as a whole has length 1. What length have yours?",
)
class _ScaledUp(Plain):
    def scaled(self, w, gain):
        return gain * math.sqrt(max(w.shape)) * w


@wrong(
    "the same matrix in every call",
    "A generator that is made afresh with a fixed seed begins afresh, too. Which one were you "
    "handed?",
)
class _FixedSeed(Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, np.random.default_rng(0))


@wrong(
    "a generator other than the one that was handed over",
    "Whoever repeats an experiment hands you a generator with the same seed. Whom do you ask for "
    "random numbers?",
)
class _OtherGenerator(Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, np.random.default_rng())


@wrong(
    "a copy of the generator, which leaves the original where it was",
    "Drawing should move the generator on. Whose generator do you move?",
)
class _CopiedGenerator(Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, copy.deepcopy(rng))
