"""What is asked of RMSprop and Adam."""

from __future__ import annotations

import numpy as np

from autograde.check import Answer, Evidence, Exercise, Values
from autograde.exercises.optimizer_probes import hyperparameters, parameters, promises
from autograde.exercises.optimizers import (
    HIDES,
    MakeOptimizer,
    displacements,
    steps,
    with_zeros,
)

MOVED = "how far the parameter has moved"
AXES = {"step": 1}

#: Steps after which the second moment, by default, still remembers that it began at zero.
LONG = 120


def rmsprop_steps(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow twenty steps at two settings of alpha, a gradient of zero among them."""
    evidence: Evidence = {}
    for k, alpha in enumerate([rng.uniform(0.8, 0.9), rng.uniform(0.95, 0.99)]):
        gradients = [(1, 1000)[k] * g for g in with_zeros(steps(rng, 20, (4,)))]
        moved = displacements(
            make, rng.normal(size=4), gradients, lr=rng.uniform(0.01, 0.1), alpha=alpha
        )
        evidence[f"alpha {k}"] = Values(moved, f"{MOVED} (alpha={alpha:.3f})", AXES)
    moved = displacements(make, rng.normal(size=4), steps(rng, 20, (4,)))
    evidence["defaults"] = Values(moved, f"{MOVED} (all defaults)", AXES)
    return evidence


def rmsprop_epsilon(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow gradients so small that eps is of their size."""
    return tiny_gradients(make, rng, alpha=0.9)


def bias_correction(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow the first twelve steps, where the moments still remember that they began at zero."""
    lr = rng.uniform(0.01, 0.1)
    moved = displacements(make, rng.normal(size=4), steps(rng, 12, (4,)), lr=lr)
    default = displacements(make, rng.normal(size=4), steps(rng, 12, (4,)))
    long = displacements(make, np.zeros(1), steps(rng, LONG, (1,)), lr=lr)
    return {
        "moved": Values(moved, MOVED, AXES),
        "defaults": Values(default, f"{MOVED} (all defaults)", AXES),
        "long": Values(long, MOVED, AXES),
    }


def moments(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow steps 61 to 80 with short memories, where bias correction no longer matters."""
    betas = (float(rng.uniform(0.5, 0.6)), float(rng.uniform(0.65, 0.7)))
    gradients = [1e4 * g for g in steps(rng, 60, (4,)) + with_zeros(steps(rng, 20, (4,)))]
    moved = displacements(
        make, rng.normal(size=4), gradients, lr=rng.uniform(0.01, 0.1), betas=betas
    )
    what = f"how far the parameter has moved since step 60 (betas=({betas[0]:.2f}, {betas[1]:.2f}))"
    return {"moved": Values(moved[60:] - moved[59], what, {"step": 61})}


def epsilon(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
    """Follow gradients so small that eps is of their size."""
    return tiny_gradients(make, rng, betas=(0.9, 0.99))


def tiny_gradients(make: MakeOptimizer, rng: np.random.Generator, **options) -> Evidence:
    """Follow gradients of about 1e-5 at three sizes of eps, the default among them."""
    evidence: Evidence = {}
    for eps in (1e-5, 1e-6, None):
        size = eps or 1e-8
        chosen = {} if eps is None else {"eps": eps}
        gradients = [size * g for g in steps(rng, 12, (3,))]
        moved = displacements(make, np.zeros(3), gradients, lr=0.05, **options, **chosen)
        what = f"{MOVED} (gradients of about {size:.0e}, eps={size:.0e})"
        evidence[f"eps {size}"] = Values(moved, what, AXES)
    return evidence


BAD_ADAM = [
    {"lr": -0.1},
    {"betas": (1.0, 0.999)},
    {"betas": (-0.1, 0.999)},
    {"betas": (0.9, 1.0)},
    {"betas": (0.9, -0.1)},
    {"eps": -1e-8},
]

EDGES = [{"lr": 0.0}, {"lr": 2.0}, {"betas": (0.0, 0.0)}, {"eps": 0.0}]

EXERCISE = Exercise(
    "adam",
    [
        Answer(
            "rmsprop",
            "RMSprop",
            {
                "rmsprop-steps": rmsprop_steps,
                "rmsprop-epsilon": rmsprop_epsilon,
                "rmsprop-parameters": parameters(lr=0.05),
                "rmsprop-promises": promises(),
                "rmsprop-hyperparameters": hyperparameters(
                    "RMSprop",
                    [{"lr": -0.1}, {"alpha": -0.5}, {"eps": -1e-8}],
                    [{"lr": 0.0}, {"lr": 2.0}, {"alpha": 0.0}, {"alpha": 1.0}, {"eps": 0.0}],
                ),
            },
        ),
        Answer(
            "adam",
            "Adam",
            {
                "bias-correction": bias_correction,
                "moments": moments,
                "epsilon": epsilon,
                "parameters": parameters(lr=0.05, betas=(0.5, 0.6), settle=60),
                "promises": promises(),
                "hyperparameters": hyperparameters("Adam", BAD_ADAM, EDGES),
            },
        ),
    ],
    hides=HIDES,
)
