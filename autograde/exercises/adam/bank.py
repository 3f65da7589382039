"""What is right of RMSprop and Adam, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.adam import styles
from autograde.exercises.torch_optimizers import reference

rmsprop = Bank(reference("RMSprop"), styles=styles.RMSPROP)
adam = Bank(reference("Adam"), styles=styles.ADAM)
BANKS = {"rmsprop": rmsprop, "adam": adam}


class _Adaptive:
    """What RMSprop and Adam have in common; a misconception changes one method."""

    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
        self.state = [self.fresh(k, p) for k, p in enumerate(self.params)]
        self.t = 0

    def fresh(self, k, p):
        return {"m": np.zeros_like(p.data), "v": np.zeros_like(p.data)}

    def step(self):
        self.t += 1
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is not None:
                self.apply(p, self.update(p.grad, state))

    def apply(self, p, update):
        p.data -= (self.lr * update).astype(p.data.dtype)

    def square(self, g):
        return g**2

    def second(self, v, g):
        return self.memory * v + (1 - self.memory) * self.square(g)

    def denominator(self, v):
        return np.sqrt(v) + self.eps

    def validate(self, **intervals):
        for name, (value, high) in intervals.items():
            if not 0 <= value < high:
                raise ValueError(f"{name} must be in [0, {high}), got {value}")


class _RMSprop(_Adaptive):
    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        self.validate(lr=(lr, np.inf), alpha=(alpha, np.inf), eps=(eps, np.inf))
        self.memory, self.eps = alpha, eps
        super().__init__(params, lr)

    def update(self, g, state):
        state["v"] = self.second(state["v"], g)
        return self.direction(g, state["v"])

    def direction(self, g, v):
        return g / self.denominator(v)


class _Adam(_Adaptive):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        self.validate(lr=(lr, np.inf), eps=(eps, np.inf), beta1=(betas[0], 1), beta2=(betas[1], 1))
        (self.beta1, self.memory), self.eps = betas, eps
        super().__init__(params, lr)

    def first(self, m, g):
        return self.beta1 * m + (1 - self.beta1) * g

    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], g)
        return self.direction(state["m"], state["v"])

    def direction(self, m, v):
        return self.corrected_m(m) / self.denominator(self.corrected_v(v))

    def corrected_m(self, m):
        return m / (1 - self.beta1**self.t)

    def corrected_v(self, v):
        return v / (1 - self.memory**self.t)


# --- mistakes that both can have, made once for each -------------------------------------------


def _both(name: str, hint: str):
    """Enter a mix-in as a misconception of RMSprop and of Adam."""

    def enter(mixin):
        rmsprop.wrong(name, hint)(type(mixin.__name__, (mixin, _RMSprop), {}))
        adam.wrong(name, hint)(type(mixin.__name__, (mixin, _Adam), {}))
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


# --- RMSprop alone ------------------------------------------------------------------------------


@rmsprop.wrong(
    "alpha and 1 - alpha swapped",
    "With alpha = 0.99, is the memory of v long or short? Try alpha = 1 in your line.",
)
class _AlphaSwapped(_RMSprop):
    def second(self, v, g):
        return (1 - self.memory) * v + self.memory * g**2


@rmsprop.wrong(
    "an alpha that is always the default",
    "Whoever calls the constructor may choose alpha. Which one does your step use?",
)
class _HardCodedAlpha(_RMSprop):
    def second(self, v, g):
        return 0.99 * v + 0.01 * g**2


@rmsprop.wrong(
    "the bias correction of Adam",
    "RMSprop is older than the idea of correcting for a start at zero. What does it do instead?",
)
class _CorrectedRMSprop(_RMSprop):
    def direction(self, g, v):
        return g / self.denominator(v / (1 - self.memory**self.t))


@rmsprop.wrong(
    "a step taken before the second moment has seen the gradient",
    "In which order are v and the parameter updated? Which v divides the first gradient?",
)
class _OldSecondMoment(_RMSprop):
    def update(self, g, state):
        update = self.direction(g, state["v"])
        state["v"] = self.second(state["v"], g)
        return update


# --- Adam alone ---------------------------------------------------------------------------------


@adam.wrong(
    "no bias correction",
    "Both moments start at zero. What does that make of them at t = 1, and of their quotient?",
)
class _NoCorrection(_Adam):
    def corrected_m(self, m):
        return m

    def corrected_v(self, v):
        return v


@adam.wrong(
    "bias correction of the first moment alone",
    "The second moment starts at zero too. How far is it below its target after one step?",
)
class _FirstCorrectedOnly(_Adam):
    def corrected_v(self, v):
        return v


@adam.wrong(
    "bias correction of the second moment alone",
    "The first moment starts at zero too. How far is it below its target after one step?",
)
class _SecondCorrectedOnly(_Adam):
    def corrected_m(self, m):
        return m


@adam.wrong(
    "a bias correction frozen at the first step",
    "The bias fades from step to step. Which quantity should the correction depend on?",
)
class _FrozenCorrection(_Adam):
    def corrected_m(self, m):
        return m / (1 - self.beta1)

    def corrected_v(self, v):
        return v / (1 - self.memory)


@adam.wrong(
    "a step counter that starts at zero",
    "Put your first t into the bias correction: by what do you divide?",
)
class _CountsFromZero(_Adam):
    def step(self):
        self.t -= 1
        super().step()
        self.t += 1


@adam.wrong(
    "a step counter that runs one ahead",
    "At the first step the corrected first moment should be the gradient itself. Is it?",
)
class _CountsFromTwo(_Adam):
    def step(self):
        self.t += 1
        super().step()
        self.t -= 1


@adam.wrong(
    "a step counter that counts every parameter",
    "How often does t grow in one call of step() when there are two parameters?",
)
class _CountsParameters(_Adam):
    def step(self):
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is not None:
                self.t += 1
                self.apply(p, self.update(p.grad, state))


@adam.wrong(
    "the two betas swapped",
    "One moment should remember ten steps, the other a thousand. Which beta belongs to which?",
)
class _BetasSwapped(_Adam):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas[::-1], eps=eps)


@adam.wrong(
    "beta and 1 - beta swapped",
    "With beta = 0.9, does a moment remember about ten steps or about one?",
)
class _BetasInverted(_Adam):
    def first(self, m, g):
        return (1 - self.beta1) * m + self.beta1 * g

    def second(self, v, g):
        return (1 - self.memory) * v + self.memory * g**2


@adam.wrong(
    "betas that are always the defaults",
    "Whoever calls the constructor may choose the betas. Which ones does your step use?",
)
class _HardCodedBetas(_Adam):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas, eps=eps)
        self.beta1, self.memory = 0.9, 0.999


@adam.wrong(
    "eps added before the bias correction",
    "The second moment is corrected first. What happens to eps if it is corrected along with it?",
)
class _EpsBeforeCorrection(_Adam):
    def direction(self, m, v):
        scale = np.sqrt(1 - self.memory**self.t)
        return self.corrected_m(m) * scale / (np.sqrt(v) + self.eps)


@adam.wrong(
    "a first moment that never accumulates",
    "What of the gradients of earlier steps is left in m after a step?",
)
class _ForgetfulFirstMoment(_Adam):
    def first(self, m, g):
        return super().first(np.zeros_like(m), g)


@adam.wrong(
    "a first moment that sums instead of averaging",
    "If the gradient is always 1, what should m approach?",
)
class _SummedGradients(_Adam):
    def first(self, m, g):
        return self.beta1 * m + g


@adam.wrong(
    "the raw gradient in place of the first moment",
    "m is computed, but is it used? What is divided by the root of the second moment?",
)
class _RawGradient(_Adam):
    def corrected_m(self, m):
        return self.gradient

    def update(self, g, state):
        self.gradient = g
        return super().update(g, state)


@adam.wrong(
    "a second moment of m instead of the gradient",
    "Which quantity is squared in the second moment: the gradient or its average?",
)
class _SquaresMoment(_Adam):
    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], state["m"])
        return self.direction(state["m"], state["v"])


@adam.wrong(
    "the largest second moment so far (AMSGrad)",
    "Adam lets the second moment shrink again. Where does yours remember its maximum?",
)
class _AMSGrad(_Adam):
    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], g)
        state["largest"] = np.maximum(state.get("largest", 0), state["v"])
        return self.direction(state["m"], state["largest"])


@adam.wrong(
    "a default learning rate that is not the contract's",
    "Whoever gives no lr gets the default. Compare yours with the one in the contract.",
)
class _OtherDefault(_Adam):
    def __init__(self, params, lr=1e-2, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas, eps=eps)


@adam.wrong(
    "a corrected moment stored in place of the moment",
    "The next step averages what is stored. What happens to a correction that is stored, too?",
)
class _StoresCorrected(_Adam):
    def update(self, g, state):
        state["m"] = self.corrected_m(self.first(state["m"], g))
        state["v"] = self.corrected_v(self.second(state["v"], g))
        return state["m"] / self.denominator(state["v"])


@adam.wrong(
    "the two bias corrections exchanged",
    "Each moment forgets at its own pace. Which beta corrects which moment?",
)
class _CorrectionsExchanged(_Adam):
    def corrected_m(self, m):
        return m / (1 - self.memory**self.t)

    def corrected_v(self, v):
        return v / (1 - self.beta1**self.t)


@adam.wrong(
    "the larger of root and eps in place of their sum",
    "What does the denominator look like when the root and eps are of the same size?",
)
class _LargerOfBoth(_Adam):
    def denominator(self, v):
        return np.maximum(np.sqrt(v), self.eps)


@adam.wrong(
    "moments that fade while there is no gradient",
    "A parameter without a gradient took no part in this step. What may happen to its state?",
)
class _Fades(_Adam):
    def step(self):
        super().step()
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is None:
                state["m"], state["v"] = 0.9 * state["m"], self.memory * state["v"]
