"""What the chapter on schedules says in words is what its cells have printed, and torch agrees."""

import re

import numpy as np
import prose
import pytest
import torch

from course import optim

CHAPTER = prose.chapter("04-schedules")
TORCH = torch.optim.lr_scheduler


def line(cell: str, start: str) -> list[float]:
    """Return the numbers of the first line that starts so, behind that start."""
    lines = [text for text in prose.printed(CHAPTER, cell).splitlines() if text.startswith(start)]
    assert lines, f"{cell} printed no line that starts with {start!r}"
    return [float(n) for n in re.findall(r"[-+]?\d+\.?\d*", lines[0].removeprefix(start))]


def grid(cell: str, name: str) -> list[float]:
    """Return the mean accuracies of one schedule, by rate."""
    return line(cell, name)[::2]


def torch_sgd(lr=1.0, momentum=0.9):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=momentum)
    optimizer.step()
    return optimizer


FALLING = ["steps", "exponential", "cosine", "plateau"]
RISING_FIRST = ["warmup, cosine", "one-cycle"]


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    cells = {"failure", "noise-floor", "fair", "range-test", "grid", "tuned", "longer", "sgd"}
    assert cells | {"warmup"} <= {claim.cell for claim in prose.claims(CHAPTER)}


@pytest.mark.parametrize(
    ("name", "row"), [("fixed", 0), ("steps", 1), ("exponential", 2), ("cosine", 3)]
)
def test_the_exact_losses_on_the_bowl_are_those_of_many_runs(name, row):
    _, tuned, rate, _ = line("fair", name)
    factor = {
        "fixed": lambda t: 1.0,
        "steps": lambda t: 0.1 ** (t // 100),
        "exponential": lambda t: 0.01 ** (t / 300),
        "cosine": lambda t: np.cos(np.pi * t / 600) ** 2,
    }[name]
    curvature, rng = np.geomspace(0.02, 1, 20), np.random.default_rng(row)
    theta = np.ones((3000, 20))
    for t in range(300):
        g = curvature * theta + 0.3 * rng.standard_normal(theta.shape)
        theta, _ = optim.sgd(theta, g, lr=rate * factor(t))
    assert np.mean(theta**2 @ curvature) / 2 == pytest.approx(tuned, rel=0.03)


def test_on_the_bowl_every_schedule_wants_a_higher_rate_than_a_fixed_one():
    rates = {name: line("fair", name)[2] for name in ("fixed", *FALLING[:3], "one-cycle")}
    assert min(rates, key=rates.get) == "fixed"


def test_on_the_bowl_every_schedule_gains_a_factor_of_five_at_the_rate_of_one():
    at_one = {name: line("fair", name)[0] for name in ("fixed", *FALLING[:3], "one-cycle")}
    worst = max(loss for name, loss in at_one.items() if name != "fixed")
    assert at_one["fixed"] / worst > 5


def test_at_a_rate_too_high_to_hold_everything_helps():
    none = grid("grid", "none ")
    for name in FALLING + RISING_FIRST:
        assert grid("grid", name)[2] > none[2] + 2
    assert grid("grid", "cosine")[2] - none[2] > 3


def test_only_what_rises_first_survives_the_highest_rate():
    for name in ["none ", *FALLING]:
        assert grid("grid", name)[3] < 40
    for name in RISING_FIRST:
        assert grid("grid", name)[3] > 80


def test_at_tuned_rates_no_schedule_gains_two_points():
    gains = {name: line("tuned", name)[3] for name in FALLING + RISING_FIRST}
    assert max(gains.values()) == gains["warmup, cosine"] < 2
    assert "5 to 10 percent" in prose.prose(CHAPTER)
    for name in ("cosine", "warmup, cosine"):
        assert line("tuned", name)[5:] == [5, 5], "ahead for all five seeds"


def test_in_the_longer_training_nothing_is_left():
    _, _, _, gain, spread, *_ = line("longer", "cosine")
    assert abs(gain) <= spread <= 0.5


def test_sgd_shows_no_difference_when_tuned_and_a_loss_at_a_low_rate():
    lines = prose.printed(CHAPTER, "sgd").splitlines()
    tuned = next(text for text in lines if text.startswith("cosine") and "gain" in text)
    gain, spread = map(float, re.search(r"gain (\S+) ± (\S+),", tuned).groups())
    assert abs(gain) < spread
    assert grid("sgd", "none")[0] - grid("sgd", "cosine")[0] == pytest.approx(10, abs=1)


def test_the_steepest_rates_of_a_longer_range_test_are_all_lower():
    assert (
        line("range-test", "200 steps: steepest")[1] < line("range-test", "100 steps: steepest")[0]
    )


def test_on_the_deeper_network_the_steepest_point_may_lie_beyond_the_lowest():
    steepest = line("range-test", "100 steps, 128-64: steepest")[1]
    assert steepest > line("range-test", "100 steps, 128-64: lowest")[1]


def test_the_first_step_moves_units_as_far_as_the_bound_allows_and_no_further():
    (pixels, _) = line("warmup", "sum of the pixels of a digit:")
    for lr in ("0.03", "0.1 ", "0.3 "):
        _, moved, *_ = line("warmup", lr)
        assert moved <= float(lr) * (1 + pixels)


@pytest.mark.parametrize("lr", ["0.03", "0.1 ", "0.3 "])
def test_a_warmup_leaves_fewer_dead_units(lr):
    rows = [t for t in prose.printed(CHAPTER, "warmup").splitlines() if t.startswith(lr)]
    without, with_warmup = (float(re.search(r"(\d+) ± \d+ %", row)[1]) for row in rows)
    assert with_warmup < without


def test_torchs_plateau_takes_an_epoch_for_a_loss():
    optimizer = torch_sgd()
    plateau = TORCH.ReduceLROnPlateau(optimizer, patience=2)
    for epoch in range(6):
        plateau.step(epoch)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
    assert "step(epoch): rate 0.1 after" in prose.printed(CHAPTER, "pitfall-metric")


@pytest.mark.parametrize(("mode", "best", "lr"), [("rel", -0.75, 1.0), ("abs", -1.0, 0.1)])
def test_torchs_relative_threshold_inverts_below_zero_as_well(mode, best, lr):
    optimizer = torch_sgd()
    plateau = TORCH.ReduceLROnPlateau(optimizer, patience=2, threshold=0.1, threshold_mode=mode)
    for metric in [-1.0, -0.95, -0.9, -0.85, -0.8, -0.75]:
        plateau.step(metric)
    assert (plateau.best, optimizer.param_groups[0]["lr"]) == (best, pytest.approx(lr))
    assert f"{mode}: best {best}, rate {lr}" in prose.printed(CHAPTER, "pitfall-negative")


def test_torchs_cycles_overwrite_rate_and_momentum_as_well():
    optimizer = torch_sgd(lr=0.5, momentum=0.0)
    TORCH.CyclicLR(optimizer, base_lr=0.1, max_lr=1.0, step_size_up=10)
    assert optimizer.param_groups[0]["momentum"] == pytest.approx(0.9)
    adam = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    TORCH.OneCycleLR(adam, max_lr=0.01, total_steps=100)
    assert adam.param_groups[0]["lr"] == pytest.approx(4e-4)
    assert adam.param_groups[0]["betas"][0] == pytest.approx(0.95)


def test_torchs_one_cycle_refuses_to_run_past_its_end_and_its_cosine_does_not():
    optimizer = torch_sgd()
    cycle = TORCH.OneCycleLR(optimizer, 0.1, total_steps=160)
    with pytest.raises(ValueError, match="161 times"):
        for _ in range(168):
            optimizer.step()
            cycle.step()
    optimizer = torch_sgd()
    cosine = TORCH.CosineAnnealingLR(optimizer, 3)
    rates = []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    np.testing.assert_allclose(rates, [1, 0.75, 0.25, 0, 0.25, 0.75], atol=1e-12)


def test_torch_warns_of_a_schedule_before_the_optimizer():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = TORCH.ExponentialLR(optimizer, 0.5)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        schedule.step()


@pytest.mark.parametrize(
    ("cell", "wrong", "right"),
    [
        ("pitfall-metric", "step(epoch): rate 0.1", "step(loss):  rate 1.0"),
        ("pitfall-patience", "[1.0, 1.0, 1.0, 0.1]", "[1.0, 1.0, 0.1, 0.1]"),
        ("pitfall-clock", "1e+00  1e-06", "1e+00  1e+00  1e+00  1e-01"),
        ("pitfall-end", "after 160 steps", "168 steps done"),
        ("pitfall-order", "[0.5, 0.25", "[1.0, 0.5"),
    ],
)
def test_pitfalls_are_shown_beside_what_is_right(cell, wrong, right):
    text = prose.printed(CHAPTER, cell)
    assert wrong in text and right in text
