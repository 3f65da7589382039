"""The learning-rate schedules of the course, with torch's names, arguments and defaults.

Each binds an optimizer to a pure function of `course.lr_functions` or `course.cycles`: making one
sets the rate for epoch 0, every `step` sets the next. Unlike torch, which multiplies the current
rate, all compute it anew from the number of steps; both give the same numbers. The optimizer may
be any object with an attribute `lr`. Functions and schedules are all found under this one name.
"""

from collections.abc import Callable, Iterable
from typing import Any

from course._checks import check_count
from course._parts import check_callable, checked_list
from course._ranges import check_at_least_zero, check_in_unit_interval, check_number
from course.cycles import cyclic_lr, cyclic_momentum, one_cycle_lr, one_cycle_momentum
from course.lr_functions import (
    cosine_lr,
    cosine_warm_restarts_lr,
    exponential_lr,
    lambda_lr,
    linear_lr,
    multi_step_lr,
    sequential_lr,
    step_lr,
    warmup_cosine_lr,
)
from course.momentum_schedules import CyclicLR, OneCycleLR
from course.plateau import ReduceLROnPlateau
from course.range_test import RangeTest, lr_range_test
from course.schedule import Schedule, SequentialLR

__all__ = [
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "RangeTest",
    "ReduceLROnPlateau",
    "Schedule",
    "SequentialLR",
    "StepLR",
    "cosine_lr",
    "cosine_warm_restarts_lr",
    "cyclic_lr",
    "cyclic_momentum",
    "exponential_lr",
    "lambda_lr",
    "linear_lr",
    "lr_range_test",
    "multi_step_lr",
    "one_cycle_lr",
    "one_cycle_momentum",
    "sequential_lr",
    "step_lr",
    "warmup_cosine_lr",
]


class StepLR(Schedule):
    """Multiply the rate by `gamma` every `step_size` epochs.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    step_size : int
        Epochs between two drops.
    gamma : float
        Factor of each drop.

    Raises
    ------
    ValueError
        ``step_size must be an integer >= 1, got 0``; ``gamma must be >= 0, got nan``.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> from course.optim import SGD
    >>> optimizer = SGD([Parameter(np.zeros(1))], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for epoch in range(4):
    ...     schedule.step()
    >>> optimizer.lr
    0.25
    """

    function = staticmethod(step_lr)

    def __init__(self, optimizer: Any, step_size: int, *, gamma: float = 0.1) -> None:
        check_count("step_size", step_size)
        check_at_least_zero(gamma=gamma)
        super().__init__(optimizer, step_size=step_size, gamma=gamma)


class MultiStepLR(Schedule):
    """Multiply the rate by `gamma` at each milestone.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    milestones : iterable of int
        Epochs whose rate is the first to be lower, in any order; one may appear twice.
    gamma : float
        Factor of each drop.

    Raises
    ------
    ValueError
        ``gamma must be >= 0, got nan``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = MultiStepLR(SimpleNamespace(lr=1.0), [1, 3], gamma=0.5)
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [1.0, 0.5, 0.5, 0.25]
    """

    function = staticmethod(multi_step_lr)

    def __init__(self, optimizer: Any, milestones: Iterable[int], *, gamma: float = 0.1) -> None:
        check_at_least_zero(gamma=gamma)
        milestones = checked_list("milestones", milestones)
        for milestone in milestones:
            check_count("milestones", milestone, 0)
        super().__init__(optimizer, milestones=sorted(milestones), gamma=gamma)


class ExponentialLR(Schedule):
    """Multiply the rate by `gamma` every epoch.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    gamma : float
        Factor of each epoch.

    Raises
    ------
    ValueError
        ``gamma must be >= 0, got nan``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = ExponentialLR(SimpleNamespace(lr=1.0), gamma=0.5)
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    function = staticmethod(exponential_lr)

    def __init__(self, optimizer: Any, gamma: float) -> None:
        check_at_least_zero(gamma=gamma)
        super().__init__(optimizer, gamma=gamma)


class LinearLR(Schedule):
    """Move the rate on a straight line, then hold it: a warmup, as a rule.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    start_factor : float
        Factor of the base rate at epoch 0, in (0, 1].
    end_factor : float
        Factor from epoch `total_iters` on, in [0, 1].
    total_iters : int
        Epochs (or steps) from the first factor to the last.

    Raises
    ------
    ValueError
        ``start_factor must be in (0, 1], got 0``; ``total_iters must be an integer >= 1, got 0``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = LinearLR(SimpleNamespace(lr=1.0), start_factor=0.5, total_iters=2)
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    function = staticmethod(linear_lr)

    def __init__(
        self,
        optimizer: Any,
        *,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        check_number(start_factor=start_factor)
        check_in_unit_interval(end_factor=end_factor)
        if not 0 < start_factor <= 1:
            raise ValueError(f"start_factor must be in (0, 1], got {start_factor}")
        check_count("total_iters", total_iters)
        super().__init__(
            optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters
        )


class CosineAnnealingLR(Schedule):
    """Let the rate fall along half a period of a cosine.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    T_max : int
        Epoch of the lowest rate.
    eta_min : float
        The lowest rate.

    Raises
    ------
    ValueError
        ``T_max must be an integer >= 1, got 0``; ``eta_min must be >= 0, got -1``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = CosineAnnealingLR(SimpleNamespace(lr=1.0), T_max=3)
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [1.0, 0.75, 0.25, 0.0]
    """

    function = staticmethod(cosine_lr)

    def __init__(self, optimizer: Any, T_max: int, *, eta_min: float = 0.0) -> None:
        check_count("T_max", T_max)
        check_at_least_zero(eta_min=eta_min)
        super().__init__(optimizer, T_max=T_max, eta_min=eta_min)


class CosineAnnealingWarmRestarts(Schedule):
    """Let the rate fall along a cosine, start again, and again.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    T_0 : int
        Epochs of the first period.
    T_mult : int
        Each period is so many times as long as the one before.
    eta_min : float
        The rate that a period falls to.

    Raises
    ------
    ValueError
        ``T_0 must be an integer >= 1, got 0``; ``eta_min must be >= 0, got -1``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = CosineAnnealingWarmRestarts(SimpleNamespace(lr=1.0), T_0=2)
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [1.0, 0.5, 1.0, 0.5]
    """

    function = staticmethod(cosine_warm_restarts_lr)

    def __init__(self, optimizer: Any, T_0: int, *, T_mult: int = 1, eta_min: float = 0.0) -> None:
        check_count("T_0", T_0)
        check_count("T_mult", T_mult)
        check_at_least_zero(eta_min=eta_min)
        super().__init__(optimizer, T_0=T_0, T_mult=T_mult, eta_min=eta_min)


class LambdaLR(Schedule):
    """Multiply the base rate by a factor of one's own.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    lr_lambda : callable
        From the epoch, counted from 0, to the factor.

    Raises
    ------
    TypeError
        ``lr_lambda must be callable, got 0.5``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> schedule = LambdaLR(SimpleNamespace(lr=1.0), lambda epoch: 1 / (1 + epoch))
    >>> [round(schedule.lr_at(epoch), 4) for epoch in range(4)]
    [1.0, 0.5, 0.3333, 0.25]
    """

    function = staticmethod(lambda_lr)

    def __init__(self, optimizer: Any, lr_lambda: Callable[[int], float]) -> None:
        check_callable("lr_lambda", lr_lambda)
        super().__init__(optimizer, lr_lambda=lr_lambda)
