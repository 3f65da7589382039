"""Layers of the perceptron, against torch and by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_cases import two_layers
from layer_oracle import assert_close, assert_equal_to_torch, some

from course import nn
from course.gradcheck import gradient_errors

LAYERS = {
    "linear": (lambda: nn.Linear(5, 3), lambda: torch.nn.Linear(5, 3)),
    "linear without bias": (
        lambda: nn.Linear(5, 3, bias=False),
        lambda: torch.nn.Linear(5, 3, bias=False),
    ),
    "relu": (nn.ReLU, torch.nn.ReLU),
    "leaky relu": (nn.LeakyReLU, torch.nn.LeakyReLU),
    "leaky relu 0.2": (lambda: nn.LeakyReLU(0.2), lambda: torch.nn.LeakyReLU(0.2)),
    "leaky relu -0.5": (lambda: nn.LeakyReLU(-0.5), lambda: torch.nn.LeakyReLU(-0.5)),
    "sigmoid": (nn.Sigmoid, torch.nn.Sigmoid),
    "tanh": (nn.Tanh, torch.nn.Tanh),
    "gelu": (nn.GELU, torch.nn.GELU),
    "gelu tanh": (lambda: nn.GELU("tanh"), lambda: torch.nn.GELU("tanh")),
    "dropout 0": (lambda: nn.Dropout(0.0), lambda: torch.nn.Dropout(0.0)),
    "perceptron": (
        lambda: nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2))),
        lambda: torch.nn.Sequential(
            torch.nn.Linear(5, 4), torch.nn.Tanh(), torch.nn.Sequential(torch.nn.Linear(4, 2))
        ),
    ),
}


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("shape", [(7, 5), (1, 5), (5,), (2, 3, 5)])
@pytest.mark.parametrize("layer", LAYERS)
def test_layer_equals_torch(layer, shape, training):
    ours, theirs = LAYERS[layer]
    rng = np.random.default_rng(0)
    x = rng.normal(scale=2.0, size=shape)
    assert_equal_to_torch(ours(), theirs(), x, rng, training=training)


@some
@given(
    leading=st.lists(st.integers(1, 4), max_size=3),
    sizes=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    bias=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_linear_equals_torch_for_any_shape(leading, sizes, bias, seed):
    rng = np.random.default_rng(seed)
    ours, theirs = nn.Linear(*sizes, bias=bias), torch.nn.Linear(*sizes, bias=bias)
    assert_equal_to_torch(ours, theirs, rng.normal(size=(*leading, sizes[0])), rng)


@some
@given(
    x=st.lists(
        st.floats(-1e3, 1e3) | st.sampled_from([-1000.0, -40.0, -0.0, 0.0, 40.0, 1000.0]),
        min_size=1,
        max_size=20,
    ),
    name=st.sampled_from(["relu", "leaky relu", "sigmoid", "tanh", "gelu", "gelu tanh"]),
)
def test_activation_equals_torch_for_any_value(x, name):
    ours, theirs = (make() for make in LAYERS[name])
    x_torch = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    expected = theirs(x_torch)
    expected.backward(torch.ones_like(expected))
    assert_close(ours(np.array(x)), expected, "output")
    assert_close(ours.backward(np.ones(len(x))), x_torch.grad, "gradient")


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "dropout 0"])
def test_gradients_equal_central_differences(name):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 5))
    x[np.abs(x) < 1e-3] = 0.5  # away from the kinks at 0
    errors = gradient_errors(LAYERS[name][0](), x, rng)
    assert max(errors.values()) < 1e-7, errors


def test_linear_by_hand():
    layer = nn.Linear(2, 1)
    layer.load_state_dict({"weight": [[2.0, -1.0]], "bias": [0.5]})
    assert layer(np.array([[3.0, 4.0], [1.0, 0.0]])).tolist() == [[2.5], [2.5]]
    assert layer.backward(np.array([[1.0], [10.0]])).tolist() == [[2.0, -1.0], [20.0, -10.0]]
    assert layer.weight.grad.tolist() == [[13.0, 4.0]]
    assert layer.bias.grad.tolist() == [11.0]


@pytest.mark.parametrize(
    ("layer", "x", "output", "slope"),
    [
        (nn.ReLU(), [-2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 1.0]),
        (nn.LeakyReLU(0.5), [-2.0, 0.0, 3.0], [-1.0, 0.0, 3.0], [0.5, 0.5, 1.0]),
        (nn.Sigmoid(), [0.0, math.log(3)], [0.5, 0.75], [0.25, 0.1875]),
        (nn.Tanh(), [0.0, math.log(2)], [0.0, 0.6], [1.0, 0.64]),
        (nn.GELU(), [0.0], [0.0], [0.5]),
        (nn.Residual(nn.ReLU()), [-2.0, 3.0], [-2.0, 6.0], [1.0, 2.0]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_activation_by_hand(layer, x, output, slope):
    np.testing.assert_allclose(layer(np.array(x)), output, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(layer.backward(np.ones(len(x))), slope, rtol=1e-15, atol=1e-15)


def test_activations_do_not_overflow_at_a_thousand():
    x = np.array([-1000.0, 1000.0])
    for layer in (nn.Sigmoid(), nn.Tanh(), nn.GELU(), nn.GELU("tanh")):
        assert np.isfinite(layer(x)).all()
        assert np.isfinite(layer.backward(np.ones(2))).all()


@pytest.mark.parametrize("name", [*LAYERS, "dropout"])
def test_float32_stays_float32(name):
    layers = {
        "linear": nn.Linear(5, 3, dtype=np.float32),
        "linear without bias": nn.Linear(5, 3, bias=False, dtype=np.float32),
        "perceptron": nn.Sequential(nn.Linear(5, 3, dtype=np.float32), nn.Tanh()),
        "dropout": nn.Dropout(0.3),
    }
    layer = layers[name] if name in layers else LAYERS[name][0]()
    output = layer(np.ones((2, 5), np.float32))
    assert output.dtype == np.float32
    assert layer.backward(np.ones_like(output)).dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in layer.parameters())


def test_the_same_generator_gives_the_same_model():
    a, b = (two_layers(np.random.default_rng(3)).state_dict() for _ in range(2))
    assert all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: nn.Linear(0, 3), ValueError, "in_features must be an integer >= 1, got 0"),
        (lambda: nn.Linear(2, 1.5), ValueError, "out_features must be an integer >= 1, got 1.5"),
        (lambda: nn.Dropout(1.0), ValueError, r"p must be in \[0, 1\), got 1.0"),
        (lambda: nn.Dropout(-0.1), ValueError, r"p must be in \[0, 1\), got -0.1"),
        (lambda: nn.Dropout(math.nan), ValueError, r"p must be in \[0, 1\), got nan"),
        (
            lambda: nn.dropout(np.ones(2), 2, np.random.default_rng()),
            ValueError,
            r"p must be in \[0, 1\), got 2",
        ),
        (lambda: nn.GELU("erf"), ValueError, "approximate must be 'none' or 'tanh', got 'erf'"),
        (lambda: nn.Sequential(nn.ReLU), TypeError, "layers must be modules, got <class"),
        (lambda: nn.Parameter([1, 2]), TypeError, "data must be floating point, got int64"),
        (
            lambda: nn.Linear(2, 3)(np.ones((4, 3))),
            ValueError,
            r"x must have shape \(\*, 2\), got \(4, 3\)",
        ),
        (lambda: nn.Linear(2, 3)(np.float64(1.0)), ValueError, r"x must have shape .*got \(\)"),
        (
            lambda: nn.Linear(2, 3)(np.ones((4, 2), np.float32)),
            TypeError,
            "x must have dtype float64, got float32",
        ),
        (
            lambda: nn.ReLU()(np.array([1, 2])),
            TypeError,
            "x must be floating point, got int64",
        ),
        (lambda: nn.Tanh()([1.0]), TypeError, "x must be an ndarray, got list"),
        (lambda: nn.Sigmoid()(torch.ones(2)), TypeError, "x must be an ndarray, got Tensor"),
        (
            lambda: nn.Residual(nn.Linear(2, 3))(np.ones((4, 2))),
            ValueError,
            r"block must keep the shape \(4, 2\), got \(4, 3\)",
        ),
        (lambda: nn.Module()(np.ones(1)), NotImplementedError, "Module does not define forward"),
        (
            lambda: nn.Module().backward(np.ones(1)),
            NotImplementedError,
            "Module does not define backward",
        ),
    ],
)
def test_errors_name_the_offending_value(act, error, message):
    with pytest.raises(error, match=message):
        act()


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "perceptron"])
def test_backward_before_forward_is_an_error(name):
    layer = LAYERS[name][0]()
    with pytest.raises(RuntimeError, match=f"{type(layer).__name__}.backward was called before"):
        layer.backward(np.ones((2, 5)))


@pytest.mark.parametrize("name", LAYERS)
def test_backward_refuses_a_gradient_of_another_shape_or_dtype(name):
    layer = LAYERS[name][0]()
    output = layer(np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"grad_output must have shape \(2, \d\), got \(2,\)"):
        layer.backward(np.ones(2))
    with pytest.raises(TypeError, match="grad_output must have dtype float64, got float32"):
        layer.backward(output.astype(np.float32))
