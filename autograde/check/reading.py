"""Reading what an answer hands back: plain arrays and numbers, or a clear complaint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class BadAnswer(Exception):
    """An answer handed back something else than its contract says."""


def array(value: Any, what: str, *, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return a private copy of the array that an answer handed back.

    Parameters
    ----------
    value : object
        What the answer returned or stored.
    what : str
        Its name for the learner: ``"dropout(...)[0]"``.
    shape : tuple of int, optional
        The shape that it must have.

    Raises
    ------
    BadAnswer
        ``WHAT should be a NumPy array, got a generator``, or of another shape or dtype.
    """
    if not isinstance(value, np.ndarray | np.generic):
        raise BadAnswer(f"{what} should be a NumPy array, got {a_kind_of(value)}.")
    copy = np.array(np.ndarray.__array__(value) if isinstance(value, np.ndarray) else value)
    if copy.dtype.kind not in "fiub":
        raise BadAnswer(f"{what} should hold numbers, got an array of dtype {copy.dtype}.")
    if shape is not None and copy.shape != shape:
        raise BadAnswer(f"{what} should have shape {shape}, got {copy.shape}.")
    return copy


def attribute(value: Any, name: str) -> Any:
    """Return an attribute of what a learner's class made.

    Raises
    ------
    BadAnswer
        ``NAME is missing: an EarlyStopping has no such attribute.``
    """
    try:
        return getattr(value, name)
    except AttributeError as error:
        if error.obj is not value or error.name != name:
            raise
        raise BadAnswer(f"{name} is missing: {a_kind_of(value)} has no such attribute.") from None


def several(value: Any, what: str, count: int) -> tuple[Any, ...]:
    """Return the things that an answer handed back together.

    Parameters
    ----------
    value : object
        A tuple or a list.
    what : str
        Its name for the learner: ``"dropout(...)"``.
    count : int
        How many things it must hold.

    Raises
    ------
    BadAnswer
        ``WHAT should return 2 things, got a ndarray``, or another number of them.
    """
    if not isinstance(value, tuple | list):
        raise BadAnswer(f"{what} should return {count} things, got {a_kind_of(value)}.")
    if len(value) != count:
        raise BadAnswer(f"{what} should return {count} things, got {len(value)}.")
    return tuple(value)


def number(value: Any, what: str) -> float:
    """Return a plain float from a Python or NumPy number.

    Raises
    ------
    BadAnswer
        If it is not one number: ``WHAT should be a number, got None``.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "fiu":
        value = np.ndarray.item(value)
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise BadAnswer(f"{what} should be a number, got {a_kind_of(value)}.")
    return float(value)


def truth(value: Any, what: str) -> bool:
    """Return a plain bool from a Python or NumPy bool.

    Raises
    ------
    BadAnswer
        If it is neither: ``WHAT should be True or False, got None``.
    """
    if not isinstance(value, bool | np.bool_):
        raise BadAnswer(f"{what} should be True or False, got {a_kind_of(value)}.")
    return bool(value)


def a_kind_of(value: Any) -> str:
    """Name the kind of a value without asking the value itself.

    Examples
    --------
    >>> a_kind_of(None), a_kind_of([1, 2]), a_kind_of(x for x in ())
    ('None', 'a list', 'a generator')
    """
    if value is None:
        return "None"
    name = kind_of(value)
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def kind_of(value: Any) -> str:
    """Name the type of a value, as its own process knows it."""
    if issubclass(type(value), Elsewhere):
        return value._kind
    name = type(value).__name__
    return f"torch {name}" if type(value).__module__.partition(".")[0] == "torch" else name


class Elsewhere:
    """Stands for something that lives in another process, where it is of a kind of its own."""

    __slots__ = ("_kind",)

    def _help(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Call one of our functions there."""
        raise NotImplementedError


def there(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of the course where its arguments live: here, or in another process.

    For what needs the learner's object itself, such as a torch model. What comes back is as little
    to be trusted as the learner's own results.

    Parameters
    ----------
    function : callable
        A function at the top of a module of `autograde.exercises`.
    *args : object
    """
    for arg in args:
        if issubclass(type(arg), Elsewhere):
            return arg._help(function, args)
    return function(*args)
