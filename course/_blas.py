"""What BLAS does in one pass and NumPy in two; SciPy lends it, where it is installed.

In a browser there is no SciPy. Each function then does the same in NumPy alone.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


def subtract_scaled(theta: np.ndarray, update: np.ndarray, lr: float, scratch: np.ndarray) -> None:
    """Do ``theta -= lr * update`` for contiguous vectors, rounding once where BLAS is there.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> subtract_scaled(theta, np.array([1.0, 0.0]), 0.5, np.empty(2))
    >>> theta
    array([0.5, 2. ])
    """
    axpy = _routine("axpy", theta.dtype.char)
    if axpy is None or not theta.flags.c_contiguous:
        theta -= np.multiply(update, lr, out=scratch)
    else:
        axpy(update, theta, a=-lr)


def add_product(total: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Do ``total += a @ b`` for matrices, without an array for the product.

    Parameters
    ----------
    total : ndarray of shape (n, m), contiguous
        Written to.
    a : ndarray of shape (n, k)
        Contiguous, or the transpose of a contiguous matrix.
    b : ndarray of shape (k, m), contiguous

    Examples
    --------
    >>> total = np.ones((1, 2))
    >>> add_product(total, np.array([[2.0]]), np.array([[3.0, 4.0]]))
    >>> total
    array([[7., 9.]])
    """
    gemm = _routine("gemm", total.dtype.char)
    if gemm is None or not total.flags.c_contiguous:
        total += a @ b
    # BLAS counts by columns: a contiguous matrix looks to it like its transpose. The last three
    # arguments say which factor to transpose, and to write to the total itself.
    elif a.flags.c_contiguous:
        gemm(1.0, b.T, a.T, 1.0, total.T, 0, 0, 1)
    else:
        gemm(1.0, b.T, a, 1.0, total.T, 0, 1, 1)


@cache
def _routine(name: str, kind: str) -> Callable[..., Any] | None:
    """Return a routine of BLAS for a type of numbers; None where there is none."""
    try:
        from scipy.linalg import blas
    except ImportError:
        return None
    return {"f": getattr(blas, f"s{name}"), "d": getattr(blas, f"d{name}")}.get(kind)
