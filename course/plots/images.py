"""Images in a grid, and the filters of a convolution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course.plots.style import axes_or_new, styled

_GAP = 0.2  # between two images, as a share of their size


@styled
def image_grid(
    images: ArrayLike,
    *,
    titles: Sequence[str] | None = None,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw images in rows, each with its title above.

    Parameters
    ----------
    images : array_like of shape (n, h, w), (n, 1, h, w) or (n, h, w, 3)
        Grey images are drawn dark on light, on one common scale; colours lie in [0, 1].
    titles : sequence of str, one per image, optional
        Such as the true and the predicted class.
    columns : int
        Images in a row.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``images must have shape (n, h, w), (n, 1, h, w) or (n, h, w, 3), got (5,)``, or
        ``got 3 titles for 4 images``.

    Examples
    --------
    >>> ax = image_grid(np.eye(4)[None].repeat(3, axis=0), titles=["a", "b", "c"])
    >>> len(ax.images), len(ax.texts)
    (3, 3)
    """
    images = _as_images(images)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"got {len(titles)} titles for {len(images)} images")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    ax = axes_or_new(ax, (0.85 * columns, (0.85 if titles is None else 1.05) * rows))
    _mosaic(ax, images, columns, 0.5 if titles is not None else _GAP, images.min(), images.max())
    for index, title in enumerate(titles or ()):
        x, y = _corner(index, columns, 0.5)
        ax.text(x + 0.5, y - 0.05, title, ha="center", va="bottom", fontsize=9)
    ax.axis("off")
    return ax


@styled
def filters(weight: ArrayLike, *, label: str = "weight", ax: Axes | None = None) -> Axes:
    """Draw the kernels of a convolution, a column per output and a row per input channel.

    Parameters
    ----------
    weight : array_like of shape (out, in, kh, kw)
        Lightness carries the value, on one scale that is symmetric about zero.
    label : str
        Of the colour bar.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        ``weight must have shape (out, in, kh, kw), got (3, 3)``.

    Examples
    --------
    >>> len(filters(np.ones((4, 2, 3, 3))).images)
    8
    """
    weight = np.asarray(weight, dtype=float)
    if weight.ndim != 4:
        raise ValueError(f"weight must have shape (out, in, kh, kw), got {weight.shape}")
    outputs, inputs = weight.shape[:2]
    ax = axes_or_new(ax, (1.6 + 0.6 * min(outputs, 16), 0.9 + 0.6 * min(inputs, 16)))
    tiles = weight.transpose(1, 0, 2, 3).reshape(inputs * outputs, *weight.shape[2:])
    reach = np.abs(weight).max() or 1.0
    _mosaic(ax, tiles, outputs, _GAP, -reach, reach, cmap="cividis")
    ax.figure.colorbar(ax.images[0], ax=ax, label=label, pad=0.02)
    ax.set_xticks(0.5 + (1 + _GAP) * np.arange(outputs), range(outputs))
    ax.set_yticks(0.5 + (1 + _GAP) * np.arange(inputs), range(inputs))
    ax.set(xlabel="output channel", ylabel="input channel")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(False)
    return ax


def _as_images(images: ArrayLike) -> np.ndarray:
    array = np.asarray(images, dtype=float)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.size == 0 or not (array.ndim == 3 or array.ndim == 4 and array.shape[-1] == 3):
        shapes = "(n, h, w), (n, 1, h, w) or (n, h, w, 3)"
        raise ValueError(f"images must have shape {shapes}, got {np.shape(images)}")
    return array


def _corner(index: int, columns: int, row_gap: float) -> tuple[float, float]:
    row, column = divmod(index, columns)
    return column * (1 + _GAP), row * (1 + row_gap)


def _mosaic(
    ax: Axes,
    tiles: np.ndarray,
    columns: int,
    row_gap: float,
    low: float,
    high: float,
    cmap: str = "gray_r",
) -> None:
    """Draw every tile on a square of side 1, rows from the top, in one pair of axes."""
    for index, tile in enumerate(tiles):
        x, y = _corner(index, columns, row_gap)
        ax.imshow(tile, extent=(x, x + 1, y + 1, y), vmin=low, vmax=high, cmap=cmap)
    right, bottom = _corner(len(tiles) - 1, columns, row_gap)
    right = max(right, (min(columns, len(tiles)) - 1) * (1 + _GAP))
    ax.set(xlim=(-0.1, right + 1.1), ylim=(bottom + 1.1, -0.1 - (row_gap - _GAP)), aspect="equal")
