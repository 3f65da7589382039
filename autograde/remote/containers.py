"""The kinds of objects that may cross the line in either direction: arrays, lists and dicts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograde.remote.arrays import MAX_BYTES, checked_shape, is_plain
from autograde.remote.memory import Entry, Kind, Memory
from autograde.remote.trees import BadTree

#: A larger dict is not taken: keys can be chosen so that each insertion tries all the others.
MAX_KEYS = 4096


def plain(array: np.ndarray) -> np.ndarray:
    """Return the array of a subclass's instance, by NumPy's own means."""
    return array if type(array) is np.ndarray else np.ndarray.view(array, np.ndarray)


class Arrays(Kind):
    """Arrays of plain numbers, which own their entries as far as the other side is concerned."""

    tag = "array"
    whole = True

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take arrays, whatever subclass they are of."""
        return issubclass(type(thing), np.ndarray) and is_plain(np.ndarray.dtype.__get__(thing))

    def shell(self, thing: Any, memory: Memory) -> list[Any]:
        """Tell the entries, and whether they may be written."""
        return [plain(thing), plain(thing).flags.writeable]

    def make(self, shell: Any, memory: Memory, name: int) -> np.ndarray:
        """Return the array that has come."""
        if type(shell) is not list or [type(part) for part in shell] != [np.ndarray, bool]:
            raise BadTree("that is no array")
        array, writeable = shell
        array.flags.writeable = writeable
        return array

    def read(self, entry: Entry, memory: Memory) -> tuple[Any, np.ndarray]:
        """Return the entries."""
        array = plain(entry.thing)
        return self.mark(array), array

    def mark(self, state: np.ndarray) -> Any:
        """Return shape, dtype and bytes."""
        return state.shape, state.dtype.str, state.tobytes()

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Copy the entries, all of them."""
        array = plain(entry.thing)
        if type(state) is not np.ndarray:
            raise BadTree("an array was changed into none")
        if state.shape != array.shape or state.dtype != array.dtype:
            raise BadTree("an array that was lent has another shape or dtype now")
        if not array.flags.writeable:
            raise BadTree("an array that is read-only was changed")
        array[...] = state


class Views(Kind):
    """Arrays that look at the entries of another one."""

    tag = "view"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take arrays that share the memory of one that is known, and its dtype."""
        return issubclass(type(thing), np.ndarray) and self._base(thing, memory) is not None

    def shell(self, thing: Any, memory: Memory) -> list[Any]:
        """Tell whose entries they are, and which."""
        array, base = plain(thing), self._base(thing, memory)
        return [
            memory.name(base),
            list(array.shape),
            list(array.strides),
            _address(array) - _address(base),
            array.flags.writeable,
        ]

    def make(self, shell: Any, memory: Memory, name: int) -> np.ndarray:
        """Return a view of an array that is known; not a byte outside of it."""
        if type(shell) is not list or len(shell) != 5:
            raise BadTree("that is no view")
        key, shape, strides, offset, writeable = shell
        base, shape = memory.thing(key), checked_shape(shape)
        if (
            type(base) is not np.ndarray
            or not is_plain(base.dtype)
            or not base.flags.c_contiguous
            or type(strides) is not list
            or len(strides) != len(shape)
            or any(type(n) is not int or abs(n) > MAX_BYTES for n in [*strides, offset])
            or math.prod(max(n, 1) for n in shape) * base.itemsize > MAX_BYTES
        ):
            raise BadTree("that is no view")
        reach = [stride * (n - 1) for n, stride in zip(shape, strides, strict=True) if n]
        first = offset + sum(step for step in reach if step < 0)
        last = offset + sum(step for step in reach if step > 0) + base.itemsize
        if 0 in shape or first < 0 or last > base.nbytes:
            raise BadTree("a view reaches beyond its array")
        view = np.ndarray(shape, base.dtype, base, offset, strides)
        if not writeable:
            view.flags.writeable = False
        return view

    @staticmethod
    def _base(thing: np.ndarray, memory: Memory) -> np.ndarray | None:
        base = np.ndarray.base.__get__(thing)
        while issubclass(type(base), np.ndarray):
            entry = memory.entry_of(base)
            if entry is not None and entry.kind.tag == Arrays.tag:
                whole, part = plain(base), plain(thing)
                same = whole.dtype == part.dtype and whole.flags.c_contiguous and part.size
                return base if same else None
            base = np.ndarray.base.__get__(base)
        return None


def _address(array: np.ndarray) -> int:
    return plain(array).__array_interface__["data"][0]


class ObjectArrays(Kind):
    """Arrays of Python objects."""

    tag = "objects"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take arrays of dtype object."""
        return issubclass(type(thing), np.ndarray) and plain(thing).dtype == object

    def shell(self, thing: Any, memory: Memory) -> list[int]:
        """Tell the shape."""
        return list(plain(thing).shape)

    def make(self, shell: Any, memory: Memory, name: int) -> np.ndarray:
        """Return an array of as many None."""
        if math.prod(max(n, 1) for n in checked_shape(shell)) > MAX_BYTES // 8:
            raise BadTree("that array is too large")
        return np.empty(shell, object)

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[Any]]:
        """Return the entries."""
        state = [memory.tree(value) for value in plain(entry.thing).flat]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Put the entries into their places."""
        array = plain(entry.thing)
        if type(state) is not list or len(state) != array.size:
            raise BadTree("an array of objects has another size")
        for place, tree in zip(np.ndindex(array.shape), state, strict=True):
            array[place] = memory.value(tree)


class Lists(Kind):
    """Lists."""

    tag = "list"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take lists, whatever subclass they are of."""
        return issubclass(type(thing), list)

    def make(self, shell: Any, memory: Memory, name: int) -> list[Any]:
        """Return an empty one."""
        return []

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[Any]]:
        """Return the entries."""
        state = [memory.tree(value) for value in list.__iter__(entry.thing)]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Replace the entries."""
        if type(state) is not list:
            raise BadTree("that is no list")
        entry.thing[:] = [memory.value(tree) for tree in state]


class Dicts(Kind):
    """Dicts."""

    tag = "dict"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take dicts, whatever subclass they are of."""
        return issubclass(type(thing), dict)

    def make(self, shell: Any, memory: Memory, name: int) -> dict[Any, Any]:
        """Return an empty one."""
        return {}

    def read(self, entry: Entry, memory: Memory) -> tuple[str, list[Any]]:
        """Return keys and values, in order."""
        state = [[memory.tree(key), memory.tree(value)] for key, value in dict.items(entry.thing)]
        return self.mark(state), state

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Replace keys and values."""
        if type(state) is not list or len(state) > MAX_KEYS:
            raise BadTree("that is no dict, or a very large one")
        if any(type(pair) is not list or len(pair) != 2 for pair in state):
            raise BadTree("that is no dict")
        pairs = [(memory.value(key), memory.value(value)) for key, value in state]
        try:
            found = dict(pairs)
        except TypeError:
            raise BadTree("a dict has a key that cannot be one") from None
        entry.thing.clear()
        entry.thing.update(found)


#: In the order in which they are tried.
CONTAINERS: tuple[type[Kind], ...] = (Views, Arrays, ObjectArrays, Lists, Dicts)
