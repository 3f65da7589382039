"""What a model says and how good that is: predictions, losses and metrics in evaluation mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.module import Module

__all__ = ["accuracy", "evaluate", "predict"]

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
    if len(X) == 0:
        raise ValueError("X must not be empty")
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
    return float(np.mean(np.argmax(output, axis=1) == target))
