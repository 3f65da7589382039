"""The recipe, and the loop that follows it.

Chance comes from NumPy's generators, one for each epoch and one for each step, so that a run can
be continued at any step without a trace.
"""

from __future__ import annotations

import os
import time
import zlib
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from course._checks import check_count
from course.cnn.checkpoints import Run, resume, save
from course.cnn.deformation import augment
from course.cycles import one_cycle_lr, one_cycle_momentum
from course.data import Data

__all__ = ["PUBLISHED", "Recipe", "evaluate", "predict", "train"]

SAVE_SECONDS = 5.0  # between two checkpoints: as much is computed again after a crash


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: the loop is the same for all, the ingredients differ.

    Parameters
    ----------
    epochs, batch_size : int
    lr : float
        Of AdamW; with `one_cycle`, its highest value.
    weight_decay : float
        Of AdamW, decoupled; 0 makes it Adam.
    one_cycle : bool
        Whether the rate rises over the first fifth of the steps, and falls to 0 over the others.
    affine, elastic : bool
        Whether images are rotated, scaled, sheared and shifted, and whether they are bent.

    Raises
    ------
    ValueError
        ``lr must be > 0, got 0``, and the like.
    """

    epochs: int = 8
    batch_size: int = 64
    lr: float = 8e-3
    weight_decay: float = 0.01
    one_cycle: bool = True
    affine: bool = True
    elastic: bool = True

    def __post_init__(self) -> None:
        check_count("epochs", self.epochs)
        check_count("batch_size", self.batch_size)
        if not self.lr > 0:
            raise ValueError(f"lr must be > 0, got {self.lr!r}")
        if not self.weight_decay >= 0:
            raise ValueError(f"weight_decay must be >= 0, got {self.weight_decay!r}")


PUBLISHED = Recipe(5, lr=1e-3, weight_decay=0.0, one_cycle=False, affine=False, elastic=False)


def train(
    net: nn.Module,
    data: Data,
    recipe: Recipe | None = None,
    *,
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
) -> Run:
    """Train a network in place; go on where an earlier run with the same checkpoint was stopped.

    Parameters
    ----------
    net : torch.nn.Module
        From images to logits.
    data : Data
        Images of shape (n, c, h, w), float32, and classes of shape (n,), int64. What does not
        fill a batch is left out, another part in each epoch.
    recipe : Recipe, optional
        Default: ``Recipe()``.
    seed : int
        Decides the order of the images and their deformations.
    checkpoint : path, optional
        A file that is written every few seconds and at the end, wholly or not at all.

    Returns
    -------
    Run
        Of all steps, including those that an earlier run had made.

    Raises
    ------
    ValueError
        ``run.pt belongs to another run: epochs is 8 there and 3 here``, or
        ``run.pt is not a checkpoint``.

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled weight decay regularization"; Smith and Topin (2019),
    "Super-convergence"; Simard, Steinkraus and Platt (2003), "Best practices for convolutional
    neural networks applied to visual document analysis".
    """
    recipe = Recipe() if recipe is None else recipe
    images, labels = torch.from_numpy(data.X), torch.from_numpy(data.y)
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True
    )
    per_epoch = max(1, len(labels) // recipe.batch_size)
    total = recipe.epochs * per_epoch
    identity = asdict(recipe) | {"seed": seed, "data": zlib.crc32(data.y.tobytes())}
    identity["weights"] = sum(p.numel() for p in net.parameters())
    losses, seconds = resume(checkpoint, identity, net, optimizer)
    started, saved = time.process_time() - seconds, time.monotonic()

    net.train()
    order = None
    for step in tqdm(range(len(losses), total), initial=len(losses), total=total, disable=None):
        epoch, batch = divmod(step, per_epoch)
        if order is None or batch == 0:
            order = np.random.default_rng([seed, epoch]).permutation(len(labels))
        rows = torch.from_numpy(order[batch * recipe.batch_size :][: recipe.batch_size])
        rng = np.random.default_rng([seed, epoch, batch])
        inputs = augment(images[rows], rng, affine=recipe.affine, elastic=recipe.elastic)
        if recipe.one_cycle:
            _set_one_cycle(optimizer, step, total, recipe.lr)
        loss = functional.cross_entropy(net(inputs), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if checkpoint is not None and time.monotonic() - saved > SAVE_SECONDS:
            save(checkpoint, identity, net, optimizer, Run(losses, time.process_time() - started))
            saved = time.monotonic()
    run = Run(losses, time.process_time() - started)
    if checkpoint is not None:
        save(checkpoint, identity, net, optimizer, run)
    return run


def predict(net: nn.Module, X: np.ndarray) -> np.ndarray:
    """Return the logits of images, in eval mode, in which `net` is not left behind.

    Parameters
    ----------
    net : torch.nn.Module
    X : ndarray of shape (n, c, h, w), float32

    Returns
    -------
    ndarray of shape (n, 10)
    """
    was_training = net.training
    net.eval()
    with torch.inference_mode():
        logits = torch.cat([net(images) for images in torch.from_numpy(X).split(500)])
    net.train(was_training)
    return logits.numpy()


def evaluate(net: nn.Module, data: Data) -> float:
    """Return the share of images that are classified right, in percent."""
    return 100 * float(np.mean(predict(net, data.X).argmax(axis=1) == data.y))


def _set_one_cycle(optimizer: torch.optim.Optimizer, step: int, total: int, lr: float) -> None:
    """Set rate and first beta to what they are in this step."""
    cycle = {"total_steps": total, "pct_start": 0.2}
    for group in optimizer.param_groups:
        group["lr"] = one_cycle_lr(step, max_lr=lr, **cycle)
        group["betas"] = (one_cycle_momentum(step, **cycle), group["betas"][1])
