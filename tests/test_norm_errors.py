"""What normalization layers refuse, by an error that names it."""

import numpy as np
import pytest
from norm_cases import LAYERS

from course import norm


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
