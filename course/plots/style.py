"""The course's one style: a context, new figures in it, and the inks by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.typing import ColorType

STYLE_SHEET = Path(__file__).parent.parent / "book.mplstyle"

CARD = "#fbfaf7"
INK = "#262630"
GREY = "#6b6b78"
PALE = "#dedcd4"
MARKERS = "os^DvP"

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def style() -> Iterator[None]:
    """Return the context in which the course draws; outside of it nothing is changed.

    Returns
    -------
    context manager
        Applies ``course/book.mplstyle`` and takes it back at the end of the block.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> before = mpl.rcParams["axes.grid"]
    >>> with style():
    ...     mpl.rcParams["axes.grid"]
    True
    >>> mpl.rcParams["axes.grid"] == before
    True
    """
    interactive = mpl.is_interactive()
    try:
        with plt.style.context(STYLE_SHEET):
            try:
                yield
            finally:
                interactive = mpl.is_interactive()
    finally:
        # A notebook's backend is loaded with the first figure, and switches interactive mode on.
        # Were that taken back with the style, all later figures would stay hidden.
        mpl.interactive(interactive)


def styled(function: Callable[P, T]) -> Callable[P, T]:
    """Run a drawing function inside :func:`style`."""

    @functools.wraps(function)
    def draw(*args: P.args, **kwargs: P.kwargs) -> T:
        with style():
            return function(*args, **kwargs)

    return draw


@styled
def subplots(rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """Make a figure in the course's style, for several of this package's figures side by side.

    Parameters
    ----------
    rows, columns : int
        The grid of axes.
    **options
        Passed on to :func:`matplotlib.pyplot.subplots`; ``figsize`` in inches.

    Returns
    -------
    figure : Figure
    axes : Axes or ndarray of Axes

    Examples
    --------
    >>> figure, axes = subplots(1, 2)
    >>> axes.shape
    (2,)
    >>> plt.close(figure)
    """
    options.setdefault("figsize", (min(6.4, 3.6 + 2.8 * (columns == 1)) * columns, 3.4 * rows))
    return plt.subplots(rows, columns, **options)


def axes_or_new(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
    """Return the axes given, or those of a new figure (in the style that is active)."""
    return plt.subplots(figsize=figsize)[1] if ax is None else ax


def mark(line: Line2D, where: float | list[int], size: float = 5) -> None:
    """Give a line the marker that belongs to its place among the lines of its axes.

    Parameters
    ----------
    line : Line2D
    where : float or list of int
        As in :meth:`Line2D.set_markevery`: a share of the diagonal, or indices.
    size : float
        In points.
    """
    place = [other for other in line.axes.lines if other.get_label()[0] != "_"].index(line)
    line.set(marker=MARKERS[place % len(MARKERS)], markevery=where, markersize=size)


def luminance(color: ColorType) -> float:
    """Return the relative luminance of a colour, from 0 (black) to 1 (white).

    Parameters
    ----------
    color : str or tuple
        Any colour of matplotlib; its opacity is not looked at.

    Returns
    -------
    float

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2 (2023), "relative luminance".

    Examples
    --------
    >>> round(luminance("#767676"), 3)
    0.181
    """
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
