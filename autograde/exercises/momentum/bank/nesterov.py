"""Mistakes about Nesterov's step ahead."""

from __future__ import annotations

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "a look-ahead that looks back, along the old velocity",
    "Which velocity would the next step go along if no gradient came: the old or the new one?",
)
class _LooksBack(SGD):
    def ahead(self, v, g):
        return v


@sgd.wrong(
    "a look-ahead that forgets the gradient",
    "Looking ahead, the old velocity acts once more. And the gradient just measured?",
)
class _ForgetsGradient(SGD):
    def ahead(self, v, g):
        return self.momentum * v


@sgd.wrong(
    "a look-ahead that has lost the velocity",
    "With nesterov your steps are those of plain gradient descent. Where does it look?",
)
class _AheadWithoutVelocity(SGD):
    def ahead(self, v, g):
        return g


@sgd.wrong(
    "a look-ahead in the other direction",
    "Gradient and velocity point the same way here. Do you add the one to the other?",
)
class _AheadBackwards(SGD):
    def ahead(self, v, g):
        return g - self.momentum * v


@sgd.wrong(
    "a look-ahead that is not scaled by momentum",
    "How much of its velocity would the parameter keep in one more step?",
)
class _AheadUnscaled(SGD):
    def ahead(self, v, g):
        return g + v


@sgd.wrong(
    "a look-ahead added to the whole velocity",
    "The velocity already holds the new gradient and the old velocity. What do you add twice?",
)
class _AheadOfVelocity(SGD):
    def ahead(self, v, g):
        return v + self.momentum * v


@sgd.wrong(
    "a look-ahead whose gradient is averaged in",
    "Should the gradient enter the step in full, or only in part?",
)
class _AheadAveraged(SGD):
    def ahead(self, v, g):
        return (1 - self.momentum) * g + self.momentum * v


@sgd.wrong(
    "a look-ahead that is stored as the velocity",
    "Looking ahead changes the step. Should it also change what is remembered?",
)
class _StoresAhead(SGD):
    def update(self, k, g):
        update = super().update(k, g)
        if self.nesterov:
            self.velocity[k] = update
        return update


@sgd.wrong(
    "a look-ahead at every setting",
    "Your steps are Nesterov's, even when nobody asked for them. Where do you read the switch?",
)
class _AlwaysAhead(SGD):
    def update(self, k, g):
        update = super().update(k, g)
        return update if self.nesterov or not self.momentum else self.ahead(self.velocity[k], g)
