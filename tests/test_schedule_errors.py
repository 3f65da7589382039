"""What schedules refuse, by an error that names it."""

import math
from types import SimpleNamespace

import pytest

from course import schedules


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: schedules.StepLR(o, 0), "step_size must be an integer >= 1, got 0"),
        (lambda o: schedules.StepLR(o, 2.5), "step_size must be an integer >= 1, got 2.5"),
        (lambda o: schedules.StepLR(o, 2, gamma=math.nan), "gamma must be >= 0, got nan"),
        (lambda o: schedules.MultiStepLR(o, [1], gamma=-1), "gamma must be >= 0, got -1"),
        (lambda o: schedules.ExponentialLR(o, -0.5), "gamma must be >= 0, got -0.5"),
        (lambda o: schedules.LinearLR(o, start_factor=0), r"start_factor must be in \(0, 1\], got"),
        (lambda o: schedules.LinearLR(o, end_factor=2), r"end_factor must be in \[0, 1\], got 2"),
        (lambda o: schedules.LinearLR(o, total_iters=0), "total_iters must be an integer >= 1"),
        (lambda o: schedules.CosineAnnealingLR(o, 0), "T_max must be an integer >= 1, got 0"),
        (lambda o: schedules.CosineAnnealingLR(o, 5, eta_min=math.nan), "eta_min must be >= 0"),
        (lambda o: schedules.CosineAnnealingWarmRestarts(o, 0), "T_0 must be an integer >= 1"),
        (
            lambda o: schedules.CosineAnnealingWarmRestarts(o, 1, T_mult=0),
            "T_mult must be an integer >= 1, got 0",
        ),
        (lambda o: schedules.OneCycleLR(o, 1.0), "total_steps, or epochs and steps_per_epoch"),
        (
            lambda o: schedules.OneCycleLR(o, math.nan, total_steps=1),
            "max_lr must be >= 0, got nan",
        ),
        (lambda o: schedules.OneCycleLR(o, 1.0, total_steps=-1), "total_steps must be an integer"),
        (
            lambda o: schedules.OneCycleLR(o, 1.0, total_steps=9, pct_start=1.5),
            r"pct_start must be in \[0, 1\], got 1.5",
        ),
        (
            lambda o: schedules.OneCycleLR(o, 1.0, total_steps=9, anneal_strategy="exp"),
            "anneal_strategy must be 'cos' or 'linear', got 'exp'",
        ),
        (
            lambda o: schedules.OneCycleLR(o, 1.0, total_steps=9, div_factor=0),
            "div_factor must be > 0, got 0",
        ),
        (lambda o: schedules.CyclicLR(o, -1, 1.0), "base_lr must be >= 0, got -1"),
        (lambda o: schedules.CyclicLR(o, 0.1, 1.0, mode="saw"), "mode must be 'triangular' or"),
        (
            lambda o: schedules.CyclicLR(o, 0.1, 1.0, step_size_down=0),
            "step_size_down must be an integer >= 1, got 0",
        ),
        (lambda o: schedules.ReduceLROnPlateau(o, mode="mean"), "mode must be 'min' or 'max', got"),
        (lambda o: schedules.ReduceLROnPlateau(o, factor=1.0), r"factor must be in \[0, 1\), got"),
        (lambda o: schedules.ReduceLROnPlateau(o, min_lr=-1), "min_lr must be >= 0, got -1"),
        (lambda o: schedules.SequentialLR(o, [], [1]), "milestones must be 1 fewer than the 0"),
        (
            lambda o: schedules.SequentialLR(o, [schedules.StepLR(o, 1)] * 3, [5, 2]),
            r"milestones must be in ascending order, got \[5, 2\]",
        ),
        (
            lambda o: schedules.SequentialLR(
                o, [schedules.StepLR(SimpleNamespace(lr=0.1), 1)], milestones=[]
            ),
            "schedulers must be for the same optimizer, got a StepLR for another",
        ),
    ],
)
def test_errors_name_the_offending_value(make, message):
    with pytest.raises(ValueError, match=message):
        make(SimpleNamespace(lr=0.1, momentum=0.9))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: schedules.StepLR([], 1), "optimizer must have lr, got list"),
        (lambda o: schedules.LambdaLR(o, 0.5), "lr_lambda must be callable, got 0.5"),
        (
            lambda o: schedules.SequentialLR(o, [schedules.ReduceLROnPlateau(o)], []),
            "schedulers must be functions of the epoch, got ReduceLROnPlateau",
        ),
        (lambda o: schedules.ReduceLROnPlateau(o).step(), "metric"),
    ],
)
def test_errors_name_the_offending_type(make, message):
    with pytest.raises(TypeError, match=message):
        make(SimpleNamespace(lr=0.1))


def test_cycles_of_momentum_need_an_optimizer_that_has_one():
    with pytest.raises(ValueError, match="optimizer must have betas or momentum"):
        schedules.CyclicLR(SimpleNamespace(lr=0.1), 0.1, 1.0)
    schedules.CyclicLR(SimpleNamespace(lr=0.1), 0.1, 1.0, cycle_momentum=False)
