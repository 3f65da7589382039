"""torch's schedules behind the interface of the exercise; the course's where there is no torch."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import course.schedules


def reference(name: str) -> Any:
    """Return the reference of a name: torch's, or the course's where torch is not installed.

    Parameters
    ----------
    name : str
        The name of what the learner writes.
    """
    if importlib.util.find_spec("torch") is not None:
        return TORCH[name]
    found = getattr(course.schedules, name)
    return partial(found, eps=0.0) if name == "ReduceLROnPlateau" else found


def _run(times: int, base_lr: float, make: Callable) -> float:
    """Return the rate that a schedule of torch has set after some steps."""
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base_lr)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    optimizer.step()
    for _ in range(times):
        schedule.step()
    return optimizer.param_groups[0]["lr"]


def _step_lr(epoch, *, base_lr, step_size, gamma=0.1):
    return _run(epoch, base_lr, lambda torch, o: torch.StepLR(o, step_size, gamma))


def _cosine_lr(epoch, *, base_lr, T_max, eta_min=0.0):
    return _run(epoch, base_lr, lambda torch, o: torch.CosineAnnealingLR(o, T_max, eta_min))


def _warmup_cosine_lr(step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
    n = warmup_steps

    def make(torch, o):
        fall = torch.CosineAnnealingLR(o, total_steps - n, eta_min)
        if n == 0:
            return fall
        rise = torch.LinearLR(o, 1 / n, total_iters=max(n - 1, 1))
        return torch.SequentialLR(o, [rise, fall], milestones=[n])

    return _run(step, base_lr, make)


class _TorchPlateau:
    """torch's ReduceLROnPlateau, steering any object with an lr.

    It departs from torch twice, as the contract does: the first number is better at any threshold
    (torch multiplies infinity by 1 - threshold), and no reduction is too small to be made.
    """

    def __init__(self, optimizer, **options):
        import torch

        course.schedules.ReduceLROnPlateau(optimizer, **options)
        self.optimizer = optimizer
        self.inner = torch.optim.SGD([torch.zeros(1)], lr=optimizer.lr)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(self.inner, eps=0.0, **options)

    def step(self, metric):
        self.inner.param_groups[0]["lr"] = self.optimizer.lr
        if math.isinf(self.plateau.best) and not math.isnan(metric):
            self.plateau.best, self.plateau.num_bad_epochs = metric, 0
            return
        self.plateau.step(metric)
        self.optimizer.lr = self.inner.param_groups[0]["lr"]


TORCH = {
    "step_lr": _step_lr,
    "cosine_lr": _cosine_lr,
    "warmup_cosine_lr": _warmup_cosine_lr,
    "ReduceLROnPlateau": _TorchPlateau,
}
