"""What a notebook calls: ``check("adam/bias-correction", Adam)``."""

from __future__ import annotations

import importlib
import os
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from autograde.check import Answer, Evidence, Exercise, Judge, Verdict, collect, generator
from autograde.check.borrowed import borrowed

#: The seed while a learner works; a grader sets ``AUTOGRADE_SEED`` to another one.
PRACTICE_SEED = 0

#: Whom answers are handed to while they are graded; None while a learner works.
_grader: Callable[[str, tuple[Any, ...]], None] | None = None


class NotRight(AssertionError):
    """A check failed; the message says what differs and what to think about."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """Let IPython show the message alone: the frames are the course's, not the learner's."""
        first, *rest = str(self).splitlines()
        wrapped = [textwrap.fill(line, 88, subsequent_indent="    ") for line in rest]
        return [f"\x1b[1;31m{first}\x1b[0m", *wrapped]


def check(name: str, *answer: Any) -> None:
    """Check an answer: silent if it is right, one readable exception if it is not.

    Parameters
    ----------
    name : str
        ``exercise/check``, as it stands in the notebook.
    *answer : object
        What the answer cell defined.

    Raises
    ------
    NotRight
        With what differs first, which mistake it looks like, and what to think about; or with the
        module that the answer uses and that will be hidden when it is graded.
    LookupError
        If there is no such check.
    """
    if _grader is not None:
        return _grader(name, answer)
    exercise_name, _, check_name = name.partition("/")
    exercise = load(exercise_name)
    cell = exercise.find(check_name)
    if complaint := borrowed(answer, exercise.hides):
        raise NotRight(Verdict(name, False, None, complaint))
    given = answer[0] if len(answer) == 1 else answer
    seed = int(os.environ.get("AUTOGRADE_SEED", PRACTICE_SEED))

    @lru_cache
    def gather(probe: str) -> Evidence:
        return collect(cell.probes[probe], given, generator(seed, probe))

    deciding = judge(exercise_name, cell.name)
    if check_name in deciding.bank.keys:
        from autograde import apart

        verdict = apart.verdict(exercise_name, check_name, seed, gather)
    else:
        verdict = deciding.verdict(check_name, seed, gather)
    if not verdict.passed:
        raise NotRight(verdict) from None


def hand_over_to(grader: Callable[[str, tuple[Any, ...]], None]) -> None:
    """Let `check` hand answers over instead of judging them: what a grader's kernel begins with.

    Parameters
    ----------
    grader : callable
        ``grader(name, answers)`` is called in place of a check.
    """
    global _grader
    _grader = grader


def load(exercise: str) -> Exercise:
    """Return the probes of an exercise.

    Raises
    ------
    LookupError
        If there is no exercise of that name; the message lists those there are.
    """
    return _module(exercise, "probes").EXERCISE


@lru_cache
def judge(exercise: str, answer: str) -> Judge:
    """Return the judge of one answer cell; imports the reference and the misconceptions."""
    cell: Answer = next(cell for cell in load(exercise).answers if cell.name == answer)
    return Judge(exercise, cell, _module(exercise, "bank").BANKS[answer])


def exercises() -> list[str]:
    """Return the names of all exercises, in alphabetical order."""
    from pathlib import Path

    folder = Path(__file__).parent / "exercises"
    return sorted(probes.parent.name.replace("_", "-") for probes in folder.glob("*/probes.py"))


def _module(exercise: str, part: str) -> Any:
    if exercise not in exercises():
        raise LookupError(f"there is no exercise {exercise!r}; there are: {', '.join(exercises())}")
    return importlib.import_module(f"autograde.exercises.{exercise.replace('-', '_')}.{part}")
