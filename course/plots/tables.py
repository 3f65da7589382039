"""Tables of numbers as shaded cells, with every number written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from course.plots.style import axes_or_new, luminance, styled

_SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#7fb0d8", "#003e6b"])


@styled
def heat_map(
    values: ArrayLike,
    *,
    rows: Sequence[object],
    columns: Sequence[object],
    xlabel: str,
    ylabel: str,
    label: str,
    best: Literal["max", "min"] | None = None,
    decimals: int = 1,
    ax: Axes | None = None,
) -> Axes:
    """Draw a grid of results, such as an accuracy by learning rate and batch size.

    Parameters
    ----------
    values : array_like of shape (rows, columns)
        What is not finite is drawn as an empty cell with a cross (a run that diverged, say).
    rows, columns : sequence
        The settings, written beside the rows and under the columns.
    xlabel, ylabel : str
        What the columns and the rows vary, with units.
    label : str
        What the cells hold, with units; written beside the colour bar.
    best : {"max", "min"}, optional
        Which cell gets a frame.
    decimals : int
        Of the numbers in the cells.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``values must have shape (2, 3), got (3, 2)``, or
        ``best must be 'max', 'min' or None, got 'top'``.

    Examples
    --------
    >>> ax = heat_map([[90.0, 93.5], [91.0, np.nan]], rows=[32, 64], columns=[0.01, 0.1],
    ...               xlabel="learning rate", ylabel="batch size", label="accuracy (%)")
    >>> [text.get_text() for text in ax.texts]
    ['90.0', '93.5', '91.0', '×']
    """
    values = np.asarray(values, dtype=float)
    if values.shape != (len(rows), len(columns)):
        raise ValueError(f"values must have shape {len(rows), len(columns)}, got {values.shape}")
    if best not in ("max", "min", None):
        raise ValueError(f"best must be 'max', 'min' or None, got {best!r}")
    values = np.where(np.isfinite(values), values, np.nan)
    texts = [["×" if np.isnan(v) else f"{v:.{decimals}f}" for v in row] for row in values]
    ax = axes_or_new(ax, (2.2 + 0.75 * len(columns), 1.2 + 0.5 * len(rows)))
    _cells(ax, values, texts, rows, columns)
    ax.figure.colorbar(ax.images[0], ax=ax, label=label)
    if best is not None and np.isfinite(values).any():
        _frame(ax, np.nanargmax(values) if best == "max" else np.nanargmin(values), len(columns))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


@styled
def confusion_matrix(
    counts: ArrayLike, *, labels: Sequence[object] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many cases of each class were taken for which.

    Parameters
    ----------
    counts : array_like of int, shape (classes, classes)
        Row: true class; column: predicted class (as :func:`course.metrics.confusion` returns).
    labels : sequence, optional
        Names of the classes; 0, 1, ... by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``counts must be square, got (2, 3)``.

    Notes
    -----
    Cells are shaded by their share of the row, so that rare classes show as well as frequent ones;
    the numbers are counts.

    Examples
    --------
    >>> ax = confusion_matrix([[8, 2], [0, 5]], labels=["paid", "default"])
    >>> ax.get_ylabel()
    'true class'
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"counts must be square, got {counts.shape}")
    labels = range(len(counts)) if labels is None else labels
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    texts = [[str(n) if n else "" for n in row] for row in counts]
    side = 1.6 + 0.45 * max(len(counts), 3)
    ax = axes_or_new(ax, (side + 0.9, side))
    _cells(ax, share, texts, labels, labels, limits=(0, 100))
    ax.figure.colorbar(ax.images[0], ax=ax, label="share of the true class (%)")
    ax.set(xlabel="predicted class", ylabel="true class")
    return ax


def _cells(
    ax: Axes,
    values: np.ndarray,
    texts: list[list[str]],
    rows: Sequence[object],
    columns: Sequence[object],
    limits: tuple[float | None, float | None] = (None, None),
) -> None:
    image = ax.imshow(values, cmap=_SHADES, aspect="auto", vmin=limits[0], vmax=limits[1])
    for (row, column), value in np.ndenumerate(values):
        dark = np.isfinite(value) and luminance(image.to_rgba(value)) < 0.179
        color = "#ffffff" if dark else "#000000"  # at least 4.5:1 on every shade
        ax.text(column, row, texts[row][column], ha="center", va="center", color=color, fontsize=9)
    ax.set_xticks(range(len(columns)), [str(column) for column in columns])
    ax.set_yticks(range(len(rows)), [str(row) for row in rows])
    ax.tick_params(length=0)
    ax.grid(False)


def _frame(ax: Axes, index: int, columns: int) -> None:
    row, column = divmod(int(index), columns)
    ax.add_patch(
        Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="#d8235f", linewidth=2.5,
                  clip_on=False, zorder=4)
    )  # fmt: skip
