"""What is right of momentum, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

from autograde.check import Bank
from autograde.exercises.momentum import styles
from autograde.exercises.torch_optimizers import reference

sgd = Bank(reference("SGD"), styles=styles.SGD)


class SGD:
    """Momentum in small pieces; a misconception changes one of them."""

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        self.check_rate(lr)
        self.check_momentum(momentum)
        self.check_nesterov(nesterov, momentum, dampening)
        self.params, self.lr = list(params), lr
        self.momentum, self.dampening, self.nesterov = momentum, dampening, nesterov
        self.velocity = self.fresh()

    def check_rate(self, lr):
        if lr < 0:
            raise ValueError(f"lr must be >= 0, got {lr}")

    def check_momentum(self, momentum):
        if momentum < 0:
            raise ValueError(f"momentum must be >= 0, got {momentum}")

    def check_nesterov(self, nesterov, momentum, dampening):
        if nesterov and not momentum:
            raise ValueError("nesterov needs momentum")
        if nesterov and dampening:
            raise ValueError("nesterov needs dampening 0")

    def fresh(self):
        return [None] * len(self.params)

    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.apply(p, self.update(k, p.grad))

    def apply(self, p, update):
        p.data -= (self.lr * update).astype(p.data.dtype)

    def update(self, k, g):
        if not self.momentum:
            return g
        v = self.velocity[k]
        v = self.velocity[k] = self.first(g) if v is None else self.later(v, g)
        return self.ahead(v, g) if self.nesterov else v

    def first(self, g):
        return g.copy()

    def later(self, v, g):
        return self.momentum * v + (1 - self.dampening) * g

    def ahead(self, v, g):
        return g + self.momentum * v
