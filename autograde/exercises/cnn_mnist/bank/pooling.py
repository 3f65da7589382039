"""Max pooling: torch's, and a plain one in small pieces to be got wrong."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.cnn_mnist import styles


def _torch(x, kernel_size, *, stride=None):
    import torch

    return torch.nn.functional.max_pool2d(torch.from_numpy(x), kernel_size, stride).numpy()


def _course(x, kernel_size, *, stride=None):
    from course.pooling import max_pool2d

    return max_pool2d(x, kernel_size, stride=stride)


_with_torch = importlib.util.find_spec("torch") is not None
pool = Bank(_torch if _with_torch else _course, styles=styles.POOL)


class _Plain:
    """Max pooling in small pieces; a misconception changes one of them."""

    def __call__(self, x, kernel_size, *, stride=None):
        kernel = self.kernel(self.pair(kernel_size))
        return self.chosen(self.windows(x, kernel, self.stride(stride, kernel)))

    def pair(self, value):
        return (value, value) if isinstance(value, int) else tuple(value)

    def kernel(self, kernel):
        return kernel

    def stride(self, stride, kernel):
        return kernel if stride is None else self.pair(stride)

    def windows(self, x, kernel, stride):
        windows = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
        return windows[:, :, :: stride[0], :: stride[1]]

    def chosen(self, windows):
        return windows.max(axis=(4, 5))


def _variant(name, hint):
    """Enter an instance of a variant as a misconception."""

    def enter(variant):
        pool.wrong(name, hint)(variant())
        return variant

    return enter


@_variant("the mean of a window", "Which number of a window should come out?")
class _Mean(_Plain):
    def chosen(self, windows):
        return windows.mean(axis=(4, 5))


@_variant("the smallest number of a window", "Which number of a window should come out?")
class _Min(_Plain):
    def chosen(self, windows):
        return windows.min(axis=(4, 5))


@_variant("the sum of a window", "Which number of a window should come out?")
class _Sum(_Plain):
    def chosen(self, windows):
        return windows.sum(axis=(4, 5))


@_variant("the first number of a window", "Which number of a window should come out?")
class _First(_Plain):
    def chosen(self, windows):
        return windows[..., 0, 0].copy()


@_variant(
    "a maximum that starts at zero",
    "Which is the largest of four negative numbers? And with which number does your search begin?",
)
class _FromZero(_Plain):
    def chosen(self, windows):
        return np.maximum(super().chosen(windows), 0)


@_variant(
    "the number of the largest size, whatever its sign",
    "Is -5 larger than 3?",
)
class _LargestSize(_Plain):
    def chosen(self, windows):
        return np.abs(windows).max(axis=(4, 5))


@_variant(
    "a maximum over the channels as well",
    "Each channel is pooled by itself. Over which axes do you take the maximum?",
)
class _OverChannels(_Plain):
    def chosen(self, windows):
        each = super().chosen(windows)
        return np.broadcast_to(each.max(axis=1, keepdims=True), each.shape)


@_variant(
    "a maximum over the batch as well",
    "Each image is pooled by itself. Over which axes do you take the maximum?",
)
class _OverBatch(_Plain):
    def chosen(self, windows):
        each = super().chosen(windows)
        return np.broadcast_to(each.max(axis=0), each.shape)


@_variant(
    "a stride of 1 where none is given",
    "Where nobody says a stride, windows stand side by side. How far apart do they start?",
)
class _StrideOne(_Plain):
    def stride(self, stride, kernel):
        return (1, 1) if stride is None else self.pair(stride)


@_variant(
    "a stride of 2 where none is given",
    "Where nobody says a stride, windows stand side by side. How far apart do they start?",
)
class _StrideTwo(_Plain):
    def stride(self, stride, kernel):
        return (2, 2) if stride is None else self.pair(stride)


@_variant(
    "a stride that is ignored",
    "How far apart do the windows start if the caller says so?",
)
class _NoStride(_Plain):
    def stride(self, stride, kernel):
        return kernel


@_variant(
    "a stride that is ignored in the columns",
    "A stride has two entries. Where does yours use the second one?",
)
class _StrideInRows(_Plain):
    def stride(self, stride, kernel):
        return super().stride(stride, kernel)[0], kernel[1]


@_variant(
    "a stride that is ignored in the rows",
    "A stride has two entries. Where does yours use the first one?",
)
class _StrideInColumns(_Plain):
    def stride(self, stride, kernel):
        return kernel[0], super().stride(stride, kernel)[1]


@_variant(
    "the two strides exchanged",
    "The first entry of a stride is for the rows. In which direction does it move your window?",
)
class _StridesExchanged(_Plain):
    def stride(self, stride, kernel):
        return kernel if stride is None else self.pair(stride)[::-1]


@_variant(
    "the first stride in both directions",
    "A stride may be a pair. Where does yours use the second entry?",
)
class _FirstStride(_Plain):
    def stride(self, stride, kernel):
        return kernel if stride is None else (self.pair(stride)[0],) * 2


@_variant(
    "height and width of the window exchanged",
    "The first entry of kernel_size counts rows. How many rows has your window?",
)
class _KernelExchanged(_Plain):
    def kernel(self, kernel):
        return kernel[::-1]


@_variant(
    "a square window where a pair is given",
    "kernel_size may be a pair. Where does yours use the second entry?",
)
class _SquareKernel(_Plain):
    def kernel(self, kernel):
        return (kernel[0], kernel[0])


@_variant(
    "an incomplete window for what is left over",
    "With 7 rows and windows of 3, one row is left over. How many windows does the contract want?",
)
class _Ceil(_Plain):
    def windows(self, x, kernel, stride):
        rest = [-(size - k) % s for size, k, s in zip(x.shape[2:], kernel, stride, strict=True)]
        edge = ((0, 0), (0, 0), (0, rest[0]), (0, rest[1]))
        return super().windows(np.pad(x, edge, constant_values=-np.inf), kernel, stride)


@_variant(
    "an exception where windows do not fill the image",
    "What should happen to a row that is left over?",
)
class _MustDivide(_Plain):
    def windows(self, x, kernel, stride):
        for size, k in zip(x.shape[2:], kernel, strict=True):
            if size % k and kernel == stride:
                raise ValueError(f"cannot cut {size} into windows of {k}")
        return super().windows(x, kernel, stride)


@_variant(
    "a border of zeros around the image",
    "Does the contract pad? Which number wins in a window of zeros and negative numbers?",
)
class _PadsZeros(_Plain):
    def windows(self, x, kernel, stride):
        x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        return super().windows(x, kernel, stride)


@_variant(
    "windows that start behind the first stride",
    "Where does the first window stand?",
)
class _LateStart(_Plain):
    def windows(self, x, kernel, stride):
        return super().windows(x[:, :, 1:, 1:] if min(stride) > 1 else x, kernel, stride)


@_variant(
    "images that are changed in place",
    "The images belong to the caller. Into which array do you write?",
)
class _ChangesImages(_Plain):
    def windows(self, x, kernel, stride):
        found = super().windows(x, kernel, stride).copy()
        x *= 0
        return found


@_variant(
    "float32 that turns into float64",
    "What dtype has an array of zeros if nobody says?",
)
class _Promotes(_Plain):
    def chosen(self, windows):
        return super().chosen(windows).astype(float)
