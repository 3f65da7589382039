"""What is commonly got wrong about running statistics and evaluation."""

from __future__ import annotations

import numpy as np

from autograde.exercises.batch_norm.bank.plain import Plain, batch_norm

wrong = batch_norm.wrong


@wrong(
    "momentum the other way round",
    "Here momentum is the weight of the newest batch, unlike an optimizer's. With momentum=0.1, "
    "how much of the old value is left?",
)
class _ReversedMomentum(Plain):
    def moved(self, old, new):
        return self.momentum * old + (1 - self.momentum) * new


@wrong(
    "the biased variance in the running variance",
    "A batch underestimates the variance of everything it was drawn from. Which variance of the "
    "batch makes up for that?",
)
class _BiasedRunning(Plain):
    def unbiased(self, x, mean, var):
        return mean, var


@wrong(
    "the correction of the running variance the wrong way round",
    "A batch underestimates the variance of everything it was drawn from. Should the stored one "
    "be larger or smaller than that of the batch?",
)
class _CorrectedDownwards(Plain):
    def unbiased(self, x, mean, var):
        return mean, var * ((len(x) - 1) / len(x))


@wrong(
    "running statistics that are never updated",
    "The new values must be stored in the layer. What holds them when forward(x) returns?",
)
class _NeverTracked(Plain):
    def track(self, x, mean, var):
        pass


@wrong(
    "a running variance that is never updated",
    "Two statistics are stored. Which of them still has the value it began with?",
)
class _VarianceNeverTracked(Plain):
    def track(self, x, mean, var):
        super().track(x, mean, self.running_var)


@wrong(
    "a running mean that is never updated",
    "Two statistics are stored. Which of them still has the value it began with?",
)
class _MeanNeverTracked(Plain):
    def track(self, x, mean, var):
        super().track(x, self.running_mean, var)


@wrong(
    "a hard-coded momentum",
    "Whoever passes another momentum expects it to be used. Where does yours come from?",
)
class _HardCodedMomentum(Plain):
    def moved(self, old, new):
        return 0.9 * old + 0.1 * new


@wrong(
    "running statistics that are those of the last batch",
    "One batch is a noisy witness. How much of the old value should remain?",
)
class _LastBatch(Plain):
    def moved(self, old, new):
        return new


@wrong(
    "running statistics that add up",
    "A sum grows with every batch. What must become of the old value for an average?",
)
class _AddsUp(Plain):
    def moved(self, old, new):
        return old + self.momentum * new


@wrong(
    "running statistics as the plain mean of all batches",
    "A plain mean never forgets the first batches, which came from an untrained network. What "
    "does momentum do?",
)
class _PlainMean(Plain):
    batches = 0

    def track(self, x, mean, var):
        self.batches += 1
        self.running_mean = self.running_mean + (mean - self.running_mean) / self.batches
        self.running_var = self.running_var + (var - self.running_var) / self.batches


@wrong(
    "running statistics that begin with the whole first batch",
    "With which values do the running statistics begin, and how far do they move at each batch?",
)
class _FirstBatchWhole(Plain):
    seen = False

    def moved(self, old, new):
        return super().moved(old, new) if self.seen else new

    def track(self, x, mean, var):
        super().track(x, mean, var)
        self.seen = True


@wrong(
    "a running deviation in place of a running variance",
    "What is stored under the name running_var?",
)
class _RunningDeviation(Plain):
    def unbiased(self, x, mean, var):
        mean, var = super().unbiased(x, mean, var)
        return mean, np.sqrt(var)

    def stored(self, x):
        return self.running_mean, self.running_var**2


@wrong(
    "a running variance that begins at zero",
    "Before the first batch the layer should change nothing. With which variance is that so?",
)
class _VarianceFromZero(Plain):
    def __init__(self, num_features, **options):
        super().__init__(num_features, **options)
        self.running_var = np.zeros(num_features)


# --- evaluation --------------------------------------------------------------------------------


@wrong(
    "statistics of the batch used in evaluation",
    "A prediction should not depend on the company it comes in. Which statistics are known "
    "beforehand?",
)
class _BatchInEvaluation(Plain):
    def stored(self, x):
        return self.statistics(x)


@wrong(
    "running statistics updated in evaluation",
    "Looking at test data must not change the model. When may the statistics move?",
)
class _TracksInEvaluation(Plain):
    def stored(self, x):
        old = self.running_mean, self.running_var
        self.track(x, *self.unbiased(x, *self.statistics(x)))
        return old


@wrong(
    "training and evaluation confused",
    "What does training=True mean?",
)
class _Confused(Plain):
    def forward(self, x):
        self.training = not self.training
        output = super().forward(x)
        self.training = not self.training
        return output


@wrong(
    "training taken note of once and never again",
    "A training loop sets layer.training between two passes. When does your forward look at it?",
)
class _FlagReadOnce(Plain):
    def forward(self, x):
        now, self.training = self.training, True
        output = super().forward(x)
        self.training = now
        return output


@wrong(
    "weight and bias left out in evaluation",
    "The same formula holds in evaluation, with other statistics. What comes after normalizing?",
)
class _NoAffineInEvaluation(Plain):
    def scaled(self, x_hat):
        return super().scaled(x_hat) if self.training else x_hat.copy()


@wrong(
    "a running deviation expected in evaluation",
    "What is stored under the name running_var?",
)
class _NoRootInEvaluation(Plain):
    def inverse_root(self, var):
        return super().inverse_root(var) if self.training else 1 / (var + self.eps)


@wrong(
    "the running variance corrected again in evaluation",
    "The correction was made when the variance was stored. What is left to do in evaluation?",
)
class _CorrectedInEvaluation(Plain):
    def stored(self, x):
        return self.unbiased(x, self.running_mean, self.running_var)


@wrong(
    "momentum 0 taken for the default",
    "In Python 0 counts as false. With momentum=0, what does your `or` choose?",
)
class _FalsyMomentum(Plain):
    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)
        self.momentum = momentum or 0.1


@wrong(
    "eps 0 taken for the default",
    "In Python 0 counts as false. With eps=0, what does your `or` choose?",
)
class _FalsyEps(Plain):
    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)
        self.eps = eps or 1e-5


@wrong(
    "a running variance of which eps is a part",
    "eps guards a division. Does it belong to the variance that is stored?",
)
class _EpsStored(Plain):
    def track(self, x, mean, var):
        super().track(x, mean, var + self.eps)
