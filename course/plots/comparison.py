"""One number per seed and method, compared side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course.plots.style import GREY, PALE, axes_or_new, styled


@styled
def mean_and_spread(
    scores: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    reference: str | None = None,
    noise_floor: float | None = None,
    decimals: int = 2,
    ax: Axes | None = None,
) -> Axes:
    """Draw every seed of each method as a point, with mean and standard deviation in numbers.

    Parameters
    ----------
    scores : mapping of str to array_like of shape (seeds,)
        By label, drawn from top to bottom.
    xlabel : str
        The quantity and its unit, such as ``"test accuracy (%)"``.
    reference : str, optional
        The label whose mean is continued as a vertical line.
    noise_floor : float, optional
        Half the width of a band around the reference (around 0 where there is none) in which
        differences are no news, such as :func:`course.ablation.noise_floor` returns it.
    decimals : int
        Of the numbers written beside the points.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``scores of 'adam' must have shape (seeds,), got (2, 3)``, or
        ``reference must be one of ['sgd', 'adam'], got 'adma'``.

    Examples
    --------
    >>> ax = mean_and_spread({"sgd": [91.0, 92.0], "adam": [93.0, 93.5]},
    ...                      xlabel="test accuracy (%)")
    >>> [text.get_text() for text in ax.texts]
    ['91.50 ± 0.71', '93.25 ± 0.35']
    """
    if reference is not None and reference not in scores:
        raise ValueError(f"reference must be one of {list(scores)}, got {reference!r}")
    ax = axes_or_new(ax, (6.4, 1.0 + 0.45 * len(scores)))
    for row, (label, values) in enumerate(scores.items()):
        values = np.asarray(values, dtype=float)
        if values.ndim != 1 or values.size == 0:
            raise ValueError(f"scores of {label!r} must have shape (seeds,), got {values.shape}")
        _row(ax, row, values, decimals)
    if reference is not None:
        ax.axvline(np.mean(scores[reference]), color=GREY, linestyle="--", linewidth=1, zorder=0)
    if noise_floor is not None:
        centre = 0.0 if reference is None else float(np.mean(scores[reference]))
        low, high = centre - noise_floor, centre + noise_floor
        ax.axvspan(
            low, high, facecolor="none", edgecolor=PALE, hatch="///", zorder=0, label="noise floor"
        )
        ax.legend()
    ax.set(xlabel=xlabel, ylim=(len(scores) - 0.4, -0.6))
    ax.set_yticks(range(len(scores)), scores)
    ax.grid(False, axis="y")
    return ax


def _row(ax: Axes, row: int, values: np.ndarray, decimals: int) -> None:
    mean = values.mean()
    sd = values.std(ddof=1) if values.size > 1 else 0.0
    offsets = np.linspace(-0.16, 0.16, values.size) if values.size > 1 else np.zeros(1)
    bar = ax.errorbar(mean, row, xerr=sd, fmt="D", markersize=7, elinewidth=1.8, zorder=3)
    color = bar.lines[0].get_color()
    ax.scatter(values, row + offsets, s=18, facecolors="none", edgecolors=color, zorder=2)
    text = f"{mean:z.{decimals}f}"
    if values.size > 1:
        text += f" ± {sd:.{decimals}f}"
    ax.annotate(text, (1.02, row), xycoords=ax.get_yaxis_transform(), va="center", fontsize=9)
