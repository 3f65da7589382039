"""Mistakes of Adam alone."""

from __future__ import annotations

import numpy as np

from autograde.exercises.adam.bank.plain import Adam, adam


@adam.wrong(
    "no bias correction",
    "Both moments start at zero. What does that make of them at t = 1, and of their quotient?",
)
class _NoCorrection(Adam):
    def corrected_m(self, m):
        return m

    def corrected_v(self, v):
        return v


@adam.wrong(
    "bias correction of the first moment alone",
    "The second moment starts at zero too. How far is it below its target after one step?",
)
class _FirstCorrectedOnly(Adam):
    def corrected_v(self, v):
        return v


@adam.wrong(
    "bias correction of the second moment alone",
    "The first moment starts at zero too. How far is it below its target after one step?",
)
class _SecondCorrectedOnly(Adam):
    def corrected_m(self, m):
        return m


@adam.wrong(
    "a bias correction frozen at the first step",
    "The bias fades from step to step. Which quantity should the correction depend on?",
)
class _FrozenCorrection(Adam):
    def corrected_m(self, m):
        return m / (1 - self.beta1)

    def corrected_v(self, v):
        return v / (1 - self.memory)


@adam.wrong(
    "a bias correction given up after some steps",
    "How much is beta2 ** t after 20 steps, with the default beta2? Is the correction over?",
)
class _GivesUpCorrection(Adam):
    def corrected_m(self, m):
        return super().corrected_m(m) if self.t < 20 else m

    def corrected_v(self, v):
        return super().corrected_v(v) if self.t < 20 else v


@adam.wrong(
    "a step counter that starts at zero",
    "Put your first t into the bias correction: by what do you divide?",
)
class _CountsFromZero(Adam):
    def step(self):
        self.t -= 1
        super().step()
        self.t += 1


@adam.wrong(
    "a step counter that runs one ahead",
    "At the first step the corrected first moment should be the gradient itself. Is it?",
)
class _CountsFromTwo(Adam):
    def step(self):
        self.t += 1
        super().step()
        self.t -= 1


@adam.wrong(
    "a step counter that counts every parameter",
    "How often does t grow in one call of step() when there are two parameters?",
)
class _CountsParameters(Adam):
    def step(self):
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is not None:
                self.t += 1
                self.apply(p, self.update(p.grad, state))


@adam.wrong(
    "the two betas swapped",
    "One moment should remember ten steps, the other a thousand. Which beta belongs to which?",
)
class _BetasSwapped(Adam):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas[::-1], eps=eps)


@adam.wrong(
    "beta and 1 - beta swapped",
    "With beta = 0.9, does a moment remember about ten steps or about one?",
)
class _BetasInverted(Adam):
    def first(self, m, g):
        return (1 - self.beta1) * m + self.beta1 * g

    def second(self, v, g):
        return (1 - self.memory) * v + self.memory * g**2


@adam.wrong(
    "betas that are always the defaults",
    "Whoever calls the constructor may choose the betas. Which ones does your step use?",
)
class _HardCodedBetas(Adam):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas, eps=eps)
        self.beta1, self.memory = 0.9, 0.999


@adam.wrong(
    "eps added before the bias correction",
    "The second moment is corrected first. What happens to eps if it is corrected along with it?",
)
class _EpsBeforeCorrection(Adam):
    def direction(self, m, v):
        scale = np.sqrt(1 - self.memory**self.t)
        return self.corrected_m(m) * scale / (np.sqrt(v) + self.eps)


@adam.wrong(
    "a first moment that never accumulates",
    "What of the gradients of earlier steps is left in m after a step?",
)
class _ForgetfulFirstMoment(Adam):
    def first(self, m, g):
        return super().first(np.zeros_like(m), g)


@adam.wrong(
    "a first moment that sums instead of averaging",
    "If the gradient is always 1, what should m approach?",
)
class _SummedGradients(Adam):
    def first(self, m, g):
        return self.beta1 * m + g


@adam.wrong(
    "the raw gradient in place of the first moment",
    "m is computed, but is it used? What is divided by the root of the second moment?",
)
class _RawGradient(Adam):
    def corrected_m(self, m):
        return self.gradient

    def update(self, g, state):
        self.gradient = g
        return super().update(g, state)


@adam.wrong(
    "a second moment of m instead of the gradient",
    "Which quantity is squared in the second moment: the gradient or its average?",
)
class _SquaresMoment(Adam):
    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], state["m"])
        return self.direction(state["m"], state["v"])


@adam.wrong(
    "the largest second moment so far (AMSGrad)",
    "Adam lets the second moment shrink again. Where does yours remember its maximum?",
)
class _AMSGrad(Adam):
    def update(self, g, state):
        state["m"] = self.first(state["m"], g)
        state["v"] = self.second(state["v"], g)
        state["largest"] = np.maximum(state.get("largest", 0), state["v"])
        return self.direction(state["m"], state["largest"])


@adam.wrong(
    "a default learning rate that is not the contract's",
    "Whoever gives no lr gets the default. Compare yours with the one in the contract.",
)
class _OtherDefault(Adam):
    def __init__(self, params, lr=1e-2, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas=betas, eps=eps)


@adam.wrong(
    "a corrected moment stored in place of the moment",
    "The next step averages what is stored. What happens to a correction that is stored, too?",
)
class _StoresCorrected(Adam):
    def update(self, g, state):
        state["m"] = self.corrected_m(self.first(state["m"], g))
        state["v"] = self.corrected_v(self.second(state["v"], g))
        return state["m"] / self.denominator(state["v"])


@adam.wrong(
    "the two bias corrections exchanged",
    "Each moment forgets at its own pace. Which beta corrects which moment?",
)
class _CorrectionsExchanged(Adam):
    def corrected_m(self, m):
        return m / (1 - self.memory**self.t)

    def corrected_v(self, v):
        return v / (1 - self.beta1**self.t)


@adam.wrong(
    "the larger of root and eps in place of their sum",
    "What does the denominator look like when the root and eps are of the same size?",
)
class _LargerOfBoth(Adam):
    def denominator(self, v):
        return np.maximum(np.sqrt(v), self.eps)


@adam.wrong(
    "moments that fade while there is no gradient",
    "A parameter without a gradient took no part in this step. What may happen to its state?",
)
class _Fades(Adam):
    def step(self):
        super().step()
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is None:
                state["m"], state["v"] = 0.9 * state["m"], self.memory * state["v"]
