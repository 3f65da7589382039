"""The way back: the reference, and what is commonly got wrong."""

from __future__ import annotations

import importlib.util

import numpy as np

import course.nn
from autograde.check import Bank
from autograde.exercises.dropout import styles


def torch_backward(grad_output, mask):
    """Let torch.autograd find the gradient of the product with the mask."""
    import torch

    x = torch.zeros(mask.shape, dtype=torch.from_numpy(mask).dtype, requires_grad=True)
    (x * torch.from_numpy(mask)).backward(torch.from_numpy(grad_output))
    return x.grad.numpy()


_with_torch = importlib.util.find_spec("torch") is not None
backward = Bank(
    torch_backward if _with_torch else course.nn.dropout_backward, styles=styles.BACKWARD
)


@backward.wrong(
    "a gradient without the scale",
    "On the way forward x was multiplied by the mask, scale and all. What is the derivative?",
)
def _unscaled(grad_output, mask):
    return grad_output * (mask != 0)


@backward.wrong(
    "a mask that is drawn anew",
    "The gradient must come back through the entries that were kept on the way forward. Which "
    "were they?",
)
def _redrawn(grad_output, mask):
    keep = np.random.default_rng().random(mask.shape) >= np.mean(mask == 0)
    return (grad_output * keep * mask.max()).astype(grad_output.dtype)


@backward.wrong(
    "a mask that is drawn anew, and not scaled",
    "The gradient must come back through the entries that were kept on the way forward. Which "
    "were they, and by what were they multiplied?",
)
def _redrawn_unscaled(grad_output, mask):
    return grad_output * (np.random.default_rng().random(mask.shape) >= np.mean(mask == 0))


@backward.wrong(
    "a gradient that passes dropout unchanged",
    "An entry that was dropped had no part in the loss. What is the derivative with respect to it?",
)
def _unchanged(grad_output, mask):
    return grad_output.copy()


@backward.wrong(
    "a gradient scaled everywhere, the dropped entries included",
    "An entry that was dropped had no part in the loss. What is the derivative with respect to it?",
)
def _scaled_everywhere(grad_output, mask):
    return grad_output * mask.max()


@backward.wrong(
    "the scale applied twice",
    "How often was x multiplied by the mask on the way forward?",
)
def _scaled_twice(grad_output, mask):
    return grad_output * mask**2


@backward.wrong(
    "a gradient divided by the mask",
    "What is the derivative of a product with respect to one of its factors?",
)
def _divided(grad_output, mask):
    return grad_output / mask


@backward.wrong(
    "a gradient divided by the mask where it was kept",
    "What is the derivative of a product with respect to one of its factors?",
)
def _divided_where_kept(grad_output, mask):
    return np.where(mask == 0, 0, grad_output / np.where(mask == 0, 1, mask))


@backward.wrong(
    "a gradient through the dropped entries alone",
    "Which entries had a part in the loss: the kept ones or the dropped ones?",
)
def _inverted(grad_output, mask):
    return grad_output * (mask == 0) * mask.max()


@backward.wrong(
    "the mask itself in place of the gradient",
    "This is the derivative of the output. What does the chain rule multiply it with?",
)
def _mask_alone(grad_output, mask):
    return mask.astype(grad_output.dtype)


@backward.wrong(
    "grad_output changed in place",
    "grad_output belongs to the caller, who may still need it. Write into an array of your own.",
)
def _changes_gradient(grad_output, mask):
    grad_output *= mask
    return grad_output.copy()


@backward.wrong(
    "the mask changed in place",
    "The mask belongs to the caller, who may still need it. Write into an array of your own.",
)
def _changes_mask(grad_output, mask):
    mask *= grad_output
    return mask.copy()


@backward.wrong(
    "float32 turned into float64",
    "Which dtype has the product of two float32 arrays? What made it another one?",
)
def _promotes(grad_output, mask):
    return grad_output * np.array(mask, float)


@backward.wrong(
    "everything turned into float32",
    "Who computes in float64 wants float64 back. Which dtype should the result have?",
)
def _demotes(grad_output, mask):
    return (grad_output * mask).astype(np.float32)


@backward.wrong(
    "a mask that serves the first example for all",
    "Every example was dropped by a row of its own. Which of them does the mask hold?",
)
def _first_row(grad_output, mask):
    return grad_output * (mask[:1] if mask.ndim > 1 else mask)


@backward.wrong(
    "a scale fit for p = 0.5 alone",
    "By what was x multiplied on the way forward: always by the same number?",
)
def _doubled(grad_output, mask):
    return np.where(mask == 1, grad_output, grad_output * (2.0 * (mask != 0))).astype(
        grad_output.dtype
    )
