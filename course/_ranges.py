"""Checks of hyperparameters, each with an error that names the value; for constructors."""

from typing import Any


def check_at_least_zero(**values: float) -> None:
    """Raise ValueError for a number below zero or NaN.

    Examples
    --------
    >>> check_at_least_zero(lr=-1)
    Traceback (most recent call last):
    ValueError: lr must be >= 0, got -1
    """
    for name, value in values.items():
        # Written so that NaN, which compares false with everything, is refused as well.
        if not value >= 0:
            raise ValueError(f"{name} must be >= 0, got {value}")


def check_in_unit_interval(**values: float) -> None:
    """Raise ValueError for a number outside of [0, 1] or NaN.

    Examples
    --------
    >>> check_in_unit_interval(pct_start=1.5)
    Traceback (most recent call last):
    ValueError: pct_start must be in [0, 1], got 1.5
    """
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be in [0, 1], got {value}")


def check_one_of(*allowed: Any, **values: Any) -> None:
    """Raise ValueError for a value that is not among those allowed.

    Examples
    --------
    >>> check_one_of("min", "max", mode="mean")
    Traceback (most recent call last):
    ValueError: mode must be 'min' or 'max', got 'mean'
    """
    for name, value in values.items():
        if value not in allowed:
            raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {value!r}")
