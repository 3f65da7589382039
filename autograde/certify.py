"""Certifying an exercise: its checks must tell every known wrong answer from every right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from autograde.check import Evidence, Judge, Misconception, Verdict, collect, generator
from autograde.entry import judge, load


@dataclass
class Certificate:
    """What the bank of one answer cell showed over many seeds.

    Parameters
    ----------
    exercise, answer : str
    seeds, misconceptions, styles : int
        How many of each were tried.
    undetected, unnamed, misnamed : Counter of str
        Misconceptions, with the number of seeds at which they lost nothing, were not named, or
        were called by another's name.
    refused : Counter of str
        Right answers that lost a point: the reference or a style, with the number of seeds.
    costly : Counter of str
        Checks that take long, with the number of seeds at which they were tried.
    trials : int
        How often a misconception was tried at a seed: costly ones are not at every seed.
    """

    exercise: str
    answer: str
    seeds: int = 0
    misconceptions: int = 0
    styles: int = 0
    undetected: Counter = field(default_factory=Counter)
    unnamed: Counter = field(default_factory=Counter)
    misnamed: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    costly: Counter = field(default_factory=Counter)
    trials: int = 0

    def __add__(self, other: Certificate) -> Certificate:
        """Join what was shown at different seeds for the same answer cell."""
        counts = {
            name: getattr(self, name) + getattr(other, name)
            for name in (
                "seeds",
                "undetected",
                "unnamed",
                "misnamed",
                "refused",
                "costly",
                "trials",
            )
        }
        return replace(self, **counts)

    @property
    def holds(self) -> bool:
        """Whether everything was as it should be at every seed."""
        return not self.complaints()

    def complaints(self) -> list[str]:
        """Return a line for everything that was not as it should be."""
        return [
            f"{self.exercise}/{self.answer}: {name!r} was {what} at {count} of {self.seeds} seeds"
            for what in ("undetected", "unnamed", "misnamed", "refused")
            for name, count in getattr(self, what).items()
        ]


def certify(
    exercise: str, seeds: Iterable[int], progress: Callable[[], None] = lambda: None
) -> list[Certificate]:
    """Try the whole bank of an exercise.

    Parameters
    ----------
    exercise : str
        Its name.
    seeds : iterable of int
        Seeds of imagined submissions.
    progress : callable
        Called after every seed of every answer cell.

    Returns
    -------
    list of Certificate
        One for each answer cell.
    """
    seeds = list(seeds)
    certificates = []
    for cell in load(exercise).answers:
        bank = judge(exercise, cell.name).bank
        certificate = Certificate(
            exercise, cell.name, len(seeds), len(bank.misconceptions), len(bank.styles)
        )
        for seed in seeds:
            _try_seed(certificate, seed)
            progress()
        certificates.append(certificate)
    return certificates


def verdicts(exercise: str, answer: str, given: Any, seed: int) -> list[Verdict]:
    """Return the verdicts of the checks of an answer cell on one answer.

    Costly checks are among them only at the seeds at which certification tries them.
    """
    deciding = judge(exercise, answer)

    @lru_cache
    def gather(check: str) -> Evidence:
        return collect(deciding.answer.probes[check], given, generator(seed, check))

    return [deciding.verdict(check, seed, gather) for check in _tried(deciding, seed)]


def findings(exercise: str, answer: str, given: Any, seed: int) -> Iterator[str | None]:
    """Yield what is wrong about an answer, check by check, or None; no mistake is named.

    That is much quicker than `verdicts` where an answer is wrong.
    """
    deciding = judge(exercise, answer)
    for check in _tried(deciding, seed):
        got = collect(deciding.answer.probes[check], given, generator(seed, check))
        yield deciding.finding(check, seed, got)


def _tried(deciding: Judge, seed: int) -> list[str]:
    """Return the checks that certification tries at a seed."""
    costly = deciding.answer.costly
    return [check for check in deciding.answer.probes if seed < costly.get(check, seed + 1)]


def _verdicts_on(deciding: Judge, m: Misconception, seed: int) -> list[Verdict]:
    """Return the verdicts on a misconception.

    The evidence is what the judge has at hand already; every tenth seed gathers it afresh, so that
    a misconception with a memory of its own is met as it would come from a learner. Only costly
    misconceptions go through costly checks.
    """
    checks = _tried(deciding, seed) if m.costly else deciding.answer.cheap

    @lru_cache
    def gather(check: str) -> Evidence:
        if seed % 10:
            return deciding.evidence_of(m.name, check, seed)
        return collect(deciding.answer.probes[check], m.build, generator(seed, check))

    return [deciding.verdict(check, seed, gather) for check in checks]


def _try_seed(certificate: Certificate, seed: int) -> None:
    where = certificate.exercise, certificate.answer
    deciding = judge(*where)
    costly = [check for check in _tried(deciding, seed) if check in deciding.answer.costly]
    certificate.costly.update(costly)
    for name, build in {"the reference": deciding.bank.reference, **deciding.bank.styles}.items():
        if not all(verdict.passed for verdict in verdicts(*where, build, seed)):
            certificate.refused[name] += 1
    for m in deciding.bank.misconceptions:
        if m.costly and not costly:
            continue
        certificate.trials += 1
        failed = [v for v in _verdicts_on(deciding, m, seed) if not v.passed]
        named = {v.misconception.name for v in failed if v.misconception}
        if not failed:
            certificate.undetected[m.name] += 1
        if named - {m.name}:
            certificate.misnamed[m.name] += 1
        elif not named:
            certificate.unnamed[m.name] += 1
