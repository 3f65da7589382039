"""The kinds of objects that only a probe lends: parameters, generators, tables, functions.

The other side gets a likeness of each. What an answer changes in it comes back, and nothing else:
of a parameter its `data` and `grad`, of a generator where it stands in its stream.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.remote.memory import Entry, Kind, Memory
from autograde.remote.trees import BadTree

_DTYPES = {"float64", "float32", "int64", "int32", "bool", "object", "str"}


class Records(Kind):
    """Plain objects with attributes, such as `course.nn.Parameter`."""

    tag = "record"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take instances of classes that are written in Python and have nothing but attributes."""
        return type(thing).__module__ != "builtins" and type(vars_of(thing)) is dict

    def shell(self, thing: Any, memory: Memory) -> list[Any]:
        """Tell the name of the class and those of the attributes."""
        return [type(thing).__name__, list(vars(thing))]

    def make(self, shell: Any, memory: Memory, name: int) -> Any:
        """Return a parameter, or an object of a class that has but the name."""
        if shell[0] == "Parameter":
            from course.module import Parameter

            return object.__new__(Parameter)
        return type(shell[0], (), {})()

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[Any]]:
        """Return the values of the attributes that were there when it was lent."""
        held = vars(entry.thing)
        names = entry.shell[1] if entry.shell else list(held)
        state = [[name, memory.tree(held[name])] for name in names if name in held]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Set attributes that were there when it was lent."""
        if type(state) is not list:
            raise BadTree("an object has other attributes than it had")
        for pair in state:
            if type(pair) is not list or len(pair) != 2 or pair[0] not in entry.shell[1]:
                raise BadTree("an object has other attributes than it had")
        for name, tree in state:
            object.__setattr__(entry.thing, name, memory.value(tree))


def vars_of(thing: Any) -> dict[str, Any] | None:
    """Return the attributes of an object, or None if it has no dict of them."""
    try:
        return object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return None


class Generators(Kind):
    """NumPy's generators. What seeded them stays here; the likeness spawns from a digest of it."""

    tag = "generator"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take generators on PCG64, which is what all of ours are."""
        return isinstance(thing, np.random.Generator) and isinstance(
            thing.bit_generator, np.random.PCG64
        )

    def shell(self, thing: Any, memory: Memory) -> list[int]:
        """Tell entropy for the children, from which nobody finds back to the seed."""
        return sealed(thing.bit_generator.seed_seq)

    def make(self, shell: Any, memory: Memory, name: int) -> np.random.Generator:
        """Return a generator."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(shell)))

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[int]]:
        """Return where it stands."""
        found = entry.thing.bit_generator.state
        inner = found["state"]
        state = [inner["state"], inner["inc"], found["has_uint32"], found["uinteger"]]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Put it where it should stand."""
        limits = [2**128, 2**128, 2, 2**32]
        if (
            type(state) is not list
            or len(state) != 4
            or any(
                type(n) is not int or not 0 <= n < limit
                for n, limit in zip(state, limits, strict=True)
            )
        ):
            raise BadTree("that is no state of a generator")
        entry.thing.bit_generator.state = {
            "bit_generator": "PCG64",
            "state": {"state": state[0], "inc": state[1]},
            "has_uint32": state[2],
            "uinteger": state[3],
        }


def sealed(seeds: np.random.SeedSequence) -> list[int]:
    """Return 256 bits that a seed sequence leads to, and that do not lead back."""
    return [int(word) for word in seeds.generate_state(8)]


class Tables(Kind):
    """Tables of pandas."""

    tag = "table"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take data frames; where there is no pandas yet there are none."""
        pandas = sys.modules.get("pandas")
        return pandas is not None and type(thing) is pandas.DataFrame

    def make(self, shell: Any, memory: Memory, name: int) -> Any:
        """Return an empty one."""
        import pandas as pd

        return pd.DataFrame()

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[Any]]:
        """Return names, dtypes and entries of the columns, and the index."""
        frame = entry.thing
        columns = [frame.iloc[:, k] for k in range(frame.shape[1])]
        state = [
            [memory.tree(name) for name in frame.columns.tolist()],
            [str(column.dtype) for column in columns],
            [[memory.tree(value) for value in column.tolist()] for column in columns],
            [memory.tree(label) for label in frame.index.tolist()],
        ]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Fill it anew."""
        import pandas as pd

        if type(state) is not list or len(state) != 4 or any(type(s) is not list for s in state):
            raise BadTree("that is no table")
        names, dtypes, columns, index = state
        labels = pd.Index([memory.value(tree) for tree in index])
        made = {
            k: pd.Series(
                [memory.value(tree) for tree in column],
                index=labels,
                dtype=dtype if dtype in _DTYPES else "object",
            )
            for k, (dtype, column) in enumerate(zip(dtypes, columns, strict=True))
        }
        frame = pd.DataFrame(made, index=labels)
        frame.columns = pd.Index([memory.value(tree) for tree in names])
        # The very table that was lent gets the new columns, as if it had been made of them.
        entry.thing.__init__(frame)


class Iterators(Kind):
    """What can be gone through once: it is gone through here, and again over there."""

    tag = "iterator"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take generators, in the sense of functions that yield."""
        return type(thing) is types.GeneratorType

    def shell(self, thing: Any, memory: Memory) -> list[Any]:
        """Tell what it yields."""
        return [memory.tree(value) for value in thing]

    def make(self, shell: Any, memory: Memory, name: int) -> Any:
        """Return a generator that yields it."""
        return (memory.value(tree) for tree in shell)


class Callables(Kind):
    """Functions that an answer may call.

    Parameters
    ----------
    likeness : callable, optional
        ``likeness(name, known_as)`` returns a function that calls the one of that name over here.
    """

    tag = "callable"
    lasting = True

    def __init__(self, likeness: Callable[[int, str], Callable[..., Any]] | None = None) -> None:
        self.likeness = likeness

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take whatever can be called, but no class."""
        return callable(thing) and not isinstance(thing, type)

    def shell(self, thing: Any, memory: Memory) -> str:
        """Tell its name."""
        return str(getattr(thing, "__name__", "function"))

    def make(self, shell: Any, memory: Memory, name: int) -> Callable[..., Any]:
        """Return a likeness."""
        return self.likeness(name, shell)
