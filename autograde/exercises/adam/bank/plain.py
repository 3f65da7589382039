"""What is right of RMSprop and Adam, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.adam import styles
from autograde.exercises.torch_optimizers import reference

rmsprop = Bank(reference("RMSprop"), styles=styles.RMSPROP)
adam = Bank(reference("Adam"), styles=styles.ADAM)


class Adaptive:
    """What RMSprop and Adam have in common; a misconception changes one method."""

    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
        self.state = [self.fresh(k, p) for k, p in enumerate(self.params)]
        self.t = 0

    def fresh(self, k, p):
        return {"m": np.zeros_like(p.data), "v": np.zeros_like(p.data)}

    def step(self):
        self.t += 1
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is not None:
                self.apply(p, self.update(p.grad, state))

    def apply(self, p, update):
        p.data -= (self.lr * update).astype(p.data.dtype)

    def square(self, g):
        return g**2

    def second(self, v, g):
        return self.memory * v + (1 - self.memory) * self.square(g)

    def denominator(self, v):
        return np.sqrt(v) + self.eps

    def validate(self, **intervals):
        for name, (value, high) in intervals.items():
            if not 0 <= value < high:
                raise ValueError(f"{name} must be in [0, {high}), got {value}")


class RMSprop(Adaptive):
    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        self.validate(lr=(lr, np.inf), alpha=(alpha, np.inf), eps=(eps, np.inf))
        self.memory, self.eps = alpha, eps
        super().__init__(params, lr)

    def update(self, g, state):
        state["v"] = self.second(state["v"], g)
        return self.direction(g, state["v"])

    def direction(self, g, v):
        return g / self.denominator(v)


class Adam(Adaptive):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        self.validate(lr=(lr, np.inf), eps=(eps, np.inf), beta1=(betas[0], 1), beta2=(betas[1], 1))
        (self.beta1, self.memory), self.eps = betas, eps
        super().__init__(params, lr)

    def first(self, m, g):
        return self.beta1 * m + (1 - self.beta1) * g

    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], g)
        return self.direction(state["m"], state["v"])

    def direction(self, m, v):
        return self.corrected_m(m) / self.denominator(self.corrected_v(v))

    def corrected_m(self, m):
        return m / (1 - self.beta1**self.t)

    def corrected_v(self, v):
        return v / (1 - self.memory**self.t)
