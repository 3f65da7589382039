"""The code obeys the equations of the chapter on early stopping."""

import ast

import numpy as np
import prose
import pytest

from course.stopping import EarlyStopping
from course.train import k_fold

NAN = float("nan")
GRID = (-1.0, -0.25, 0.0, 0.25, 0.5, 1.0)  # exact in binary, so ties are ties


def functions_of_the_chapter() -> dict:
    """Run the imports of the chapter and its definitions of functions, and nothing else."""
    code = [c.source for c in prose.chapter("08-early-stopping").cells if c.cell_type == "code"]
    namespace = {"__name__": "chapter"}
    exec(code[0], namespace)
    for source in code[1:]:
        tree = ast.parse(source)
        kinds = (ast.FunctionDef, ast.ClassDef)
        tree.body = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(tree, "chapter", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("min_delta", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("best", GRID)
def test_eq_stopping_better(best, min_delta):
    smaller, larger = (EarlyStopping(min_delta=min_delta, mode=mode) for mode in ("min", "max"))
    assert smaller.is_better(1e300)  # b is infinite before the first epoch
    smaller.step(best)
    larger.step(-best)
    for metric in GRID:
        assert smaller.is_better(metric) == (metric < best - min_delta)
        assert larger.is_better(-metric) == smaller.is_better(metric)
    assert not smaller.is_better(NAN)


@pytest.mark.parametrize("seed", range(30))
def test_eq_stopping_count(seed):
    rng = np.random.default_rng(seed)
    patience, min_delta = int(rng.integers(1, 5)), float(rng.choice([0.0, 0.25]))
    stopping = EarlyStopping(patience, min_delta=min_delta)
    b, n = np.inf, 0
    for a in rng.choice([*GRID, NAN], size=40):
        improvement = a < b - min_delta
        b, n = (a, 0) if improvement else (b, n + 1)
        assert stopping.step(a) == (n >= patience)
        assert (stopping.best, stopping.num_bad_epochs) == (b, n)


def test_eq_stopping_gain():
    chapter = functions_of_the_chapter()
    loss = [0.9, 0.5, *np.linspace(0.6, 0.9, 12)]  # best epoch 1, so patience 10 ends in epoch 11
    correct = np.zeros((14, 100), bool)
    for epoch, right in {1: 80, 11: 70, 13: 65}.items():
        correct[epoch, :right] = True
    history = chapter["History"](14, validation_loss=loss)
    run = chapter["Run"](history, None, correct, None, None, None)
    restoring, stopping, both = chapter["gains"](run)
    np.testing.assert_allclose((restoring, stopping, both), (80 - 70, 70 - 65, 80 - 65))
    assert both == pytest.approx(restoring + stopping)


@pytest.mark.parametrize(("n", "k"), [(500, 5), (7, 3), (5, 5), (11, 2)])
def test_eq_stopping_folds(n, k):
    for classes in (None, np.arange(n) % 2):
        folds = k_fold(n, k, np.random.default_rng(0), classes=classes)
        assert len(folds) == k
        assert sorted(np.concatenate([held_back for _, held_back in folds])) == list(range(n))
        for rows, held_back in folds:
            assert set(rows) == set(range(n)) - set(held_back)
            assert len(rows) == n - len(held_back)
