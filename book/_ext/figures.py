"""Draw the figures of the landing page, with the optimizers of `course`.

``python book/_ext/figures.py`` writes them to ``book/_static``; they are committed, and
``tests/test_site.py`` compares them with what this program draws.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course import credit, init, landscapes, lr_functions, metrics, nn, plots, rules
from course.batch_norm import batch_norm
from course.data import digits
from course.loss_rules import log_softmax
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


def rates() -> Figure:
    """Draw the loss of gradient descent at rates from too small to divergent."""
    valley = landscapes.quadratic(20)
    limit = 2 / 20
    curves = {
        f"{share:g} of the limit": _losses(valley, partial(SGD, lr=share * limit))
        for share in (0.02, 0.2, 0.9, 1.02)
    }
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(curves, ylabel="loss", xlabel="step", ax=ax)
    ax.set_yscale("log")
    return figure


def velocity() -> Figure:
    """Draw the loss in a long valley, with and without momentum, each at its best rate."""
    valley = landscapes.quadratic(100)
    plain = 2 / (100 + 1)
    lr, beta = (2 / (10 + 1)) ** 2, ((10 - 1) / (10 + 1)) ** 2
    curves = {
        "gradient descent": _losses(valley, partial(SGD, lr=plain), 150),
        "momentum": _losses(valley, partial(SGD, lr=lr, momentum=beta), 150),
    }
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(curves, ylabel="loss", xlabel="step", ax=ax)
    ax.set_yscale("log")
    ax.set_ylim(bottom=1e-12)
    return figure


def _losses(landscape: landscapes.Landscape, make: Callable, steps: int = 60) -> list[float]:
    path = landscapes.trajectory(landscape, make, steps=steps)
    return [float(landscape.value(theta)) for theta in path]


def shapes() -> Figure:
    """Draw three schedules over forty epochs."""
    epochs = range(41)
    rates = {
        "step": [lr_functions.step_lr(e, base_lr=1.0, step_size=10, gamma=0.5) for e in epochs],
        "cosine": [lr_functions.cosine_lr(e, base_lr=1.0, T_max=40) for e in epochs],
        "warmup, cosine": [
            lr_functions.warmup_cosine_lr(e, base_lr=1.0, warmup_steps=6, total_steps=40)
            for e in epochs
        ],
    }
    figure, ax = plots.subplots(figsize=CARD)
    plots.schedules(rates, ylabel="rate / largest rate", ax=ax)
    return figure


def masks() -> Figure:
    """Draw a digit as a layer sees it behind eight masks of dropout."""
    digit = digits(train=10).train.X[0].reshape(28, 28)
    keep = np.random.default_rng(0).random((8, 28, 28)) >= 0.5
    figure, ax = plots.subplots(figsize=CARD)
    plots.image_grid(digit * keep, columns=4, ax=ax)
    return figure


def depths() -> Figure:
    """Draw how large activations are, layer by layer, with batch norm and without."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((256, 64))
    sizes: dict[str, list[float]] = {"with batch norm": [], "without": []}
    for label, sds in sizes.items():
        h = x
        for _ in range(10):
            h = h @ init.torch_linear_default((64, 64), rng).T
            if label == "with batch norm":
                h, *_ = batch_norm(h, np.ones(64), np.zeros(64))
            h = np.maximum(h, 0)
            sds.append(float(h.std()))
    return _by_layer(sizes)


def spreads() -> Figure:
    """Draw how large activations are in ten layers of ReLU, for four initializations."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((256, 256))
    draws: dict[str, Callable] = {
        "He": init.he_normal,
        "Xavier": init.xavier_normal,
        "torch's default": init.torch_linear_default,
        "normal, sd 0.1": lambda shape, rng: init.normal(shape, rng, std=0.1),
    }
    sizes = {}
    for label, draw in draws.items():
        h, sizes[label] = x, []
        for _ in range(10):
            h = np.maximum(h @ draw((256, 256), rng).T, 0)
            sizes[label].append(float(h.std()))
    return _by_layer(sizes)


def _by_layer(sizes: dict[str, list[float]]) -> Figure:
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(
        sizes, x=np.arange(1, 11), xlabel="layer", ylabel="sd of activations", ax=ax
    )
    ax.set_yscale("log")
    return figure


def shrinkage() -> Figure:
    """Draw what is left of a weight under decay, by the curvature of its direction."""
    curvature = np.logspace(-3, 1, 60)
    left = {f"decay {wd:g}": curvature / (curvature + wd) for wd in (0.01, 0.1, 1)}
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(
        left, x=curvature, xlabel="curvature", ylabel="share of weight left", ax=ax
    )
    ax.set_xscale("log")
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


def floor() -> Figure:
    """Draw the loss of a right answer by its margin, with and without a softmax too many."""
    margin = np.linspace(-5, 15, 81)
    z = np.eye(10)[0] * margin[:, np.newaxis]
    once = np.exp(log_softmax(z))
    curves = {"softmax twice": -log_softmax(once)[:, 0], "once": -log_softmax(z)[:, 0]}
    figure, ax = plots.subplots(figsize=CARD)
    plots.learning_curves(curves, x=margin, xlabel="lead of the right logit", ylabel="loss", ax=ax)
    ax.set_ylim(0, 4)
    return figure


def prices() -> Figure:
    """Draw the cost by threshold of exact probabilities, and of those that weights make."""
    frame = credit.applications(20_000)
    y, p = frame["default"].to_numpy(), credit.default_probability(frame)
    weighted = 5 * p / (5 * p + 1 - p)  # the odds of a world with five times the defaults
    curves = {
        name: metrics.cost_curve(y, q, false_positive=1, false_negative=5)
        for name, q in {"exact": p, "weight 5": weighted}.items()
    }
    figure, ax = plots.subplots(figsize=CARD)
    plots.cost_curve(curves, ylabel="cost", threshold=1 / 6, ax=ax)
    ax.set_ylim(top=1.25)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "valley.svg": valley,
    "01-gradient-descent.svg": rates,
    "02-momentum.svg": velocity,
    "03-adam.svg": first_steps,
    "04-schedules.svg": shapes,
    "05-dropout.svg": masks,
    "06-normalization.svg": depths,
    "07-weight-decay.svg": shrinkage,
    "08-early-stopping.svg": three_curves,
    "09-initialization.svg": spreads,
    "10-cnn-mnist.svg": floor,
    "11-credit-risk.svg": prices,
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
