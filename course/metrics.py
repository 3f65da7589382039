"""How good are predictions: scikit-learn's metrics under the names that the chapters use.

Metrics of *decisions* take ``(y, predicted)``, both of shape (n,) and holding classes; metrics of
*probabilities* (``roc_auc``, ``pr_auc``, ``brier``, ``log_loss``) take ``(y, probability)``, the
probability being that of class 1. :func:`scores` computes all of them.

``pr_auc`` is the average precision: a step-wise sum, since the linear interpolation of a
precision-recall curve promises points that no threshold reaches.

References
----------
Davis and Goadrich (2006), "The relationship between precision-recall and ROC curves", ICML.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import accuracy_score as accuracy
from sklearn.metrics import average_precision_score as pr_auc
from sklearn.metrics import brier_score_loss as brier
from sklearn.metrics import cohen_kappa_score as kappa
from sklearn.metrics import confusion_matrix as confusion
from sklearn.metrics import f1_score as f1
from sklearn.metrics import (
    log_loss,
    precision_recall_curve,
    precision_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.metrics import matthews_corrcoef as mcc
from sklearn.metrics import recall_score as recall

roc_auc = roc_auc_score

__all__ = [
    "Calibration",
    "CostCurve",
    "accuracy",
    "best_threshold",
    "brier",
    "calibration_curve",
    "calibration_error",
    "confusion",
    "cost_curve",
    "f1",
    "kappa",
    "log_loss",
    "mcc",
    "pr_auc",
    "precision",
    "precision_recall_curve",
    "recall",
    "roc_auc",
    "roc_curve",
    "scores",
]


def precision(y: ArrayLike, predicted: ArrayLike) -> float:
    """Return the share of true among predicted positives; NaN where nothing is predicted positive.

    Parameters
    ----------
    y, predicted : array_like of shape (n,)
        True and predicted classes, 0 or 1.

    Returns
    -------
    float

    Notes
    -----
    scikit-learn says 0 and warns; but the precision of someone who never decides is not defined.

    Examples
    --------
    >>> precision([0, 1, 1], [1, 1, 0]), precision([0, 1], [0, 0])
    (0.5, nan)
    """
    return float(precision_score(y, predicted, zero_division=np.nan))


def scores(y: ArrayLike, probability: ArrayLike, *, threshold: float = 0.5) -> dict[str, float]:
    """Return every metric of the course for one set of predicted probabilities.

    Parameters
    ----------
    y : array_like of shape (n,)
        True classes, 0 or 1, both present.
    probability : array_like of shape (n,)
        Of class 1.
    threshold : float
        Decide for class 1 from this probability on.

    Returns
    -------
    dict
        accuracy, precision, recall, f1, mcc, kappa (at the threshold); roc_auc, pr_auc, brier,
        log_loss, calibration_error (of the probabilities).

    Raises
    ------
    ValueError
        ``y must hold 0 and 1, both, got [0]``, or
        ``probability must lie in [0, 1], got 1.2``.

    Examples
    --------
    >>> table = scores([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
    >>> table["accuracy"], table["roc_auc"]
    (0.5, 0.75)
    """
    y, probability = _check(y, probability)
    predicted = (probability >= threshold).astype(int)
    of_decisions = (accuracy, precision, recall, f1, mcc, kappa)
    of_probabilities = (roc_auc, pr_auc, brier, log_loss, calibration_error)
    names = ("accuracy", "precision", "recall", "f1", "mcc", "kappa")
    names += ("roc_auc", "pr_auc", "brier", "log_loss", "calibration_error")
    values = [metric(y, predicted) for metric in of_decisions]
    values += [metric(y, probability) for metric in of_probabilities]
    return dict(zip(names, map(float, values), strict=True))


@dataclass(frozen=True)
class Calibration:
    """A calibration curve: one entry per bin that holds a case.

    Parameters
    ----------
    predicted : ndarray of shape (bins,)
        Mean predicted probability.
    observed : ndarray of shape (bins,)
        Share of class 1.
    count : ndarray of int, shape (bins,)
        Cases.

    Examples
    --------
    >>> Calibration(np.array([0.1]), np.array([0.2]), np.array([5])).count
    array([5])
    """

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray


def calibration_curve(y: ArrayLike, probability: ArrayLike, *, bins: int = 10) -> Calibration:
    """Compare predicted probabilities with observed frequencies, in bins of equal count.

    Parameters
    ----------
    y : array_like of shape (n,)
        True classes, 0 or 1, both present.
    probability : array_like of shape (n,)
        Of class 1.
    bins : int
        At most this many; equal probabilities are never split over two bins.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        ``bins must be at least 1, got 0``; and as :func:`scores`.

    Notes
    -----
    scikit-learn's ``calibration_curve(strategy="quantile")``, with the counts that error bars need.

    Examples
    --------
    >>> curve = calibration_curve([0, 0, 0, 1], [0.2, 0.2, 0.7, 0.9], bins=2)
    >>> curve.observed, curve.count
    (array([0. , 0.5]), array([2, 2]))
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    y, probability = _check(y, probability)
    inner = np.quantile(probability, np.arange(1, bins) / bins)
    index = np.searchsorted(inner, probability)
    count = np.bincount(index, minlength=bins)
    used = count > 0
    predicted = np.bincount(index, probability, bins)[used] / count[used]
    observed = np.bincount(index, y, bins)[used] / count[used]
    return Calibration(predicted, observed, count[used])


def calibration_error(y: ArrayLike, probability: ArrayLike, *, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap of the calibration curve, by cases.

    Parameters
    ----------
    y, probability, bins
        As in :func:`calibration_curve`.

    Returns
    -------
    float

    Notes
    -----
    Chance alone makes it positive: about ``sqrt(2 p (1 - p) bins / (pi n))`` for n cases of
    frequency p.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI.

    Examples
    --------
    >>> round(calibration_error([0, 1, 0, 1], [0.4, 0.4, 0.6, 0.6], bins=2), 12)
    0.1
    """
    curve = calibration_curve(y, probability, bins=bins)
    return float(np.average(np.abs(curve.observed - curve.predicted), weights=curve.count))


@dataclass(frozen=True)
class CostCurve:
    """What deciding at each threshold costs per case.

    Parameters
    ----------
    threshold, cost : ndarray of shape (n,)
        Decide for class 1 from the threshold on; mean cost per case.

    Examples
    --------
    >>> CostCurve(np.array([0.5]), np.array([0.3])).cost
    array([0.3])
    """

    threshold: np.ndarray
    cost: np.ndarray


def cost_curve(
    y: ArrayLike,
    probability: ArrayLike,
    *,
    false_positive: float,
    false_negative: float,
    steps: int = 201,
) -> CostCurve:
    """Return the mean cost of the decisions at every threshold from 0 to 1.

    Parameters
    ----------
    y : array_like of shape (n,)
        True classes, 0 or 1, both present.
    probability : array_like of shape (n,)
        Of class 1.
    false_positive, false_negative : float
        Cost of refusing a loan that would have been paid, and of granting one that is not, say.
    steps : int
        Number of thresholds.

    Returns
    -------
    CostCurve

    Raises
    ------
    ValueError
        ``false_positive must be > 0, got 0``; and as :func:`scores`.

    Examples
    --------
    >>> curve = cost_curve([0, 1], [0.2, 0.6], false_positive=1, false_negative=5, steps=3)
    >>> curve.threshold, curve.cost
    (array([0. , 0.5, 1. ]), array([0.5, 0. , 2.5]))
    """
    _check_costs(false_positive, false_negative)
    y, probability = _check(y, probability)
    threshold = np.linspace(0, 1, steps)
    negatives, positives = np.sort(probability[y == 0]), np.sort(probability[y == 1])
    alarms = len(negatives) - np.searchsorted(negatives, threshold)
    misses = np.searchsorted(positives, threshold)
    return CostCurve(threshold, (false_positive * alarms + false_negative * misses) / len(y))


def best_threshold(*, false_positive: float, false_negative: float) -> float:
    """Return the threshold that costs least when the probabilities are calibrated.

    Parameters
    ----------
    false_positive, false_negative : float
        As in :func:`cost_curve`.

    Returns
    -------
    float
        ``false_positive / (false_positive + false_negative)``.

    Raises
    ------
    ValueError
        ``false_negative must be > 0, got -1``.

    References
    ----------
    Elkan (2001), "The foundations of cost-sensitive learning", IJCAI, equation 2.

    Examples
    --------
    >>> best_threshold(false_positive=1, false_negative=4)
    0.2
    """
    _check_costs(false_positive, false_negative)
    return false_positive / (false_positive + false_negative)


def _check(y: ArrayLike, probability: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, probability = np.asarray(y), np.asarray(probability, dtype=float)
    if y.ndim != 1 or y.shape != probability.shape:
        raise ValueError(
            f"y and probability must have one shape (n,), got {y.shape} and {probability.shape}"
        )
    if not np.array_equal(np.unique(y), [0, 1]):
        raise ValueError(f"y must hold 0 and 1, both, got {np.unique(y).tolist()}")
    outside = ~((probability >= 0) & (probability <= 1))
    if outside.any():
        raise ValueError(f"probability must lie in [0, 1], got {probability[outside][0]:g}")
    return y.astype(int), probability


def _check_costs(false_positive: float, false_negative: float) -> None:
    for name, value in (("false_positive", false_positive), ("false_negative", false_negative)):
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value:g}")
