"""Convolution of images as one matrix product, and Flatten.

Pooling comes from `course.pooling` and is offered here too. Shapes are torch's, (n, channels,
height, width); in memory the channels of what a convolution returns come last.
"""

from __future__ import annotations

import math

import numpy as np

from course import init
from course._checks import check_array, check_count, check_pair, output_size
from course.module import Module, Parameter
from course.pooling import AvgPool2d, MaxPool2d, avg_pool2d, max_pool2d

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "Flatten",
    "MaxPool2d",
    "avg_pool2d",
    "conv2d",
    "max_pool2d",
]

Pair = int | tuple[int, int]


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: Pair = 1,
    padding: Pair = 0,
) -> np.ndarray:
    """Slide each filter over the image and take the scalar product at every place.

    Parameters
    ----------
    x : ndarray of shape (n, channels, height, width)
    weight : ndarray of shape (out, channels, kernel height, kernel width)
    bias : ndarray of shape (out,), optional
    stride : int or (int, int)
        Rows and columns from one place to the next.
    padding : int or (int, int)
        Rows and columns of zeros on either side.

    Returns
    -------
    ndarray of shape (n, out, out height, out width)
        ``out height = (height + 2 padding - kernel height) // stride + 1``.

    Notes
    -----
    The filter is not flipped: what networks call a convolution is a cross-correlation.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.array([[[[1.0, 0.0], [0.0, -1.0]]]]))
    array([[[[-4., -4.],
             [-4., -4.]]]])
    """
    check_array(weight, "weight", shape=(None, None, None, None))
    check_array(x, dtype=weight.dtype, shape=(None, weight.shape[1], None, None))
    if bias is not None:
        check_array(bias, "bias", dtype=weight.dtype, shape=weight.shape[:1])
    columns = _columns(x, weight.shape[2:], check_pair("stride", stride, 1), _padding(padding))
    return _product(columns, weight, bias)


class Conv2d(Module):
    """A convolution over images: see `conv2d`.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding : int or (int, int)
    bias : bool
    rng : Generator, optional
        Source of the initial values; by default a fresh one.
    dtype : dtype

    Attributes
    ----------
    weight : Parameter of shape ``(out_channels, in_channels, *kernel_size)``
    bias : Parameter of shape (out_channels,), or None

    Notes
    -----
    Weight and bias start as in torch: uniform within ``1 / sqrt(in_channels * kernel area)``.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document
    recognition, section 2. Chellapilla, Puri & Simard (2006), High performance convolutional
    neural networks for document processing, for the matrix product.

    Examples
    --------
    >>> Conv2d(3, 8, 5, stride=2, padding=2)(np.zeros((1, 3, 28, 20))).shape
    (1, 8, 14, 10)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        *,
        bias: bool = True,
        rng: np.random.Generator | None = None,
        dtype: np.dtype = np.float64,
    ) -> None:
        check_count("in_channels", in_channels)
        check_count("out_channels", out_channels)
        kernel = check_pair("kernel_size", kernel_size, 1)
        self.stride = check_pair("stride", stride, 1)
        self.padding = _padding(padding)
        rng = np.random.default_rng() if rng is None else rng
        weight = init.torch_linear_default((out_channels, in_channels, *kernel), rng)
        self.weight = Parameter(weight.astype(dtype))
        self.bias = None
        if bias:
            fan_in = in_channels * math.prod(kernel)
            values = init.torch_linear_default((out_channels,), rng, fan_in=fan_in)
            self.bias = Parameter(values.astype(dtype))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the convolution of x of shape (n, in_channels, height, width)."""
        weight = self.weight.data
        check_array(x, dtype=weight.dtype, shape=(None, weight.shape[1], None, None))
        columns = _columns(x, weight.shape[2:], self.stride, self.padding)
        output = _product(columns, weight, None if self.bias is None else self.bias.data)
        self.save_for_backward(output, columns, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient of x; accumulate those of weight and bias."""
        columns, shape = self.saved(grad_output)
        weight = self.weight.data
        out, channels, height, width = weight.shape
        rows = grad_output.transpose(0, 2, 3, 1).reshape(-1, out)
        weight_grad = rows.T @ columns.reshape(len(rows), -1)
        weight_grad = weight_grad.reshape(out, height, width, channels).transpose(0, 3, 1, 2)
        self.weight.accumulate(np.ascontiguousarray(weight_grad))
        if self.bias is not None:
            self.bias.accumulate(np.ones(len(rows), rows.dtype) @ rows)  # the fastest sum
        places = columns.shape[1:3]
        return _spread(rows, places, weight, shape, self.stride, self.padding)


def _padding(padding: Pair) -> tuple[int, int]:
    return check_pair("padding", padding, 0)


def _columns(
    x: np.ndarray, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
) -> np.ndarray:
    """Return the patches under the kernel: (n, out height, out width, *kernel, channels)."""
    output_size(x.shape[2:], kernel, stride, padding)  # refuses a kernel that does not fit
    n, channels, height, width = x.shape
    (top, left), (down, right) = padding, stride
    image = np.zeros((n, height + 2 * top, width + 2 * left, channels), x.dtype)
    image[:, top : top + height, left : left + width] = x.transpose(0, 2, 3, 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel, axis=(1, 2))
    return np.ascontiguousarray(windows[:, ::down, ::right].transpose(0, 1, 2, 4, 5, 3))


def _matrix(weight: np.ndarray) -> np.ndarray:
    """Return the filters as the columns of a matrix, in the order of a patch."""
    return weight.transpose(2, 3, 1, 0).reshape(-1, len(weight))


def _product(columns: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Multiply every patch by every filter."""
    n, height, width = columns.shape[:3]
    matrix = _matrix(weight)
    output = columns.reshape(-1, len(matrix)) @ matrix
    if bias is not None:
        output += bias
    return output.reshape(n, height, width, -1).transpose(0, 3, 1, 2)


def _spread(
    rows: np.ndarray,
    places: tuple[int, int],
    weight: np.ndarray,
    shape: tuple[int, ...],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> np.ndarray:
    """Send the gradient of every output back to the pixels that it came from.

    Each place (i, j) of the kernel has seen one strided slice of the padded image, through the
    matrix ``weight[:, :, i, j]``.
    """
    n, channels, height, width = shape
    (top, left), (down, right) = padding, stride
    image = np.zeros((n, height + 2 * top, width + 2 * left, channels), rows.dtype)
    for i, j in np.ndindex(weight.shape[2:]):
        seen = image[:, i : i + down * places[0] : down, j : j + right * places[1] : right]
        seen += (rows @ weight[:, :, i, j]).reshape(seen.shape)
    return image[:, top : top + height, left : left + width].transpose(0, 3, 1, 2)


class Flatten(Module):
    """Lay each example out as one row: (n, ...) becomes (n, product of the rest).

    Examples
    --------
    >>> Flatten()(np.zeros((2, 3, 4, 5))).shape
    (2, 60)
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x of shape (n, ...) as (n, d)."""
        check_array(x)
        output = x.reshape(len(x), -1)
        self.save_for_backward(output, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient in the shape of x."""
        (shape,) = self.saved(grad_output)
        return grad_output.reshape(shape)
