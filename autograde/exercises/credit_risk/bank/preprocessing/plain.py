"""Preprocessing: a plain one in small pieces, proven equal to scikit-learn's pipeline."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.credit_risk import styles


class Plain:
    """Median, standardization and one-hot; a misconception changes one of them."""

    def __init__(self):
        self.columns = None

    def fit(self, frame):
        self.columns = self.sorted_out(frame)
        self.known = {name: self.look_at(frame[name]) for name in frame.columns}
        return self

    def sorted_out(self, frame):
        numbers = [name for name in frame.columns if frame[name].dtype.kind in "if"]
        return numbers, [name for name in frame.columns if name not in numbers]

    def look_at(self, column):
        if column.dtype.kind not in "if":
            return self.levels(column)
        values = column.to_numpy(dtype=float)
        return (*self.scale(self.filled(values, self.middle(values))), self.middle(values))

    def levels(self, column):
        return sorted(set(column))

    def middle(self, values):
        return np.nanmedian(values)

    def filled(self, values, middle):
        return np.where(np.isnan(values), middle, values)

    def scale(self, values):
        return self.mean(values), self.deviation(values)

    def mean(self, values):
        return values.mean()

    def deviation(self, values):
        return values.std() or 1.0

    def transform(self, frame):
        numbers, words = self.columns
        return np.column_stack(
            [self.standard(frame[name], *self.known[name]) for name in numbers]
            + [self.one_hot(frame[name], self.known[name]) for name in words]
        )

    def standard(self, column, mean, deviation, middle):
        return (self.filled(column.to_numpy(dtype=float), middle) - mean) / deviation

    def one_hot(self, column, levels):
        return (column.to_numpy()[:, None] == np.array(levels, dtype=object)).astype(float)


class _Sklearn:
    """scikit-learn's pipeline of the same steps."""

    def fit(self, frame):
        from sklearn.compose import make_column_transformer
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        numbers = list(frame.select_dtypes("number").columns)
        words = [name for name in frame.columns if name not in numbers]
        self.pipeline = make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
        ).fit(frame)
        return self

    def transform(self, frame):
        return self.pipeline.transform(frame)


#: scikit-learn's pipeline is ten times as slow, so it is a style that every certification tries.
preprocess = Bank(Plain, styles=dict(styles.PREPROCESS))
if importlib.util.find_spec("sklearn") is not None:
    preprocess.right("scikit-learn's pipeline")(_Sklearn)
