"""The judge: compares an answer's evidence with the reference's and the misconceptions'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograde.check.collect import FAILED, collect, complaint
from autograde.check.evidence import Evidence, Item, Outcome
from autograde.check.exercise import Answer, Bank, Misconception, generator

#: How the line of a verdict begins that names the mistake.
EXACTLY = "Exactly this comes of "

#: How many times as many draws as the answer's the judge takes where evidence is random.
MORE_DRAWS = 8


@dataclass(frozen=True)
class Verdict:
    """What the judge says about one check of one answer.

    Parameters
    ----------
    check : str
        ``exercise/check``.
    passed : bool
    misconception : Misconception or None
        The mistake that explains the evidence, if one does.
    finding : str
        What differs first, or what was raised; empty if passed.
    """

    check: str
    passed: bool
    misconception: Misconception | None = None
    finding: str = ""

    def __str__(self) -> str:
        """Write the verdict for the learner."""
        if self.passed:
            return f"{self.check}: right."
        lines = [f"{self.check}: not right yet.", self.finding]
        if self.misconception:
            lines.append(f"{EXACTLY}{self.misconception.name}.")
            lines.append(f"Think again: {self.misconception.hint}")
        return "\n".join(lines)


def named_in(text: str) -> str | None:
    """Return the mistake that the text of a verdict names, or None."""
    lines = [line for line in text.splitlines() if line.startswith(EXACTLY)]
    return lines[0].removeprefix(EXACTLY).removesuffix(".") if lines else None


class Judge:
    """Judges the checks of one answer cell, whatever the road the evidence took.

    Parameters
    ----------
    exercise : str
        The name of the exercise, for the verdicts.
    answer : Answer
        The probes.
    bank : Bank
        The reference and the misconceptions.
    """

    def __init__(self, exercise: str, answer: Answer, bank: Bank) -> None:
        self.exercise, self.answer, self.bank = exercise, answer, bank
        self.evidence_of = lru_cache(maxsize=4096)(self._run)
        self.failing = lru_cache(maxsize=256)(self._fail)

    def verdict(self, check: str, seed: int, gather: Callable[[str], Evidence]) -> Verdict:
        """Judge one check.

        Parameters
        ----------
        check : str
            The name of the check, without the exercise.
        seed : int
            The seed that the evidence was gathered with.
        gather : callable
            ``gather(check) -> Evidence`` of the answer, for this check and, if it fails, for
            the others of the same answer cell: together they tell which mistake it is.
        """
        name = f"{self.exercise}/{check}"
        got = gather(check)
        finding = self.finding(check, seed, got)
        if finding is None:
            return Verdict(name, True)
        explain = self._explain_failure if FAILED in got else self._explain
        if check in self.answer.costly:
            explain = self._explain_by_clues
        return Verdict(name, False, explain(check, seed, gather), finding)

    def finding(self, check: str, seed: int, got: Evidence) -> str | None:
        """Say what is wrong about the evidence of an answer, or None. No misconception is run."""
        if FAILED in got:
            return _failure(got[FAILED], self.answer.defines)
        return first_difference(self._reference(check, seed), got)

    def _explain(
        self, check: str, seed: int, gather: Callable[[str], Evidence]
    ) -> Misconception | None:
        """Return the misconception that explains this check and most of the others.

        Claims say little. Where several mistakes break the same ones, those whose clues agree,
        too, are the better explanation.
        """
        candidates = [m for m in self.failing(check, seed) if self._same(m, check, seed, gather)]
        agreeing = [m for m in candidates if self._same(m, check, seed, gather, clues=True)]
        candidates = agreeing or candidates
        if len(candidates) < 2:
            return candidates[0] if candidates else None

        def likeness(m: Misconception) -> int:
            return sum(self._same(m, n, seed, gather, clues=True) for n in self.answer.cheap)

        return max(candidates, key=likeness)

    def _explain_failure(
        self, check: str, seed: int, gather: Callable[[str], Evidence]
    ) -> Misconception | None:
        """Return the misconception that fails here as well and agrees in all other checks.

        An exception alone says little: some other check must have brought evidence.
        """
        others = [name for name in self.answer.cheap if name != check]
        if all(FAILED in gather(name) for name in others):
            return None
        for m in self.bank.misconceptions:
            if all(self._same(m, name, seed, gather) for name in [check, *others]):
                return m
        return None

    def _explain_by_clues(
        self, check: str, seed: int, gather: Callable[[str], Evidence]
    ) -> Misconception | None:
        """Return the misconception that departs from the reference just as the answer does.

        That shows in the checks that are not costly, be it in their clues alone.
        """
        others = [name for name in self.answer.cheap if name != check]
        reference = {name: self._reference(name, seed) for name in others}
        for m in self.bank.misconceptions:
            same = all(self._same(m, name, seed, gather, clues=True) for name in others)
            if same and not all(
                self._same(m, name, seed, reference.__getitem__, clues=True) for name in others
            ):
                return m
        return None

    def _same(
        self,
        m: Misconception,
        check: str,
        seed: int,
        gather: Callable[[str], Evidence],
        *,
        clues: bool = False,
    ) -> bool:
        expected, got = self.evidence_of(m.name, check, seed), gather(check)
        if expected is got:
            return True
        if FAILED in expected or FAILED in got:
            return FAILED in expected and FAILED in got
        return first_difference(expected, got, clues=clues) is None

    def _reference(self, check: str, seed: int) -> Evidence:
        evidence = self.evidence_of("", check, seed)
        if FAILED in evidence:
            raise RuntimeError(f"the reference of {self.exercise}/{check}: {evidence[FAILED]}")
        return evidence

    def _fail(self, check: str, seed: int) -> list[Misconception]:
        """Return the misconceptions that fail a check: no other can explain why an answer does."""

        def fails(m: Misconception) -> bool:
            got = self.evidence_of(m.name, check, seed)
            return FAILED in got or first_difference(self._reference(check, seed), got) is not None

        return [m for m in self.bank.misconceptions if fails(m)]

    def _run(self, misconception: str, check: str, seed: int) -> Evidence:
        """Return the evidence of the reference (no name) or of a misconception."""
        probe = self.answer.probes[check]
        if not misconception and check in self.bank.keys:
            return self.bank.keys[check](generator(seed, check))
        if not misconception:
            return thorough(probe, self.bank.reference, seed, check)
        build = next(m.build for m in self.bank.misconceptions if m.name == misconception)
        return collect(probe, build, generator(seed, check))


def thorough(probe: Callable[..., Evidence], answer: Any, seed: int, check: str) -> Evidence:
    """Return the evidence that decides: where it is random, `MORE_DRAWS` times as many draws.

    None of them is a draw that an answer sees. (To name a mistake, as many draws of it as of the
    answer are enough, and these may well be the very same.)
    """
    evidence = collect(probe, answer, generator(seed, check))
    if not any(item.by_chance for item in evidence.values()):
        return evidence
    runs = [collect(probe, answer, generator(seed, check, run + 1)) for run in range(MORE_DRAWS)]
    if any(FAILED in run for run in runs):
        return next(run for run in runs if FAILED in run)
    return {
        name: runs[0][name].merged([run[name] for run in runs[1:]]) if item.by_chance else item
        for name, item in evidence.items()
    }


def first_difference(expected: Evidence, got: Evidence, *, clues: bool = False) -> str | None:
    """Return what differs first between two bodies of evidence, or None.

    Parameters
    ----------
    expected, got : Evidence
    clues : bool
        Whether clues count too: they do for naming a mistake, never for losing a point.
    """
    for name, item in expected.items():
        if item.clue and not clues:
            continue
        other: Item | None = got.get(name)
        if type(other) is not type(item):
            return f"{name}: there is no evidence of it"
        if difference := item.difference(other):
            return difference
    return None


def _failure(outcome: Outcome, defines: str) -> str:
    """Word what was raised for the learner, with the learner's own line."""
    if text := complaint(outcome):
        return text
    if outcome.unwritten:
        return f"{defines} is not written yet."
    at = f" ({outcome.line})" if outcome.line else ""
    said = f": {outcome.message}" if outcome.message else ""
    return f"Your code raised {outcome.raised[0]}{said}{at}."
