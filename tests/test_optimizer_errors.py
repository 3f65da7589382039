"""What optimizers refuse, by an error that names it."""

import math

import numpy as np
import pytest
import torch

from course import optim
from course.nn import Parameter


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("SGD", {"lr": -1}, "lr must be >= 0, got -1"),
        ("SGD", {"lr": math.nan}, "lr must be >= 0, got nan"),
        ("SGD", {"momentum": -0.1}, "momentum must be >= 0, got -0.1"),
        ("SGD", {"weight_decay": math.nan}, "weight_decay must be >= 0, got nan"),
        ("SGD", {"dampening": math.nan}, "dampening must be >= 0, got nan"),
        ("SGD", {"nesterov": True}, "nesterov needs momentum > 0 and dampening == 0, got 0 and 0"),
        (
            "SGD",
            {"nesterov": True, "momentum": 0.9, "dampening": 0.5},
            "nesterov needs momentum > 0 and dampening == 0, got 0.9 and 0.5",
        ),
        ("Adagrad", {"lr_decay": -1}, "lr_decay must be >= 0, got -1"),
        (
            "Adagrad",
            {"initial_accumulator_value": -1},
            "initial_accumulator_value must be >= 0, got -1",
        ),
        ("RMSprop", {"alpha": -1}, "alpha must be >= 0, got -1"),
        ("Adam", {"lr": math.nan}, "lr must be >= 0, got nan"),
        ("Adam", {"eps": -1e-8}, "eps must be >= 0, got -1e-08"),
        ("Adam", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
        ("Adam", {"betas": (math.nan, 0.9)}, r"betas must be two numbers in \[0, 1\), got \(nan"),
        ("AdamW", {"betas": (0.9,)}, r"betas must be two numbers in \[0, 1\), got \(0.9,\)"),
        ("NAdam", {"momentum_decay": -1}, "momentum_decay must be >= 0, got -1"),
    ],
)
def test_errors_name_the_offending_value(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(optim, name)([Parameter(np.ones(2))], **options)


def whole_numbers():
    w = Parameter(np.ones(2))
    w.data = np.ones(2, dtype=np.int64)
    return w


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ValueError, r"params must not be empty, got \[\]"),
        (iter([]), ValueError, r"params must not be empty, got \[\]"),
        ([Parameter(np.ones(2))] * 2, ValueError, "params must be distinct, got one of them twice"),
        ([whole_numbers()], ValueError, "parameters must be of floating point, got int64"),
        ([1.0], TypeError, "params must hold parameters .* got float"),
        ([torch.ones(2)], TypeError, "params must hold parameters .* got Tensor"),
        (Parameter(np.ones(2)), TypeError, "Parameter"),
    ],
)
def test_parameters_that_are_none_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        optim.Adam(params)


@pytest.mark.parametrize(
    ("grad", "message"),
    [
        (np.ones((2, 3)), r"grad must have the shape \(3, 2\) of its parameter, got \(2, 3\)"),
        (np.ones(2), r"grad must have the shape \(3, 2\) of its parameter, got \(2,\)"),
        (1.0, r"grad must have the shape \(3, 2\) of its parameter, got \(\)"),
        (np.ones((3, 2), dtype=complex), "grad must be of real numbers, got complex128"),
    ],
)
def test_gradients_that_do_not_fit_are_refused(grad, message):
    w = Parameter(np.ones((3, 2)))
    optimizer = optim.SGD([w])
    w.grad = grad
    with pytest.raises(ValueError, match=message):
        optimizer.step()
    np.testing.assert_array_equal(w.data, np.ones((3, 2)))
