"""Toy data, small enough to see everything: gates, spirals, moons, lines, and wrong labels.

All is float64, drawn from the generator that the caller passes. Classes are integers of shape (n,),
as `CrossEntropyLoss` takes them; other targets have the shape of the output that should
match them, (n, 1), since (n,) against (n, 1) broadcasts to (n, n) without a word.
"""

from __future__ import annotations

import numpy as np

from course._checks import check_count, check_generator
from course._ranges import (
    check_above_zero,
    check_at_least_zero,
    check_finite,
    check_in_unit_interval,
)
from course.data import Data

__all__ = [
    "and_gate",
    "badly_scaled_regression",
    "linear_regression",
    "moons",
    "spirals",
    "with_wrong_labels",
    "xor_gate",
]

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


def and_gate() -> Data:
    """Return the truth table of AND, which one line separates.

    Returns
    -------
    Data
        X of shape (4, 2) and y of shape (4, 1), both of 0.0 and 1.0.

    Examples
    --------
    >>> and_gate().y.ravel().tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    X = np.array(CORNERS)
    return Data(X, np.min(X, axis=1, keepdims=True))


def xor_gate() -> Data:
    """Return the truth table of XOR, which no line separates.

    Returns
    -------
    Data
        X of shape (4, 2) and y of shape (4, 1), both of 0.0 and 1.0.

    Examples
    --------
    >>> xor_gate().y.ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    X = np.array(CORNERS)
    return Data(X, np.abs(X[:, :1] - X[:, 1:]))


def spirals(
    n: int, rng: np.random.Generator, *, classes: int = 2, turns: float = 1.0, noise: float = 0.02
) -> Data:
    """Draw points on interleaved spirals, one for each class.

    Parameters
    ----------
    n : int
        Number of points; the classes differ by at most one in size.
    rng : numpy.random.Generator
        Source of chance.
    classes : int
        Number of spirals.
    turns : float
        How often each winds round the origin, on its way from there to radius 1.
    noise : float
        Standard deviation of what is added to both coordinates.

    Returns
    -------
    Data
        X of shape (n, 2), y of shape (n,), int64 in 0..classes-1, in random order.
    """
    check_count("n", n)
    check_generator(rng)
    check_count("classes", classes)
    check_finite(turns=turns)
    check_at_least_zero(noise=noise)
    y = rng.permutation(np.arange(n) % classes)
    radius = np.sqrt(rng.uniform(size=n))
    angle = 2 * np.pi * (turns * radius + y / classes)
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return Data(X + noise * rng.standard_normal((n, 2)), y)


def moons(n: int, rng: np.random.Generator, *, noise: float = 0.1) -> Data:
    """Draw points on two half circles that reach into each other.

    Parameters
    ----------
    n : int
        Number of points; the classes differ by at most one in size.
    rng : numpy.random.Generator
        Source of chance.
    noise : float
        Standard deviation of what is added to both coordinates.

    Returns
    -------
    Data
        X of shape (n, 2), y of shape (n,), int64 of 0 (the upper moon, round (0, 0)) and 1 (the
        lower, round (1, 0.5)), in random order.
    """
    check_count("n", n)
    check_generator(rng)
    check_at_least_zero(noise=noise)
    y = rng.permutation(np.arange(n) % 2)
    angle = np.pi * (rng.uniform(size=n) + y)
    centre = y[:, np.newaxis] * np.array([1.0, 0.5])
    X = centre + np.column_stack([np.cos(angle), np.sin(angle)])
    return Data(X + noise * rng.standard_normal((n, 2)), y)


def linear_regression(
    n: int,
    rng: np.random.Generator,
    *,
    slope: float = 2.0,
    intercept: float = 1.0,
    noise: float = 0.1,
) -> Data:
    """Draw points near a line.

    Parameters
    ----------
    n : int
        Number of points.
    rng : numpy.random.Generator
        Source of chance.
    slope, intercept : float
        Of the line.
    noise : float
        Standard deviation of what is added to y.

    Returns
    -------
    Data
        X of shape (n, 1), uniform in [-1, 1], and y of shape (n, 1).
    """
    check_count("n", n)
    check_generator(rng)
    check_finite(slope=slope, intercept=intercept)
    check_at_least_zero(noise=noise)
    X = rng.uniform(-1, 1, (n, 1))
    return Data(X, slope * X + intercept + noise * rng.standard_normal((n, 1)))


def badly_scaled_regression(
    n: int,
    rng: np.random.Generator,
    *,
    features: int = 10,
    largest_scale: float = 100.0,
    noise: float = 0.1,
) -> Data:
    """Draw a linear regression whose inputs come in very different units.

    Parameters
    ----------
    n : int
        Number of points.
    rng : numpy.random.Generator
        Source of chance.
    features : int
        Number of inputs.
    largest_scale : float
        Standard deviation of the last input; that of the first is 1, and between them it
        grows geometrically. The squared error then has a condition number of about
        ``largest_scale ** 2``.
    noise : float
        Standard deviation of what is added to y.

    Returns
    -------
    Data
        X of shape (n, features), y of shape (n, 1). Every input matters equally: the weight on
        it is 1 or -1, divided by its scale.
    """
    check_count("n", n)
    check_generator(rng)
    check_count("features", features)
    check_above_zero(largest_scale=largest_scale)
    check_at_least_zero(noise=noise)
    scale = np.geomspace(1, largest_scale, features)
    X = scale * rng.standard_normal((n, features))
    weight = rng.choice([-1.0, 1.0], (features, 1)) / scale[:, np.newaxis]
    return Data(X, X @ weight + noise * rng.standard_normal((n, 1)))


def with_wrong_labels(
    y: np.ndarray, fraction: float, rng: np.random.Generator, *, classes: int = 10
) -> np.ndarray:
    """Give some examples a label that is wrong.

    Parameters
    ----------
    y : ndarray of shape (n,), of int
        True classes, in 0..classes-1; not changed.
    fraction : float in [0, 1]
        How many of them to replace: ``round(fraction * n)``, exactly.
    rng : numpy.random.Generator
        Source of chance.
    classes : int, at least 2
        Number of classes.

    Returns
    -------
    ndarray of shape (n,)
        A copy in which so many labels are another class, each as likely as the others.

    Raises
    ------
    ValueError
        ``fraction must be in [0, 1], got 20``.

    Examples
    --------
    >>> y = np.zeros(10, dtype=int)
    >>> int(np.sum(with_wrong_labels(y, 0.2, np.random.default_rng(0)) != y))
    2
    """
    check_in_unit_interval(fraction=fraction)
    check_count("classes", classes, 2)
    check_generator(rng)
    y = np.array(y)
    if y.ndim != 1 or y.dtype.kind not in "iu":
        raise TypeError(f"y must be integers of shape (n,), got {y.dtype} of shape {y.shape}")
    chosen = rng.choice(len(y), round(fraction * len(y)), replace=False)
    y[chosen] = (y[chosen] + rng.integers(1, classes, len(chosen))) % classes
    return y
