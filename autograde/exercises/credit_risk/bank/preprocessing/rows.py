"""Statistics from the wrong rows."""

from __future__ import annotations

import numpy as np

from autograde.exercises.credit_risk.bank.preprocessing.plain import Plain, preprocess


@preprocess.wrong(
    "a mean and a deviation of the rows to be transformed",
    "A single new application has no deviation. Whose mean and deviation should it be measured by?",
)
class _ScalesByNewRows(Plain):
    def standard(self, column, mean, deviation, middle):
        values = self.filled(column.to_numpy(dtype=float), middle)
        return (values - self.mean(values)) / self.deviation(values)


@preprocess.wrong(
    "a median of the rows to be transformed",
    "What replaces a missing number if the only row to be transformed is the one that lacks it?",
)
class _FillsByNewRows(Plain):
    def standard(self, column, mean, deviation, middle):
        values = column.to_numpy(dtype=float)
        own = self.middle(values) if np.isfinite(values).any() else 0.0
        return super().standard(column, mean, deviation, own)


@preprocess.wrong(
    "one-hot columns for the words of the rows to be transformed",
    "A model has one weight per column. How many columns may another table make?",
)
class _LevelsOfNewRows(Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column, self.levels(column))


@preprocess.wrong(
    "a preprocessor that fits itself again in transform",
    "fit looks at the training rows. What may transform still learn from its own?",
)
class _FitsInTransform(Plain):
    def transform(self, frame):
        return super().fit(frame) and super().transform(frame)
