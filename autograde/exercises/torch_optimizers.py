"""torch.optim behind the interface of the course: the reference where torch is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import Any

from course import optim
from course.nn import Parameter


def reference(name: str) -> type:
    """Return the reference optimizer of a name: torch's, or the course's where torch is not.

    Parameters
    ----------
    name : str
        The name of a class of both ``torch.optim`` and ``course.optim``.
    """
    if importlib.util.find_spec("torch") is None:
        return getattr(optim, name)
    return type(name, (_TorchOptimizer,), {"__doc__": f"torch.optim.{name}.", "name": name})


class _TorchOptimizer:
    """Hands the course's parameters to torch, sharing their memory."""

    name: str

    def __init__(self, params: Iterable[Parameter], lr: float | None = None, **options: Any):
        import torch

        self.params = list(params)
        self.tensors = [torch.from_numpy(p.data).requires_grad_() for p in self.params]
        if lr is not None:
            options["lr"] = lr
        make = getattr(torch.optim, self.name)
        self.optimizer = make(self.tensors, foreach=False, **options)
        self.lr = self.optimizer.param_groups[0]["lr"]

    def step(self) -> None:
        import torch

        self.optimizer.param_groups[0]["lr"] = self.lr
        for param, tensor in zip(self.params, self.tensors, strict=True):
            tensor.grad = None if param.grad is None else torch.from_numpy(param.grad)
        self.optimizer.step()
