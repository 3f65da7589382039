"""What is asked of gradient descent with momentum."""

from __future__ import annotations

import numpy as np

from autograde.check import Answer, Evidence, Exercise, Values
from autograde.exercises.optimizer_probes import hyperparameters, parameters, promises, schedule
from autograde.exercises.optimizers import (
    HIDES,
    MakeOptimizer,
    displacements,
    increments,
    relative,
    steps,
    with_zeros,
)

MOVED = "how far the parameter has moved"
AXES = {"step": 1}


def plain(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow gradient descent without momentum, through gradients of all sizes."""
    lr = rng.uniform(0.01, 0.1)
    sizes = rng.permutation(np.geomspace(0.1, 1000, 12))
    gradients = [size * g for size, g in zip(sizes, steps(rng, 12, (4,)), strict=True)]
    moved = displacements(make, rng.normal(size=4), with_zeros(gradients), lr=lr)
    few = [1e-6 * g for g in steps(rng, 4, (1,))]
    small = displacements(make, np.zeros(1), few, lr=lr)
    return {
        "moved": Values(moved, f"{MOVED} (lr={lr:.3f}, no momentum)", AXES),
        "small": Values(small, f"{MOVED} (a single entry, gradients of about 1e-06)", AXES),
    }


def velocity(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow twenty steps at three settings of momentum, gradients of zero among them."""
    evidence: Evidence = {}
    for k, momentum in enumerate([rng.uniform(0.6, 0.8), rng.uniform(0.92, 0.97), 1.0]):
        gradients = [(1, 1000, 1)[k] * g for g in with_zeros(steps(rng, 20, (4,)))]
        lr = rng.uniform(0.01, 0.1)
        moved = displacements(make, rng.normal(size=4), gradients, lr=lr, momentum=momentum)
        evidence[f"momentum {k}"] = Values(moved, f"{MOVED} (momentum={momentum:.2f})", AXES)
    return evidence


def dampening(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Measure damped steps in undamped ones of the same answer on smaller gradients."""
    evidence: Evidence = {}
    for k, tau in enumerate([rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.8)]):
        options = {"lr": 0.05, "momentum": rng.uniform(0.7, 0.9)}
        gradients = list(rng.uniform(0.5, 1.5, size=(10, 3)))
        smaller = [gradients[0], *((1 - tau) * g for g in gradients[1:])]
        damped = displacements(make, np.zeros(3), gradients, dampening=tau, **options)
        share = relative(
            increments(damped), increments(displacements(make, np.zeros(3), smaller, **options))
        )
        what = f"length of a step, relative to what dampening={tau:.2f} should leave of it"
        evidence[f"dampening {k}"] = Values(share, what, AXES)
    gradients = list(rng.uniform(0.5, 1.5, size=(6, 3)))
    damped, plain = (
        increments(displacements(make, np.zeros(3), gradients, lr=0.05, dampening=tau))
        for tau in (0.5, 0.0)
    )
    what = "length of a step without momentum, dampening=0.50, relative to that of a plain step"
    evidence["no momentum"] = Values(relative(damped, plain), what, AXES)
    return evidence


def nesterov(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Take from Nesterov's path what the velocity without it explains."""
    evidence: Evidence = {}
    for k, momentum in enumerate([rng.uniform(0.5, 0.7), rng.uniform(0.8, 0.9)]):
        start, gradients = rng.normal(size=3), with_zeros(steps(rng, 15, (3,)))
        options = {"lr": 0.05, "momentum": momentum}
        ahead = displacements(make, start, gradients, nesterov=True, **options)
        rest = ahead - momentum * displacements(make, start, gradients, **options)
        what = (
            "how far the parameter moves with nesterov=True, less momentum times how far it moves "
            f"without (momentum={momentum:.2f})"
        )
        evidence[f"momentum {k}"] = Values(rest, what, AXES)
    return evidence


EDGES = [{"lr": 0.0}, {"lr": 2.0}, {"momentum": 1.0}, {"momentum": 1.5}]

BAD = [
    {"lr": -0.1},
    {"momentum": -0.9},
    {"nesterov": True},
    {"nesterov": True, "momentum": 0.9, "dampening": 0.5},
]

EXERCISE = Exercise(
    "momentum",
    [
        Answer(
            "sgd",
            "SGD",
            {
                "plain": plain,
                "velocity": velocity,
                "dampening": dampening,
                "nesterov": nesterov,
                "schedule": schedule(momentum=0.9),
                "parameters": parameters(lr=0.05, momentum=0.8, dampening=0.3),
                "promises": promises(steered=False, momentum=0.9),
                "hyperparameters": hyperparameters("SGD", BAD, EDGES, lr=0.1),
            },
        ),
    ],
    hides=HIDES,
)
