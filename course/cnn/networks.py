"""The networks: one that is built as the course advises, and one as it is often published."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["model", "two_layer"]


def model(
    channels: tuple[int, ...] = (16, 32, 64),
    *,
    inputs: int = 1,
    side: int = 28,
    normalize: bool = True,
    seed: int = 0,
) -> nn.Sequential:
    """Return an untrained network: convolutions, each with pooling, batch norm and ReLU; linear.

    Parameters
    ----------
    channels : tuple of int
        Filters of each convolution; the first is 5 x 5, the others are 3 x 3.
    inputs : int
        Channels of the images: 1 for grey ones, 3 for colours.
    side : int
        Height and width of the images, in pixels.
    normalize : bool
        Whether there is batch norm; without it the convolutions have a bias.
    seed : int
        Decides the first weights.

    Returns
    -------
    torch.nn.Sequential
        From (n, inputs, side, side) to logits of shape (n, 10). Its memory is laid out with
        channels last, which convolutions on a CPU like.

    Notes
    -----
    Pooling comes first: ReLU and (as long as its scale is positive) batch norm keep the order of
    numbers, so the largest of a window stays the largest. Only the statistics differ, which are
    then those of what was kept. And both have four times fewer numbers to work on.

    Examples
    --------
    >>> model()(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for kernel, outputs in zip((5, *[3] * len(channels)), channels, strict=False):
            padding = kernel // 2
            layers += [
                nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=not normalize),
                nn.MaxPool2d(2),
                *([nn.BatchNorm2d(outputs)] if normalize else []),
                nn.ReLU(),
            ]
            inputs, side = outputs, side // 2
        layers += [nn.Flatten(), nn.Linear(inputs * side * side, 10)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def two_layer(*, softmax: bool = False, seed: int = 0) -> nn.Sequential:
    """Return the untrained network of many tutorials: two convolutions, two linear layers.

    Parameters
    ----------
    softmax : bool
        Whether it ends, as often published, in a softmax: a mistake before a cross-entropy that
        takes a softmax itself.
    seed : int
        Decides the first weights.

    Returns
    -------
    torch.nn.Sequential
        From (n, 1, 28, 28) to (n, 10).

    Examples
    --------
    >>> two_layer(softmax=True)(torch.zeros(1, 1, 28, 28)).sum().round().item()
    1.0
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 128),
            nn.ReLU(),
            nn.Linear(128, 10),
            *([nn.Softmax(dim=1)] if softmax else []),
        )
