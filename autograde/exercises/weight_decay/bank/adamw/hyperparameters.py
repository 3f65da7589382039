"""Mistakes about hyperparameters."""

from __future__ import annotations

from autograde.exercises.weight_decay.bank.adamw.plain import AdamW, adamw


@adamw.wrong(
    "a range whose lower end is refused",
    "At least 0, says the contract. Is 0 itself allowed, for each of them?",
)
class _RefusesZero(AdamW):
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        if not lr or not eps or not all(betas):
            raise ValueError("zero is refused")
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)


@adamw.wrong(
    "a weight_decay that is not checked",
    "What would a negative decay do to the weights?",
)
class _AnyDecay(AdamW):
    def check_decay(self, weight_decay):
        pass


@adamw.wrong(
    "nothing but weight_decay checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksDecayAlone(AdamW):
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
