"""Curves over training: mean and spread over seeds, schedules, annotated lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course.plots.style import CARD, INK, PALE, axes_or_new, mark, styled


@styled
def learning_curves(
    curves: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    xlabel: str = "epoch",
    x: ArrayLike | None = None,
    spread: Literal["sd", "range"] = "sd",
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean over seeds of each curve, and its spread as a band.

    Parameters
    ----------
    curves : mapping of str to array_like of shape (seeds, epochs)
        By label; a single run may have shape (epochs,).
    ylabel : str
        The quantity and its unit, such as ``"test accuracy (%)"``.
    xlabel : str
        What the second axis of the arrays counts.
    x : array_like of shape (epochs,), optional
        Positions; epochs counted from 0 by default.
    spread : {"sd", "range"}
        The band: one standard deviation (n - 1) to both sides of the mean, or from the lowest to
        the highest seed, which suits a logarithmic axis.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``curve 'adam' must have shape (seeds, epochs), got (2, 3, 4)``, or
        ``spread must be 'sd' or 'range', got 'sem'``.

    Notes
    -----
    A curve ends where the first of its seeds is no longer finite: the mean of those that survive
    would flatter the method.

    Examples
    --------
    >>> ax = learning_curves({"adam": [[0.9, 0.5, 0.3], [1.1, 0.4, 0.2]]}, ylabel="training loss")
    >>> ax.get_legend().get_title().get_text()
    'mean and sd of 2 seeds'
    """
    if spread not in ("sd", "range"):
        raise ValueError(f"spread must be 'sd' or 'range', got {spread!r}")
    ax = axes_or_new(ax)
    seeds = set()
    for label, runs in curves.items():
        runs = _runs(label, runs)
        seeds.add(len(runs))
        positions = np.arange(runs.shape[1]) if x is None else np.asarray(x)
        middle, low, high = _band(runs, spread)
        (line,) = ax.plot(positions, middle, label=label)
        mark(line, 0.15)
        if len(runs) > 1:
            ax.fill_between(positions, low, high, color=line.get_color(), alpha=0.18, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(title=_caption(spread, seeds))
    return ax


@styled
def annotated_lines(
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    notes: Mapping[str, tuple[float, float]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw lines by label, and point at what there is to see.

    Parameters
    ----------
    lines : mapping of str to (array_like of shape (n,), array_like of shape (n,))
        Abscissae and ordinates by label.
    xlabel, ylabel : str
        The quantities and their units.
    notes : mapping of str to (float, float), optional
        A remark, and the point in data coordinates that its arrow touches.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = annotated_lines({"gradient": ([0, 1, 2], [4.0, 2.0, 1.0])}, xlabel="step",
    ...                      ylabel="norm of the gradient", notes={"half": (1, 2.0)})
    >>> [text.get_text() for text in ax.texts]
    ['half']
    """
    ax = axes_or_new(ax)
    for label, (x, y) in lines.items():
        (line,) = ax.plot(np.asarray(x), np.asarray(y), label=label)
        mark(line, 0.15)
    for remark, point in (notes or {}).items():
        _note(ax, remark, point)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        ax.legend()
    return ax


def schedules(
    rates: Mapping[str, ArrayLike],
    *,
    xlabel: str = "epoch",
    ylabel: str = "learning rate",
    ax: Axes | None = None,
) -> Axes:
    """Draw learning-rate schedules, one value per step or epoch.

    Parameters
    ----------
    rates : mapping of str to array_like of shape (steps,)
        By label; position 0 is what the first step is taken with.
    xlabel, ylabel : str
        What the positions count, and what is scheduled (a momentum, say).
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> schedules({"step": [0.1, 0.1, 0.01]}).get_ylabel()
    'learning rate'
    """
    lines = {label: (np.arange(len(rate)), rate) for label, rate in rates.items()}
    ax = annotated_lines(lines, xlabel=xlabel, ylabel=ylabel, ax=ax)
    for line in ax.lines:
        line.set_drawstyle("steps-post")
    return ax


def _note(ax: Axes, remark: str, point: tuple[float, float]) -> None:
    ax.annotate(
        remark,
        point,
        xytext=(26, 26),
        textcoords="offset points",
        fontsize=9,
        zorder=6,
        bbox={"boxstyle": "round,pad=0.3", "facecolor": CARD, "edgecolor": PALE},
        arrowprops={"arrowstyle": "->", "color": INK, "shrinkB": 3},
    )


def _runs(label: str, runs: ArrayLike) -> np.ndarray:
    array = np.atleast_2d(np.asarray(runs, dtype=float))
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"curve {label!r} must have shape (seeds, epochs), got {array.shape}")
    return np.where(np.isfinite(array), array, np.nan)


def _band(runs: np.ndarray, spread: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    middle = runs.mean(axis=0)
    if spread == "range" or len(runs) == 1:
        return middle, runs.min(axis=0), runs.max(axis=0)
    sd = runs.std(axis=0, ddof=1)
    return middle, middle - sd, middle + sd


def _caption(spread: str, seeds: set[int]) -> str | None:
    if seeds <= {1}:
        return None
    count = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    return f"mean and {spread} of {count} seeds"
