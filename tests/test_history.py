"""What training records: curves, early stopping, callbacks."""

import math

import numpy as np
from training import mlp, spirals

from course import nn, optim
from course.history import History
from course.losses import CrossEntropyLoss, MSELoss
from course.stopping import EarlyStopping
from course.train import (
    accuracy,
    evaluate,
    train,
)


def test_early_stopping_ends_the_run_and_restores_what_it_saw():
    model = mlp()
    stopping = EarlyStopping(patience=3)
    train_data, validation = spirals(40), spirals(200, seed=1)
    history = train(
        model,
        CrossEntropyLoss(),
        optim.Adam(model.parameters(), lr=0.3),
        train_data,
        epochs=300,
        rng=np.random.default_rng(0),
        validation=validation,
        early_stopping=stopping,
    )
    assert history.stopped_early and history.finished
    assert len(history.train_loss) == stopping.best_epoch + 1 + 3 < 300
    assert stopping.best == min(history.validation_loss)
    last = evaluate(model, CrossEntropyLoss(), validation)["loss"]
    assert last == history.validation_loss[-1] > stopping.best
    stopping.restore(model)
    assert evaluate(model, CrossEntropyLoss(), validation)["loss"] == stopping.best


def test_early_stopping_watches_the_metric_that_monitor_names():
    model, stopping = mlp(), EarlyStopping(patience=2, mode="max")
    history = train(
        model,
        CrossEntropyLoss(),
        optim.Adam(model.parameters(), lr=0.1),
        spirals(),
        epochs=100,
        rng=np.random.default_rng(0),
        validation=spirals(seed=1),
        metrics={"accuracy": accuracy},
        monitor="accuracy",
        early_stopping=stopping,
    )
    assert stopping.best == max(history.metrics["accuracy"])


def test_history_measures_what_it_says():
    model, validation = mlp(), spirals(seed=1)
    measured = []

    def watch(model, history):
        measured.append(evaluate(model, CrossEntropyLoss(), validation, {"accuracy": accuracy}))

    history = train(
        model,
        CrossEntropyLoss(),
        optim.SGD(model.parameters(), lr=0.5),
        spirals(),
        epochs=3,
        rng=np.random.default_rng(0),
        validation=validation,
        metrics={"accuracy": accuracy},
        callbacks=[watch],
    )
    curves = history.to_dict()
    assert list(curves) == ["train_loss", "validation_loss", "lr", "accuracy"]
    assert curves["validation_loss"] == [scores["loss"] for scores in measured]
    assert curves["accuracy"] == [scores["accuracy"] for scores in measured]
    assert all(type(x) is float for curve in curves.values() for x in curve)
    assert all(len(curve) == 3 for curve in curves.values())
    curves["lr"].append(0.0)
    assert len(history.lr) == 3


def test_history_without_validation_has_no_empty_curves():
    assert History(1, train_loss=[0.5], lr=[0.1]).to_dict() == {"train_loss": [0.5], "lr": [0.1]}


def test_callbacks_are_called_after_every_epoch_in_order():
    calls, model = [], mlp()

    def note(name):
        return lambda model, history: calls.append((name, len(history.lr), history.finished))

    train(
        model,
        CrossEntropyLoss(),
        optim.SGD(model.parameters(), lr=0.1),
        spirals(),
        epochs=2,
        rng=np.random.default_rng(0),
        callbacks=[note("a"), note("b")],
    )
    assert calls == [("a", 1, False), ("b", 1, False), ("a", 2, True), ("b", 2, True)]


def test_a_loss_that_is_not_a_number_is_recorded_and_never_the_best():
    model = nn.Sequential(nn.Linear(1, 1, rng=np.random.default_rng(0)))
    stopping = EarlyStopping(patience=2)
    X = np.ones((4, 1))
    history = train(
        model,
        MSELoss(),
        optim.SGD(model.parameters(), lr=0.1),
        (X, X),
        epochs=9,
        rng=np.random.default_rng(0),
        validation=(X, np.full((4, 1), math.nan)),
        early_stopping=stopping,
    )
    assert len(history.lr) == 2 and np.isnan(history.validation_loss).all()
    assert stopping.best_state is None
