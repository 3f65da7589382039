"""Pooling of images: the largest, or the mean, of each window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course._checks import check_array, check_pair, output_size
from course.module import Module

__all__ = ["AvgPool2d", "MaxPool2d", "avg_pool2d", "max_pool2d"]

Pair = int | tuple[int, int]


def max_pool2d(
    x: np.ndarray, kernel_size: Pair, *, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """Return the largest value of each window.

    Parameters
    ----------
    x : ndarray of shape (n, channels, height, width)
    kernel_size : int or (int, int)
    stride : int or (int, int), optional
        By default the kernel size: windows side by side.
    padding : int or (int, int)
        Rows and columns of minus infinity on either side, at most half the kernel.

    Returns
    -------
    ndarray of shape (n, channels, out height, out width)

    Examples
    --------
    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    return MaxPool2d(kernel_size, stride, padding)(x)


def avg_pool2d(
    x: np.ndarray, kernel_size: Pair, *, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """Return the mean of each window, padding (zeros) counted, as in torch.

    Its parameters are those of `max_pool2d`.

    Examples
    --------
    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """
    return AvgPool2d(kernel_size, stride, padding)(x)


class _Pool2d(Module):
    """Windows over images: what the two kinds of pooling share.

    The windows are gone through by place: all their first elements, all their second ones, and
    so on. Each such set is a strided slice of the image, so nothing is copied.
    """

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        self.kernel_size = check_pair("kernel_size", kernel_size, 1)
        self.stride = check_pair("stride", kernel_size if stride is None else stride, 1)
        self.padding = check_pair("padding", padding, 0)
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(
                f"padding must be at most half of kernel_size {self.kernel_size}, "
                f"got {self.padding}"
            )

    def _pad(self, x: np.ndarray, value: float) -> np.ndarray:
        check_array(x, shape=(None, None, None, None))
        self._size(x.shape)  # refuses a kernel that does not fit
        if self.padding == (0, 0):
            return x
        (top, left) = self.padding
        return np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)), constant_values=value)

    def _size(self, shape: tuple[int, ...]) -> tuple[int, int]:
        return output_size(shape[2:], self.kernel_size, self.stride, self.padding)

    def _places(self, shape: tuple[int, ...]) -> Iterator[tuple]:
        """Yield, for each place in the window, the slice of the padded image that holds it."""
        rows, cols = self._size(shape)
        down, right = self.stride
        for i in range(self.kernel_size[0]):
            for j in range(self.kernel_size[1]):
                yield np.s_[..., i : i + down * rows : down, j : j + right * cols : right]

    def _padded_zeros(self, like: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Return zeros in the padded shape of the input, in the memory order of `like`."""
        (n, channels, height, width), (top, left) = shape, self.padding
        return np.zeros_like(like, shape=(n, channels, height + 2 * top, width + 2 * left))

    def _crop(self, x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        (top, left) = self.padding
        return x[..., top : top + shape[2], left : left + shape[3]]


class MaxPool2d(_Pool2d):
    """The largest value of each window: see `max_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
    stride : int or (int, int), optional
        By default the kernel size.
    padding : int or (int, int)

    Notes
    -----
    The gradient goes to the first of equal largest values, in reading order, as in torch.

    Examples
    --------
    >>> layer = MaxPool2d(2)
    >>> layer(np.array([[[[1.0, 2.0], [2.0, 0.0]]]]))
    array([[[[2.]]]])
    >>> layer.backward(np.array([[[[1.0]]]]))
    array([[[[0., 1.],
             [0., 0.]]]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maxima for x of shape (n, channels, height, width)."""
        image = self._pad(x, -np.inf)
        places = list(self._places(x.shape))
        output = image[places[0]].copy(order="K")
        winner = np.zeros_like(output, dtype=np.int32)
        for k, place in enumerate(places[1:], start=1):
            candidate = image[place]
            np.copyto(winner, k, where=candidate > output)
            np.maximum(output, candidate, out=output)
        self.save_for_backward(output, winner, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Give each window's gradient to the place that won."""
        winner, shape = self.saved(grad_output)
        image = self._padded_zeros(grad_output, shape)
        for k, place in enumerate(self._places(shape)):
            image[place] += grad_output * (winner == k)
        return self._crop(image, shape)


class AvgPool2d(_Pool2d):
    """The mean of each window: see `avg_pool2d`.

    Parameters
    ----------
    kernel_size : int or (int, int)
    stride : int or (int, int), optional
        By default the kernel size.
    padding : int or (int, int)

    Examples
    --------
    >>> layer = AvgPool2d(2)
    >>> layer(np.array([[[[1.0, 2.0], [2.0, 3.0]]]]))
    array([[[[2.]]]])
    >>> layer.backward(np.array([[[[1.0]]]]))
    array([[[[0.25, 0.25],
             [0.25, 0.25]]]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the means for x of shape (n, channels, height, width)."""
        image = self._pad(x, 0.0)
        places = list(self._places(x.shape))
        output = image[places[0]].copy(order="K")
        for place in places[1:]:
            output += image[place]
        output /= len(places)
        self.save_for_backward(output, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Share each window's gradient evenly."""
        (shape,) = self.saved(grad_output)
        image = self._padded_zeros(grad_output, shape)
        share = grad_output / (self.kernel_size[0] * self.kernel_size[1])
        for place in self._places(shape):
            image[place] += share
        return self._crop(image, shape)
