"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


class VelocityInDict:
    """A dict by position, allocating arithmetic, one formula for both kinds of step."""

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        if lr < 0 or momentum < 0:
            raise ValueError("lr and momentum must not be negative")
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("nesterov needs momentum and no dampening")
        self.params, self.lr, self.velocity = list(params), lr, {}
        self.momentum, self.dampening, self.nesterov = momentum, dampening, nesterov

    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is None:
                continue
            if k in self.velocity and self.momentum:
                kept = self.momentum * self.velocity[k]
                self.velocity[k] = kept + (1 - self.dampening) * p.grad
            else:
                self.velocity[k] = 1.0 * p.grad
            along = self.velocity[k]
            if self.nesterov:
                along = p.grad + self.momentum * along
            p.data -= self.lr * along


class InPlaceWithSlots:
    """`__slots__`, velocities changed in place, a flag for each parameter's first gradient."""

    __slots__ = ("begun", "damp", "fast", "look", "lr", "params", "mu")

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        for value in (lr, momentum):
            if not value >= 0:
                raise ValueError(f"must not be negative: {value}")
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError("nesterov")
        self.params = tuple(params)
        self.lr, self.mu, self.damp, self.look = lr, momentum, dampening, nesterov
        self.fast = [np.zeros_like(p.data) for p in self.params]
        self.begun = [False] * len(self.params)

    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is None:
                continue
            v = self.fast[k]
            v *= self.mu
            v += p.grad if not self.begun[k] else p.grad * (1 - self.damp)
            self.begun[k] = self.mu > 0
            if self.look:
                p.data -= self.lr * p.grad
                p.data -= self.lr * self.mu * v
            else:
                np.subtract(p.data, self.lr * v, out=p.data)


@dataclass
class ADataclass:
    """A dataclass; velocities point downhill; Nesterov from the old and the new velocity."""

    params: Any
    lr: float
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    memory: dict = field(default_factory=dict)

    def __post_init__(self):
        self.params = list(self.params)
        if min(self.lr, self.momentum) < 0:
            raise ValueError("negative")
        if self.nesterov and (self.momentum <= 0 or self.dampening):
            raise ValueError("nesterov needs momentum alone")

    def step(self):
        mu = self.momentum
        for p in self.params:
            if p.grad is not None:
                old = self.memory.get(id(p), 0 * p.data)
                damping = self.dampening if mu and id(p) in self.memory else 0
                new = mu * old - (1 - damping) * p.grad
                self.memory[id(p)] = new
                p.data[...] += self.lr * new
                if self.nesterov:
                    p.data[...] += self.lr * mu * (new - old)


class EntryByEntry:
    """Python loops over single entries; plain steps without any velocity."""

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        if not (lr >= 0 and momentum >= 0):
            raise ValueError("out of range")
        if nesterov and momentum == 0:
            raise ValueError("nesterov without momentum")
        if nesterov and dampening != 0:
            raise ValueError("nesterov with dampening")
        self.params, self.lr = [p for p in params], lr
        self.options = momentum, 1 - dampening, nesterov
        self.velocities = [None for _ in self.params]

    def step(self):
        momentum, kept, nesterov = self.options
        for index, p in enumerate(self.params):
            if p.grad is None:
                continue
            gradient = [float(g) for g in p.grad.flat]
            before = self.velocities[index]
            if before is None or momentum == 0:
                now = gradient
            else:
                now = [momentum * v + kept * g for v, g in zip(before, gradient, strict=True)]
            self.velocities[index] = now
            for k, (v, g) in enumerate(zip(now, gradient, strict=True)):
                p.data.flat[k] -= self.lr * (g + momentum * v if nesterov else v)


class _OwnBase:
    """A base class of the learner's own, which calls a rule and keeps what it returns."""

    def __init__(self, params, lr):
        if lr < 0:
            raise ValueError(f"lr must be >= 0, got {lr}")
        self.params, self.lr = list(params), lr
        self.state = {id(p): None for p in self.params}

    def step(self):
        for p in (p for p in self.params if p.grad is not None):
            change, self.state[id(p)] = self.rule(np.array(p.grad, float), self.state[id(p)])
            p.data += self.lr * change


class Subclass(_OwnBase):
    """A subclass of an own base that returns a change and a state, in float64 inside."""

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        super().__init__(params, lr)
        if momentum < 0:
            raise ValueError(f"momentum must be >= 0, got {momentum}")
        if nesterov and (dampening or not momentum):
            raise ValueError("nesterov needs momentum > 0 and dampening == 0")
        self.momentum, self.dampening = momentum, dampening if momentum else 0.0
        self.direction = self.ahead if nesterov else self.straight

    def rule(self, g, v):
        v = g if v is None else self.momentum * v + g - self.dampening * g
        return -self.direction(g, v), v

    def straight(self, g, v):
        return v

    def ahead(self, g, v):
        return g + self.momentum * v


SGD = {
    "velocities in a dict": VelocityInDict,
    "slots and in-place arithmetic": InPlaceWithSlots,
    "a dataclass, velocities downhill": ADataclass,
    "loops over entries": EntryByEntry,
    "a subclass of an own base": Subclass,
}
