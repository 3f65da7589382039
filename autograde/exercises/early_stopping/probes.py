"""What is asked of EarlyStopping. Nothing is looked at after the first True."""

from __future__ import annotations

import copy
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
    attribute,
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
        if says_stop(stopping, metric):
            return k + 1
    return 0


def says_stop(stopping: Any, metric: float, *state: Any) -> bool:
    """Take one step; the contract asks for True when to stop, so None means going on."""
    said = attribute(stopping, "step")(metric, *state)
    return said is not None and truth(said, "step(metric)")


def readings(make: MakeStopping, metrics: Sequence[float], name: str, **options: Any) -> np.ndarray:
    """Return an attribute after each call, up to the one that says True.

    Returns
    -------
    ndarray of shape (len(metrics),)
        NaN after the end.
    """
    stopping, read = make(**options), np.full(len(metrics), np.nan)
    for k, metric in enumerate(metrics):
        stop = says_stop(stopping, metric)
        read[k] = number(attribute(stopping, name), name)
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
    at_once = stops_after(make, [1.0, *rng.uniform(1.1, 2, size=5)], patience=1)
    what = "calls until step() says True (only the first is good, patience=1)"
    evidence["at once"] = Values(np.array(at_once), what)
    endless = stops_after(make, np.linspace(2, 1, 30), patience=2)
    what = "calls until step() says True when every metric is better (0: never)"
    evidence["never"] = Values(np.array(endless), what)
    default = stops_after(make, [1.0, *rng.uniform(1.1, 2, size=30)])
    what = "calls until step() says True (only the first is good, default patience)"
    evidence["default"] = Values(np.array(default), what)
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
    tiny = level - 2.0**-20 * np.arange(6)
    evidence: Evidence = {}
    for name, metrics, min_delta in [
        ("metrics that equal the best", ties, 0.0),
        ("some better by exactly min_delta=0.25", by_delta, 0.25),
        ("each better by less than min_delta=0.3", creeping, 0.3),
        ("each better by about 1e-06", tiny, 0.0),
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
    """Read best and best_epoch: in both modes, with NaN, and with gains too small to count."""
    level = float(rng.integers(2, 9))
    gains = np.array([0, 0.25, np.nan, 0.5, 0.625, 0.25, np.nan, 1.0, 1.125, 0.75])
    evidence: Evidence = {}
    for mode, metrics in [("min", level - gains), ("max", level + gains)]:
        for min_delta in (0.0, 0.375):
            for name in ("best", "best_epoch"):
                read = readings(make, metrics, name, patience=20, mode=mode, min_delta=min_delta)
                what = f'{name} (mode="{mode}", min_delta={min_delta})'
                evidence[what] = Values(read, what, CALL)
    return evidence


def best_state(make: MakeStopping, rng: np.random.Generator) -> Evidence:
    """Hand over a nested state, go on changing it, and look at what was kept."""
    kept, live, held = _train(make, rng, [2.0, 1.0, 3.0, 4.0])
    by_max, _, held_max = _train(make, rng, [1.0, 2.0, 2.25, 0.5], mode="max", min_delta=0.5)
    bare, _ = attempt(lambda: says_stop(make(patience=2), 1.0))
    return {
        "bias": Claim(
            _equal(lambda: held["bias"], kept["bias"]),
            "best_state is not the state that was handed over with the best metric.",
        ),
        "max": Claim(
            _equal(lambda: held_max["bias"], by_max["bias"]),
            'best_state is not the state of the best epoch (mode="max", min_delta=0.5).',
        ),
        "weight": Claim(
            _equal(lambda: held["layer"]["weight"], kept["layer"]["weight"]),
            "best_state has changed after it was stored: training on changed an array inside it.",
        ),
        "deep": Claim(
            _equal(lambda: held["layer"]["inner"][0], kept["layer"]["inner"][0]),
            "best_state has changed after it was stored: training on changed an array that lies "
            "deep inside it.",
        ),
        "optional": Claim(not bare.raised, "step(metric) without a state should work, too."),
        "last": Claim(
            not _equal(lambda: held["bias"], live["bias"] - 1), "best_state is the last.", clue=True
        ),
        "kept": Claim(isinstance(held, dict), "best_state is no dict.", clue=True),
    }


def _train(
    make: MakeStopping, rng: np.random.Generator, metrics: Sequence[float], **options: Any
) -> tuple[Any, Any, Any]:
    """Return the state of epoch 1 as it was then, the live state at the end, and best_state."""
    stopping = make(patience=10, **options)
    weight, bias = rng.integers(-9, 9, (2, 2)) * 1.0, rng.integers(-9, 9, 2) * 1.0
    live = {"layer": {"weight": weight, "inner": [weight.copy()]}, "bias": bias}
    kept = None
    for epoch, metric in enumerate(metrics):
        attribute(stopping, "step")(metric, live)
        if epoch == 1:
            kept = copy.deepcopy(live)
        live["layer"]["weight"] += 1
        live["layer"]["inner"][0] += 1
        live["bias"] = live["bias"] + 1
    return kept, live, attribute(stopping, "best_state")


def _equal(part: Callable[[], Any], expected: np.ndarray) -> bool:
    """Tell whether a part of a state can be reached and is a certain array."""
    outcome, value = attempt(part)
    return not outcome.raised and isinstance(value, np.ndarray) and np.array_equal(value, expected)


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
        rising = [-metric for metric in metrics]
        bad = readings(make, rising, "num_bad_epochs", patience=9, mode="max")
        evidence[f"{name}, max"] = Values(bad, f'num_bad_epochs (NaN {name}, mode="max")', CALL)
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
    hides=("torch", "torchvision", "course.plateau", "course.schedules", "course.stopping"),
)
