"""What takes hold of a classifier itself, beside it: see `autograde.check.there`.

A torch model cannot be sent, so this module goes where the model is. Like `exercises.driving` it
judges nothing: it does what a training loop does, and hands back arrays and numbers.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograde.check import BadAnswer
from autograde.check.reading import a_kind_of

if TYPE_CHECKING:  # whoever asks from another process needs no torch
    import torch

Train = Callable[..., Any]

#: So many images that a model was shown are kept.
SHOWN = 2000


@dataclass
class Before:
    """How torch was before `settle`."""

    threads: int
    state: torch.Tensor


def settle(beside: Any, chance: int) -> Before:
    """Seed torch and keep it to one thread.

    Parameters
    ----------
    beside : object
        Anything that lives where torch is to be settled.
    chance : int

    Returns
    -------
    Before
        For `restore`.
    """
    import torch

    before = Before(torch.get_num_threads(), torch.get_rng_state())
    torch.set_num_threads(1)
    torch.default_generator.manual_seed(chance)
    return before


def restore(before: Before) -> None:
    """Let torch be as it was before `settle`."""
    import torch

    torch.set_num_threads(before.threads)
    torch.set_rng_state(before.state)


def built(build_model: Callable[[], torch.nn.Module]) -> torch.nn.Module:
    """Return a fresh model.

    Raises
    ------
    BadAnswer
        If build_model returns anything else.
    """
    import torch

    model = build_model()
    if not isinstance(model, torch.nn.Module):
        kind = a_kind_of(model)
        raise BadAnswer(f"build_model() should return a torch.nn.Module, got {kind}.")
    return model


def logits(model: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """Return what a model makes of images.

    Raises
    ------
    BadAnswer
        If it is no tensor.
    """
    import torch

    with torch.no_grad():
        made = model(torch.from_numpy(images.copy()))
    if not isinstance(made, torch.Tensor):
        raise BadAnswer(f"model(images) should return a tensor, got {a_kind_of(made)}.")
    return made.double().numpy()


def copied(model: torch.nn.Module) -> torch.nn.Module:
    """Return a copy of a model."""
    return copy.deepcopy(model)


def state(model: torch.nn.Module) -> list[str]:
    """Return a digest of each parameter and buffer."""
    return [digest(value) for value in model.state_dict().values()]


def parameters(model: torch.nn.Module) -> list[str]:
    """Return a digest of each parameter; batch norm's statistics change without a step."""
    return [digest(parameter) for parameter in model.parameters()]


def digest(tensor: torch.Tensor) -> str:
    """Return a short text that is another one when an entry is."""
    import torch

    data = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return hashlib.sha256(data.numpy()).hexdigest()


def trained(
    train: Train,
    model: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    seed: int,
    limit: float,
    chance: int | None = None,
) -> float:
    """Train a model on the very images that are lent, and return the CPU seconds that it took.

    They are infinite if `train` was told that the time is over and went on.

    Parameters
    ----------
    train, model : callable, torch.nn.Module
    images, labels : ndarray
    seed : int
        For `train`.
    limit : float
        CPU seconds.
    chance : int, optional
        Seeds torch itself.

    Raises
    ------
    BadAnswer
        If it takes more than `limit`, where the system has a timer for that.
    """
    import torch

    if chance is not None:
        torch.default_generator.manual_seed(chance)
    start = time.process_time()
    with _limited(limit) as told:
        train(model, torch.from_numpy(images), torch.from_numpy(labels), seed=seed)
    return math.inf if told else time.process_time() - start


def watched(
    train: Train,
    model: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    seed: int,
    limit: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train a model as `trained` does, and return what it was shown and what became of gradients.

    Returns
    -------
    shown : ndarray of shape (n, 784)
        The images that the model was asked about, the first `SHOWN` of them.
    training : ndarray of bool
        For each time that it was asked, whether it was in training mode.
    fresh : ndarray of bool
        For each gradient of a parameter, whether there was none before that it was added to.
    """
    shown, training, fresh = [np.empty((0, images[0].size), np.float32)], [], []

    def look(model: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        training.append(model.training)
        if sum(map(len, shown)) < SHOWN:
            shown.append(given[0].detach().reshape(-1, images[0].size).clone().numpy())

    hooks = [model.register_forward_pre_hook(look)] + [
        p.register_hook(lambda _, p=p: fresh.append(p.grad is None or not bool(p.grad.any())))
        for p in model.parameters()
        if p.requires_grad
    ]
    trained(train, model, images, labels, seed, limit)
    for hook in hooks:
        hook.remove()
    return np.concatenate(shown)[:SHOWN], np.array(training, bool), np.array(fresh, bool)


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[list[bool]]:
    """Interrupt what takes more CPU time, where the system has a timer for that.

    It is a courtesy to who waits in JupyterLab: a grader has a deadline of its own. What is given
    is empty until then.
    """
    told: list[bool] = []
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "ITIMER_PROF"
    ):
        yield told
        return

    def stop(*_: Any) -> None:
        told.append(True)
        raise BadAnswer(f"train has not come to an end within {seconds:g} seconds of one thread.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield told
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
