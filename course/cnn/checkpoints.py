"""Checkpoints of a training run in torch: written wholly or not at all, and recognized."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.optim import Optimizer

__all__ = ["Run", "resume", "save"]


class Run(NamedTuple):
    """What is known of a run: the loss of each step, and the seconds of CPU that it took."""

    losses: list[float]
    seconds: float


def save(
    path: str | os.PathLike,
    identity: dict[str, Any],
    net: nn.Module,
    optimizer: Optimizer,
    run: Run,
) -> None:
    """Write all that it takes to go on with a run.

    The content goes to a neighbour of the file, is flushed to the disk, and takes the file's name
    in one step: a crash at any moment leaves the old file or the new one.

    Parameters
    ----------
    path : path
        The file. Its folder must exist.
    identity : dict of numbers
        What tells this run from others.
    net, optimizer : torch.nn.Module, torch.optim.Optimizer
    run : Run
    """
    path = Path(path)
    neighbour = path.with_name(f".{path.name}.tmp")
    state = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
    try:
        with open(neighbour, "wb") as file:
            torch.save(state | {"identity": identity, "run": tuple(run)}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)


def resume(
    path: str | os.PathLike | None, identity: dict[str, Any], net: nn.Module, optimizer: Optimizer
) -> Run:
    """Load what `save` wrote, if there is such a file; return what is known of the run so far.

    Raises
    ------
    ValueError
        ``run.pt belongs to another run: epochs is 8 there and 3 here``, or
        ``run.pt is not a checkpoint``. Nothing is changed then, the file included.
    """
    if path is None or not Path(path).exists():
        return Run([], 0.0)
    name = Path(path).name
    try:
        state = torch.load(path, weights_only=True)
        found, losses, seconds = state["identity"], *state["run"]
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, TypeError) as error:
        raise ValueError(f"{name} is not a checkpoint") from error
    for key, value in identity.items():
        if found.get(key) != value:
            raise ValueError(
                f"{name} belongs to another run: {key} is {found.get(key)} there and {value} here"
            )
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    return Run(losses, seconds)
