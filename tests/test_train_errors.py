"""What training refuses, by an error that names it."""

import numpy as np
import pytest
from training import mlp, same_state, spirals

from course import optim
from course.losses import CrossEntropyLoss
from course.stopping import EarlyStopping
from course.train import (
    accuracy,
    train,
)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be an integer >= 1, got 0"),
        ({"batch_size": 0}, "batch_size must be an integer >= 1, got 0"),
        ({"accumulate": 1.5}, "accumulate must be an integer >= 1, got 1.5"),
        ({"batch_size": 64, "drop_last": True}, "drop_last leaves nothing of 20 rows"),
        ({"max_norm": -1.0}, "max_norm must be >= 0, got -1"),
        ({"schedule_by": "batch"}, "schedule_by must be 'epoch' or 'step' or 'metric', got"),
        ({"metrics": {"accuracy": accuracy}}, "metrics .'accuracy'. need validation data"),
        ({"early_stopping": EarlyStopping()}, "monitor must be one of .'train_loss'., got"),
        (
            {"validation": spirals(), "early_stopping": EarlyStopping(), "monitor": "f1"},
            "monitor must be one of .'train_loss', 'validation_loss'., got 'f1'",
        ),
        ({"validation": spirals(), "metrics": {"loss": accuracy}}, "must not be called 'loss'"),
        ({"validation": (np.zeros((3, 2)), np.zeros(2))}, "validation must be .*; got 3 and 2"),
        ({"data": (np.zeros((0, 2)), np.zeros(0))}, "data must be .*; got 0 and 0"),
        ({"resume": True}, "resume needs the path of a checkpoint, got None"),
    ],
)
def test_arguments_that_do_not_fit_are_named_before_anything_happens(options, message):
    model = mlp()
    before = model.state_dict()
    options = {"data": spirals(20), "epochs": 1, "rng": np.random.default_rng(0)} | options
    sgd = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        train(model, CrossEntropyLoss(), sgd, options.pop("data"), **options)
    assert same_state(model.state_dict(), before)
