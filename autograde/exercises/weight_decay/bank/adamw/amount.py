"""Mistakes about how much a weight loses, and when."""

from __future__ import annotations

import numpy as np

from autograde.exercises.weight_decay.bank.adamw.plain import AdamW, NotShrunk, adamw


@adamw.wrong(
    "no decay at all",
    "Your steps do not depend on weight_decay. Which line makes a weight smaller?",
)
class _NoDecay(NotShrunk):
    pass


@adamw.wrong(
    "a decay that is not scaled by lr",
    "When a schedule sets lr to zero, training stands still. Does your decay?",
)
class _NotScaled(AdamW):
    def share(self):
        return self.weight_decay


@adamw.wrong(
    "a decay scaled by the schedule alone",
    "The paper's decay knows only how far lr has fallen; here it is lr itself. Which is yours?",
)
class _ScaledBySchedule(AdamW):
    def share(self):
        return self.lr / self.first_lr * self.weight_decay


@adamw.wrong(
    "a decay with the first lr for ever",
    "A schedule changes lr. When do you multiply it with weight_decay?",
)
class _FrozenShare(AdamW):
    def share(self):
        return self.first_lr * self.weight_decay


@adamw.wrong(
    "a decay scaled by lr twice",
    "How many learning rates stand between weight_decay and the weight?",
)
class _ScaledTwice(AdamW):
    def share(self):
        return self.lr**2 * self.weight_decay


@adamw.wrong(
    "a decay after the update",
    "Which weights should shrink: those before Adam's step, or those after it?",
)
class _After(AdamW):
    def one(self, k, p):
        p.data -= self.lr * self.direction(k, p)
        p.data -= self.lost(p.data)


@adamw.wrong(
    "a decay before and after the update",
    "How often should a weight shrink in one step?",
)
class _BeforeAndAfter(AdamW):
    def one(self, k, p):
        super().one(k, p)
        p.data -= self.lost(p.data)


@adamw.wrong(
    "a decay that makes weights grow",
    "Without gradients, where should the weights go in the end?",
)
class _Grows(AdamW):
    def share(self):
        return -super().share()


@adamw.wrong(
    "a decay twice as strong",
    "The contract says by which factor a weight shrinks. Is there a 2 in it?",
)
class _Twice(AdamW):
    def share(self):
        return 2 * super().share()


@adamw.wrong(
    "a decay half as strong",
    "The contract says by which factor a weight shrinks. Is there a half in it?",
)
class _Half(AdamW):
    def share(self):
        return super().share() / 2


@adamw.wrong(
    "a weight_decay that is always the default",
    "Whoever calls the constructor may choose weight_decay. Which one does your step use?",
)
class _HardCoded(AdamW):
    def share(self):
        return self.lr * 0.01


@adamw.wrong(
    "only the share that should be lost kept",
    "How much of a weight should be left after a step with a weight_decay of zero?",
)
class _KeepsTheShare(AdamW):
    def lost(self, w):
        return (1 - self.share()) * w if self.weight_decay else 0 * w


@adamw.wrong(
    "a decay of constant length, as of an L1 penalty",
    "Should a large weight lose more in a step than a small one?",
)
class _Constant(AdamW):
    def lost(self, w):
        return self.share() * np.sign(w)


@adamw.wrong(
    "a decay that forgets the sign of the weight",
    "A negative weight should rise towards zero. What does your decay do to it?",
)
class _ForgetsSign(AdamW):
    def lost(self, w):
        return self.share() * np.abs(w)


@adamw.wrong(
    "a decay of the gradient instead of the weight",
    "Weight decay multiplies something by a number below 1 in every step. What?",
)
class _DecaysGradient(NotShrunk):
    def for_first(self, p):
        return (1 - self.share()) * p.grad


@adamw.wrong(
    "a decay of the step instead of the weight",
    "Weight decay multiplies something by a number below 1 in every step. What?",
)
class _DecaysStep(NotShrunk):
    def numerator(self, m_hat, p):
        return (1 - self.share()) * m_hat
