"""What drives an answer beside it, in one go: see `autograde.check.there`.

While grading, this module is all of the exercises that the learner's process can see. So it only
does what a training loop does, and hands back what came of it as it is; whoever asked looks at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.nn import Parameter

Column = np.ndarray | list[np.ndarray | None]


def walk(
    make: Callable[..., Any],
    starts: Sequence[np.ndarray],
    gradients: Sequence[Column],
    rates: Sequence[float],
    options: dict[str, Any],
) -> list[Any]:
    """Let an optimizer take steps, and return what each parameter's data were after each of them.

    Parameters
    ----------
    make : callable
        ``make(params, **options)`` returns an optimizer.
    starts : sequence of ndarray
        Where each parameter starts.
    gradients : sequence
        For each parameter, its gradients as `column` makes them.
    rates : sequence of float
        What ``optimizer.lr`` is set to before each step; empty to leave it alone.
    options : dict

    Returns
    -------
    list
        For each parameter an array of shape (steps, ...), or a list where the data are no arrays
        of one shape and dtype.
    """
    params = [Parameter(start) for start in starts]
    optimizer = make(params, **options)
    paths: list[list[Any]] = [[] for _ in params]
    for k in range(len(gradients[0])):
        if rates:
            optimizer.lr = rates[k]
        for param, given in zip(params, gradients, strict=True):
            param.grad = None if given[k] is None else given[k].copy()
        optimizer.step()
        for path, param in zip(paths, params, strict=True):
            path.append(np.array(param.data) if isinstance(param.data, np.ndarray) else param.data)
    return [column(path) for path in paths]


def column(values: Sequence[Any]) -> Column:
    """Return values as one array, if they are arrays of one shape and dtype, else as a list."""
    kinds = {(v.shape, v.dtype) if isinstance(v, np.ndarray) else None for v in values}
    return np.array(values) if len(kinds) == 1 and None not in kinds else list(values)
