"""Mistakes about dampening."""

from __future__ import annotations

import numpy as np

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "dampening applied to the first gradient too",
    "The very first velocity has nothing to be damped against. What is it in the contract?",
)
class _DampsFirst(SGD):
    def first(self, g):
        return (1 - self.dampening) * g


@sgd.wrong(
    "dampening ignored",
    "Your steps are the same whatever the dampening. Which part of a gradient should it hold back?",
)
class _NoDampening(SGD):
    def later(self, v, g):
        return self.momentum * v + g


@sgd.wrong(
    "dampening and 1 - dampening swapped",
    "With dampening = 0, the default, how much of a gradient should reach the velocity?",
)
class _DampeningSwapped(SGD):
    def later(self, v, g):
        return self.momentum * v + self.dampening * g


@sgd.wrong(
    "dampening that amplifies",
    "Should a larger dampening let more of a gradient into the velocity, or less?",
)
class _Amplifies(SGD):
    def later(self, v, g):
        return self.momentum * v + (1 + self.dampening) * g


@sgd.wrong(
    "dampening of the old velocity instead of the new gradient",
    "Momentum already says what becomes of the old velocity. What is left for dampening?",
)
class _DampsVelocity(SGD):
    def later(self, v, g):
        return self.momentum * (1 - self.dampening) * v + g


@sgd.wrong(
    "dampening of the whole velocity",
    "Does dampening hold back the gradient that comes in, or all that has been summed up?",
)
class _DampsBoth(SGD):
    def later(self, v, g):
        return (1 - self.dampening) * (self.momentum * v + g)


@sgd.wrong(
    "dampening of the step instead of the velocity",
    "Dampening decides what enters the velocity. At which line does yours come in?",
)
class _DampsStep(SGD):
    def later(self, v, g):
        return self.momentum * v + g

    def update(self, k, g):
        fresh = self.velocity[k] is None
        update = super().update(k, g)
        return update if fresh else (1 - self.dampening) * update


@sgd.wrong(
    "dampening where there is one already: by momentum",
    "Two things could weigh the gradient here, and the contract has only one. Which?",
)
class _DampsAndAverages(SGD):
    def later(self, v, g):
        return self.momentum * v + (1 - self.momentum) * (1 - self.dampening) * g


@sgd.wrong(
    "dampening where there is no momentum",
    "With momentum = 0 the steps should be plain ones. What is left there for dampening to hold?",
)
class _DampsPlain(SGD):
    def update(self, k, g):
        if self.momentum:
            return super().update(k, g)
        fresh, self.velocity[k] = self.velocity[k] is None, g.copy()
        return g if fresh else (1 - self.dampening) * g


@sgd.wrong(
    "a first step counted for the optimizer, not for each parameter",
    "A parameter may get its first gradient late. How do you know that its velocity is new?",
)
class _FirstOfAll(SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if self.velocity[k] is None:
                self.velocity[k] = np.zeros_like(p.data)
