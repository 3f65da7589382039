"""The convolution: torch's, and a plain one in small pieces to be got wrong."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.cnn_mnist import styles


def _torch(x, weight, bias=None, *, stride=1, padding=0):
    import torch

    given = [None if a is None else torch.from_numpy(a) for a in (x, weight, bias)]
    return torch.nn.functional.conv2d(*given, stride=stride, padding=padding).numpy()


def _course(x, weight, bias=None, *, stride=1, padding=0):
    from course.conv import conv2d

    return conv2d(x, weight, bias, stride=stride, padding=padding)


_with_torch = importlib.util.find_spec("torch") is not None
conv = Bank(_torch if _with_torch else _course, styles=styles.CONV)


class _Plain:
    """A convolution in small pieces; a misconception changes one of them."""

    def __call__(self, x, weight, bias=None, *, stride=1, padding=0):
        x, weight = self.padded(x, self.pair(padding)), self.kernel(weight)
        result = self.summed(self.patches(x, weight.shape[2:], self.pair(stride)), weight)
        return result if bias is None else self.plus(result, bias, weight)

    def pair(self, value):
        return (value, value) if isinstance(value, int) else tuple(value)

    def padded(self, x, padding):
        (top, left) = padding
        return np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))

    def kernel(self, weight):
        return weight

    def patches(self, x, size, stride):
        windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
        return windows[:, :, :: stride[0], :: stride[1]]

    def summed(self, patches, weight):
        return np.einsum("nchwij,ocij->nohw", patches, weight, optimize=True)

    def plus(self, result, bias, weight):
        return result + bias[:, None, None]


def _variant(name, hint):
    """Enter an instance of a variant as a misconception."""

    def enter(variant):
        conv.wrong(name, hint)(variant())
        return variant

    return enter


@_variant(
    "a kernel that is flipped",
    "Mathematicians flip the kernel, networks do not. Which pixel meets the kernel's first entry?",
)
class _Flipped(_Plain):
    def kernel(self, weight):
        return weight[:, :, ::-1, ::-1]


@_variant(
    "a kernel whose rows alone are flipped",
    "Which pixel of the window meets the first row of the kernel?",
)
class _FlippedRows(_Plain):
    def kernel(self, weight):
        return weight[:, :, ::-1]


@_variant(
    "rows and columns of the kernel exchanged",
    "A row of the kernel meets a row of the image. Which axis of weight is which?",
)
class _Transposed(_Plain):
    def kernel(self, weight):
        return weight.swapaxes(2, 3)


@_variant(
    "only the first channel of the image",
    "Every filter has a kernel for each channel. What becomes of the other products?",
)
class _FirstChannel(_Plain):
    def summed(self, patches, weight):
        return super().summed(patches[:, :1], weight[:, :1])


@_variant(
    "channels in the wrong order",
    "Which kernel of a filter belongs to which channel of the image?",
)
class _ChannelsReversed(_Plain):
    def kernel(self, weight):
        return weight[:, ::-1]


@_variant(
    "each filter's first kernel used for all channels",
    "Which kernel of a filter belongs to which channel of the image?",
)
class _OneKernel(_Plain):
    def kernel(self, weight):
        return np.broadcast_to(weight[:, :1], weight.shape)


@_variant(
    "channels averaged instead of summed",
    "What does a filter do with the results of its channels?",
)
class _ChannelMean(_Plain):
    def summed(self, patches, weight):
        return super().summed(patches, weight) / weight.shape[1]


@_variant(
    "a mean over the window instead of a sum",
    "A kernel of nine ones: should the result be the sum of nine pixels or their mean?",
)
class _WindowMean(_Plain):
    def summed(self, patches, weight):
        return super().summed(patches, weight) / weight[0, 0].size


@_variant(
    "the first image in place of all",
    "How many images does a batch hold, and which of them does your loop look at?",
)
class _FirstImage(_Plain):
    def summed(self, patches, weight):
        return super().summed(np.broadcast_to(patches[:1], patches.shape), weight)


@_variant(
    "images of a batch added up",
    "Over which axes is summed: does a result know of the other images of its batch?",
)
class _BatchSum(_Plain):
    def summed(self, patches, weight):
        each = super().summed(patches, weight)
        return np.broadcast_to(each.sum(axis=0), each.shape)


@_variant(
    "channels as the last axis of the result",
    "In which order does the contract want the axes: n, out, rows, columns?",
)
class _ChannelsLast(_Plain):
    def summed(self, patches, weight):
        return super().summed(patches, weight).transpose(0, 2, 3, 1)

    def plus(self, result, bias, weight):
        return result + bias


@_variant(
    "the last row and column of places left out",
    "An image of 6 rows and a kernel of 3: at how many places does the kernel fit?",
)
class _OneTooFew(_Plain):
    def summed(self, patches, weight):
        height, width = patches.shape[2:4]
        return super().summed(patches[:, :, : max(height - 1, 1), : max(width - 1, 1)], weight)


@_variant(
    "a bias that is ignored",
    "What does a filter answer where its window is black?",
)
class _NoBias(_Plain):
    def plus(self, result, bias, weight):
        return result


@_variant(
    "a bias that is subtracted",
    "What does a filter answer where its window is black?",
)
class _MinusBias(_Plain):
    def plus(self, result, bias, weight):
        return result - bias[:, None, None]


@_variant(
    "a bias added once for every channel of the image",
    "How often is the bias added, if an image has two channels?",
)
class _BiasPerChannel(_Plain):
    def plus(self, result, bias, weight):
        return result + weight.shape[1] * bias[:, None, None]


@_variant(
    "a bias added once for every pixel of the window",
    "How often is the bias added, if a window has six pixels?",
)
class _BiasPerPixel(_Plain):
    def plus(self, result, bias, weight):
        return result + weight[0, 0].size * bias[:, None, None]


@_variant(
    "the sum of all biases in every channel",
    "Each filter has one bias. Which axis of the result tells the filters apart?",
)
class _BiasSum(_Plain):
    def plus(self, result, bias, weight):
        return result + bias.sum()


@_variant(
    "the first bias for all filters",
    "Each filter has one bias. Which axis of the result tells the filters apart?",
)
class _FirstBias(_Plain):
    def plus(self, result, bias, weight):
        return result + bias[0]


@_variant(
    "a bias spread along the columns",
    "To which axis of the result does NumPy fit an array of shape (out,) by itself?",
)
class _BiasAlongColumns(_Plain):
    def plus(self, result, bias, weight):
        return result + np.resize(bias, result.shape[3])


@_variant(
    "a stride that is ignored",
    "With a stride of 2, from which pixel does the second window start?",
)
class _NoStride(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, (1, 1))


@_variant(
    "a stride that is ignored in the columns",
    "A stride has two entries. Where does yours use the second one?",
)
class _StrideInRows(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, (stride[0], 1))


@_variant(
    "a stride that is ignored in the rows",
    "A stride has two entries. Where does yours use the first one?",
)
class _StrideInColumns(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, (1, stride[1]))


@_variant(
    "the two strides exchanged",
    "The first entry of a stride is for the rows. In which direction does it move your window?",
)
class _StridesExchanged(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, stride[::-1])


@_variant(
    "the first stride in both directions",
    "A stride may be a pair. Where does yours use the second entry?",
)
class _FirstStride(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, (stride[0], stride[0]))


@_variant(
    "a stride that starts behind the first window",
    "Where does the first window stand, whatever the stride?",
)
class _LateStart(_Plain):
    def patches(self, x, size, stride):
        windows = super().patches(x, size, (1, 1))
        return windows[:, :, stride[0] - 1 :: stride[0], stride[1] - 1 :: stride[1]]


@_variant(
    "a stride of one more",
    "With a stride of 2, how many pixels lie between the starts of two windows?",
)
class _StridePlusOne(_Plain):
    def patches(self, x, size, stride):
        return super().patches(x, size, tuple(s + (s > 1) for s in stride))


@_variant(
    "padding that is ignored",
    "What does a window see that stands partly outside of the image?",
)
class _NoPadding(_Plain):
    def padded(self, x, padding):
        return x


@_variant(
    "padding at the lower right alone",
    "A padding of 1 adds a row above as well as below. Where do your zeros stand?",
)
class _PadsAfter(_Plain):
    def padded(self, x, padding):
        return np.pad(x, ((0, 0), (0, 0), (0, padding[0]), (0, padding[1])))


@_variant(
    "padding at the upper left alone",
    "A padding of 1 adds a row above as well as below. Where do your zeros stand?",
)
class _PadsBefore(_Plain):
    def padded(self, x, padding):
        return np.pad(x, ((0, 0), (0, 0), (padding[0], 0), (padding[1], 0)))


@_variant(
    "all of the padding at the lower right",
    "The image keeps its middle. Where does it begin in your padded array?",
)
class _PadsTwiceAfter(_Plain):
    def padded(self, x, padding):
        return np.pad(x, ((0, 0), (0, 0), (0, 2 * padding[0]), (0, 2 * padding[1])))


@_variant(
    "the two paddings exchanged",
    "The first entry of a padding adds rows. Which axis is that?",
)
class _PaddingsExchanged(_Plain):
    def padded(self, x, padding):
        return super().padded(x, padding[::-1])


@_variant(
    "the first padding in both directions",
    "A padding may be a pair. Where does yours use the second entry?",
)
class _FirstPadding(_Plain):
    def padded(self, x, padding):
        return super().padded(x, (padding[0], padding[0]))


@_variant(
    "the border repeated instead of zeros",
    "What stands outside of the image, according to the contract?",
)
class _PadsEdge(_Plain):
    def padded(self, x, padding):
        (top, left) = padding
        return np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)), mode="edge")


@_variant(
    "padding with ones",
    "What stands outside of the image, according to the contract?",
)
class _PadsOnes(_Plain):
    def padded(self, x, padding):
        return super().padded(x - 1, padding) + 1


@_variant(
    "filters that are changed in place",
    "The filters belong to the caller. Into which array do you write?",
)
class _ChangesWeight(_Plain):
    def kernel(self, weight):
        kept = weight.copy()
        weight *= 0
        return kept


@_variant(
    "images that are changed in place",
    "The images belong to the caller. Into which array do you write?",
)
class _ChangesImages(_Plain):
    def padded(self, x, padding):
        kept = super().padded(x, padding)
        x *= 0
        return kept


@_variant(
    "float32 that turns into float64",
    "What dtype has an array of zeros if nobody says?",
)
class _Promotes(_Plain):
    def summed(self, patches, weight):
        return super().summed(patches.astype(float), weight.astype(float))
