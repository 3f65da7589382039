"""The way forward: the reference, and the small pieces that misconceptions are made of."""

from __future__ import annotations

import importlib.util

import numpy as np

import course.nn
from autograde.check import Bank
from autograde.exercises.dropout import styles


def torch_dropout(x, p, rng, *, training=True):
    """torch.nn.functional.dropout; the mask is the gradient that torch.autograd finds."""
    import torch

    if not 0 <= p < 1:
        raise ValueError(f"p must be in [0, 1), got {p}")
    torch.default_generator.manual_seed(int(rng.integers(2**62)))
    tensor = torch.from_numpy(x).requires_grad_()
    output = torch.nn.functional.dropout(tensor, p, training)
    output.backward(torch.ones_like(output))
    return output.detach().numpy(), tensor.grad.numpy()


_with_torch = importlib.util.find_spec("torch") is not None
forward = Bank(torch_dropout if _with_torch else course.nn.dropout, styles=styles.FORWARD)


class Plain:
    """Dropout in small pieces; a misconception changes one of them."""

    def __call__(self, x, p, rng, *, training=True):
        self.validate(p)
        if not training:
            return self.evaluation(x, p, rng)
        return self.training(x, p, rng)

    def validate(self, p):
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")

    def evaluation(self, x, p, rng):
        return x.copy(), np.ones_like(x)

    def training(self, x, p, rng):
        mask = (self.keep(x, p, rng) * self.scale(p)).astype(x.dtype)
        return self.output(x, mask, p), self.returned(mask, p)

    def keep(self, x, p, rng):
        return rng.random(x.shape) >= p

    def scale(self, p):
        return 1 / (1 - p)

    def output(self, x, mask, p):
        return x * mask

    def returned(self, mask, p):
        return mask


def wrong(name: str, hint: str):
    """Enter an instance of a variant of the way forward."""

    def enter(variant):
        forward.wrong(name, hint)(variant())
        return variant

    return enter
