"""The schedules against torch, over a thousand steps."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from schedule_cases import STEPS, ours_and_torchs

from course import optim, schedules
from course.nn import Parameter

# torch warns that no optimizer has stepped; here only rates are compared.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")

# Name and arguments, the same for torch and for us.
TABLE = [
    ("StepLR", {"step_size": 30}),
    ("StepLR", {"step_size": 1, "gamma": 0.99}),
    ("MultiStepLR", {"milestones": [80, 30, 30, 500], "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.995}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.01, "end_factor": 0.5, "total_iters": 700}),
    ("CosineAnnealingLR", {"T_max": 1000}),
    ("CosineAnnealingLR", {"T_max": 90, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 50}),
    ("CosineAnnealingWarmRestarts", {"T_0": 7, "T_mult": 3, "eta_min": 1e-3}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 1 / math.sqrt(1 + epoch)}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 1}),
    ("OneCycleLR", {"max_lr": 0.5, "epochs": 77, "steps_per_epoch": 13, "pct_start": 0.2}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 1200, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 1, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 1, "pct_start": 0.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 1, "pct_start": 1.0}),
    (
        "OneCycleLR",
        {
            "max_lr": 0.5,
            "total_steps": STEPS + 1,
            "base_momentum": 0.7,
            "max_momentum": 0.8,
            "div_factor": 3.0,
            "final_div_factor": 7.0,
        },
    ),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": STEPS + 1, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.5, "step_size_up": 40}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.5, "step_size_up": 40, "step_size_down": 25}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.5, "step_size_up": 40, "mode": "triangular2"}),
    (
        "CyclicLR",
        {"base_lr": 0.01, "max_lr": 0.5, "step_size_up": 9, "mode": "exp_range", "gamma": 0.99},
    ),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.5, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.0, "max_lr": 0.5, "base_momentum": 0.5, "max_momentum": 0.99}),
]


def names(case):
    return f"{case[0]}-{'-'.join(f'{k}={v}' for k, v in case[1].items() if not callable(v))}"


def settings(optimizer):
    """Return rate and momentum of one of our optimizers."""
    return optimizer.lr, optimizer.betas[0] if hasattr(optimizer, "betas") else optimizer.momentum


def torch_settings(optimizer):
    group = optimizer.param_groups[0]
    return group["lr"], group["betas"][0] if "betas" in group else group["momentum"]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("case", TABLE, ids=names)
def test_rate_and_momentum_equal_torch_for_1000_steps(case, optimizer):
    name, options = case
    ours, torchs = ours_and_torchs(optimizer)
    schedule = getattr(schedules, name)(ours, **options)
    expected_schedule = getattr(torch.optim.lr_scheduler, name)(torchs, **options)
    got, expected = [settings(ours)], [torch_settings(torchs)]
    for _ in range(STEPS):
        schedule.step()
        expected_schedule.step()
        got.append(settings(ours))
        expected.append(torch_settings(torchs))
        assert schedule.get_last_lr() == [ours.lr]
    # torch multiplies the last rate, so its cosine keeps an absolute error when it passes zero.
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-14)
    assert len({lr for lr, _ in got}) > 1


@pytest.mark.parametrize("case", TABLE, ids=names)
def test_lr_at_tells_every_rate_without_setting_one(case):
    name, options = case
    optimizer = SimpleNamespace(lr=0.1, momentum=0.9)
    schedule = getattr(schedules, name)(optimizer, **options)
    told = [schedule.lr_at(step) for step in range(100)]
    assert schedule.last_epoch == 0
    for lr in told:
        assert optimizer.lr == lr
        schedule.step()


@given(
    lr=st.floats(1e-6, 10),
    step=st.integers(0, 10_000),
    T_0=st.integers(1, 50),
    T_mult=st.integers(1, 3),
)
def test_warm_restarts_equal_torch_for_any_period(lr, step, T_0, T_mult):
    torchs = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    expected = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(torchs, T_0, T_mult)
    step %= 200
    for _ in range(step):
        expected.step()
    got = schedules.cosine_warm_restarts_lr(step, base_lr=lr, T_0=T_0, T_mult=T_mult)
    assert got == pytest.approx(torchs.param_groups[0]["lr"], rel=1e-10)


@given(
    max_lr=st.floats(1e-6, 10),
    total_steps=st.integers(4, 60),
    pct_start=st.floats(0, 1),
    anneal_strategy=st.sampled_from(["cos", "linear"]),
    three_phase=st.booleans(),
)
def test_one_cycle_equals_torch_for_any_shape(**options):
    torchs = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], momentum=0.9)
    ours = SimpleNamespace(lr=0.1, momentum=0.9)
    try:
        expected = torch.optim.lr_scheduler.OneCycleLR(torchs, **options)
    except ZeroDivisionError:  # torch cannot start with a rise of exactly one step; we can
        assert schedules.OneCycleLR(ours, **options).last_epoch == 0
        return
    schedule = schedules.OneCycleLR(ours, **options)
    for _ in range(options["total_steps"] - 1):
        assert settings(ours) == pytest.approx(torch_settings(torchs), rel=1e-9, abs=1e-14)
        try:
            expected.step()
        except ZeroDivisionError:
            return
        schedule.step()


def test_one_cycle_by_hand():
    optimizer = SimpleNamespace(lr=0.1, momentum=0.9)
    schedule = schedules.OneCycleLR(optimizer, 1.0, total_steps=10, pct_start=0.5)
    for _ in range(2):
        schedule.step()
    # The rise takes the steps 0 to 4, so step 2 is in the middle between 1/25 and 1.
    assert settings(optimizer) == pytest.approx((0.52, 0.9))


def test_finished_one_cycle_keeps_its_last_rate_once_and_then_refuses():
    optimizer = SimpleNamespace(lr=0.1, momentum=0.9)
    schedule = schedules.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    for _ in range(10):
        schedule.step()
    assert settings(optimizer) == pytest.approx((4e-6, 0.95))
    message = "step must be at most total_steps = 10, got 11: the cycle is finished"
    for _ in range(2):
        with pytest.raises(ValueError, match=message):
            schedule.step()
    assert schedule.last_epoch == 10


@pytest.mark.parametrize("case", TABLE, ids=names)
def test_schedule_continues_from_its_state_dict(case):
    name, options = case
    first, second = (SimpleNamespace(lr=0.1, momentum=0.9) for _ in range(2))
    schedule = getattr(schedules, name)(first, **options)
    for _ in range(37):
        schedule.step()
    resumed = getattr(schedules, name)(second, **options)
    resumed.load_state_dict(schedule.state_dict())
    assert settings(second) == settings(first)
    for _ in range(50):
        schedule.step()
        resumed.step()
        assert settings(second) == settings(first)


def test_later_schedules_start_from_the_same_rate_as_the_first():
    optimizer = SimpleNamespace(lr=1.0)
    schedules.LinearLR(optimizer, start_factor=0.1)
    assert optimizer.lr == 0.1
    schedules.StepLR(optimizer, step_size=3)
    assert optimizer.lr == 1.0


def test_schedule_keeps_float32_parameters_float32():
    w = Parameter(np.ones(3, dtype=np.float32))
    optimizer = optim.SGD([w], lr=np.float64(0.1), momentum=0.9)
    schedule = schedules.OneCycleLR(optimizer, np.float64(0.5), total_steps=5)
    for _ in range(4):
        w.grad = np.ones(3, dtype=np.float32)
        optimizer.step()
        schedule.step()
    assert w.data.dtype == optimizer.state[0]["v"].dtype == np.float32
    assert type(optimizer.lr) is float
