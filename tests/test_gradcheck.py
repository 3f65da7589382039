"""The gradient checker must agree with torch, and find a gradient that is wrong."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import some

from course import nn
from course.gradcheck import gradient_errors, numerical_gradient, relative_error


@some
@given(shape=st.lists(st.integers(0, 3), max_size=3), seed=st.integers(0, 2**32 - 1))
def test_numerical_gradient_equals_autograd(shape, seed):
    x = np.random.default_rng(seed).normal(size=shape)
    tensor = torch.tensor(x, requires_grad=True)
    (torch.sin(tensor) * tensor**2).sum().backward()
    gradient = numerical_gradient(lambda x: float(np.sum(np.sin(x) * x**2)), x)
    assert gradient.shape == x.shape
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-7, atol=1e-7)


def test_numerical_gradient_is_central():
    # exact for a parabola at any h; a forward difference would be off by h
    gradient = numerical_gradient(lambda x: float(x[0] ** 2), np.array([3.0]), h=0.5)
    assert gradient.tolist() == [6.0]


def test_numerical_gradient_leaves_x_alone_even_from_a_function_that_writes():
    def careless(x):
        total = float(np.sum(x**2))
        x[...] = 99
        return total

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(careless, x), [2, 4], rtol=1e-9)
    assert x.tolist() == [1, 2]


def test_numerical_gradient_takes_integers_as_floats():
    np.testing.assert_allclose(numerical_gradient(lambda x: float(x @ x), [1, 2]), [2, 4])


@pytest.mark.parametrize("h", [0, -1e-5, math.nan])
def test_numerical_gradient_names_a_bad_h(h):
    with pytest.raises(ValueError, match=f"h must be > 0, got {h}"):
        numerical_gradient(lambda x: 0.0, np.ones(1), h)


def test_relative_error_by_hand():
    a, b = np.array([[3.0, 0.0]]), np.array([[0.0, 4.0]])
    assert relative_error(a, b) == 5 / 4
    assert relative_error(a, a) == 0
    assert relative_error(0 * a, 0 * a) == 0
    assert relative_error(a, -a) == 2
    assert relative_error(1e-30 * a, 1e-30 * b) == 5 / 4


def test_relative_error_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"must have one shape, got \(2,\) and \(2, 1\)"):
        relative_error(np.ones(2), np.ones((2, 1)))


class Wrong(nn.Linear):
    """A linear layer whose backward has one mistake."""

    def __init__(self, mistake):
        super().__init__(3, 2, rng=np.random.default_rng(0))
        self.mistake = mistake

    def backward(self, grad_output):
        x_grad = super().backward(grad_output)
        if self.mistake == "weight":
            self.weight.grad[0, 0] *= 1.01
        if self.mistake == "bias":
            self.bias.grad /= len(grad_output)
        return -x_grad if self.mistake == "x" else x_grad


@pytest.mark.parametrize("mistake", ["weight", "bias", "x", None])
def test_a_wrong_gradient_is_found_and_named(mistake):
    rng = np.random.default_rng(0)
    errors = gradient_errors(Wrong(mistake), rng.normal(size=(4, 3)), rng)
    assert set(errors) == {"weight", "bias", "x"}
    for name, error in errors.items():
        assert (error > 1e-4) if name == mistake else (error < 1e-8)


def test_checking_leaves_parameters_and_input_alone():
    rng = np.random.default_rng(0)
    layer, x = nn.Linear(3, 2), rng.normal(size=(4, 3))
    alias, state, before = layer.weight.data, layer.state_dict(), x.copy()
    gradient_errors(layer, x, rng)
    assert layer.weight.data is alias
    np.testing.assert_array_equal(alias, state["weight"])
    np.testing.assert_array_equal(x, before)
