"""Mistakes about the step and about what it writes to."""

from __future__ import annotations

import numpy as np

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "climbing instead of descending",
    "The gradient points uphill. Where should the parameter go?",
)
class _Ascent(SGD):
    def apply(self, p, update):
        super().apply(p, -update)


@sgd.wrong(
    "a step whose length ignores lr",
    "Every optimizer moves in proportion to its learning rate. Where does lr enter?",
)
class _NoLearningRate(SGD):
    def apply(self, p, update):
        p.data -= update.astype(p.data.dtype)


@sgd.wrong(
    "a learning rate read once and never again",
    "A schedule sets optimizer.lr between steps. When does your step look at it?",
)
class _FrozenLearningRate(SGD):
    def apply(self, p, update):
        self.first_lr = getattr(self, "first_lr", self.lr)
        p.data -= (self.first_lr * update).astype(p.data.dtype)


@sgd.wrong(
    "param.data put in another array",
    "Who else holds the old array? Write into it instead of putting a new one in its place.",
)
class _Rebinds(SGD):
    def apply(self, p, update):
        p.data = p.data - (self.lr * update).astype(p.data.dtype)


@sgd.wrong(
    "float32 parameters that turn into float64",
    "What dtype has the result of your arithmetic, and into what is it written?",
)
class _Promotes(SGD):
    def apply(self, p, update):
        if p.data.dtype == np.float32:
            p.data = p.data - self.lr * update.astype(float)
        else:
            super().apply(p, update)


@sgd.wrong(
    "a gradient changed in place",
    "The gradient belongs to the caller, who may still need it. Read it, do not write it.",
)
class _ChangesGradient(SGD):
    def apply(self, p, update):
        super().apply(p, update)
        p.grad *= 0


@sgd.wrong(
    "large gradients that are cut down",
    "Clipping has a chapter of its own. Does anything in this equation ask how long a gradient is?",
)
class _Clips(SGD):
    def update(self, k, g):
        return super().update(k, g * min(1, 10 / max(np.linalg.norm(g), 1e-12)))


@sgd.wrong(
    "velocities in float32, whatever the parameter is",
    "Which dtype has your array of zeros, and which has the parameter? zeros_like knows.",
)
class _Float32Inside(SGD):
    def first(self, g):
        return g.astype(np.float32)

    def later(self, v, g):
        return super().later(v, g).astype(np.float32)


@sgd.wrong(
    "a velocity that lives in the array of a gradient, and changes it",
    "The first velocity equals the first gradient. Are they also the same array?",
)
class _AliasChanged(SGD):
    def first(self, g):
        return g

    def later(self, v, g):
        v *= self.momentum
        v += (1 - self.dampening) * g
        return v


@sgd.wrong(
    "a velocity that lives in the array of a gradient",
    "The caller may write the next gradient into the same array. What is your velocity then?",
)
class _Alias(SGD):
    def first(self, g):
        return g
