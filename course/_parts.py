"""Checks of what a training is put together from: functions, lists, states, data, models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def check_callable(name: str, value: Any) -> None:
    """Raise TypeError for what cannot be called.

    Examples
    --------
    >>> check_callable("lr_lambda", 0.5)
    Traceback (most recent call last):
    TypeError: lr_lambda must be callable, got 0.5
    """
    if not callable(value):
        raise TypeError(f"{name} must be callable, got {value!r:.80}")


def checked_list(name: str, value: Iterable[Any]) -> list[Any]:
    """Return the items as a list; raise TypeError for what has none, and for text.

    Examples
    --------
    >>> checked_list("params", 3)
    Traceback (most recent call last):
    TypeError: params must be a list, got 3
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list, got {value!r:.80}")
    return list(value)


def check_state(state: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise an error unless a state dict has entries of these names, and no others.

    Examples
    --------
    >>> check_state({"epoch": 3}, ["last_epoch"])
    Traceback (most recent call last):
    ValueError: state dict must have the entries ['last_epoch'], got ['epoch']
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state dict must be a dict, got {state!r:.80}")
    if set(state) != set(names):
        raise ValueError(f"state dict must have the entries {sorted(names)}, got {sorted(state)}")


def check_has(name: str, part: Any, *attributes: str) -> None:
    """Raise TypeError unless a part of a training has what will be asked of it.

    Examples
    --------
    >>> check_has("optimizer", [], "lr")
    Traceback (most recent call last):
    TypeError: optimizer must have lr, got list
    """
    missing = [attribute for attribute in attributes if not hasattr(part, attribute)]
    if missing:
        raise TypeError(f"{name} must have {' and '.join(missing)}, got {type(part).__name__}")


def check_examples(name: str, data: tuple[np.ndarray, np.ndarray]) -> None:
    """Raise an error unless data are inputs and as many targets, at least one, in arrays.

    Examples
    --------
    >>> check_examples("data", (np.zeros((3, 2)), np.zeros(4)))
    Traceback (most recent call last):
    ValueError: data must be as many inputs as targets, at least one; got 3 and 4
    """
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise TypeError(f"{name} must be a pair of inputs and targets, got {data!r:.80}")
    for what, array in zip(("inputs", "targets"), data, strict=True):
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            raise TypeError(f"{what} of {name} must be an ndarray, got {array!r:.80}")
    n, targets = map(len, data)
    if n != targets or n == 0:
        raise ValueError(
            f"{name} must be as many inputs as targets, at least one; got {n} and {targets}"
        )


def check_metrics(metrics: Mapping[str, Any] | None) -> None:
    """Raise TypeError unless metrics are functions by name, or None."""
    if metrics is None:
        return
    if not isinstance(metrics, Mapping):
        raise TypeError(f"metrics must be a dict of functions by name, got {metrics!r:.80}")
    for name, metric in metrics.items():
        check_callable(f"metric {name}", metric)
