"""Normalization layers against torch, by hand and by differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import assert_equal_to_torch, some
from norm_cases import CASES, LAYERS, SMOOTH

from course import conv, nn, norm
from course.gradcheck import gradient_errors


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_layer_equals_torch(name, shape, training):
    ours, theirs, _ = LAYERS[name]
    rng = np.random.default_rng(0)
    x = rng.normal(loc=3.0, scale=2.0, size=shape)
    assert_equal_to_torch(ours(), theirs(), x, rng, training=training)


sizes = st.integers(1, 5)

options = {"seed": st.integers(0, 2**32 - 1), "training": st.booleans()}


@some
@given(
    n=sizes,
    channels=sizes,
    rest=st.lists(sizes, max_size=2),
    eps=st.sampled_from([1e-5, 1e-3, 1.0]),
    momentum=st.floats(0, 1),
    **options,
)
def test_batch_norm_equals_torch(n, channels, rest, eps, momentum, seed, training):
    if training and n * math.prod(rest) == 1:
        return  # an error, tested below
    rng = np.random.default_rng(seed)
    kind = "BatchNorm2d" if len(rest) == 2 else "BatchNorm1d"
    ours = getattr(norm, kind)(channels, eps=eps, momentum=momentum)
    theirs = getattr(torch.nn, kind)(channels, eps=eps, momentum=momentum)
    x = rng.normal(size=(n, channels, *rest))
    assert_equal_to_torch(ours, theirs, x, rng, training=training)


@some
@given(
    n=sizes,
    groups=sizes,
    each=sizes,
    rest=st.lists(sizes, max_size=3),
    affine=st.booleans(),
    **options,
)
def test_group_norm_equals_torch(n, groups, each, rest, affine, seed, training):
    if each * math.prod(rest) == 1:
        return  # an error, tested below
    rng = np.random.default_rng(seed)
    ours = norm.GroupNorm(groups, groups * each, affine=affine)
    theirs = torch.nn.GroupNorm(groups, groups * each, affine=affine)
    x = rng.normal(size=(n, groups * each, *rest))
    assert_equal_to_torch(ours, theirs, x, rng, training=training)


@some
@given(
    leading=st.lists(sizes, max_size=2), shape=st.lists(sizes, min_size=1, max_size=3), **options
)
def test_layer_norm_equals_torch(leading, shape, seed, training):
    rng = np.random.default_rng(seed)
    ours, theirs = norm.LayerNorm(tuple(shape)), torch.nn.LayerNorm(shape)
    x = rng.normal(size=(*leading, *shape))
    assert_equal_to_torch(ours, theirs, x, rng, training=training)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", ["batch 2d", "instance, affine", "group"])
def test_images_with_channels_last_in_memory_give_the_same(name, training):
    ours, theirs, _ = LAYERS[name]
    rng = np.random.default_rng(0)
    channels = 6 if name == "group" else 3
    x = rng.normal(size=(4, 5, 2, channels)).transpose(0, 3, 1, 2)
    assert not x.flags.c_contiguous
    assert_equal_to_torch(ours(), theirs(), x, rng, training=training)


def test_a_network_with_batch_norm_equals_torch_over_training_and_evaluation():
    rng = np.random.default_rng(0)
    ours = nn.Sequential(conv.Conv2d(2, 4, 3), norm.BatchNorm2d(4), nn.Tanh())
    theirs = torch.nn.Sequential(torch.nn.Conv2d(2, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Tanh())
    for training in (True, False):
        assert_equal_to_torch(ours, theirs, rng.normal(size=(3, 2, 6, 5)), rng, training=training)
        ours.zero_grad()
        theirs.zero_grad()


@pytest.mark.parametrize(("name", "shape"), SMOOTH)
def test_gradients_equal_central_differences(name, shape):
    rng = np.random.default_rng(0)
    layer = LAYERS[name][0]()
    errors = gradient_errors(layer, rng.normal(size=shape), rng)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("name", ["batch 1d", "batch 2d"])
def test_gradients_in_evaluation_equal_central_differences(name):
    rng = np.random.default_rng(0)
    make, _, shapes = LAYERS[name]
    layer = make()
    x = rng.normal(size=shapes[0])
    layer(x)
    layer.eval()
    assert max(gradient_errors(layer, x, rng).values()) < 1e-7


def test_batch_norm_by_hand():
    layer = norm.BatchNorm1d(1, eps=0.0, momentum=0.5)
    layer.load_state_dict(layer.state_dict() | {"weight": [2.0], "bias": [1.0]})
    x = np.array([[1.0], [3.0], [5.0], [7.0]])  # mean 4, biased variance 5, unbiased 20/3
    output = layer(x)
    np.testing.assert_allclose(output, 1 + 2 * (x - 4) / math.sqrt(5), rtol=1e-15)
    np.testing.assert_allclose(layer.running_mean, [2.0], rtol=1e-15)
    np.testing.assert_allclose(layer.running_var, [0.5 + 0.5 * 20 / 3], rtol=1e-15)
    assert layer.num_batches_tracked == 1
    # mean(g) = 1/4; mean(g x_hat) = -3 / (4 sqrt(5)); x_hat = (-3, -1, 1, 3) / sqrt(5)
    expected = [(1 - 1 / 4 - 9 / 20), (-1 / 4 - 3 / 20), (-1 / 4 + 3 / 20), (-1 / 4 + 9 / 20)]
    gradient = layer.backward(np.array([[1.0], [0.0], [0.0], [0.0]]))
    np.testing.assert_allclose(gradient.ravel(), 2 / math.sqrt(5) * np.array(expected), rtol=1e-14)
    np.testing.assert_allclose(layer.weight.grad, [-3 / math.sqrt(5)], rtol=1e-15)
    assert layer.bias.grad.tolist() == [1.0]
    layer.eval()
    expected = 1 + 2 * (x - 2) / math.sqrt(0.5 + 10 / 3)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-15)
    assert layer.num_batches_tracked == 1 and layer.running_mean[0] == 2.0


@pytest.mark.parametrize(
    ("layer", "x", "expected"),
    [
        (norm.LayerNorm(2, eps=0.0), [[1.0, 5.0], [9.0, 3.0]], [[-1, 1], [1, -1]]),
        (norm.GroupNorm(2, 4, eps=0.0), [[1.0, 5.0, 9.0, 3.0]], [[-1, 1, 1, -1]]),
        (
            norm.InstanceNorm2d(2, eps=0.0),
            [[[[1.0, 5.0]], [[9.0, 3.0]]]],
            [[[[-1, 1]], [[1, -1]]]],
        ),
        (
            norm.BatchNorm2d(1, eps=0.0),
            [[[[1.0, 5.0]]], [[[5.0, 1.0]]]],
            [[[[-1, 1]]], [[[1, -1]]]],
        ),
    ],
    ids=["layer", "group", "instance", "batch 2d"],
)
def test_output_by_hand(layer, x, expected):
    assert layer(np.array(x)).tolist() == expected


def test_layer_norm_gradient_by_hand():
    # x_hat = (-3, -1, 1, 3) / sqrt(5), std = sqrt(5), as in batch norm above
    layer = norm.LayerNorm(4, eps=0.0)
    layer(np.array([[1.0, 3.0, 5.0, 7.0]]))
    expected = np.array([0.3, -0.4, -0.1, 0.2]) / math.sqrt(5)
    gradient = layer.backward(np.array([[1.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(gradient.ravel(), expected, rtol=1e-14)
    np.testing.assert_allclose(layer.weight.grad, [-3 / math.sqrt(5), 0, 0, 0], rtol=1e-15)
    assert layer.bias.grad.tolist() == [1, 0, 0, 0]


def test_a_large_mean_does_not_spoil_the_variance():
    # the difference of mean square and squared mean would lose all digits here
    x = np.array([[1e8], [1e8 + 1], [1e8 + 2]])
    output = norm.BatchNorm1d(1, eps=0.0)(x).ravel()
    np.testing.assert_allclose(output, [-math.sqrt(1.5), 0, math.sqrt(1.5)], atol=1e-12)
