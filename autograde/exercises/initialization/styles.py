"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np


def counted(shape):
    """Count by means of a reduction; a list comes back."""
    if len(shape) in (0, 1):
        raise ValueError("no fans")
    outputs, inputs, *kernel = shape
    area = reduce(lambda a, b: a * b, kernel, 1)
    return [inputs * area, outputs * area]


def numpy_scalars(shape):
    """Divide the number of weights by an axis; NumPy scalars come back."""
    if not len(shape) > 1:
        raise type("NoFans", (ValueError,), {})
    total = np.prod(shape)
    return total / shape[0], total // shape[1]


def of_an_empty_array(shape):
    """Ask an array of that shape, without looking at its entries."""
    if np.ndim(np.broadcast_to(0, shape)) < 2:
        raise ValueError(f"{shape}")
    w = np.broadcast_to(np.int8(0), shape)
    return w[0].size, np.moveaxis(w, 1, 0)[0].size


FANS = {
    "a reduction over the kernel": counted,
    "quotients of the number of weights": numpy_scalars,
    "the sizes of slices": of_an_empty_array,
}


def stretched(shape, rng, *, gain=1.0):
    """Stretch numbers from 0 to 1, in place."""
    fan_in, fan_out = counted(shape)
    w = rng.random(shape)
    w *= 2
    w -= 1
    w *= gain * (6 / (fan_in + fan_out)) ** 0.5
    return w


def entry_by_entry(shape, rng, gain=1.0):
    """Make one entry after the other of Python's own numbers."""
    a = gain * math.sqrt(6.0) / math.sqrt(sum(counted(shape)))
    numbers = rng.random(math.prod(shape)).tolist()
    return np.array([a * (2 * number - 1) for number in numbers]).reshape(shape)


def single_precision(shape, rng, *, gain=1.0):
    """Draw float32 numbers, the first row and the others from generators of their own."""
    bound = np.float32(gain * np.sqrt(3) * np.sqrt(2 / sum(numpy_scalars(shape))))
    sizes = zip(rng.spawn(2), (1, shape[0] - 1), strict=True)
    rows = [own.random((count, *shape[1:]), dtype=np.float32) for own, count in sizes]
    return bound * (1 - 2 * np.concatenate(rows))


XAVIER = {
    "stretched in place": stretched,
    "an entry at a time": entry_by_entry,
    "float32 from spawned generators": single_precision,
}


def scaled_normal(shape, rng):
    """Scale standard normal numbers in place, in another memory order."""
    w = np.asfortranarray(rng.standard_normal(shape))
    w /= math.sqrt(math.prod(shape[1:]) / 2)
    return w


def row_by_row(shape, rng):
    """Draw row after row into an empty array."""
    w = np.empty(shape, dtype=np.float32)
    for row in w:
        row[...] = rng.normal(0.0, (2.0 / row.size) ** 0.5, size=row.shape)
    return w


def polar(shape, rng):
    """Make normal numbers of uniform ones (Box and Muller)."""
    radius = np.sqrt(-2 * np.log(1 - rng.random(shape)))
    angle = 2 * np.pi * rng.random(shape)
    return np.sqrt(2 / counted(shape)[0]) * radius * np.cos(angle)


HE = {
    "standard normal numbers, scaled": scaled_normal,
    "a row at a time, float32": row_by_row,
    "Box and Muller": polar,
}


def random_signs(shape, rng, *, gain=1.0):
    """Do not ask QR for its signs: throw new ones."""
    noise = rng.normal(size=(shape[0], math.prod(shape[1:])))
    transposed = noise.shape[0] < noise.shape[1]
    if transposed:
        noise = noise.T
    q = np.linalg.qr(noise).Q * rng.choice([-gain, gain], size=noise.shape[1])
    return (q.T if transposed else q).reshape(shape)


def gram_schmidt(shape, rng, gain=1.0):
    """Make vectors orthonormal one after the other, and twice, against rounding."""
    rows, columns = shape[0], int(np.prod(shape[1:]))
    vectors = []
    for _ in range(min(rows, columns)):
        v = rng.standard_normal(max(rows, columns))
        for _ in range(2):
            for u in vectors:
                v = v - (u @ v) * u
        vectors.append(v / np.sqrt(v @ v))
    w = np.array(vectors) if rows <= columns else np.array(vectors).T
    return gain * w.reshape(shape)


def polar_factor(shape, rng, *, gain=1.0):
    """Take the orthogonal matrix that is closest to noise: both factors of the SVD."""
    u, _, vt = np.linalg.svd(rng.standard_normal((shape[0], math.prod(shape[1:]))), False)
    return np.reshape(gain * (u @ vt), shape)


def whitened(shape, rng, *, gain=1.0):
    """Whiten noise by the root of its products."""
    w = rng.standard_normal((shape[0], math.prod(shape[1:])))
    wide = w.shape[0] <= w.shape[1]
    values, vectors = np.linalg.eigh(w @ w.T if wide else w.T @ w)
    root = (vectors / np.sqrt(values)) @ vectors.T
    return gain * (root @ w if wide else w @ root).reshape(shape)


ORTHOGONAL = {
    "QR with new random signs": random_signs,
    "Gram and Schmidt": gram_schmidt,
    "both factors of the SVD": polar_factor,
    "whitened noise": whitened,
}
