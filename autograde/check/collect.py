"""Running a probe on an answer and bringing back evidence, whatever the answer does."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import sysconfig
import types
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograde.check.evidence import Evidence, Outcome
from autograde.check.exercise import Probe
from autograde.check.reading import BadAnswer

#: The one item of the evidence of an answer that did not come through its probe.
FAILED = "failed"

_HERE = Path(__file__).parents[1]
_OURS = [str(_HERE), str(_HERE.parent / "course"), str(Path(np.__file__).parent)]
_SYSTEM = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]


def collect(probe: Probe, answer: Any, rng: np.random.Generator) -> Evidence:
    """Return the evidence of a probe; an exception becomes evidence as well.

    Parameters
    ----------
    probe : callable
        ``probe(answer, rng) -> Evidence``.
    answer : object
        What the learner defined.
    rng : numpy.random.Generator
        Where the probe draws its inputs from.

    Returns
    -------
    Evidence
        If the answer raised, the single item ``FAILED`` with the outcome.
    """
    with quiet():
        outcome, evidence = attempt(lambda: probe(answer, rng))
    return {FAILED: outcome} if outcome.raised else evidence


def attempt(call: Callable[[], Any], written: str = "") -> tuple[Outcome, Any]:
    """Call something of the learner's and return its outcome and what it returned.

    Parameters
    ----------
    call : callable
        Takes nothing.
    written : str
        The call as the learner would write it, for the message.
    """
    try:
        return Outcome(call=written), call()
    except (KeyboardInterrupt, Unreachable):
        raise
    except BaseException as error:
        return replace(outcome_of(error), call=written), None


class Told(Exception):
    """What an answer raised where it lives, when that is another process.

    Parameters
    ----------
    outcome : Outcome
        As it was read there.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class Unreachable(BaseException):
    """The answer cannot be asked any more. It ends the probe, whatever that was about to try.

    Parameters
    ----------
    outcome : Outcome
        Why.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def outcome_of(error: BaseException) -> Outcome:
    """Return what an exception says of the call that raised it."""
    if isinstance(error, Told):
        return error.outcome
    names = tuple(base.__name__ for base in type(error).__mro__ if base is not object)
    return Outcome(names, _message(error), learners_line(error.__traceback__))


def outcome(call: Callable[[], Any], written: str) -> Outcome:
    """Return only the outcome of a call: see `attempt`."""
    return attempt(call, written)[0]


def learners_line(traceback: types.TracebackType | None) -> str:
    """Return the innermost line of the learner's own code, as ``line 7: x = 1 / 0``.

    Library code, NumPy's and this package's does not count; empty if nothing else is there.
    """
    found = ""
    while traceback is not None:
        file, number = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        if not _is_library(file):
            source = linecache.getline(file, number).strip()
            found = f"line {number}: {source}" if source else f"line {number}"
        traceback = traceback.tb_next
    return found


@contextlib.contextmanager
def quiet():
    """Keep prints and warnings of an answer out of a check's output: they cost points there."""
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _is_library(file: str) -> bool:
    if file.startswith("<") and not file.startswith("<ipython-input"):
        return True
    return any(file.startswith(folder + os.sep) for folder in [*_OURS, *_SYSTEM])


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its message cannot be shown)"


def complaint(outcome: Outcome) -> str | None:
    """Return the text of a `BadAnswer`, or None if the outcome is anything else."""
    return outcome.message if BadAnswer.__name__ in outcome.raised else None
