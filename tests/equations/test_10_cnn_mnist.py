"""Every displayed equation of the chapter on convolutional networks, obeyed by the code.

Sums are written out here as loops, and gradients as differences: a mistake would have to be made
twice, in two forms.
"""

import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from course import cnn, nn
from course.conv import Conv2d, conv2d, max_pool2d

RNG = np.random.default_rng(10)


@pytest.mark.parametrize("stride", [1, 2])
def test_eq_cnn_convolution(stride):
    x, w = RNG.standard_normal((2, 3, 7, 6)), RNG.standard_normal((4, 3, 3, 3))
    b = RNG.standard_normal(4)
    y = conv2d(x, w, b, stride=stride)
    for n, o, i, j in np.ndindex(y.shape):
        products = [
            w[o, c, k, m] * x[n, c, stride * i + k, stride * j + m]
            for c, k, m in itertools.product(range(3), range(3), range(3))
        ]
        assert y[n, o, i, j] == pytest.approx(b[o] + sum(products), rel=1e-12)


def test_eq_cnn_costs():
    channels, out, size, height, width = 2, 5, 3, 8, 6
    conv = Conv2d(channels, out, size, padding=1, bias=False)
    assert conv.weight.data.size == size**2 * channels * out
    dense = nn.Linear(channels * height * width, out * height * width, bias=False)
    assert dense.weight.data.size == channels * height * width * out * height * width
    # As many products as entries of patches meet a filter, once for each filter.
    ones = np.ones((1, channels, height, width))
    inner = conv2d(ones, np.ones((out, channels, size, size)))
    products = inner[0, 0, 0, 0] * out * height * width
    assert products == size**2 * channels * out * height * width


def test_eq_cnn_output_size():
    for h, size, stride, padding in itertools.product(
        (7, 8, 28), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2)
    ):
        y = conv2d(np.zeros((1, 1, h, 9)), np.zeros((1, 1, size, 1)), stride=(stride, 1),
                   padding=(padding, 0))  # fmt: skip
        assert y.shape[2] == math.floor((h + 2 * padding - size) / stride) + 1


def test_eq_cnn_equivariance():
    x, w = np.zeros((1, 2, 12, 12)), RNG.standard_normal((3, 2, 3, 3))
    x[:, :, 3:8, 3:8] = RNG.standard_normal((1, 2, 5, 5))
    for axis in (2, 3):
        shifted_first = conv2d(np.roll(x, 1, axis=axis), w)
        assert np.allclose(shifted_first, np.roll(conv2d(x, w), 1, axis=axis), atol=1e-12)
    assert not np.allclose(shifted_first, conv2d(x, w))


@pytest.mark.parametrize("size", [2, 3])
def test_eq_cnn_pooling(size):
    x = RNG.standard_normal((2, 3, 9, 7))
    y = max_pool2d(x, size)
    for n, c, i, j in np.ndindex(y.shape):
        window = [
            x[n, c, size * i + k, size * j + m] for k in range(size) for m in range(size)
        ]  # fmt: skip
        assert y[n, c, i, j] == max(window)


def test_eq_cnn_receptive_field():
    """By changing one pixel at a time, not by gradients as the chapter does."""
    net = cnn.model((3, 4), side=40, seed=1).eval()
    r, d = 1, 1
    for depth, (size, stride) in enumerate(((5, 1), (2, 2), (3, 1), (2, 2)), start=1):
        r, d = r + (size - 1) * d, stride * d
        part = net[: {1: 1, 2: 2, 3: 5, 4: 6}[depth]]
        seen = np.zeros(40, bool)
        with torch.inference_mode():
            image = torch.full((1, 1, 40, 40), 0.5)
            place = part(image).shape[3] // 2
            for column, value in itertools.product(range(40), (-9.0, 9.0)):
                changed = image.clone()
                changed[..., column] = value
                moved = (part(changed) - part(image))[0, :, place, place].abs().max()
                seen[column] |= moved.item() > 1e-6
            neighbours = (part(image).shape[3] - 1) * d + 1
        assert seen.sum() == r and np.ptp(np.flatnonzero(seen)) == r - 1
        assert neighbours <= 40 < neighbours + 2 * d


def test_eq_cnn_floor():
    certain = functional.one_hot(torch.tensor([4]), 10).double()
    floor = functional.cross_entropy(certain, torch.tensor([4])).item()
    assert floor == pytest.approx(math.log(math.e + 9) - 1, rel=1e-12)
    assert round(floor, 2) == 1.46
    # Nothing that a softmax can return gets below.
    beliefs = torch.from_numpy(RNG.dirichlet(np.full(10, 0.1), 2000))
    losses = functional.cross_entropy(beliefs, torch.full((2000,), 4), reduction="none")
    assert losses.min() > floor


def test_eq_cnn_two_softmaxes():
    z, right = RNG.normal(0, 2, 10), 3
    t = np.eye(10)[right]

    def softmax(a):
        return np.exp(a) / np.exp(a).sum()

    def slope(loss, k, h=1e-6):
        step = h * np.eye(10)[k]
        return (loss(z + step) - loss(z - step)) / (2 * h)

    p = softmax(z)
    g = softmax(p) - t
    for k in range(10):
        assert slope(lambda a: -np.log(softmax(a)[right]), k) == pytest.approx(
            p[k] - t[k], abs=1e-8
        )
        two = p[k] * (g[k] - sum(p[j] * g[j] for j in range(10)))
        assert slope(lambda a: -np.log(softmax(softmax(a))[right]), k) == pytest.approx(
            two, abs=1e-8
        )
    # And the network with the softmax too many has this gradient at its logits.
    net = cnn.two_layer(softmax=True).double()
    logits = torch.tensor(z[None], requires_grad=True)
    functional.cross_entropy(net[-1](logits), torch.tensor([right])).backward()
    assert np.allclose(logits.grad[0].numpy(), p * (g - p @ g), atol=1e-12)
