"""Normalization layers with their counterparts in torch, and shapes for them."""

import math

import torch

from course import norm

# name: ours, torch's, shapes of x
LAYERS = {
    "batch 1d": (
        lambda: norm.BatchNorm1d(3),
        lambda: torch.nn.BatchNorm1d(3),
        [(5, 3), (2, 3), (4, 3, 7), (1, 3, 2), (4, 3, 1)],
    ),
    "batch 1d, other settings": (
        lambda: norm.BatchNorm1d(3, eps=0.1, momentum=0.7),
        lambda: torch.nn.BatchNorm1d(3, eps=0.1, momentum=0.7),
        [(5, 3), (4, 3, 7)],
    ),
    "batch 1d, momentum 0": (
        lambda: norm.BatchNorm1d(3, momentum=0.0),
        lambda: torch.nn.BatchNorm1d(3, momentum=0.0),
        [(5, 3)],
    ),
    "batch 2d": (
        lambda: norm.BatchNorm2d(3),
        lambda: torch.nn.BatchNorm2d(3),
        [(4, 3, 5, 2), (1, 3, 1, 2), (2, 3, 1, 1)],
    ),
    "layer": (
        lambda: norm.LayerNorm(6),
        lambda: torch.nn.LayerNorm(6),
        [(4, 6), (6,), (2, 3, 6), (1, 6)],
    ),
    "layer over two axes": (
        lambda: norm.LayerNorm((3, 4), eps=0.01),
        lambda: torch.nn.LayerNorm((3, 4), eps=0.01),
        [(2, 3, 4), (2, 5, 3, 4), (3, 4)],
    ),
    "instance": (
        lambda: norm.InstanceNorm2d(3),
        lambda: torch.nn.InstanceNorm2d(3),
        [(4, 3, 5, 2), (1, 3, 1, 2)],
    ),
    "instance, affine": (
        lambda: norm.InstanceNorm2d(3, affine=True, eps=0.01),
        lambda: torch.nn.InstanceNorm2d(3, affine=True, eps=0.01),
        [(4, 3, 5, 2), (1, 3, 1, 2)],
    ),
    "group": (
        lambda: norm.GroupNorm(2, 6),
        lambda: torch.nn.GroupNorm(2, 6),
        [(4, 6, 3, 5), (4, 6), (1, 6, 4)],
    ),
    "group, one": (
        lambda: norm.GroupNorm(1, 6),
        lambda: torch.nn.GroupNorm(1, 6),
        [(4, 6, 3, 5), (3, 6)],
    ),
    "group, not affine": (
        lambda: norm.GroupNorm(3, 6, affine=False),
        lambda: torch.nn.GroupNorm(3, 6, affine=False),
        [(4, 6, 3, 5)],
    ),
}

CASES = [(name, shape) for name, (_, _, shapes) in LAYERS.items() for shape in shapes]

# Of two values a channel, one becomes 1 and one -1: the gradient is zero, up to eps.
SMOOTH = [(name, shape) for name, shape in CASES if math.prod(shape) > 6]
