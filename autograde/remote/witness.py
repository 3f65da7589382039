"""The side of the learner's code: does what it is asked, and tells what came of it.

Nothing here is believed on the other side, so nothing here is guarded against the learner.
"""

from __future__ import annotations

import builtins
import importlib
import threading
from collections.abc import Callable
from typing import Any

from autograde.check.collect import outcome_of, quiet
from autograde.remote.containers import CONTAINERS
from autograde.remote.lent import Callables, Generators, Iterators, Records, Tables
from autograde.remote.memory import Memory, Message
from autograde.remote.object import LearnersObjects
from autograde.remote.wire import Wire, WireError


def testify(wire: Wire, name: str, answers: tuple[Any, ...]) -> None:
    """Offer an answer to be examined, and serve until the other side has seen enough.

    Parameters
    ----------
    wire : Wire
    name : str
        The check, as the notebook names it.
    answers : tuple
        What the answer cell defined.

    Raises
    ------
    WireError
        If the other side is gone.
    """
    wire.send({"check": name, "answers": len(answers)})
    with quiet():
        Witness(wire, answers).serve()


class Witness:
    """Serves the requests of one examination.

    Parameters
    ----------
    wire, answers
        As for `testify`.
    """

    def __init__(self, wire: Wire, answers: tuple[Any, ...]) -> None:
        self.wire = wire
        self.answer = answers[0] if len(answers) == 1 else answers
        lent = [Tables(), Generators(), Iterators(), Callables(self._likeness), Records()]
        kinds = [kind() for kind in CONTAINERS]
        takes = [kind.tag for kind in [*lent, *kinds]]
        # What is lent is made here by name alone; of itself nothing here is of such a kind.
        self.memory = Memory([*kinds, LearnersObjects(), *lent], takes, step=-1)
        self._raised: list[tuple[BaseException, int]] = []
        self._turn = threading.RLock()

    def serve(self) -> None:
        """Answer requests until there are no more."""
        while True:
            request = self._receive()
            if "done" in request:
                return
            self._answer(request)

    def _answer(self, request: Message) -> None:
        try:
            reply = {"value": self._do(request)}
            self._send({}, reply)
        except WireError:
            raise
        except BaseException as error:
            self._send({"error": self._describe(error, request)}, {})

    def _do(self, request: Message) -> Any:
        asked, value = request["ask"], self.memory.value
        if asked == "answer":
            return self.answer
        if asked == "help":
            module, function = request["function"]
            return getattr(importlib.import_module(module), function)(*value(request["args"]))
        thing = value(request["of"])
        if asked == "get":
            return getattr(thing, request["name"])
        if asked == "set":
            return setattr(thing, request["name"], value(request["value"]))
        if request["method"]:
            thing = getattr(thing, request["method"])
        return thing(*value(request["args"]), **dict(value(request["kwargs"])))

    def _describe(self, error: BaseException, request: Message) -> dict[str, Any]:
        outcome = outcome_of(error)
        missing = (
            request.get("ask") == "get"
            and isinstance(error, AttributeError)
            and error.obj is self.memory.value(request["of"])
            and error.name == request["name"]
        )
        return {
            "names": [str(name)[:100] for name in outcome.raised[:20]],
            "message": str.__str__(outcome.message)[:500],
            "line": outcome.line[:200],
            "relayed": next((k for known, k in self._raised if known is error), None),
            "missing": missing,
        }

    def _likeness(self, name: int, known_as: str) -> Callable[..., Any]:
        """Return a function that calls the one of that name on the other side."""

        def lent(*args: Any, **kwargs: Any) -> Any:
            with self._turn:
                self._send({"call": name}, {"args": args, "kwargs": tuple(kwargs.items())})
                reply = self._receive()
                while "ask" in reply:
                    self._answer(reply)
                    reply = self._receive()
                if "error" in reply:
                    raise self._as_raised(reply["error"])
                return self.memory.value(reply["value"])

        lent.__name__ = known_as
        return lent

    def _as_raised(self, told: dict[str, Any]) -> BaseException:
        """Return an exception like the one on the other side, and remember which one that was."""
        bases = (getattr(builtins, name, None) for name in told["names"])
        base = next(b for b in bases if isinstance(b, type) and issubclass(b, BaseException))
        try:
            error = base(told["message"])
        except TypeError:  # one that is made of more than a message
            error = Exception(told["message"])
        self._raised.append((error, told["relayed"]))
        return error

    def _send(self, plain: Message, values: dict[str, Any]) -> None:
        message = self.memory.outgoing(plain, **values)
        try:
            self.wire.send(message)
        except WireError as error:
            self.memory.take_back()
            if "too large" not in str(error):
                raise
            raise ValueError("what your code made of it is too large to be examined") from None

    def _receive(self) -> Message:
        message = self.wire.receive()
        self.memory.incoming(message)
        self.memory.forget(message.get("unused", ()))
        return message
