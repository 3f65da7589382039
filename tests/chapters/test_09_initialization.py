"""What the chapter on initialization says in words is what its cells have printed, and torch."""

import math
import re

import numpy as np
import prose
import pytest
import torch

CHAPTER = prose.chapter("09-initialization")
NUMBER = r"-?\d+\.?\d*(?:e[-+]?\d+)?"


def pairs(cell: str, start: str) -> list[tuple[float, float]]:
    """Return each ``mean ± sd`` of the one line that starts so."""
    lines = [line for line in prose.printed(CHAPTER, cell).splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{cell} printed {len(lines)} lines that start with {start!r}"
    return [(float(m), float(s)) for m, s in re.findall(rf"({NUMBER}) ± ({NUMBER})", lines[0])]


def score(cell: str, start: str) -> tuple[float, float]:
    return pairs(cell, start)[0]


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    cells = {"failure-run", "signals", "symmetry", "depth", "tanh", "training", "shallow"}
    cells |= {"singular-values", "rescue", "first-loss", "prior", "pitfall-seed-run"}
    assert cells <= {claim.cell for claim in prose.claims(CHAPTER)}


def test_the_default_does_not_move_a_deep_network_and_trains_a_shallow_one():
    deep, shallow = score("failure-run", "10 hidden: test"), score("failure-run", " 1 hidden: test")
    assert deep == (10.0, 0.0)
    assert shallow[0] > 85


@pytest.mark.parametrize("dead", ["normal, sd 0.01", "torch's default"])
def test_with_relu_the_small_starts_are_dead(dead):
    assert score("training", f"ReLU  {dead}") == (10.0, 0.0)


def test_with_relu_he_beats_xavier_by_far():
    (he, he_sd), (xavier, xavier_sd) = (score("training", f"ReLU  {n}") for n in ("He", "Xavier"))
    assert he - xavier > 3 * max(he_sd, xavier_sd)


def test_with_relu_the_lead_of_orthogonal_weights_is_called_a_hint_only():
    (he, he_sd), (other, sd) = (score("training", f"ReLU  {n}") for n in ("He", "orthogonal"))
    assert 0 < other - he < 2 * max(he_sd, sd)
    assert "is a hint and no more" in " ".join(prose.prose(CHAPTER).split())


def test_with_tanh_three_starts_are_not_told_apart():
    scores = [score("training", f"Tanh  {name}") for name in ("Xavier", "He", "orthogonal")]
    means, deviations = zip(*scores, strict=True)
    assert max(means) - min(means) < max(deviations)
    assert score("training", "Tanh  torch's default")[0] < 40


def test_in_a_shallow_network_the_choice_hardly_matters():
    names = ("torch's default", "normal, sd 0.01", "Xavier", "He", "orthogonal")
    means, deviations = zip(*(score("shallow", name) for name in names), strict=True)
    assert max(means) - min(means) < 2 * max(deviations)
    assert f"means: {max(means) - min(means):.1f} points" in prose.printed(CHAPTER, "shallow")


def test_residual_networks_want_small_weights():
    small, default, he = (
        score("rescue", f"residual, {name}")[0]
        for name in ("normal, sd 0.01", "torch's default", "He ")
    )
    assert small > 80
    assert small > default > he + 20


def test_adam_mends_the_default_in_part():
    default, he = (score("rescue", f"Adam,     {name}")[0] for name in ("torch's default", "He"))
    assert 20 < default < he - 20


@pytest.mark.parametrize(
    ("name", "fill"),
    [
        ("normal, sd 0.01", lambda w: torch.nn.init.normal_(w, std=0.01)),
        ("normal, sd 1", torch.nn.init.normal_),
        ("Xavier", torch.nn.init.xavier_uniform_),
        ("He", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        ("orthogonal, gain √2", lambda w: torch.nn.init.orthogonal_(w, gain=math.sqrt(2))),
    ],
)
def test_activations_spread_as_they_do_with_torch(name, fill):
    torch.manual_seed(0)
    x, spreads = torch.randn(100, 784), []
    for n in [784] + 9 * [256]:
        x = torch.relu(x @ fill(torch.empty(256, n)).T)
        spreads.append(x.std().item())
    for layer, (mean, sd) in zip((1, 5, 10), pairs("depth", f"{name} ".ljust(12)), strict=True):
        assert spreads[layer - 1] == pytest.approx(mean, abs=6 * sd)


def test_torchs_own_default_loses_the_difference_between_examples():
    torch.manual_seed(0)
    x = torch.randn(100, 784)
    for n in [784] + 9 * [256]:
        x = torch.relu(torch.nn.Linear(n, 256)(x))
    x = x.detach().numpy()
    (total, total_sd), (between, between_sd) = (
        pairs("signals", start)[2] for start in ("activations", "... examples")
    )
    assert x.std() == pytest.approx(total, abs=6 * total_sd)
    assert np.sqrt(x.var(axis=0).mean()) == pytest.approx(between, abs=6 * between_sd)


@pytest.mark.parametrize("cell", ["depth", "signals"])
def test_the_gradient_of_the_default_is_as_small_as_the_equation_says(cell):
    lines = prose.printed(CHAPTER, cell)
    assert "0.00032" in lines
    # Nine layers, each of which multiplies the mean square by a sixth.
    assert 6 ** (-9 / 2) == pytest.approx(0.00032, rel=0.05)


def test_zero_output_weights_start_at_log_10():
    mean, sd = score("first-loss", "zeros")
    assert (mean, sd) == (pytest.approx(math.log(10), abs=0.005), 0)
    assert score("first-loss", "He")[0] > mean
    assert score("first-loss", "normal, sd 1")[0] > 2 * mean


def test_the_prior_is_a_head_start_that_is_caught_up_with():
    for rate in ("0.06", "0.2 "):
        zero, prior = (pairs("prior", f"{rate}   {name}") for name in ("zero", "prior"))
        assert prior[0][0] < zero[0][0] / 5
        assert prior[1][0] < zero[1][0]
    assert abs(prior[3][0] - zero[3][0]) <= 0.02


def test_pitfalls_are_worse_than_what_is_right():
    right = pairs("pitfalls", "right")[1][0]
    assert right > 0.5
    for wrong in ("variance as", "deviation as", "Xavier,", "orthogonal,"):
        assert pairs("pitfalls", wrong)[1][0] < right / 10
    assert score("pitfalls", "funnel, swapped")[0] > 3 * score("pitfalls", "funnel, right")[0]
    wrong, right = (
        score("pitfall-kernel-run", name)[0] for name in ("channels only", "with the kernel")
    )
    assert wrong / right == pytest.approx(3**8, rel=0.05)
