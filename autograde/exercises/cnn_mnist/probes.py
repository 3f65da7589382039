"""What is asked of the convolution and of the pooling; `reading` asks the classifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.check import Answer, Claim, Evidence, Exercise, Values, array, attempt
from autograde.exercises.cnn_mnist import digits, reading

Convolution = Callable[..., np.ndarray]
Pooling = Callable[..., np.ndarray]
AXES = {"image": 0, "channel": 0, "row": 0, "column": 0}


def convolved(conv2d: Convolution, *given: Any, **options: Any) -> np.ndarray:
    """Return a convolution of copies."""
    copies = [None if a is None else a.copy() for a in given]
    return array(conv2d(*copies, **options), "conv2d(...)")


def pictures(
    rng: np.random.Generator, size: tuple[int, int] = (6, 8), channels: int = 2, n: int = 2
) -> np.ndarray:
    """Draw images that are not square and have no border of zeros."""
    return rng.normal(size=(n, channels, *size)) + 0.5


def filters(
    rng: np.random.Generator, size: tuple[int, int], out: int = 3, channels: int = 2
) -> np.ndarray:
    """Draw filters without a symmetry."""
    return rng.normal(size=(out, channels, *size))


def conv_values(conv2d: Convolution, rng: np.random.Generator) -> Evidence:
    """Convolve with kernels of several shapes: no bias, stride 1, no padding."""
    evidence: Evidence = {}
    for channels, size in [(1, (3, 3)), (2, (3, 3)), (3, (2, 4)), (2, (1, 1)), (1, (6, 8))]:
        x, weight = pictures(rng, channels=channels), filters(rng, size, channels=channels)
        what = f"conv2d(x, weight), kernel {size[0]} x {size[1]}, {channels} channels in, 3 out"
        evidence[f"{channels} {size}"] = Values(convolved(conv2d, x, weight), what, AXES)
    return evidence


def conv_bias(conv2d: Convolution, rng: np.random.Generator) -> Evidence:
    """Ask what a bias adds."""
    x, weight, bias = pictures(rng), filters(rng, (3, 2)), rng.uniform(1, 2, size=3)
    added = convolved(conv2d, x, weight, bias) - convolved(conv2d, x, weight)
    return {"bias": Values(added, "what bias adds to conv2d(x, weight, bias)", AXES)}


def conv_stride(conv2d: Convolution, rng: np.random.Generator) -> Evidence:
    """Ask for strides, and compare with the same answer's results at stride 1."""
    x, weight = pictures(rng, (8, 11)), filters(rng, (3, 2))
    every = convolved(conv2d, x, weight)
    evidence: Evidence = {}
    for stride in (2, 3, (1, 2), (3, 2)):
        down, right = (stride, stride) if isinstance(stride, int) else stride
        got = convolved(conv2d, x, weight, stride=stride)
        evidence.update(_sizes(got, f"conv2d(x, weight, stride={stride})"))
        evidence[f"stride {stride}"] = Claim(
            _equal(got, every[:, :, ::down, ::right]),
            f"With stride={stride} the result is not every {down}. row and every {right}. column "
            "of your own result with stride=1.",
        )
    return evidence


def conv_padding(conv2d: Convolution, rng: np.random.Generator) -> Evidence:
    """Ask for paddings, and compare with the same answer's results on padded images."""
    x, weight = pictures(rng, (5, 7)), filters(rng, (3, 3))
    evidence: Evidence = {}
    for padding in (1, 2, (2, 0), (1, 3)):
        top, left = (padding, padding) if isinstance(padding, int) else padding
        got = convolved(conv2d, x, weight, padding=padding)
        zeros = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
        evidence.update(_sizes(got, f"conv2d(x, weight, padding={padding})"))
        evidence[f"padding {padding}"] = Claim(
            _equal(got, convolved(conv2d, zeros, weight)),
            f"With padding={padding} the result is not the one of your own conv2d on images with "
            f"{top} rows of zeros above and below and {left} columns of zeros on either side.",
        )
    got = convolved(conv2d, x, weight, padding=(1, 2), stride=(2, 1))
    evidence.update(_sizes(got, "conv2d(x, weight, padding=(1, 2), stride=(2, 1))"))
    what = "conv2d(x, weight, padding=1)"
    evidence["clue"] = Values(convolved(conv2d, x, weight, padding=1), what, AXES, clue=True)
    return evidence


def conv_promises(conv2d: Convolution, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, and at what is left of float32."""
    lent = [pictures(rng), filters(rng, (3, 3)), rng.normal(size=3)]
    copies = [a.copy() for a in lent]
    conv2d(*lent, padding=1)
    single = [a.astype(np.float32) for a in copies]
    return {
        "images": Claim(
            np.array_equal(lent[0], copies[0]), "conv2d has changed the images that it was lent."
        ),
        "filters": Claim(
            all(np.array_equal(a, b) for a, b in zip(lent[1:], copies[1:], strict=True)),
            "conv2d has changed the filters or the bias that it was lent.",
        ),
        "float32": Claim(
            convolved(conv2d, *single, padding=1).dtype == np.float32,
            "With float32 images, filters and bias the result is not float32.",
        ),
    }


def pooled(max_pool2d: Pooling, x: np.ndarray, kernel_size: Any, **options: Any) -> np.ndarray:
    """Return the pooling of a copy."""
    return array(max_pool2d(x.copy(), kernel_size, **options), "max_pool2d(...)")


def pool_values(max_pool2d: Pooling, rng: np.random.Generator) -> Evidence:
    """Pool windows side by side, also of negative numbers and where a rest is left over."""
    evidence: Evidence = {}
    for size, kernel, what in [
        ((4, 6), 2, "kernel_size=2"),
        ((6, 6), (3, 2), "kernel_size=(3, 2)"),
        ((7, 8), 3, "kernel_size=3, rows and columns left over"),
    ]:
        x = rng.permutation(np.arange(4.0 * size[0] * size[1])).reshape(2, 2, *size) - 40
        call = f"max_pool2d(x, {what})"
        returned, result = attempt(lambda x=x, k=kernel: pooled(max_pool2d, x, k), call)
        evidence[call] = returned
        if not returned.raised:
            evidence[what] = Values(result, call, AXES)
    below = -rng.uniform(1, 2, size=(1, 2, 4, 4))
    evidence["below"] = Values(
        pooled(max_pool2d, below, 2), "max_pool2d(x, kernel_size=2) of negative numbers", AXES
    )
    lent = below.copy()
    max_pool2d(lent, 2)
    evidence["lent"] = Claim(
        np.array_equal(lent, below), "max_pool2d has changed the images that it was lent."
    )
    single = pooled(max_pool2d, below.astype(np.float32), 2)
    evidence["float32"] = Claim(
        single.dtype == np.float32, "Of float32 images the result is not float32."
    )
    return evidence


def pool_stride(max_pool2d: Pooling, rng: np.random.Generator) -> Evidence:
    """Let windows overlap, or leave gaps; compare with the same answer on single windows."""
    x = rng.normal(size=(2, 2, 7, 9)) + 4
    evidence: Evidence = {}
    for kernel, stride in [(2, 1), (3, 2), (2, 3), ((2, 3), (3, 1)), (3, (1, 2))]:
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        down, right = (stride, stride) if isinstance(stride, int) else stride
        call = f"max_pool2d(x, {kernel}, stride={stride})"
        got = pooled(max_pool2d, x, kernel, stride=stride)
        evidence.update(_sizes(got, call))
        windows = [
            [pooled(max_pool2d, x[:, :, i : i + height, j : j + width], kernel) for j in columns]
            for columns in [range(0, 9 - width + 1, right)]
            for i in range(0, 7 - height + 1, down)
        ]
        outcome, each = attempt(lambda w=windows: np.block(w))
        evidence[call] = Claim(
            not outcome.raised and _equal(got, each),
            f"{call} does not hold, for every window, what your own max_pool2d makes of that "
            "window alone.",
        )
    return evidence


def _sizes(result: np.ndarray, call: str) -> Evidence:
    return {f"shape of {call}": Values(np.array(result.shape), f"the shape of {call}", {"axis": 0})}


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, atol=1e-6)


EXERCISE = Exercise(
    "cnn-mnist",
    [
        Answer(
            "conv2d",
            "conv2d",
            {
                "conv-values": conv_values,
                "conv-bias": conv_bias,
                "conv-stride": conv_stride,
                "conv-padding": conv_padding,
                "conv-promises": conv_promises,
            },
        ),
        Answer(
            "max-pool2d", "max_pool2d", {"pool-values": pool_values, "pool-stride": pool_stride}
        ),
        Answer(
            "classifier",
            "build_model, train",
            {
                "classifier-logits": reading.logits,
                "classifier-eval": reading.evaluation,
                "classifier-training": reading.training,
                digits.CHECK: reading.accuracy,
            },
            costly={digits.CHECK: 1},
        ),
    ],
    hides=("torchvision", "course.cnn", "course.conv", "course.pooling"),
)
