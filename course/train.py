"""The one training loop of the course."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from course._checks import check_count, check_generator
from course._parts import check_callable, check_examples, check_has, check_metrics, checked_list
from course._ranges import check_one_of
from course.clip import clip_grad_norm
from course.evaluation import Metric, accuracy, evaluate, k_fold, predict
from course.history import History, load_run, save_run
from course.module import Module

__all__ = [
    "History",
    "accuracy",
    "backpropagate",
    "batches",
    "evaluate",
    "k_fold",
    "predict",
    "train",
    "train_epoch",
]


def train(
    model: Module,
    criterion: Any,
    optimizer: Any,
    data: tuple[np.ndarray, np.ndarray],
    *,
    epochs: int,
    rng: np.random.Generator,
    batch_size: int = 64,
    accumulate: int = 1,
    drop_last: bool = False,
    max_norm: float | None = None,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    schedule: Any = None,
    schedule_by: Literal["epoch", "step", "metric"] = "epoch",
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    monitor: str = "validation_loss",
    early_stopping: Any = None,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    callbacks: Sequence[Callable[[Module, History], None]] = (),
) -> History:
    """Train a model.

    Parameters
    ----------
    model : Module
        Changed in place, and left in evaluation mode with the weights of the last epoch: those
        of the best one are to be had from ``early_stopping.restore(model)``.
    criterion : loss
        Called with output and target; ``backward()`` gives the gradient. Class weights are its.
    optimizer : object with ``step()``, ``zero_grad()`` and ``lr``
        One of ours, or a learner's own.
    data : (ndarray of shape (n, ...), ndarray of shape (n, ...))
        Inputs and targets.
    epochs : int
        Passes over the data.
    rng : numpy.random.Generator
        Shuffles, and feeds `augment`.
    batch_size : int
        Examples that go through the model at once.
    accumulate : int
        Batches whose gradients make up one step. With a mean as loss, the step is the one of a
        batch so many times as large (batch norm and class weights still see single batches).
    drop_last : bool
        Leave out the rest of an epoch that does not fill a step.
    max_norm : float, optional
        Clip the norm of all gradients together to this.
    augment : callable, optional
        Applied as ``augment(inputs, rng)`` to what a step is computed from.
    schedule : object with ``step()``, optional
        Sets ``optimizer.lr``.
    schedule_by : {"epoch", "step", "metric"}
        When the schedule steps: after every epoch, after every step of the optimizer, or after
        every epoch with what `monitor` names, as ReduceLROnPlateau wants it.
    validation : (ndarray, ndarray), optional
        Data to look at, not to learn from, after every epoch.
    metrics : dict of str to callable, optional
        Functions of outputs and targets, for the validation data.
    monitor : str
        What early stopping and schedule watch: "train_loss", "validation_loss" or a metric.
    early_stopping : object with ``step(metric, state) -> bool``, optional
        Ends the training when it says True.
    checkpoint : path, optional
        File in which everything needed to go on is saved after each epoch.
    resume : bool
        Go on from `checkpoint`, if that file is there. The run then continues to the bit as if it
        had never been interrupted, given the same arguments; `epochs` may have grown.
    callbacks : sequence of callables
        Called after each epoch with the model and the history.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        ``batch_size must be an integer >= 1, got 0``, and likewise for what does not fit together.

    Examples
    --------
    >>> from course import losses, nn, optim, toys
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Linear(1, 1, rng=rng))
    >>> sgd = optim.SGD(model.parameters(), lr=0.1)
    >>> line = toys.linear_regression(200, rng, slope=2, intercept=1)
    >>> history = train(model, losses.MSELoss(), sgd, line, epochs=20, rng=rng)
    >>> [round(p.data.item(), 1) for p in model.parameters()]
    [2.0, 1.0]
    """
    check_has("model", model, "backward", "parameters", "state_dict")
    check_has("criterion", criterion, "backward")
    check_has("optimizer", optimizer, "step", "zero_grad", "lr")
    for name, part in {"schedule": schedule, "early_stopping": early_stopping}.items():
        if part is not None:
            check_has(name, part, "step")
    for callback in (callbacks := checked_list("callbacks", callbacks)):
        check_callable("callback", callback)
    check_generator(rng)
    watched = [monitor] if early_stopping is not None or schedule_by == "metric" else []
    _check(data, validation, metrics, schedule_by, watched, resume, checkpoint)
    history = History(epochs, metrics={name: [] for name in metrics or {}})
    parts = {"model": model, "optimizer": optimizer}
    parts |= {"schedule": schedule, "early_stopping": early_stopping}
    if resume and os.path.exists(checkpoint):
        load_run(checkpoint, parts, rng, history)

    while not history.finished:
        history.lr.append(float(optimizer.lr))
        loss = train_epoch(
            model,
            criterion,
            optimizer,
            data,
            rng=rng,
            batch_size=batch_size,
            accumulate=accumulate,
            drop_last=drop_last,
            max_norm=max_norm,
            augment=augment,
            after_step=schedule.step if schedule is not None and schedule_by == "step" else None,
        )
        history.train_loss.append(loss)
        if validation is not None:
            history.record(evaluate(model, criterion, validation, metrics))
        if schedule is not None and schedule_by == "epoch":
            schedule.step()
        elif schedule is not None and schedule_by == "metric":
            schedule.step(history.last(monitor))
        if early_stopping is not None:
            stop = early_stopping.step(history.last(monitor), model.state_dict())
            history.stopped_early = bool(stop)
        if checkpoint is not None:
            save_run(checkpoint, parts, rng, history)
        for callback in callbacks:
            callback(model, history)
    model.eval()
    return history


def train_epoch(
    model: Module,
    criterion: Any,
    optimizer: Any,
    data: tuple[np.ndarray, np.ndarray],
    *,
    rng: np.random.Generator,
    batch_size: int = 64,
    accumulate: int = 1,
    drop_last: bool = False,
    max_norm: float | None = None,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    after_step: Callable[[], None] | None = None,
) -> float:
    """Pass over the data once. The arguments are those of `train`.

    Parameters
    ----------
    after_step : callable, optional
        Called after each step of the optimizer.

    Returns
    -------
    float
        Mean loss of the batches, each before the step that it led to.
    """
    check_count("batch_size", batch_size)
    check_count("accumulate", accumulate)
    check_examples("data", data)
    if augment is not None:
        check_callable("augment", augment)
    X, y = data
    params = model.parameters()
    model.train()
    total, seen = 0.0, 0
    for rows in batches(len(X), batch_size * accumulate, rng, drop_last=drop_last):
        inputs = X[rows] if augment is None else augment(X[rows], rng)
        optimizer.zero_grad()
        loss = backpropagate(model, criterion, (inputs, y[rows]), batch_size=batch_size)
        if max_norm is not None:
            clip_grad_norm(params, max_norm)
        optimizer.step()
        if after_step is not None:
            after_step()
        total += loss * len(rows)
        seen += len(rows)
    return total / seen


def backpropagate(
    model: Module, criterion: Any, data: tuple[np.ndarray, np.ndarray], *, batch_size: int
) -> float:
    """Add the gradients of the mean loss over `data` to those of the model, in small batches.

    Parameters
    ----------
    model, criterion
        As in `train`.
    data : (ndarray of shape (n, ...), ndarray of shape (n, ...))
        Inputs and targets of one step.
    batch_size : int
        How many go through the model at once.

    Returns
    -------
    float
        The mean loss.
    """
    X, y = data
    total = 0.0
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        share = len(X[rows]) / len(X)
        total += share * criterion(model(X[rows]), y[rows])
        model.backward(share * criterion.backward())
    return total


def batches(
    n: int, size: int, rng: np.random.Generator, *, drop_last: bool = False
) -> Iterator[np.ndarray]:
    """Yield the row numbers 0..n-1 in random order, `size` at a time.

    Parameters
    ----------
    n, size : int
        Number of rows, and of those in a batch.
    rng : numpy.random.Generator
        Shuffles.
    drop_last : bool
        Leave out a last batch that is smaller than the others.

    Raises
    ------
    ValueError
        ``drop_last leaves nothing of 10 rows in batches of 64``.

    Examples
    --------
    >>> [len(rows) for rows in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    check_count("n", n)
    check_count("size", size)
    check_generator(rng)
    if drop_last and n < size:
        raise ValueError(f"drop_last leaves nothing of {n} rows in batches of {size}")
    order = rng.permutation(n)
    for start in range(0, n - n % size if drop_last else n, size):
        yield order[start : start + size]


def _check(data, validation, metrics, schedule_by, watched, resume, checkpoint) -> None:
    """Raise an error if arguments of `train` do not fit together."""
    check_examples("data", data)
    if validation is not None:
        check_examples("validation", validation)
    check_metrics(metrics)
    check_one_of("epoch", "step", "metric", schedule_by=schedule_by)
    if metrics and validation is None:
        raise ValueError(f"metrics {sorted(metrics)} need validation data")
    curves = ["train_loss"]
    if validation is not None:
        curves += ["validation_loss", *(metrics or ())]
    for monitor in watched:
        if not isinstance(monitor, str) or monitor not in curves:
            raise ValueError(f"monitor must be one of {curves}, got {monitor!r:.80}")
    if resume and checkpoint is None:
        raise ValueError("resume needs the path of a checkpoint, got None")
