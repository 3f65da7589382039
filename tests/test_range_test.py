"""The range test finds the rate at which training diverges."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from course import optim, schedules
from course.nn import Parameter


def quadratic(optimizer):
    """Return a training step on the loss w**2 / 2, for a range test."""
    w = optimizer.params[0]

    def train_step():
        loss = float(w.data[0] ** 2 / 2)
        w.grad = w.data.copy()
        optimizer.step()
        return loss

    return train_step


def test_range_test_finds_where_gradient_descent_diverges():
    optimizer = optim.SGD([Parameter(np.ones(1))], lr=0.123)
    result = schedules.lr_range_test(
        quadratic(optimizer), optimizer, lr_min=1e-3, lr_max=1e3, steps=100, smoothing=0.0
    )
    assert result.diverged
    # At a rate of 2 the steps stop shrinking; the loss has to climb up again from its minimum.
    assert 2 < result.lr[-1] < 4
    assert 0.01 < result.steepest < 2
    assert optimizer.lr == 0.123
    np.testing.assert_allclose(np.diff(np.log(result.lr)), math.log(1e6) / 99)


def test_range_test_that_stays_stable_runs_to_the_end():
    optimizer = optim.SGD([Parameter(np.ones(1))], lr=0.1)
    result = schedules.lr_range_test(quadratic(optimizer), optimizer, lr_max=0.5, steps=30)
    assert not result.diverged
    assert result.lr.shape == result.loss.shape == result.smoothed.shape == (30,)
    assert result.lr[-1] == pytest.approx(0.5)


def test_range_test_stops_at_nan_and_restores_the_rate_after_an_error():
    optimizer = SimpleNamespace(lr=0.1)
    losses = iter([1.0, 0.9, math.nan, 0.5])
    result = schedules.lr_range_test(lambda: next(losses), optimizer)
    assert result.diverged
    assert len(result.loss) == 3
    with pytest.raises(StopIteration):
        schedules.lr_range_test(lambda: next(iter([])), optimizer)
    assert optimizer.lr == 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr_min": 1, "lr_max": 0.1}, "0 < lr_min < lr_max, got 1 and 0.1"),
        ({"lr_min": math.nan}, "lr_min must be > 0, got nan"),
        ({"steps": 1}, "steps must be an integer >= 2, got 1"),
        ({"smoothing": 1.0}, r"smoothing must be in \[0, 1\), got 1.0"),
    ],
)
def test_range_test_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        schedules.lr_range_test(lambda: 1.0, SimpleNamespace(lr=0.1), **options)
