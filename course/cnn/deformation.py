"""The deformations of `course.augment` in torch, for which there is no time otherwise."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from course.augment import affine_field, elastic_field

__all__ = ["augment", "warp"]


def augment(
    images: torch.Tensor, rng: np.random.Generator, *, affine: bool = True, elastic: bool = True
) -> torch.Tensor:
    """Deform images a little, each in its own way, as `course.augment` does.

    Parameters
    ----------
    images : tensor of shape (n, c, h, w), float32
        Not changed.
    rng : numpy.random.Generator
        Source of chance.
    affine, elastic : bool
        What is done: rotation, scaling, shear and shift; bending.

    Returns
    -------
    tensor of shape (n, c, h, w)
        `images` itself if nothing is to be done.
    """
    n, size = len(images), tuple(images.shape[2:])
    fields = [affine_field(n, size, rng)] if affine else []
    fields += [elastic_field(n, size, rng)] if elastic else []
    return warp(images, sum(fields)) if fields else images


def warp(images: torch.Tensor, field: np.ndarray) -> torch.Tensor:
    """Do what `course.augment.warp` does, in torch, about ten times as fast.

    Parameters
    ----------
    images : tensor of shape (n, c, h, w), float32
    field : ndarray of shape (n, 2, h, w), float32
        How far down and to the right each pixel is fetched, in pixels.

    Returns
    -------
    tensor of shape (n, c, h, w)

    Notes
    -----
    torch counts across before down, and from -1 to 1 between the outer edges of the image.
    """
    height, width = images.shape[2:]
    down, across = torch.from_numpy(field).unbind(1)
    down = (2 * (down + torch.arange(height)[:, None]) + 1) / height - 1
    across = (2 * (across + torch.arange(width)) + 1) / width - 1
    return functional.grid_sample(images, torch.stack([across, down], -1), align_corners=False)
