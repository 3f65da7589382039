"""What is commonly got wrong on the way back."""

from __future__ import annotations

import numpy as np

from autograde.exercises.batch_norm.bank.plain import Plain, batch_norm

wrong = batch_norm.wrong


@wrong(
    "mean and variance taken for constants on the way back",
    "Move one x of the batch a little: what else moves besides its own output?",
)
class _Constants(Plain):
    def through_statistics(self, g):
        return g


@wrong(
    "the variance taken for a constant on the way back",
    "Move one x of the batch a little: the mean moves, and what else?",
)
class _VarianceConstant(Plain):
    def through_variance(self, g):
        return 0.0


@wrong(
    "the mean taken for a constant on the way back",
    "Move one x of the batch a little: the variance moves, and what else?",
)
class _MeanConstant(Plain):
    def through_mean(self, g):
        return 0.0


@wrong(
    "sums in place of means on the way back",
    "A single x has a part of 1/n in the mean of the batch. Where is the n in your gradient?",
)
class _Sums(Plain):
    def through_mean(self, g):
        return g.sum(axis=0)

    def through_variance(self, g):
        return self.x_hat * (g * self.x_hat).sum(axis=0)


@wrong(
    "the gradient through the variance divided by n - 1",
    "The variance that normalizes the batch is divided by n. Does its gradient know?",
)
class _UnbiasedGradient(Plain):
    def through_variance(self, g):
        return self.x_hat * (g * self.x_hat).sum(axis=0) / (len(g) - 1)


@wrong(
    "the gradient through the variance with the wrong sign",
    "A larger variance makes the outputs smaller. Which sign has its derivative?",
)
class _WrongSign(Plain):
    def through_variance(self, g):
        return -super().through_variance(g)


@wrong(
    "the gradient through mean and variance over the wrong axis",
    "Over which axis did the statistics run on the way forward?",
)
class _WrongAxis(Plain):
    def through_mean(self, g):
        return g.mean(axis=1, keepdims=True)

    def through_variance(self, g):
        return self.x_hat * (g * self.x_hat).mean(axis=1, keepdims=True)


@wrong(
    "the weight left out of the gradient of x",
    "The normalized x was multiplied by the weight. What does the chain rule make of it?",
)
class _WeightLeftOut(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        return grad / self.weight


@wrong(
    "the deviation left out of the gradient of x",
    "Centred x was divided by the deviation. What does the chain rule make of it?",
)
class _DeviationLeftOut(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        return grad / self.inverse


@wrong(
    "the gradient of x multiplied by the deviation",
    "Centred x was divided by the deviation. Is its derivative a product or a quotient?",
)
class _TimesDeviation(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        return grad / self.inverse**2


@wrong(
    "eps forgotten in the gradient of x",
    "Which root did you divide by on the way forward?",
)
class _NoEpsInGradient(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        root = np.sqrt(1 / self.inverse**2 - self.eps)
        return grad / self.inverse / root


@wrong(
    "the gradient of the output passed on unchanged",
    "How does the output answer to a change of x? That is what the gradient is multiplied by.",
)
class _PassedOn(Plain):
    def backward(self, grad_output):
        super().backward(grad_output)
        return grad_output.copy()


# --- weight_grad and bias_grad -----------------------------------------------------------------


@wrong(
    "weight_grad and bias_grad averaged over the batch",
    "Every example of the batch has its own part in the gradient of a parameter. Are these parts "
    "averaged or added?",
)
class _MeanOfParameters(Plain):
    def of_parameters(self, g):
        return (g * self.x_hat).mean(axis=0), g.mean(axis=0)


@wrong(
    "weight_grad and bias_grad the other way round",
    "Which of the two parameters is multiplied by the normalized x?",
)
class _SwappedGradients(Plain):
    def of_parameters(self, g):
        return super().of_parameters(g)[::-1]


@wrong(
    "x itself in weight_grad in place of the normalized x",
    "By what was the weight multiplied on the way forward?",
)
class _RawInput(Plain):
    def forward(self, x):
        self.x = x.copy()
        return super().forward(x)

    def of_parameters(self, g):
        return (g * self.x).sum(axis=0), g.sum(axis=0)


@wrong(
    "centred x in weight_grad in place of the normalized x",
    "By what was the weight multiplied on the way forward?",
)
class _CentredInput(Plain):
    def of_parameters(self, g):
        return (g * self.x_hat).sum(axis=0) / self.inverse, g.sum(axis=0)


@wrong(
    "the output in weight_grad in place of the normalized x",
    "By what was the weight multiplied on the way forward?",
)
class _OutputInGradient(Plain):
    def of_parameters(self, g):
        return (g * self.scaled(self.x_hat)).sum(axis=0), g.sum(axis=0)


@wrong(
    "weight_grad and bias_grad multiplied by the weight",
    "The parameters see the gradient of the output itself. Where does the weight join in?",
)
class _WeightedParameters(Plain):
    def of_parameters(self, g):
        return super().of_parameters(g * self.weight)


@wrong(
    "a bias_grad of ones",
    "The derivative of the output with respect to the bias is 1. What does the chain rule "
    "multiply it with?",
)
class _OnesForBias(Plain):
    def of_parameters(self, g):
        return super().of_parameters(g)[0], np.full(g.shape[1], float(len(g)))


@wrong(
    "weight_grad and bias_grad that pile up",
    "The contract asks for the gradients of the latest pass. What of the pass before is in yours?",
)
class _PilesUp(Plain):
    total = (0.0, 0.0)

    def of_parameters(self, g):
        parts = zip(self.total, super().of_parameters(g), strict=True)
        self.total = tuple(old + new for old, new in parts)
        return self.total


# --- the gradient in evaluation ----------------------------------------------------------------


@wrong(
    "the gradient of training in evaluation, too",
    "In evaluation the statistics do not depend on x. What is left of the gradient then?",
)
class _TrainingGradient(Plain):
    def backward(self, grad_output):
        self.differentiated = True
        return super().backward(grad_output)


@wrong(
    "no gradient in evaluation",
    "A frozen layer still stands between the loss and the layers before it. Should it cut them "
    "off?",
)
class _NoGradient(Plain):
    def backward(self, grad_output):
        grad = super().backward(grad_output)
        return grad if self.differentiated else np.zeros_like(grad)


@wrong(
    "what evaluation left behind forgotten on the way back",
    "backward belongs to the latest forward, in either mode. What does yours remember of it?",
)
class _KeepsTraining(Plain):
    def forward(self, x):
        kept = getattr(self, "x_hat", None), getattr(self, "inverse", None)
        output = super().forward(x)
        if not self.training and kept[0] is not None:
            self.x_hat, self.inverse = kept[0][: len(x)], kept[1]
        return output


@wrong(
    "the mode of now in place of that of the forward pass",
    "Between forward and backward somebody may have set training. To which of the two passes does "
    "the gradient belong?",
)
class _ModeOfNow(Plain):
    def backward(self, grad_output):
        self.differentiated = self.training
        return super().backward(grad_output)


@wrong(
    "the first forward remembered, not the latest",
    "Two forward passes in a row, then one backward. Which of the two does it belong to?",
)
class _OldestForward(Plain):
    def forward(self, x):
        output = super().forward(x)
        self.waiting = [*getattr(self, "waiting", []), (self.x_hat, self.inverse)]
        return output

    def backward(self, grad_output):
        self.x_hat, self.inverse = self.waiting.pop(0)
        return super().backward(grad_output)
