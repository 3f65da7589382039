"""What is asked of fans, Xavier, He and orthogonal initialization.

Chance is judged in three ways, each with a bound on how often a right answer fails
(tests/exercises/test_initialization.py computes them): a spread is a number with a tolerance, a
shape is a sample of what does not depend on the spread, and what must never happen, or happen at
times, is a claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from autograde.check import (
    Answer,
    Claim,
    Evidence,
    Exercise,
    Samples,
    Values,
    array,
    number,
    outcome,
    several,
)
from autograde.check.exercise import Probe
from autograde.exercises.randomness import generators

Shape = tuple[int, ...]
Fans = Callable[[Shape], tuple[int, int]]
Draw = Callable[..., np.ndarray]
#: Entries of which a spread is seen, at the least.
ENTRIES = 20_000
#: Tolerances of a spread, and of the quotient of two: one number may be off by twice that.
SPREAD_RTOL, GAIN_RTOL = 0.0275, 0.05
#: Entries of a group, and groups, of which the shape of a distribution is seen.
GROUP, GROUPS = 50, 400
#: Matrices of which the distribution of an orthogonal matrix is seen.
MATRICES = 100


def call(draw: Draw, shape: Shape, rng: np.random.Generator, **options: float) -> np.ndarray:
    """Return what one call draws, as floats."""
    return array(draw(shape, rng, **options), "what you return", shape=shape).astype(float)


def sizes(rng: np.random.Generator, count: int, low: int, high: int) -> list[int]:
    """Draw different whole numbers from low to high - 1."""
    return [int(n) for n in rng.choice(np.arange(low, high), size=count, replace=False)]


def fans(rng: np.random.Generator, fan: Fans, shapes: list[Shape]) -> Evidence:
    """Compare both fans of some shapes."""
    evidence: Evidence = {}
    for shape in shapes:
        pair = several(fan(shape), "fan_in_and_fan_out(shape)", 2)
        for name, value in zip(["fan_in", "fan_out"], pair, strict=True):
            what = f"{name} of shape {shape}"
            evidence[what] = Values(np.array(number(value, name)), what)
    return evidence


def fans_dense(fan: Fans, rng: np.random.Generator) -> Evidence:
    """Ask for the fans of linear layers."""
    a, b = sizes(rng, 2, 5, 40)
    return fans(rng, fan, [(a, b), (b, a)])


def fans_kernel(fan: Fans, rng: np.random.Generator) -> Evidence:
    """Ask for the fans of convolutions in one, two and three dimensions."""
    a, b = sizes(rng, 2, 10, 40)
    k = sizes(rng, 3, 3, 9)
    return fans(rng, fan, [(a, b, k[0]), (b, a, k[0], k[1]), (a, b, *k)])


def fans_vector(fan: Fans, rng: np.random.Generator) -> Evidence:
    """Ask for the fans of shapes that have none."""
    n = int(rng.integers(3, 9))
    return {
        str(shape): outcome(lambda s=shape: fan(s), f"fan_in_and_fan_out({shape})")
        for shape in [(n,), ()]
    }


def spread(*kernels: Shape) -> Probe:
    """Make the probe of the standard deviation, for layers that widen and that narrow."""

    def probe(draw: Draw, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        lent = rng.spawn(1)[0]
        for kernel in kernels:
            area = math.prod(kernel)
            few = math.isqrt(1800 // area) + int(rng.integers(3))
            many = math.ceil(ENTRIES / (few * area))
            for shape in [(few, many, *kernel), (many, few, *kernel)]:
                what = f"standard deviation for shape {shape}"
                deviation = np.array(call(draw, shape, lent).std())
                evidence[what] = Values(deviation, what, rtol=SPREAD_RTOL)
        return evidence

    return probe


def shape_of_distribution(draw: Draw, rng: np.random.Generator) -> Evidence:
    """Look at groups of entries, each in units of its own root mean square."""
    lent = rng.spawn(1)[0]
    w = call(draw, (100, 200), lent)
    groups = w.reshape(GROUPS, GROUP)
    rms = np.sqrt(np.mean(groups**2, axis=1))
    rms[rms == 0] = 1
    repeated = "of a matrix of shape (100, 200) are equal: every entry should be a draw of its own."
    return {
        "largest": Samples(
            np.abs(groups).max(axis=1) / rms,
            f"largest |entry| of {GROUP}, in units of their root mean square",
        ),
        "mean": Samples(
            groups.mean(axis=1) / rms,
            f"mean of {GROUP} entries, in units of their root mean square",
        ),
        "rows": Claim(len({row.tobytes() for row in w}) == 100, f"Two rows {repeated}"),
        "columns": Claim(
            len({column.tobytes() for column in w.T}) == 200, f"Two columns {repeated}"
        ),
    }


def gain(shape: Shape) -> Probe:
    """Make the probe of several gains, compared with the answer's own weights without."""

    def probe(draw: Draw, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        lent = rng.spawn(1)[0]
        usual = np.sqrt(np.mean(call(draw, shape, lent) ** 2))
        for factor in (float(rng.uniform(0.3, 0.6)), float(rng.uniform(1.8, 3))):
            what = f"size of the weights with gain={factor:.2f}, in units of that without"
            size = np.sqrt(np.mean(call(draw, shape, lent, gain=factor) ** 2)) / (usual or 1.0)
            evidence[what] = Values(np.array(size), what, rtol=GAIN_RTOL)
        return evidence

    return probe


def orthonormal(*shapes: Shape) -> Probe:
    """Make the probe of the products of rows, or of columns where these are fewer."""

    def probe(draw: Draw, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        lent = rng.spawn(1)[0]
        for shape in shapes:
            w = call(draw, shape, lent).reshape(shape[0], -1)
            wide = w.shape[0] <= w.shape[1]
            what = f"product of two {'rows' if wide else 'columns'} (shape {shape})"
            products = w @ w.T if wide else w.T @ w
            evidence[what] = Values(np.round(products, 9) + 0.0, what)
        return evidence

    return probe


def haar(draw: Draw, rng: np.random.Generator) -> Evidence:
    """Look at many matrices: no direction, sign or turn may be preferred.

    An entry of a right answer has the same sign in 100 matrices with probability 2**-99, and the
    determinant, too.
    """
    lent = rng.spawn(1)[0]
    square = np.array([call(draw, (8, 8), lent) for _ in range(MATRICES)])
    wide = np.array([call(draw, (3, 5), lent) for _ in range(MATRICES)])
    turns = np.linalg.det(square) > 0
    both_signs = (square > 0).any(axis=0) & (square < 0).any(axis=0)
    both_signs_of_wide = (wide > 0).any(axis=0) & (wide < 0).any(axis=0)
    turns = np.linalg.det(square) > 0
    many = f"In {MATRICES} matrices of shape"
    return {
        "corner": Claim(
            bool(both_signs[0, 0]), f"{many} (8, 8) the entry [0, 0] always has the same sign."
        ),
        "square": Claim(
            bool(both_signs.all()),
            f"{many} (8, 8) there are entries that always have the same sign.",
        ),
        "wide": Claim(
            bool(both_signs_of_wide.all()),
            f"{many} (3, 5) there are entries that always have the same sign.",
        ),
        "determinant": Claim(
            0 < turns.sum() < MATRICES, f"{many} (8, 8) the determinant always has the same sign."
        ),
        "trace": Samples(square.trace(axis1=1, axis2=2), "sum of the diagonal, shape (8, 8)"),
        "largest": Samples(np.abs(square).max(axis=(1, 2)), "largest |entry|, shape (8, 8)"),
    }


EXERCISE = Exercise(
    "initialization",
    [
        Answer(
            "fans",
            "fan_in_and_fan_out",
            {"fans-dense": fans_dense, "fans-kernel": fans_kernel, "fans-vector": fans_vector},
        ),
        Answer(
            "xavier",
            "xavier_uniform",
            {
                "xavier-spread": spread(()),
                "xavier-kernel": spread((7,), (3, 5)),
                "xavier-uniform": shape_of_distribution,
                "xavier-gain": gain((100, 200)),
                "xavier-generator": generators(lambda draw, lent: call(draw, (5, 8), lent)),
            },
        ),
        Answer(
            "he",
            "he_normal",
            {
                "he-spread": spread(()),
                "he-kernel": spread((7,), (3, 5)),
                "he-normal": shape_of_distribution,
                "he-generator": generators(lambda draw, lent: call(draw, (5, 8), lent)),
            },
        ),
        Answer(
            "orthogonal",
            "orthogonal",
            {
                "orthogonal-rows": orthonormal((3, 7), (5, 5)),
                "orthogonal-columns": orthonormal((8, 3)),
                "orthogonal-kernel": orthonormal((5, 2, 3, 2), (14, 2, 3)),
                "orthogonal-gain": gain((10, 12)),
                "orthogonal-haar": haar,
                "orthogonal-generator": generators(lambda draw, lent: call(draw, (6, 6), lent)),
            },
        ),
    ],
    hides=("torch", "torchvision", "course.init"),
)
