"""Mistakes about standardization."""

from __future__ import annotations

import numpy as np

from autograde.exercises.credit_risk.bank.preprocessing.plain import Plain, preprocess


@preprocess.wrong(
    "the deviation of a sample (n - 1)",
    "pandas and NumPy disagree about what std() divides by. Which one does the contract ask for?",
)
class _SampleDeviation(Plain):
    def deviation(self, values):
        return values.std(ddof=1) or 1.0


@preprocess.wrong(
    "division by the variance",
    "What unit has an income divided by a variance of incomes?",
)
class _DividesByVariance(Plain):
    def deviation(self, values):
        return values.var() or 1.0


@preprocess.wrong(
    "numbers that are divided but not centred",
    "What should the mean of a standardized column be?",
)
class _NotCentred(Plain):
    def mean(self, values):
        return 0.0


@preprocess.wrong(
    "numbers that are centred but not divided",
    "What should the deviation of a standardized column be?",
)
class _NotScaled(Plain):
    def deviation(self, values):
        return 1.0


@preprocess.wrong(
    "numbers squeezed between their smallest and largest",
    "One very large income would press all others together. What is standardization?",
)
class _MinMax(Plain):
    def scale(self, values):
        return values.min(), np.ptp(values) or 1.0


@preprocess.wrong(
    "a middle half in place of the standard deviation",
    "The contract asks for mean and standard deviation. What do you divide by?",
)
class _Robust(Plain):
    def scale(self, values):
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        return middle, (high - low) or 1.0


@preprocess.wrong(
    "a column that is zero for ever, since its training values were all the same",
    "Where the training values are all the same, a later value may differ. What does the contract "
    "say about dividing, and about centring?",
)
class _ZeroForEver(Plain):
    def standard(self, column, mean, deviation, middle):
        values = super().standard(column, mean, deviation, middle)
        return values * self.varied[column.name]

    def look_at(self, column):
        if column.dtype.kind in "if":
            self.varied[column.name] = column.nunique() > 1
        return super().look_at(column)

    def fit(self, frame):
        self.varied = {}
        return super().fit(frame)


@preprocess.wrong(
    "a division by a deviation of zero",
    "Where all numbers are the same, what is their deviation, and what comes of dividing by it?",
)
class _DividesByZero(Plain):
    def deviation(self, values):
        return values.std()
