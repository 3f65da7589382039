"""What is commonly got wrong on the way forward in training."""

from __future__ import annotations

import numpy as np

from autograde.exercises.batch_norm.bank.plain import Plain, batch_norm

wrong = batch_norm.wrong


@wrong(
    "the unbiased variance in the normalization",
    "The batch is normalized by its own mean square deviation, so that the output has exactly "
    "that. Divided by what?",
)
class _UnbiasedNormalization(Plain):
    def statistics(self, x):
        return x.mean(axis=0), x.var(axis=0, ddof=len(x) > 1)

    def unbiased(self, x, mean, var):
        return mean, var


@wrong(
    "the unbiased variance in the normalization, and corrected once more in the running variance",
    "Two variances are at work: one for this batch, one to be stored. Which is divided by what?",
)
class _UnbiasedTwice(Plain):
    def statistics(self, x):
        return x.mean(axis=0), x.var(axis=0, ddof=len(x) > 1)


@wrong(
    "statistics over the features of each example",
    "That is layer normalization. Over which axis of x do the examples of the batch lie?",
)
class _OverFeatures(Plain):
    def statistics(self, x):
        return x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)

    def track(self, x, mean, var):
        super().track(x, np.mean(mean), np.mean(var))


@wrong(
    "one mean and one variance for all features",
    "Features may have scales of their own. How many means does a batch with 4 features have?",
)
class _OverEverything(Plain):
    def statistics(self, x):
        return np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())


@wrong(
    "division by the variance in place of its root",
    "Compare units: what has the unit of x, the variance or its root?",
)
class _NoRoot(Plain):
    def inverse_root(self, var):
        return 1 / (var + self.eps)


@wrong(
    "features that are not centred",
    "Normalizing has two halves, the spread and the centre. Which is missing?",
)
class _NotCentred(Plain):
    def forward(self, x):
        output = super().forward(x)
        if not self.differentiated:
            return output
        self.x_hat = x * self.inverse
        return self.scaled(self.x_hat)


@wrong(
    "features that are centred alone",
    "Normalizing has two halves, the spread and the centre. Which is missing?",
)
class _CentredAlone(Plain):
    def inverse_root(self, var):
        return np.ones_like(var)


@wrong(
    "the mean square in place of the variance",
    "A variance is measured around something. Around what?",
)
class _MeanSquare(Plain):
    def statistics(self, x):
        return x.mean(axis=0), np.mean(x**2, axis=0)


@wrong(
    "running statistics used in training",
    "In training the batch is normalized by itself. For what are the running statistics kept?",
)
class _RunningInTraining(Plain):
    def forward(self, x):
        if self.training:
            self.require(x)
            self.track(x, *self.unbiased(x, *self.statistics(x)))
        self.differentiated = self.training
        mean, var = self.stored(x)
        self.inverse = self.inverse_root(var)
        self.x_hat = (x - mean) * self.inverse
        return self.scaled(self.x_hat)


@wrong(
    "running statistics of before the batch used in training",
    "In training the batch is normalized by itself. For what are the running statistics kept?",
)
class _OldRunningInTraining(Plain):
    def forward(self, x):
        self.differentiated = self.training
        mean, var = self.stored(x)
        if self.training:
            self.require(x)
            self.track(x, *self.unbiased(x, *self.statistics(x)))
        self.inverse = self.inverse_root(var)
        self.x_hat = (x - mean) * self.inverse
        return self.scaled(self.x_hat)


# --- eps, weight and bias ----------------------------------------------------------------------


@wrong(
    "eps outside the root",
    "Is eps added to the variance or to its root?",
)
class _EpsOutside(Plain):
    def inverse_root(self, var):
        return 1 / np.maximum(np.sqrt(var) + self.eps, 1e-300)


@wrong(
    "eps left out",
    "What does your output become where all values of a feature are equal?",
)
class _NoEps(Plain):
    def inverse_root(self, var):
        return 1 / np.sqrt(var)


@wrong(
    "eps as the smallest variance allowed",
    "The larger of variance and eps is not their sum. What does the equation say?",
)
class _EpsAsFloor(Plain):
    def inverse_root(self, var):
        return 1 / np.sqrt(np.maximum(var, self.eps))


@wrong(
    "a hard-coded eps",
    "Whoever passes another eps expects it to be used. Where does yours come from?",
)
class _HardCodedEps(Plain):
    def inverse_root(self, var):
        return 1 / np.sqrt(var + 1e-5)


@wrong(
    "eps squared under the root",
    "What is added under the root: eps, or its square?",
)
class _EpsSquared(Plain):
    def inverse_root(self, var):
        return 1 / np.sqrt(var + self.eps**2)


@wrong(
    "eps forgotten in evaluation",
    "The same formula holds in evaluation, with other statistics. What else is under the root?",
)
class _NoEpsInEvaluation(Plain):
    def inverse_root(self, var):
        return 1 / np.sqrt(var + (self.eps if self.training else 0.0))


@wrong(
    "weight and bias left out",
    "After normalizing, the layer may choose a scale and a shift again. Where are they applied?",
)
class _NoAffine(Plain):
    def scaled(self, x_hat):
        return x_hat.copy()


@wrong("bias left out", "Which of the two parameters makes a shift, and where is it applied?")
class _NoBias(Plain):
    def scaled(self, x_hat):
        return self.weight * x_hat


@wrong("weight left out", "Which of the two parameters makes a scale, and where is it applied?")
class _NoWeight(Plain):
    def scaled(self, x_hat):
        return x_hat + self.bias


@wrong(
    "the bias scaled by the weight",
    "Is the shift added before or after the scale is applied?",
)
class _ScaledBias(Plain):
    def scaled(self, x_hat):
        return self.weight * (x_hat + self.bias)


@wrong(
    "weight added to one",
    "A new layer has weight 1, not 0. What does that tell about how it is applied?",
)
class _OnePlusWeight(Plain):
    def scaled(self, x_hat):
        return (1 + self.weight) * x_hat + self.bias


@wrong(
    "weight and bias that begin the other way round",
    "A new layer should do nothing but normalize. Which scale and which shift are that?",
)
class _WrongStart(Plain):
    def __init__(self, num_features, **options):
        super().__init__(num_features, **options)
        self.weight, self.bias = self.bias, self.weight
