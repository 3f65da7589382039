"""What a model says and how good that is: predictions, losses and metrics in evaluation mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course._checks import check_array, check_count, check_generator
from course._parts import check_callable, check_examples, check_has, check_metrics
from course.data import stratified_order
from course.module import Module

__all__ = ["accuracy", "evaluate", "k_fold", "predict"]

Metric = Callable[[np.ndarray, np.ndarray], float]


def predict(model: Module, X: np.ndarray, *, batch_size: int = 1000) -> np.ndarray:
    """Return the outputs of the model in evaluation mode; its mode is then as before.

    Parameters
    ----------
    model : Module
        Any model.
    X : ndarray of shape (n, ...)
        Inputs, at least one.
    batch_size : int
        How many go through the model at once, which bounds the memory.

    Returns
    -------
    ndarray of shape (n, ...)

    Raises
    ------
    ValueError
        ``X must not be empty``.
    """
    check_has("model", model, "training", "train", "eval")
    check_array(X, "X", shape=(None,) * max(1, np.ndim(X)))
    if len(X) == 0:
        raise ValueError("X must not be empty")
    check_count("batch_size", batch_size)
    training = model.training
    model.eval()
    outputs = [model(X[start : start + batch_size]) for start in range(0, len(X), batch_size)]
    model.train(training)
    return np.concatenate(outputs)


def evaluate(
    model: Module,
    criterion: Any,
    data: tuple[np.ndarray, np.ndarray],
    metrics: Mapping[str, Metric] | None = None,
) -> dict[str, float]:
    """Return the loss, under "loss", and the metrics of a model in evaluation mode.

    Parameters
    ----------
    model : Module
        Any model.
    criterion : loss
        Called with outputs and targets.
    data : (ndarray of shape (n, ...), ndarray of shape (n, ...))
        Inputs and targets.
    metrics : dict of str to callable, optional
        Functions of outputs and targets.

    Returns
    -------
    dict of str to float
    """
    check_examples("data", data)
    check_callable("criterion", criterion)
    check_metrics(metrics)
    X, y = data
    outputs = predict(model, X)
    scores = {name: float(metric(outputs, y)) for name, metric in (metrics or {}).items()}
    return {"loss": float(criterion(outputs, y))} | scores


def accuracy(output: np.ndarray, target: np.ndarray) -> float:
    """Return the fraction of examples whose largest output is that of their class.

    Parameters
    ----------
    output : ndarray of shape (n, classes)
        Logits or probabilities.
    target : ndarray of shape (n,), of int
        Classes.

    Returns
    -------
    float

    Examples
    --------
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    if np.ndim(output) != 2 or np.shape(target) != np.shape(output)[:1]:
        raise ValueError(
            "output and target must have shapes (n, classes) and (n,), "
            f"got {np.shape(output)} and {np.shape(target)}"
        )
    return float(np.mean(np.argmax(output, axis=1) == target))


def k_fold(
    n: int, k: int, rng: np.random.Generator, *, classes: np.ndarray | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Divide examples into k folds, each of which is held back once: cross-validation.

    Parameters
    ----------
    n : int
        Number of examples.
    k : int, from 2 to n
        Number of folds; they differ by at most one example in size.
    rng : numpy.random.Generator
        Decides which example goes where.
    classes : ndarray of shape (n,), optional
        Classes which every fold should hold in their proportions; see `stratified_order`.

    Returns
    -------
    list of (ndarray, ndarray)
        For each fold the rows to train on and the rows to validate on.

    Raises
    ------
    ValueError
        ``k must be in 2..10, got 11``; or ``classes must have shape (10,), got (9,)``.

    References
    ----------
    Stone (1974), "Cross-validatory choice and assessment of statistical predictions".

    Examples
    --------
    >>> for fit, held_back in k_fold(5, 2, np.random.default_rng(0)):
    ...     print(len(fit), len(held_back))
    2 3
    3 2
    """
    check_count("n", n, 2)
    check_count("k", k)
    check_generator(rng)
    if not 2 <= k <= n:
        raise ValueError(f"k must be in 2..{n}, got {k}")
    if classes is not None and np.shape(classes) != (n,):
        raise ValueError(f"classes must have shape {(n,)}, got {np.shape(classes)}")
    order = rng.permutation(n) if classes is None else stratified_order(classes, rng)
    folds = np.array_split(order, k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), fold) for i, fold in enumerate(folds)]
