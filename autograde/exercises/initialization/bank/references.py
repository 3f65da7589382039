"""torch.nn.init behind the interface of the course: the reference where torch is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

import course.init

WITH_TORCH = importlib.util.find_spec("torch") is not None


def fans(shape):
    """Return the fans that torch finds, of a tensor without memory."""
    import torch

    tensor = torch.empty(shape, device="meta")
    return torch.nn.init._calculate_fan_in_and_fan_out(tensor)


def drawn_by(initialize: str, **options: Any) -> Callable[..., np.ndarray]:
    """Return a function of torch.nn.init that draws from a generator of NumPy."""

    def draw(shape, rng, **more):
        import torch

        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        tensor = torch.empty(shape, dtype=torch.float64)
        getattr(torch.nn.init, initialize)(tensor, generator=generator, **options, **more)
        return tensor.numpy()

    draw.__doc__ = f"torch.nn.init.{initialize}"
    return draw


def reference(ours: str, theirs: Any) -> Any:
    """Return what torch offers, or what the course does where torch is not."""
    return theirs if WITH_TORCH else getattr(course.init, ours)
