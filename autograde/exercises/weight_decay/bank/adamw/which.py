"""Mistakes about which parameters and entries decay."""

from __future__ import annotations

import numpy as np

from autograde.exercises.weight_decay.bank.adamw.plain import AdamW, adamw


@adamw.wrong(
    "biases left out",
    "Leaving out vectors is often wise, but the caller decides which parameters to hand over.",
)
class _MatricesOnly(AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim > 1 else 0 * w


@adamw.wrong(
    "matrices left out",
    "Of all parameters, matrices are those that decay is for. Which shapes does your line reach?",
)
class _VectorsOnly(AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim < 2 else 0 * w


@adamw.wrong(
    "kernels of convolutions left out",
    "Of all parameters, weights are those that decay is for. Which shapes does your line reach?",
)
class _NoKernels(AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim < 3 else 0 * w


@adamw.wrong(
    "all but matrices left out",
    "A kernel of a convolution has four axes. Which shapes does your line reach?",
)
class _TwoAxesOnly(AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim == 2 else 0 * w


@adamw.wrong(
    "no decay where the gradient is zero",
    "Decay does not ask the gradient. What becomes of a weight that the loss does not see?",
)
class _AsksGradient(AdamW):
    def one(self, k, p):
        p.data -= np.where(p.grad == 0, 0, self.lost(p.data))
        p.data -= self.lr * self.direction(k, p)


@adamw.wrong(
    "a decay of parameters without a gradient",
    "A parameter whose grad is None is left as it is. Is it, when decay comes before the question?",
)
class _DecaysAbsent(AdamW):
    def step(self):
        for p in self.params:
            if p.grad is None:
                p.data -= self.lost(p.data)
        super().step()


@adamw.wrong(
    "no thought of parameters without a gradient",
    "The grad of a parameter may be None. What does your arithmetic do with None?",
)
class _NoThoughtOfNone(AdamW):
    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            self.one(k, p)


@adamw.wrong(
    "a loop left at the first parameter without a gradient",
    "One parameter sits out this step. And those that come after it in the list?",
)
class _LeavesLoop(AdamW):
    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            if p.grad is None:
                return
            self.one(k, p)
