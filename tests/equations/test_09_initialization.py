"""Every displayed equation of the chapter on initialization, obeyed by the code.

What is said of expectations is measured over many draws of what `course.init` and `course.nn`
really do; what is said of shapes is counted in a gradient.
"""

import math
from functools import partial

import numpy as np
import pytest

from course import init, nn
from course.conv import Conv2d
from course.losses import BCEWithLogitsLoss, CrossEntropyLoss

SHAPES = [(300, 500), (500, 300), (40, 60, 3, 5)]


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def linear(weight):
    """Return a layer without bias that has this weight."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data[:] = weight
    return layer


def test_eq_symmetry(rng):
    # Two layers with tanh between them; the units 0 and 2 of the first start alike, both ways.
    w, v = rng.standard_normal((3, 4)), rng.standard_normal((2, 3))
    w[2], v[:, 2] = w[0], v[:, 0]
    first, second = linear(w), linear(v)
    model = nn.Sequential(first, nn.Tanh(), second)
    x, g = rng.standard_normal((1, 4)), rng.standard_normal((1, 2))
    model(x)
    model.backward(g)
    delta = (1 - np.tanh(w @ x[0]) ** 2) * (v.T @ g[0])
    np.testing.assert_allclose(first.weight.grad, np.outer(delta, x[0]), rtol=1e-12)
    np.testing.assert_array_equal(first.weight.grad[2], first.weight.grad[0])
    assert not np.allclose(first.weight.grad[1], first.weight.grad[0])


@pytest.mark.parametrize("std", [0.03, 0.2])
def test_eq_forward(std, rng):
    # The inputs are neither centred nor independent of each other: their mean square counts.
    x = 1 + np.cumsum(rng.standard_normal(400)) / 20
    z = linear(init.normal((40_000, 400), rng, std=std))(x[np.newaxis])
    assert z.var() == pytest.approx(400 * std**2 * np.mean(x**2), rel=0.02)


def test_eq_relu(rng):
    z = 3 * rng.standard_normal(2_000_000)
    assert np.mean(nn.ReLU()(z) ** 2) == pytest.approx(z.var() / 2, rel=0.01)


@pytest.mark.parametrize("variance", [1 / 768, 1 / 256, 2 / 256, 4 / 256])
def test_eq_depth(variance, rng):
    # The mean square of a single narrow network is far from its expectation: average over many.
    ratios = []
    for _ in range(30):
        x = rng.standard_normal((20, 256))
        start = np.mean(x**2)
        for _ in range(4):
            x = nn.ReLU()(linear(init.normal((256, 256), rng, std=math.sqrt(variance)))(x))
        ratios.append(np.mean(x**2) / start)
    assert np.mean(ratios) == pytest.approx((256 * variance / 2) ** 4, rel=0.2)


def test_eq_variance_backward(rng):
    layer = linear(init.normal((300, 40_000), rng, std=0.1))
    delta = 1 + rng.standard_normal((1, 300))
    layer(np.zeros((1, 40_000)))
    gradient = layer.backward(delta)
    assert gradient.var() == pytest.approx(300 * 0.1**2 * np.mean(delta**2), rel=0.02)


@pytest.mark.parametrize(("outputs", "inputs", "kernel"), [(4, 3, (1, 1)), (2, 5, (3, 5))])
def test_eq_fans(outputs, inputs, kernel, rng):
    # Count, in the middle of an image, the inputs of one output and the outputs of one input.
    layer = Conv2d(inputs, outputs, kernel)
    one_output = np.zeros_like(layer(rng.standard_normal((1, inputs, 13, 13))))
    one_output[0, 0, 5, 5] = 1
    seen = np.count_nonzero(layer.backward(one_output))
    one_input = np.zeros((1, inputs, 13, 13))
    layer.bias.data[:] = 0
    one_input[0, 0, 6, 6] = 1
    fed = np.count_nonzero(layer(one_input))
    assert (seen, fed) == init.fan_in_and_fan_out(layer.weight.data.shape)
    assert (seen, fed) == (inputs * math.prod(kernel), outputs * math.prod(kernel))


def measured(rule, shape, rng):
    """Return the variance of a rule's weights (around zero), over ten draws."""
    return np.mean([np.mean(rule(shape, rng) ** 2) for _ in range(10)])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rule", [init.lecun_normal, init.lecun_uniform])
def test_eq_lecun(rule, shape, rng):
    fan_in = shape[1] * math.prod(shape[2:])
    assert measured(rule, shape, rng) == pytest.approx(1 / fan_in, rel=0.01)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rule", [init.xavier_normal, init.xavier_uniform])
def test_eq_xavier(rule, shape, rng):
    area = math.prod(shape[2:])
    variance = 2 / (shape[1] * area + shape[0] * area)
    assert measured(rule, shape, rng) == pytest.approx(variance, rel=0.01)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rule", [init.he_normal, init.he_uniform])
def test_eq_he(rule, shape, rng):
    fan_in = shape[1] * math.prod(shape[2:])
    assert measured(rule, shape, rng) == pytest.approx(2 / fan_in, rel=0.01)


@pytest.mark.parametrize(
    "make", [partial(nn.Linear, 500, 700), partial(Conv2d, 40, 60, (3, 5))], ids=["linear", "conv"]
)
def test_eq_torch_default(make, rng):
    weight = make(rng=rng).weight.data
    fan_in = weight[0].size
    assert np.mean(weight**2) == pytest.approx(1 / (3 * fan_in), rel=0.02)
    assert 6 * np.mean(weight**2) == pytest.approx(
        measured(init.he_normal, weight.shape, rng), rel=0.02
    )


@pytest.mark.parametrize(
    ("rule", "variance"),
    [
        (init.lecun_uniform, 1 / 400),
        (init.xavier_uniform, 2 / 1000),
        (init.he_uniform, 2 / 400),
        (init.torch_linear_default, 1 / 1200),
    ],
)
def test_eq_uniform(rule, variance, rng):
    w = rule((600, 400), rng)
    assert np.abs(w).max() == pytest.approx(math.sqrt(3 * variance), rel=1e-3)
    assert w.var() == pytest.approx(np.abs(w).max() ** 2 / 3, rel=0.01)


def test_eq_orthogonal(rng):
    w = init.orthogonal((60, 40), rng)
    np.testing.assert_allclose(w.T @ w, np.eye(40), atol=1e-12)
    x = rng.standard_normal((10, 40))
    lengths = np.linalg.norm(linear(w)(x), axis=1)
    np.testing.assert_allclose(lengths, np.linalg.norm(x, axis=1), rtol=1e-12)


@pytest.mark.parametrize("classes", [2, 10])
def test_eq_initial_loss(classes, rng):
    labels = rng.integers(classes, size=50)
    assert CrossEntropyLoss()(np.full((50, classes), 0.7), labels) == pytest.approx(
        math.log(classes)
    )


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_eq_prior(share):
    # Of all constant logits, it has the lowest loss: its gradient is zero.
    target = np.zeros((1000, 1))
    target[: round(1000 * share)] = 1
    criterion = BCEWithLogitsLoss()
    criterion(np.full((1000, 1), math.log(share / (1 - share))), target)
    assert criterion.backward().sum() == pytest.approx(0, abs=1e-12)
    by_class = CrossEntropyLoss()
    by_class(np.tile(np.log([1 - share, share]), (1000, 1)), target[:, 0].astype(int))
    np.testing.assert_allclose(by_class.backward().sum(axis=0), 0, atol=1e-12)
