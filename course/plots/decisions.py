"""What predicted probabilities are worth: calibration and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course.plots.style import GREY, axes_or_new, mark, styled


@styled
def calibration(curves: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the observed frequency over the predicted probability, by bins.

    Parameters
    ----------
    curves : mapping of str to object
        By label; as :func:`course.metrics.calibration_curve` returns it, with ``predicted``,
        ``observed`` and ``count``, each of shape (bins,).
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Notes
    -----
    Vertical bars are one binomial standard error of the observed frequency. The dashed diagonal is
    a model that means what it says.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> curve = SimpleNamespace(predicted=[0.1, 0.6], observed=[0.2, 0.5], count=[50, 20])
    >>> calibration({"no weights": curve}).get_xlabel()
    'predicted probability'
    """
    ax = axes_or_new(ax, (5.0, 4.6))
    ax.axline((0, 0), slope=1, color=GREY, linestyle=(0, (1, 2)), linewidth=1.2)
    for label, curve in curves.items():
        observed, count = np.asarray(curve.observed), np.asarray(curve.count)
        error = np.sqrt(observed * (1 - observed) / count)
        (line,) = ax.plot(curve.predicted, observed, label=label)
        mark(line, 1, size=6)
        ax.vlines(curve.predicted, observed - error, observed + error, color=line.get_color())
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.set(xlabel="predicted probability", ylabel="observed frequency")
    ax.legend(loc="upper left")
    return ax


@styled
def cost_curve(
    curves: Mapping[str, Any],
    *,
    ylabel: str,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what decisions cost over the threshold that they are taken at.

    Parameters
    ----------
    curves : mapping of str to object
        By label; as :func:`course.metrics.cost_curve` returns it, with ``threshold`` and ``cost``,
        each of shape (n,). The lowest point of each is marked.
    ylabel : str
        The cost and its unit, such as ``"cost (EUR per application)"``.
    threshold : float, optional
        Where theory expects the minimum; drawn as a vertical line.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> curve = SimpleNamespace(threshold=[0.0, 0.5, 1.0], cost=[0.8, 0.3, 0.7])
    >>> cost_curve({"logistic": curve}, ylabel="cost").get_legend().get_texts()[0].get_text()
    'logistic (lowest at 0.50)'
    """
    ax = axes_or_new(ax)
    for label, curve in curves.items():
        lowest = int(np.argmin(curve.cost))
        text = f"{label} (lowest at {curve.threshold[lowest]:.2f})"
        (line,) = ax.plot(curve.threshold, curve.cost, label=text)
        mark(line, [lowest], size=9)
    if threshold is not None:
        ax.axvline(threshold, color=GREY, linestyle=(0, (1, 2)), linewidth=1.2,
                   label=f"in theory ({threshold:.2f})")  # fmt: skip
    ax.set(xlim=(0, 1), xlabel="threshold on the predicted probability", ylabel=ylabel)
    ax.legend()
    return ax
