"""What is commonly got wrong about what the caller relies on, and about errors."""

from __future__ import annotations

import numpy as np

from autograde.exercises.batch_norm.bank.plain import Plain, batch_norm

wrong = batch_norm.wrong


@wrong(
    "x changed in place",
    "x belongs to the caller, who may still need it. Write into an array of your own.",
)
class _ChangesInput(Plain):
    def forward(self, x):
        output = super().forward(x)
        x[...] = self.x_hat
        return output


@wrong(
    "grad_output changed in place",
    "grad_output belongs to the caller, who may still need it. Write into an array of your own.",
)
class _ChangesGradient(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        grad_output *= self.weight * self.inverse
        return grad


@wrong(
    "the output used as scratch paper on the way back",
    "What forward(x) returned is in other hands now. Write into an array of your own.",
)
class _ChangesOutput(Plain):
    def forward(self, x):
        self.output = super().forward(x)
        return self.output

    def backward(self, grad_output):
        grad = super().backward(grad_output)
        self.output[...] = grad
        return grad


@wrong(
    "arrays that all layers share",
    "An array that is made in the body of the class is made once. Where should it be made?",
)
class _Shared(Plain):
    arrays: dict = {}

    def __init__(self, num_features, **options):
        super().__init__(num_features, **options)
        made = self.arrays.setdefault(num_features, (np.ones(num_features), np.zeros(num_features)))
        self.weight, self.bias = made
        self.weight[...], self.bias[...] = 1, 0


@wrong(
    "a batch of one let through in training",
    "The variance of a single value is 0, and of the value nothing is left. Who tells the caller?",
)
class _TakesOne(Plain):
    def require(self, x):
        pass


@wrong(
    "a batch of one refused in evaluation, too",
    "In evaluation the statistics are known beforehand. How many examples does a prediction need?",
)
class _RefusesOne(Plain):
    def stored(self, x):
        self.require(x)
        return super().stored(x)


@wrong(
    "hyperparameters that are not checked",
    "What would momentum=1.5 mean? It is better to say so than to guess.",
)
class _ChecksNothing(Plain):
    def validate(self, eps, momentum):
        pass


@wrong("a negative eps let through", "What may become of a root under which eps is negative?")
class _AnyEps(Plain):
    def validate(self, eps, momentum):
        super().validate(abs(eps), momentum)


@wrong(
    "a momentum outside its range let through",
    "Momentum is a share. Between which numbers does a share lie?",
)
class _AnyMomentum(Plain):
    def validate(self, eps, momentum):
        super().validate(eps, 0.5)


@wrong("a momentum above 1 let through", "Momentum is a share. How large can a share be?")
class _LargeMomentum(Plain):
    def validate(self, eps, momentum):
        super().validate(eps, min(momentum, 1.0))


@wrong("a negative momentum let through", "Momentum is a share. How small can a share be?")
class _NegativeMomentum(Plain):
    def validate(self, eps, momentum):
        super().validate(eps, max(momentum, 0.0))


@wrong(
    "momentum 0 or 1 refused",
    "With momentum 0 the statistics stay, with 1 they follow the batch. Do both make sense?",
)
class _RefusesEnds(Plain):
    def validate(self, eps, momentum):
        super().validate(eps, momentum if 0 < momentum < 1 else -1)


@wrong("eps 0 refused", "Without eps the output has a variance of exactly 1. Does that make sense?")
class _RefusesNoEps(Plain):
    def validate(self, eps, momentum):
        super().validate(eps or -1, momentum)


@wrong(
    "everything turned into float32",
    "Who computes in float64 wants float64 back. Which dtype should output and gradient have?",
)
class _Demotes(Plain):
    def forward(self, x):
        return super().forward(x).astype(np.float32)

    def backward(self, grad_output):
        return super().backward(grad_output).astype(np.float32)
