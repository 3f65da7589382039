"""What is asked of the preprocessor. pandas is imported where a table is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograde.check import BadAnswer, Claim, Evidence, Values, array, attempt

if TYPE_CHECKING:
    import pandas as pd

MakePreprocessor = Callable[[], Any]
ROW = {"row": 0, "column": 0}


def frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Return a table whose index says nothing about the position of a row."""
    import pandas as pd

    table = pd.DataFrame(columns)
    table.index = [7 * k + 3 for k in range(len(table))][::-1]
    return table


def transformed(preprocessor: Any, table: pd.DataFrame) -> np.ndarray:
    """Return what transform makes of a copy of a table."""
    result = array(preprocessor.transform(table.copy()), "transform(frame)").astype(float)
    if result.ndim != 2:
        raise BadAnswer(f"transform(frame) should have two axes, got shape {result.shape}.")
    return result


def fitted(make: MakePreprocessor, table: pd.DataFrame) -> Any:
    """Return a preprocessor that was fitted on a copy of a table."""
    preprocessor = make()
    preprocessor.fit(table.copy())
    return preprocessor


def amounts(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Draw two columns of numbers, one of them skewed, and one of whole numbers."""
    return {
        "income": np.round(np.exp(rng.normal(7.8, 0.6, size=n)), 2),
        "age": rng.permutation(60)[:n] + 18,
        "rate": rng.uniform(0.01, 0.09, size=n),
    }


def levels(
    rng: np.random.Generator, counts: dict[str, int], first: str, without: str = ""
) -> np.ndarray:
    """Draw a column of words: each level so often, one of them first, one perhaps left out."""
    words = [level for level, count in counts.items() for _ in range(count) if level != without]
    words.remove(first)
    return np.array([first, *rng.permutation(words)], dtype=object)


#: Neither the order of appearance nor that of frequency is the alphabetical one.
PURPOSES = {"business": 2, "car": 5, "education": 3, "home": 4}
HOUSING = {"own": 4, "parents": 2, "rent": 8}


def words(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of two columns of words and 14 rows."""
    return frame(
        {"purpose": levels(rng, PURPOSES, "home"), "housing": levels(rng, HOUSING, "rent")}
    )


def mixed(
    rng: np.random.Generator, n: int = 14, *, gaps: int = 2, without: str = ""
) -> pd.DataFrame:
    """Return a table of numbers, some of them missing, and of words, in turns."""
    numbers = amounts(rng, n)
    numbers["income"][rng.permutation(n)[:gaps]] = np.nan
    return frame(
        {
            "purpose": levels(rng, PURPOSES, "home", without)[:n],
            "income": numbers["income"],
            "age": numbers["age"],
            "housing": levels(rng, HOUSING, "rent")[:n],
            "rate": numbers["rate"],
        }
    )


def numbers(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Standardize complete columns of numbers, then one whose values are all the same."""
    table = frame(amounts(rng, 11))
    year = int(rng.integers(2015, 2024))
    same = frame({"age": table["age"].to_numpy(), "year": np.full(11, year)})
    other = frame({"age": table["age"].to_numpy(), "year": np.arange(11) % 3 + year})
    on_same = fitted(make, same)
    return {
        "table": Values(
            transformed(fitted(make, table), table),
            "fit(frame) and transform(frame) of three columns of numbers",
            ROW,
        ),
        "same": Values(
            transformed(on_same, same),
            "fit(frame) and transform(frame) where all numbers of column 1 are the same",
            ROW,
        ),
        "other": Values(
            transformed(on_same, other),
            "transform(frame) where column 1 is no longer the same throughout",
            ROW,
        ),
    }


def missing(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Let numbers be missing, in the fitted table and in a later one."""
    first, second, gaps = amounts(rng, 13), amounts(rng, 6), rng.permutation(13)
    first["income"][gaps[:3]], first["rate"][gaps[3:6]] = np.nan, np.nan
    second["age"] = second["age"].astype(float)
    for name, row in zip(("income", "age", "rate"), rng.permutation(6)[:3], strict=True):
        second[name][row] = np.nan
    table, later = frame(first), frame(second)
    preprocessor = fitted(make, table)
    what = "transform(frame) of a table with missing numbers, the one it was fitted on"
    new = "transform(frame) of a later table, with numbers missing in every column"
    return {
        "table": Values(transformed(preprocessor, table), what, ROW),
        "later": Values(transformed(preprocessor, later), new, ROW),
    }


def categories(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Encode words: those of the fitted table, fewer of them, and a new one."""
    table = words(rng)
    purposes = levels(rng, PURPOSES, "home", without="car")[:5]
    fewer = frame({"purpose": purposes, "housing": ["rent"] * 5})
    purposes[rng.integers(1, 5)] = "holiday"
    new = frame({"purpose": purposes, "housing": ["rent"] * 5})
    preprocessor = fitted(make, table)
    return {
        name: Values(transformed(preprocessor, part), f"transform(frame), {what}", ROW)
        for name, part, what in [
            ("table", table, "two columns of words"),
            ("fewer", fewer, "a later table that does not show every word"),
            ("new", new, "a later table with a word that fit has not seen"),
        ]
    }


def leakage(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Transform rows together and alone. The answer is compared with itself."""
    complete, later, table = amounts(rng, 12), frame(amounts(rng, 8)), words(rng)
    plain = frame(complete)
    complete["income"][rng.permutation(12)[:4]] = np.nan
    gaps = frame(complete)
    on_plain, on_gaps, on_table = (fitted(make, t) for t in (plain, gaps, table))
    before = transformed(on_plain, plain)
    return {
        "numbers": Claim(
            _row_by_row(on_plain, later),
            "A row of numbers comes out of transform differently alone than together with others: "
            "the rows to be transformed have a say in the mean or the deviation.",
        ),
        "missing": Claim(
            _row_by_row(on_gaps, gaps),
            "A row with a missing number comes out of transform differently alone than together "
            "with others.",
        ),
        "categories": Claim(
            _row_by_row(on_table, table),
            "A row of words comes out of transform differently alone than together with others.",
        ),
        "again": Claim(
            _equal(transformed(on_plain, plain), before),
            "After transform has seen other rows, the first ones come out differently.",
        ),
    }


def layout(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Ask which column of the result comes from which column of the table."""
    table = mixed(rng, gaps=0)
    preprocessor = fitted(make, table)
    result = transformed(preprocessor, table)
    other = table[list(table.columns[::-1])]
    outcome, turned = attempt(lambda: transformed(preprocessor, other))
    return {
        "origins": Values(
            _origins(result, table),
            "which number or word (counted as in the contract; -1: none) a column is made of",
            {"column": 0},
        ),
        "names": Claim(
            not outcome.raised and _equal(turned, result),
            "With the columns of the frame in another order, transform gives another result.",
        ),
    }


def promises(make: MakePreprocessor, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, fit twice, and use two preprocessors at once."""
    first, second = mixed(rng), mixed(rng, 9, without="car")
    lent, preprocessor = first.copy(), make()
    returned = preprocessor.fit(lent)
    before = transformed(preprocessor, first)
    preprocessor.transform(lent)
    other = fitted(make, second)
    fresh = transformed(other, second)
    beside = transformed(preprocessor, first)
    preprocessor.fit(second.copy())
    again = transformed(preprocessor, second)
    return {
        "lent": Claim(
            lent.equals(first), "The frame that was lent to fit and transform has been changed."
        ),
        "self": Claim(
            returned is preprocessor,
            "fit should return the preprocessor itself, so that fit(frame).transform(frame) works.",
        ),
        "beside": Claim(
            _equal(before, beside),
            "Fitting a second preprocessor has changed what the first one does.",
        ),
        "again": Claim(
            _equal(again, fresh),
            "A preprocessor that is fitted a second time still knows something of the first table.",
        ),
        "numbers": Values(again[:, :3], "numbers after a second fit", clue=True),
    }


def _row_by_row(preprocessor: Any, table: pd.DataFrame) -> bool:
    together = transformed(preprocessor, table)
    for k in (0, len(table) // 2, len(table) - 1):
        outcome, alone = attempt(lambda k=k: transformed(preprocessor, table.iloc[[k]]))
        if outcome.raised or not _equal(alone, together[k : k + 1]):
            return False
    return True


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, atol=1e-6, equal_nan=True)


def _origins(result: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """Return for each column what it rises with: a number of the table, or a word's presence."""
    numbers = [c for c in table.columns if table[c].dtype.kind in "if"]
    words = [c for c in table.columns if c not in numbers]
    sources = [table[c].to_numpy(dtype=float) for c in numbers] + [
        (table[c] == word).to_numpy(dtype=float) for c in words for word in sorted(set(table[c]))
    ]
    made, given = _unit(result.T), _unit(np.array(sources))
    alike = made @ given.T > 0.9999
    return np.where(alike.any(axis=1), alike.argmax(axis=1), -1)


def _unit(rows: np.ndarray) -> np.ndarray:
    """Return rows centred and of length one, so that their products are correlations."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.sum(rows**2, axis=1, keepdims=True))
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9)
