"""Mistakes about words and their columns."""

from __future__ import annotations

import numpy as np

from autograde.exercises.credit_risk.bank.preprocessing.plain import Plain, preprocess


@preprocess.wrong(
    "the first word of each column left without a column",
    "How many columns do three words get? What does the contract say about leaving one out?",
)
class _DropsFirst(Plain):
    def levels(self, column):
        return super().levels(column)[1:]


@preprocess.wrong(
    "words numbered in place of one-hot",
    "Is a car loan halfway between a business loan and a home loan? What does a single number say?",
)
class _Numbered(Plain):
    def one_hot(self, column, levels):
        return column.map({w: k for k, w in enumerate(levels)}).fillna(-1).to_numpy(dtype=float)


@preprocess.wrong(
    "words in the order in which they appear",
    "Should the meaning of a column depend on which application happens to come first?",
)
class _OrderOfAppearance(Plain):
    def levels(self, column):
        return list(dict.fromkeys(column))


@preprocess.wrong(
    "words in the order of how frequent they are",
    "In which order does the contract want the columns of one-hot?",
)
class _OrderOfFrequency(Plain):
    def levels(self, column):
        return list(column.value_counts().index)


@preprocess.wrong(
    "an exception at a word that fit has not seen",
    "Tomorrow somebody wants a loan for something new. Should the bank's computer stop?",
)
class _RefusesNewWords(Plain):
    def one_hot(self, column, levels):
        for word in column:
            if word not in levels:
                raise ValueError(f"unknown {word!r}")
        return super().one_hot(column, levels)


@preprocess.wrong(
    "a new word taken for the last known one",
    "Which columns are 1 in the row of a word that fit has not seen?",
)
class _NewWordIsLast(Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column.where(column.isin(levels), levels[-1]), levels)


@preprocess.wrong(
    "a new word taken for the first known one",
    "Which columns are 1 in the row of a word that fit has not seen?",
)
class _NewWordIsFirst(Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column.where(column.isin(levels), levels[0]), levels)


@preprocess.wrong(
    "an extra column for new words",
    "How many columns does the contract give to a column of three words?",
)
class _ColumnForNewWords(Plain):
    def one_hot(self, column, levels):
        known = super().one_hot(column, levels)
        return np.column_stack([known, 1 - known.sum(axis=1)])


@preprocess.wrong(
    "one-hot columns that are standardized as well",
    "A one-hot column is a yes or a no. What does the contract want to see in it?",
)
class _ScalesWords(Plain):
    def fit(self, frame):
        super().fit(frame)
        numbers, words = self.columns
        self.spread = {}
        for name in words:
            hot = super().one_hot(frame[name], self.known[name])
            self.spread[name] = hot.mean(axis=0), np.where(hot.std(axis=0), hot.std(axis=0), 1)
        return self

    def one_hot(self, column, levels):
        mean, deviation = self.spread[column.name]
        return (super().one_hot(column, levels) - mean) / deviation
