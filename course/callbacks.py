"""What can be watched while a model trains: live learning curves and a progress bar.

Both show themselves where someone looks on, and are silent where a notebook is only executed
(nbval, nbconvert, nbgrader, the build of the book), so that stored outputs stay the same.
"""

from __future__ import annotations

import io
import os
import sys
import time

from course.history import History
from course.module import Module

__all__ = ["LiveCurves", "ProgressBar", "in_jupyter"]


def in_jupyter() -> bool:
    """Tell whether this is a notebook that was opened in JupyterLab or Jupyter Notebook.

    Returns
    -------
    bool
        True in a kernel that a Jupyter server started for a notebook (which it marks with the
        environment variable JPY_SESSION_NAME), and pytest does not run.

    Examples
    --------
    >>> in_jupyter()
    False
    """
    return "JPY_SESSION_NAME" in os.environ and "PYTEST_VERSION" not in os.environ


class ProgressBar:
    """Show how many epochs are done: a callback for `course.train.train`.

    Parameters
    ----------
    enabled : bool, optional
        Whether to show anything. Default: in a notebook that somebody opened, or a terminal.
    """

    def __init__(self, *, enabled: bool | None = None) -> None:
        self.enabled = in_jupyter() or sys.stderr.isatty() if enabled is None else enabled
        self._bar = None

    def __call__(self, model: Module, history: History) -> None:
        """Move the bar on to the last epoch of `history`."""
        if not self.enabled:
            return
        done = len(history.train_loss)
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=history.epochs, initial=done - 1, unit="epoch")
        curves = history.to_dict()
        self._bar.set_postfix({name: f"{curve[-1]:.4g}" for name, curve in curves.items()})
        self._bar.update(done - self._bar.n)
        if history.finished:
            self._bar.close()
            self._bar = None


class LiveCurves:
    """Draw the learning curves anew while training goes on: a callback for `course.train.train`.

    Parameters
    ----------
    enabled : bool, optional
        Whether to draw anything. Default: in a notebook that somebody opened.
    seconds : float
        Least time between two drawings; the last one is always made.
    """

    def __init__(self, *, enabled: bool | None = None, seconds: float = 0.5) -> None:
        self.enabled = in_jupyter() if enabled is None else enabled
        self.seconds = seconds
        self._display = None
        self._drawn = 0.0

    def __call__(self, model: Module, history: History) -> None:
        """Replace the drawing by one of `history`, unless it is too early for that."""
        if not self.enabled:
            return
        if not history.finished and time.monotonic() - self._drawn < self.seconds:
            return
        from IPython.display import Image, display

        picture = Image(data=draw_history(history), format="png")
        if self._display is None:
            self._display = display(picture, display_id=True)
        else:
            self._display.update(picture)
        self._drawn = time.monotonic()
        if history.finished:
            self._display = None


def draw_history(history: History) -> bytes:
    """Draw the losses, and the metrics beside them, as a PNG.

    Parameters
    ----------
    history : History
        Of at least one epoch.

    Returns
    -------
    bytes
    """
    import matplotlib.pyplot as plt

    from course import plots

    losses = {"training": history.train_loss, "validation": history.validation_loss}
    losses = {label: curve for label, curve in losses.items() if curve}
    panels = {"loss": losses} | {name: {name: curve} for name, curve in history.metrics.items()}
    figure, axes = plots.subplots(1, len(panels), squeeze=False)
    for ax, (ylabel, curves) in zip(axes[0], panels.items(), strict=True):
        plots.learning_curves(curves, ylabel=ylabel, ax=ax)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()
