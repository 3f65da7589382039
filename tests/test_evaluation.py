"""Batches, folds and predictions, each example where it belongs."""

import numpy as np
import pytest
import sklearn.model_selection
from hypothesis import given
from hypothesis import strategies as st
from training import mlp, spirals

from course.train import (
    accuracy,
    batches,
    k_fold,
    predict,
)


@given(
    n=st.integers(1, 60),
    size=st.integers(1, 20),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_batches_cover_every_row_once(n, size, drop_last, seed):
    if drop_last and n < size:
        with pytest.raises(ValueError, match=f"drop_last leaves nothing of {n} rows in batches"):
            list(batches(n, size, np.random.default_rng(seed), drop_last=drop_last))
        return
    parts = list(batches(n, size, np.random.default_rng(seed), drop_last=drop_last))
    rows = np.concatenate(parts)
    assert all(len(part) == size for part in parts[:-1])
    assert len(parts[-1]) == (size if drop_last else n - size * (len(parts) - 1))
    assert len(rows) == (n - n % size if drop_last else n)
    assert len(set(rows.tolist())) == len(rows) and 0 <= rows.min() and rows.max() < n


def test_batches_are_shuffled_anew_each_time():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(batches(50, 7, rng))) for _ in range(2))
    assert not np.array_equal(first, second) and not np.array_equal(first, np.arange(50))


@given(data=st.data(), n=st.integers(2, 60), seed=st.integers(0, 2**32), stratify=st.booleans())
def test_folds_are_those_of_scikit_learn_in_size_and_cover(data, n, seed, stratify):
    k = data.draw(st.integers(2, n))
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, n) if stratify else None
    folds = k_fold(n, k, rng, classes=classes)
    expected = sklearn.model_selection.KFold(k).split(np.zeros(n))
    for (fit, held_back), (their_fit, their_held_back) in zip(folds, expected, strict=True):
        assert len(fit) == len(their_fit) and len(held_back) == len(their_held_back)
        assert np.array_equal(np.sort(np.concatenate([fit, held_back])), np.arange(n))
    rows = np.concatenate([held_back for _, held_back in folds])
    assert np.array_equal(np.sort(rows), np.arange(n))


@given(seed=st.integers(0, 2**32))
def test_stratified_folds_hold_the_classes_in_their_proportions(seed):
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.repeat([0, 1], [80, 20]))
    for _, held_back in k_fold(100, 5, rng, classes=classes):
        assert 3 <= classes[held_back].sum() <= 5


@pytest.mark.parametrize(("k", "message"), [(1, "2..10, got 1"), (11, "2..10, got 11")])
def test_a_number_of_folds_that_cannot_be_is_named(k, message):
    with pytest.raises(ValueError, match=f"k must be in {message}"):
        k_fold(10, k, np.random.default_rng(0))


def test_classes_of_another_number_of_rows_are_refused():
    with pytest.raises(ValueError, match=r"classes must have shape \(10,\), got \(9,\)"):
        k_fold(10, 2, np.random.default_rng(0), classes=np.zeros(9))


@pytest.mark.parametrize("training", [True, False])
def test_predictions_are_those_of_evaluation_mode_in_one_piece(training):
    model, (X, _) = mlp(dropout=0.5), spirals()
    expected = model.eval()(X)
    model.train(training)
    assert predict(model, X, batch_size=7) == pytest.approx(expected, rel=1e-12)
    assert model.training is training


def test_nothing_to_predict_is_an_error():
    with pytest.raises(ValueError, match="X must not be empty"):
        predict(mlp(), np.zeros((0, 2)))


def test_accuracy_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(200, 5)), rng.integers(0, 5, 200)
    expected = sklearn.metrics.accuracy_score(y, logits.argmax(axis=1))
    assert accuracy(logits, y) == expected
