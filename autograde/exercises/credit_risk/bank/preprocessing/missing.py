"""Mistakes about missing numbers."""

from __future__ import annotations

import numpy as np

from autograde.exercises.credit_risk.bank.preprocessing.plain import Plain, preprocess


@preprocess.wrong(
    "the mean in place of missing numbers",
    "Incomes are skewed: a few are very large. Which number stands in the middle of them all the "
    "same?",
)
class _FillsWithMean(Plain):
    def middle(self, values):
        return np.nanmean(values)


@preprocess.wrong(
    "zero in place of missing numbers",
    "An income of zero is a statement about somebody. What is an unremarkable income?",
)
class _FillsWithZero(Plain):
    def middle(self, values):
        return 0.0


@preprocess.wrong(
    "missing numbers left as they are",
    "One NaN in a row makes the logit of that row NaN. What takes its place?",
)
class _LeavesNaN(Plain):
    def look_at(self, column):
        if column.dtype.kind not in "if":
            return super().look_at(column)
        values = column.to_numpy(dtype=float)
        return np.nanmean(values), np.nanstd(values) or 1.0, np.nan


@preprocess.wrong(
    "rows with missing numbers left out",
    "Whoever lacks an income has applied all the same. How many rows should come out?",
)
class _DropsRows(Plain):
    def transform(self, frame):
        return super().transform(frame.dropna())


@preprocess.wrong(
    "a mean and a deviation of the numbers before they were filled in",
    "In which order do the two steps come? What does the second one see?",
)
class _ScalesBeforeFilling(Plain):
    def scale(self, values):
        return self.seen.mean(), self.seen.std() or 1.0

    def look_at(self, column):
        if column.dtype.kind in "if":
            self.seen = column.dropna().to_numpy(dtype=float)
        return super().look_at(column)


@preprocess.wrong(
    "missing numbers set to zero after standardization",
    "After standardization zero is the mean. Is the mean what should stand there?",
)
class _FillsAfterScaling(Plain):
    def look_at(self, column):
        if column.dtype.kind not in "if":
            return super().look_at(column)
        seen = column.dropna().to_numpy(dtype=float)
        return seen.mean(), seen.std() or 1.0, seen.mean()


@preprocess.wrong(
    "numbers filled in only in columns that lacked some when fitted",
    "A column may be complete today and have gaps tomorrow. For which columns do you keep a "
    "median?",
)
class _FillsKnownGaps(Plain):
    def look_at(self, column):
        found = super().look_at(column)
        if column.dtype.kind not in "if" or column.isna().any():
            return found
        return (*found[:2], np.nan)


@preprocess.wrong(
    "the most frequent number in place of missing ones",
    "Hardly any income occurs twice. What does the most frequent one say?",
)
class _FillsWithMode(Plain):
    def middle(self, values):
        found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        return found[counts.argmax()]
