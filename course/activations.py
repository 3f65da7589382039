"""The activation functions, each with its slope."""

from __future__ import annotations

import math

import numpy as np

from course._checks import check_array
from course._ranges import check_finite, check_one_of
from course.module import Module

__all__ = ["GELU", "LeakyReLU", "ReLU", "Sigmoid", "Tanh", "sigmoid"]


class ReLU(Module):
    """The rectifier: ``max(x, 0)``, with slope 0 at 0, as in torch.

    Examples
    --------
    >>> ReLU()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``max(x, 0)`` for x of any shape."""
        check_array(x)
        output = np.maximum(x, 0)
        self.save_for_backward(output, output > 0)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Let the gradient through where x was positive."""
        (positive,) = self.saved(grad_output)
        return grad_output * positive


class LeakyReLU(Module):
    """A rectifier that still leans a little below 0: x, or ``negative_slope * x`` if x <= 0.

    Parameters
    ----------
    negative_slope : float

    Raises
    ------
    ValueError
        ``negative_slope must be finite, got nan``

    References
    ----------
    Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models.

    Examples
    --------
    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        check_finite(negative_slope=negative_slope)
        self.negative_slope = float(negative_slope)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x where it is positive, else ``negative_slope * x``."""
        check_array(x)
        slope = np.where(x > 0, x.dtype.type(1), x.dtype.type(self.negative_slope))
        output = x * slope
        self.save_for_backward(output, slope)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Multiply by the slope at x."""
        (slope,) = self.saved(grad_output)
        return grad_output * slope


class Sigmoid(Module):
    """The logistic function: ``1 / (1 + exp(-x))``.

    Examples
    --------
    >>> Sigmoid()(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``1 / (1 + exp(-x))`` for x of any shape."""
        check_array(x)
        output = sigmoid(x)
        self.save_for_backward(output, output)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Multiply by ``s (1 - s)``."""
        (s,) = self.saved(grad_output)
        return grad_output * s * (1 - s)


class Tanh(Module):
    """The hyperbolic tangent.

    Examples
    --------
    >>> Tanh()(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``tanh(x)`` for x of any shape."""
        check_array(x)
        output = np.tanh(x)
        self.save_for_backward(output, output)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Multiply by ``1 - tanh^2``."""
        (output,) = self.saved(grad_output)
        return grad_output * (1 - output * output)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return ``1 / (1 + exp(-x))`` without overflow.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


class GELU(Module):
    """The Gaussian error linear unit: ``x Phi(x)``, Phi the standard normal distribution.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        "tanh" replaces Phi by ``(1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2``. NumPy has no
        error function, so "none" goes through Python floats and is about ten times slower.

    References
    ----------
    Hendrycks & Gimpel (2016), Gaussian error linear units, section 2.

    Examples
    --------
    >>> GELU()(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        check_one_of("none", "tanh", approximate=approximate)
        self.approximate = approximate

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``x Phi(x)`` for x of any shape."""
        check_array(x)
        phi, slope = (_normal_cdf if self.approximate == "none" else _tanh_cdf)(x)
        output = x * phi
        self.save_for_backward(output, phi + x * slope)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Multiply by ``Phi(x) + x Phi'(x)``."""
        (slope,) = self.saved(grad_output)
        return grad_output * slope


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _normal_cdf(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard normal distribution function and density at x."""
    cdf = 0.5 * np.asarray(_erfc(-x / math.sqrt(2)), dtype=x.dtype)
    return cdf, np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _tanh_cdf(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the approximation by tanh of the distribution function, and its derivative."""
    c = math.sqrt(2 / math.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    return 0.5 * (1 + t), 0.5 * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)
