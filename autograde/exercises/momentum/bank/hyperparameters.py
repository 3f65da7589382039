"""Mistakes about hyperparameters."""

from __future__ import annotations

from autograde.exercises.momentum.bank.plain import SGD, sgd


@sgd.wrong(
    "hyperparameters that are not checked",
    "A negative learning rate climbs. Who should notice, and when?",
)
class _ChecksNothing(SGD):
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
class _AnyRate(SGD):
    def check_rate(self, lr):
        pass


@sgd.wrong(
    "neither lr nor momentum checked",
    "Two hyperparameters have a range of their own. Which of them may be negative?",
)
class _ChecksNesterovAlone(SGD):
    def check_rate(self, lr):
        pass

    def check_momentum(self, momentum):
        pass


@sgd.wrong(
    "a learning rate of zero refused",
    "A rate of zero is of little use, but is it outside of its range?",
)
class _RefusesZero(SGD):
    def check_rate(self, lr):
        if lr <= 0:
            raise ValueError("lr must be positive")


@sgd.wrong(
    "a momentum that is not checked",
    "What would a negative momentum do at every second step?",
)
class _AnyMomentum(SGD):
    def check_momentum(self, momentum):
        pass


@sgd.wrong(
    "a momentum of 1 or more refused",
    "At least 0, says the contract. Is there an upper end as well?",
)
class _MomentumBelowOne(SGD):
    def check_momentum(self, momentum):
        if not 0 <= momentum < 1:
            raise ValueError(momentum)


@sgd.wrong(
    "a momentum above 1 refused",
    "At least 0, says the contract. Is there an upper end as well?",
)
class _MomentumUpToOne(SGD):
    def check_momentum(self, momentum):
        if not 0 <= momentum <= 1:
            raise ValueError(momentum)


@sgd.wrong(
    "any combination with nesterov let through",
    "Looking ahead along a velocity takes one, and an undamped one. Who says so to the caller?",
)
class _AnyNesterov(SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        pass


@sgd.wrong(
    "nesterov without momentum let through",
    "What is there to look ahead along, without a velocity?",
)
class _NesterovAlone(SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        super().check_nesterov(nesterov, momentum or 0.5, dampening)


@sgd.wrong(
    "nesterov with dampening let through",
    "The look-ahead takes the gradient in full. How would that go with a damped velocity?",
)
class _NesterovDamped(SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        super().check_nesterov(nesterov, momentum, 0.0)


@sgd.wrong(
    "nesterov refused at every setting",
    "Try nesterov=True with momentum=0.9: should it work? Read your condition again.",
)
class _NesterovRefused(SGD):
    def check_nesterov(self, nesterov, momentum, dampening):
        if nesterov:
            raise ValueError("no nesterov")
