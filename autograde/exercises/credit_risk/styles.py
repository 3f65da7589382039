"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass, field

import numpy as np


class RowByRow:
    """Loops over rows and plain dicts; lists turned into an array at the end."""

    def fit(self, frame):
        self.numbers, self.words = {}, {}
        for name in frame.columns:
            values = list(frame[name])
            if isinstance(values[0], str):
                self.words[name] = sorted(set(values))
                continue
            median = statistics.median(v for v in values if not math.isnan(v))
            filled = [median if math.isnan(v) else float(v) for v in values]
            mean = math.fsum(filled) / len(filled)
            variance = math.fsum((v - mean) ** 2 for v in filled) / len(filled)
            self.numbers[name] = median, mean, math.sqrt(variance)
        return self

    def transform(self, frame):
        rows = []
        for _, record in frame.iterrows():
            row = []
            for name, (median, mean, deviation) in self.numbers.items():
                value = median if math.isnan(record[name]) else record[name]
                row.append((value - mean) / deviation if deviation > 0 else value - mean)
            for name, levels in self.words.items():
                row += [int(record[name] == level) for level in levels]
            rows.append(row)
        return np.array(rows, dtype=float)


class WithPandas:
    """pandas throughout: fillna, get_dummies and reindex; float32 at the end."""

    __slots__ = ("columns", "mean", "median", "numbers", "spread", "words")

    def fit(self, frame):
        self.numbers = frame.select_dtypes(include="number").columns
        self.words = frame.columns.difference(self.numbers, sort=False)
        table = frame[self.numbers]
        self.median = table.median()
        table = table.fillna(self.median)
        self.mean, self.spread = table.mean(), table.std(ddof=0).replace(0, 1)
        self.columns = self.dummies(frame).columns
        return self

    def dummies(self, frame):
        import pandas as pd

        if self.words.empty:
            return pd.DataFrame(index=frame.index)
        return pd.get_dummies(frame[self.words], prefix_sep="=").sort_index(
            axis=1, key=lambda names: [(list(self.words).index(n.split("=")[0]), n) for n in names]
        )

    def transform(self, frame):
        table = (frame[self.numbers].fillna(self.median) - self.mean) / self.spread
        hot = self.dummies(frame).reindex(columns=self.columns, fill_value=False)
        return np.hstack([table.to_numpy(dtype=np.float32), hot.to_numpy(dtype=np.float32)])


@dataclass
class ADataclass:
    """A dataclass holding one matrix of statistics, and an integer code for each word."""

    names: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)
    statistics: np.ndarray = field(default_factory=lambda: np.empty((3, 0)))

    def fit(self, frame):
        self.names = [name for name in frame if frame[name].to_numpy().dtype != object]
        self.codes = {
            name: {level: k for k, level in enumerate(np.unique(list(frame[name])).tolist())}
            for name in frame
            if name not in self.names
        }
        matrix = self.matrix(frame)
        middle = np.nanmedian(matrix, axis=0) if self.names else np.empty(0)
        whole = np.where(np.isnan(matrix), middle, matrix)
        self.statistics = np.array([middle, whole.mean(axis=0), whole.std(axis=0)])
        return self

    def matrix(self, frame):
        return np.array([frame[name].to_numpy(dtype=float) for name in self.names]).T.reshape(
            len(frame), len(self.names)
        )

    def transform(self, frame):
        middle, mean, deviation = self.statistics
        matrix = self.matrix(frame)
        matrix[np.isnan(matrix)] = np.broadcast_to(middle, matrix.shape)[np.isnan(matrix)]
        matrix -= mean
        np.divide(matrix, deviation, out=matrix, where=deviation > 0)
        parts = [matrix]
        for name, codes in self.codes.items():
            hot = np.zeros((len(frame), len(codes) + 1))
            hot[np.arange(len(frame)), [codes.get(word, -1) for word in frame[name]]] = 1
            parts.append(hot[:, :-1])
        return np.concatenate(parts, axis=1)


PREPROCESS = {
    "row by row": RowByRow,
    "pandas throughout, float32": WithPandas,
    "a dataclass with integer codes": ADataclass,
}


def counting(y):
    """Count in a loop."""
    counts = Counter(int(label) for label in y)
    return np.array([len(y) / (2 * counts[label]) for label in (0, 1)])


def from_shares(y):
    """Start from the share of ones; float32."""
    share = np.float32(np.mean(y == 1))
    return np.array([0.5 / (1 - share), 0.5 / share], dtype=np.float32)


def normalized(y):
    """Take inverse frequencies and normalize them over the samples."""
    inverse = 1 / np.array([np.sum(y == 0), np.sum(y == 1)])
    return inverse / np.mean(np.where(y == 1, inverse[1], inverse[0]))


WEIGHTS = {"a counter": counting, "shares in float32": from_shares, "normalized": normalized}


def example_by_example(logits, y, *, gamma=2.0):
    """Loop over examples, with two branches against overflow."""
    total = 0.0
    for z, label in zip(logits, y, strict=True):
        s = float(z) if label else -float(z)
        if s > 0:
            small = math.exp(-s)
            entropy, wrong = math.log1p(small), small / (1 + small)
        else:
            small = math.exp(s)
            entropy, wrong = math.log1p(small) - s, 1 / (1 + small)
        total += wrong**gamma * entropy
    return total / len(logits)


def two_terms(logits, y, *, gamma=2.0):
    """Add one term for each class, as the definition of the cross-entropy does."""
    log_p, log_q = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    terms = y * np.exp(gamma * log_q) * log_p + (1 - y) * np.exp(gamma * log_p) * log_q
    return -np.average(terms)


def in_place(logits, y, gamma=2.0):
    """Work in one array of one's own; hand back an array without axes."""
    s = np.where(np.asarray(y, dtype=bool), -logits, logits)
    focus = 0.5 * (1 + np.tanh(s / 2))
    focus **= gamma
    s = np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))
    s *= focus
    return np.array(s.mean())


FOCAL = {
    "example by example": example_by_example,
    "two terms": two_terms,
    "in place": in_place,
}


def loops(train_and_score, components, seeds):
    """Loop over everything; statistics from the standard library."""
    full = {seed: train_and_score(tuple(components), seed) for seed in seeds}
    table = []
    for k, name in enumerate(components):
        rest = tuple(components[:k]) + tuple(components[k + 1 :])
        scores, differences = [], []
        for seed in seeds:
            score = train_and_score(rest, seed)
            scores.append(score)
            differences.append(score - full[seed])
        table.append(
            dict(
                component=name,
                mean=statistics.fmean(scores),
                difference=statistics.fmean(differences),
                spread=statistics.stdev(differences),
            )
        )
    return table


def one_matrix(train_and_score, components, seeds):
    """Fill one matrix of scores, seed by seed; NumPy scalars, more keys than asked for."""
    variants = [tuple(components)]
    variants += [tuple(c for c in components if c != name) for name in components]
    scores = np.array([[train_and_score(v, seed) for v in variants] for seed in seeds]).T
    d = scores[1:] - scores[:1]
    return [
        {
            "spread": d[k].std(ddof=1),
            "component": name,
            "difference": d[k].mean(),
            "mean": scores[k + 1].mean(),
            "scores": scores[k + 1],
        }
        for k, name in enumerate(components)
    ]


def difference_of_means(train_and_score, components, seeds):
    """Take the difference of the means, which is the mean of the differences; a tuple of rows."""
    memory = {}

    def score(parts, seed):
        if (parts, seed) not in memory:
            memory[parts, seed] = train_and_score(parts, seed)
        return memory[parts, seed]

    def row(name):
        rest = tuple(filter(lambda c: c != name, components))
        without = np.array([score(rest, seed) for seed in seeds])
        full = np.array([score(tuple(components), seed) for seed in seeds])
        covariance = np.cov(without, full)
        return {
            "component": name,
            "mean": float(np.mean(without)),
            "difference": float(np.mean(without) - np.mean(full)),
            "spread": math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]),
        }

    return tuple(map(row, components))


ABLATION = {
    "loops": loops,
    "one matrix": one_matrix,
    "the difference of the means": difference_of_means,
}
