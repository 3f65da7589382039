"""Cyclic schedules as pure functions: the rate goes up and down, the momentum the other way."""

import math
from bisect import bisect_left
from typing import Literal

__all__ = ["cyclic_lr", "cyclic_momentum", "one_cycle_lr", "one_cycle_momentum"]

Anneal = Literal["cos", "linear"]
Mode = Literal["triangular", "triangular2", "exp_range"]


def one_cycle_lr(
    step: int,
    *,
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: Anneal = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> float:
    """Return a rate that rises to `max_lr` once, then falls far below where it started.

    Parameters
    ----------
    step : int
        Steps (batches) done, counted from 0.
    max_lr : float
        The highest rate.
    total_steps : int
        Steps of the whole cycle.
    pct_start : float
        Part of the cycle, in [0, 1], in which the rate rises.
    anneal_strategy : {"cos", "linear"}
        Shape of the rise and of the fall.
    div_factor : float
        The first rate is ``max_lr / div_factor``.
    final_div_factor : float
        The last rate is the first one divided by this.
    three_phase : bool
        Fall to the first rate as long as it rose, and only then to the last.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``step must be at most total_steps = 10, got 11: the cycle is finished``.

    Notes
    -----
    At step `total_steps`, after the last batch, torch extrapolates; we keep the last rate.

    References
    ----------
    Smith, Topin (2018), Super-convergence: very fast training of neural networks using large
    learning rates, section 3. The two phases and the cosine are fastai's.

    Examples
    --------
    >>> [round(one_cycle_lr(s, max_lr=1.0, total_steps=5, pct_start=0.6), 6) for s in range(5)]
    [0.04, 0.52, 1.0, 0.500002, 4e-06]
    """
    first = max_lr / div_factor
    last = first / final_div_factor
    heights = [first, max_lr, first, last] if three_phase else [first, max_lr, last]
    return _anneal_through(heights, step, total_steps, pct_start, anneal_strategy)


def one_cycle_momentum(
    step: int,
    *,
    total_steps: int,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    pct_start: float = 0.3,
    anneal_strategy: Anneal = "cos",
    three_phase: bool = False,
) -> float:
    """Return the momentum that goes with `one_cycle_lr`: low where the rate is high.

    Parameters
    ----------
    step : int
        Steps (batches) done, counted from 0.
    total_steps : int
        Steps of the whole cycle.
    base_momentum, max_momentum : float
        The lowest and the highest momentum.
    pct_start, anneal_strategy, three_phase : float, str, bool
        As in `one_cycle_lr`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``step must be at most total_steps = 10, got 11: the cycle is finished``.

    Examples
    --------
    >>> [round(one_cycle_momentum(step, total_steps=5, pct_start=0.6), 6) for step in range(5)]
    [0.95, 0.9, 0.85, 0.9, 0.95]
    """
    heights = [max_momentum, base_momentum, max_momentum]
    if three_phase:
        heights.append(max_momentum)
    return _anneal_through(heights, step, total_steps, pct_start, anneal_strategy)


def _anneal_through(
    heights: list[float], step: int, total_steps: int, pct_start: float, shape: Anneal
) -> float:
    """Return the value at `step` of a curve through `heights`, which `pct_start` spaces."""
    if step > total_steps:
        raise ValueError(
            f"step must be at most total_steps = {total_steps}, got {step}: the cycle is finished"
        )
    rise = pct_start * total_steps
    ends = [i * rise - i for i in range(1, len(heights) - 1)] + [total_steps - 1]
    i = bisect_left(ends[:-1], step)
    start, end = ends[i - 1] if i else 0.0, ends[i]
    done = min((step - start) / (end - start), 1.0) if end > start else 1.0
    left = (1 + math.cos(math.pi * done)) / 2 if shape == "cos" else 1 - done
    return heights[i + 1] + (heights[i] - heights[i + 1]) * left


def cyclic_lr(
    step: int,
    *,
    base_lr: float,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: Mode = "triangular",
    gamma: float = 1.0,
) -> float:
    """Return a rate that goes up and down between two bounds on straight lines.

    Parameters
    ----------
    step : int
        Steps (batches) done, counted from 0.
    base_lr, max_lr : float
        The bounds.
    step_size_up, step_size_down : int
        Steps of a rise and of a fall; by default a fall takes as long as a rise.
    mode : {"triangular", "triangular2", "exp_range"}
        Whether all peaks have one height, each is half as high above `base_lr` as the one before,
        or the height shrinks as ``gamma**step``.
    gamma : float
        Base of that power, in the mode "exp_range" only.

    Returns
    -------
    float

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.2.

    Examples
    --------
    >>> options = {"base_lr": 0.0, "max_lr": 1.0, "step_size_up": 2, "mode": "triangular2"}
    >>> [cyclic_lr(step, **options) for step in range(8)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25]
    """
    height = _triangle(step, step_size_up, step_size_down, mode, gamma)
    return base_lr + (max_lr - base_lr) * height


def cyclic_momentum(
    step: int,
    *,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: Mode = "triangular",
    gamma: float = 1.0,
) -> float:
    """Return the momentum that goes with `cyclic_lr`: low where the rate is high.

    Parameters
    ----------
    step : int
        Steps (batches) done, counted from 0.
    base_momentum, max_momentum : float
        The bounds; the momentum starts at the upper one.
    step_size_up, step_size_down, mode, gamma
        As in `cyclic_lr`.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(cyclic_momentum(step, step_size_up=2), 6) for step in range(5)]
    [0.9, 0.85, 0.8, 0.85, 0.9]
    """
    height = _triangle(step, step_size_up, step_size_down, mode, gamma)
    return max_momentum - (max_momentum - base_momentum) * height


def _triangle(step: int, up: int, down: int | None, mode: Mode, gamma: float) -> float:
    """Return the height at `step` of triangles that start at 0 and first reach 1."""
    down = up if down is None else down
    cycle, position = divmod(step, up + down)
    height = position / up if position <= up else 1 - (position - up) / down
    if mode == "triangular2":
        height *= 0.5**cycle
    elif mode == "exp_range":
        height *= gamma**step
    return height
