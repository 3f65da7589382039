"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import math

import numpy as np


def coin_by_coin(x, p, rng, *, training=True):
    """Look at one coin after the other in a loop over flat lists."""
    if p < 0 or p >= 1 or p != p:
        raise ValueError("p")
    coins = rng.random(x.size).tolist()
    mask = [(0.0 if coin < p else 1 / (1 - p)) if training else 1.0 for coin in coins]
    output = [entry * factor for entry, factor in zip(x.ravel().tolist(), mask, strict=True)]
    return np.array(output, x.dtype).reshape(x.shape), np.array(mask, x.dtype).reshape(x.shape)


def a_binomial_draw(x, p, rng, *, training=True):
    """Draw zeros and ones; x itself is the output in evaluation."""
    if not 0 <= p < 1:
        raise ValueError(f"p must be in [0, 1), got {p}")
    if not training:
        return x, np.ones_like(x)
    mask = rng.binomial(1, 1 - p, size=x.shape).astype(x.dtype) / (1 - p)
    return mask * x, mask


def a_choice(x, p, rng, *, training=True):
    """Choose the entries of the mask themselves; evaluation is p = 0; a list comes back."""
    if math.floor(p) != 0:
        raise ValueError(p)
    p = p if training else 0.0
    mask = rng.choice([0, 1 / (1 - p)], p=[p, 1 - p], size=x.shape).astype(x.dtype)
    return [x * mask, mask]


def where_and_in_place(x, p, rng, training=True):
    """Use np.where and in-place arithmetic on an array of its own, with float32 coins."""
    if p >= 1.0 or p < 0.0 or math.isnan(p):
        raise ValueError("no such probability")
    mask = np.ones_like(x)
    if training:
        mask[...] = np.where(rng.random(x.shape, dtype=np.float32) < 1 - p, 1, 0)
        mask /= 1 - p
    output = np.empty_like(x)
    np.multiply(x, mask, out=output)
    return output, mask


class WaitingTimes:
    """A callable that waits exponentially long, with a generator spawned from the one it got."""

    def __call__(self, x, p, rng, *, training=True):
        if not (0 <= p and p < 1):
            raise type("BadProbability", (ValueError,), {})(p)
        if not training:
            return np.array(x), np.full_like(x, 1)
        (own,) = rng.spawn(1)
        kept = own.exponential(size=x.shape) > -math.log1p(-p)
        mask = np.zeros_like(x)
        mask[kept] = 1 / (1 - p)
        output = np.zeros_like(x)
        output[kept] = x[kept] / (1 - p)
        return output, mask


FORWARD = {
    "a coin at a time": coin_by_coin,
    "a binomial draw": a_binomial_draw,
    "a choice among two numbers": a_choice,
    "np.where and in-place arithmetic": where_and_in_place,
    "waiting times and a spawned generator": WaitingTimes(),
}


def entry_by_entry(grad_output, mask):
    """Loop over the entries."""
    grad = np.zeros_like(grad_output)
    for where in np.ndindex(mask.shape):
        if mask[where]:
            grad[where] = grad_output[where] * mask[where]
    return grad


def where_and_the_largest(grad_output, mask):
    """Take the scale from the largest entry of the mask; untouched if nothing was dropped."""
    if (mask == 1).all():
        return grad_output
    return np.where(mask > 0, grad_output * mask.max(), 0).astype(grad_output.dtype)


def in_place_on_a_copy(grad_output, mask):
    """Multiply in place, backwards through a view."""
    grad = grad_output.copy()
    grad[::-1] *= mask[::-1]
    return grad


def summed_products(grad_output, mask):
    """Let einsum multiply."""
    return np.einsum("...,...->...", mask, grad_output)


BACKWARD = {
    "an entry at a time": entry_by_entry,
    "np.where and the largest entry": where_and_the_largest,
    "in place on a copy": in_place_on_a_copy,
    "einsum": summed_products,
}
