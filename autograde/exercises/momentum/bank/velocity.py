"""Mistakes about the velocity."""

from __future__ import annotations

import numpy as np

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "a velocity that averages instead of summing",
    "If the gradient is always 1, where should the velocity end: at 1, or at how many times that?",
)
class _Average(SGD):
    def first(self, g):
        return (1 - self.momentum) * g

    def later(self, v, g):
        return self.momentum * v + (1 - self.momentum) * g


@sgd.wrong(
    "a velocity that averages from the second gradient on",
    "If the gradient is always 1, where should the velocity end: at 1, or at how many times that?",
)
class _AverageAfterFirst(SGD):
    def later(self, v, g):
        return self.momentum * v + (1 - self.momentum) * g


@sgd.wrong(
    "an average of the gradients, corrected for its start at zero",
    "That is the first moment of Adam. Does the velocity here average gradients, or add them up?",
)
class _CorrectedAverage(_Average):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.t = [0] * len(self.params)

    def update(self, k, g):
        self.t[k] += 1
        return super().update(k, g) / (1 - self.momentum ** self.t[k])


@sgd.wrong(
    "a velocity reset at each step",
    "What of the last velocity is left when the next step begins? Where is it kept meanwhile?",
)
class _Reset(SGD):
    def later(self, v, g):
        return super().later(np.zeros_like(v), g)


@sgd.wrong(
    "momentum ignored",
    "Your steps are those of plain gradient descent. What do they know of the gradients before?",
)
class _NoMomentum(SGD):
    def update(self, k, g):
        return g


@sgd.wrong(
    "a momentum that is always 0.9",
    "Whoever calls the constructor may choose the momentum. Which one does your step use?",
)
class _HardCodedMomentum(SGD):
    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        super().__init__(params, lr, momentum=momentum, dampening=dampening, nesterov=nesterov)
        self.momentum = 0.9 if momentum else 0.0


@sgd.wrong(
    "momentum taken for friction",
    "A larger momentum should keep more of the last velocity. How much do you keep at 0.9?",
)
class _Friction(SGD):
    def later(self, v, g):
        return (1 - self.momentum) * v + (1 - self.dampening) * g


@sgd.wrong(
    "momentum and 1 - momentum swapped in an average",
    "Which of the two should weigh more, the past or the new gradient? And need they sum to 1?",
)
class _SwappedAverage(SGD):
    def later(self, v, g):
        return (1 - self.momentum) * v + self.momentum * g


@sgd.wrong(
    "a velocity that never forgets",
    "A sum of all gradients grows without end. Which factor lets the old ones fade?",
)
class _NeverForgets(SGD):
    def later(self, v, g):
        return v + (1 - self.dampening) * g


@sgd.wrong(
    "momentum applied to the new gradient as well",
    "Which of the two does momentum make smaller: the velocity of before, or the sum with g?",
)
class _ScalesBoth(SGD):
    def first(self, g):
        return self.momentum * g

    def later(self, v, g):
        return self.momentum * (v + (1 - self.dampening) * g)


@sgd.wrong(
    "momentum applied to the gradient instead of the velocity",
    "Which of the two is it that fades from step to step?",
)
class _ScalesGradient(SGD):
    def later(self, v, g):
        return v + self.momentum * g


@sgd.wrong(
    "a velocity that works against itself",
    "Two equal gradients in a row: should the second step be longer or shorter than the first?",
)
class _Subtracts(SGD):
    def later(self, v, g):
        return (1 - self.dampening) * g - self.momentum * v


@sgd.wrong(
    "a step along the velocity of the step before",
    "In which order are velocity and parameter updated? Which velocity makes the first step?",
)
class _OneStepLate(SGD):
    def update(self, k, g):
        before = self.velocity[k]
        update = super().update(k, g)
        return update if not self.momentum else 0 * g if before is None else before


@sgd.wrong(
    "the gradient counted twice",
    "The velocity already holds the new gradient. What else do you step along?",
)
class _CountsTwice(SGD):
    def update(self, k, g):
        update = super().update(k, g)
        return update + g if self.momentum and not self.nesterov else update


@sgd.wrong(
    "a velocity that stays at the first gradient",
    "Your velocity is made once. In which line does a later gradient reach it?",
)
class _NeverUpdated(SGD):
    def later(self, v, g):
        return v


@sgd.wrong(
    "a first velocity of another sign than the later ones",
    "Does your velocity point uphill or downhill? It should do the same at every step.",
)
class _TurnsRound(SGD):
    def later(self, v, g):
        return self.momentum * v - (1 - self.dampening) * g


@sgd.wrong(
    "lr inside the velocity",
    "When lr changes, should the gradients that are already in the velocity change their weight?",
)
class _RateInside(SGD):
    def update(self, k, g):
        return super().update(k, self.lr * g)

    def apply(self, p, update):
        p.data -= update.astype(p.data.dtype)


@sgd.wrong(
    "lr both inside and outside of the velocity",
    "By how many learning rates is your gradient multiplied before it reaches the parameter?",
)
class _RateTwice(SGD):
    def update(self, k, g):
        return super().update(k, self.lr * g)


@sgd.wrong(
    "the sign of the gradient alone",
    "Every gradient counts alike here. What should make one count more than another?",
)
class _SignDescent(SGD):
    def update(self, k, g):
        return super().update(k, np.sign(g))
