"""Batch norm's running statistics: whose weight the momentum is, and which variance is kept."""

import numpy as np

from course._checks import check_count
from course._ranges import check_in_unit_interval

__all__ = ["biased_variance", "flip_batch_norm_momentum", "unbiased_variance"]


def flip_batch_norm_momentum(momentum: float) -> float:
    r"""Return the momentum of batch norm in the other convention; its own inverse.

    Parameters
    ----------
    momentum : float
        In [0, 1].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``momentum must be in [0, 1], got 2``.

    Notes
    -----
    torch's is the weight of the new batch, :math:`r \leftarrow (1 - \mu) r + \mu s`; that of Keras,
    TensorFlow and Flax is the weight of what was there, :math:`r \leftarrow \mu r + (1 - \mu) s`.
    torch's 0.1 is their 0.9.

    Examples
    --------
    >>> flip_batch_norm_momentum(0.1)
    0.9
    """
    check_in_unit_interval(momentum=momentum)
    return 1 - momentum


def unbiased_variance(variance: np.ndarray, n: int) -> np.ndarray:
    """Return the variance that torch's batch norm stores, for that by which it normalizes.

    Parameters
    ----------
    variance : ndarray of shape (...)
        Sum of squared deviations over `n`. Keras 3 and Flax store this one.
    n : int
        Numbers that it was taken of, at least 2.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        ``n must be an integer >= 2, got 1``.

    Examples
    --------
    >>> unbiased_variance(np.array([15.0]), n=16)
    array([16.])
    """
    check_count("n", n, 2)
    return variance * (n / (n - 1))


def biased_variance(variance: np.ndarray, n: int) -> np.ndarray:
    """Return the variance by which batch norm normalizes, for that which torch stores.

    The inverse of `unbiased_variance`.

    Parameters
    ----------
    variance : ndarray of shape (...)
        Sum of squared deviations over ``n - 1``.
    n : int
        Numbers that it was taken of, at least 2.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        ``n must be an integer >= 2, got 1``.

    Examples
    --------
    >>> biased_variance(np.array([16.0]), n=16)
    array([15.])
    """
    check_count("n", n, 2)
    return variance * ((n - 1) / n)
