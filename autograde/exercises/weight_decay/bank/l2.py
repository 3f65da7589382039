"""The gradient of an L2 penalty: what is commonly got wrong."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.weight_decay import styles
from course import rules


def _penalized(params, weight_decay):
    """Read off the first velocity of gradient descent with that decay what its gradient was."""
    if importlib.util.find_spec("torch") is None:
        options = {"momentum": 0.5, "weight_decay": weight_decay}
        return [
            None if p.grad is None else rules.sgd(p.data, p.grad, None, **options)[1]["v"]
            for p in params
        ]
    import torch

    tensors = [torch.from_numpy(p.data.copy()).requires_grad_() for p in params]
    for tensor, p in zip(tensors, params, strict=True):
        tensor.grad = None if p.grad is None else torch.from_numpy(p.grad.copy())
    optimizer = torch.optim.SGD(
        tensors, lr=0.0, momentum=0.5, weight_decay=weight_decay, foreach=False
    )
    optimizer.step()
    velocities = [optimizer.state[t].get("momentum_buffer") for t in tensors]
    return [None if v is None else v.numpy() for v in velocities]


l2 = Bank(_penalized, styles=styles.L2)


def _each(name: str, hint: str):
    """Enter a wrong gradient of one parameter, ``f(g, w, weight_decay)``, as a misconception."""

    def enter(gradient):
        def l2_gradients(params, weight_decay):
            return [
                None if p.grad is None else gradient(p.grad, p.data, weight_decay) for p in params
            ]

        l2.wrong(name, hint)(l2_gradients)
        return gradient

    return enter


@_each(
    "a penalty twice as strong",
    "The penalty is half of weight_decay times the squares. What is the derivative of a square?",
)
def _twice(g, w, weight_decay):
    return g + 2 * weight_decay * w


@_each(
    "a penalty half as strong",
    "The half in the penalty is there for a reason. What is the derivative of a square?",
)
def _half(g, w, weight_decay):
    return g + 0.5 * weight_decay * w


@_each(
    "the penalty itself in place of its gradient",
    "A step follows the slope of the penalty. How does the penalty change with one weight?",
)
def _squares(g, w, weight_decay):
    return g + 0.5 * weight_decay * w**2


@_each(
    "the square of each weight in place of its slope",
    "A step follows the slope of the penalty. How does the penalty change with one weight?",
)
def _whole_squares(g, w, weight_decay):
    return g + weight_decay * w**2


@_each(
    "the whole sum of squares added to every entry",
    "The penalty is one number. How does it change with one weight?",
)
def _sum_of_squares(g, w, weight_decay):
    return g + 0.5 * weight_decay * np.sum(w**2)


@_each(
    "a penalty that makes weights grow",
    "A step goes against the gradient. Which sign lets it shrink a positive weight?",
)
def _grows(g, w, weight_decay):
    return g - weight_decay * w


@_each(
    "the L1 penalty in place of L2",
    "Should a large weight be pulled harder than a small one, or just as hard?",
)
def _l1(g, w, weight_decay):
    return g + weight_decay * np.sign(w)


@_each(
    "sizes of the weights without their signs",
    "A negative weight should be pulled up, a positive one down. What does your term do?",
)
def _no_sign(g, w, weight_decay):
    return g + weight_decay * np.abs(w)


@_each(
    "a penalty on the norm instead of its square",
    "The contract sums squares and takes no root. What would a root do to the slope?",
)
def _norm(g, w, weight_decay):
    return g + weight_decay * w / np.sqrt(np.sum(w**2))


@_each(
    "a penalty averaged over the weights",
    "Does the pull on one weight depend on how many others there are?",
)
def _mean(g, w, weight_decay):
    return g + weight_decay * w / w.size


@_each(
    "the gradient of the penalty alone",
    "The penalty is added to the loss. What of the gradient of the loss itself?",
)
def _penalty_alone(g, w, weight_decay):
    return weight_decay * w


@_each(
    "no penalty at all",
    "Your gradients do not depend on weight_decay. Where do the weights come in?",
)
def _nothing(g, w, weight_decay):
    return g.copy()


@_each(
    "a strength that is always 0.01",
    "Whoever calls the function chooses weight_decay. Which one do you use?",
)
def _hard_coded(g, w, weight_decay):
    return g + 0.01 * w


@_each(
    "the weights added without their strength",
    "What does weight_decay multiply?",
)
def _unscaled(g, w, weight_decay):
    return g + w


@_each(
    "decay of the gradient instead of the weight",
    "Which of the two should be pulled towards zero, the gradient or the weight?",
)
def _decays_gradient(g, w, weight_decay):
    return g + weight_decay * g


@_each(
    "a gradient of the loss that is decayed as well",
    "weight_decay belongs to the penalty. How much of the loss's gradient should be left?",
)
def _blends(g, w, weight_decay):
    return (1 - weight_decay) * g + weight_decay * w


@_each(
    "biases left out",
    "Leaving out vectors is often wise, but the caller decides which parameters to hand over.",
)
def _matrices_only(g, w, weight_decay):
    return g + weight_decay * w if w.ndim > 1 else g.copy()


@_each(
    "matrices left out",
    "Of all parameters, matrices are those that decay is for. Which shapes does your line reach?",
)
def _vectors_only(g, w, weight_decay):
    return g + weight_decay * w if w.ndim < 2 else g.copy()


@_each(
    "weights and gradients that are shuffled before they meet",
    "Is the entry of a weight still that of its gradient after what you did to the shape?",
)
def _transposed(g, w, weight_decay):
    return g + weight_decay * w.ravel()[::-1].reshape(w.shape)


@_each(
    "the gradient's own array returned where there is no decay",
    "With weight_decay=0 the numbers are those of the gradient. Must it be the same array?",
)
def _alias_without_decay(g, w, weight_decay):
    return g + weight_decay * w if weight_decay else g


@_each(
    "float32 gradients that turn into float64",
    "What dtype has the result of your arithmetic when the weights are float32?",
)
def _promotes(g, w, weight_decay):
    return g + np.float64(weight_decay) * w.astype(float)


@_each(
    "gradients changed in place",
    "Called twice, your function adds the penalty twice. Into which array do you write?",
)
def _in_place(g, w, weight_decay):
    g += w.dtype.type(weight_decay) * w
    return g


@_each(
    "a copy of gradients that were changed in place",
    "Called twice, your function adds the penalty twice. When do you make the copy?",
)
def _in_place_then_copy(g, w, weight_decay):
    return _in_place(g, w, weight_decay).copy()


@_each(
    "weights changed in place",
    "The function only computes gradients. Who moves the weights, and when?",
)
def _changes_weights(g, w, weight_decay):
    result = g + weight_decay * w
    w *= 1 - weight_decay
    return result


@l2.wrong(
    "param.grad put in another array",
    "Who looks at param.grad afterwards finds the penalty in it. What should only be returned?",
)
def _rebinds_grad(params, weight_decay):
    for p in params:
        if p.grad is not None:
            p.grad = p.grad + weight_decay * p.data
    return [None if p.grad is None else p.grad.copy() for p in params]


@l2.wrong(
    "a gradient of None taken for zero",
    "None says that the parameter took no part in the step. Should decay move it nevertheless?",
)
def _none_is_zero(params, weight_decay):
    return [(0 if p.grad is None else p.grad) + weight_decay * p.data for p in params]


@l2.wrong(
    "parameters without a gradient left out of the list",
    "Whoever goes through parameters and gradients side by side needs one entry for each.",
)
def _drops_none(params, weight_decay):
    return [p.grad + weight_decay * p.data for p in params if p.grad is not None]


@l2.wrong(
    "zeros returned in place of None",
    "A gradient of zero and no gradient are two things. Which one was it?",
)
def _zeros_for_none(params, weight_decay):
    return [
        np.zeros_like(p.data) if p.grad is None else p.grad + weight_decay * p.data for p in params
    ]


@l2.wrong(
    "no thought of parameters without a gradient",
    "The grad of a parameter may be None. What does your arithmetic do with None?",
)
def _no_thought_of_none(params, weight_decay):
    return [p.grad + weight_decay * p.data for p in params]
