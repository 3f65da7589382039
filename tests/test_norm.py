"""Normalization layers against torch, by hand and by differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import assert_close, assert_equal_to_torch, some, to_numpy, to_torch

from course import conv, nn, norm
from course.gradcheck import gradient_errors

# name: ours, torch's, shapes of x
LAYERS = {
    "batch 1d": (
        lambda: norm.BatchNorm1d(3),
        lambda: torch.nn.BatchNorm1d(3),
        [(5, 3), (2, 3), (4, 3, 7), (1, 3, 2), (4, 3, 1)],
    ),
    "batch 1d, other settings": (
        lambda: norm.BatchNorm1d(3, eps=0.1, momentum=0.7),
        lambda: torch.nn.BatchNorm1d(3, eps=0.1, momentum=0.7),
        [(5, 3), (4, 3, 7)],
    ),
    "batch 1d, momentum 0": (
        lambda: norm.BatchNorm1d(3, momentum=0.0),
        lambda: torch.nn.BatchNorm1d(3, momentum=0.0),
        [(5, 3)],
    ),
    "batch 2d": (
        lambda: norm.BatchNorm2d(3),
        lambda: torch.nn.BatchNorm2d(3),
        [(4, 3, 5, 2), (1, 3, 1, 2), (2, 3, 1, 1)],
    ),
    "layer": (
        lambda: norm.LayerNorm(6),
        lambda: torch.nn.LayerNorm(6),
        [(4, 6), (6,), (2, 3, 6), (1, 6)],
    ),
    "layer over two axes": (
        lambda: norm.LayerNorm((3, 4), eps=0.01),
        lambda: torch.nn.LayerNorm((3, 4), eps=0.01),
        [(2, 3, 4), (2, 5, 3, 4), (3, 4)],
    ),
    "instance": (
        lambda: norm.InstanceNorm2d(3),
        lambda: torch.nn.InstanceNorm2d(3),
        [(4, 3, 5, 2), (1, 3, 1, 2)],
    ),
    "instance, affine": (
        lambda: norm.InstanceNorm2d(3, affine=True, eps=0.01),
        lambda: torch.nn.InstanceNorm2d(3, affine=True, eps=0.01),
        [(4, 3, 5, 2), (1, 3, 1, 2)],
    ),
    "group": (
        lambda: norm.GroupNorm(2, 6),
        lambda: torch.nn.GroupNorm(2, 6),
        [(4, 6, 3, 5), (4, 6), (1, 6, 4)],
    ),
    "group, one": (
        lambda: norm.GroupNorm(1, 6),
        lambda: torch.nn.GroupNorm(1, 6),
        [(4, 6, 3, 5), (3, 6)],
    ),
    "group, not affine": (
        lambda: norm.GroupNorm(3, 6, affine=False),
        lambda: torch.nn.GroupNorm(3, 6, affine=False),
        [(4, 6, 3, 5)],
    ),
}
CASES = [(name, shape) for name, (_, _, shapes) in LAYERS.items() for shape in shapes]


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


# Of two values a channel, one becomes 1 and one -1: the gradient is zero, up to eps.
SMOOTH = [(name, shape) for name, shape in CASES if math.prod(shape) > 6]


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


def test_evaluation_may_follow_training_between_forward_and_backward():
    layer = norm.BatchNorm1d(2)
    x, g = np.random.default_rng(0).normal(size=(2, 5, 2))
    layer(x)
    expected = layer.backward(g)
    layer(x)
    layer.eval()
    np.testing.assert_array_equal(layer.backward(g), expected)


def test_backward_of_evaluation_uses_the_statistics_of_its_forward():
    layer = norm.BatchNorm1d(2).eval()
    x, g = np.random.default_rng(0).normal(size=(2, 5, 2))
    layer(x)
    expected = layer.backward(g)
    layer(x)
    layer.running_var *= 4
    np.testing.assert_array_equal(layer.backward(g), expected)


def test_channels_that_lie_last_in_memory_stay_there():
    x = np.random.default_rng(0).normal(size=(4, 5, 2, 3)).transpose(0, 3, 1, 2)
    assert norm.BatchNorm2d(3)(x).transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(name):
    make = {
        "batch 1d": lambda: norm.BatchNorm1d(3, dtype=np.float32),
        "batch 2d": lambda: norm.BatchNorm2d(3, dtype=np.float32),
        "layer": lambda: norm.LayerNorm(6, dtype=np.float32),
        "instance": lambda: norm.InstanceNorm2d(3, dtype=np.float32),
        "group": lambda: norm.GroupNorm(2, 6, dtype=np.float32),
    }.get(name)
    if make is None:
        return
    layer = make()
    for mode in (True, False):
        layer.train(mode)
        x = np.random.default_rng(0).normal(size=LAYERS[name][2][0]).astype(np.float32)
        output = layer(x)
        assert output.dtype == np.float32
        assert layer.backward(np.ones_like(output)).dtype == np.float32
        assert all(p.grad.dtype == np.float32 for p in layer.parameters())
        assert all(
            a.dtype.kind == "i" or a.dtype == np.float32 for a in layer.state_dict().values()
        )


def test_state_dicts_are_interchangeable_with_torch():
    ours, theirs = norm.BatchNorm1d(3), torch.nn.BatchNorm1d(3).double()
    x = np.random.default_rng(0).normal(size=(5, 3))
    for _ in range(3):
        theirs(torch.from_numpy(x))
    ours.load_state_dict(to_numpy(theirs.state_dict()))
    assert ours.num_batches_tracked == 3
    assert_close(ours.eval()(x), theirs.eval()(torch.from_numpy(x)), "from torch")
    ours.train()(x)
    theirs.load_state_dict(to_torch(ours.state_dict()))
    assert theirs.num_batches_tracked == 4


def test_running_statistics_are_moved_in_place_and_copied_out():
    layer = norm.BatchNorm1d(2)
    alias, state = layer.running_mean, layer.state_dict()
    layer(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert layer.running_mean is alias and alias.tolist() == pytest.approx([0.2, 0.3])
    assert state["running_mean"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: norm.BatchNorm1d(0), ValueError, "num_features must be an integer >= 1, got 0"),
        (lambda: norm.BatchNorm1d(3, eps=-1), ValueError, "eps must be >= 0, got -1"),
        (
            lambda: norm.BatchNorm1d(3, momentum=1.5),
            ValueError,
            r"momentum must be in \[0, 1\], got 1.5",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((1, 3))),
            ValueError,
            r"more than one value for each channel in training, got shape \(1, 3\)",
        ),
        (
            lambda: norm.BatchNorm2d(3)(np.ones((1, 3, 1, 1))),
            ValueError,
            r"more than one value for each channel in training, got shape \(1, 3, 1, 1\)",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((0, 3))),
            ValueError,
            r"more than one value for each channel in training, got shape \(0, 3\)",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((4, 2))),
            ValueError,
            r"x must have shape \(\*, 3\), got \(4, 2\)",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((4, 3, 2, 2))),
            ValueError,
            r"x must have shape \(\*, 3\), got \(4, 3, 2, 2\)",
        ),
        (
            lambda: norm.BatchNorm2d(3)(np.ones((4, 3))),
            ValueError,
            r"x must have shape \(\*, 3, \*, \*\), got \(4, 3\)",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((4, 3), np.float32)),
            TypeError,
            "x must have dtype float64, got float32",
        ),
        (
            lambda: norm.BatchNorm1d(3)(np.ones((4, 3), int)),
            TypeError,
            "x must be floating point, got int64",
        ),
        (lambda: norm.LayerNorm(0), ValueError, "normalized_shape must be an integer >= 1, got 0"),
        (lambda: norm.LayerNorm(3, eps=-1), ValueError, "eps must be >= 0, got -1"),
        (
            lambda: norm.LayerNorm((2, 3))(np.ones((4, 3, 2))),
            ValueError,
            r"x must have shape \(\*, 2, 3\), got \(4, 3, 2\)",
        ),
        (
            lambda: norm.LayerNorm((2, 3))(np.ones(3)),
            ValueError,
            r"x must have shape \(2, 3\), got \(3,\)",
        ),
        (
            lambda: norm.GroupNorm(4, 6),
            ValueError,
            "num_groups must divide num_channels, got 4 and 6",
        ),
        (
            lambda: norm.GroupNorm(2, 6)(np.ones((4, 5, 3, 3))),
            ValueError,
            r"x must have shape \(\*, 6, \*, \*\), got \(4, 5, 3, 3\)",
        ),
        (
            lambda: norm.GroupNorm(6, 6)(np.ones((4, 6))),
            ValueError,
            r"more than one value for each of 6 groups, got shape \(4, 6\)",
        ),
        (
            lambda: norm.InstanceNorm2d(3)(np.ones((4, 3, 1, 1))),
            ValueError,
            r"more than one value for each of 3 groups, got shape \(4, 3, 1, 1\)",
        ),
        (
            lambda: norm.InstanceNorm2d(3)(np.ones((4, 3))),
            ValueError,
            r"x must have shape \(\*, 3, \*, \*\), got \(4, 3\)",
        ),
    ],
)
def test_errors_name_the_offending_value(act, error, message):
    with pytest.raises(error, match=message):
        act()


def test_a_batch_of_one_is_fine_in_evaluation():
    assert norm.BatchNorm1d(3).eval()(np.zeros((1, 3))).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("name", LAYERS)
def test_backward_before_forward_is_an_error(name):
    layer = LAYERS[name][0]()
    with pytest.raises(RuntimeError, match=f"{type(layer).__name__}.backward was called before"):
        layer.backward(np.ones((2, 3)))


@pytest.mark.parametrize("name", LAYERS)
def test_backward_refuses_a_gradient_of_another_shape(name):
    make, _, shapes = LAYERS[name]
    layer = make()
    layer(np.random.default_rng(0).normal(size=shapes[0]))
    with pytest.raises(ValueError, match=r"grad_output must have shape .*, got \(9,\)"):
        layer.backward(np.ones(9))
