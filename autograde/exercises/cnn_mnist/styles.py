"""Right convolutions and poolings in other styles: none of them may lose a point."""

from __future__ import annotations

import itertools

import numpy as np


def two(value):
    """Return a pair."""
    return value if isinstance(value, tuple) else (value, value)


def place_by_place(x, weight, bias=None, *, stride=1, padding=0):
    """Loop over the places of the result."""
    (sh, sw), (ph, pw) = two(stride), two(padding)
    n, c, h, w = x.shape
    out, _, kh, kw = weight.shape
    image = np.zeros((n, c, h + 2 * ph, w + 2 * pw), dtype=x.dtype)
    image[:, :, ph : ph + h, pw : pw + w] = x
    rows, columns = 1 + (h + 2 * ph - kh) // sh, 1 + (w + 2 * pw - kw) // sw
    result = np.empty((n, out, rows, columns), dtype=x.dtype)
    for i, j in itertools.product(range(rows), range(columns)):
        window = image[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
        result[:, :, i, j] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return result if bias is None else result + bias.reshape(1, -1, 1, 1)


def entry_by_entry(x, weight, bias=None, *, stride=1, padding=0):
    """Loop over the entries of the kernel, and add up slices of the image."""
    (sh, sw), (ph, pw) = two(stride), two(padding)
    image = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    kh, kw = weight.shape[-2:]
    rows, columns = (image.shape[2] - kh) // sh + 1, (image.shape[3] - kw) // sw + 1
    result = 0
    for i in range(kh):
        for j in range(kw):
            seen = image[:, :, i : i + sh * rows : sh, j : j + sw * columns : sw]
            result = result + np.moveaxis(np.tensordot(weight[:, :, i, j], seen, (1, 1)), 0, 1)
    if bias is not None:
        result += bias[np.newaxis, :, np.newaxis, np.newaxis]
    return result


def as_one_product(x, weight, bias=None, *, stride=1, padding=0):
    """Lay all windows out as rows, and multiply once; channels last in memory."""
    (sh, sw), (ph, pw) = two(stride), two(padding)
    image = np.pad(x.transpose(0, 2, 3, 1), ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    out, kh, kw = len(weight), *weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(image, (kh, kw), (1, 2))[:, ::sh, ::sw]
    n, rows, columns = windows.shape[:3]
    product = windows.reshape(n * rows * columns, -1) @ weight.reshape(out, -1).T
    if bias is not None:
        product += bias
    return product.reshape(n, rows, columns, out).transpose(0, 3, 1, 2)


CONV = {
    "place by place": place_by_place,
    "entry by entry": entry_by_entry,
    "one product": as_one_product,
}


def window_by_window(x, kernel_size, *, stride=None):
    """Loop over windows; lists turned into an array at the end."""
    kh, kw = two(kernel_size)
    sh, sw = (kh, kw) if stride is None else two(stride)
    h, w = x.shape[2:]
    rows = [
        [x[:, :, i : i + kh, j : j + kw].max(axis=(2, 3)) for j in range(0, w - kw + 1, sw)]
        for i in range(0, h - kh + 1, sh)
    ]
    return np.array(rows).transpose(2, 3, 0, 1)


def running_maximum(x, kernel_size, *, stride=None):
    """Keep a running maximum over the places in the window, from minus infinity."""
    (kh, kw), (sh, sw) = two(kernel_size), two(stride or kernel_size)
    rows, columns = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    result = np.full((*x.shape[:2], rows, columns), -np.inf, dtype=x.dtype)
    for i, j in np.ndindex(kh, kw):
        seen = x[:, :, i : i + sh * rows : sh, j : j + sw * columns : sw]
        np.maximum(result, seen, out=result)
    return result


def one_direction_at_a_time(x, kernel_size, *, stride=None):
    """Take the maximum of rows first and of columns then; sort instead of max."""
    size, step = two(kernel_size), two(kernel_size if stride is None else stride)
    for axis in (2, 3):
        windows = np.lib.stride_tricks.sliding_window_view(x, size[axis - 2], axis=axis)
        x = np.sort(windows, axis=-1)[..., -1]
        x = x.take(range(0, x.shape[axis], step[axis - 2]), axis=axis)
    return x


POOL = {
    "window by window": window_by_window,
    "a running maximum": running_maximum,
    "one direction at a time": one_direction_at_a_time,
}
