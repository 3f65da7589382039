"""What is asked of fans, Xavier, He and orthogonal initialization.

Chance is judged in three ways, each with a bound on how often a right answer fails
(tests/exercises/test_initialization.py computes them): a spread is an estimate with a tolerance,
which the judge compares with many times as many draws, a shape is a sample of what does not
depend on the spread, and what must never happen, or happen at times, is a claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from autograde.check import (
    Answer,
    Evidence,
    Exercise,
    Values,
    number,
    outcome,
    several,
)
from autograde.check.exercise import Probe
from autograde.exercises.initialization.calls import Draw, Shape, call
from autograde.exercises.initialization.directions import haar
from autograde.exercises.initialization.entries import shape_of_distribution
from autograde.exercises.randomness import generators

Fans = Callable[[Shape], tuple[int, int]]
#: Entries of which a spread is seen, of linear layers and of convolutions; calls of small layers.
ENTRIES, KERNEL_ENTRIES, CALLS = 100_000, 30_000, 160
#: The quotient of two spreads, and the width of a range, may be off by twice that.
GAIN_RTOL, WIDTH_RTOL = 0.05, 0.0175


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


def deviation(draws: np.ndarray, what: str) -> Evidence:
    """Return a standard deviation as evidence; it may be off by 4.5 in units of 1 / sqrt(n).

    That of n normal numbers strays from the true one by 0.71 of these units, that of uniform
    ones by 0.45.
    """
    rtol = 4.5 / math.sqrt(draws.size) / 2
    return {what: Values(np.array(draws.std()), what, rtol=rtol, by_chance=True)}


def width(draws: np.ndarray, what: str) -> Evidence:
    """Return how far uniform draws reach as evidence: the largest tells that best.

    Of draws that are not uniform, which is not asked here, the width is that of uniform draws with
    the same root mean square.
    """
    largest, rms = np.abs(draws).max(), np.sqrt(np.mean(draws**2))
    uniform = 1.6 * rms < largest < 1.9 * rms
    reach = largest if uniform else math.sqrt(3) * rms
    return {what: Values(np.array(reach), what, rtol=WIDTH_RTOL, by_chance=True)}


def spread(*kernels: Shape, small: bool = False) -> Probe:
    """Make the probe of the standard deviation, for layers that widen and that narrow.

    With `small`, for many layers of 5 and 6 units as well, where each counts in the sum of both;
    the entries are uniform then.
    """

    def probe(draw: Draw, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        lent = rng.spawn(1)[0]
        for kernel in kernels:
            area = math.prod(kernel)
            few = math.isqrt(170 // area) + int(rng.integers(3))
            many = math.ceil((KERNEL_ENTRIES if kernel else ENTRIES) / (few * area))
            for shape in [(few, many, *kernel), (many, few, *kernel)]:
                what = f"standard deviation for shape {shape}"
                evidence |= deviation(call(draw, shape, lent), what)
        if small:
            layers = np.array([call(draw, (5, 6), lent) for _ in range(CALLS)])
            evidence |= width(layers, f"half of the range in {CALLS} calls with shape (5, 6)")
        return evidence

    return probe


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
                "xavier-spread": spread((), small=True),
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
