"""The weights of the classes."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.credit_risk import styles


def _sklearn(y):
    from sklearn.utils.class_weight import compute_class_weight

    return compute_class_weight("balanced", classes=np.array([0, 1]), y=y)


def _closed_form(y):
    return len(y) / (2 * np.bincount(y, minlength=2))


_with_sklearn = importlib.util.find_spec("sklearn") is not None
weights = Bank(_sklearn if _with_sklearn else _closed_form, styles=styles.WEIGHTS)


@weights.wrong(
    "weights in proportion to how frequent a class is",
    "Which of the two classes should count more: the frequent one or the rare one?",
)
def _frequency(y):
    return 2 * np.bincount(y, minlength=2) / len(y)


@weights.wrong(
    "the two weights exchanged",
    "Which entry belongs to class 0? Is that the frequent class or the rare one?",
)
def _exchanged(y):
    return _closed_form(y)[::-1]


@weights.wrong(
    "weights that add up to one",
    "What does the loss of a whole batch come to? Average your weights over the samples.",
)
def _sum_to_one(y):
    return _closed_form(y) / _closed_form(y).sum()


@weights.wrong(
    "weights whose mean over the two classes is one",
    "There are many samples of one class and few of the other. Over what is the mean to be one?",
)
def _mean_over_classes(y):
    return 2 * _sum_to_one(y)


@weights.wrong(
    "the number of classes forgotten",
    "If both classes were equally frequent, what should the weights be, and what are they?",
)
def _without_classes(y):
    return 2 * _closed_form(y)


@weights.wrong(
    "the inverse of the counts as they are",
    "With ten times as many samples, should each weight be a tenth? Average them over the samples.",
)
def _inverse_counts(y):
    return 1 / np.bincount(y, minlength=2)


@weights.wrong(
    "a weight of one for class 0",
    "With a rare class that counts more, the sum of all weights grows. What keeps its mean at one?",
)
def _positive_weight(y):
    return _closed_form(y) / _closed_form(y)[0]


@weights.wrong(
    "a weight of one for the frequent class",
    "With a rare class that counts more, the sum of all weights grows. What keeps its mean at one?",
)
def _smallest_is_one(y):
    return _closed_form(y) / _closed_form(y).min()


@weights.wrong(
    "a weight of one for the rare class",
    "If the rare class counts one and the other less, what is the mean over the samples?",
)
def _largest_is_one(y):
    return _closed_form(y) / _closed_form(y).max()


@weights.wrong(
    "the root of the inverse frequency",
    "With your weights, does one class in all count as much as the other?",
)
def _root(y):
    root = np.sqrt(_closed_form(y))
    return root / root[y].mean()


@weights.wrong(
    "counts with one added to each",
    "No class is empty here. What is the added sample for, and what does it do to the mean?",
)
def _smoothed(y):
    return len(y) / (2 * (np.bincount(y, minlength=2) + 1))


@weights.wrong(
    "the same weight for both classes",
    "Do both classes count the same in all now, or does each sample?",
)
def _equal(y):
    return np.ones(2)


@weights.wrong(
    "weights rounded to whole numbers",
    "Is what you divide by a whole number? And what comes of the division?",
)
def _whole(y):
    return len(y) // (2 * np.bincount(y, minlength=2))
