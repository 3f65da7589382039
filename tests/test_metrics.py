"""The metrics of the chapters: scikit-learn's where it has them, closed forms elsewhere."""

import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics

from course import metrics


@pytest.fixture
def cases():
    rng = np.random.default_rng(0)
    probability = rng.beta(1.2, 5, 4000)
    return (rng.random(4000) < probability).astype(int), probability


def test_scores_are_those_of_scikit_learn(cases):
    y, probability = cases
    predicted = probability >= 0.3
    table = metrics.scores(y, probability, threshold=0.3)
    expected = {
        "accuracy": sklearn.metrics.accuracy_score(y, predicted),
        "precision": sklearn.metrics.precision_score(y, predicted),
        "recall": sklearn.metrics.recall_score(y, predicted),
        "f1": sklearn.metrics.f1_score(y, predicted),
        "mcc": sklearn.metrics.matthews_corrcoef(y, predicted),
        "kappa": sklearn.metrics.cohen_kappa_score(y, predicted),
        "roc_auc": sklearn.metrics.roc_auc_score(y, probability),
        "pr_auc": sklearn.metrics.average_precision_score(y, probability),
        "brier": np.mean((y - probability) ** 2),
        "log_loss": sklearn.metrics.log_loss(y, probability),
    }
    assert {name: table[name] for name in expected} == pytest.approx(expected)
    assert set(table) == {*expected, "calibration_error"}


def test_the_majority_baseline_has_no_precision_and_raises_no_warning(cases):
    y, _ = cases
    table = metrics.scores(y, np.zeros(len(y)))
    assert np.isnan(table["precision"])
    assert (table["recall"], table["f1"], table["mcc"], table["kappa"]) == (0, 0, 0, 0)
    assert table["accuracy"] == pytest.approx(1 - y.mean())


def test_calibration_curve_is_that_of_scikit_learn(cases):
    y, probability = cases
    curve = metrics.calibration_curve(y, probability, bins=10)
    observed, predicted = sklearn.calibration.calibration_curve(
        y, probability, n_bins=10, strategy="quantile"
    )
    np.testing.assert_allclose(curve.observed, observed)
    np.testing.assert_allclose(curve.predicted, predicted)
    assert curve.count.sum() == len(y)
    assert np.ptp(curve.count) <= 1


def test_equal_probabilities_share_a_bin():
    curve = metrics.calibration_curve([0, 1, 0, 1, 1], [0.2, 0.2, 0.2, 0.2, 0.9], bins=5)
    assert curve.count.tolist() == [4, 1]
    assert curve.observed.tolist() == [0.5, 1.0]


def test_calibration_error_is_noise_for_a_calibrated_model_and_a_gap_for_another(cases):
    y, probability = cases
    p = probability.mean()
    noise = np.sqrt(2 * p * (1 - p) * 10 / (np.pi * len(y)))
    assert metrics.calibration_error(y, probability) < 2 * noise
    shifted = np.clip(probability + 0.1, 0, 1)
    assert metrics.calibration_error(y, shifted) == pytest.approx(0.1, abs=2 * noise)


def test_cost_curve_counts_each_kind_of_error(cases):
    y, probability = cases
    curve = metrics.cost_curve(y, probability, false_positive=2, false_negative=7, steps=21)
    for threshold, cost in zip(curve.threshold, curve.cost, strict=True):
        predicted = probability >= threshold
        alarms, misses = np.sum(predicted & (y == 0)), np.sum(~predicted & (y == 1))
        assert cost == pytest.approx((2 * alarms + 7 * misses) / len(y))


def test_a_probability_equal_to_the_threshold_is_decided_for():
    curve = metrics.cost_curve([0, 1], [0.5, 0.5], false_positive=2, false_negative=7, steps=3)
    assert curve.cost.tolist() == [1.0, 1.0, 3.5]
    assert metrics.scores([0, 1], [0.2, 0.5])["recall"] == 1


def test_a_calibrated_model_costs_least_where_theory_says():
    rng = np.random.default_rng(1)
    probability = rng.random(400_000)
    y = rng.random(400_000) < probability
    costs = {"false_positive": 1.0, "false_negative": 4.0}
    curve = metrics.cost_curve(y.astype(int), probability, **costs)
    lowest = curve.threshold[np.argmin(curve.cost)]
    assert lowest == pytest.approx(metrics.best_threshold(**costs), abs=0.02)


def test_confusion_has_true_classes_in_rows():
    assert metrics.confusion([0, 0, 1], [0, 1, 1]).tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize(
    ("y", "probability", "message"),
    [
        ([0, 0], [0.1, 0.2], r"y must hold 0 and 1, both, got \[0\]"),
        ([0, 1], [0.1, 1.2], r"probability must lie in \[0, 1\], got 1.2"),
        ([0, 1], [0.1, np.nan], r"probability must lie in \[0, 1\], got nan"),
        ([0, 1], [[0.1], [0.2]], r"one shape \(n,\), got \(2,\) and \(2, 1\)"),
    ],
)
def test_bad_input_is_named(y, probability, message):
    with pytest.raises(ValueError, match=message):
        metrics.scores(y, probability)


def test_costs_and_bins_are_checked(cases):
    with pytest.raises(ValueError, match="false_positive must be > 0, got 0"):
        metrics.cost_curve(*cases, false_positive=0, false_negative=1)
    with pytest.raises(ValueError, match="false_negative must be > 0, got -1"):
        metrics.best_threshold(false_positive=1, false_negative=-1)
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        metrics.calibration_curve(*cases, bins=0)
