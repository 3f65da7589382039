"""What the chapter on normalization says in words is what its cells have printed."""

import re

import numpy as np
import prose
import pytest

from course import nn
from course.data import digits
from course.losses import CrossEntropyLoss
from course.norm import BatchNorm1d
from course.optim import SGD
from course.train import backpropagate, predict, train

CHAPTER = prose.chapter("06-normalization")


def numbers(cell: str, start: str) -> list[float]:
    """Return the numbers of the one line that starts so, behind that start."""
    lines = [line for line in prose.printed(CHAPTER, cell).splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{cell} printed {len(lines)} lines that start with {start!r}"
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", lines[0].removeprefix(start))]


def test_only_a_cell_that_asserts_its_claim_is_exempt_from_the_comparison_of_outputs():
    exempt = [cell for cell in CHAPTER.cells if cell.metadata.get("tags")]
    assert [cell.id for cell in exempt] == ["experiment"]
    assert "normed.min() > 85" in exempt[0].source


def test_all_measured_cells_are_cited():
    cells = {"failure", "signal", "experiment", "before-after", "axes", "smoothness", "runt"}
    cells |= {"runt-cause", "runt-gradient", "pitfall-mode", "pitfall-decay"}
    assert cells <= {claim.cell for claim in prose.claims(CHAPTER)}


def row(method: str) -> list[float]:
    """Return mean and sd for each steady rate, the best rate, and mean and sd of the test."""
    return numbers("experiment", f"{method:27} ")


def test_he_initialization_is_most_of_the_gain_and_batch_norm_the_rest():
    names = ("default init", "He init", "default init, batch norm")
    default, he, batch = (row(name)[-2] for name in names)
    assert default == 10.0
    assert (he - default) / (batch - default) > 0.75
    assert batch - he > 5


def test_batch_norm_hardly_cares_for_the_rate_and_he_does():
    batch = row("default init, batch norm")[:6:2]
    assert max(batch) - min(batch) < 5
    assert len(row("He init")) == 5, "one steady rate"
    assert row("He init")[0] > 75


def test_the_best_rates_lie_inside_of_the_grids():
    assert row("He init")[-3] == row("default init, batch norm")[-3] == 0.06
    assert numbers("before-after", "before the ReLU, rate")[0] == 0.1
    assert numbers("before-after", "after  the ReLU, rate")[0] == 0.1


def test_before_and_after_are_a_tie():
    mean, sd = numbers("before-after", "difference, seed by seed:")
    assert abs(mean) < sd
    assert "is within its spread" in " ".join(prose.prose(CHAPTER).split())


def test_smoothness_is_worse_at_the_start_and_better_later_for_long_steps():
    def change(when, method):
        _, short, _, long = numbers("smoothness", f"{when:9} {method:25}")
        return short, long

    he, batch = "He init", "default init, batch norm"
    assert change("untrained", batch)[0] > 5 * change("untrained", he)[0]
    assert change("trained", batch)[1] < change("trained", he)[1] / 5


def test_the_runt_does_harm_by_its_step_and_not_by_its_statistics():
    def after_four(part):
        return numbers("runt-cause", f"{part:31}")[0]

    healthy = after_four("nothing")
    assert abs(after_four("statistics only") - healthy) < 1
    assert after_four("weights only") < healthy - 40
    assert abs(after_four("both") - after_four("weights only")) < 2
    assert after_four("weights, rate times size / 64") > healthy - 6
    anew = after_four("both, statistics taken anew")
    assert after_four("both") + 15 < anew < healthy - 15


def test_a_runt_of_four_costs_accuracy_and_drop_last_brings_it_back():
    kept, dropped = (numbers("runt", name) for name in ("with the runt ", "drop_last"))
    assert dropped[0] - kept[0] > 30
    assert dropped[0] > 80


@pytest.mark.parametrize("n", [16, 64])
def test_one_over_the_variance_of_n_normal_values_averages_n_over_n_minus_3(n):
    x = np.random.default_rng(n).standard_normal((100_000, n))
    assert np.mean(1 / x.var(axis=1)) == pytest.approx(n / (n - 3), rel=0.01)


def test_weight_decay_on_gamma_makes_no_difference_that_can_be_seen():
    _, _, wrong, wrong_sd = numbers("pitfall-decay", "wrong, on all")
    _, _, right, right_sd = numbers("pitfall-decay", "right, on weights")
    assert abs(right - wrong) < max(wrong_sd, right_sd)


@pytest.mark.parametrize(
    ("cell", "wrong", "right"),
    [
        ("pitfall-mode", "eval forgotten: 22 %", "model.eval():             91 %"),
        ("pitfall-gradient", "bias moved by 179", "bias moved by 0"),
        ("pitfall-axes", "(3, 5, 5)", "(3,)"),
        ("pitfall-axes", "[19. 20. 21.]", "[-0. 10. 50.]"),
        ("pitfall-decay", "mean gamma 0.9", "mean gamma 1.0"),
    ],
)
def test_pitfalls_are_shown_beside_what_is_right(cell, wrong, right):
    text = prose.printed(CHAPTER, cell)
    assert wrong in text and right in text


def test_the_step_of_a_runt_is_what_breaks_a_network_of_another_size_as_well():
    # Measured again by other means: whole images, five layers of 32 units, another seed.
    split = digits(train=640, validation=0, test=500, seed=11)
    X, y = split.train.X.astype(float), split.train.y
    rng = np.random.default_rng(11)
    sizes = [784, 32, 32, 32, 32, 32]
    layers = []
    for fan_in, width in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(fan_in, width, rng=rng), BatchNorm1d(width), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(32, 10, rng=rng))
    optimizer = SGD(model.parameters(), lr=0.1)
    train(model, CrossEntropyLoss(), optimizer, (X, y), epochs=10, rng=rng)
    healthy = model.state_dict()

    def accuracy():
        return 100 * np.mean(predict(model, split.test.X.astype(float)).argmax(1) == split.test.y)

    base, statistics, both = accuracy(), [], []
    for _ in range(8):
        rows = rng.choice(640, 4, replace=False)
        model.load_state_dict(healthy)
        model.train().zero_grad()
        backpropagate(model, CrossEntropyLoss(), (X[rows], y[rows]), batch_size=4)
        statistics.append(accuracy())
        optimizer.step()
        both.append(accuracy())
    assert np.mean(statistics) > base - 3
    assert np.mean(both) < base - 10
