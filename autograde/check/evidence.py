"""Evidence: what a probe brings back from an answer, in plain data.

A probe returns a dict of items. Each kind of item knows how to travel as JSON and how to tell,
seen from the reference, what is different about an answer's item. Nothing here runs an answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from autograde.check.drawn import Samples, Shares
from autograde.check.packing import pack, unpack

#: What a stub raises.
UNWRITTEN = NotImplementedError.__name__


@dataclass(frozen=True)
class Values:
    """Numbers that are equal up to the order of the same arithmetic.

    Parameters
    ----------
    data : ndarray
        Floats, integers or booleans of any shape.
    what : str
        What the numbers are, as the learner reads it: ``"displacement of w"``.
    axes : dict of str to int
        A name for each leading axis and the number of its first index: ``{"step": 1}``.
    rtol : float or None
        Tolerance relative to the entry and to the largest entry; None chooses by dtype.
    clue : bool
        A clue is looked at only to name a mistake: it can cost no point.
    by_chance : bool
        Whether the numbers are estimates from random draws: the judge then takes the mean of
        many of the reference's. The tolerance is to be chosen for the number of draws.
    """

    kind: ClassVar[str] = "values"
    data: np.ndarray
    what: str = ""
    axes: dict[str, int] = field(default_factory=dict)
    rtol: float | None = None
    clue: bool = False
    by_chance: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the numbers; what they mean stays with the judge."""
        return {"kind": self.kind, "array": pack(self.data)}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Values:
        """Unpack what `to_json` packed; ValueError if it is anything else."""
        return cls(unpack(item["array"]))

    def merged(self, more: list[Values]) -> Values:
        """Return the mean of these numbers and of more of the same kind."""
        return replace(self, data=np.mean([self.data, *(other.data for other in more)], axis=0))

    def difference(self, got: Values) -> str | None:
        """Say where `got` first departs from these numbers, or None if it does not."""
        expected, actual = np.asarray(self.data), np.asarray(got.data)
        if expected.shape != actual.shape:
            return f"{self.what}: expected shape {expected.shape}, got {actual.shape}"
        if "f" in (expected.dtype.kind, actual.dtype.kind):
            expected, actual = expected.astype(float), actual.astype(float)
            with np.errstate(invalid="ignore"):
                wrong = ~(np.abs(actual - expected) <= self._allowed)
            if wrong.any():  # infinities and NaN among them, perhaps, where they should be
                wrong &= (actual != expected) & ~(np.isnan(actual) & np.isnan(expected))
        else:
            wrong = expected != actual
        if not wrong.any():
            return None
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        return f"{self._place(where)}: {compared(expected[where], actual[where])}"

    @cached_property
    def _allowed(self) -> np.ndarray:
        """How far each number may be off; NaN where it is infinite itself."""
        data = np.asarray(self.data)
        rtol = self.rtol
        if rtol is None:
            rtol = 1e-3 if data.dtype == np.float32 else 1e-6
        size = np.abs(data.astype(float))
        finite = np.isfinite(size)
        largest = float(size.max(initial=0.0, where=finite))
        return np.where(finite, rtol * (size + largest), np.nan)

    def _place(self, where: tuple[int, ...]) -> str:
        names = list(self.axes.items())
        parts = [f"{axis} {where[k] + first}" for k, (axis, first) in enumerate(names)]
        rest = where[len(names) :]
        if rest:
            parts.append("entry [" + ", ".join(map(str, rest)) + "]")
        return ", ".join([self.what, *parts])


@dataclass(frozen=True)
class Claim:
    """A statement that holds or does not, with the sentence to say when it does not.

    Parameters
    ----------
    holds : bool
    otherwise : str
        What the learner reads when the reference keeps the claim and the answer does not.
    """

    kind: ClassVar[str] = "claim"
    by_chance: ClassVar[bool] = False
    holds: bool
    otherwise: str = ""
    clue: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the truth value alone."""
        return {"kind": self.kind, "holds": bool(self.holds)}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Claim:
        """Unpack what `to_json` packed."""
        return cls(item["holds"] is True)

    def difference(self, got: Claim) -> str | None:
        """Return the sentence if the two disagree."""
        return None if self.holds == got.holds else self.otherwise


@dataclass(frozen=True)
class Outcome:
    """What calling something came to: it returned, or it raised.

    Parameters
    ----------
    raised : tuple of str
        Names of the exception's class and its bases, most specific first; empty if it returned.
    message : str
        The exception's message.
    line : str
        The learner's own line that raised, empty if there is none.
    call : str
        The call as the learner would write it: ``"Adam(params, lr=-1.0)"``.
    """

    kind: ClassVar[str] = "outcome"
    by_chance: ClassVar[bool] = False
    raised: tuple[str, ...] = ()
    message: str = ""
    line: str = ""
    call: str = ""
    clue: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the outcome, texts cut to a readable length."""
        return {
            "kind": self.kind,
            "raised": list(self.raised)[:20],
            "message": self.message[:500],
            "line": self.line[:200],
        }

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Outcome:
        """Unpack what `to_json` packed."""
        names = tuple(str(name)[:100] for name in list(item["raised"])[:20])
        return cls(names, str(item["message"])[:500], str(item["line"])[:200])

    @property
    def unwritten(self) -> bool:
        """Whether a stub was met: it says nothing, as a library that refuses does."""
        return bool(self.raised) and self.raised[0] == UNWRITTEN and not self.message

    def difference(self, got: Outcome) -> str | None:
        """Compare what was raised: a subclass of the expected exception is as good."""
        if not self.raised:
            if not got.raised:
                return None
            return f"{self.call} should work, but raised {got.raised[0]}: {got.message}"
        if self.raised[0] in got.raised:
            return None
        if got.unwritten:
            return f"{self.call}: this is not written yet"
        came = f"raised {got.raised[0]}" if got.raised else "raised nothing"
        return f"{self.call} should raise {self.raised[0]}, but {came}"


@dataclass(frozen=True)
class Answers:
    """Answers to questions whose key never enters the learner's kernel.

    Parameters
    ----------
    data : ndarray of shape (n,)
        One answer a question; on the reference's side this is the key.
    at_least : float
        Share of right answers that is enough, in [0, 1].
    """

    kind: ClassVar[str] = "answers"
    by_chance: ClassVar[bool] = False
    data: np.ndarray
    what: str = ""
    at_least: float = 1.0
    clue: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the answers."""
        return {"kind": self.kind, "array": pack(self.data)}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Answers:
        """Unpack what `to_json` packed."""
        return cls(unpack(item["array"]))

    def difference(self, got: Answers) -> str | None:
        """Score the answers against the key."""
        if self.data.shape != got.data.shape:
            return f"{self.what}: expected shape {self.data.shape}, got {got.data.shape}"
        share = float(np.mean(self.data == got.data))
        if share >= self.at_least:
            return None
        return f"{self.what}: {share:.1%} are right, {self.at_least:.0%} are asked for"


Item = Values | Claim | Outcome | Samples | Shares | Answers
Evidence = dict[str, Item]
KINDS: dict[str, type] = {
    kind.kind: kind for kind in (Values, Claim, Outcome, Samples, Shares, Answers)
}


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Pack evidence as plain data that ``json.dumps`` accepts."""
    return {name: item.to_json() for name, item in evidence.items()}


def from_json(packed: dict[str, Any]) -> Evidence:
    """Unpack evidence that may come from anybody.

    Raises
    ------
    ValueError
        If it is not what `to_json` makes.
    """
    try:
        return {str(name): KINDS[item["kind"]].from_json(item) for name, item in packed.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"this is no evidence: {error!r}") from error


def compared(expected: Any, actual: Any) -> str:
    """Set two numbers side by side: ``expected -0.01, got -0.0316 (3.16 times as far)``."""
    text = f"expected {expected:.6g}, got {actual:.6g}"
    if (
        isinstance(expected, float | np.floating)
        and math.isfinite(expected)
        and math.isfinite(actual)
        and expected
    ):
        if expected == round(expected) and actual == round(actual):
            return text
        ratio = float(actual / expected) + 0.0  # no minus before a zero
        if ratio < 0:
            return f"{text} (the other way)"
        if abs(ratio - 1) >= 0.005:
            return f"{text} ({ratio:.3g} times as much)"
        return f"{text} (off by {abs(ratio - 1):.1e} of it)"
    return text
