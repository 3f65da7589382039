"""Preprocessing: a plain one in small pieces, proven equal to scikit-learn's pipeline."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.credit_risk import styles


class _Plain:
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
preprocess = Bank(_Plain, styles=dict(styles.PREPROCESS))
if importlib.util.find_spec("sklearn") is not None:
    preprocess.right("scikit-learn's pipeline")(_Sklearn)


# --- Statistics from the wrong rows ---------------------------------------------------------------


@preprocess.wrong(
    "a mean and a deviation of the rows to be transformed",
    "A single new application has no deviation. Whose mean and deviation should it be measured by?",
)
class _ScalesByNewRows(_Plain):
    def standard(self, column, mean, deviation, middle):
        values = self.filled(column.to_numpy(dtype=float), middle)
        return (values - self.mean(values)) / self.deviation(values)


@preprocess.wrong(
    "a median of the rows to be transformed",
    "What replaces a missing number if the only row to be transformed is the one that lacks it?",
)
class _FillsByNewRows(_Plain):
    def standard(self, column, mean, deviation, middle):
        values = column.to_numpy(dtype=float)
        own = self.middle(values) if np.isfinite(values).any() else 0.0
        return super().standard(column, mean, deviation, own)


@preprocess.wrong(
    "one-hot columns for the words of the rows to be transformed",
    "A model has one weight per column. How many columns may another table make?",
)
class _LevelsOfNewRows(_Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column, self.levels(column))


@preprocess.wrong(
    "a preprocessor that fits itself again in transform",
    "fit looks at the training rows. What may transform still learn from its own?",
)
class _FitsInTransform(_Plain):
    def transform(self, frame):
        return super().fit(frame) and super().transform(frame)


# --- Missing numbers ------------------------------------------------------------------------------


@preprocess.wrong(
    "the mean in place of missing numbers",
    "Incomes are skewed: a few are very large. Which number stands in the middle of them all the "
    "same?",
)
class _FillsWithMean(_Plain):
    def middle(self, values):
        return np.nanmean(values)


@preprocess.wrong(
    "zero in place of missing numbers",
    "An income of zero is a statement about somebody. What is an unremarkable income?",
)
class _FillsWithZero(_Plain):
    def middle(self, values):
        return 0.0


@preprocess.wrong(
    "missing numbers left as they are",
    "One NaN in a row makes the logit of that row NaN. What takes its place?",
)
class _LeavesNaN(_Plain):
    def look_at(self, column):
        if column.dtype.kind not in "if":
            return super().look_at(column)
        values = column.to_numpy(dtype=float)
        return np.nanmean(values), np.nanstd(values) or 1.0, np.nan


@preprocess.wrong(
    "rows with missing numbers left out",
    "Whoever lacks an income has applied all the same. How many rows should come out?",
)
class _DropsRows(_Plain):
    def transform(self, frame):
        return super().transform(frame.dropna())


@preprocess.wrong(
    "a mean and a deviation of the numbers before they were filled in",
    "In which order do the two steps come? What does the second one see?",
)
class _ScalesBeforeFilling(_Plain):
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
class _FillsAfterScaling(_Plain):
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
class _FillsKnownGaps(_Plain):
    def look_at(self, column):
        found = super().look_at(column)
        if column.dtype.kind not in "if" or column.isna().any():
            return found
        return (*found[:2], np.nan)


@preprocess.wrong(
    "the most frequent number in place of missing ones",
    "Hardly any income occurs twice. What does the most frequent one say?",
)
class _FillsWithMode(_Plain):
    def middle(self, values):
        found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        return found[counts.argmax()]


# --- Standardization ------------------------------------------------------------------------------


@preprocess.wrong(
    "the deviation of a sample (n - 1)",
    "pandas and NumPy disagree about what std() divides by. Which one does the contract ask for?",
)
class _SampleDeviation(_Plain):
    def deviation(self, values):
        return values.std(ddof=1) or 1.0


@preprocess.wrong(
    "division by the variance",
    "What unit has an income divided by a variance of incomes?",
)
class _DividesByVariance(_Plain):
    def deviation(self, values):
        return values.var() or 1.0


@preprocess.wrong(
    "numbers that are divided but not centred",
    "What should the mean of a standardized column be?",
)
class _NotCentred(_Plain):
    def mean(self, values):
        return 0.0


@preprocess.wrong(
    "numbers that are centred but not divided",
    "What should the deviation of a standardized column be?",
)
class _NotScaled(_Plain):
    def deviation(self, values):
        return 1.0


@preprocess.wrong(
    "numbers squeezed between their smallest and largest",
    "One very large income would press all others together. What is standardization?",
)
class _MinMax(_Plain):
    def scale(self, values):
        return values.min(), np.ptp(values) or 1.0


@preprocess.wrong(
    "a middle half in place of the standard deviation",
    "The contract asks for mean and standard deviation. What do you divide by?",
)
class _Robust(_Plain):
    def scale(self, values):
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        return middle, (high - low) or 1.0


@preprocess.wrong(
    "a column that is zero for ever, since its training values were all the same",
    "Where the training values are all the same, a later value may differ. What does the contract "
    "say about dividing, and about centring?",
)
class _ZeroForEver(_Plain):
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
class _DividesByZero(_Plain):
    def deviation(self, values):
        return values.std()


# --- Words ----------------------------------------------------------------------------------------


@preprocess.wrong(
    "the first word of each column left without a column",
    "How many columns do three words get? What does the contract say about leaving one out?",
)
class _DropsFirst(_Plain):
    def levels(self, column):
        return super().levels(column)[1:]


@preprocess.wrong(
    "words numbered in place of one-hot",
    "Is a car loan halfway between a business loan and a home loan? What does a single number say?",
)
class _Numbered(_Plain):
    def one_hot(self, column, levels):
        return column.map({w: k for k, w in enumerate(levels)}).fillna(-1).to_numpy(dtype=float)


@preprocess.wrong(
    "words in the order in which they appear",
    "Should the meaning of a column depend on which application happens to come first?",
)
class _OrderOfAppearance(_Plain):
    def levels(self, column):
        return list(dict.fromkeys(column))


@preprocess.wrong(
    "words in the order of how frequent they are",
    "In which order does the contract want the columns of one-hot?",
)
class _OrderOfFrequency(_Plain):
    def levels(self, column):
        return list(column.value_counts().index)


@preprocess.wrong(
    "an exception at a word that fit has not seen",
    "Tomorrow somebody wants a loan for something new. Should the bank's computer stop?",
)
class _RefusesNewWords(_Plain):
    def one_hot(self, column, levels):
        for word in column:
            if word not in levels:
                raise ValueError(f"unknown {word!r}")
        return super().one_hot(column, levels)


@preprocess.wrong(
    "a new word taken for the last known one",
    "Which columns are 1 in the row of a word that fit has not seen?",
)
class _NewWordIsLast(_Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column.where(column.isin(levels), levels[-1]), levels)


@preprocess.wrong(
    "a new word taken for the first known one",
    "Which columns are 1 in the row of a word that fit has not seen?",
)
class _NewWordIsFirst(_Plain):
    def one_hot(self, column, levels):
        return super().one_hot(column.where(column.isin(levels), levels[0]), levels)


@preprocess.wrong(
    "an extra column for new words",
    "How many columns does the contract give to a column of three words?",
)
class _ColumnForNewWords(_Plain):
    def one_hot(self, column, levels):
        known = super().one_hot(column, levels)
        return np.column_stack([known, 1 - known.sum(axis=1)])


@preprocess.wrong(
    "one-hot columns that are standardized as well",
    "A one-hot column is a yes or a no. What does the contract want to see in it?",
)
class _ScalesWords(_Plain):
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


# --- The layout, and promises ---------------------------------------------------------------------


@preprocess.wrong(
    "words before numbers",
    "In which order do the columns of the result come?",
)
class _WordsFirst(_Plain):
    def transform(self, frame):
        both, (numbers, words) = super().transform(frame), self.columns
        return np.roll(both, both.shape[1] - len(numbers), axis=1) if words else both


@preprocess.wrong(
    "columns in the order of the frame, numbers and words mixed",
    "In which order do the columns of the result come?",
)
class _OrderOfFrame(_Plain):
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
class _SortedColumns(_Plain):
    def sorted_out(self, frame):
        return tuple(sorted(names) for names in super().sorted_out(frame))


@preprocess.wrong(
    "columns found by their position",
    "Another table may have its columns in another order. By what can you know them?",
)
class _ByPosition(_Plain):
    def transform(self, frame):
        return super().transform(frame.set_axis(list(self.known), axis=1))


@preprocess.wrong(
    "whole numbers taken for words",
    "An age is a number, whatever its dtype. Which columns do you take for numbers?",
)
class _WholeNumbersAreWords(_Plain):
    def sorted_out(self, frame):
        numbers = [name for name in frame.columns if frame[name].dtype.kind == "f"]
        return numbers, [name for name in frame.columns if name not in numbers]

    def look_at(self, column):
        return self.levels(column) if column.dtype.kind == "i" else super().look_at(column)


@preprocess.wrong(
    "a frame that is changed",
    "The frame belongs to the caller. Where do you write the filled-in numbers?",
)
class _ChangesFrame(_Plain):
    def transform(self, frame):
        for name in self.columns[0]:
            frame[name] = self.filled(frame[name].to_numpy(dtype=float), self.known[name][2])
        return super().transform(frame)


@preprocess.wrong(
    "a fit that returns nothing",
    "Whoever writes fit(frame).transform(frame) calls transform on what fit returns.",
)
class _ReturnsNothing(_Plain):
    def fit(self, frame):
        super().fit(frame)


@preprocess.wrong(
    "a state that all preprocessors share",
    "What is defined in the body of the class is shared. Where do the statistics belong?",
)
class _SharedState(_Plain):
    kept: dict = {}

    def fit(self, frame):
        self.columns, self.known = None, None
        plain = _Plain().fit(frame)
        self.kept.update(columns=plain.columns, known=plain.known)
        return self

    def transform(self, frame):
        self.columns, self.known = self.kept["columns"], self.kept["known"]
        return super().transform(frame)


@preprocess.wrong(
    "statistics of the first fit that are kept in the second",
    "Whoever calls fit again has new training rows. What is left of the old ones?",
)
class _KeepsFirstFit(_Plain):
    def fit(self, frame):
        return self if self.columns else super().fit(frame)


@preprocess.wrong(
    "words of an earlier fit that are kept",
    "Whoever calls fit again has new training rows. Which words does the one-hot know then?",
)
class _KeepsWords(_Plain):
    def __init__(self):
        super().__init__()
        self.words = {}

    def levels(self, column):
        known = self.words.setdefault(column.name, set())
        known |= set(column)
        return sorted(known)
