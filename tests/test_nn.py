"""Layers of the perceptron and the module system, against torch and by hand."""

import copy
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import assert_close, assert_equal_to_torch, some, to_numpy, to_torch

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


# Dropout


def test_dropout_drops_the_right_share_and_scales_the_rest():
    # A count of zeros beyond 6 standard deviations of the binomial: at most 2e-9 each by the
    # normal tail, and 3 of them, for any seed; the seed is fixed besides.
    for p in (0.1, 0.5, 0.9):
        n = 200_000
        mask = nn.dropout(np.ones(n), p, np.random.default_rng(0))[1]
        assert set(np.unique(mask)) == {0.0, 1 / (1 - p)}
        assert abs(np.sum(mask == 0) - n * p) < 6 * math.sqrt(n * p * (1 - p))


def test_dropout_is_independent_between_elements_and_calls():
    # The correlation of n independent pairs has standard deviation 1 / sqrt(n): 6 of them.
    rng = np.random.default_rng(0)
    layer, x = nn.Dropout(0.5, rng=rng), np.ones((300, 300))
    a, b = layer(x), layer(x)
    pairs = [(a, b), (a[1:], a[:-1]), (a[:, 1:], a[:, :-1])]
    for u, v in pairs:
        assert abs(np.corrcoef(u.ravel(), v.ravel())[0, 1]) < 6 / math.sqrt(u.size)


def test_dropout_sends_the_gradient_through_the_mask_of_the_forward_pass():
    layer = nn.Dropout(0.4, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(20, 30))
    output = layer(x)
    np.testing.assert_array_equal(layer.backward(x), output)


def test_dropout_uses_its_own_generator():
    a, b = (nn.Dropout(0.5, rng=np.random.default_rng(7)) for _ in range(2))
    x = np.ones((5, 40))
    np.testing.assert_array_equal(a(x), b(x))


@pytest.mark.parametrize("p", [0.0, 0.5])
def test_dropout_in_evaluation_is_the_identity(p):
    layer = nn.Dropout(p).eval()
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer.backward(2 * x), 2 * x)
    output, mask = nn.dropout(x, p, np.random.default_rng(0), training=False)
    np.testing.assert_array_equal(output, x)
    assert output is not x and np.all(mask == 1)


# The module system


def two_layers(rng=None):
    return nn.Sequential(nn.Linear(4, 3, rng=rng), nn.ReLU(), nn.Residual(nn.Linear(3, 3, rng=rng)))


def test_names_follow_the_attributes():
    names = [name for name, _ in two_layers().named_parameters()]
    assert names == ["0.weight", "0.bias", "2.block.weight", "2.block.bias"]
    assert [name for name, _ in two_layers().named_modules()] == ["", "0", "1", "2", "2.block"]


def test_state_dicts_are_interchangeable_with_torch():
    ours = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    theirs = theirs.double()
    ours.load_state_dict(to_numpy(theirs.state_dict()))
    x = np.random.default_rng(0).normal(size=(5, 4))
    assert_close(ours(x), theirs(torch.from_numpy(x)), "from torch")
    ours.parameters()[0].data += 1
    theirs.load_state_dict(to_torch(ours.state_dict()))
    assert_close(ours(x), theirs(torch.from_numpy(x)), "to torch")


def test_state_dict_is_a_copy_and_loading_writes_in_place():
    model = two_layers()
    state = model.state_dict()
    alias = model[0].weight.data
    alias += 1
    assert not np.any(state["0.weight"] == alias)
    model.load_state_dict(state)
    assert model[0].weight.data is alias
    np.testing.assert_array_equal(alias, state["0.weight"])
    alias += 1
    assert not np.any(state["0.weight"] == alias)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("bias"), KeyError, r"missing \['bias'\], unexpected \[\]"),
        (lambda s: s.update(gamma=1.0), KeyError, r"missing \[\], unexpected \['gamma'\]"),
        (
            lambda s: s.update(weight=np.ones((2, 3))),
            ValueError,
            r"weight must have shape \(3, 2\), got \(2, 3\)",
        ),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, error, message):
    model = nn.Linear(2, 3)
    before = model.state_dict()
    state = {name: array + 1 for name, array in before.items()}
    change(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_shared_parameter_is_listed_once():
    class Tied(nn.Module):
        def __init__(self):
            self.first = nn.Linear(3, 3)
            self.second = nn.Linear(3, 3)
            self.second.weight = self.first.weight

    model = Tied()
    names = [name for name, _ in model.named_parameters()]
    assert names == ["first.weight", "first.bias", "second.bias"]
    assert list(model.state_dict()) == [*names[:2], "second.weight", "second.bias"]


def test_train_and_eval_reach_every_module():
    model = nn.Sequential(nn.Residual(nn.Sequential(nn.Dropout(0.5))))
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    assert model.train() is model
    assert all(module.training for _, module in model.named_modules())


def test_gradients_add_up_until_zero_grad():
    model = two_layers(np.random.default_rng(0))
    x, g = np.ones((2, 4)), np.ones((2, 3))
    model(x)
    model.backward(g)
    once = [p.grad.copy() for p in model.parameters()]
    model(x)
    model.backward(g)
    for parameter, grad in zip(model.parameters(), once, strict=True):
        np.testing.assert_allclose(parameter.grad, 2 * grad, rtol=1e-15)
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_gradients_of_two_passes_do_not_share_memory():
    layer = nn.Linear(2, 2)
    g = np.ones((1, 2))
    layer(np.ones((1, 2)))
    layer.backward(g)
    first = layer.bias.grad
    layer.zero_grad()
    layer.backward(g)
    assert layer.bias.grad is not first and not np.shares_memory(first, g)


def test_sequential_is_indexed_and_sliced_as_a_list():
    model = two_layers()
    assert len(model) == 3
    assert model[-1] is list(model)[2]
    assert isinstance(model[:2], nn.Sequential) and model[:2][0] is model[0]
    assert nn.Sequential()(np.ones(3)).tolist() == [1, 1, 1]


def test_residual_equals_torch():
    rng = np.random.default_rng(0)
    ours = nn.Residual(nn.Sequential(nn.Linear(3, 3), nn.Tanh()))

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.block = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh())

        def forward(self, x):
            return x + self.block(x)

    assert_equal_to_torch(ours, Residual(), rng.normal(size=(4, 3)), rng)
    assert max(gradient_errors(ours, rng.normal(size=(4, 3)), rng).values()) < 1e-7


def test_a_copy_of_a_model_is_independent():
    model = two_layers()
    twin = copy.deepcopy(model)
    twin[0].weight.data += 1
    assert not np.any(twin[0].weight.data == model[0].weight.data)


def test_the_same_generator_gives_the_same_model():
    a, b = (two_layers(np.random.default_rng(3)).state_dict() for _ in range(2))
    assert all(np.array_equal(a[name], b[name]) for name in a)


# Errors name the offending value


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


def test_nothing_but_numpy_is_imported():
    code = (
        "import sys, course.nn, course.norm, course.conv, course.losses, course.init, "
        "course.gradcheck\n"
        "foreign = {'torch', 'scipy', 'pandas', 'matplotlib', 'sklearn', 'IPython'}\n"
        "sys.exit(str(sorted(foreign & set(sys.modules))) if foreign & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
