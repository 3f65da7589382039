"""Values as JSON and back: numbers and texts as they are, tuples by their parts, the rest by name.

In a tree a list is always tagged, by its first entry: ``["t", [...]]`` is a tuple, ``["r", 7]``
the object that both sides call 7.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.remote.arrays import dtype_named, is_plain

#: How deep tuples may lie inside each other.
MAX_DEPTH = 40
#: Integers of more bits travel in hexadecimal digits, of which there may be so many.
SHORT = 2**1000
MAX_DIGITS = 100_000


#: NaN travels with its sign, which JSON does not know.
_NAN = "<d"


class BadTree(ValueError):
    """A tree that says nothing, or something that it may not say."""


def encode(value: Any, name: Callable[[Any], int], depth: int = 0) -> Any:
    """Return a value as a tree.

    Parameters
    ----------
    value : object
        Of a subclass of int, float, str or tuple, the plain value is taken.
    name : callable
        ``name(thing) -> int`` returns what both sides call an object that has an identity.

    Examples
    --------
    >>> encode((1, 2.5, None), name=id)
    ['t', [1, 2.5, None]]
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if issubclass(kind, np.str_):
        return ["s", str.__str__(value)]
    if issubclass(kind, np.generic) and is_plain(value.dtype):
        return ["n", value.dtype.str, np.asarray(value).tobytes().hex()]
    if issubclass(kind, int):
        value = int.__index__(value)
        if -SHORT < value < SHORT:
            return value
        digits = hex(value)
        return ["i", digits] if len(digits) <= MAX_DIGITS else ["r", name(value)]
    if issubclass(kind, float):
        value = float.__float__(value)
        return value if value == value else ["f", struct.pack(_NAN, value).hex()]
    if issubclass(kind, str):
        return str.__str__(value)
    if kind is complex:
        return ["c", value.real, value.imag]
    if issubclass(kind, tuple) and depth < MAX_DEPTH:
        return ["t", [encode(part, name, depth + 1) for part in tuple.__iter__(value)]]
    return ["r", name(value)]


def decode(tree: Any, thing: Callable[[int], Any], depth: int = 0) -> Any:
    """Return the value of a tree.

    Parameters
    ----------
    tree : object
        Of JSON; from anybody.
    thing : callable
        ``thing(name)`` returns the object of a name, and raises BadTree if there is none.

    Raises
    ------
    BadTree
        If it is no tree.
    """
    if tree is None or type(tree) in (bool, str, int, float):
        return tree
    if type(tree) is not list or len(tree) not in (2, 3) or depth > MAX_DEPTH:
        raise BadTree("that is no tree")
    tag, *rest = tree
    if tag == "r" and len(rest) == 1:
        return thing(rest[0])
    if tag == "t" and len(rest) == 1 and type(rest[0]) is list:
        return tuple(decode(part, thing, depth + 1) for part in rest[0])
    if tag == "n" and len(rest) == 2:
        return _scalar(*rest)
    if tag == "s" and [type(part) for part in rest] == [str]:
        return np.str_(rest[0])
    if tag == "i" and len(rest) == 1 and type(rest[0]) is str and len(rest[0]) <= MAX_DIGITS:
        return int(rest[0], 16)
    if tag == "f" and len(rest) == 1:
        return _scalar("<f8", rest[0]).item()
    if tag == "c" and [type(part) for part in rest] == [float, float]:
        return complex(*rest)
    raise BadTree(f"that is no tree: {str(tag)[:20]!r}")


def _scalar(name: Any, digits: Any) -> np.generic:
    dtype = dtype_named(name)
    if type(digits) is not str or len(digits) != 2 * dtype.itemsize or dtype.kind == "U":
        raise BadTree("that is no number")
    data = bytes.fromhex(digits)
    if len(data) != dtype.itemsize:
        raise BadTree("that is no number")
    return np.bool_(data != b"\0") if dtype.kind == "b" else np.frombuffer(data, dtype)[0]
