"""A small model that the tests of layers and modules share."""

from course import nn


def two_layers(rng=None):
    return nn.Sequential(nn.Linear(4, 3, rng=rng), nn.ReLU(), nn.Residual(nn.Linear(3, 3, rng=rng)))
