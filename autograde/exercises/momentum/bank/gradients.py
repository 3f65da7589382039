"""Mistakes about parameters without a gradient, or with one of zero."""

from __future__ import annotations

import numpy as np

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "a gradient of None taken for zero",
    "None says that the parameter took no part; zero is a measurement. Which moves the velocity?",
)
class _NoneIsZero(SGD):
    def step(self):
        absent = [p for p in self.params if p.grad is None]
        for p in absent:
            p.grad = np.zeros_like(p.data)
        super().step()
        for p in absent:
            p.grad = None


@sgd.wrong(
    "a velocity that fades while there is no gradient",
    "A parameter that sits out one step keeps its state. Which of your lines come before the "
    "question whether there is a gradient?",
)
class _FadesAtNone(SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None and self.velocity[k] is not None:
                self.velocity[k] = self.momentum * self.velocity[k]


@sgd.wrong(
    "a parameter that rolls on without a gradient",
    "A parameter whose grad is None is left as it is. Does your velocity still move it?",
)
class _RollsOn(SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None and self.velocity[k] is not None:
                self.apply(p, self.velocity[k])


@sgd.wrong(
    "a velocity forgotten when there is no gradient",
    "A parameter that sits out one step keeps its state. What becomes of its velocity in yours?",
)
class _ForgetsAtNone(SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None:
                self.velocity[k] = None


@sgd.wrong(
    "no thought of parameters without a gradient",
    "The grad of a parameter may be None. What does your arithmetic do with None?",
)
class _NoThoughtOfNone(SGD):
    def step(self):
        for k, p in enumerate(self.params):
            self.apply(p, self.update(k, p.grad))


@sgd.wrong(
    "a loop left at the first parameter without a gradient",
    "One parameter sits out this step. And those that come after it in the list?",
)
class _LeavesLoop(SGD):
    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is None:
                return
            self.apply(p, self.update(k, p.grad))


@sgd.wrong(
    "an update skipped where the gradient is zero",
    "A ball on a flat stretch rolls on. What does your parameter do where the gradient is zero?",
)
class _SkipsZeroGradients(SGD):
    def step(self):
        hidden = [(p, p.grad) for p in self.params if p.grad is not None and not p.grad.any()]
        for p, _ in hidden:
            p.grad = None
        super().step()
        for p, grad in hidden:
            p.grad = grad


@sgd.wrong(
    "entries skipped where their gradient is zero",
    "An entry with no gradient now had one before: what is left of it in the velocity?",
)
class _SkipsZeroEntries(SGD):
    def update(self, k, g):
        before = self.velocity[k]
        update = super().update(k, g)
        if before is not None:
            self.velocity[k] = np.where(g == 0, before, self.velocity[k])
        return np.where(g == 0, 0, update)
