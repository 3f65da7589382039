"""The objects that exist on both sides, each under the same name.

Either side keeps one memory. A message carries, beside what it says, what its sender has changed in
the objects that both know, and those that the other side does not know yet; so both sides agree
whenever one of them begins to run. Identity holds: an object that comes back is the object that
went.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from autograde.remote.trees import BadTree, decode, encode

#: How many objects may be known at a time.
MAX_OBJECTS = 20_000
Message = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """An object, its kind, what was said of it when it was introduced, and its last known state."""

    thing: Any
    kind: Kind
    shell: Any = None
    mark: Any = None


class Kind:
    """What one sort of objects needs in order to exist on both sides."""

    #: How messages call it.
    tag: ClassVar[str]
    #: Whether the other side may come back to it when this side has forgotten it.
    lasting: ClassVar[bool] = False
    #: Whether its state is told with the shell when it is introduced.
    whole: ClassVar[bool] = False

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Tell whether an object is of this kind."""
        raise NotImplementedError

    def shell(self, thing: Any, memory: Memory) -> Any:
        """Return what the other side needs to make the object, apart from its state."""
        return None

    def make(self, shell: Any, memory: Memory, name: int) -> Any:
        """Return a new object from what `shell` told."""
        raise BadTree(f"no {self.tag} can be made")

    def read(self, entry: Entry, memory: Memory) -> tuple[Any, Any] | None:
        """Return a mark that is another one when the state is, and the state; None if it has none.

        A state is a tree, or made of trees.
        """
        return None

    def mark(self, state: Any) -> Any:
        """Return the mark of a state."""
        # A text, since 1, 1.0 and True are equal, and NaN is not even equal to itself.
        return repr(state)

    def write(self, entry: Entry, state: Any, memory: Memory) -> None:
        """Put an object into a state."""
        raise BadTree(f"a {self.tag} has no state")


class Memory:
    """One side's memory.

    Parameters
    ----------
    kinds : iterable of Kind
        The first that fits an object is its kind.
    takes : iterable of str
        The tags of the kinds of which the other side may introduce objects.
    step : int
        1 on one side and -1 on the other: names that are given here have this sign.
    """

    def __init__(self, kinds: Iterable[Kind], takes: Iterable[str], step: int) -> None:
        self.kinds, takes = list(kinds), set(takes)
        self.entries: dict[int, Entry] = {}
        self._taken = {kind.tag: kind for kind in self.kinds if kind.tag in takes}
        self._names: dict[int, int] = {}
        self._step, self._last = step, 0
        self._new: list[int] = []

    def name(self, thing: Any) -> int:
        """Return the name of an object; one that has none gets one and will be introduced.

        Raises
        ------
        TypeError
            If it is of no kind, or if there are too many objects.
        """
        known = self._names.get(id(thing))
        if known is not None:
            return known
        kind = next((kind for kind in self.kinds if kind.fits(thing, self)), None)
        if kind is None:
            raise TypeError(f"cannot send a {type(thing).__name__}")
        if len(self.entries) >= MAX_OBJECTS:
            raise TypeError("cannot send so many objects at a time")
        self._last += self._step
        self._enter(self._last, Entry(thing, kind))
        self._new.append(self._last)
        return self._last

    def entry_of(self, thing: Any) -> Entry | None:
        """Return the entry of an object, or None if it is not known."""
        return self.entries.get(self._names.get(id(thing), 0))

    def thing(self, name: Any) -> Any:
        """Return the object of a name.

        Raises
        ------
        BadTree
            ``nothing is called 12``
        """
        return self._known(name).thing

    def tree(self, value: Any) -> Any:
        """Return a value as a tree, its objects by their names."""
        return encode(value, self.name)

    def value(self, tree: Any) -> Any:
        """Return the value of a tree."""
        return decode(tree, self.thing)

    def outgoing(self, plain: Message, **values: Any) -> Message:
        """Return a message that says something, and whatever the other side must know for it.

        Parameters
        ----------
        plain : dict
            Goes as it is.
        **values : object
            Go as trees.
        """
        try:
            changed = self._changed()
            message = plain | {key: self.tree(value) for key, value in values.items()}
            new = self._introduced()
        except BaseException:
            self.take_back()
            raise
        if new:
            message["new"] = new
        if changed:
            message["changed"] = changed
        return message

    def take_back(self) -> None:
        """Forget what the last message said, since it was not sent."""
        self.forget(self._new)
        self._new = []
        for entry in self.entries.values():
            entry.mark = None

    def incoming(self, message: Message) -> None:
        """Take over what a message says of objects; all of it comes before its values are read.

        Raises
        ------
        BadTree
            If it says what it may not say.
        """
        self._new = []
        fresh = []
        for name, tag, shell, state in _rows(message.get("new"), 4):
            fresh.append((self._made(name, tag, shell), state))
        for entry, state in fresh:
            if not entry.kind.whole:
                self._write(entry, state)
        for name, state in _rows(message.get("changed"), 2):
            self._write(self._known(name), state)

    def unused(self) -> list[int]:
        """Return the names of objects that nothing on this side refers to any more, but memory."""
        # Two references: that of the entry, and the argument of getrefcount.
        return [
            name
            for name, entry in self.entries.items()
            if not entry.kind.lasting and sys.getrefcount(entry.thing) <= 2
        ]

    def forget(self, names: Iterable[int]) -> None:
        """Forget objects."""
        for name in names:
            entry = self.entries.pop(name)
            del self._names[id(entry.thing)]

    def _changed(self) -> list[Any]:
        changed = []
        for name, entry in list(self.entries.items()):
            found = entry.kind.read(entry, self)
            if found is not None and found[0] != entry.mark:
                entry.mark = found[0]
                changed.append([name, found[1]])
        return changed

    def _introduced(self) -> list[Any]:
        told = []
        for name in self._new:  # which grows meanwhile
            entry = self.entries[name]
            shell = entry.kind.shell(entry.thing, self)
            if not entry.kind.whole:
                entry.shell = shell
            found = entry.kind.read(entry, self)
            entry.mark, state = found or (None, None)
            told.append([name, entry.kind.tag, shell, None if entry.kind.whole else state])
        return told

    def _made(self, name: Any, tag: Any, shell: Any) -> Entry:
        theirs = type(name) is int and 0 < -self._step * name < 2**53
        if not theirs or name in self.entries or len(self.entries) >= MAX_OBJECTS:
            raise BadTree(f"nothing new can be called {str(name)[:30]}")
        kind = self._taken.get(tag) if type(tag) is str else None
        if kind is None:
            raise BadTree(f"nothing of the kind {str(tag)[:20]!r} is taken")
        # A shell that tells the state is not kept: it would keep the object alive.
        entry = Entry(kind.make(shell, self, name), kind, None if kind.whole else shell)
        found = kind.read(entry, self) if kind.whole else None
        entry.mark = found and found[0]
        self._enter(name, entry)
        return entry

    def _write(self, entry: Entry, state: Any) -> None:
        if state is not None:
            entry.kind.write(entry, state, self)
            entry.mark = entry.kind.mark(state)

    def _enter(self, name: int, entry: Entry) -> None:
        self.entries[name] = entry
        self._names[id(entry.thing)] = name

    def _known(self, name: Any) -> Entry:
        entry = self.entries.get(name) if type(name) is int else None
        if entry is None:
            raise BadTree(f"nothing is called {str(name)[:30]}")
        return entry


def _rows(told: Any, length: int) -> list[list[Any]]:
    rows = [] if told is None else told
    if type(rows) is not list or any(type(r) is not list or len(r) != length for r in rows):
        raise BadTree("that says nothing of objects")
    return rows
