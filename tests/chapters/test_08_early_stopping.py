"""What the chapter on early stopping says in words is what its cells have printed."""

import re

import numpy as np
import prose
import pytest

from course import nn
from course.data import digits
from course.losses import CrossEntropyLoss
from course.optim import Adam
from course.stopping import EarlyStopping
from course.train import train

CHAPTER = prose.chapter("08-early-stopping")
RATES = ("0.001", "0.003", "0.010")


def numbers(cell: str, start: str) -> list[float]:
    """Return the numbers of the one line that starts so, behind that start."""
    lines = [line for line in prose.printed(CHAPTER, cell).splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{cell} printed {len(lines)} lines that start with {start!r}"
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", lines[0].removeprefix(start))]


def gains(labels: str, lr: str) -> dict[str, tuple[float, float]]:
    """Return (mean, sd) of what is gained, by name."""
    values = numbers("gains", f"{labels}   {lr}")
    return dict(zip(("restoring", "stopping", "both"), np.reshape(values, (3, 2)), strict=True))


@pytest.mark.parametrize("lr", RATES)
@pytest.mark.parametrize("labels", ["clean", "wrong"])
def test_the_two_gains_add_up(labels, lr):
    mean = {name: pair[0] for name, pair in gains(labels, lr).items()}
    assert mean["restoring"] + mean["stopping"] == pytest.approx(mean["both"], abs=0.11)


@pytest.mark.parametrize("lr", RATES)
def test_with_wrong_labels_restoring_is_most_of_the_gain(lr):
    gain = gains("wrong", lr)
    mean, sd = gain["restoring"]
    assert mean > 2 * sd
    assert mean > gain["both"][0] / 2


def test_at_the_fast_rate_restoring_is_all_of_the_gain():
    gain = gains("wrong", "0.010")
    assert gain["stopping"][0] <= 0 < gain["both"][0] <= gain["restoring"][0]


def test_at_the_slow_rate_stopping_keeps_more_than_a_third_of_the_gain():
    gain = gains("wrong", "0.001")
    assert 1 / 3 < gain["stopping"][0] / gain["both"][0] < 1 / 2


@pytest.mark.parametrize("lr", RATES)
def test_on_clean_labels_nothing_is_gained(lr):
    mean, sd = gains("clean", lr)["both"]
    assert mean <= sd


def test_on_clean_labels_the_best_checkpoint_is_worse_at_the_fast_rate():
    mean, sd = gains("clean", "0.010")["both"]
    assert mean < -sd


def test_the_loss_rises_by_more_than_a_quarter_while_accuracy_rises_by_two_points():
    early_loss, early, _ = numbers("confident", "clean, lr 0.01, epoch  5:")
    late_loss, late, _ = numbers("confident", "clean, lr 0.01, epoch 39:")
    assert 1.25 < late_loss / early_loss < 1.4
    assert late - early > 2


@pytest.mark.parametrize("lr", RATES)
def test_watching_accuracy_loses_nothing(lr):
    assert abs(numbers("confident", f"clean   {lr}")[2]) <= 0.1
    by_loss, _, by_accuracy, _ = numbers("confident", f"wrong   {lr}")
    assert by_accuracy >= by_loss


@pytest.mark.parametrize("min_delta", ["0.01", "0.03", "0.1 "])
def test_min_delta_makes_no_difference_to_accuracy(min_delta):
    _, _, plain, spread = numbers("patience", "min_delta 0   :")
    _, _, score, _ = numbers("patience", f"min_delta {min_delta}:")
    assert abs(score - plain) < spread


def test_the_difference_that_folds_make_is_called_a_hint_only():
    mean, sd = numbers("k-fold", "difference:")
    assert 0 < mean < sd
    assert "at best a hint, and no proof" in " ".join(prose.prose(CHAPTER).split())


@pytest.mark.parametrize(
    ("cell", "wrong", "right"),
    [
        ("pitfall-nan", "wrong, argmin:     epoch 2", "right:             epoch 1"),
        ("pitfall-nan", "wrong, first taken: epoch 0", "right:             epoch 2"),
        ("pitfall-tie", "100 epochs", "11 epochs"),
        ("pitfall-alias", "False", "True"),
    ],
)
def test_pitfalls_are_shown_beside_what_is_right(cell, wrong, right):
    text = prose.printed(CHAPTER, cell)
    assert wrong in text and right in text


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


@pytest.mark.parametrize("patience", [1, 3])
def test_a_replay_is_the_run_that_stops_early(patience):
    split = digits(train=100, validation=100, test=0)
    data, validation = ((part.X.astype(float), part.y) for part in split[:2])

    def run(stopping):
        rng = np.random.default_rng(0)
        model = nn.Sequential(nn.Linear(784, 8, rng=rng), nn.ReLU(), nn.Linear(8, 10, rng=rng))
        optimizer = Adam(model.parameters(), lr=0.03)
        return train(
            model,
            CrossEntropyLoss(),
            optimizer,
            data,
            epochs=30,
            rng=rng,
            validation=validation,
            early_stopping=stopping,
        )

    whole, stopped = run(None).validation_loss, run(EarlyStopping(patience)).validation_loss
    replay = EarlyStopping(patience)
    epochs = next(t + 1 for t, loss in enumerate(whole) if replay.step(loss))
    assert epochs < 30
    assert whole[:epochs] == stopped
