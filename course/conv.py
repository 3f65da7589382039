"""Convolution of images as products of matrices, and Flatten.

Pooling comes from `course.pooling` and is offered here too. Shapes are torch's, (n, channels,
height, width); in memory the channels of what a convolution returns come last.
"""

from __future__ import annotations

import math

import numpy as np

from course import init
from course._blas import add_product
from course._checks import check_array, check_count, check_pair, generator_or_new, output_size
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
    stride = check_pair("stride", stride, 1)
    return _slide(_strips(x, weight, stride, _padding(padding)), weight, bias)


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
        rng = generator_or_new(rng)
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
        strips = np.ascontiguousarray(_strips(x, weight, self.stride, self.padding))
        output = _slide(strips, weight, None if self.bias is None else self.bias.data)
        self.save_for_backward(output, strips, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient of x; accumulate those of weight and bias."""
        strips, shape = self.saved(grad_output)
        weight = self.weight.data
        g = np.ascontiguousarray(grad_output.transpose(0, 2, 3, 1))
        self.weight.accumulate(_weight_gradient(g, strips, weight.shape))
        if self.bias is not None:
            rows = g.reshape(-1, len(weight))
            self.bias.accumulate(np.ones(len(rows), rows.dtype) @ rows)  # the fastest sum
        if self.stride == (1, 1):
            return _input_gradient(g, weight, shape, self.padding)
        return _spread(g, weight, shape, self.stride, self.padding)


def _padding(padding: Pair) -> tuple[int, int]:
    return check_pair("padding", padding, 0)


def _strips(
    x: np.ndarray, weight: np.ndarray, stride: tuple[int, int], padding: tuple[int, int]
) -> np.ndarray:
    """Return what one row of the kernel sees at all of its places, as a view.

    The shape is (n, padded height, out width, kernel width, channels). Whole patches would hold
    every pixel once more for each row of the kernel. With a stride they hold it less often, so
    there whole patches are cut, as if all rows of the kernel lay in one: (n, out height,
    out width, kernel height * kernel width, channels).
    """
    kernel = weight.shape[2:]
    output_size(x.shape[2:], kernel, stride, padding)  # refuses a kernel too large
    n, channels, height, width = x.shape
    (top, left), (down, right) = padding, stride
    image = np.zeros((n, height + 2 * top, width + 2 * left, channels), x.dtype)
    image[:, top : top + height, left : left + width] = x.transpose(0, 2, 3, 1)
    if stride == (1, 1):
        return _cut(image, kernel[1])
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel, axis=(1, 2))
    patches = windows[:, ::down, ::right].transpose(0, 1, 2, 4, 5, 3)
    return patches.reshape(*patches.shape[:3], -1, channels)


def _cut(image: np.ndarray, width: int) -> np.ndarray:
    """Return a view of all strips of a width of images with their channels last."""
    return np.lib.stride_tricks.sliding_window_view(image, width, axis=2).swapaxes(3, 4)


def _seen(strips: np.ndarray, i: int, height: int) -> np.ndarray:
    """Return what row i of the kernel sees of one image, a line for each place."""
    return strips[i : i + height].reshape(height * strips.shape[1], -1)


def _slide(strips: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Add up what the rows of the kernel see, each through its own matrix."""
    (out, channels), (n, padded_height, width, columns) = weight.shape[:2], strips.shape[:4]
    matrices = weight.reshape(out, channels, -1, columns).transpose(2, 3, 1, 0)
    matrices = matrices.reshape(-1, columns * channels, out)
    height = padded_height - len(matrices) + 1
    output = np.zeros((n, height * width, out), weight.dtype)
    if bias is not None:
        output += bias
    for total, image in zip(output, strips, strict=True):
        image = np.ascontiguousarray(image)  # of a view, one image at a time stays in the cache
        for i, matrix in enumerate(matrices):
            add_product(total, _seen(image, i, height), matrix)
    return output.reshape(n, height, width, out).transpose(0, 3, 1, 2)


def _weight_gradient(g: np.ndarray, strips: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the gradient of the weight, from that of the output, channels last."""
    (_, height, width, out), (columns, channels) = g.shape, strips.shape[3:]
    rows = strips.shape[1] - height + 1
    matrices = np.zeros((rows, columns * channels, out), g.dtype)
    for lines, image in zip(g.reshape(-1, height * width, out), strips, strict=True):
        for i, matrix in enumerate(matrices):
            add_product(matrix, _seen(image, i, height).T, lines)
    matrices = matrices.reshape(rows, columns, channels, out)
    return np.ascontiguousarray(matrices.transpose(3, 2, 0, 1)).reshape(shape)


def _input_gradient(
    g: np.ndarray, weight: np.ndarray, shape: tuple[int, ...], padding: tuple[int, int]
) -> np.ndarray:
    """Return the gradient of x, from that of the output, channels last: a convolution as well.

    A pixel under place (i, j) of the kernel gets its gradient through ``weight[:, :, i, j]``, so
    the filters are flipped and change sides with the channels.
    """
    out, _, rows, columns = weight.shape
    (n, _, height, width), (top, left) = shape, padding
    last_row, last_column = height + 2 * top + rows - 1, width + 2 * left + columns - 1
    framed = np.zeros((n, last_row, last_column, out), g.dtype)
    framed[:, rows - 1 : last_row - rows + 1, columns - 1 : last_column - columns + 1] = g
    strips = _cut(framed[:, top : last_row - top, left : last_column - left], columns)
    return _slide(strips, weight[:, :, ::-1, ::-1].swapaxes(0, 1), None)


def _spread(
    g: np.ndarray,
    weight: np.ndarray,
    shape: tuple[int, ...],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> np.ndarray:
    """Return what `_input_gradient` does, for any stride: send g back to where it came from.

    Each place (i, j) of the kernel has seen one slice of the padded image.
    """
    (n, channels, height, width), (_, tall, wide, out) = shape, g.shape
    (top, left), (down, right) = padding, stride
    image = np.zeros((n, height + 2 * top, width + 2 * left, channels), g.dtype)
    rows = g.reshape(-1, out)
    for i, j in np.ndindex(weight.shape[2:]):
        seen = image[:, i : i + down * tall : down, j : j + right * wide : right]
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
        output = x.reshape(len(x), math.prod(x.shape[1:]))
        self.save_for_backward(output, x.shape)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient in the shape of x."""
        (shape,) = self.saved(grad_output)
        return grad_output.reshape(shape)
