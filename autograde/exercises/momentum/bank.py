"""What is right of momentum, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.momentum import styles
from autograde.exercises.torch_optimizers import reference

sgd = Bank(reference("SGD"), styles=styles.SGD)
BANKS = {"sgd": sgd}


class _SGD:
    """Momentum in small pieces; a misconception changes one of them."""

    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        self.check_rate(lr)
        self.check_momentum(momentum)
        self.check_nesterov(nesterov, momentum, dampening)
        self.params, self.lr = list(params), lr
        self.momentum, self.dampening, self.nesterov = momentum, dampening, nesterov
        self.velocity = self.fresh()

    def check_rate(self, lr):
        if lr < 0:
            raise ValueError(f"lr must be >= 0, got {lr}")

    def check_momentum(self, momentum):
        if momentum < 0:
            raise ValueError(f"momentum must be >= 0, got {momentum}")

    def check_nesterov(self, nesterov, momentum, dampening):
        if nesterov and not momentum:
            raise ValueError("nesterov needs momentum")
        if nesterov and dampening:
            raise ValueError("nesterov needs dampening 0")

    def fresh(self):
        return [None] * len(self.params)

    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.apply(p, self.update(k, p.grad))

    def apply(self, p, update):
        p.data -= (self.lr * update).astype(p.data.dtype)

    def update(self, k, g):
        if not self.momentum:
            return g
        v = self.velocity[k]
        v = self.velocity[k] = self.first(g) if v is None else self.later(v, g)
        return self.ahead(v, g) if self.nesterov else v

    def first(self, g):
        return g.copy()

    def later(self, v, g):
        return self.momentum * v + (1 - self.dampening) * g

    def ahead(self, v, g):
        return g + self.momentum * v


# --- the velocity -------------------------------------------------------------------------------


@sgd.wrong(
    "a velocity that averages instead of summing",
    "If the gradient is always 1, where should the velocity end: at 1, or at how many times that?",
)
class _Average(_SGD):
    def first(self, g):
        return (1 - self.momentum) * g

    def later(self, v, g):
        return self.momentum * v + (1 - self.momentum) * g


@sgd.wrong(
    "a velocity that averages from the second gradient on",
    "If the gradient is always 1, where should the velocity end: at 1, or at how many times that?",
)
class _AverageAfterFirst(_SGD):
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
class _Reset(_SGD):
    def later(self, v, g):
        return super().later(np.zeros_like(v), g)


@sgd.wrong(
    "momentum ignored",
    "Your steps are those of plain gradient descent. What do they know of the gradients before?",
)
class _NoMomentum(_SGD):
    def update(self, k, g):
        return g


@sgd.wrong(
    "a momentum that is always 0.9",
    "Whoever calls the constructor may choose the momentum. Which one does your step use?",
)
class _HardCodedMomentum(_SGD):
    def __init__(self, params, lr, *, momentum=0.0, dampening=0.0, nesterov=False):
        super().__init__(params, lr, momentum=momentum, dampening=dampening, nesterov=nesterov)
        self.momentum = 0.9 if momentum else 0.0


@sgd.wrong(
    "momentum taken for friction",
    "A larger momentum should keep more of the last velocity. How much do you keep at 0.9?",
)
class _Friction(_SGD):
    def later(self, v, g):
        return (1 - self.momentum) * v + (1 - self.dampening) * g


@sgd.wrong(
    "momentum and 1 - momentum swapped in an average",
    "Which of the two should weigh more, the past or the new gradient? And need they sum to 1?",
)
class _SwappedAverage(_SGD):
    def later(self, v, g):
        return (1 - self.momentum) * v + self.momentum * g


@sgd.wrong(
    "a velocity that never forgets",
    "A sum of all gradients grows without end. Which factor lets the old ones fade?",
)
class _NeverForgets(_SGD):
    def later(self, v, g):
        return v + (1 - self.dampening) * g


@sgd.wrong(
    "momentum applied to the new gradient as well",
    "Which of the two does momentum make smaller: the velocity of before, or the sum with g?",
)
class _ScalesBoth(_SGD):
    def first(self, g):
        return self.momentum * g

    def later(self, v, g):
        return self.momentum * (v + (1 - self.dampening) * g)


@sgd.wrong(
    "momentum applied to the gradient instead of the velocity",
    "Which of the two is it that fades from step to step?",
)
class _ScalesGradient(_SGD):
    def later(self, v, g):
        return v + self.momentum * g


@sgd.wrong(
    "a velocity that works against itself",
    "Two equal gradients in a row: should the second step be longer or shorter than the first?",
)
class _Subtracts(_SGD):
    def later(self, v, g):
        return (1 - self.dampening) * g - self.momentum * v


@sgd.wrong(
    "a step along the velocity of the step before",
    "In which order are velocity and parameter updated? Which velocity makes the first step?",
)
class _OneStepLate(_SGD):
    def update(self, k, g):
        before = self.velocity[k]
        update = super().update(k, g)
        return update if not self.momentum else 0 * g if before is None else before


@sgd.wrong(
    "the gradient counted twice",
    "The velocity already holds the new gradient. What else do you step along?",
)
class _CountsTwice(_SGD):
    def update(self, k, g):
        update = super().update(k, g)
        return update + g if self.momentum and not self.nesterov else update


@sgd.wrong(
    "a velocity that stays at the first gradient",
    "Your velocity is made once. In which line does a later gradient reach it?",
)
class _NeverUpdated(_SGD):
    def later(self, v, g):
        return v


@sgd.wrong(
    "a first velocity of another sign than the later ones",
    "Does your velocity point uphill or downhill? It should do the same at every step.",
)
class _TurnsRound(_SGD):
    def later(self, v, g):
        return self.momentum * v - (1 - self.dampening) * g


@sgd.wrong(
    "lr inside the velocity",
    "When lr changes, should the gradients that are already in the velocity change their weight?",
)
class _RateInside(_SGD):
    def update(self, k, g):
        return super().update(k, self.lr * g)

    def apply(self, p, update):
        p.data -= update.astype(p.data.dtype)


@sgd.wrong(
    "lr both inside and outside of the velocity",
    "By how many learning rates is your gradient multiplied before it reaches the parameter?",
)
class _RateTwice(_SGD):
    def update(self, k, g):
        return super().update(k, self.lr * g)


@sgd.wrong(
    "the sign of the gradient alone",
    "Every gradient counts alike here. What should make one count more than another?",
)
class _SignDescent(_SGD):
    def update(self, k, g):
        return super().update(k, np.sign(g))


# --- dampening ----------------------------------------------------------------------------------


@sgd.wrong(
    "dampening applied to the first gradient too",
    "The very first velocity has nothing to be damped against. What is it in the contract?",
)
class _DampsFirst(_SGD):
    def first(self, g):
        return (1 - self.dampening) * g


@sgd.wrong(
    "dampening ignored",
    "Your steps are the same whatever the dampening. Which part of a gradient should it hold back?",
)
class _NoDampening(_SGD):
    def later(self, v, g):
        return self.momentum * v + g


@sgd.wrong(
    "dampening and 1 - dampening swapped",
    "With dampening = 0, the default, how much of a gradient should reach the velocity?",
)
class _DampeningSwapped(_SGD):
    def later(self, v, g):
        return self.momentum * v + self.dampening * g


@sgd.wrong(
    "dampening that amplifies",
    "Should a larger dampening let more of a gradient into the velocity, or less?",
)
class _Amplifies(_SGD):
    def later(self, v, g):
        return self.momentum * v + (1 + self.dampening) * g


@sgd.wrong(
    "dampening of the old velocity instead of the new gradient",
    "Momentum already says what becomes of the old velocity. What is left for dampening?",
)
class _DampsVelocity(_SGD):
    def later(self, v, g):
        return self.momentum * (1 - self.dampening) * v + g


@sgd.wrong(
    "dampening of the whole velocity",
    "Does dampening hold back the gradient that comes in, or all that has been summed up?",
)
class _DampsBoth(_SGD):
    def later(self, v, g):
        return (1 - self.dampening) * (self.momentum * v + g)


@sgd.wrong(
    "dampening of the step instead of the velocity",
    "Dampening decides what enters the velocity. At which line does yours come in?",
)
class _DampsStep(_SGD):
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
class _DampsAndAverages(_SGD):
    def later(self, v, g):
        return self.momentum * v + (1 - self.momentum) * (1 - self.dampening) * g


@sgd.wrong(
    "dampening where there is no momentum",
    "With momentum = 0 the steps should be plain ones. What is left there for dampening to hold?",
)
class _DampsPlain(_SGD):
    def update(self, k, g):
        if self.momentum:
            return super().update(k, g)
        fresh, self.velocity[k] = self.velocity[k] is None, g.copy()
        return g if fresh else (1 - self.dampening) * g


@sgd.wrong(
    "a first step counted for the optimizer, not for each parameter",
    "A parameter may get its first gradient late. How do you know that its velocity is new?",
)
class _FirstOfAll(_SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if self.velocity[k] is None:
                self.velocity[k] = np.zeros_like(p.data)


# --- Nesterov -----------------------------------------------------------------------------------


@sgd.wrong(
    "a look-ahead that looks back, along the old velocity",
    "Which velocity would the next step go along if no gradient came: the old or the new one?",
)
class _LooksBack(_SGD):
    def ahead(self, v, g):
        return v


@sgd.wrong(
    "a look-ahead that forgets the gradient",
    "Looking ahead, the old velocity acts once more. And the gradient just measured?",
)
class _ForgetsGradient(_SGD):
    def ahead(self, v, g):
        return self.momentum * v


@sgd.wrong(
    "a look-ahead that has lost the velocity",
    "With nesterov your steps are those of plain gradient descent. Where does it look?",
)
class _AheadWithoutVelocity(_SGD):
    def ahead(self, v, g):
        return g


@sgd.wrong(
    "a look-ahead in the other direction",
    "Gradient and velocity point the same way here. Do you add the one to the other?",
)
class _AheadBackwards(_SGD):
    def ahead(self, v, g):
        return g - self.momentum * v


@sgd.wrong(
    "a look-ahead that is not scaled by momentum",
    "How much of its velocity would the parameter keep in one more step?",
)
class _AheadUnscaled(_SGD):
    def ahead(self, v, g):
        return g + v


@sgd.wrong(
    "a look-ahead added to the whole velocity",
    "The velocity already holds the new gradient and the old velocity. What do you add twice?",
)
class _AheadOfVelocity(_SGD):
    def ahead(self, v, g):
        return v + self.momentum * v


@sgd.wrong(
    "a look-ahead whose gradient is averaged in",
    "Should the gradient enter the step in full, or only in part?",
)
class _AheadAveraged(_SGD):
    def ahead(self, v, g):
        return (1 - self.momentum) * g + self.momentum * v


@sgd.wrong(
    "a look-ahead that is stored as the velocity",
    "Looking ahead changes the step. Should it also change what is remembered?",
)
class _StoresAhead(_SGD):
    def update(self, k, g):
        update = super().update(k, g)
        if self.nesterov:
            self.velocity[k] = update
        return update


@sgd.wrong(
    "a look-ahead at every setting",
    "Your steps are Nesterov's, even when nobody asked for them. Where do you read the switch?",
)
class _AlwaysAhead(_SGD):
    def update(self, k, g):
        update = super().update(k, g)
        return update if self.nesterov or not self.momentum else self.ahead(self.velocity[k], g)


# --- the step -----------------------------------------------------------------------------------


@sgd.wrong(
    "climbing instead of descending",
    "The gradient points uphill. Where should the parameter go?",
)
class _Ascent(_SGD):
    def apply(self, p, update):
        super().apply(p, -update)


@sgd.wrong(
    "a step whose length ignores lr",
    "Every optimizer moves in proportion to its learning rate. Where does lr enter?",
)
class _NoLearningRate(_SGD):
    def apply(self, p, update):
        p.data -= update.astype(p.data.dtype)


@sgd.wrong(
    "a learning rate read once and never again",
    "A schedule sets optimizer.lr between steps. When does your step look at it?",
)
class _FrozenLearningRate(_SGD):
    def apply(self, p, update):
        self.first_lr = getattr(self, "first_lr", self.lr)
        p.data -= (self.first_lr * update).astype(p.data.dtype)


@sgd.wrong(
    "param.data put in another array",
    "Who else holds the old array? Write into it instead of putting a new one in its place.",
)
class _Rebinds(_SGD):
    def apply(self, p, update):
        p.data = p.data - (self.lr * update).astype(p.data.dtype)


@sgd.wrong(
    "float32 parameters that turn into float64",
    "What dtype has the result of your arithmetic, and into what is it written?",
)
class _Promotes(_SGD):
    def apply(self, p, update):
        if p.data.dtype == np.float32:
            p.data = p.data - self.lr * update.astype(float)
        else:
            super().apply(p, update)


@sgd.wrong(
    "a gradient changed in place",
    "The gradient belongs to the caller, who may still need it. Read it, do not write it.",
)
class _ChangesGradient(_SGD):
    def apply(self, p, update):
        super().apply(p, update)
        p.grad *= 0


@sgd.wrong(
    "a velocity that lives in the array of a gradient, and changes it",
    "The first velocity equals the first gradient. Are they also the same array?",
)
class _AliasChanged(_SGD):
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
class _Alias(_SGD):
    def first(self, g):
        return g


# --- parameters without, or with a zero, gradient -----------------------------------------------


@sgd.wrong(
    "a gradient of None taken for zero",
    "None says that the parameter took no part; zero is a measurement. Which moves the velocity?",
)
class _NoneIsZero(_SGD):
    def step(self):
        absent = [p for p in self.params if p.grad is None]
        for p in absent:
            p.grad = np.zeros_like(p.data)
        super().step()
        for p in absent:
            p.grad = None


@sgd.wrong(
    "a parameter that rolls on without a gradient",
    "A parameter whose grad is None is left as it is. Does your velocity still move it?",
)
class _RollsOn(_SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None and self.velocity[k] is not None:
                self.apply(p, self.velocity[k])


@sgd.wrong(
    "a velocity forgotten when there is no gradient",
    "A parameter that sits out one step keeps its state. What becomes of its velocity in yours?",
)
class _ForgetsAtNone(_SGD):
    def step(self):
        super().step()
        for k, p in enumerate(self.params):
            if p.grad is None:
                self.velocity[k] = None


@sgd.wrong(
    "no thought of parameters without a gradient",
    "The grad of a parameter may be None. What does your arithmetic do with None?",
)
class _NoThoughtOfNone(_SGD):
    def step(self):
        for k, p in enumerate(self.params):
            self.apply(p, self.update(k, p.grad))


@sgd.wrong(
    "a loop left at the first parameter without a gradient",
    "One parameter sits out this step. And those that come after it in the list?",
)
class _LeavesLoop(_SGD):
    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is None:
                return
            self.apply(p, self.update(k, p.grad))


@sgd.wrong(
    "an update skipped where the gradient is zero",
    "A ball on a flat stretch rolls on. What does your parameter do where the gradient is zero?",
)
class _SkipsZeroGradients(_SGD):
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
class _SkipsZeroEntries(_SGD):
    def update(self, k, g):
        before = self.velocity[k]
        update = super().update(k, g)
        if before is not None:
            self.velocity[k] = np.where(g == 0, before, self.velocity[k])
        return np.where(g == 0, 0, update)


# --- whose velocity it is -----------------------------------------------------------------------


class _Zeros(_SGD):
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
class _CountsGradients(_SGD):
    def step(self):
        present = [p for p in self.params if p.grad is not None]
        for k, p in enumerate(present):
            self.apply(p, self.update(k, p.grad))


# --- hyperparameters ----------------------------------------------------------------------------


@sgd.wrong(
    "hyperparameters that are not checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksNothing(_SGD):
    def check_rate(self, lr):
        pass

    def check_momentum(self, momentum):
        pass

    def check_nesterov(self, nesterov, momentum, dampening):
        pass


@sgd.wrong(
    "a learning rate that is not checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _AnyRate(_SGD):
    def check_rate(self, lr):
        pass


@sgd.wrong(
    "neither lr nor momentum checked",
    "Two hyperparameters have a range of their own. Which of them may be negative?",
)
class _ChecksNesterovAlone(_SGD):
    def check_rate(self, lr):
        pass

    def check_momentum(self, momentum):
        pass


@sgd.wrong(
    "a learning rate of zero refused",
    "A rate of zero is of little use, but is it outside of its range?",
)
class _RefusesZero(_SGD):
    def check_rate(self, lr):
        if lr <= 0:
            raise ValueError("lr must be positive")


@sgd.wrong(
    "a momentum that is not checked",
    "What would a negative momentum do at every second step?",
)
class _AnyMomentum(_SGD):
    def check_momentum(self, momentum):
        pass


@sgd.wrong(
    "any combination with nesterov let through",
    "Looking ahead along a velocity takes one, and an undamped one. Who says so to the caller?",
)
class _AnyNesterov(_SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        pass


@sgd.wrong(
    "nesterov without momentum let through",
    "What is there to look ahead along, without a velocity?",
)
class _NesterovAlone(_SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        super().check_nesterov(nesterov, momentum or 0.5, dampening)


@sgd.wrong(
    "nesterov with dampening let through",
    "The look-ahead takes the gradient in full. How would that go with a damped velocity?",
)
class _NesterovDamped(_SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        super().check_nesterov(nesterov, momentum, 0.0)


@sgd.wrong(
    "nesterov refused at every setting",
    "Try nesterov=True with momentum=0.9: should it work? Read your condition again.",
)
class _NesterovRefused(_SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        if nesterov:
            raise ValueError("no nesterov")
