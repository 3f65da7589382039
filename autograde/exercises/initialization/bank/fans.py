"""Fans: the reference, and what is commonly got wrong."""

from __future__ import annotations

import math

from autograde.check import Bank
from autograde.exercises.initialization import styles
from autograde.exercises.initialization.bank import references

fans = Bank(references.reference("fan_in_and_fan_out", references.fans), styles=styles.FANS)


def _checked(shape):
    if len(shape) < 2:
        raise ValueError(f"shape must have at least 2 axes, got {shape}")
    return shape[0], shape[1], math.prod(shape[2:])


@fans.wrong(
    "fan_in and fan_out swapped",
    "A layer that maps 784 numbers to 10 has weights of shape (10, 784). How many inputs does one "
    "of its outputs see?",
)
def _swapped(shape):
    n_out, n_in, area = _checked(shape)
    return n_out * area, n_in * area


@fans.wrong(
    "the area of the kernel forgotten",
    "An output of a 3 x 3 convolution looks at 9 pixels of every input channel. Do your fans know?",
)
def _no_area(shape):
    n_out, n_in, _ = _checked(shape)
    return n_in, n_out


@fans.wrong(
    "the area of the kernel in fan_in alone",
    "A pixel of the input has a part in as many outputs of a channel as the kernel has entries. "
    "Which fan counts these?",
)
def _area_of_fan_in(shape):
    n_out, n_in, area = _checked(shape)
    return n_in * area, n_out


@fans.wrong(
    "the area of the kernel in fan_out alone",
    "An output looks at as many pixels of a channel as the kernel has entries. Which fan counts "
    "these?",
)
def _area_of_fan_out(shape):
    n_out, n_in, area = _checked(shape)
    return n_in, n_out * area


@fans.wrong(
    "the sizes of the kernel added, not multiplied",
    "How many entries has a kernel of 3 rows and 5 columns?",
)
def _summed(shape):
    n_out, n_in, _ = _checked(shape)
    area = sum(shape[2:]) or 1
    return n_in * area, n_out * area


@fans.wrong(
    "the first size of the kernel alone",
    "A kernel need not be square, nor of one dimension. Which entries of the shape belong to it?",
)
def _first_size(shape):
    n_out, n_in, _ = _checked(shape)
    area = [*shape, 1][2]
    return n_in * area, n_out * area


@fans.wrong(
    "the last size of the kernel alone",
    "A kernel need not be square, nor of one dimension. Which entries of the shape belong to it?",
)
def _last_size(shape):
    n_out, n_in, _ = _checked(shape)
    area = shape[-1] if len(shape) > 2 else 1
    return n_in * area, n_out * area


@fans.wrong(
    "the first size of the kernel squared",
    "Kernels are often square, but not always, nor always of two dimensions. Which entries of the "
    "shape belong to the kernel?",
)
def _squared_size(shape):
    n_out, n_in, _ = _checked(shape)
    area = shape[2] ** 2 if len(shape) > 2 else 1
    return n_in * area, n_out * area


@fans.wrong(
    "a layout in which the channels come last",
    "Other libraries store (*kernel, in, out). In which order are the axes here?",
)
def _channels_last(shape):
    _checked(shape)
    area = math.prod(shape[:-2])
    return shape[-2] * area, shape[-1] * area


@fans.wrong(
    "the number of all weights for both fans",
    "All weights of the layer feed all of its outputs. How many feed a single one?",
)
def _all_weights(shape):
    _checked(shape)
    return math.prod(shape), math.prod(shape)


@fans.wrong(
    "one number, their mean, for both fans",
    "Xavier averages the two, but later. What is each by itself?",
)
def _mean_of_both(shape):
    n_out, n_in, area = _checked(shape)
    return ((n_in + n_out) * area / 2,) * 2


@fans.wrong(
    "a vector taken for a layer",
    "A shape with one axis has no inputs and outputs to tell apart. Who tells the caller?",
)
def _takes_vectors(shape):
    n_out, n_in = [*shape, 1, 1][:2]
    area = math.prod(shape[2:])
    return n_in * area, n_out * area


@fans.wrong(
    "a vector met by whatever error comes first",
    "An IndexError from within tells the caller little. Which exception does the contract name?",
)
def _index_error(shape):
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area
