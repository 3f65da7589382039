"""Clipping of gradients, in place, before the optimizer sees them."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from course._parts import check_has, checked_list
from course._ranges import check_at_least_zero

__all__ = ["clip_grad_norm", "clip_grad_value"]


def clip_grad_norm(params: Iterable[Any], max_norm: float) -> float:
    r"""Scale all gradients by one factor, so that their joint norm is at most `max_norm`.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
        Those whose grad is None are skipped. Gradients are scaled in place.
    max_norm : float
        Largest Euclidean norm of all gradients, seen as one vector.

    Returns
    -------
    float
        The norm before clipping; infinite or NaN if a gradient is, and then no gradient is touched.

    Raises
    ------
    ValueError
        ``max_norm must be >= 0, got -1``.

    Notes
    -----
    .. math:: g \leftarrow g \min\{1,\; c / (\|g\| + 10^{-6})\}

    as in torch, except that torch turns all gradients into NaN if one of them is not finite.

    References
    ----------
    Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural networks,
    algorithm 1.

    Examples
    --------
    >>> from course.nn import Parameter
    >>> w = Parameter(np.zeros(2))
    >>> w.grad = np.array([3.0, 4.0])
    >>> clip_grad_norm([w], max_norm=1.0)
    5.0
    >>> w.grad.round(5)
    array([0.6, 0.8])
    """
    check_at_least_zero(max_norm=max_norm, infinity=True)
    params = _checked_params(params)
    grads = [param.grad for param in params if param.grad is not None]
    norm = math.hypot(*(float(np.linalg.norm(g)) for g in grads))
    if math.isfinite(norm) and norm + 1e-6 > max_norm:
        for g in grads:
            g *= float(max_norm / (norm + 1e-6))
    return norm


def clip_grad_value(params: Iterable[Any], clip_value: float) -> None:
    """Limit each entry of each gradient to [-clip_value, clip_value], in place.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
        Those whose grad is None are skipped. Gradients are clipped in place.
    clip_value : float
        Largest absolute value of an entry.

    Raises
    ------
    ValueError
        ``clip_value must be >= 0, got -1``.

    Notes
    -----
    Unlike `clip_grad_norm` this changes the direction of the gradient.

    Examples
    --------
    >>> from course.nn import Parameter
    >>> w = Parameter(np.zeros(2))
    >>> w.grad = np.array([-3.0, 0.5])
    >>> clip_grad_value([w], clip_value=1.0)
    >>> w.grad
    array([-1. ,  0.5])
    """
    check_at_least_zero(clip_value=clip_value, infinity=True)
    for param in _checked_params(params):
        if param.grad is not None:
            np.clip(param.grad, -clip_value, clip_value, out=param.grad)


def _checked_params(params: Iterable[Any]) -> list[Any]:
    params = checked_list("params", params)
    for param in params:
        check_has("params", param, "grad")
    return params
