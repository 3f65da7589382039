"""Optimizers with many settings, and runs of torch's, of ours and of the rules."""

import numpy as np
import pytest

from course import optim
from course.nn import Parameter

# Name and arguments, the same for torch and for us.
TABLE = [
    ("SGD", {}),
    ("SGD", {"lr": 0.01, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.0, "momentum": 0.9}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "eps": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.1}),
    ("Adam", {"betas": (0.0, 0.0)}),
    ("Adam", {"weight_decay": 0.1}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"amsgrad": True, "weight_decay": 0.1, "lr": 0.02}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.0}),
    ("AdamW", {"weight_decay": 0.5, "lr": 0.1}),
    ("AdamW", {"amsgrad": True}),
    ("NAdam", {}),
    ("NAdam", {"betas": (0.8, 0.99), "momentum_decay": 0.05}),
    ("NAdam", {"weight_decay": 0.1}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
]

RULES = {name: getattr(optim, name.lower()) for name, _ in TABLE}


def names(case):
    return f"{case[0]}-{'-'.join(f'{k}={v}' for k, v in case[1].items())}"


every_case = pytest.mark.parametrize("case", TABLE, ids=names)


def gradients(rng, theta, steps):
    """Yield gradients of very different sizes; small ones show where eps stands."""
    scale = 10.0 ** rng.uniform(-6, 1, theta.shape)
    for _ in range(steps):
        yield (scale * rng.standard_normal(theta.shape)).astype(theta.dtype)


def our_run(case, theta, gs, lrs=None):
    """Return where our optimizer leads from theta, after every gradient."""
    w = Parameter(theta.copy())
    optimizer = getattr(optim, case[0])([w], **case[1])
    trajectory = []
    for t, g in enumerate(gs):
        if lrs is not None:
            optimizer.lr = lrs[t]
        w.grad = g.copy()
        optimizer.step()
        np.testing.assert_array_equal(w.grad, g)
        trajectory.append(w.data.copy())
    return np.array(trajectory)


def rules_run(case, theta, gs):
    """Return where our pure rule leads from theta, after every gradient."""
    state, trajectory = None, []
    for g in gs:
        theta, state = RULES[case[0]](theta, g, state, **case[1])
        trajectory.append(theta)
    return np.array(trajectory)
