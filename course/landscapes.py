"""Loss surfaces of two (or few) parameters, with gradients, on which optimizers can be watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course._checks import check_count
from course._ranges import check_finite
from course.nn import Parameter

__all__ = ["Landscape", "beale", "quadratic", "rosenbrock", "saddle", "trajectory"]


@dataclass(frozen=True)
class Landscape:
    """A function to be minimized.

    Attributes
    ----------
    name : str
        For titles of figures.
    value : callable, (..., d) -> (...)
        The function, of many points at once.
    gradient : callable, (..., d) -> (..., d)
        Its gradient.
    minimum : tuple of float, of length d
        Where it is smallest.
    start : tuple of float, of length d
        Where a descent customarily starts.
    bounds : tuple of (float, float), of length d
        The part worth drawing: (lowest, highest) of each parameter.

    Examples
    --------
    >>> valley = quadratic(100)
    >>> valley.gradient([1.0, 1.0]).tolist()
    [1.0, 100.0]
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    minimum: tuple[float, ...]
    start: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]


def quadratic(condition_number: float, *, dimension: int = 2) -> Landscape:
    r"""Make a bowl whose curvatures run from 1 to `condition_number`.

    Parameters
    ----------
    condition_number : float, at least 1
        Largest curvature divided by the smallest, :math:`\kappa`.
    dimension : int, at least 1
        Number of parameters; the curvatures are spaced geometrically. A single one has
        curvature `condition_number`.

    Returns
    -------
    Landscape
        :math:`f(\theta) = \frac12 \sum_i \lambda_i \theta_i^2`, with
        :math:`\lambda_1 = 1` and :math:`\lambda_d = \kappa`.

    Raises
    ------
    ValueError
        ``condition_number must be >= 1, got 0.5``.

    Notes
    -----
    Gradient descent with the best fixed rate, :math:`2 / (1 + \kappa)`, shrinks the distance to
    the minimum by :math:`(\kappa - 1) / (\kappa + 1)` a step, and diverges beyond
    :math:`2 / \kappa`.

    References
    ----------
    Nesterov (2004), *Introductory Lectures on Convex Optimization*, theorem 2.1.15.
    """
    check_finite(condition_number=condition_number)
    if condition_number < 1:
        raise ValueError(f"condition_number must be >= 1, got {condition_number}")
    check_count("dimension", dimension)
    curvature = condition_number ** (np.linspace(0, 1, dimension) if dimension > 1 else np.ones(1))

    def value(theta):
        return 0.5 * np.sum(curvature * np.square(theta), axis=-1)

    def gradient(theta):
        return curvature * theta

    return Landscape(
        name=f"Quadratic, condition number {condition_number:g}",
        value=value,
        gradient=gradient,
        minimum=(0.0,) * dimension,
        start=(1.0,) * dimension,
        bounds=((-1.2, 1.2),) * dimension,
    )


def _from_xy(value, gradient, **places) -> Landscape:
    """Make a landscape of functions of the two coordinates."""

    def split(theta):
        theta = np.asarray(theta, dtype=float)
        return theta[..., 0], theta[..., 1]

    return Landscape(
        value=lambda theta: value(*split(theta)),
        gradient=lambda theta: np.stack(gradient(*split(theta)), axis=-1),
        **places,
    )


def rosenbrock() -> Landscape:
    """Make the banana valley: easy to get into, hard to follow to its lowest point.

    Returns
    -------
    Landscape
        :math:`f(x, y) = (1 - x)^2 + 100 (y - x^2)^2`, smallest (0) at (1, 1).

    References
    ----------
    Rosenbrock (1960), "An automatic method for finding the greatest or least value of a function".
    """

    def value(x, y):
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def gradient(x, y):
        return -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)

    return _from_xy(
        value,
        gradient,
        name="Rosenbrock",
        minimum=(1.0, 1.0),
        start=(-1.2, 1.0),
        bounds=((-1.6, 1.6), (-0.6, 1.8)),
    )


def beale() -> Landscape:
    r"""Make a plain with steep corners: its gradients differ by many orders of magnitude.

    Returns
    -------
    Landscape
        :math:`f(x, y) = \sum_{i=1}^3 (c_i - x (1 - y^i))^2` with :math:`c = (1.5, 2.25, 2.625)`,
        smallest (0) at (3, 0.5).

    References
    ----------
    Beale (1958), "On an iterative method for finding a local minimum of a function of more than
    one variable". Start as in Moré, Garbow and Hillstrom (1981), "Testing unconstrained
    optimization software", problem 5.
    """
    terms = ((1.5, 1), (2.25, 2), (2.625, 3))

    def value(x, y):
        return sum((c - x * (1 - y**i)) ** 2 for c, i in terms)

    def gradient(x, y):
        residuals = [(c - x * (1 - y**i), i) for c, i in terms]
        dx = sum(-2 * r * (1 - y**i) for r, i in residuals)
        dy = sum(2 * r * x * i * y ** (i - 1) for r, i in residuals)
        return dx, dy

    return _from_xy(
        value,
        gradient,
        name="Beale",
        minimum=(3.0, 0.5),
        start=(1.0, 1.0),
        bounds=((-0.5, 4.5), (-1.5, 1.5)),
    )


def saddle() -> Landscape:
    r"""Make a pass between two valleys: at the origin the gradient is zero, and yet no minimum.

    Returns
    -------
    Landscape
        :math:`f(x, y) = \frac12 x^2 - \frac12 y^2 + \frac14 y^4`. The origin is the saddle;
        the smallest value, -1/4, stands at (0, 1) and at (0, -1). The start lies almost on the
        ridge, on the side of (0, 1).

    References
    ----------
    Nesterov (2004), *Introductory Lectures on Convex Optimization*, example 1.2.2.
    """

    def value(x, y):
        return 0.5 * x**2 - 0.5 * y**2 + 0.25 * y**4

    def gradient(x, y):
        return x, y**3 - y

    return _from_xy(
        value,
        gradient,
        name="Saddle",
        minimum=(0.0, 1.0),
        start=(-1.0, 1e-3),
        bounds=((-1.4, 1.4), (-1.5, 1.5)),
    )


def trajectory(
    landscape: Landscape,
    make_optimizer: Callable,
    *,
    steps: int,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Let an optimizer descend.

    Parameters
    ----------
    landscape : Landscape
        Where.
    make_optimizer : callable, [Parameter] -> optimizer
        Say ``lambda params: SGD(params, lr=0.1)``; any class with ``step()``, a learner's own too.
    steps : int
        How many steps to take.
    start : array of shape (d,), optional
        Where to begin, if not at ``landscape.start``.

    Returns
    -------
    ndarray of shape (steps + 1, d)
        Every point, the start first. A descent that diverges ends in inf or nan.

    Examples
    --------
    >>> from course.optim import SGD
    >>> path = trajectory(quadratic(10), lambda params: SGD(params, lr=0.05), steps=2)
    >>> path.tolist()
    [[1.0, 1.0], [0.95, 0.5], [0.9025, 0.25]]
    """
    check_count("steps", steps, 0)
    parameter = Parameter(np.array(landscape.start if start is None else start, dtype=float))
    optimizer = make_optimizer([parameter])
    path = [parameter.data.copy()]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            parameter.grad = landscape.gradient(parameter.data)
            optimizer.step()
            path.append(parameter.data.copy())
    return np.stack(path)
