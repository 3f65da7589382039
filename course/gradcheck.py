"""A gradient checker: what backward says against what differences of forward say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course._checks import check_generator
from course._parts import check_callable
from course._ranges import check_above_zero
from course.module import Module

__all__ = ["gradient_errors", "numerical_gradient", "relative_error"]


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Return the gradient of f at x by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x and returns a number.
    x : array_like of any shape
        Left as it is. Integers are taken as floats.
    h : float
        Half the distance of the two points. The error of the formula falls with h^2 and that
        of rounding grows with 1 / h: in float64 they meet near 1e-5.

    Returns
    -------
    ndarray of float64, of the shape of x

    Raises
    ------
    ValueError
        ``h must be > 0, got 0``

    Notes
    -----
    ``(f(x + h e_i) - f(x - h e_i)) / (2 h)`` for each unit vector e_i: two calls an element.

    Examples
    --------
    >>> numerical_gradient(lambda x: float(np.sum(x**2)), np.array([1.0, 3.0])).round(6)
    array([2., 6.])
    """
    check_callable("f", f)
    check_above_zero(h=h)
    x = np.array(x, dtype=np.float64)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        center = x[i]
        x[i] = center + h
        above = f(x.copy())
        x[i] = center - h
        below = f(x.copy())
        x[i] = center
        gradient[i] = (above - below) / (2 * h)
    return gradient


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance of two arrays in units of the longer one: 0 if equal, at most 2.

    Raises
    ------
    ValueError
        ``a and b must have one shape, got (2,) and (2, 1)``

    Examples
    --------
    >>> relative_error(np.array([3.0, 4.0]), np.array([0.0, 0.0]))
    1.0
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"a and b must have one shape, got {np.shape(a)} and {np.shape(b)}")
    a, b = np.ravel(a), np.ravel(b)
    longest = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / longest) if longest else 0.0


def gradient_errors(
    module: Module, x: np.ndarray, rng: np.random.Generator, *, h: float = 1e-5
) -> dict[str, float]:
    """Compare every gradient of a module with central differences.

    The module must be float64 and give the same output each time (dropout does not).

    Parameters
    ----------
    module : Module
    x : ndarray
        A batch for it.
    rng : Generator
        Draws the weights of the sum over outputs whose gradient is checked.
    h : float
        See `numerical_gradient`.

    Returns
    -------
    dict from name to relative error
        Of every parameter under its name, and of the input as ``"x"``. Right gradients give
        about 1e-9, wrong ones about 1; a kink (ReLU at 0) within h can give anything.

    Examples
    --------
    >>> from course import nn
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Linear(3, 2, rng=rng), nn.Tanh())
    >>> errors = gradient_errors(model, rng.normal(size=(4, 3)), rng)
    >>> list(errors), max(errors.values()) < 1e-8
    (['0.weight', '0.bias', 'x'], True)
    """
    check_generator(rng)
    weights = rng.standard_normal(module(x).shape)
    module.zero_grad()
    module(x)
    x_grad = module.backward(weights)
    grads = {name: parameter.grad for name, parameter in module.named_parameters()}

    def loss(x: np.ndarray) -> float:
        return float(np.sum(weights * module(x)))

    errors = {}
    for name, parameter in module.named_parameters():
        values = parameter.data

        def loss_of_parameter(data: np.ndarray, parameter=parameter) -> float:
            parameter.data = data
            return loss(x)

        expected = numerical_gradient(loss_of_parameter, values, h)
        parameter.data = values
        errors[name] = relative_error(grads[name], expected)
    errors["x"] = relative_error(x_grad, numerical_gradient(loss, x, h))
    return errors
