"""The learning-rate range test: one short run with a rising rate."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course._checks import check_count
from course._parts import check_callable, check_has
from course._ranges import check_above_zero, check_below_one, check_number

__all__ = ["RangeTest", "lr_range_test"]


class RangeTest(NamedTuple):
    """What a range test has measured; arrays of shape (steps made,).

    Parameters
    ----------
    lr : ndarray of shape (n,)
        The rate of each step, rising by a constant factor.
    loss : ndarray of shape (n,)
        The loss before that step.
    smoothed : ndarray of shape (n,)
        An exponential moving average of the losses, corrected for its start at zero.
    diverged : bool
        Whether the test ended early because the loss grew too large.

    Examples
    --------
    >>> losses = np.array([9.0, 8.0, 4.0])
    >>> RangeTest(np.array([0.1, 1.0, 10.0]), losses, losses, False).steepest
    10.0
    """

    lr: np.ndarray
    loss: np.ndarray
    smoothed: np.ndarray
    diverged: bool

    @property
    def steepest(self) -> float:
        """The rate at which the smoothed loss falls fastest, per factor of the rate."""
        return float(self.lr[1:][np.argmin(np.diff(self.smoothed))])


def lr_range_test(
    train_step: Callable[[], float],
    optimizer: Any,
    *,
    lr_min: float = 1e-6,
    lr_max: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    stop_factor: float = 4.0,
) -> RangeTest:
    r"""Train with a rate that rises exponentially, and record the losses.

    Parameters
    ----------
    train_step : callable
        Trains on the next batch, at the rate of the optimizer, and returns its loss. It leaves
        its mark on the model, so give it a model of its own.
    optimizer : object
        Anything with an attribute `lr`, which is restored in the end.
    lr_min, lr_max : float
        The first and the last rate.
    steps : int
        Steps from the first rate to the last.
    smoothing : float
        How much of the moving average is kept at each step, in [0, 1).
    stop_factor : float
        Stop when the smoothed loss exceeds its minimum by this factor, or is not finite.

    Returns
    -------
    RangeTest

    Raises
    ------
    ValueError
        ``lr_min and lr_max must be 0 < lr_min < lr_max, got 1 and 0.1``; ``steps must be an
        integer >= 2, got 1``; ``smoothing must be in [0, 1), got 1.0``.

    Notes
    -----
    The rate of step :math:`i` of :math:`n` is
    :math:`\eta_{min} (\eta_{max} / \eta_{min})^{i / (n - 1)}`. A usual choice afterwards is the
    steepest rate, or a tenth of the one at which the loss blows up.

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.3.

    Examples
    --------
    Gradient descent on :math:`w^2 / 2` diverges at rates above 2.

    >>> from course.nn import Parameter
    >>> from course.optim import SGD
    >>> w = Parameter(np.ones(1))
    >>> optimizer = SGD([w], lr=0.1)
    >>> def train_step():
    ...     loss, w.grad = float(w.data[0] ** 2 / 2), w.data.copy()
    ...     optimizer.step()
    ...     return loss
    >>> result = lr_range_test(train_step, optimizer, lr_max=1e4)
    >>> result.diverged, bool(result.lr[-1] > 2), optimizer.lr
    (True, True, 0.1)
    """
    check_above_zero(lr_min=lr_min, lr_max=lr_max, stop_factor=stop_factor)
    if not lr_min < lr_max:
        raise ValueError(
            f"lr_min and lr_max must be 0 < lr_min < lr_max, got {lr_min} and {lr_max}"
        )
    check_below_one(smoothing=smoothing)
    check_count("steps", steps, 2)
    check_callable("train_step", train_step)
    check_has("optimizer", optimizer, "lr")
    lrs, losses, smoothed = np.geomspace(lr_min, lr_max, steps), [], []
    average, lowest, diverged = 0.0, math.inf, False
    lr_before = optimizer.lr
    try:
        for t, lr in enumerate(lrs, start=1):
            optimizer.lr = float(lr)
            loss = train_step()
            check_number(**{"loss of train_step": loss})
            losses.append(float(loss))
            average = smoothing * average + (1 - smoothing) * losses[-1]
            smoothed.append(average / (1 - smoothing**t))
            lowest = min(lowest, smoothed[-1])
            diverged = not smoothed[-1] <= stop_factor * lowest
            if diverged:
                break
    finally:
        optimizer.lr = lr_before
    return RangeTest(lrs[: len(losses)], np.array(losses), np.array(smoothed), diverged)
