"""Following an optimizer: the gradients it is lent, and how far its parameters move.

An optimizer reaches a probe as its class (or anything that is called like one). Everything it
is lent is a copy; what it made of it is read back through the alias that the probe kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograde.check import array
from autograde.check.reading import there
from autograde.exercises.driving import column, walk

MakeOptimizer = Callable[..., Any]
Gradient = np.ndarray | None

#: Where torch, scikit-learn and the course keep their optimizers: see `Exercise.hides`.
HIDES = (
    "sklearn.neural_network",
    "torch",
    "torchvision",
    "course.adam_family",
    "course.adam_rules",
    "course.in_place",
    "course.optim",
    "course.optimizer",
    "course.rules",
)


def displacements(
    make: MakeOptimizer,
    start: np.ndarray,
    gradients: Sequence[Gradient],
    **options: Any,
) -> np.ndarray:
    """Return how far one parameter has moved from its start after each step.

    Parameters
    ----------
    make : callable
        ``make(params, **options)`` returns an optimizer.
    start : ndarray
        Where the parameter starts.
    gradients : sequence of ndarray or None
        The gradient of each step.

    Returns
    -------
    ndarray of shape (steps, *start.shape)
    """
    return trajectories(make, [start], [[g] for g in gradients], **options)[0]


def trajectories(
    make: MakeOptimizer,
    starts: Sequence[np.ndarray],
    gradients: Sequence[Sequence[Gradient]],
    *,
    rates: Sequence[float] = (),
    **options: Any,
) -> list[np.ndarray]:
    """Return the displacements of several parameters of one optimizer.

    Parameters
    ----------
    make, options
        As for `displacements`.
    starts : sequence of ndarray
        Where each parameter starts.
    gradients : sequence of sequence
        For each step, the gradient of each parameter.
    rates : sequence of float
        What ``optimizer.lr`` is set to before each step; empty to leave it alone.

    Returns
    -------
    list of ndarray of shape (steps, *start.shape)
        One for each parameter.
    """
    columns = [column([step[k] for step in gradients]) for k in range(len(starts))]
    paths = there(walk, make, [s.copy() for s in starts], columns, list(rates), options)
    what = "param.data after step()"
    return [
        np.array([array(data, what, shape=start.shape) for data in path]) - start
        for path, start in zip(paths, starts, strict=True)
    ]


def steps(rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Draw the gradients of n steps, of size about 1, none of them near zero."""
    signs = rng.choice([-1.0, 1.0], size=(n, *shape))
    return list(signs * rng.uniform(0.3, 2.0, size=(n, *shape)))


def with_zeros(gradients: list[np.ndarray]) -> list[np.ndarray]:
    """Set two whole gradients and single entries of others, of at least ten, to zero."""
    gradients = [g.copy() for g in gradients]
    gradients[4][:] = 0
    gradients[9][:] = 0
    for k in (2, 6, 8):
        gradients[k][k % len(gradients[k])] = 0
    return gradients


def increments(moved: np.ndarray) -> np.ndarray:
    """Return the single steps of which displacements are the sums, first step first."""
    return np.diff(moved, axis=0, prepend=0 * moved[:1])


def relative(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how many times as long as b each entry of a is; equal entries count as 1.

    Examples
    --------
    >>> relative(np.array([3.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [1.5, 1.0]
    """
    return np.divide(a, b, out=np.ones_like(a), where=a != b)


def agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether two trajectories are equal up to rounding, NaN counting as equal."""
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True))
