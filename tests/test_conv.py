"""Convolution and pooling against torch, by hand and by differences, in odd shapes."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from layer_oracle import assert_close, assert_equal_to_torch, some

from course import _blas, conv, nn
from course.gradcheck import gradient_errors

# kernel, stride, padding, shape of x
CONVOLUTIONS = [
    (3, 1, 0, (2, 3, 6, 5)),
    (3, 1, 1, (2, 3, 5, 7)),
    (1, 1, 0, (2, 3, 4, 4)),
    (5, 2, 2, (1, 1, 9, 8)),
    ((2, 3), (3, 1), (0, 2), (2, 3, 8, 4)),
    ((3, 1), (1, 2), (2, 0), (2, 2, 3, 7)),
    (3, 4, 0, (1, 2, 8, 9)),  # rows and columns that no window reaches
    (2, 3, 1, (2, 1, 7, 4)),  # stride beyond the kernel
    ((4, 5), 1, 0, (3, 2, 4, 5)),  # a kernel as large as the image
]


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("kernel", "stride", "padding", "shape"), CONVOLUTIONS)
def test_conv_equals_torch(kernel, stride, padding, shape, training, bias):
    rng = np.random.default_rng(0)
    arguments = (shape[1], 4, kernel, stride, padding)
    ours = conv.Conv2d(*arguments, bias=bias)
    theirs = torch.nn.Conv2d(*arguments, bias=bias)
    assert_equal_to_torch(ours, theirs, rng.normal(size=shape), rng, training=training)


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
images = st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 9)] * 2)
seeds = st.integers(0, 2**32 - 1)


def assume_it_fits(shape, kernel, padding):
    assume(all(k <= s + 2 * p for k, s, p in zip(kernel, shape[2:], padding, strict=True)))


@some
@given(
    shape=images,
    out=st.integers(1, 4),
    kernel=pairs,
    stride=pairs,
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    bias=st.booleans(),
    seed=seeds,
)
def test_conv_equals_torch_for_any_shape(shape, out, kernel, stride, padding, bias, seed):
    assume_it_fits(shape, kernel, padding)
    rng = np.random.default_rng(seed)
    arguments = (shape[1], out, kernel, stride, padding)
    ours, theirs = conv.Conv2d(*arguments, bias=bias), torch.nn.Conv2d(*arguments, bias=bias)
    assert_equal_to_torch(ours, theirs, rng.normal(size=shape), rng)


@some
@given(
    shape=images,
    kernel=pairs,
    stride=pairs | st.none(),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    ties=st.booleans(),
    seed=seeds,
)
def test_pooling_equals_torch_for_any_shape(shape, kernel, stride, padding, ties, seed):
    padding = tuple(min(p, k // 2) for p, k in zip(padding, kernel, strict=True))
    assume_it_fits(shape, kernel, padding)
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 2, shape).astype(float) if ties else rng.normal(size=shape)
    for kind in ("MaxPool2d", "AvgPool2d"):
        ours = getattr(conv, kind)(kernel, stride, padding)
        theirs = getattr(torch.nn, kind)(kernel, stride, padding)
        # One round: a second batch, moved by a hair, would no longer have the ties.
        assert_equal_to_torch(ours, theirs, x, rng, rounds=1)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("kind", ["MaxPool2d", "AvgPool2d"])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "shape"),
    [
        (2, None, 0, (2, 3, 6, 4)),
        (2, None, 0, (2, 3, 7, 5)),  # a row and a column left over
        (3, 2, 1, (2, 2, 7, 8)),  # windows that overlap
        (2, 3, 0, (1, 2, 8, 9)),  # windows with gaps
        ((3, 1), (1, 2), (1, 0), (2, 1, 5, 6)),
    ],
)
def test_pooling_equals_torch(kernel, stride, padding, shape, kind, training):
    rng = np.random.default_rng(0)
    ours = getattr(conv, kind)(kernel, stride, padding)
    theirs = getattr(torch.nn, kind)(kernel, stride, padding)
    assert_equal_to_torch(ours, theirs, rng.normal(size=shape), rng, training=training)
    negative = -1 - rng.random(shape)  # padding by zeros would win in max pooling
    assert_equal_to_torch(ours, theirs, negative, rng, training=training)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (3, 7), (2, 3, 4), (1, 1, 1, 1)])
def test_flatten_equals_torch(shape, training):
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape)
    assert_equal_to_torch(conv.Flatten(), torch.nn.Flatten(), x, rng, training=training)


def test_a_small_cnn_equals_torch():
    rng = np.random.default_rng(0)
    ours = nn.Sequential(
        conv.Conv2d(1, 4, 3, padding=1), nn.ReLU(), conv.MaxPool2d(2),
        conv.Conv2d(4, 6, (3, 2), stride=2), nn.GELU(), conv.AvgPool2d(2, stride=1),
        conv.Flatten(), nn.Linear(24, 3),
    )  # fmt: skip
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(4, 6, (3, 2), stride=2), torch.nn.GELU(), torch.nn.AvgPool2d(2, stride=1),
        torch.nn.Flatten(), torch.nn.Linear(24, 3),
    )  # fmt: skip
    assert_equal_to_torch(ours, theirs, rng.normal(size=(3, 1, 14, 12)), rng)


@pytest.mark.parametrize(("kernel", "stride", "padding", "shape"), CONVOLUTIONS)
def test_functions_equal_torchs(kernel, stride, padding, shape):
    rng = np.random.default_rng(0)
    kernel_size = (kernel, kernel) if isinstance(kernel, int) else kernel
    x, weight = rng.normal(size=shape), rng.normal(size=(4, shape[1], *kernel_size))
    bias = rng.normal(size=4)
    x_torch, weight_torch, bias_torch = map(torch.from_numpy, (x, weight, bias))
    F = torch.nn.functional
    options = {"stride": stride, "padding": padding}
    assert_close(conv.conv2d(x, weight, bias, **options),
                 F.conv2d(x_torch, weight_torch, bias_torch, **options), "conv2d")  # fmt: skip
    assert_close(conv.conv2d(x, weight), F.conv2d(x_torch, weight_torch), "conv2d, defaults")
    pooling = {"stride": stride, "padding": tuple(k // 2 for k in kernel_size)}
    assert_close(conv.max_pool2d(x, kernel, **pooling),
                 F.max_pool2d(x_torch, kernel, **pooling), "max_pool2d")  # fmt: skip
    assert_close(conv.avg_pool2d(x, kernel, **pooling),
                 F.avg_pool2d(x_torch, kernel, **pooling), "avg_pool2d")  # fmt: skip
    assert_close(conv.max_pool2d(x, kernel), F.max_pool2d(x_torch, kernel), "max_pool2d, default")


@pytest.mark.parametrize(
    "layer",
    [
        conv.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)),
        conv.Conv2d(2, 3, 2, stride=3, bias=False),
        conv.MaxPool2d(3, stride=2, padding=1),
        conv.AvgPool2d((2, 3), stride=2, padding=1),
        conv.Flatten(),
    ],
    ids=["conv", "conv without bias", "max", "avg", "flatten"],
)
def test_gradients_equal_central_differences(layer):
    rng = np.random.default_rng(0)
    x = rng.permutation(2 * 2 * 7 * 6).reshape(2, 2, 7, 6) / 50  # no two closer than 2h
    assert max(gradient_errors(layer, x, rng).values()) < 1e-7


def test_conv_by_hand():
    layer = conv.Conv2d(1, 1, 2)
    layer.load_state_dict({"weight": [[[[1.0, 2.0], [3.0, 4.0]]]], "bias": [10.0]})
    x = np.array([[[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]]])
    assert layer(x).tolist() == [[[[15.0, 17.0]]]]  # 1*1 + 4*1 + 10; 2*2 + 3*1 + 10: not flipped
    gradient = layer.backward(np.array([[[[1.0, -1.0]]]]))
    assert gradient.tolist() == [[[[1.0, 1.0, -2.0], [3.0, 1.0, -4.0]]]]
    assert layer.weight.grad.tolist() == [[[[1.0, -2.0], [-1.0, 1.0]]]]
    assert layer.bias.grad.tolist() == [0.0]


def test_max_pooling_by_hand_gives_ties_to_the_first():
    layer = conv.MaxPool2d(2, stride=1)
    x = np.array([[[[1.0, 3.0, 3.0], [3.0, 0.0, 2.0]]]])
    assert layer(x).tolist() == [[[[3.0, 3.0]]]]
    assert layer.backward(np.array([[[[1.0, 10.0]]]])).tolist() == [[[[0, 11, 0], [0, 0, 0]]]]


def test_avg_pooling_by_hand():
    layer = conv.AvgPool2d((1, 2), stride=1)
    assert layer(np.array([[[[1.0, 3.0, 7.0]]]])).tolist() == [[[[2.0, 5.0]]]]
    assert layer.backward(np.array([[[[1.0, 10.0]]]])).tolist() == [[[[0.5, 5.5, 5.0]]]]


def test_flatten_by_hand():
    layer = conv.Flatten()
    x = np.arange(4.0).reshape(1, 2, 1, 2)
    assert layer(x).tolist() == [[0, 1, 2, 3]]
    assert layer.backward(np.array([[5.0, 6.0, 7.0, 8.0]])).tolist() == [[[[5, 6]], [[7, 8]]]]


@pytest.mark.parametrize("kind", ["MaxPool2d", "AvgPool2d"])
def test_images_with_channels_last_in_memory_give_the_same(kind):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 5, 3)).transpose(0, 3, 1, 2)
    ours, theirs = getattr(conv, kind)(2), getattr(torch.nn, kind)(2)
    assert_equal_to_torch(ours, theirs, x, rng)
    layer = conv.Conv2d(3, 2, 3)
    assert_equal_to_torch(layer, torch.nn.Conv2d(3, 2, 3), x, rng)


@pytest.mark.parametrize(("kernel", "stride", "padding", "shape"), CONVOLUTIONS)
def test_conv_equals_torch_without_scipy(kernel, stride, padding, shape, monkeypatch):
    monkeypatch.setattr(_blas, "_routine", lambda name, kind: None)
    rng = np.random.default_rng(0)
    arguments = (shape[1], 4, kernel, stride, padding)
    theirs = torch.nn.Conv2d(*arguments)
    assert_equal_to_torch(conv.Conv2d(*arguments), theirs, rng.normal(size=shape), rng)


def test_gradients_of_filters_are_contiguous():
    layer = conv.Conv2d(2, 3, 3)
    output = layer(np.ones((2, 2, 5, 5)))
    layer.backward(np.ones_like(output))
    assert layer.weight.grad.flags.c_contiguous


def test_float32_stays_float32():
    x = np.ones((2, 1, 8, 8), np.float32)
    model = nn.Sequential(
        conv.Conv2d(1, 2, 3, dtype=np.float32), conv.MaxPool2d(2, padding=1), conv.AvgPool2d(2)
    )
    output = model(x)
    assert output.dtype == np.float32
    assert model.backward(np.ones_like(output)).dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in model.parameters())


X = np.ones((2, 3, 4, 5))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: conv.Conv2d(0, 1, 3), ValueError, "in_channels must be an integer >= 1, got 0"),
        (lambda: conv.Conv2d(1, 0, 3), ValueError, "out_channels must be an integer >= 1, got 0"),
        (lambda: conv.Conv2d(1, 1, 0), ValueError, "kernel_size must be one or two .* >= 1, got 0"),
        (lambda: conv.Conv2d(1, 1, (1, 2, 3)), ValueError, r"kernel_size .* got \(1, 2, 3\)"),
        (lambda: conv.Conv2d(1, 1, 3, stride=0), ValueError, "stride must be .* >= 1, got 0"),
        (lambda: conv.Conv2d(1, 1, 3, padding=-1), ValueError, "padding must be .* >= 0, got -1"),
        (lambda: conv.Conv2d(1, 1, 2.5), ValueError, "kernel_size must be one or two .* got 2.5"),
        (
            lambda: conv.Conv2d(2, 1, 3)(X),
            ValueError,
            r"x must have shape \(\*, 2, \*, \*\), got \(2, 3, 4, 5\)",
        ),
        (lambda: conv.Conv2d(3, 1, 3)(X[0]), ValueError, r"got \(3, 4, 5\)"),
        (
            lambda: conv.Conv2d(3, 1, 3)(X.astype(np.float32)),
            TypeError,
            "x must have dtype float64, got float32",
        ),
        (
            lambda: conv.Conv2d(3, 1, (5, 2))(X),
            ValueError,
            r"kernel \(5, 2\) must fit into the padded image, got size \(4, 5\)",
        ),
        (
            lambda: conv.conv2d(X, np.ones((3, 2, 2))),
            ValueError,
            r"weight must have shape \(\*, \*, \*, \*\), got \(3, 2, 2\)",
        ),
        (lambda: conv.conv2d(X, np.ones((1, 2, 2, 2))), ValueError, "x must have shape"),
        (
            lambda: conv.conv2d(X, np.ones((2, 3, 2, 2)), np.ones(3)),
            ValueError,
            r"bias must have shape \(2,\), got \(3,\)",
        ),
        (lambda: conv.MaxPool2d(0), ValueError, "kernel_size must be .* got 0"),
        (
            lambda: conv.MaxPool2d(2, padding=2),
            ValueError,
            r"padding must be at most half of kernel_size \(2, 2\), got \(2, 2\)",
        ),
        (
            lambda: conv.MaxPool2d(6)(X),
            ValueError,
            r"kernel \(6, 6\) must fit .* got size \(4, 5\)",
        ),
        (lambda: conv.AvgPool2d(2)(X[0]), ValueError, r"x must have shape .* got \(3, 4, 5\)"),
        (lambda: conv.AvgPool2d(2)(X.astype(int)), TypeError, "x must be floating .* int64"),
        (lambda: conv.Flatten()(X.astype(int)), TypeError, "x must be floating point, got int64"),
    ],
)
def test_errors_name_the_offending_value(act, error, message):
    with pytest.raises(error, match=message):
        act()


@pytest.mark.parametrize(
    "layer", [conv.Conv2d(3, 2, 2), conv.MaxPool2d(2), conv.AvgPool2d(2), conv.Flatten()]
)
def test_backward_needs_a_forward_and_a_gradient_that_fits(layer):
    with pytest.raises(RuntimeError, match=f"{type(layer).__name__}.backward was called before"):
        layer.backward(X)
    layer(X)
    with pytest.raises(ValueError, match=r"grad_output must have shape .*, got \(9,\)"):
        layer.backward(np.ones(9))
