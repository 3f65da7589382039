"""What is asked of ReduceLROnPlateau: all of it is read off the rates that it sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograde.check import Claim, Evidence, Values, number, outcome

MakePlateau = Callable[..., Any]


class Rate:
    """All that a schedule needs to know of an optimizer: its lr."""

    def __init__(self, lr: float = 1.0) -> None:
        self.lr = lr


def follow(
    make: MakePlateau, metrics: Sequence[float], lr: float = 1.0, **options: Any
) -> np.ndarray:
    """Return the rate after each call of step(metric)."""
    optimizer = Rate(lr)
    plateau, found = make(optimizer, **options), []
    for metric in metrics:
        plateau.step(float(metric))
        found.append(number(optimizer.lr, "optimizer.lr"))
    return np.array(found)


def calls_to_first(make: MakePlateau, metrics: Sequence[float], **options: Any) -> int:
    """Return how many calls it takes until the rate is another one; one more than all if never."""
    changed = np.flatnonzero(follow(make, metrics, **options) != 1.0)
    return int(changed[0]) + 1 if changed.size else len(metrics) + 1


def delay(
    make: MakePlateau,
    first: float,
    then: Sequence[float],
    worse: float,
    *,
    patience: int,
    **options: Any,
) -> int:
    """Return by how many calls some metrics delay the first reduction.

    The answer is compared with itself, so that a patience that is off by one costs nothing here.

    Parameters
    ----------
    first, then, worse : float, sequence of float, float
        The metrics: the first one, those under question, and one that is far worse, to the end.
    """
    calls = [
        calls_to_first(
            make, [first, *some, *[worse] * (patience + 4)], patience=patience, **options
        )
        for some in ((), then)
    ]
    return calls[1] - calls[0]


def patience(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Follow the rate while better and worse metrics take turns, through several reductions."""
    evidence: Evidence = {}
    for allowed in (0, 1, 2, 3):
        level, metrics = 10.0, []
        for run in [*rng.permutation(allowed + 1), allowed, 3 * allowed + 4, allowed, allowed + 1]:
            level -= rng.uniform(0.5, 1)
            metrics += [level, *(level + rng.uniform(0.1, 0.4, size=run))]
        reduced = np.diff(follow(make, metrics, patience=allowed, factor=0.5), prepend=1) < 0
        what = f"number of reductions so far (patience={allowed})"
        evidence[f"patience {allowed}"] = Values(np.cumsum(reduced), what, {"call": 1})
    calls = calls_to_first(make, [1.0, *[2.0] * 20])
    evidence["default"] = Values(np.array(calls), "calls to the first reduction (default patience)")
    return evidence


def best(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Offer metrics that go up and down above the best, creep below it, or follow a reduction."""
    level = float(rng.integers(4, 9))
    zigzag = level + np.array([2.0, 1.0] * 3)
    creeping = level - 0.125 * np.arange(1, 4)
    options = {"threshold": 0.3, "threshold_mode": "abs"}
    crept = delay(make, level, creeping, 20, patience=4, **options)
    again = follow(make, [level, *[level + 2] * 4, *[level + 1] * 4], patience=3, factor=0.5)
    return {
        "zigzag": Values(
            np.array(delay(make, level, zigzag, 20, patience=8)),
            "calls by which metrics that go up and down, all above the best, delay a reduction",
        ),
        "creeping": Values(
            np.array(crept),
            "calls by which three small gains, of which only the third beats the best by more "
            "than threshold, delay a reduction",
        ),
        "again": Claim(
            not (again[-1] > again[4] / 2),
            "After a reduction the best metric is still the best: one that is worse than it should "
            "not count as better, but it does.",
        ),
    }


def judged(
    make: MakePlateau, first: float, metrics: Sequence[float], worse: float, **options: Any
) -> Evidence:
    """Make claims of which metrics count as better than a first one."""
    evidence: Evidence = {}
    told = ", ".join(f"{key}={value!r}" for key, value in options.items()) or "all defaults"
    for metric in metrics:
        counts = delay(make, first, [metric], worse, patience=3, **options) == 1
        should = "should count as better, but does" if counts else "should not count as better, but"
        evidence[f"{metric} after {first} ({told})"] = Claim(
            counts,
            f"After {first:.7g}, a metric of {metric:.7g} {should} {'not' if counts else 'does'} "
            f"({told}).",
        )
    return evidence


def threshold(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Offer metrics around the threshold, absolute and relative; ties are exact in binary."""
    level = float(rng.integers(4, 9))
    amount = {"threshold": 0.25, "threshold_mode": "abs"}
    part = {"threshold": 0.25, "threshold_mode": "rel"}
    none = {"threshold": 0.0}
    return {
        **judged(make, level, [level - 0.01, level, level + 0.01], 99, **none),
        **judged(make, level, [level - d for d in (0.125, 0.25, 0.375, -0.125)], 99, **amount),
        **judged(make, level, [level * f for f in (0.875, 0.75, 0.625, 1.125)], 99, **part),
        **judged(make, 64.0, [63.999, 63.97], 99),
        **judged(make, -level, [-level * f for f in (0.875, 0.75, 0.625, 1.125)], 99, **part),
        **_first_is_better(make, level),
        "of the best": Claim(
            delay(make, 2 * level, [level, 0.7 * level], 99, patience=3, **part) == 2,
            f"A relative threshold is a part of the best metric. After {2 * level:g} and "
            f"{level:g}, a metric of {0.7 * level:.3g} should count as better, but does not "
            "(threshold=0.25).",
        ),
    }


def _first_is_better(make: MakePlateau, level: float) -> Evidence:
    """Offer a first metric at thresholds that leave nothing of the best, or less."""
    after = {
        part: calls_to_first(make, [level, *[99.0] * 6], patience=2, threshold=part)
        for part in (0.0, 1.0, 1.5)
    }
    return {
        f"first at {part}": Claim(
            after[part] == after[0.0],
            f"With threshold={part} the first metric does not count as better; it always should.",
        )
        for part in (1.0, 1.5)
    }


def mode(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Watch an accuracy, which is better when it is larger."""
    level = float(rng.integers(4, 9))
    up = {"mode": "max"}
    amount = {"threshold": 0.25, "threshold_mode": "abs", **up}
    part = {"threshold": 0.25, "threshold_mode": "rel", **up}
    bare = {"threshold": 0.0, **up}
    return {
        **judged(make, level, [level + 0.01, level, level - 0.01], -99, **bare),
        **judged(make, -level, [1 - level, -1 - level], -99, **bare),
        **judged(make, level, [level + d for d in (0.125, 0.25, 0.375, -0.125)], -99, **amount),
        **judged(make, level, [level * f for f in (1.125, 1.25, 1.375, 0.875)], -99, **part),
    }


def rate(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Read the rates that follow each other while nothing improves, whenever they change."""
    evidence: Evidence = {}
    flat = [1.0, *[2.0] * 23]
    lr, factor = float(rng.uniform(0.5, 2)), float(rng.uniform(0.2, 0.4))
    for told, options in {
        f"lr={lr:.3g}, factor={factor:.3g}": {"factor": factor},
        f"lr={lr:.3g}, factor={factor:.3g}, min_lr={lr * 0.03:.3g}": {
            "factor": factor,
            "min_lr": lr * 0.03,
        },
        f"lr={lr:.3g}, default factor": {},
    }.items():
        levels = distinct(follow(make, flat, lr=lr, patience=1, **options))
        what = f"rate, in units of the first ({told})"
        evidence[told] = Values(levels[:5] / lr, what, {"reduction": 0})
    levels = distinct(follow(make, [1.0, *[2.0] * 50], lr=1e-9, patience=1, factor=0.8))
    what = "rate, in units of the first (lr=1e-09, factor=0.8)"
    evidence["tiny"] = Values(levels[:15] / 1e-9, what, {"reduction": 0})
    optimizer = Rate(1.0)
    plateau = make(optimizer, patience=1, factor=0.5)
    for metric in flat[:6]:
        plateau.step(metric)
    optimizer.lr = 3.0
    for metric in flat[6:]:
        plateau.step(metric)
        if number(optimizer.lr, "optimizer.lr") != 3.0:
            break
    evidence["steered"] = Values(
        np.array(number(optimizer.lr, "optimizer.lr")),
        "rate after the next reduction, when optimizer.lr has been set to 3 (factor=0.5)",
    )
    return evidence


def distinct(rates: np.ndarray) -> np.ndarray:
    """Return the rates without repetitions, padded with the last one."""
    changed = rates[np.flatnonzero(np.diff(rates, prepend=np.nan) != 0)]
    return np.concatenate([changed, np.full(len(rates) - len(changed), changed[-1])])


def nan(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Let the metric be NaN: after a number, before the first one, and to the end."""
    a, b = np.sort(rng.uniform(1, 2, size=2))[::-1]
    forever = calls_to_first(make, [a, *[np.nan] * 9], patience=3)
    always = calls_to_first(make, [np.nan] * 10, patience=3)
    worse = calls_to_first(make, [a, *[a + 1] * 9], patience=3)
    without, after_nan = (
        calls_to_first(make, [*before, a, b, *[a + 1] * 9], patience=3) for before in ([], [np.nan])
    )
    return {
        "between": Values(
            np.array(delay(make, a, [np.nan], a + 1, patience=3)),
            "calls by which a NaN delays a reduction",
        ),
        "first": Values(
            np.array(after_nan - without),
            "calls by which a NaN before everything else delays the first reduction",
        ),
        "forever": Claim(
            forever == worse,
            "A metric that stays NaN should reduce the rate as soon as one that stays bad: it "
            "does not.",
        ),
        "always": Claim(
            always == forever - 1,
            "A NaN in the very first epoch is not counted like one in a later epoch.",
        ),
    }


def hyperparameters(make: MakePlateau, rng: np.random.Generator) -> Evidence:
    """Try hyperparameters that make no sense, and some at the ends of their ranges."""
    bad = [
        {"mode": "average"},
        {"threshold_mode": "absolute"},
        {"factor": 1.0},
        {"factor": -0.5},
        {"patience": -1},
    ]
    edges = [{"patience": 0}, {"factor": 0.0}, {"threshold": 0.0}]
    evidence: Evidence = {}
    for options in [*bad, *edges]:
        written = ", ".join(f"{key}={value!r}" for key, value in options.items())
        call = f"ReduceLROnPlateau(optimizer, {written})"
        evidence[written] = outcome(lambda o=options: make(Rate(), **o), call)
    return evidence
