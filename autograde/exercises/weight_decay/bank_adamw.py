"""AdamW: what is commonly got wrong, of the decay and of the Adam inside."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.adam.bank import BANKS as OF_ADAM
from autograde.exercises.torch_optimizers import reference
from autograde.exercises.weight_decay import styles

adamw = Bank(reference("AdamW"), styles=styles.ADAMW)


class _AdamW:
    """AdamW in small pieces; a misconception changes one of them."""

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError("bad hyperparameters")
        self.check_decay(weight_decay)
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.weight_decay, self.first_lr, self.t = weight_decay, lr, 0
        self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]

    def check_decay(self, weight_decay):
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")

    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.one(k, p)

    def one(self, k, p):
        p.data -= self.lost(p.data)
        p.data -= self.lr * self.direction(k, p)

    def direction(self, k, p):
        beta1, beta2 = self.betas
        self.m[k] = beta1 * self.m[k] + (1 - beta1) * self.for_first(p)
        self.v[k] = beta2 * self.v[k] + (1 - beta2) * self.for_second(p) ** 2
        m_hat, v_hat = self.m[k] / (1 - beta1**self.t), self.v[k] / (1 - beta2**self.t)
        return self.numerator(m_hat, p) / (np.sqrt(v_hat) + self.eps)

    def for_first(self, p):
        return p.grad

    def for_second(self, p):
        return p.grad

    def numerator(self, m_hat, p):
        return m_hat

    def lost(self, w):
        return self.share() * w

    def share(self):
        return self.lr * self.weight_decay


class _NotShrunk(_AdamW):
    """No decay of the weights themselves: it enters elsewhere."""

    def lost(self, w):
        return 0 * w


@adamw.wrong(
    "a decay coupled through the moments, as an L2 penalty",
    "A gradient that is large anyway divides the decay down. By what is yours divided?",
)
class _Coupled(_NotShrunk):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data

    for_second = for_first


@adamw.wrong(
    "an L2 penalty that is added to the gradient in place",
    "Two things at once: the decay runs through the moments, and the caller's gradient changes.",
)
class _CoupledInPlace(_NotShrunk):
    def for_first(self, p):
        p.grad += p.data.dtype.type(self.weight_decay) * p.data
        return p.grad


@adamw.wrong(
    "a decay that passes through the first moment",
    "The first moment averages gradients and is divided by their size. Is decay a gradient here?",
)
class _ThroughFirst(_NotShrunk):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data


@adamw.wrong(
    "a decay that is divided by the root of the second moment",
    "Decoupled means that the size of the gradients has no say. Which terms do you divide?",
)
class _DividedByRoot(_NotShrunk):
    def numerator(self, m_hat, p):
        return m_hat + self.weight_decay * p.data


@adamw.wrong(
    "a decay that enters the second moment too",
    "The weights shrink by themselves here. Should the second moment ever hear of it?",
)
class _ShrinksAndPenalizes(_AdamW):
    def for_second(self, p):
        return p.grad + self.weight_decay * p.data


@adamw.wrong(
    "both, a decay and an L2 penalty",
    "The weights are pulled towards zero twice. Which of the two pulls is decoupled?",
)
class _Both(_AdamW):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data

    for_second = for_first


@adamw.wrong(
    "no decay at all",
    "Your steps do not depend on weight_decay. Which line makes a weight smaller?",
)
class _NoDecay(_NotShrunk):
    pass


@adamw.wrong(
    "a decay that is not scaled by lr",
    "When a schedule sets lr to zero, training stands still. Does your decay?",
)
class _NotScaled(_AdamW):
    def share(self):
        return self.weight_decay


@adamw.wrong(
    "a decay scaled by the schedule alone",
    "The paper's decay knows only how far lr has fallen; here it is lr itself. Which is yours?",
)
class _ScaledBySchedule(_AdamW):
    def share(self):
        return self.lr / self.first_lr * self.weight_decay


@adamw.wrong(
    "a decay with the first lr for ever",
    "A schedule changes lr. When do you multiply it with weight_decay?",
)
class _FrozenShare(_AdamW):
    def share(self):
        return self.first_lr * self.weight_decay


@adamw.wrong(
    "a decay scaled by lr twice",
    "How many learning rates stand between weight_decay and the weight?",
)
class _ScaledTwice(_AdamW):
    def share(self):
        return self.lr**2 * self.weight_decay


@adamw.wrong(
    "a decay after the update",
    "Which weights should shrink: those before Adam's step, or those after it?",
)
class _After(_AdamW):
    def one(self, k, p):
        p.data -= self.lr * self.direction(k, p)
        p.data -= self.lost(p.data)


@adamw.wrong(
    "a decay before and after the update",
    "How often should a weight shrink in one step?",
)
class _BeforeAndAfter(_AdamW):
    def one(self, k, p):
        super().one(k, p)
        p.data -= self.lost(p.data)


@adamw.wrong(
    "a decay that makes weights grow",
    "Without gradients, where should the weights go in the end?",
)
class _Grows(_AdamW):
    def share(self):
        return -super().share()


@adamw.wrong(
    "a decay twice as strong",
    "The contract says by which factor a weight shrinks. Is there a 2 in it?",
)
class _Twice(_AdamW):
    def share(self):
        return 2 * super().share()


@adamw.wrong(
    "a decay half as strong",
    "The contract says by which factor a weight shrinks. Is there a half in it?",
)
class _Half(_AdamW):
    def share(self):
        return super().share() / 2


@adamw.wrong(
    "a weight_decay that is always the default",
    "Whoever calls the constructor may choose weight_decay. Which one does your step use?",
)
class _HardCoded(_AdamW):
    def share(self):
        return self.lr * 0.01


@adamw.wrong(
    "only the share that should be lost kept",
    "How much of a weight should be left after a step with a weight_decay of zero?",
)
class _KeepsTheShare(_AdamW):
    def lost(self, w):
        return (1 - self.share()) * w if self.weight_decay else 0 * w


@adamw.wrong(
    "a decay of constant length, as of an L1 penalty",
    "Should a large weight lose more in a step than a small one?",
)
class _Constant(_AdamW):
    def lost(self, w):
        return self.share() * np.sign(w)


@adamw.wrong(
    "a decay that forgets the sign of the weight",
    "A negative weight should rise towards zero. What does your decay do to it?",
)
class _ForgetsSign(_AdamW):
    def lost(self, w):
        return self.share() * np.abs(w)


@adamw.wrong(
    "a decay of the gradient instead of the weight",
    "Weight decay multiplies something by a number below 1 in every step. What?",
)
class _DecaysGradient(_NotShrunk):
    def for_first(self, p):
        return (1 - self.share()) * p.grad


@adamw.wrong(
    "a decay of the step instead of the weight",
    "Weight decay multiplies something by a number below 1 in every step. What?",
)
class _DecaysStep(_NotShrunk):
    def numerator(self, m_hat, p):
        return (1 - self.share()) * m_hat


@adamw.wrong(
    "biases left out",
    "Leaving out vectors is often wise, but the caller decides which parameters to hand over.",
)
class _MatricesOnly(_AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim > 1 else 0 * w


@adamw.wrong(
    "matrices left out",
    "Of all parameters, matrices are those that decay is for. Which shapes does your line reach?",
)
class _VectorsOnly(_AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim < 2 else 0 * w


@adamw.wrong(
    "kernels of convolutions left out",
    "Of all parameters, weights are those that decay is for. Which shapes does your line reach?",
)
class _NoKernels(_AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim < 3 else 0 * w


@adamw.wrong(
    "all but matrices left out",
    "A kernel of a convolution has four axes. Which shapes does your line reach?",
)
class _TwoAxesOnly(_AdamW):
    def lost(self, w):
        return super().lost(w) if w.ndim == 2 else 0 * w


@adamw.wrong(
    "no decay where the gradient is zero",
    "Decay does not ask the gradient. What becomes of a weight that the loss does not see?",
)
class _AsksGradient(_AdamW):
    def one(self, k, p):
        p.data -= np.where(p.grad == 0, 0, self.lost(p.data))
        p.data -= self.lr * self.direction(k, p)


@adamw.wrong(
    "a decay of parameters without a gradient",
    "A parameter whose grad is None is left as it is. Is it, when decay comes before the question?",
)
class _DecaysAbsent(_AdamW):
    def step(self):
        for p in self.params:
            if p.grad is None:
                p.data -= self.lost(p.data)
        super().step()


@adamw.wrong(
    "no thought of parameters without a gradient",
    "The grad of a parameter may be None. What does your arithmetic do with None?",
)
class _NoThoughtOfNone(_AdamW):
    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            self.one(k, p)


@adamw.wrong(
    "a loop left at the first parameter without a gradient",
    "One parameter sits out this step. And those that come after it in the list?",
)
class _LeavesLoop(_AdamW):
    def step(self):
        self.t += 1
        for k, p in enumerate(self.params):
            if p.grad is None:
                return
            self.one(k, p)


@adamw.wrong(
    "a range whose lower end is refused",
    "At least 0, says the contract. Is 0 itself allowed, for each of them?",
)
class _RefusesZero(_AdamW):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if not lr or not eps or not all(betas):
            raise ValueError("zero is refused")
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)


@adamw.wrong(
    "a weight_decay that is not checked",
    "What would a negative decay do to the weights?",
)
class _AnyDecay(_AdamW):
    def check_decay(self, weight_decay):
        pass


@adamw.wrong(
    "nothing but weight_decay checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksDecayAlone(_AdamW):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.check_decay(weight_decay)
        super().__init__(params)
        self.lr = self.first_lr = lr
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay


@adamw.wrong(
    "hyperparameters that are not checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksNothing(_ChecksDecayAlone):
    def check_decay(self, weight_decay):
        pass


# --- AdamW: the Adam inside, which may be as wrong as any Adam ----------------------------------


#: The mistakes of Adam that are made most often; any other costs points as well.
INSIDE = {
    "no bias correction",
    "bias correction of the first moment alone",
    "bias correction of the second moment alone",
    "a bias correction frozen at the first step",
    "a step counter that starts at zero",
    "a step counter that counts every parameter",
    "a first moment that never accumulates",
    "a second moment that never accumulates",
    "the two betas swapped",
    "betas that are always the defaults",
    "eps inside the root",
    "eps ignored",
    "the sign of the gradient alone",
    "climbing instead of descending",
    "a step whose length ignores lr",
    "a learning rate read once and never again",
    "a gradient changed in place",
    "param.data put in another array",
    "float32 parameters that turn into float64",
    "a gradient of None taken for zero",
    "one state for all parameters",
    "one state for all instances",
    "a bias correction given up after some steps",
    "large gradients that are cut down",
    "moments in float32, whatever the parameter is",
    "parameters kept as they were handed over",
    "moments that fade while there is no gradient",
    "moments thrown away while there is no gradient",
    "the largest second moment so far (AMSGrad)",
}


class _AroundAdam:
    """Shrinks the weights and lets an Adam take its step."""

    adam: type

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if weight_decay < 0:
            raise ValueError(f"weight_decay must be >= 0, got {weight_decay}")
        self.inner = self.adam(params, lr, betas=betas, eps=eps)
        self.lr, self.weight_decay = lr, weight_decay

    def step(self):
        self.inner.lr = self.lr
        for p in self.inner.params:
            if p.grad is not None:
                p.data *= 1 - self.lr * self.weight_decay
        self.inner.step()


for _m in OF_ADAM["adam"].misconceptions:
    if _m.name in INSIDE:
        adamw.wrong(_m.name, _m.hint)(type(_m.build.__name__, (_AroundAdam,), {"adam": _m.build}))
