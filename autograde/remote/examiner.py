"""The trusted side: runs a probe here on an answer that lives behind a wire."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.check.collect import FAILED, Told, Unreachable, attempt, collect
from autograde.check.evidence import Evidence, Outcome
from autograde.check.exercise import Probe
from autograde.remote.containers import CONTAINERS
from autograde.remote.lent import Callables, Generators, Iterators, Records, Tables
from autograde.remote.memory import Memory, Message
from autograde.remote.object import RemoteObject, RemoteObjects
from autograde.remote.wire import Wire, WireError

#: What one examination may take: messages in either direction, and bytes that come.
MAX_MESSAGES = 200_000
MAX_RECEIVED = 512 * 2**20
#: How long the last word may wait for somebody who reads it, in seconds.
PATIENCE = 1.0

_LONGEST = {"names": 100, "message": 500, "line": 200}


def examine(
    wire: Wire, probe: Probe, rng: np.random.Generator, deadline: float | None = None
) -> Evidence:
    """Return the evidence of a probe on an answer that `testify` holds at the other end.

    It is what ``collect(probe, answer, rng)`` returns in place. It begins when the other side has
    said ``{"check": ...}``, and ends by saying ``{"done": True}``.

    Parameters
    ----------
    wire : Wire
    probe : callable
        ``probe(answer, rng) -> Evidence``.
    rng : numpy.random.Generator
        Where the probe draws its inputs from. It never leaves this process.
    deadline : float, optional
        By `time.monotonic`.

    Returns
    -------
    Evidence
        If the answer raised, did not come back in time, or if the other side did not keep to the
        protocol, the single item ``FAILED`` with the outcome.
    """
    examiner = Examiner(wire, deadline)
    try:
        evidence = collect(lambda _, rng: probe(examiner.answer(), rng), None, rng)
    except Unreachable as end:
        evidence = {FAILED: end.outcome}
    if examiner.lost is not None:  # whatever the probe made of it
        evidence = {FAILED: examiner.lost}
    try:
        wire.send({"done": True}, time.monotonic() + PATIENCE)
    except WireError:
        pass  # nobody is there any more to be told
    return evidence


class Missing(Told, AttributeError):
    """An attribute that could not be read over there."""


class Examiner:
    """Asks the other side, and answers when it calls a function that it was lent.

    Parameters
    ----------
    wire, deadline
        As for `examine`.

    Attributes
    ----------
    lost : Outcome or None
        Why nothing can be asked any more.
    """

    def __init__(self, wire: Wire, deadline: float | None) -> None:
        self.wire, self.deadline = wire, deadline
        self.lost: Outcome | None = None
        kinds = [kind() for kind in CONTAINERS]
        takes = [kind.tag for kind in kinds] + [RemoteObjects.tag]
        lent = [Tables(), Generators(), Iterators(), Callables(), Records()]
        self.memory = Memory([*kinds, RemoteObjects(self), *lent], takes, step=1)
        self._messages, self._start = 0, wire.received
        self._reading = False
        self._relayed: list[Outcome] = []

    def answer(self) -> Any:
        """Return the answer: one thing, or a tuple of them."""
        return self._ask({"ask": "answer"})

    def call(
        self, thing: RemoteObject, args: tuple[Any, ...], kwargs: dict[str, Any], method: str = ""
    ) -> Any:
        """Call something over there, or a method of it."""
        plain = {"ask": "call", "method": method}
        return self._ask(plain, of=thing, args=args, kwargs=tuple(kwargs.items()))

    def get(self, thing: RemoteObject, name: str) -> Any:
        """Read an attribute."""
        return self._ask({"ask": "get", "name": name}, of=thing)

    def set(self, thing: RemoteObject, name: str, value: Any) -> None:
        """Write an attribute."""
        self._ask({"ask": "set", "name": name}, of=thing, value=value)

    def help(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Call a function of the course over there."""
        where = [function.__module__, function.__name__]
        return self._ask({"ask": "help", "function": where}, args=args)

    def _ask(self, plain: Message, **values: Any) -> Any:
        if self.lost is not None:
            raise Unreachable(self.lost)
        if self._reading:  # a library looked for attributes of what was just being put into it
            raise self._lose(WireError("an object lies where none can be"))
        self._send(plain, values)
        while True:
            reply = self._receive()
            if "call" in reply:
                self._serve(reply)
            elif "error" in reply:
                raise self._told(reply["error"], values.get("of"), plain.get("name"))
            else:
                return self._checked(lambda reply=reply: self.memory.value(reply["value"]))

    def _serve(self, request: Message) -> None:
        """Call a function that was lent, and tell what came of it."""

        def read() -> tuple[Any, Any, dict[str, Any]]:
            function = self.memory.thing(request["call"])
            args, pairs = (self.memory.value(request[part]) for part in ("args", "kwargs"))
            if self.memory.entry_of(function).kind.tag != Callables.tag or type(args) is not tuple:
                raise WireError("that is no function that was lent")
            kwargs = dict(pairs)
            if any(type(key) is not str for key in kwargs):
                raise WireError("a keyword is no text")
            return function, args, kwargs

        function, args, kwargs = self._checked(read)
        outcome, value = attempt(lambda: function(*args, **kwargs))
        if not outcome.raised:
            self._send({}, {"value": value})
            return
        self._relayed.append(outcome)
        told = {"names": outcome.raised, "message": outcome.message[:500]}
        self._send({"error": told | {"relayed": len(self._relayed) - 1}}, {})

    def _told(self, error: Any, thing: Any, name: str | None) -> BaseException:
        """Return what to raise here for what was raised there."""
        outcome, missing = self._checked(lambda: self._outcome(error))
        if "KeyboardInterrupt" in outcome.raised:
            return Unreachable(outcome)
        if name is None or "AttributeError" not in outcome.raised:
            return Told(outcome)
        here = Missing(outcome)
        here.name, here.obj = (name, thing) if missing else (None, None)
        return here

    def _outcome(self, error: Any) -> tuple[Outcome, bool]:
        names, message, line, relayed, missing = (
            error[key] for key in ("names", "message", "line", "relayed", "missing")
        )
        if relayed is not None:
            if type(relayed) is not int or not 0 <= relayed < len(self._relayed):
                raise WireError("that was never raised here")
            known = self._relayed[relayed]
            names, message = list(known.raised), known.message
        if type(names) is not list or not names or type(missing) is not bool:
            raise WireError("that is no exception")
        if any(type(text) is not str for text in [*names, message, line]):
            raise WireError("that is no exception")
        cut = tuple(text[: _LONGEST["names"]] for text in names[:20])
        return Outcome(cut, message[: _LONGEST["message"]], line[: _LONGEST["line"]]), missing

    def _send(self, plain: Message, values: dict[str, Any]) -> None:
        message = self.memory.outgoing(plain, **values)
        unused = self.memory.unused()
        self.memory.forget(unused)
        if unused:
            message["unused"] = unused
        self._checked(lambda: self.wire.send(message, self.deadline))

    def _receive(self) -> Message:
        reply = self._checked(lambda: self.wire.receive(self.deadline))
        self._messages += 1
        if self._messages > MAX_MESSAGES or self.wire.received - self._start > MAX_RECEIVED:
            raise self._lose(WireError("there is no end of messages"))
        self._reading = True
        self._checked(lambda: self.memory.incoming(reply))
        self._reading = False
        return reply

    def _checked(self, step: Callable[[], Any]) -> Any:
        """Take a step in which the other side may turn out to be gone, or to be no witness."""
        try:
            return step()
        except (KeyboardInterrupt, Unreachable):
            raise
        except WireError as error:
            raise self._lose(error) from None
        except Exception as error:
            # What is read here has been checked; if a check has a hole, it ends here as well.
            raise self._lose(WireError(f"{error}"[:200])) from None

    def _lose(self, error: WireError) -> Unreachable:
        names = tuple(base.__name__ for base in type(error).__mro__ if base is not object)
        self.lost = Outcome(names, f"your code could not be examined to the end: {error}")
        return Unreachable(self.lost)
