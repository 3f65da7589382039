"""What a probe holds in place of something that a learner's code made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograde.check.reading import Elsewhere
from autograde.remote.memory import Kind, Memory
from autograde.remote.trees import BadTree

if TYPE_CHECKING:
    from autograde.remote.examiner import Examiner


class RemoteObject(Elsewhere):
    """Stands for an object on the other side: it can be called, read, written and handed back.

    Everything else that Python would ask an object (whether it is equal to another one, how long
    it is, whether it is an array) is answered here, as for an object that knows nothing of it.
    Names with two underscores are never asked for over there: NumPy, `copy` and others trust what
    they find under such names, even addresses in memory.
    """

    __slots__ = ("_examiner", "_methods")

    def __init__(self, examiner: Examiner, kind: str) -> None:
        object.__setattr__(self, "_examiner", examiner)
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_methods", set())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself over there."""
        return self._examiner.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(f"{name} is not asked for elsewhere", name=name, obj=self)
        if name in self._methods:
            return RemoteMethod(self, name)
        found = self._examiner.get(self, name)
        if type(found) is RemoteObject and found._kind == "method":
            self._methods.add(name)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if _is_special(name):
            raise AttributeError(f"{name} is not set elsewhere", name=name, obj=self)
        self._methods.discard(name)
        self._examiner.set(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name} is not deleted elsewhere", name=name, obj=self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"a {self._kind} of another process cannot be copied")

    def __repr__(self) -> str:
        return f"<{self._kind} of another process>"

    def _help(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        return self._examiner.help(function, args)


class RemoteMethod(Elsewhere):
    """A method that was there when it was first read; from then on it is looked up when called.

    That spares one of two questions at each call.
    """

    __slots__ = ("_name", "_owner")

    def __init__(self, owner: RemoteObject, name: str) -> None:
        self._kind, self._owner, self._name = "method", owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Look the method up and call it over there."""
        return self._owner._examiner.call(self._owner, args, kwargs, self._name)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


class RemoteObjects(Kind):
    """Objects of the learner's, on the side of the probe.

    Parameters
    ----------
    examiner : Examiner
        Asks for what becomes of them.
    """

    tag = "object"

    def __init__(self, examiner: Examiner) -> None:
        self.examiner = examiner

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take none: those that there are have come from the other side, and have a name."""
        return False

    def make(self, shell: Any, memory: Memory, name: int) -> RemoteObject:
        """Return what stands for an object of such a kind."""
        if type(shell) is not str:
            raise BadTree("an object of no kind")
        return RemoteObject(self.examiner, shell[:100])


class LearnersObjects(Kind):
    """The same objects where they live: whatever is of no other kind."""

    tag = "object"

    def fits(self, thing: Any, memory: Memory) -> bool:
        """Take everything."""
        return True

    def shell(self, thing: Any, memory: Memory) -> str:
        """Tell the name of the type."""
        kind = type(thing)
        name = str(kind.__name__)
        return f"torch {name}" if str(kind.__module__).partition(".")[0] == "torch" else name
