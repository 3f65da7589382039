"""Mistakes of RMSprop alone."""

from __future__ import annotations

from autograde.exercises.adam.bank.plain import RMSprop, rmsprop


@rmsprop.wrong(
    "alpha and 1 - alpha swapped",
    "With alpha = 0.99, is the memory of v long or short? Try alpha = 1 in your line.",
)
class _AlphaSwapped(RMSprop):
    def second(self, v, g):
        return (1 - self.memory) * v + self.memory * g**2


@rmsprop.wrong(
    "an alpha that is always the default",
    "Whoever calls the constructor may choose alpha. Which one does your step use?",
)
class _HardCodedAlpha(RMSprop):
    def second(self, v, g):
        return 0.99 * v + 0.01 * g**2


@rmsprop.wrong(
    "the bias correction of Adam",
    "RMSprop is older than the idea of correcting for a start at zero. What does it do instead?",
)
class _CorrectedRMSprop(RMSprop):
    def direction(self, g, v):
        return g / self.denominator(v / (1 - self.memory**self.t))


@rmsprop.wrong(
    "a step taken before the second moment has seen the gradient",
    "In which order are v and the parameter updated? Which v divides the first gradient?",
)
class _OldSecondMoment(RMSprop):
    def update(self, g, state):
        update = self.direction(g, state["v"])
        state["v"] = self.second(state["v"], g)
        return update
