"""The schedules against torch, over a thousand steps, and what they promise beyond it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import optim, schedules
from course.nn import Parameter

# torch warns that no optimizer has stepped; here only rates are compared.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")

STEPS = 1000

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


def ours_and_torchs(optimizer="SGD", lr=0.1, **options):
    """Return our and torch's optimizer of one name, for one parameter that never has a gradient."""
    ours = getattr(optim, optimizer)([Parameter(np.zeros(2))], lr=lr, **options)
    torchs = getattr(torch.optim, optimizer)([torch.nn.Parameter(torch.zeros(2))], lr=lr, **options)
    return ours, torchs


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


def sequence(module, optimizer):
    """Return a sequence of three schedules, in torch's module or in ours."""
    return module.SequentialLR(
        optimizer,
        [
            module.LinearLR(optimizer, start_factor=0.1, total_iters=20),
            module.CosineAnnealingLR(optimizer, T_max=300, eta_min=0.01),
            module.ExponentialLR(optimizer, gamma=0.99),
        ],
        milestones=[20, 320],
    )


def test_sequence_of_schedules_equals_torch():
    ours, torchs = ours_and_torchs()
    schedule = sequence(schedules, ours)
    expected_schedule = sequence(torch.optim.lr_scheduler, torchs)
    for _ in range(STEPS):
        assert ours.lr == pytest.approx(torchs.param_groups[0]["lr"], rel=1e-10, abs=1e-14)
        assert ours.lr == schedule.lr_at(schedule.last_epoch)
        schedule.step()
        expected_schedule.step()


@pytest.mark.parametrize(("warmup_steps", "total_steps"), [(1, 10), (5, 50), (100, 1000)])
def test_warmup_cosine_is_torchs_linear_then_cosine(warmup_steps, total_steps):
    _, torchs = ours_and_torchs()
    scheduler = torch.optim.lr_scheduler
    cosine = scheduler.CosineAnnealingLR(torchs, total_steps - warmup_steps, eta_min=0.001)
    if warmup_steps > 1:
        warmup = scheduler.LinearLR(torchs, 1 / warmup_steps, total_iters=warmup_steps - 1)
        cosine = scheduler.SequentialLR(torchs, [warmup, cosine], milestones=[warmup_steps])
        skipped = 0
    else:
        skipped = 1
    for step in range(skipped, total_steps + 1):
        got = schedules.warmup_cosine_lr(
            step, base_lr=0.1, warmup_steps=warmup_steps, total_steps=total_steps, eta_min=0.001
        )
        assert got == pytest.approx(torchs.param_groups[0]["lr"], rel=1e-10)
        cosine.step()


def test_warmup_cosine_may_start_without_a_warmup_and_ends_at_the_lowest_rate():
    options = {"base_lr": 1.0, "warmup_steps": 0, "total_steps": 4, "eta_min": 0.5}
    rates = [schedules.warmup_cosine_lr(step, **options) for step in range(7)]
    assert rates[0] == 1.0
    assert rates[4:] == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize("options", [{}, {"cooldown": 3}, {"min_lr": 1e-3}, {"factor": 0.9}])
def test_reduce_on_plateau_equals_torch(mode, threshold_mode, options):
    ours, torchs = ours_and_torchs()
    options |= {"mode": mode, "threshold_mode": threshold_mode, "patience": 4, "threshold": 0.05}
    schedule = schedules.ReduceLROnPlateau(ours, **options)
    expected = torch.optim.lr_scheduler.ReduceLROnPlateau(torchs, **options)
    rng = np.random.default_rng(0)
    for step in range(STEPS):
        metric = rng.choice([1 / (1 + step), 1.0, -1.0, math.nan, rng.standard_normal()])
        schedule.step(metric)
        expected.step(metric)
        assert ours.lr == pytest.approx(torchs.param_groups[0]["lr"], rel=1e-10)
        assert schedule.best == expected.best
        assert schedule.num_bad_epochs == expected.num_bad_epochs
    assert ours.lr < 0.1


@given(
    metrics=st.lists(st.sampled_from([0.9, 0.95, 1.0, 0.81, 0.5, 0.45, math.nan]), max_size=60),
    patience=st.integers(0, 4),
    cooldown=st.integers(0, 3),
    threshold=st.sampled_from([0.0, 0.1, 0.05]),
    mode=st.sampled_from(["min", "max"]),
    threshold_mode=st.sampled_from(["rel", "abs"]),
)
def test_reduce_on_plateau_equals_torch_at_exact_ties(metrics, **options):
    ours, torchs = ours_and_torchs()
    schedule = schedules.ReduceLROnPlateau(ours, **options)
    expected = torch.optim.lr_scheduler.ReduceLROnPlateau(torchs, **options)
    for metric in metrics:
        schedule.step(metric)
        expected.step(metric)
    assert ours.lr == torchs.param_groups[0]["lr"]


def test_plateau_fires_when_bad_epochs_exceed_patience():
    optimizer = SimpleNamespace(lr=1.0)
    schedule = schedules.ReduceLROnPlateau(optimizer, patience=2)
    rates = []
    for _ in range(4):
        schedule.step(1.0)
        rates.append(optimizer.lr)
    assert rates == [1.0, 1.0, 1.0, 0.1]


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


def test_sequence_and_plateau_continue_from_their_state_dicts():
    first, second = SimpleNamespace(lr=0.1), SimpleNamespace(lr=0.7)
    schedule, resumed = sequence(schedules, first), sequence(schedules, second)
    for _ in range(150):
        schedule.step()
    resumed.load_state_dict(schedule.state_dict())
    for _ in range(300):
        schedule.step()
        resumed.step()
        assert second.lr == first.lr

    plateau = schedules.ReduceLROnPlateau(first, patience=3)
    for _ in range(3):
        plateau.step(1.0)
    resumed = schedules.ReduceLROnPlateau(second, patience=3)
    resumed.load_state_dict(plateau.state_dict())
    before = second.lr
    resumed.step(1.0)
    assert second.lr == before
    resumed.step(1.0)
    assert second.lr == before * 0.1


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
        (lambda o: schedules.StepLR([], 1), "optimizer must have an attribute lr, got list"),
        (lambda o: schedules.LambdaLR(o, 0.5), "lr_lambda must be callable, got float"),
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
