"""What all schedules share (binding, counting, saving and loading), and one after the other."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from course._checks import check_count
from course._parts import check_has, check_state, checked_list
from course._ranges import check_at_least_zero
from course.lr_functions import sequential_lr

__all__ = ["Schedule", "SequentialLR"]


class Schedule:
    """Set the rate of an optimizer to a function of the number of epochs (or steps) done.

    A subclass names the pure `function` and passes its options on.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`. Its rate at the first schedule becomes its `initial_lr`,
        from which every later schedule for it starts, too, as in torch.
    **options
        The keyword arguments of the function, except for `base_lr`.

    Attributes
    ----------
    last_epoch : int
        Calls of `step` so far.
    base_lr : float
        The `initial_lr` of the optimizer.

    Raises
    ------
    TypeError
        ``optimizer must have lr, got list``.
    """

    function: Callable[..., float]

    def __init__(self, optimizer: Any, **options: Any) -> None:
        check_has("optimizer", optimizer, "lr")
        if not hasattr(optimizer, "initial_lr"):
            optimizer.initial_lr = optimizer.lr
        self.optimizer = optimizer
        self.base_lr = optimizer.initial_lr
        self.options = options
        self.go_to(0)

    def lr_at(self, epoch: int) -> float:
        """Return the rate of an epoch, counted from 0; nothing is set."""
        lr = type(self).function(epoch, base_lr=self.base_lr, **self.options)
        check_at_least_zero(**{f"lr of {type(self).__name__} in epoch {epoch}": lr})
        return lr

    def go_to(self, epoch: int) -> None:
        """Set the optimizer to what it shall be in an epoch, counted from 0."""
        self.optimizer.lr = float(self.lr_at(epoch))
        self.last_epoch = epoch

    def step(self) -> None:
        """Go on to the next epoch (or step). Call it after the optimizer's own `step`."""
        self.go_to(self.last_epoch + 1)

    def get_last_lr(self) -> list[float]:
        """Return the rate that is set now, in a list, as torch does."""
        return [self.optimizer.lr]

    def state_dict(self) -> dict[str, Any]:
        """Return what is needed to continue: the count and the base rate."""
        return {"last_epoch": self.last_epoch, "base_lr": self.base_lr}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned, and set the optimizer accordingly."""
        check_state(state_dict, self.state_dict())
        self.base_lr = state_dict["base_lr"]
        self.go_to(state_dict["last_epoch"])


class SequentialLR(Schedule):
    """Run one schedule after the other, each from its own epoch 0.

    Parameters
    ----------
    optimizer : object
        Anything with an attribute `lr`.
    schedulers : sequence of Schedule
        For the same optimizer.
    milestones : sequence of int
        Epochs at which the second, third, ... schedule starts, in ascending order.

    Raises
    ------
    ValueError
        ``milestones must be 1 fewer than the 2 schedulers, got [5, 9]``; or a scheduler is of
        another optimizer.
    TypeError
        ``schedulers must be functions of the epoch, got ReduceLROnPlateau``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from course.schedules import ExponentialLR, LinearLR
    >>> optimizer = SimpleNamespace(lr=1.0)
    >>> warmup = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> decay = ExponentialLR(optimizer, gamma=0.1)
    >>> schedule = SequentialLR(optimizer, [warmup, decay], milestones=[2])
    >>> [round(schedule.lr_at(epoch), 6) for epoch in range(5)]
    [0.5, 0.75, 1.0, 0.1, 0.01]
    """

    def __init__(
        self, optimizer: Any, schedulers: Sequence[Schedule], milestones: Sequence[int]
    ) -> None:
        self.schedulers = checked_list("schedulers", schedulers)
        self.milestones = checked_list("milestones", milestones)
        for scheduler in self.schedulers:
            if not isinstance(scheduler, Schedule):
                name = type(scheduler).__name__
                raise TypeError(f"schedulers must be functions of the epoch, got {name}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(
                    "schedulers must be for the same optimizer, "
                    f"got a {type(scheduler).__name__} for another"
                )
        for milestone in self.milestones:
            check_count("milestones", milestone, 0)
        if len(self.milestones) != len(self.schedulers) - 1:
            raise ValueError(
                f"milestones must be 1 fewer than the {len(self.schedulers)} schedulers, "
                f"got {self.milestones}"
            )
        if self.milestones != sorted(self.milestones):
            raise ValueError(f"milestones must be in ascending order, got {self.milestones}")
        super().__init__(optimizer)

    def lr_at(self, epoch: int) -> float:
        """Return the rate of an epoch, counted from 0; nothing is set."""
        functions = [scheduler.lr_at for scheduler in self.schedulers]
        return sequential_lr(epoch, schedules=functions, milestones=self.milestones)

    def go_to(self, epoch: int) -> None:
        """Let the schedule whose turn it is set the optimizer."""
        i = bisect_right(self.milestones, epoch)
        self.schedulers[i].go_to(epoch - self.milestones[i - 1] if i else epoch)
        self.last_epoch = epoch

    def state_dict(self) -> dict[str, Any]:
        """Return what is needed to continue: the count, and the states of the schedules."""
        states = [scheduler.state_dict() for scheduler in self.schedulers]
        return super().state_dict() | {"schedulers": states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned, and set the optimizer accordingly."""
        check_state(state_dict, self.state_dict())
        for scheduler, state in zip(self.schedulers, state_dict["schedulers"], strict=True):
            scheduler.load_state_dict(state)
        super().load_state_dict(state_dict)
