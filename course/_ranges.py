"""Checks of numbers, each with an error that names the offending value; for constructors."""

import math
from typing import Any

import numpy as np


def check_number(**values: float) -> None:
    """Raise TypeError for what is not a real number; NaN and infinity are numbers.

    Examples
    --------
    >>> check_number(metric=None)
    Traceback (most recent call last):
    TypeError: metric must be a number, got None
    """
    for name, value in values.items():
        scalar = isinstance(value, np.ndarray | np.generic) and value.ndim == 0
        if not isinstance(value, int | float) and not (scalar and value.dtype.kind in "biuf"):
            raise TypeError(f"{name} must be a number, got {value!r:.80}")


def check_finite(**values: float) -> None:
    """Raise TypeError for what is not a number, ValueError for NaN and infinity.

    Examples
    --------
    >>> check_finite(gain=math.inf)
    Traceback (most recent call last):
    ValueError: gain must be finite, got inf
    """
    check_number(**values)
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value}")


def check_at_least_zero(*, infinity: bool = False, **values: float) -> None:
    """Raise an error for a number below zero, NaN, or (unless allowed) infinity.

    Examples
    --------
    >>> check_at_least_zero(lr=-1)
    Traceback (most recent call last):
    ValueError: lr must be >= 0, got -1
    """
    check_number(**values)
    for name, value in values.items():
        # Written so that NaN, which compares false with everything, is refused as well.
        if not value >= 0:
            raise ValueError(f"{name} must be >= 0, got {value}")
        if not infinity and value == math.inf:
            raise ValueError(f"{name} must be finite, got {value}")


def check_above_zero(**values: float) -> None:
    """Raise an error for a number that is not above zero and finite.

    Examples
    --------
    >>> check_above_zero(h=0)
    Traceback (most recent call last):
    ValueError: h must be > 0, got 0
    """
    check_number(**values)
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
        if value == math.inf:
            raise ValueError(f"{name} must be finite, got {value}")


def check_in_unit_interval(**values: float) -> None:
    """Raise an error for a number outside of [0, 1] or NaN.

    Examples
    --------
    >>> check_in_unit_interval(pct_start=1.5)
    Traceback (most recent call last):
    ValueError: pct_start must be in [0, 1], got 1.5
    """
    check_number(**values)
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be in [0, 1], got {value}")


def check_below_one(**values: float) -> None:
    """Raise an error for a number outside of [0, 1) or NaN.

    Examples
    --------
    >>> check_below_one(p=1.0)
    Traceback (most recent call last):
    ValueError: p must be in [0, 1), got 1.0
    """
    check_number(**values)
    for name, value in values.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be in [0, 1), got {value}")


def check_one_of(*allowed: str, **values: Any) -> None:
    """Raise ValueError for a value that is not among the words allowed.

    Examples
    --------
    >>> check_one_of("min", "max", mode="mean")
    Traceback (most recent call last):
    ValueError: mode must be 'min' or 'max', got 'mean'
    """
    for name, value in values.items():
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {value!r:.80}")
