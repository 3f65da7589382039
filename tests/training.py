"""Small networks, data and comparisons for the tests of training."""

import numpy as np
import torch

from course import nn, toys


def mlp(seed=0, *, dropout=0.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Linear(2, 8, rng=rng, dtype=dtype),
        nn.ReLU(),
        nn.Dropout(dropout, rng=rng),
        nn.Linear(8, 2, rng=rng, dtype=dtype),
    )


def torch_mlp(model):
    oracle = torch.nn.Sequential(
        torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Dropout(0.0), torch.nn.Linear(8, 2)
    ).double()
    state = {name: torch.tensor(array) for name, array in model.state_dict().items()}
    oracle.load_state_dict(state)
    return oracle


def spirals(n=90, seed=0):
    return toys.spirals(n, np.random.default_rng(seed))


def same_state(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
