"""What the chapter on convolutional networks says in words is what its table and cells hold."""

import json
import re
from pathlib import Path

import numpy as np
import prose
import pytest
import torch

from course import cnn
from course.ablation import Row, ablation
from course.data import digits
from course.evaluation import k_fold

CHAPTER = prose.chapter("10-cnn-mnist")
TABLE = json.loads((Path(prose.ROOT) / "book" / "_data" / "cnn.json").read_text())


def line(cell: str, start: str) -> list[float]:
    """Return the numbers of the one printed line that starts so, behind that start."""
    lines = [line for line in prose.printed(CHAPTER, cell).splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"{cell} printed {len(lines)} lines that start with {start!r}"
    return [float(n) for n in re.findall(r"[-+]?\d+\.?\d*", lines[0].removeprefix(start))]


def runs(method: str) -> list[dict]:
    names = [name for name in TABLE if name.startswith(f"{method}, seed ")]
    return [TABLE[f"{method}, seed {seed}"] for seed in range(len(names))]


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    cells = {"failure", "costs", "sizes", "pooling", "receptive-field", "table", "worth"}
    cells |= {"ablation"}
    assert cells <= {claim.cell for claim in prose.claims(CHAPTER)}


def test_what_torch_has_trained_is_printed_without_digits_that_another_cpu_would_change():
    for cell in ("softmax", "recipe", "shifts"):
        source = next(c.source for c in CHAPTER.cells if c.id == cell)
        assert "assert " in source
        assert not re.search(r"\d\.\d", prose.printed(CHAPTER, cell))


def test_the_chapter_trains_on_all_of_mnist_by_one_switch():
    switches = [c.source for c in CHAPTER.cells if "FULL" in c.source and c.cell_type == "code"]
    assert len(switches) == 2
    assert "FULL = False" in switches[0] and "mnist(full=FULL" in switches[1]


def test_each_digit_was_a_test_digit_once_in_five_seeds():
    y = digits(train=5000, validation=0, test=0).train.y
    for repeat in range(len(runs("recipe")) // 5):
        folds = k_fold(5000, 5, np.random.default_rng(repeat), classes=y)
        assert sorted(np.concatenate([test for _, test in folds])) == list(range(5000))
        for (fit, test), run in zip(folds, runs("recipe")[5 * repeat :], strict=False):
            assert len(fit) == 4000 and len(test) == 1000
            errors = [row for row, _, _ in run["errors"]]
            assert set(errors) <= set(test.tolist())
            assert len(errors) == round(10 * (100 - run["accuracy"]))
            assert all(said != y[row] and lead >= 0 for row, said, lead in run["errors"])


def test_the_recipe_beats_the_published_network_in_every_fold_at_no_more_cpu_time():
    pairs = list(zip(runs("recipe"), runs("softmax"), strict=True))
    assert len(pairs) >= 5
    assert all(ours["accuracy"] > theirs["accuracy"] + 2 for ours, theirs in pairs)
    assert np.mean([ours["seconds"] / theirs["seconds"] for ours, theirs in pairs]) <= 1


def test_the_softmax_costs_accuracy_in_every_fold_and_whole_classes_in_some():
    softmax, repaired = runs("softmax")[:5], runs("two layers")[:5]
    assert all(a["accuracy"] < b["accuracy"] for a, b in zip(softmax, repaired, strict=True))
    assert any(run["classes"] < 10 for run in softmax)
    assert all(run["classes"] == 10 for run in repaired)


def test_the_printed_worth_is_that_of_the_table():
    for method in ("recipe", "two layers", "softmax"):
        scores = [run["accuracy"] for run in runs(method)]
        mean, sd = line("worth", f"{method:10}")
        assert mean == pytest.approx(np.mean(scores), abs=0.006)
        assert sd == pytest.approx(np.std(scores, ddof=1), abs=0.006)


def ablated() -> list[Row]:
    """Return the ablation of all parts that the table holds."""
    pattern = re.compile(r"without (.+), seed 0")
    parts = sorted({m[1] for name in TABLE if (m := pattern.fullmatch(name))} - {"nothing"})

    def score(kept, seed):
        missing = set(parts) - set(kept) or {"nothing"}
        return TABLE[f"without {missing.pop()}, seed {seed}"]

    return ablation(score, parts, range(5))


def test_the_printed_ablation_is_that_of_the_table():
    text = " ".join(prose.printed(CHAPTER, "ablation").split())
    assert len(ablated()) == text.count("without ") == 6
    for row in ablated():
        ending = " points: a tie" if row.tie else " points"
        entry = f"without {row.component} {row.difference:+z.2f} ± {row.half_width:.2f}{ending}"
        assert re.search(re.escape(entry) + r"(?! points|: a tie)", text), entry


def test_the_words_about_the_ablation_hold():
    """Every part is a tie; no cycle is worse in all folds; batch norm and it come first."""
    rows = {row.component: row for row in ablated()}
    assert all(row.tie for row in rows.values())
    assert (rows["one-cycle"].scores < rows["one-cycle"].full_scores).all()
    assert sorted(rows, key=lambda part: rows[part].difference) == [
        "batch norm",
        "one-cycle",
        "affine and elastic",
        "affine",
        "weight decay",
        "elastic",
    ]


def test_the_distance_of_a_shifted_digit_falls_with_the_pooling():
    distances = [line("pooling", f"pooled by {size:2}:")[-1] for size in (1, 2, 4, 7, 14)]
    assert distances == sorted(distances, reverse=True)


def test_the_shift_ruins_dense_networks():
    means = [line("failure", f"shifted by {shift}:")[0] for shift in range(5)]
    assert means[0] > 85 and means[2] < 70 and means[4] < 30


def test_a_model_trained_as_published_but_with_half_of_the_rate_misses_classes_too():
    """The collapse, by other means: another rate, other digits; what is missed stays missed."""
    fit, _, test = digits(train=1000, validation=0, test=1000, seed=21, flatten=False)
    scores = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for softmax in (True, False):
        net = cnn.two_layer(softmax=softmax, seed=21)
        cnn.train(net, fit, cnn.Recipe(3, 64, 2e-3, 0.0, False, False, False), seed=21)
        scores[softmax] = cnn.evaluate(net, test)
    torch.set_num_threads(threads)
    assert scores[False] > scores[True] + 2
