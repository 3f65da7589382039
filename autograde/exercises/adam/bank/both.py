"""Mistakes that RMSprop and Adam share, made once for each."""

from __future__ import annotations

import numpy as np

from autograde.exercises.adam.bank.plain import Adam, RMSprop, adam, rmsprop


def _both(name: str, hint: str):
    """Enter a mix-in as a misconception of RMSprop and of Adam."""

    def enter(mixin):
        rmsprop.wrong(name, hint)(type(mixin.__name__, (mixin, RMSprop), {}))
        adam.wrong(name, hint)(type(mixin.__name__, (mixin, Adam), {}))
        return mixin

    return enter


@_both(
    "an absolute value in place of the square",
    "The second moment averages a power of the gradient whose root is taken later. Which power?",
)
class _AbsoluteValue:
    def square(self, g):
        return np.abs(g)


@_both(
    "a second moment that never accumulates",
    "What of the squared gradients of earlier steps is left in v after a step?",
)
class _ForgetfulSecondMoment:
    def second(self, v, g):
        return super().second(np.zeros_like(v), g)


@_both(
    "a second moment that sums instead of averaging",
    "A sum of squares grows without end, and the steps die away. What makes a sum an average?",
)
class _SummedSquares:
    def second(self, v, g):
        return v + g**2


@_both(
    "the sign of the gradient alone",
    "Every step has the same length here. What should make one step longer than the next?",
)
class _SignDescent:
    def update(self, g, state):
        return np.sign(g)


@_both(
    "climbing instead of descending",
    "The gradient points uphill. Where should the parameter go?",
)
class _Ascent:
    def apply(self, p, update):
        super().apply(p, -update)


@_both(
    "a step whose length ignores lr",
    "Every optimizer moves in proportion to its learning rate. Where does lr enter?",
)
class _NoLearningRate:
    def apply(self, p, update):
        p.data -= update.astype(p.data.dtype)


@_both(
    "the root of the second moment forgotten",
    "Compare units: a gradient divided by its own square is no longer of the size of a step.",
)
class _NoRoot:
    def denominator(self, v):
        return v + self.eps


@_both(
    "a gradient changed in place",
    "The gradient belongs to the caller, who may still need it. Read it, do not write it.",
)
class _ChangesGradient:
    def apply(self, p, update):
        super().apply(p, update)
        p.grad *= 0


@_both(
    "param.data put in another array",
    "Who else holds the old array? Write into it instead of putting a new one in its place.",
)
class _Rebinds:
    def apply(self, p, update):
        p.data = p.data - (self.lr * update).astype(p.data.dtype)


@_both(
    "a learning rate read once and never again",
    "A schedule sets optimizer.lr between steps. When does your step look at it?",
)
class _FrozenLearningRate:
    def apply(self, p, update):
        self.first_lr = getattr(self, "first_lr", self.lr)
        p.data -= (self.first_lr * update).astype(p.data.dtype)


@_both(
    "float32 parameters that turn into float64",
    "What dtype has the result of your arithmetic, and into what is it written?",
)
class _Promotes:
    def apply(self, p, update):
        if p.data.dtype == np.float32:
            p.data = p.data - self.lr * update.astype(float)
        else:
            super().apply(p, update)


@_both(
    "large gradients that are cut down",
    "Clipping has a chapter of its own. Does anything in this equation ask how long a gradient is?",
)
class _Clips:
    def update(self, g, state):
        return super().update(g * min(1, 10 / max(np.linalg.norm(g), 1e-12)), state)


@_both(
    "moments in float32, whatever the parameter is",
    "Which dtype has your array of zeros, and which has the parameter? zeros_like knows.",
)
class _Float32Inside:
    def update(self, g, state):
        update = super().update(g, state)
        state.update({key: value.astype(np.float32) for key, value in state.items()})
        return update


@_both(
    "parameters kept as they were handed over",
    "model.parameters() may be a generator. What is left of it after the first loop?",
)
class _KeepsIterable:
    def __init__(self, params, *args, **options):
        super().__init__(params, *args, **options)
        self.params = params


@_both(
    "a gradient of None taken for zero",
    "None says that the parameter took no part; zero is a measurement. Which one moves moments?",
)
class _NoneIsZero:
    def step(self):
        absent = [p for p in self.params if p.grad is None]
        for p in absent:
            p.grad = np.zeros_like(p.data)
        super().step()
        for p in absent:
            p.grad = None


@_both(
    "an update skipped where the gradient is zero",
    "A gradient of zero is information too: what do the moments do with it?",
)
class _SkipsZeroGradients:
    def step(self):
        hidden = [(p, p.grad) for p in self.params if p.grad is not None and not p.grad.any()]
        for p, _ in hidden:
            p.grad = None
        super().step()
        for p, grad in hidden:
            p.grad = grad


@_both(
    "entries skipped where their gradient is zero",
    "An entry with no gradient now had one before: what is left of it in the moments?",
)
class _SkipsZeroEntries:
    def update(self, g, state):
        before = dict(state)
        update = super().update(g, state)
        for key, value in before.items():
            state[key] = np.where(g == 0, value, state[key])
        return np.where(g == 0, 0, update)


@_both(
    "one state for all parameters",
    "Each parameter has gradients of its own. Where is the state of the second one kept?",
)
class _SharedByParameters:
    def __init__(self, params, *args, **options):
        super().__init__(params, *args, **options)
        self.state = [self.state[0]] * len(self.params)


@_both(
    "one state for all instances",
    "What is defined in the body of the class is shared. When is the state made?",
)
class _SharedByInstances:
    kept: dict = {}

    def fresh(self, k, p):
        return self.kept.setdefault((type(self), k, p.data.shape), super().fresh(k, p))


@_both(
    "hyperparameters that are not checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksNothing:
    def validate(self, **intervals):
        pass


@_both(
    "eps inside the root",
    "The root of a small number is much larger than the number. To what is eps added?",
)
class _EpsInsideRoot:
    def denominator(self, v):
        return np.sqrt(v + self.eps)


@_both(
    "eps ignored",
    "With very small gradients, what keeps the denominator away from zero, and by how much?",
)
class _NoEps:
    def denominator(self, v):
        return np.sqrt(v)


@_both(
    "an eps that is always the default",
    "Whoever calls the constructor may choose eps. Which one does your step use?",
)
class _HardCodedEps:
    def denominator(self, v):
        return np.sqrt(v) + 1e-8


@_both(
    "a range whose lower end is refused",
    "Zero is allowed where the contract says at least 0. Which comparison lets it through?",
)
class _RefusesZero:
    def validate(self, **intervals):
        super().validate(**intervals)
        if any(value == 0 for value, _ in intervals.values()):
            raise ValueError("zero is refused")


@_both(
    "moments thrown away while there is no gradient",
    "A parameter without a gradient took no part in this step. What should be left of its past?",
)
class _Restarts:
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None:
                self.state[k] = self.fresh(k, p)
