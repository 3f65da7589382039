"""Mistakes about the order of columns, and about what the caller relies on."""

from __future__ import annotations

import numpy as np

from autograde.exercises.credit_risk.bank.preprocessing.plain import Plain, preprocess


@preprocess.wrong(
    "words before numbers",
    "In which order do the columns of the result come?",
)
class _WordsFirst(Plain):
    def transform(self, frame):
        both, (numbers, words) = super().transform(frame), self.columns
        return np.roll(both, both.shape[1] - len(numbers), axis=1) if words else both


@preprocess.wrong(
    "columns in the order of the frame, numbers and words mixed",
    "In which order do the columns of the result come?",
)
class _OrderOfFrame(Plain):
    def transform(self, frame):
        numbers, words = self.columns
        return np.column_stack(
            [
                self.standard(frame[name], *self.known[name])
                if name in numbers
                else self.one_hot(frame[name], self.known[name])
                for name in self.known
            ]
        )


@preprocess.wrong(
    "columns in alphabetical order",
    "Only the words of one column are sorted. In which order do the columns themselves come?",
)
class _SortedColumns(Plain):
    def sorted_out(self, frame):
        return tuple(sorted(names) for names in super().sorted_out(frame))


@preprocess.wrong(
    "columns found by their position",
    "Another table may have its columns in another order. By what can you know them?",
)
class _ByPosition(Plain):
    def transform(self, frame):
        return super().transform(frame.set_axis(list(self.known), axis=1))


@preprocess.wrong(
    "whole numbers taken for words",
    "An age is a number, whatever its dtype. Which columns do you take for numbers?",
)
class _WholeNumbersAreWords(Plain):
    def sorted_out(self, frame):
        numbers = [name for name in frame.columns if frame[name].dtype.kind == "f"]
        return numbers, [name for name in frame.columns if name not in numbers]

    def look_at(self, column):
        return self.levels(column) if column.dtype.kind == "i" else super().look_at(column)


@preprocess.wrong(
    "a frame that is changed",
    "The frame belongs to the caller. Where do you write the filled-in numbers?",
)
class _ChangesFrame(Plain):
    def transform(self, frame):
        for name in self.columns[0]:
            frame[name] = self.filled(frame[name].to_numpy(dtype=float), self.known[name][2])
        return super().transform(frame)


@preprocess.wrong(
    "a fit that returns nothing",
    "Whoever writes fit(frame).transform(frame) calls transform on what fit returns.",
)
class _ReturnsNothing(Plain):
    def fit(self, frame):
        super().fit(frame)


@preprocess.wrong(
    "a state that all preprocessors share",
    "What is defined in the body of the class is shared. Where do the statistics belong?",
)
class _SharedState(Plain):
    kept: dict = {}

    def fit(self, frame):
        self.columns, self.known = None, None
        plain = Plain().fit(frame)
        self.kept.update(columns=plain.columns, known=plain.known)
        return self

    def transform(self, frame):
        self.columns, self.known = self.kept["columns"], self.kept["known"]
        return super().transform(frame)


@preprocess.wrong(
    "statistics of the first fit that are kept in the second",
    "Whoever calls fit again has new training rows. What is left of the old ones?",
)
class _KeepsFirstFit(Plain):
    def fit(self, frame):
        return self if self.columns else super().fit(frame)


@preprocess.wrong(
    "words of an earlier fit that are kept",
    "Whoever calls fit again has new training rows. Which words does the one-hot know then?",
)
class _KeepsWords(Plain):
    def __init__(self):
        super().__init__()
        self.words = {}

    def levels(self, column):
        known = self.words.setdefault(column.name, set())
        known |= set(column)
        return sorted(known)
