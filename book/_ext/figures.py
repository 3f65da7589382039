"""Draw the figures of the landing page, with the optimizers of `course`.

``python book/_ext/figures.py`` writes them to ``book/_static``; they are committed, and
``tests/test_site.py`` compares them with what this program draws.
"""

import re
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course import landscapes, nn, plots, rules
from course.data import digits
from course.losses import CrossEntropyLoss
from course.optim import SGD, Adam
from course.stopping import EarlyStopping
from course.toys import with_wrong_labels
from course.train import train

STATIC = Path(__file__).resolve().parents[1] / "_static"
CARD = (4, 2.4)


def valley() -> Figure:
    """Draw three optimizers in Rosenbrock's valley, 200 steps each from the same start."""
    landscape = landscapes.rosenbrock()
    optimizers = {
        "momentum 0.9, lr 0.001": lambda params: SGD(params, lr=0.001, momentum=0.9),
        "Adam, lr 0.3": lambda params: Adam(params, lr=0.3),
        "gradient descent, lr 0.002": lambda params: SGD(params, lr=0.002),
    }
    paths = {
        label: landscapes.trajectory(landscape, make, steps=200)
        for label, make in optimizers.items()
    }
    figure, ax = plots.subplots(figsize=(7, 3.4))
    plots.contours(landscape, paths, bounds=((-1.7, 1.7), (-0.5, 1.9)), ax=ax)
    return figure


def first_steps() -> Figure:
    """Draw the length of Adam's steps on a constant gradient, with and without correction."""
    betas = 0.9, 0.999
    g, state = np.ones(1), None
    with_correction, without = [], []
    theta = np.zeros(1)
    for _ in range(60):
        before = theta
        theta, state = rules.adam(theta, g, state, lr=1.0, betas=betas)
        with_correction.append((before - theta).item())
        without.append((state["m"] / np.sqrt(state["v"])).item())
    curves = {"bias-corrected": with_correction, "without correction": without}
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(
        curves, x=np.arange(1, 61), xlabel="step", ylabel="step length / lr", ax=ax
    )
    ax.set_ylim(bottom=0)
    return figure


def three_curves() -> Figure:
    """Draw a run on digits of which a fifth is labelled wrongly, and its best epoch."""
    rng = np.random.default_rng(0)
    split = digits(train=300, validation=500)
    data = split.train.X.astype(float), with_wrong_labels(split.train.y, 0.2, rng)
    validation = split.validation.X.astype(float), split.validation.y
    model = nn.Sequential(nn.Linear(784, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng))
    watch = EarlyStopping(patience=100)
    history = train(
        model,
        CrossEntropyLoss(),
        Adam(model.parameters(), lr=3e-3),
        data,
        epochs=40,
        rng=rng,
        validation=validation,
        early_stopping=watch,
    )
    curves = {"training": history.train_loss, "validation": history.validation_loss}
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(curves, ylabel="cross-entropy", ax=ax)
    ax.axvline(watch.best_epoch, color="0.4", linewidth=1, linestyle=":")
    ax.annotate("best epoch", (watch.best_epoch, 1.3), xytext=(4, 0), textcoords="offset points")
    ax.set_ylim(bottom=0)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "valley.svg": valley,
    "03-adam.svg": first_steps,
    "08-early-stopping.svg": three_curves,
}


def shorten(svg: str) -> str:
    """Round the coordinates of all paths to a tenth of a point, finer than a screen shows."""

    def rounded(path: re.Match) -> str:
        return re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", path[0])

    return re.sub(r' d="[^"]*"', rounded, svg)


def write(folder: Path = STATIC) -> None:
    """Draw every figure into `folder`, the same bytes every time."""
    with mpl.rc_context({"svg.hashsalt": "course", "svg.fonttype": "path"}):
        for name, draw in FIGURES.items():
            figure = draw()
            figure.savefig(folder / name, metadata={"Date": None, "Creator": None})
            plt.close(figure)
            (folder / name).write_text(shorten((folder / name).read_text()))


if __name__ == "__main__":
    write()
