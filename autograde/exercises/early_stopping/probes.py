"""What is asked of EarlyStopping. Nothing is looked at after the first True."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograde.check import (
    Answer,
    Claim,
    Evidence,
    Exercise,
    Values,
    attempt,
    number,
    outcome,
    truth,
)

MakeStopping = Callable[..., Any]
CALL = {"call": 0}


def stops_after(make: MakeStopping, metrics: Sequence[float], **options: Any) -> int:
    """Return how many calls it takes until step() says True; 0 if it never does."""
    stopping = make(**options)
    for k, metric in enumerate(metrics):
        if truth(stopping.step(metric), "step(metric)"):
            return k + 1
    return 0


def readings(
    make: MakeStopping, metrics: Sequence[float], attribute: str, **options: Any
) -> np.ndarray:
    """Return an attribute after each call, up to the one that says True.

    Returns
    -------
    ndarray of shape (len(metrics),)
        NaN after the end.
    """
    stopping, read = make(**options), np.full(len(metrics), np.nan)
    for k, metric in enumerate(metrics):
        stop = truth(stopping.step(metric), "step(metric)")
        read[k] = number(getattr(stopping, attribute), attribute)
        if stop:
            break
    return read


def patience(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Let the metric get better for a while and then worse, for several patiences."""
    evidence: Evidence = {}
    for patience in (1, 2, 3, 5):
        falling = np.sort(rng.uniform(0.5, 1, size=rng.integers(2, 6)))[::-1]
        rising = np.sort(rng.uniform(1.1, 2, size=8))
        calls = stops_after(make, [*falling, *rising], patience=patience)
        what = f"calls until step() says True ({len(falling)} better ones, patience={patience})"
        evidence[f"patience {patience}"] = Values(np.array(calls), what)
    endless = stops_after(make, np.linspace(2, 1, 30), patience=2)
    what = "calls until step() says True when every metric is better (0: never)"
    evidence["never"] = Values(np.array(endless), what)
    return evidence


def counter(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Read num_bad_epochs while better and worse metrics take turns."""
    metrics, level = [], 10.0
    for run in (2, 1, 3, 2):
        level -= rng.uniform(0.5, 1)
        metrics += [level, *(level + rng.uniform(0.1, 0.4, size=run))]
    read = readings(make, metrics, "num_bad_epochs", patience=4)
    calls = stops_after(make, metrics, patience=4)
    return {
        "num_bad_epochs": Values(read, "num_bad_epochs", CALL),
        "calls": Values(np.array(calls), "calls until step() says True (0: never)"),
    }


def improvement(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Offer metrics that equal the best, or that are better by just min_delta, or by little."""
    level = float(rng.integers(2, 9))
    ties = level + np.array([0, 0, -1, -1, 0, -2, -2, -2])
    by_delta = level + np.array([0, -0.25, -0.375, -0.5, -0.625, -0.75, -0.75, -1.25])
    creeping = level - 0.125 * np.arange(9)
    evidence: Evidence = {}
    for name, metrics, min_delta in [
        ("metrics that equal the best", ties, 0.0),
        ("some better by exactly min_delta=0.25", by_delta, 0.25),
        ("each better by less than min_delta=0.3", creeping, 0.3),
    ]:
        bad = readings(make, metrics, "num_bad_epochs", patience=20, min_delta=min_delta)
        evidence[name] = Values(bad, f"num_bad_epochs ({name})", CALL)
    return evidence


def mode(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Watch an accuracy, which is better when it is larger."""
    rising = np.sort(rng.uniform(0.2, 0.8, size=5))
    metrics = [*rising, *rng.uniform(0, 0.15, size=6)]
    calls = stops_after(make, metrics, patience=3, mode="max")
    negative = [m - 5 for m in metrics]
    with_delta = 3 + np.array([0, 0.25, 0.5, 0.5, 0.75, 1.0, 1.0])
    return {
        "calls": Values(np.array(calls), 'calls until step() says True (mode="max")'),
        "negative": Values(
            readings(make, negative, "num_bad_epochs", patience=3, mode="max"),
            'num_bad_epochs (mode="max", negative metrics)',
            CALL,
        ),
        "min_delta": Values(
            readings(make, with_delta, "num_bad_epochs", patience=9, mode="max", min_delta=0.25),
            'num_bad_epochs (mode="max", min_delta=0.25)',
            CALL,
        ),
    }


def best(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Read best and best_epoch while the metric goes up and down."""
    metrics = rng.permutation(np.linspace(1, 2, 9))
    return {
        name: Values(readings(make, metrics, name, patience=20), name, CALL)
        for name in ("best", "best_epoch")
    }


def best_state(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Hand over a nested state, go on changing it, and look at what was kept."""
    stopping = make(patience=10)
    weights, bias = rng.integers(-9, 9, (2, 2)) * 1.0, rng.integers(-9, 9, 2) * 1.0
    live = {"layer": {"weight": weights.copy(), "history": [0]}, "bias": bias.copy()}
    kept = None
    for call, metric in enumerate([2.0, 1.0, 3.0, 4.0]):
        stopping.step(metric, live)
        if metric == 1.0:
            kept = {"weight": live["layer"]["weight"].copy(), "bias": live["bias"].copy()}
        live["layer"]["weight"] += 1
        live["bias"] = live["bias"] + 1
        live["layer"]["history"].append(call)
    held = stopping.best_state

    def equal(part: Callable[[], Any], expected: np.ndarray) -> bool:
        outcome, value = attempt(part)
        return (
            not outcome.raised and isinstance(value, np.ndarray) and np.array_equal(value, expected)
        )

    same_weight = equal(lambda: held["layer"]["weight"], kept["weight"])
    same_bias = equal(lambda: held["bias"], kept["bias"])
    without = make(patience=2)
    bare, _ = attempt(lambda: without.step(1.0))
    return {
        "bias": Claim(
            same_bias, "best_state is not the state that was handed over with the best metric."
        ),
        "weight": Claim(
            same_weight,
            "best_state has changed after it was stored: training on changed an array inside it.",
        ),
        "optional": Claim(not bare.raised, "step(metric) without a state should work, too."),
        "last": Claim(
            not equal(lambda: held["bias"], live["bias"] - 1), "best_state is the last.", clue=True
        ),
        "kept": Claim(isinstance(held, dict), "best_state is no dict.", clue=True),
    }


def nan(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Let the metric be NaN: at first, in between, and to the end."""
    a, b, c = np.sort(rng.uniform(1, 2, size=3))[::-1]
    between = [a, np.nan, b, np.nan, np.nan, c]
    at_first = [np.nan, np.nan, a, b]
    to_the_end = [a, np.nan, np.nan, np.nan, np.nan]
    evidence: Evidence = {}
    for name, metrics in [("in between", between), ("at first", at_first)]:
        bad = readings(make, metrics, "num_bad_epochs", patience=9)
        evidence[name] = Values(bad, f"num_bad_epochs (NaN {name})", CALL)
    calls = stops_after(make, to_the_end, patience=3)
    evidence["to the end"] = Values(
        np.array(calls), "calls until step() says True (one number, then NaN, patience=3)"
    )
    best = readings(make, [a, np.nan, np.nan], "best", patience=9)
    evidence["best"] = Values(best, "best (one number, then NaN)", CALL)
    return evidence


def hyperparameters(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Try hyperparameters that make no sense."""
    evidence: Evidence = {}
    for bad in ({"patience": 0}, {"patience": -3}, {"patience": 2.5}, {"mode": "average"}):
        written = ", ".join(f"{key}={value!r}" for key, value in bad.items())
        evidence[written] = outcome(lambda bad=bad: make(**bad), f"EarlyStopping({written})")
    return evidence


EXERCISE = Exercise(
    "early-stopping",
    [
        Answer(
            "early-stopping",
            "EarlyStopping",
            {
                "patience": patience,
                "counter": counter,
                "improvement": improvement,
                "mode": mode,
                "best": best,
                "best-state": best_state,
                "nan": nan,
                "hyperparameters": hyperparameters,
            },
        )
    ],
)
