"""Schedules one after the other, a warmup first."""

from types import SimpleNamespace

import pytest
import torch
from schedule_cases import STEPS, ours_and_torchs

from course import schedules

# torch warns that no optimizer has stepped; here only rates are compared.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")


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
