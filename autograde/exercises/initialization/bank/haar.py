"""Orthogonal matrices that are not drawn from all alike."""

from __future__ import annotations

import numpy as np

from autograde.exercises.initialization.bank.orthogonal import Plain, wrong


@wrong(
    "the signs that the QR decomposition happens to choose",
    "QR is unique only up to signs, and the library has habits. Which other factor shows which "
    "signs it chose?",
)
class _NoSigns(Plain):
    def signed(self, q, r):
        return q


@wrong(
    "signs taken from the wrong factor",
    "Now the diagonal of the result is never negative, which no uniform choice would be. Which "
    "factor's diagonal should be positive?",
)
class _SignsOfQ(Plain):
    def signed(self, q, r):
        return q * np.copysign(1.0, np.diag(q))


@wrong(
    "the signs chosen by the library in wide matrices alone",
    "A wide matrix is a tall one, transposed. Do both ways lead past the step that mends the "
    "signs?",
)
class _NoSignsIfWide(Plain):
    def __call__(self, shape, rng, *, gain=1.0):
        rows, columns = self.flat(shape)
        if rows >= columns:
            return super().__call__(shape, rng, gain=gain)
        q, _ = np.linalg.qr(self.noise(columns, rows, rng))
        return self.scaled(q.T, gain).reshape(shape)


@wrong(
    "noise that is not centred",
    "Uniform numbers between 0 and 1 all point into one corner. Which distribution has no "
    "preferred direction?",
)
class _UniformNoise(Plain):
    def noise(self, m, n, rng):
        return rng.random((m, n))


@wrong(
    "rotations alone",
    "Half of all orthogonal matrices are reflections. Which sign has the determinant of yours?",
)
class _Rotations(Plain):
    def columns(self, m, n, rng):
        q = super().columns(m, n, rng)
        if m == n and np.linalg.det(q) < 0:
            q[:, 0] *= -1
        return q


@wrong(
    "the identity in place of a random matrix",
    "The identity is orthogonal, but it is one matrix only. What should be drawn?",
)
class _Identity(Plain):
    def columns(self, m, n, rng):
        return np.eye(m, n)


@wrong(
    "shuffled unit vectors",
    "Each of your rows has a single entry other than zero. Do all directions occur?",
)
class _Permutations(Plain):
    def columns(self, m, n, rng):
        return (rng.choice([-1.0, 1.0], size=m)[:, None] * np.eye(m))[rng.permutation(m)][:, :n]


@wrong(
    "centred noise that is uniform",
    "A cube reaches further into its corners than along its axes. Which noise has no preferred "
    "direction?",
)
class _CubeNoise(Plain):
    def noise(self, m, n, rng):
        return rng.uniform(-1, 1, (m, n))


@wrong(
    "noise of signs alone",
    "A noise of 1 and -1 knows the corners of a cube and nothing between. Which noise has no "
    "preferred direction?",
)
class _SignNoise(Plain):
    def noise(self, m, n, rng):
        return rng.choice([-1.0, 1.0], size=(m, n)) + 1e-6 * rng.standard_normal((m, n))


@wrong(
    "the signs that the QR decomposition happens to choose, all turned round",
    "The habits of a library turned round are habits. Which other factor shows which signs it "
    "chose?",
)
class _OppositeSigns(Plain):
    def signed(self, q, r):
        return -q


@wrong(
    "one sign for the whole matrix",
    "Each column has a sign of its own, chosen by the library. How many signs must be mended?",
)
class _OneSign(Plain):
    def signed(self, q, r):
        return q * np.copysign(1.0, r[0, 0])


@wrong(
    "a first row that is never negative",
    "In a uniform choice every entry may have either sign. Which factor's diagonal should be "
    "positive?",
)
class _FirstRow(Plain):
    def signed(self, q, r):
        return q * np.copysign(1.0, q[0])


def _turned(m, n, rng):
    """Return n columns of the Cayley transform of a skew matrix of normal numbers."""
    noise = rng.standard_normal((m, m))
    skew = (noise - noise.T) / 2
    return np.linalg.solve(np.eye(m) + skew, (np.eye(m) - skew)[:, :n])


@wrong(
    "a turn by noise in place of a uniform choice",
    "The transform makes every matrix orthogonal, and some far more often than others. Is there "
    "one that it prefers?",
)
class _Cayley(Plain):
    def columns(self, m, n, rng):
        return _turned(m, n, rng)


@wrong(
    "a turn by noise, with random signs",
    "The signs are fair now. Which matrices, signs aside, does the transform prefer?",
)
class _SignedCayley(Plain):
    def columns(self, m, n, rng):
        return _turned(m, n, rng) * rng.choice([-1.0, 1.0], size=n)


@wrong(
    "a mirror in place of a uniform choice",
    "A single mirror changes one direction and leaves all others. Can your product of mirrors "
    "reach every orthogonal matrix?",
)
class _Mirror(Plain):
    def columns(self, m, n, rng):
        v = rng.standard_normal(m)
        return (np.eye(m) - 2 * np.outer(v, v) / (v @ v))[:, :n]
