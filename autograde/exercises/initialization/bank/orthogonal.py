"""Orthogonal matrices: the reference, and the small pieces that misconceptions are made of."""

from __future__ import annotations

import math

import numpy as np

from autograde.check import Bank
from autograde.exercises.initialization import styles
from autograde.exercises.initialization.bank.references import drawn_by, reference

orthogonal = Bank(reference("orthogonal", drawn_by("orthogonal_")), styles=styles.ORTHOGONAL)


class Plain:
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


def wrong(name: str, hint: str):
    """Enter an instance of a variant."""

    def enter(variant):
        orthogonal.wrong(name, hint)(variant())
        return variant

    return enter
