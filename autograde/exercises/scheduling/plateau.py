"""What is commonly got wrong in when ReduceLROnPlateau reduces: patience and the best metric."""

from __future__ import annotations

import math

from autograde.check import Bank
from autograde.exercises.scheduling import styles
from autograde.exercises.scheduling.references import reference

plateau = Bank(reference("ReduceLROnPlateau"), styles=styles.PLATEAU)


class _Plateau:
    """The schedule in small pieces; a misconception changes one of them."""

    def __init__(
        self,
        optimizer,
        *,
        mode="min",
        factor=0.1,
        patience=10,
        threshold=1e-4,
        threshold_mode="rel",
        min_lr=0.0,
    ):
        self.validate(mode, threshold_mode, factor, patience)
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.min_lr = threshold, threshold_mode, min_lr
        self.best, self.bad, self.first_lr = self.worst(), 0, optimizer.lr

    def validate(self, mode, threshold_mode, factor, patience):
        self.check_mode(mode)
        self.check_threshold_mode(threshold_mode)
        self.check_factor(factor)
        self.check_patience(patience)

    def check_mode(self, mode):
        if mode not in ("min", "max"):
            raise ValueError(mode)

    def check_threshold_mode(self, threshold_mode):
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(threshold_mode)

    def check_factor(self, factor):
        if not 0 <= factor < 1:
            raise ValueError(factor)

    def check_patience(self, patience):
        if patience < 0:
            raise ValueError(patience)

    def worst(self):
        return math.inf if self.mode == "min" else -math.inf

    def sign(self):
        return -1 if self.mode == "min" else 1

    def target(self):
        if self.threshold_mode == "rel":
            return self.best * (1 + self.sign() * self.threshold)
        return self.best + self.sign() * self.threshold

    def better(self, metric):
        return self.first(metric) or self.beats(metric)

    def first(self, metric):
        return math.isinf(self.best) and not math.isnan(metric)

    def beats(self, metric):
        return self.sign() * metric > self.sign() * self.target()

    def step(self, metric):
        if self.better(metric):
            self.improved(metric)
        else:
            self.not_improved(metric)
        if self.due():
            self.reduce()
            self.after()

    def improved(self, metric):
        self.best, self.bad = metric, 0

    def not_improved(self, metric):
        self.bad += 1

    def due(self):
        return self.bad > self.patience

    def reduce(self):
        self.optimizer.lr = max(self.lower(self.optimizer.lr), self.min_lr)

    def lower(self, lr):
        return lr * self.factor

    def after(self):
        self.bad = 0


# --- patience -----------------------------------------------------------------------------------


@plateau.wrong(
    "a reduction as soon as the bad epochs reach patience",
    "patience=0 tolerates no bad epoch, and patience=1 tolerates one. Which is the first not to be "
    "tolerated?",
)
class _OneEarly(_Plateau):
    def due(self):
        return self.bad >= self.patience


@plateau.wrong(
    "a reduction as soon as the bad epochs reach patience, if there are any",
    "patience=0 tolerates no bad epoch, and patience=1 tolerates one. Which is the first not to be "
    "tolerated?",
)
class _OneEarlyIfAny(_Plateau):
    def due(self):
        return self.bad >= max(self.patience, 1)


@plateau.wrong(
    "a reduction one epoch late",
    "With patience=0, after how many bad epochs is the rate reduced?",
)
class _OneLate(_Plateau):
    def due(self):
        return self.bad > self.patience + 1


@plateau.wrong(
    "a counter that goes on after a reduction",
    "The reduction deserves a chance. From where does the count go on after it?",
)
class _NotResetAfterReduction(_Plateau):
    def after(self):
        pass


@plateau.wrong(
    "a counter that an improvement does not reset",
    "Patience counts bad epochs in a row. How many are there right after a good one?",
)
class _NotResetAfterImprovement(_Plateau):
    def improved(self, metric):
        self.best = metric


@plateau.wrong(
    "a counter that an improvement only lowers by one",
    "Patience counts bad epochs in a row. How many are there right after a good one?",
)
class _CountsDown(_Plateau):
    def improved(self, metric):
        self.best, self.bad = metric, max(self.bad - 1, 0)


@plateau.wrong(
    "the metric ignored",
    "The rate falls by the clock here. Where does the metric enter?",
)
class _Clock(_Plateau):
    def better(self, metric):
        return False


@plateau.wrong(
    "a single reduction",
    "After a reduction, what if the metric goes on standing still?",
)
class _Once(_Plateau):
    def due(self):
        return super().due() and self.optimizer.lr == self.first_lr


@plateau.wrong(
    "a patience that is always the default",
    "Whoever calls the constructor may choose patience. Which one do you use?",
)
class _FixedPatience(_Plateau):
    def due(self):
        return self.bad > 10


# --- the best metric ----------------------------------------------------------------------------


@plateau.wrong(
    "a comparison with the last metric instead of the best",
    "A metric that goes up and down improves every other time. On what should it improve?",
)
class _ComparesWithLast(_Plateau):
    def not_improved(self, metric):
        super().not_improved(metric)
        self.best = metric


@plateau.wrong(
    "a best that follows gains too small to count",
    "Small gains add up. With which value should the next metric be compared?",
)
class _Creeps(_Plateau):
    def not_improved(self, metric):
        super().not_improved(metric)
        if self.sign() * metric > self.sign() * self.best:
            self.best = metric


@plateau.wrong(
    "a best that is forgotten with each reduction",
    "Is the best metric so far less good because the rate is lower now?",
)
class _ForgetsBest(_Plateau):
    def after(self):
        self.bad, self.best = 0, self.worst()


@plateau.wrong(
    "a best that never changes",
    "Once a metric is better than the best, what is the best?",
)
class _FirstIsBest(_Plateau):
    def improved(self, metric):
        self.bad = 0
        if math.isinf(self.best):
            self.best = metric


@plateau.wrong(
    "a best that starts at zero",
    "What is worse than any metric: for a loss, for an accuracy, for a negative score?",
)
class _StartsAtZero(_Plateau):
    def worst(self):
        return 0.0


@plateau.wrong(
    "a best that starts at zero where larger is better",
    "What is worse than any metric: for a loss, for an accuracy, for a negative score?",
)
class _StartsAtZeroForMax(_Plateau):
    def worst(self):
        return math.inf if self.mode == "min" else 0.0


@plateau.wrong(
    "a difference of infinities before the first metric",
    "If best begins at infinity, what is best - threshold * best?",
)
class _InfinityMinusInfinity(_Plateau):
    def first(self, metric):
        return False

    def target(self):
        if self.threshold_mode == "rel":
            return self.best + self.sign() * self.threshold * abs(self.best)
        return super().target()


@plateau.wrong(
    "a first metric that has to pass the threshold",
    "With a relative threshold of 1, what is infinity times (1 - threshold)?",
)
class _FirstMustPass(_Plateau):
    def first(self, metric):
        return False
