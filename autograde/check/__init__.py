"""The framework of the checks: probes bring evidence back, a judge compares it.

Needs NumPy alone, so that it runs in a browser as well.
"""

from autograde.check.collect import FAILED, attempt, collect, outcome, quiet
from autograde.check.evidence import (
    Answers,
    Claim,
    Evidence,
    Outcome,
    Samples,
    Shares,
    Values,
    from_json,
    to_json,
)
from autograde.check.exercise import Answer, Bank, Exercise, Misconception, generator
from autograde.check.judge import Judge, Verdict, first_difference
from autograde.check.reading import BadAnswer, array, attribute, number, several, truth

__all__ = [
    "FAILED",
    "Answer",
    "Answers",
    "BadAnswer",
    "Bank",
    "Claim",
    "Evidence",
    "Exercise",
    "Judge",
    "Misconception",
    "Outcome",
    "Samples",
    "Shares",
    "Values",
    "Verdict",
    "array",
    "attempt",
    "attribute",
    "collect",
    "first_difference",
    "from_json",
    "generator",
    "number",
    "outcome",
    "quiet",
    "several",
    "to_json",
    "truth",
]
