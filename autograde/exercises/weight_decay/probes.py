"""What is asked of the L2 penalty, of AdamW, and of soft thresholding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograde.check import Answer, BadAnswer, Claim, Evidence, Exercise, Values, array, attempt
from autograde.check.reading import a_kind_of
from autograde.exercises.optimizer_probes import hyperparameters, parameters, promises, schedule
from autograde.exercises.optimizers import (
    HIDES,
    MakeOptimizer,
    displacements,
    increments,
    steps,
    trajectories,
    with_zeros,
)
from course.nn import Parameter

Penalize = Callable[..., list[np.ndarray | None]]
Threshold = Callable[..., np.ndarray]
STEP = {"step": 1}

#: Steps after which the second moment, by default, still remembers that it began at zero.
LONG = 120


# --- l2_gradients -------------------------------------------------------------------------------


def some_parameters(
    rng: np.random.Generator, shapes: Sequence[tuple[int, ...]], dtype: type = np.float64
) -> list[Parameter]:
    """Make parameters that have gradients."""
    params = [Parameter(rng.uniform(-2, 2, size=shape).astype(dtype)) for shape in shapes]
    for param in params:
        param.grad = rng.normal(size=param.data.shape).astype(dtype)
    return params


def gradients_of(
    penalize: Penalize, params: Sequence[Parameter], weight_decay: float
) -> list[np.ndarray]:
    """Call l2_gradients and read the array that it returned for each parameter."""
    call = f"l2_gradients(params, {weight_decay:.3g})"
    returned = listed(penalize(params, weight_decay), call, len(params))
    return [
        array(entry, f"{call}[{k}]", shape=params[k].data.shape) for k, entry in enumerate(returned)
    ]


def listed(returned: Any, call: str, length: int) -> list[Any]:
    """Make sure that a call returned a list (a tuple is as good) of that length."""
    if not isinstance(returned, list | tuple):
        raise BadAnswer(f"{call} should be a list, got {a_kind_of(returned)}.")
    if len(returned) != length:
        raise BadAnswer(f"{call} should have {length} entries, got {len(returned)}.")
    return list(returned)


def l2_penalty(penalize: Penalize, rng: np.random.Generator) -> Evidence:
    """Read the gradients of matrices and vectors at several strengths."""
    evidence: Evidence = {}
    for k, weight_decay in enumerate([rng.uniform(0.1, 0.9), rng.uniform(2, 5), 0.0]):
        params = some_parameters(rng, [(3, 4), (4,), (2, 2)])
        for index, entry in enumerate(gradients_of(penalize, params, weight_decay)):
            what = f"l2_gradients(params, {weight_decay:.3g})[{index}]"
            evidence[f"strength {k}, parameter {index}"] = Values(entry, what)
    return evidence


def l2_promises(penalize: Penalize, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, at dtypes, and at a parameter without a gradient."""
    params = some_parameters(rng, [(3, 2), (3,)])
    lent = [p.data for p in params], [p.grad for p in params]
    before = [[array.copy() for array in arrays] for arrays in lent]
    returned = [
        entry
        for weight_decay in (0.5, 0.0)
        for entry in listed(penalize(params, weight_decay), "l2_gradients(...)", 2)
    ]
    shared = any(
        isinstance(entry, np.ndarray) and np.shares_memory(entry, array)
        for entry in returned
        for array in [*lent[0], *lent[1]]
    )
    now = [p.data for p in params], [p.grad for p in params]
    (single,) = gradients_of(penalize, some_parameters(rng, [(4,)], np.float32), 0.5)
    return {
        "data": Claim(
            _same(now[0], before[0]) and _same(lent[0], before[0]),
            "l2_gradients has changed the parameters themselves; it should only read them.",
        ),
        "gradients": Claim(
            _same(lent[1], before[1]),
            "l2_gradients has changed the gradient of a parameter; it should only read it.",
        ),
        "replaced": Claim(
            _same(now[1], lent[1]),
            "l2_gradients has put another gradient into a parameter; it should only read it.",
        ),
        "new": Claim(
            not shared,
            "An array that l2_gradients returned is the array of a gradient or of a parameter: "
            "whoever writes into the one changes the other.",
        ),
        "float32": Claim(
            single.dtype == np.float32, "The gradient of a float32 parameter is no longer float32."
        ),
        **_without_gradient(penalize, rng),
    }


def _same(arrays: Sequence[Any], before: Sequence[np.ndarray]) -> bool:
    return all(a is not None and np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


def _without_gradient(penalize: Penalize, rng: np.random.Generator) -> Evidence:
    params = some_parameters(rng, [(2,), (2,), (2,)])
    params[1].grad = None
    came, returned = attempt(
        lambda: penalize(params, 0.5), "l2_gradients(params, 0.5) with a grad of None"
    )
    entries = list(returned) if isinstance(returned, list | tuple) else []
    middle = entries[1] if len(entries) == 3 else None
    zeros = isinstance(middle, np.ndarray) and not np.asarray(middle).any()
    return {
        "returns": came,
        "absent": Claim(
            len(entries) == 3 and middle is None and params[1].grad is None,
            "For a parameter whose grad is None, the entry should be None, and its grad stay None.",
        ),
        "entries": Values(np.array([len(entries), zeros]), "entries, zeros", clue=True),
    }


# --- AdamW --------------------------------------------------------------------------------------


def adamw_adam(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow AdamW without decay, which is Adam: common gradients, and some as small as eps."""
    evidence: Evidence = {}
    betas = (float(rng.uniform(0.6, 0.8)), float(rng.uniform(0.9, 0.99)))
    for name, size, options in [
        ("all else by default", 1.0, {}),
        (
            f"betas=({betas[0]:.2f}, {betas[1]:.2f})",
            1.0,
            {"lr": rng.uniform(0.01, 0.1), "betas": betas},
        ),
        ("gradients of about 3e-05, eps=1e-05", 3e-5, {"lr": 0.05, "eps": 1e-5}),
        ("gradients of about 1000", 1e3, {"lr": 0.05}),
        (f"{LONG} steps", 1.0, {"lr": 0.05}),
    ]:
        length, entries = (LONG, 1) if name.endswith("steps") else (12, 3)
        gradients = with_zeros([size * g for g in steps(rng, length, (entries,))])
        gradients[60:] = [30 * np.abs(g) for g in gradients[60:]]  # steps that exceed lr
        moved = displacements(make, np.zeros(entries), gradients, weight_decay=0.0, **options)
        what = f"how far the parameter has moved (weight_decay=0, {name})"
        evidence[name.partition("=")[0]] = Values(moved, what, STEP)
    return evidence


def shares(
    make: MakeOptimizer,
    rng: np.random.Generator,
    *,
    rates: Sequence[float] = (),
    size: float = 1.0,
    shape: tuple[int, ...] = (3,),
    length: int = 8,
    **options: Any,
) -> np.ndarray:
    """Return the share of itself that a weight loses to decay in each step.

    The same steps without decay are taken away, so that a mistake in Adam costs nothing here.
    Weights start far enough from zero to keep their sign.

    Returns
    -------
    ndarray of shape (length, *shape)
    """
    start = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(2, 4, size=shape)
    gradients = [[size * g] for g in steps(rng, length, shape)]
    without = {**options, "weight_decay": 0.0}
    (decayed,) = trajectories(make, [start], gradients, rates=rates, **options)
    (straight,) = trajectories(make, [start], gradients, rates=rates, **without)
    before = start + np.concatenate([np.zeros((1, *shape)), decayed[:-1]])
    return (increments(straight) - increments(decayed)) / before


LOST = "the share of itself that a weight loses to decay in a step"


def adamw_decay(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Measure the decay at several rates and strengths, with gradients and without."""
    evidence: Evidence = {}
    for k, (size, strong, length) in enumerate([(1.0, 1, 8), (1.0, 1, 8), (0.0, 5, 30)]):
        lr, decay = strong * rng.uniform(0.01, 0.05), rng.uniform(0.2, 0.8)
        lost = shares(make, rng, lr=lr, weight_decay=decay, size=size, length=length)
        what = f"{LOST} (lr={lr:.3f}, weight_decay={decay:.2f}{'' if size else ', no gradient'})"
        evidence[f"decay {k}"] = Values(lost, what, STEP)
    evidence["default"] = Values(shares(make, rng, lr=0.05), f"{LOST} (lr=0.05, default)", STEP)
    for shape in [(2, 3), (2, 2, 2), (2, 1, 2, 2), (1,)]:
        lost = shares(make, rng, lr=0.05, weight_decay=0.5, shape=shape)
        what = f"{LOST} (lr=0.05, weight_decay=0.50, a parameter of shape {shape})"
        evidence[f"shape {shape}"] = Values(lost, what, STEP)
    return evidence


def adamw_schedule(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Change lr between steps, for the steps and for the decay."""
    rates = [0.04 * factor for factor in [1.0, 1.0, *rng.permutation([0.0, 0.2, 0.5, 1.5]), 1, 1]]
    lost = shares(make, rng, rates=rates, lr=0.04, weight_decay=0.5)
    written = ", ".join(f"{rate:.3g}" for rate in rates)
    what = f"{LOST} (weight_decay=0.5, lr one after the other {written})"
    return {**_length_of_steps(make, rng), "lost": Values(lost, what, STEP)}


_length_of_steps = schedule(weight_decay=0.0)


# --- soft_threshold -----------------------------------------------------------------------------


def soft_threshold(threshold: Threshold, rng: np.random.Generator) -> Evidence:
    """Shrink weights of both signs, below, at and above the threshold."""
    evidence: Evidence = {}
    for size, at in [(0.5, 0.5), (2.0, 2.0), (1.0, 0.0)]:
        w = np.concatenate([[-1.75, -1, -0.5, 0, 0.25, 1], rng.uniform(1.2, 4, 2), [-3]]) * size
        w = rng.permutation(w)
        returned = array(threshold(w.copy(), at), "soft_threshold(w, threshold)", shape=w.shape)
        given = ", ".join(f"{entry:.3g}" for entry in w)
        evidence[f"threshold {at}"] = Values(returned, f"soft_threshold([{given}], {at:g})")
        evidence[f"zeros {at}"] = Claim(
            not returned[np.abs(w) <= at].any(),
            "What comes of a weight up to the threshold is nearly zero, but not exactly.",
        )
    return evidence


def soft_threshold_array(threshold: Threshold, rng: np.random.Generator) -> Evidence:
    """Look at shapes, at dtypes, and at the array that was lent."""
    matrix = rng.normal(size=(3, 4))
    before, what = matrix.copy(), "soft_threshold(w, 0.3) of a matrix w"
    shrunk = array(threshold(matrix, 0.3), what, shape=matrix.shape)
    by_rows = [
        array(threshold(row.copy(), 0.3), "soft_threshold(w, 0.3)", shape=row.shape)
        for row in before
    ]
    small = array(threshold(np.float32([-1, 0.1, 2]), 0.3), "soft_threshold(w, 0.3)", shape=(3,))
    return {
        "unchanged": Claim(
            np.array_equal(matrix, before),
            "soft_threshold has changed w; it should return another array.",
        ),
        "rows": Claim(
            bool(np.allclose(shrunk, by_rows)),
            "A matrix does not come out as its rows do one by one.",
        ),
        "float32": Claim(
            small.dtype == np.float32, "From a float32 array no float32 array comes back."
        ),
        "matrix": Values(shrunk, what, clue=True),
    }


BAD_ADAMW = [
    {"lr": -0.1},
    {"betas": (1.0, 0.999)},
    {"betas": (0.9, -0.1)},
    {"eps": -1e-8},
    {"weight_decay": -0.01},
]

EDGES_OF_ADAMW = [
    {"lr": 0.0},
    {"lr": 2.0},
    {"betas": (0.0, 0.0)},
    {"eps": 0.0},
    {"weight_decay": 0.0},
    {"weight_decay": 2.0},
]

EXERCISE = Exercise(
    "weight-decay",
    [
        Answer("sgd-l2", "l2_gradients", {"l2-penalty": l2_penalty, "l2-promises": l2_promises}),
        Answer(
            "adamw",
            "AdamW",
            {
                "adamw-adam": adamw_adam,
                "adamw-decay": adamw_decay,
                "adamw-schedule": adamw_schedule,
                "adamw-parameters": parameters(
                    lr=0.05, betas=(0.5, 0.6), settle=60, weight_decay=0.1
                ),
                "adamw-promises": promises(steered=False, weight_decay=0.1),
                "adamw-hyperparameters": hyperparameters("AdamW", BAD_ADAMW, EDGES_OF_ADAMW),
            },
        ),
        Answer(
            "soft-threshold",
            "soft_threshold",
            {
                "soft-threshold": soft_threshold,
                "soft-threshold-array": soft_threshold_array,
            },
        ),
    ],
    hides=HIDES,
)
