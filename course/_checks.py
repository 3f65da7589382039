"""Checks of arguments, whose errors name the offending value."""

from __future__ import annotations

import numpy as np


def check_array(
    x: np.ndarray,
    name: str = "x",
    *,
    dtype: np.dtype | None = None,
    shape: tuple[int | None, ...] | None = None,
) -> None:
    """Raise an error that names the offending value unless x is a floating array that fits.

    Parameters
    ----------
    x : ndarray
    name : str
        What the message calls it.
    dtype : dtype, optional
        The only dtype allowed. Mixed precision is refused, as in torch, rather than promoted:
        one float64 array would silently make a float32 network twice as slow.
    shape : tuple, optional
        The shape, with None for a size that is free.

    Examples
    --------
    >>> check_array(np.zeros((2, 3)), shape=(None, 4))
    Traceback (most recent call last):
    ValueError: x must have shape (*, 4), got (2, 3)
    """
    if not isinstance(x, np.ndarray | np.floating):
        raise TypeError(f"{name} must be an ndarray, got {type(x).__name__}")
    if x.dtype.kind != "f":
        raise TypeError(f"{name} must be floating point, got {x.dtype}")
    if dtype is not None and x.dtype != dtype:
        raise TypeError(f"{name} must have dtype {dtype}, got {x.dtype}")
    if shape is None or x.shape == shape:
        return
    fits = len(shape) == x.ndim and all(
        want is None or want == got for want, got in zip(shape, x.shape, strict=True)
    )
    if not fits:
        sizes = ["*" if size is None else str(size) for size in shape]
        wanted = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
        raise ValueError(f"{name} must have shape {wanted}, got {x.shape}")


def check_count(name: str, value: int, minimum: int = 1) -> None:
    """Raise ValueError unless the value is an integer of at least the minimum."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r:.80}")


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the shape is a tuple (or list) of integers of at least 1.

    Examples
    --------
    >>> check_shape((3, -1))
    Traceback (most recent call last):
    ValueError: shape must hold integers >= 1, got (3, -1)
    """
    sizes = shape if isinstance(shape, tuple | list) else [None]
    if not all(isinstance(size, int | np.integer) and size >= 1 for size in sizes):
        raise ValueError(f"shape must hold integers >= 1, got {shape!r:.80}")


def check_generator(rng: np.random.Generator) -> None:
    """Raise TypeError unless rng is one of NumPy's generators.

    Examples
    --------
    >>> check_generator(0)
    Traceback (most recent call last):
    TypeError: rng must be a generator such as np.random.default_rng(0), got 0
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator such as np.random.default_rng(0), got {rng!r:.80}"
        )


def generator_or_new(rng: np.random.Generator | None) -> np.random.Generator:
    """Return the generator, once it is known to be one; a fresh one for None."""
    if rng is None:
        return np.random.default_rng()
    check_generator(rng)
    return rng


def check_pair(name: str, value: int | tuple[int, int], minimum: int) -> tuple[int, int]:
    """Return an int or a pair as a pair, once it holds integers of at least the minimum."""
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2 or not all(isinstance(v, int | np.integer) and v >= minimum for v in pair):
        raise ValueError(f"{name} must be one or two integers >= {minimum}, got {value}")
    return pair


def output_size(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> tuple[int, int]:
    """Return the places of a kernel in an image, along height and width.

    Examples
    --------
    >>> output_size((28, 20), (5, 5), (2, 2), (2, 2))
    (14, 10)
    """
    padded = tuple(s + 2 * p for s, p in zip(size, padding, strict=True))
    if any(k > s for k, s in zip(kernel, padded, strict=True)):
        raise ValueError(f"kernel {kernel} must fit into the padded image, got size {padded}")
    height, width = ((s - k) // d + 1 for s, k, d in zip(padded, kernel, stride, strict=True))
    return height, width
