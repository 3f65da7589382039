"""Arrays as bytes and back, with nothing believed that comes along with the bytes."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

#: No array of more bytes is taken from the other side, nor one that any axis of length 0 hides.
MAX_BYTES = 64 * 2**20
MAX_AXES = 32

_NUMBERS = {
    kind.str: kind
    for code in "?bBhHiIlLqQefdgFDG"
    for kind in (np.dtype(code), np.dtype(code).newbyteorder())
}
_TEXTS_AND_TIMES = re.compile(
    r"[<>|][US][1-9]\d{0,5}|[<>][Mm]8(\[(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)


class BadArray(ValueError):
    """A description of an array that no array can have, or none that may cross the line."""


def dtype_named(name: Any) -> np.dtype:
    """Return the dtype of a name, if it is one of plain numbers, texts or times.

    Raises
    ------
    BadArray
        ``no dtype of plain numbers: '|O'``
    """
    if isinstance(name, str):
        if name in _NUMBERS:
            return _NUMBERS[name]
        if _TEXTS_AND_TIMES.fullmatch(name):
            return np.dtype(name)
    raise BadArray(f"no dtype of plain numbers: {str(name)[:50]!r}")


def is_plain(dtype: np.dtype) -> bool:
    """Tell whether arrays of a dtype may cross the line as bytes."""
    return dtype.str in _NUMBERS or bool(_TEXTS_AND_TIMES.fullmatch(dtype.str))


def packed(array: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Return the description of a plain array and its entries in the order of its memory.

    Examples
    --------
    >>> packed(np.zeros((2, 3), np.float32).T)[0]
    ['<f4', [2, 3], [1, 0]]
    """
    if array.flags.c_contiguous:
        return [array.dtype.str, list(array.shape), None], array
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    laid = np.ascontiguousarray(array.transpose(order))
    return [array.dtype.str, list(laid.shape), order], laid


def size(description: Any) -> int:
    """Return how many bytes a described array has.

    Raises
    ------
    BadArray
        If there can be no such array, or if it would be too large.
    """
    if not isinstance(description, list) or len(description) != 3:
        raise BadArray("no description of an array")
    dtype, shape = dtype_named(description[0]), checked_shape(description[1])
    if math.prod(max(n, 1) for n in shape) * dtype.itemsize > MAX_BYTES:
        raise BadArray(f"an array of shape {tuple(shape)} is too large")
    order = description[2]
    if order is not None and (
        not isinstance(order, list)
        or any(type(axis) is not int for axis in order)
        or sorted(order) != list(range(len(shape)))
    ):
        raise BadArray("no order of axes")
    return math.prod(shape) * dtype.itemsize


def checked_shape(shape: Any) -> list[int]:
    """Return a shape that may be one.

    Raises
    ------
    BadArray
        ``no shape: [-1]``
    """
    if (
        not isinstance(shape, list)
        or len(shape) > MAX_AXES
        or any(type(n) is not int or not 0 <= n <= MAX_BYTES for n in shape)
    ):
        raise BadArray(f"no shape: {str(shape)[:50]}")
    return shape


def unpacked(description: list[Any], data: memoryview) -> np.ndarray:
    """Return an array of its own from a description that `size` accepted, and as many bytes.

    Raises
    ------
    BadArray
        If texts hold what is no character.
    """
    dtype, shape, order = dtype_named(description[0]), description[1], description[2]
    if dtype.kind == "b":  # a byte of 2 would be a third truth value
        array = (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    else:
        array = np.frombuffer(data, dtype).reshape(shape).copy()
    if dtype.kind == "U":
        letters = array.reshape(-1).view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if (letters > 0x10FFFF).any():
            raise BadArray("a text that holds no characters")
    return array if order is None else array.transpose(np.argsort(order))
