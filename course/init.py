"""Initial values of weights: every rule takes a shape and a generator and returns an array.

Shapes are in torch's layout, ``(out, in, *kernel)``.
"""

from __future__ import annotations

import math

import numpy as np

from course._checks import check_count, check_generator, check_shape
from course._ranges import check_at_least_zero, check_finite, check_one_of

__all__ = [
    "fan_in_and_fan_out",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "orthogonal",
    "torch_linear_default",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]


def fan_in_and_fan_out(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many inputs an output sees, and how many outputs see an input.

    Parameters
    ----------
    shape : tuple of int
        ``(out, in)`` of a linear layer, or ``(out, in, *kernel)`` of a convolution.

    Returns
    -------
    fan_in, fan_out : int
        ``in * prod(kernel)`` and ``out * prod(kernel)``.

    Raises
    ------
    ValueError
        ``shape must have at least 2 axes (out, in, *kernel), got (3,)``

    Examples
    --------
    >>> fan_in_and_fan_out((32, 16, 3, 3))
    (144, 288)
    """
    check_shape(shape)
    if len(shape) < 2:
        raise ValueError(f"shape must have at least 2 axes (out, in, *kernel), got {shape}")
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


def zeros(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> np.ndarray:
    """Return zeros; `rng` is there for the common signature and not used.

    Examples
    --------
    >>> zeros((2,))
    array([0., 0.])
    """
    check_shape(shape)
    return np.zeros(shape)


def normal(
    shape: tuple[int, ...], rng: np.random.Generator, *, mean: float = 0.0, std: float = 1.0
) -> np.ndarray:
    """Draw from the normal distribution of a given mean and standard deviation.

    Raises
    ------
    ValueError
        ``std must be >= 0, got -1``

    Examples
    --------
    >>> normal((3, 2), np.random.default_rng(0), std=0.01).shape
    (3, 2)
    """
    check_shape(shape)
    check_generator(rng)
    check_finite(mean=mean)
    check_at_least_zero(std=std)
    return mean + std * rng.standard_normal(shape)


def xavier_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, *, gain: float = 1.0
) -> np.ndarray:
    """Draw from the uniform distribution of variance ``gain^2 * 2 / (fan_in + fan_out)``.

    A compromise between keeping the variance of activations on the way forward (1 / fan_in) and
    that of gradients on the way back (1 / fan_out).

    Parameters
    ----------
    shape : tuple of int
        ``(out, in, *kernel)``
    rng : Generator
    gain : float

    Returns
    -------
    ndarray of the given shape

    References
    ----------
    Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural
    networks, eq. 16.

    Examples
    --------
    >>> w = xavier_uniform((100, 50), np.random.default_rng(0))
    >>> bool(abs(w).max() <= (6 / 150) ** 0.5)
    True
    """
    return _uniform(shape, rng, _xavier_std(shape, gain))


def xavier_normal(
    shape: tuple[int, ...], rng: np.random.Generator, *, gain: float = 1.0
) -> np.ndarray:
    """Draw from the normal distribution of the variance of `xavier_uniform`.

    Examples
    --------
    >>> w = xavier_normal((300, 500), np.random.default_rng(0))
    >>> round(w.std(), 3)  # sqrt(2 / 800)
    np.float64(0.05)
    """
    return normal(shape, rng, std=_xavier_std(shape, gain))


def he_uniform(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
) -> np.ndarray:
    """Draw from the uniform distribution of the variance of `he_normal`.

    Examples
    --------
    >>> w = he_uniform((100, 50), np.random.default_rng(0))
    >>> bool(abs(w).max() <= (6 / 50) ** 0.5)
    True
    """
    return _uniform(shape, rng, _he_std(shape, negative_slope, mode))


def he_normal(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
) -> np.ndarray:
    """Draw from the normal distribution of variance ``2 / ((1 + negative_slope^2) fan)``.

    The 2 makes up for the half of a symmetric signal that a rectifier takes away.

    Parameters
    ----------
    shape : tuple of int
        ``(out, in, *kernel)``
    rng : Generator
    negative_slope : float
        Of the leaky rectifier that follows; 0 for ReLU. torch calls it `a`.
    mode : {"fan_in", "fan_out"}
        Whether the variance is kept on the way forward or on the way back.

    Returns
    -------
    ndarray of the given shape

    References
    ----------
    He, Zhang, Ren & Sun (2015), Delving deep into rectifiers, eq. 10, 14 and 15.

    Examples
    --------
    >>> w = he_normal((300, 500), np.random.default_rng(0))
    >>> round(w.std() ** 2, 4)  # 2 / 500
    np.float64(0.004)
    """
    return normal(shape, rng, std=_he_std(shape, negative_slope, mode))


def lecun_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw from the uniform distribution of variance ``1 / fan_in``.

    Examples
    --------
    >>> w = lecun_uniform((100, 50), np.random.default_rng(0))
    >>> bool(abs(w).max() <= (3 / 50) ** 0.5)
    True
    """
    return _uniform(shape, rng, _lecun_std(shape))


def lecun_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw from the normal distribution of variance ``1 / fan_in``.

    References
    ----------
    LeCun, Bottou, Orr & Müller (1998), Efficient backprop, eq. 16.

    Examples
    --------
    >>> w = lecun_normal((300, 500), np.random.default_rng(0))
    >>> round(w.std() ** 2, 4)  # 1 / 500
    np.float64(0.002)
    """
    return normal(shape, rng, std=_lecun_std(shape))


def orthogonal(
    shape: tuple[int, ...], rng: np.random.Generator, *, gain: float = 1.0
) -> np.ndarray:
    """Draw a matrix with orthonormal rows or columns (the fewer), uniformly among all of them.

    Parameters
    ----------
    shape : tuple of int
        ``(out, in, *kernel)``, taken as a matrix of shape (out, in * prod(kernel)).
    rng : Generator
    gain : float
        Factor of the result.

    Returns
    -------
    ndarray of the given shape

    Notes
    -----
    The Q of a QR decomposition of a normal matrix follows the Haar measure only when the diagonal
    of R is made positive, which LAPACK does not do by itself.

    References
    ----------
    Saxe, McClelland & Ganguli (2014), Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks. Mezzadri (2007), How to generate random matrices from the
    classical compact groups.

    Examples
    --------
    >>> w = orthogonal((3, 5), np.random.default_rng(0))
    >>> bool(np.allclose(w @ w.T, np.eye(3)))
    True
    """
    fan_in_and_fan_out(shape)  # refuses vectors
    check_generator(rng)
    check_finite(gain=gain)
    rows, columns = shape[0], math.prod(shape[1:])
    a = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(a)
    q *= np.copysign(1.0, np.diag(r))
    return gain * (q if rows >= columns else q.T).reshape(shape)


def torch_linear_default(
    shape: tuple[int, ...], rng: np.random.Generator, *, fan_in: int | None = None
) -> np.ndarray:
    """Draw as torch's Linear and Conv2d do: uniform on ``(-1/sqrt(fan_in), 1/sqrt(fan_in))``.

    Parameters
    ----------
    shape : tuple of int
    rng : Generator
    fan_in : int, optional
        By default that of the shape. A bias, whose shape does not tell, needs its layer's.

    Returns
    -------
    ndarray of the given shape

    Notes
    -----
    The variance ``1 / (3 fan_in)`` is a third of LeCun's and a sixth of He's. torch writes it as
    `kaiming_uniform_` with ``a = sqrt(5)``.

    Examples
    --------
    >>> w = torch_linear_default((100, 25), np.random.default_rng(0))
    >>> bool(abs(w).max() <= 1 / 5)
    True
    """
    if fan_in is None:
        fan_in = fan_in_and_fan_out(shape)[0]
    check_shape(shape)
    check_count("fan_in", fan_in)
    return _uniform(shape, rng, 1 / math.sqrt(3 * fan_in))


def _uniform(shape: tuple[int, ...], rng: np.random.Generator, std: float) -> np.ndarray:
    """Draw from the centred uniform distribution of a given standard deviation."""
    check_generator(rng)
    bound = math.sqrt(3) * std
    return rng.uniform(-bound, bound, shape)


def _xavier_std(shape: tuple[int, ...], gain: float) -> float:
    check_at_least_zero(gain=gain)
    return gain * math.sqrt(2 / sum(fan_in_and_fan_out(shape)))


def _he_std(shape: tuple[int, ...], negative_slope: float, mode: str) -> float:
    check_one_of("fan_in", "fan_out", mode=mode)
    check_finite(negative_slope=negative_slope)
    fan = fan_in_and_fan_out(shape)[mode == "fan_out"]
    return math.sqrt(2 / ((1 + negative_slope**2) * fan))


def _lecun_std(shape: tuple[int, ...]) -> float:
    return math.sqrt(1 / fan_in_and_fan_out(shape)[0])
