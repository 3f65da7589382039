"""Calling an answer that draws weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograde.check import array

Shape = tuple[int, ...]
Draw = Callable[..., np.ndarray]


def call(draw: Draw, shape: Shape, rng: np.random.Generator, **options: float) -> np.ndarray:
    """Return what one call draws, as floats."""
    return array(draw(shape, rng, **options), "what you return", shape=shape).astype(
        float, copy=False
    )
