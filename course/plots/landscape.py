"""The path of an optimizer over the contours of a loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from course.plots.style import CARD, GREY, INK, axes_or_new, mark, styled

_RELIEF = LinearSegmentedColormap.from_list("relief", ["#ffffff", "#c9d3dc"])
_RESOLUTION = 120


@styled
def contours(
    landscape: Any,
    trajectories: Mapping[str, ArrayLike] | None = None,
    *,
    bounds: tuple[tuple[float, float], tuple[float, float]] | None = None,
    xlabel: str = r"$\theta_1$",
    ylabel: str = r"$\theta_2$",
    ax: Axes | None = None,
) -> Axes:
    """Draw the contours of a loss in two parameters, and the paths that optimizers took.

    Parameters
    ----------
    landscape : object
        Has ``value(theta)`` for theta of shape (2,), and ``bounds``; where it also has
        ``minimum`` (shape (2,), or None), that point is marked by a star.
    trajectories : mapping of str to array_like of shape (steps + 1, 2), optional
        By label; row 0 is the start (hollow circle), the last row the end (filled marker).
        A path that leaves the bounds, or stops being finite, says so in the legend.
    bounds : ((low, high), (low, high)), optional
        Of the first and of the second parameter; the landscape's own by default.
    xlabel, ylabel : str
        Names of the two parameters.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``trajectory 'adam' must have shape (steps + 1, 2), got (7,)``.

    Notes
    -----
    Neighbouring contours are a constant factor apart in the height above the lowest value of the
    grid, so that a long flat valley shows as well as its steep walls.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> bowl = SimpleNamespace(value=lambda theta: theta @ theta, minimum=[0, 0],
    ...                        bounds=((-1, 1), (-1, 1)))
    >>> ax = contours(bowl, {"sgd": [[0.8, 0.8], [0.4, 0.4], [0.2, 0.2]]})
    >>> ax.get_legend_handles_labels()[1]
    ['sgd', 'minimum']
    """
    ax = axes_or_new(ax, (6.4, 4.6))
    (left, right), (bottom, top) = landscape.bounds if bounds is None else bounds
    xs, ys = np.linspace(left, right, _RESOLUTION), np.linspace(bottom, top, _RESOLUTION)
    height = np.array([[float(landscape.value(np.array([x, y]))) for x in xs] for y in ys])
    _relief(ax, xs, ys, height)

    for label, trajectory in (trajectories or {}).items():
        _path(ax, label, np.asarray(trajectory, dtype=float), (left, right), (bottom, top))
    minimum = getattr(landscape, "minimum", None)
    if minimum is not None:
        _star(ax, np.asarray(minimum, dtype=float))
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel=xlabel, ylabel=ylabel)
    ax.grid(False)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="best")
    return ax


def _relief(ax: Axes, xs: np.ndarray, ys: np.ndarray, height: np.ndarray) -> None:
    above = np.log10(height - height.min() + 1e-3 * np.ptp(height))
    levels = np.linspace(above.min(), above.max(), 16)
    ax.contourf(xs, ys, above, levels=levels, cmap=_RELIEF, zorder=0)
    ax.contour(xs, ys, above, levels=levels, colors=GREY, linewidths=0.5, alpha=0.6, zorder=1,
               linestyles="solid")  # fmt: skip


def _path(ax: Axes, label: str, path: np.ndarray, xlim: tuple, ylim: tuple) -> None:
    if path.ndim != 2 or path.shape[1] != 2 or len(path) == 0:
        raise ValueError(f"trajectory {label!r} must have shape (steps + 1, 2), got {path.shape}")
    x, y = path[-1]
    if not np.isfinite(path).all():
        label += " (diverges)"
    elif not (xlim[0] <= x <= xlim[1] and ylim[0] <= y <= ylim[1]):
        label += " (ends outside)"
    (line,) = ax.plot(*path.T, label=label, zorder=3)
    mark(line, [len(path) - 1], size=9)
    line.set_path_effects([effects.withStroke(linewidth=3.6, foreground=CARD)])
    ax.scatter(*path[0], s=60, color=CARD, edgecolors=INK, linewidths=1.6, zorder=4)


def _star(ax: Axes, minimum: np.ndarray) -> None:
    ax.scatter(
        *minimum, s=200, marker="*", color="#ffd54a", edgecolors=INK, zorder=5, label="minimum"
    )
