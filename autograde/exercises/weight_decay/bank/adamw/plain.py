"""What is right of AdamW, and a plain one in pieces to be got wrong."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.torch_optimizers import reference
from autograde.exercises.weight_decay import styles

adamw = Bank(reference("AdamW"), styles=styles.ADAMW)


class AdamW:
    """AdamW in small pieces; a misconception changes one of them."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError("bad hyperparameters")
        self.check_decay(weight_decay)
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.weight_decay, self.first_lr, self.t = weight_decay, lr, 0
        self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]

    def check_decay(self, weight_decay):
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")

    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.one(k, p)

    def one(self, k, p):
        p.data -= self.lost(p.data)
        p.data -= self.lr * self.direction(k, p)

    def direction(self, k, p):
        beta1, beta2 = self.betas
        self.m[k] = beta1 * self.m[k] + (1 - beta1) * self.for_first(p)
        self.v[k] = beta2 * self.v[k] + (1 - beta2) * self.for_second(p) ** 2
        m_hat, v_hat = self.m[k] / (1 - beta1**self.t), self.v[k] / (1 - beta2**self.t)
        return self.numerator(m_hat, p) / (np.sqrt(v_hat) + self.eps)

    def for_first(self, p):
        return p.grad

    def for_second(self, p):
        return p.grad

    def numerator(self, m_hat, p):
        return m_hat

    def lost(self, w):
        return self.share() * w

    def share(self):
        return self.lr * self.weight_decay


class NotShrunk(AdamW):
    """No decay of the weights themselves: it enters elsewhere."""

    def lost(self, w):
        return 0 * w
