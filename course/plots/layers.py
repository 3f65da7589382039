"""What flows through a network: the distribution of its activations, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course.plots.style import styled


@styled
def activations_by_layer(
    activations: Mapping[str, ArrayLike],
    *,
    xlabel: str = "activation",
    axes: Sequence[Axes] | None = None,
) -> Figure:
    """Draw one histogram per layer, all on the same scale.

    Parameters
    ----------
    activations : mapping of str to array_like of any shape
        By the layer's label, from input to output; gradients serve as well.
    xlabel : str
        What is counted.
    axes : sequence of Axes, one per layer, optional
        Where to draw; a new row by default. Several networks make several rows.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        ``layer 'layer 3' holds values that are not finite``, or
        ``got 2 axes for 3 layers``.

    Notes
    -----
    The common scale shows a signal that dies out as a spike, and one that explodes as a plain;
    the standard deviation over each histogram says by how much.

    Examples
    --------
    >>> figure = activations_by_layer({"layer 1": [-1.0, 0.0, 1.0], "layer 2": [-0.1, 0.0, 0.1]})
    >>> [ax.get_title("left") for ax in figure.axes]
    ['layer 1, sd 0.82', 'layer 2, sd 0.082']
    """
    values = {label: _finite(label, layer) for label, layer in activations.items()}
    if axes is None:
        size = (1.0 + 1.8 * len(values), 2.3)
        axes = plt.subplots(1, len(values), figsize=size, sharey=True, squeeze=False)[1][0]
    if len(axes) != len(values):
        raise ValueError(f"got {len(axes)} axes for {len(values)} layers")

    reach = max(np.quantile(np.abs(layer), 0.999) for layer in values.values()) or 1.0
    low = -reach if any((layer < 0).any() for layer in values.values()) else 0.0
    bins = np.linspace(low, reach, 41)
    for ax, (label, layer) in zip(axes, values.items(), strict=True):
        counts, _ = np.histogram(np.clip(layer, low, reach), bins)
        ax.stairs(100 * counts / layer.size, bins, fill=True, color="C0")
        ax.set_title(f"{label}, sd {layer.std():.2g}", fontsize=9, fontweight="normal")
        ax.set_xlabel(xlabel)
    axes[0].set_ylabel("share of units (%)")
    return axes[0].figure


def _finite(label: str, layer: ArrayLike) -> np.ndarray:
    values = np.asarray(layer, dtype=float).ravel()
    if not np.isfinite(values).all():
        raise ValueError(f"layer {label!r} holds values that are not finite")
    return values
