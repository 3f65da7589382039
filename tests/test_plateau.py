"""The schedule that watches a metric, against torch."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from schedule_cases import STEPS, ours_and_torchs

from course import schedules

# torch warns that no optimizer has stepped; here only rates are compared.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")


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
