"""The schedules that move the momentum against the rate, as in torch."""

from collections.abc import Callable
from typing import Any, Literal

from course._checks import check_count
from course._ranges import (
    check_above_zero,
    check_at_least_zero,
    check_in_unit_interval,
    check_one_of,
)
from course.cycles import cyclic_lr, cyclic_momentum, one_cycle_lr, one_cycle_momentum
from course.schedule import Schedule

__all__ = ["CyclicLR", "OneCycleLR"]


class MomentumSchedule(Schedule):
    """Set the rate of an optimizer, and its momentum unless told not to.

    Parameters
    ----------
    optimizer : object
        With attributes `lr` and, for the momentum, `betas` or else `momentum`.
    momenta : dict or None
        `base_momentum` and `max_momentum`, or None to leave the momentum alone.
    **options
        What the functions for the rate and for the momentum have in common.
    """

    momentum_function: Callable[..., float]

    def __init__(
        self, optimizer: Any, momenta: dict[str, float] | None, rates: dict, **options: Any
    ) -> None:
        if momenta is not None and not (
            hasattr(optimizer, "betas") or hasattr(optimizer, "momentum")
        ):
            raise ValueError(
                "optimizer must have betas or momentum for cycle_momentum=True, "
                f"got {type(optimizer).__name__}"
            )
        self.momenta, self.rates = momenta, rates
        super().__init__(optimizer, **options)

    def lr_at(self, epoch: int) -> float:
        """Return the rate of a step, counted from 0; nothing is set."""
        return type(self).function(epoch, **self.rates, **self.options)

    def momentum_at(self, epoch: int) -> float:
        """Return the momentum of a step, counted from 0; nothing is set."""
        return type(self).momentum_function(epoch, **(self.momenta or {}), **self.options)

    def go_to(self, epoch: int) -> None:
        """Set the optimizer to what it shall be in a step, counted from 0."""
        super().go_to(epoch)
        if self.momenta is None:
            return
        if hasattr(self.optimizer, "betas"):
            self.optimizer.betas = (self.momentum_at(epoch), *self.optimizer.betas[1:])
        else:
            self.optimizer.momentum = self.momentum_at(epoch)


class OneCycleLR(MomentumSchedule):
    """Let the rate rise to `max_lr` once and fall far below where it started; step per batch.

    Parameters
    ----------
    optimizer : object
        With attributes `lr` and, if `cycle_momentum`, `betas` or `momentum`.
    max_lr : float
        The highest rate.
    total_steps : int, optional
        Steps of the whole cycle; if not given, ``epochs * steps_per_epoch``.
    epochs, steps_per_epoch : int, optional
    pct_start : float
        Part of the cycle, in [0, 1], in which the rate rises.
    anneal_strategy : {"cos", "linear"}
        Shape of the rise and of the fall.
    cycle_momentum : bool
        Move the momentum (of Adam: the first beta) the other way.
    base_momentum, max_momentum : float
        The lowest and the highest momentum.
    div_factor, final_div_factor : float
        The first rate is ``max_lr / div_factor``, the last one that divided by the other.
    three_phase : bool
        Fall to the first rate as long as it rose, and only then to the last.

    Raises
    ------
    ValueError
        ``total_steps must be an integer >= 1, got 0``; and from `step`, once it is used up:
        ``step must be at most total_steps = 10, got 11: the cycle is finished``.

    See Also
    --------
    course.cycles.one_cycle_lr, course.cycles.one_cycle_momentum : The functions.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> from course.optim import Adam
    >>> optimizer = Adam([Parameter(np.zeros(1))])
    >>> schedule = OneCycleLR(optimizer, max_lr=0.1, total_steps=100)
    >>> round(optimizer.lr, 6), optimizer.betas
    (0.004, (0.95, 0.999))
    """

    function = staticmethod(one_cycle_lr)
    momentum_function = staticmethod(one_cycle_momentum)

    def __init__(
        self,
        optimizer: Any,
        max_lr: float,
        *,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError(
                    "total_steps, or epochs and steps_per_epoch, must be given, "
                    f"got {total_steps}, {epochs} and {steps_per_epoch}"
                )
            check_count("epochs", epochs)
            check_count("steps_per_epoch", steps_per_epoch)
            total_steps = epochs * steps_per_epoch
        check_count("total_steps", total_steps)
        check_at_least_zero(max_lr=max_lr)
        check_in_unit_interval(pct_start=pct_start)
        check_in_unit_interval(base_momentum=base_momentum, max_momentum=max_momentum)
        check_one_of("cos", "linear", anneal_strategy=anneal_strategy)
        check_above_zero(div_factor=div_factor, final_div_factor=final_div_factor)
        super().__init__(
            optimizer,
            {"base_momentum": base_momentum, "max_momentum": max_momentum}
            if cycle_momentum
            else None,
            {"max_lr": max_lr, "div_factor": div_factor, "final_div_factor": final_div_factor},
            total_steps=total_steps,
            pct_start=pct_start,
            anneal_strategy=anneal_strategy,
            three_phase=three_phase,
        )


class CyclicLR(MomentumSchedule):
    """Let the rate go up and down between two bounds; step per batch.

    Parameters
    ----------
    optimizer : object
        With attributes `lr` and, if `cycle_momentum`, `betas` or `momentum`.
    base_lr, max_lr : float
        The bounds.
    step_size_up, step_size_down : int
        Steps of a rise and of a fall; by default a fall takes as long as a rise.
    mode : {"triangular", "triangular2", "exp_range"}
        Whether all peaks have one height, each is half as high above `base_lr` as the one before,
        or the height shrinks as ``gamma**step``.
    gamma : float
        Base of that power, in the mode "exp_range" only.
    cycle_momentum : bool
        Move the momentum (of Adam: the first beta) the other way.
    base_momentum, max_momentum : float
        The bounds of the momentum.

    Raises
    ------
    ValueError
        ``base_lr must be >= 0, got -1``.

    See Also
    --------
    course.cycles.cyclic_lr, course.cycles.cyclic_momentum : The functions.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> from course.optim import SGD
    >>> optimizer = SGD([Parameter(np.zeros(1))], momentum=0.5)
    >>> schedule = CyclicLR(optimizer, base_lr=0.1, max_lr=0.5, step_size_up=4)
    >>> schedule.step()
    >>> round(optimizer.lr, 6), round(optimizer.momentum, 6)
    (0.2, 0.875)
    """

    function = staticmethod(cyclic_lr)
    momentum_function = staticmethod(cyclic_momentum)

    def __init__(
        self,
        optimizer: Any,
        base_lr: float,
        max_lr: float,
        *,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
    ) -> None:
        check_at_least_zero(base_lr=base_lr, max_lr=max_lr, gamma=gamma)
        check_count("step_size_up", step_size_up)
        if step_size_down is not None:
            check_count("step_size_down", step_size_down)
        check_one_of("triangular", "triangular2", "exp_range", mode=mode)
        check_in_unit_interval(base_momentum=base_momentum, max_momentum=max_momentum)
        super().__init__(
            optimizer,
            {"base_momentum": base_momentum, "max_momentum": max_momentum}
            if cycle_momentum
            else None,
            {"base_lr": base_lr, "max_lr": max_lr},
            step_size_up=step_size_up,
            step_size_down=step_size_down,
            mode=mode,
            gamma=gamma,
        )
