"""What a training run records, and what it must remember to go on after an interruption."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from course._checks import check_count
from course.module import Module
from course.stopping import load_checkpoint, save_checkpoint

__all__ = ["History", "load_run", "save_run"]


@dataclass
class History:
    """What happened, one number per epoch.

    Attributes
    ----------
    epochs : int
        How many epochs are planned.
    train_loss : list of float
        Mean loss of the batches, in training mode, each before the step that it led to.
    validation_loss : list of float
        Loss on the validation data after the epoch, in evaluation mode; empty without such data.
    lr : list of float
        Learning rate with which the epoch began.
    metrics : dict of str to list of float
        Each metric on the validation data after the epoch, in evaluation mode.
    stopped_early : bool
        Whether early stopping ended the training.
    """

    epochs: int
    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    stopped_early: bool = False

    def __post_init__(self) -> None:
        check_count("epochs", self.epochs)
        taken = {"loss", "train_loss", "validation_loss", "lr"} & set(self.metrics)
        if taken:
            raise ValueError(f"a metric must not be called {taken.pop()!r}")

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.stopped_early or len(self.train_loss) >= self.epochs

    def record(self, scores: Mapping[str, float]) -> None:
        """Append what `evaluate` returned."""
        self.validation_loss.append(scores["loss"])
        for name, curve in self.metrics.items():
            curve.append(scores[name])

    def last(self, name: str) -> float:
        """Return the newest number of the curve that `to_dict` calls `name`."""
        return self.to_dict()[name][-1]

    def to_dict(self) -> dict[str, list[float]]:
        """Return all curves by name, metrics included, as ``pandas.DataFrame`` takes them."""
        curves = {name: getattr(self, name) for name in ("train_loss", "validation_loss", "lr")}
        return {name: list(curve) for name, curve in (curves | self.metrics).items() if curve}


def save_run(
    path: str | os.PathLike, parts: Mapping[str, Any], rng: np.random.Generator, history: History
) -> None:
    """Save a training run between two epochs.

    Parameters
    ----------
    path : path
        The file; see `course.stopping.save_checkpoint`.
    parts : dict of str to object with ``state_dict()``, or None
        The model, under "model", and whatever else changes by training.
    rng : numpy.random.Generator
        What shuffles. It is saved together with all generators of the modules of the model, so
        that dropout goes on as well.
    history : History
        Of the epochs so far.

    Raises
    ------
    TypeError
        ``a checkpoint needs optimizer.state_dict(), which MySGD lacks``.
    """
    state = {}
    for name, part in parts.items():
        if part is not None and not hasattr(part, "state_dict"):
            raise TypeError(
                f"a checkpoint needs {name}.state_dict(), which {type(part).__name__} lacks"
            )
        state[name] = None if part is None else part.state_dict()
    generators = [rng.bit_generator.state for rng in _generators(parts["model"], rng)]
    save_checkpoint(path, {"parts": state, "generators": generators, "history": asdict(history)})


def load_run(
    path: str | os.PathLike, parts: Mapping[str, Any], rng: np.random.Generator, history: History
) -> None:
    """Bring everything to where it was when `save_run` saved it.

    Parameters
    ----------
    path, parts, rng, history
        As for `save_run`; made anew, in the same way. ``history.epochs`` stays as it is.

    Raises
    ------
    ValueError
        ``run.npz is of another run: ...``, if the parts, generators or metrics are not the same.
    """
    saved = load_checkpoint(path)
    generators = _generators(parts["model"], rng)
    there = {name for name, part in parts.items() if part is not None}
    saved_there = {name for name, state in saved["parts"].items() if state is not None}
    for what, now, then in (
        ("parts", there, saved_there),
        ("metrics", set(history.metrics), set(saved["history"]["metrics"])),
        ("number of generators", len(generators), len(saved["generators"])),
    ):
        if now != then:
            raise ValueError(
                f"{os.path.basename(path)} is of another run: {what} {then}, not {now}"
            )
    for name, part in parts.items():
        if part is not None:
            part.load_state_dict(saved["parts"][name])
    for generator, state in zip(generators, saved["generators"], strict=True):
        generator.bit_generator.state = state
    for name, value in saved["history"].items():
        if name != "epochs":
            setattr(history, name, value)


def _generators(model: Module, rng: np.random.Generator) -> list[np.random.Generator]:
    """List `rng` and those of the modules, each once."""
    found = {id(rng): rng}
    for _, module in model.named_modules():
        for value in vars(module).values():
            if isinstance(value, np.random.Generator):
                found.setdefault(id(value), value)
    return list(found.values())
