"""What the chapter on dropout says in words is what its cells have printed."""

import re

import numpy as np
import prose
import pytest
import torch

CHAPTER = prose.chapter("05-dropout")
RIGHT, WRONG = "right", "one in five wrong"
DRAWS = 20_000


def numbers(cell: str, start: str, below: str = "") -> list[float]:
    """Return the numbers of the first line that starts so, and stands below another."""
    text = prose.printed(CHAPTER, cell)
    assert below in text
    lines = [s for s in text[text.index(below) :].splitlines() if s.startswith(start)]
    assert lines, f"{cell} printed no line that starts with {start!r}"
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", lines[0].removeprefix(start))]


def experiment(labels: str, p: str) -> dict[str, float]:
    """Return one row of the experiment, by the name of the column."""
    names = ("own", "own sd", "new", "new sd", "gap", "gap sd", "loss", "gain", "gain sd")
    row = numbers("experiment", p, below=f"labels: {labels}\n")
    return dict(zip(names, row, strict=False))


def restored(labels: str, p: str) -> list[float]:
    return numbers("restored", f"labels {labels:17}  p = {p}:")


@pytest.mark.parametrize("p", ["0.0", "0.2", "0.5", "0.8"])
@pytest.mark.parametrize("labels", [RIGHT, WRONG])
def test_the_columns_of_the_experiment_fit_each_other(labels, p):
    row = experiment(labels, p)
    assert row["gap"] == pytest.approx(row["own"] - row["new"], abs=0.11)
    if p != "0.0":
        gain = row["new"] - experiment(labels, "0.0")["new"]
        assert row["gain"] == pytest.approx(gain, abs=0.11)


def test_with_wrong_labels_one_half_gains_far_more_than_its_spread():
    row, plain = experiment(WRONG, "0.5"), experiment(WRONG, "0.0")
    assert row["gain"] > 4 * row["gain sd"]
    assert row["loss"] < plain["loss"] - 0.2
    assert row["own"] < plain["own"] - 5


def test_on_right_labels_it_gains_a_point_if_anything():
    row, plain = experiment(RIGHT, "0.5"), experiment(RIGHT, "0.0")
    assert abs(row["gain"]) < 2 * row["gain sd"]
    assert row["loss"] < plain["loss"] - 0.1
    closed, forgotten = plain["gap"] - row["gap"], plain["own"] - row["own"]
    assert forgotten / closed == pytest.approx(1 / 2, abs=0.1)


def test_too_much_dropout_underfits():
    row = experiment(RIGHT, "0.8")
    assert row["gain"] < -2 * row["gain sd"]
    assert row["own"] < 90


def test_most_of_the_gain_is_postponement():
    gain = restored(WRONG, "0.5")[2]
    assert gain < experiment(WRONG, "0.5")["gain"] / 3
    exercise = next(cell.source for cell in CHAPTER.cells if cell.id == "exercise-longer")
    scores = [re.findall(r"\d+", row) for row in re.findall(r"epochs: \[(.*)\]", exercise)]
    plain, dropped = np.array(scores, dtype=float)
    assert (dropped - plain)[[0, -1]].tolist() == [9, 6]


def test_removing_units_hurts_less_after_dropout():
    plain, _, plain_half, plain_sd = numbers("co-adaptation", "p = 0.0: all units")
    whole, _, half, _ = numbers("co-adaptation", "p = 0.5: all units")
    assert whole - half < 10 < 20 < plain - plain_half
    assert half - plain_half > 3 * plain_sd


def test_correlations_fall_only_a_little_and_units_become_choosy():
    for layer in (1, 2):
        plain, _, active, _ = numbers("units", f"labels right, p = 0.0, layer {layer}: |corr")
        less, _, fewer, _ = numbers("units", f"labels right, p = 0.5, layer {layer}: |corr")
        assert 0 < plain - less < 0.1
        assert fewer < active - 10


def test_one_pass_is_as_good_as_the_average_of_many_masks():
    for labels in (RIGHT, WRONG):
        *_, difference, spread = numbers("averaging", f"labels {labels}:")
        assert abs(difference) < 2 * spread
        single = numbers("averaging", f"labels {labels}: one mask")
        assert single[0] < single[3] - 5


def test_the_geometric_mean_is_exact_and_the_arithmetic_is_not():
    assert numbers("one-layer", "geometric  mean") == [0]
    assert numbers("one-layer", "arithmetic mean")[0] > 0.01


def doubt(labels: str, who: str) -> list[float]:
    """Return (area under the curve, sd, says, sd, is right, sd)."""
    return numbers("mc-measured", f"{labels:18} {who:13}")


def test_fifty_masks_find_mistakes_no_better_than_one_pass():
    for labels in (RIGHT, WRONG):
        assert abs(doubt(labels, "50 masks")[0] - doubt(labels, "one pass")[0]) <= 0.02
    assert doubt(WRONG, "disagreement")[0] < doubt(WRONG, "no dropout")[0]


def test_dropout_turns_too_sure_into_too_modest():
    def excess(labels, who):
        _, _, says, _, right, _ = doubt(labels, who)
        return says - right

    assert excess(RIGHT, "no dropout") > excess(RIGHT, "one pass") > 0
    assert excess(RIGHT, "50 masks") < 0
    assert excess(WRONG, "50 masks") < excess(WRONG, "one pass") < 0 < excess(WRONG, "no dropout")
    one_pass, _, _, masks, _ = numbers("calibration", "sure of pictures with shuffled pixels:")[:5]
    assert 40 < masks < one_pass


def test_augmentation_gains_and_mirroring_costs():
    *_, affine, affine_sd = numbers("augmentation", "affine  :")
    *_, mirrored, mirrored_sd = numbers("augmentation", "mirrored:")
    assert affine > affine_sd
    assert mirrored < -3 * mirrored_sd
    assert affine > experiment(RIGHT, "0.5")["gain"]
    known = numbers("augmentation", "mirrored digits still recognized, 0 to 9 (%): [")
    assert np.argsort(known)[:2].tolist() == [5, 3]


@pytest.mark.parametrize(
    ("cell", "worse", "better"),
    [
        ("pitfall-eval", "wrong, in training mode:", "right, after eval():"),
        ("pitfall-twice", "wrong, 1 - p again in evaluation", "right, not scaled"),
        ("pitfall-keep", "wrong, Dropout(0.8)     keeps", "right, Dropout(1 - 0.8) keeps"),
    ],
)
def test_the_wrong_line_scores_lower(cell, worse, better):
    assert numbers(cell, worse)[0] < numbers(cell, better)[0]


def test_scaling_twice_shows_in_the_loss():
    wrong = numbers("pitfall-twice", "wrong, 1 - p again in evaluation")
    assert wrong[2] > numbers("pitfall-twice", "right, not scaled")[2] + 0.2


@pytest.mark.parametrize(
    ("cell", "worse", "better"),
    [
        ("pitfall-batch", "wrong, one mask:", "right, 50 masks:"),
        ("pitfall-backward", "wrong, new mask :", "right, same mask:"),
        ("pitfall-output", "wrong, dropout on the logits:", "right, none there:"),
    ],
)
def test_the_wrong_line_has_the_larger_error(cell, worse, better):
    assert numbers(cell, worse)[0] > 5 * numbers(cell, better)[0]


def test_one_mask_for_the_batch_has_the_spread_of_a_single_mask():
    assert numbers("pitfall-batch", "wrong, one mask:") == [1.0]
    assert numbers("pitfall-batch", "right, 50 masks: standard deviation of the batch mean ") == [
        pytest.approx(1 / np.sqrt(50), abs=0.005)
    ]


def test_dropped_logits_cost_the_same_in_torch():
    torch.manual_seed(0)
    y = torch.arange(DRAWS) % 10
    logits = torch.nn.functional.dropout(50.0 * torch.eye(10)[y], 0.5)
    loss = torch.nn.functional.cross_entropy(logits, y).item()
    assert loss == pytest.approx(np.log(10) / 2, rel=0.05)
    assert numbers("pitfall-output", "wrong, dropout on the logits: loss") == [round(loss, 1)]


def test_the_variance_behind_dropout_is_that_of_torchs_batch_norm():
    torch.manual_seed(0)
    x = torch.relu(torch.randn(DRAWS, 8))
    norm, dropout = torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.5)
    for rows in x.reshape(200, 100, 8):
        norm(dropout(rows))
    learned, met = numbers("placement", "batch norm behind dropout: variance learned")
    assert norm.running_var.mean().item() == pytest.approx(learned, rel=0.1)
    assert x.var().item() == pytest.approx(met, rel=0.05)


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    cells = {"failure-run", "moments-figure", "experiment", "restored", "co-adaptation", "units"}
    cells |= {"placement", "averaging", "ensembles", "mc-measured", "calibration", "augmentation"}
    assert cells <= {claim.cell for claim in prose.claims(CHAPTER)}
