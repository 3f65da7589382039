"""Mistakes about whose velocity it is."""

from __future__ import annotations

from autograde.exercises.momentum.bank.plain import SGD, sgd


class _Zeros(SGD):
    """Velocities that begin as arrays of zeros, and remember which have seen a gradient."""

    def fresh(self):
        return [{"v": None} for _ in self.params]

    def update(self, k, g):
        if not self.momentum:
            return g
        state = self.velocity[k]
        state["v"] = self.first(g) if state["v"] is None else self.later(state["v"], g)
        return self.ahead(state["v"], g) if self.nesterov else state["v"]


@sgd.wrong(
    "parameters kept as they were handed over",
    "model.parameters() may be a generator. What is left of it after the first loop?",
)
class _KeepsIterable(SGD):
    def __init__(self, params, lr, **options):
        super().__init__(params, lr, **options)
        self.params = params
        self.velocity = {}

    def update(self, k, g):
        self.velocity.setdefault(k, None)
        return super().update(k, g)


@sgd.wrong(
    "one velocity for all parameters",
    "Each parameter has gradients of its own. Where is the velocity of the second one kept?",
)
class _SharedByParameters(_Zeros):
    def fresh(self):
        return [{"v": None}] * len(self.params)


@sgd.wrong(
    "one velocity for all instances",
    "What is defined in the body of the class is shared. When is the velocity made?",
)
class _SharedByInstances(_Zeros):
    kept: dict = {}

    def fresh(self):
        return [
            self.kept.setdefault((k, p.data.shape, p.data.dtype.name), {"v": None})
            for k, p in enumerate(self.params)
        ]


@sgd.wrong(
    "velocities counted by gradients instead of parameters",
    "When the first parameter has no gradient, which velocity does the second one get?",
)
class _CountsGradients(SGD):
    def step(self):
        present = [p for p in self.params if p.grad is not None]
        for k, p in enumerate(present):
            self.apply(p, self.update(k, p.grad))
