"""The Adam inside, which may be as wrong as any Adam."""

from __future__ import annotations

from autograde.exercises.adam.bank import BANKS as OF_ADAM
from autograde.exercises.weight_decay.bank.adamw.plain import adamw

#: The mistakes of Adam that are made most often; any other costs points as well.
INSIDE = {
    "no bias correction",
    "bias correction of the first moment alone",
    "bias correction of the second moment alone",
    "a bias correction frozen at the first step",
    "a step counter that starts at zero",
    "a step counter that counts every parameter",
    "a first moment that never accumulates",
    "a second moment that never accumulates",
    "the two betas swapped",
    "betas that are always the defaults",
    "eps inside the root",
    "eps ignored",
    "the sign of the gradient alone",
    "climbing instead of descending",
    "a step whose length ignores lr",
    "a learning rate read once and never again",
    "a gradient changed in place",
    "param.data put in another array",
    "float32 parameters that turn into float64",
    "a gradient of None taken for zero",
    "one state for all parameters",
    "one state for all instances",
    "a bias correction given up after some steps",
    "large gradients that are cut down",
    "moments in float32, whatever the parameter is",
    "parameters kept as they were handed over",
    "moments that fade while there is no gradient",
    "moments thrown away while there is no gradient",
    "the largest second moment so far (AMSGrad)",
}


class _AroundAdam:
    """Shrinks the weights and lets an Adam take its step."""

    adam: type

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")
        self.inner = self.adam(params, lr, betas=betas, eps=eps)
        self.lr, self.weight_decay = lr, weight_decay

    def step(self):
        self.inner.lr = self.lr
        for p in self.inner.params:
            if p.grad is not None:
                p.data *= 1 - self.lr * self.weight_decay
        self.inner.step()


for _m in OF_ADAM["adam"].misconceptions:
    if _m.name in INSIDE:
        adamw.wrong(_m.name, _m.hint)(type(_m.build.__name__, (_AroundAdam,), {"adam": _m.build}))
