"""The schedule that watches a metric instead of the clock."""

import math
from typing import Any, Literal

from course._parts import check_has, check_state
from course._ranges import check_at_least_zero, check_below_one, check_number, check_one_of

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """Reduce the rate when a metric has not improved for more than `patience` epochs.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    mode : {"min", "max"}
        Whether less or more is better.
    factor : float
        A reduction multiplies the rate by this number in [0, 1).
    patience : int
        Bad epochs in a row that are tolerated; the next one reduces.
    threshold : float
        By how much a metric must beat the best one to be an improvement.
    threshold_mode : {"rel", "abs"}
        Whether the threshold is a part of the best metric or an amount.
    cooldown : int
        Epochs after a reduction in which bad ones do not count.
    min_lr : float
        The rate is never reduced below.
    eps : float
        Reductions by less than this are not made.

    Attributes
    ----------
    best : float
    num_bad_epochs, cooldown_counter, last_epoch : int

    Raises
    ------
    ValueError
        ``factor must be in [0, 1), got 1.0``; ``mode must be 'min' or 'max', got 'mean'``.

    Notes
    -----
    NaN is never an improvement. The first number always is one; in torch it is not in the mode
    "min" with a relative threshold of 1 or more, which makes NaN of infinity. As in torch, a
    relative threshold is taken of the signed best metric, so with negative metrics it asks for
    less than no improvement; use "abs" for those.

    Examples
    --------
    >>> from course.nn import Parameter
    >>> from course.optim import SGD
    >>> import numpy as np
    >>> optimizer = SGD([Parameter(np.zeros(1))], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     schedule.step(loss)
    >>> optimizer.lr
    0.1
    """

    def __init__(
        self,
        optimizer: Any,
        *,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        check_one_of("min", "max", mode=mode)
        check_one_of("rel", "abs", threshold_mode=threshold_mode)
        check_at_least_zero(
            patience=patience, threshold=threshold, cooldown=cooldown, min_lr=min_lr, eps=eps
        )
        check_below_one(factor=factor)
        check_has("optimizer", optimizer, "lr")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr, self.eps = cooldown, min_lr, eps
        self.best = self._worst = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metric: float) -> None:
        """Take note of the metric of the epoch that has ended, and reduce the rate if it is time.

        Parameters
        ----------
        metric : float
            For instance the validation loss.
        """
        check_number(metric=metric)
        metric = float(metric)
        self.last_epoch += 1
        if self._is_better(metric):
            self.best = metric
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _is_better(self, metric: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.best == self._worst:
            target = self._worst  # a part of infinity would be NaN, or the best there is
        elif self.threshold_mode == "rel":
            target = self.best * (1 + sign * self.threshold)
        else:
            target = self.best + sign * self.threshold
        return sign * metric > sign * target

    def _reduce(self) -> None:
        lr = max(self.optimizer.lr * self.factor, self.min_lr)
        if self.optimizer.lr - lr > self.eps:
            self.optimizer.lr = lr

    def get_last_lr(self) -> list[float]:
        """Return the rate that is set now, in a list, as torch does."""
        return [self.optimizer.lr]

    def state_dict(self) -> dict[str, Any]:
        """Return what is needed to continue: the best metric and the counters."""
        names = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned; the rate is the optimizer's to restore."""
        check_state(state_dict, self.state_dict())
        for name in self.state_dict():
            setattr(self, name, state_dict[name])
