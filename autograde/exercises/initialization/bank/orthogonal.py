"""Orthogonal matrices: the reference, and what is commonly got wrong."""

from __future__ import annotations

import copy
import math

import numpy as np

from autograde.check import Bank
from autograde.exercises.initialization import styles
from autograde.exercises.initialization.bank.references import drawn_by, reference

orthogonal = Bank(reference("orthogonal", drawn_by("orthogonal_")), styles=styles.ORTHOGONAL)


class _Plain:
    """An orthogonal draw in small pieces; a misconception changes one of them."""

    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        tall = self.columns(max(rows, columns), min(rows, columns), rng)
        w = tall if rows >= columns else tall.T
        return self.scaled(w, gain).reshape(shape)

    def flat(self, shape):
        return shape[0], math.prod(shape[1:])

    def columns(self, m, n, rng):
        """Return n orthonormal columns of m entries each."""
        q, r = np.linalg.qr(self.noise(m, n, rng))
        return self.signed(q, r)

    def noise(self, m, n, rng):
        return rng.standard_normal((m, n))

    def signed(self, q, r):
        return q * np.copysign(1.0, np.diag(r))

    def scaled(self, w, gain):
        return gain * w


def _wrong(name: str, hint: str):
    """Enter an instance of a variant."""

    def enter(variant):
        orthogonal.wrong(name, hint)(variant())
        return variant

    return enter


@_wrong(
    "the signs that the QR decomposition happens to choose",
    "QR is unique only up to signs, and the library has habits. Which other factor shows which "
    "signs it chose?",
)
class _NoSigns(_Plain):
    def signed(self, q, r):
        return q


@_wrong(
    "signs taken from the wrong factor",
    "Now the diagonal of the result is never negative, which no uniform choice would be. Which "
    "factor's diagonal should be positive?",
)
class _SignsOfQ(_Plain):
    def signed(self, q, r):
        return q * np.copysign(1.0, np.diag(q))


@_wrong(
    "the signs chosen by the library in wide matrices alone",
    "A wide matrix is a tall one, transposed. Do both ways lead past the step that mends the "
    "signs?",
)
class _NoSignsIfWide(_Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        if rows >= columns:
            return super().__call__(shape, rng, gain=gain)
        q, _ = np.linalg.qr(self.noise(columns, rows, rng))
        return self.scaled(q.T, gain).reshape(shape)


@_wrong(
    "noise that is not centred",
    "Uniform numbers between 0 and 1 all point into one corner. Which distribution has no "
    "preferred direction?",
)
class _UniformNoise(_Plain):
    def noise(self, m, n, rng):
        return rng.random((m, n))


@_wrong(
    "rotations alone",
    "Half of all orthogonal matrices are reflections. Which sign has the determinant of yours?",
)
class _Rotations(_Plain):
    def columns(self, m, n, rng):
        q = super().columns(m, n, rng)
        if m == n and np.linalg.det(q) < 0:
            q[:, 0] *= -1
        return q


@_wrong(
    "the identity in place of a random matrix",
    "The identity is orthogonal, but it is one matrix only. What should be drawn?",
)
class _Identity(_Plain):
    def columns(self, m, n, rng):
        return np.eye(m, n)


@_wrong(
    "shuffled unit vectors",
    "Each of your rows has a single entry other than zero. Do all directions occur?",
)
class _Permutations(_Plain):
    def columns(self, m, n, rng):
        return (rng.choice([-1.0, 1.0], size=m)[:, None] * np.eye(m))[rng.permutation(m)][:, :n]


@_wrong(
    "normal noise that was not made orthogonal",
    "Long rows of noise are nearly orthogonal, short ones are not. What turns noise into an "
    "orthonormal system?",
)
class _NoiseAlone(_Plain):
    def columns(self, m, n, rng):
        return self.noise(m, n, rng) / math.sqrt(m)


@_wrong(
    "vectors of length 1 that are not orthogonal to each other",
    "Length 1 is half of it. What should the product of two different ones be?",
)
class _UnitLength(_Plain):
    def columns(self, m, n, rng):
        noise = self.noise(m, n, rng)
        return noise / np.linalg.norm(noise, axis=0)


@_wrong(
    "the transposed case forgotten",
    "In a wide matrix there are more columns than dimensions for them, so what can be orthonormal "
    "there?",
)
class _NeverTransposes(_Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        q, r = np.linalg.qr(self.noise(rows, columns, rng))
        signs = np.copysign(1.0, np.diag(r))
        return self.scaled(q * signs, gain).reshape(shape)


@_wrong(
    "a wide matrix cut out of a larger one along the wrong side",
    "In a wide matrix it is the rows that should be orthonormal. Which side was cut off?",
)
class _CutColumns(_Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        size = max(rows, columns)
        q = _Plain.columns(self, size + 1, size + 1, rng)
        return self.scaled(q[:rows, :columns], gain).reshape(shape)


@_wrong(
    "a kernel flattened with the outputs",
    "An output is a sum over input channels and kernel: these make up one row. Which axis of the "
    "shape stands alone?",
)
class _FlattenedWithOutputs(_Plain):
    def flat(self, shape):
        return math.prod(shape[:-1]), shape[-1]


@_wrong(
    "an orthogonal matrix for every place in the kernel",
    "An output is a sum over input channels and kernel: these make up one row. How long is a row?",
)
class _EachPlace(_Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        call = super().__call__
        places = [call(shape[:2], rng, gain=gain) for _ in range(math.prod(shape[2:]))]
        return np.stack(places, axis=-1).reshape(shape)


@_wrong(
    "gain lost on the way",
    "The decomposition makes everything as long as 1, whatever went in. Where must gain enter?",
)
class _NoGain(_Plain):
    def scaled(self, w, gain):
        return w


@_wrong(
    "gain squared",
    "With gain=2, how long should a row be: 2 or 4?",
)
class _GainSquared(_Plain):
    def scaled(self, w, gain):
        return gain**2 * w


@_wrong(
    "the root of gain",
    "With gain=4, how long should a row be: 4 or 2?",
)
class _RootOfGain(_Plain):
    def scaled(self, w, gain):
        return math.sqrt(gain) * w


@_wrong(
    "rows scaled to entries of size 1",
    "Orthonormal means that a row as a whole has length 1. What length have yours?",
)
class _ScaledUp(_Plain):
    def scaled(self, w, gain):
        return gain * math.sqrt(max(w.shape)) * w


@_wrong(
    "the same matrix in every call",
    "A generator that is made afresh with a fixed seed begins afresh, too. Which one were you "
    "handed?",
)
class _FixedSeed(_Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, np.random.default_rng(0))


@_wrong(
    "a generator other than the one that was handed over",
    "Whoever repeats an experiment hands you a generator with the same seed. Whom do you ask for "
    "random numbers?",
)
class _OtherGenerator(_Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, np.random.default_rng())


@_wrong(
    "a copy of the generator, which leaves the original where it was",
    "Drawing should move the generator on. Whose generator do you move?",
)
class _CopiedGenerator(_Plain):
    def noise(self, m, n, rng):
        return super().noise(m, n, copy.deepcopy(rng))
