"""What is right of backpropagation, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.gradient_descent import styles


def _torch_gradients(W1, b1, W2, b2, X, y):
    """Ask torch.autograd."""
    import torch

    weights = [torch.tensor(w, requires_grad=True) for w in (W1, b1, W2, b2)]
    W1, b1, W2, b2 = weights
    logits = torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], torch.tensor(y))
    loss.backward()
    return tuple(w.grad.numpy() for w in weights)


def _course_gradients(W1, b1, W2, b2, X, y):
    """Ask the layers of the course, where there is no torch."""
    from course import nn
    from course.losses import BCEWithLogitsLoss

    first, last = nn.Linear(*W1.shape), nn.Linear(*W2.shape)
    first.load_state_dict({"weight": W1.T, "bias": b1})
    last.load_state_dict({"weight": W2.T, "bias": b2})
    model, criterion = nn.Sequential(first, nn.ReLU(), last), BCEWithLogitsLoss()
    criterion(model(X), y[:, None])
    model.backward(criterion.backward())
    return first.weight.grad.T, first.bias.grad, last.weight.grad.T, last.bias.grad


_with_torch = importlib.util.find_spec("torch") is not None
backprop = Bank(_torch_gradients if _with_torch else _course_gradients, styles=styles.BACKPROP)


class _Backprop:
    """Forward and backward in small pieces; a misconception changes one of them."""

    def __call__(self, W1, b1, W2, b2, X, y):
        self.n = len(X)
        z = self.pre_activation(X, W1, b1)
        a = self.activation(z)
        logits = self.logits(a, W2, b2)
        delta = self.error(self.probability(logits), y[:, None]) / self.examples(X)
        dW2, db2 = self.last_layer(a, z, delta)
        dz = self.through_relu(self.through_weights(delta, W2), z, logits)
        dW1, db1 = self.first_layer(X, dz)
        return self.returned(dW1, db1, dW2, db2)

    def pre_activation(self, X, W1, b1):
        return X @ W1 + b1

    def activation(self, z):
        return np.maximum(z, 0)

    def logits(self, a, W2, b2):
        return a @ W2 + b2

    def probability(self, logits):
        return 1 / (1 + np.exp(-logits))

    def error(self, p, y):
        return p - y

    def examples(self, X):
        return len(X)

    def last_layer(self, a, z, delta):
        return a.T @ delta, self.bias(delta)

    def through_weights(self, delta, W2):
        return delta @ W2.T

    def through_relu(self, da, z, logits):
        return da * (z > 0)

    def first_layer(self, X, dz):
        return X.T @ dz, self.bias(dz)

    def bias(self, delta):
        return delta.sum(axis=0)

    def returned(self, dW1, db1, dW2, db2):
        return dW1, db1, dW2, db2


def variant(name: str, hint: str):
    """Enter a subclass of `_Backprop` as a misconception."""

    def enter(variant: type) -> type:
        backprop.wrong(name, hint)(variant())
        return variant

    return enter


# --- sum and mean -------------------------------------------------------------------------------


@variant(
    "the gradient of a sum instead of a mean",
    "The loss is a mean over the examples. What becomes of its gradient if all come twice?",
)
class _Sum(_Backprop):
    def examples(self, X):
        return 1


@variant(
    "a mean taken twice",
    "How often do you divide by the number of examples on the way to a gradient?",
)
class _MeanTwice(_Backprop):
    def examples(self, X):
        return len(X) ** 2


@variant(
    "a mean over the features instead of the examples",
    "X has a row for each example. By which of its two lengths do you divide?",
)
class _MeanOverFeatures(_Backprop):
    def examples(self, X):
        return X.shape[1]


@variant(
    "bias gradients that are summed where the weights' are averaged",
    "A bias is a weight whose input is always 1. Are its gradients treated as the weights' are?",
)
class _SummedBiases(_Backprop):
    def bias(self, delta):
        return delta.sum(axis=0) * self.n


@variant(
    "bias gradients that are averaged twice",
    "A bias is a weight whose input is always 1. Are its gradients treated as the weights' are?",
)
class _AveragedBiases(_Backprop):
    def bias(self, delta):
        return delta.mean(axis=0)


@variant(
    "a first layer that is summed where the last is averaged",
    "The division by the number of examples belongs to both layers. Where in the chain is it?",
)
class _SummedFirstLayer(_Backprop):
    def first_layer(self, X, dz):
        return tuple(self.n * g for g in super().first_layer(X, dz))


# --- the error at the end of the network ---------------------------------------------------------


@variant(
    "the slope of the sigmoid taken twice",
    "In the slope of this loss after a sigmoid something cancels. Is your p - y not that slope "
    "already?",
)
class _SlopeTwice(_Backprop):
    def error(self, p, y):
        return (p - y) * p * (1 - p)


@variant(
    "a slope of the loss that never passes the sigmoid",
    "The loss depends on the logit through the probability. Which factor of the chain is missing?",
)
class _SlopeForgotten(_Backprop):
    def error(self, p, y):
        return (p - y) / (p * (1 - p))


@variant(
    "the gradient of a squared error",
    "Whose slope is 2 (p - y) times that of the sigmoid? The contract names another loss.",
)
class _SquaredError(_Backprop):
    def error(self, p, y):
        return 2 * (p - y) * p * (1 - p)


@variant(
    "gradients that point downhill",
    "If the network says 0.9 and the label is 0, should the logit's gradient be above or below 0?",
)
class _WrongSign(_Backprop):
    def error(self, p, y):
        return y - p


@variant(
    "labels in the place of probabilities",
    "0.6 and 0.99 are both a yes, but not equally wrong. What does rounding throw away?",
)
class _Rounded(_Backprop):
    def error(self, p, y):
        return np.round(p) - y


@variant(
    "probabilities that are kept away from 0 and 1",
    "A network that is rightly sure has next to nothing to learn. What does yours still learn?",
)
class _CutProbability(_Backprop):
    def probability(self, logits):
        return np.clip(super().probability(logits), 1e-3, 1 - 1e-3)


@variant(
    "the logits in the place of probabilities",
    "The label is 0 or 1. On which scale is what you compare it with?",
)
class _NoSigmoid(_Backprop):
    def probability(self, logits):
        return logits


@variant(
    "(n, 1) minus (n,), averaged over the new axis",
    "Print the shape of your p - y. How many differences should there be for n examples?",
)
class _BroadcastMean(_Backprop):
    def error(self, p, y):
        return (p - y.T).mean(axis=1, keepdims=True)


@variant(
    "(n, 1) minus (n,), which is a table",
    "Print the shape of your p - y. How many differences should there be for n examples?",
)
class _BroadcastTable(_Backprop):
    def error(self, p, y):
        return p - y.T

    def through_weights(self, delta, W2):
        return delta.sum(axis=1, keepdims=True) @ W2.T


# --- the forward pass ----------------------------------------------------------------------------


@variant(
    "a first layer without its bias",
    "Which of the arguments does the forward pass of the first layer leave out?",
)
class _NoFirstBias(_Backprop):
    def pre_activation(self, X, W1, b1):
        return X @ W1


@variant(
    "a last layer without its bias",
    "Which of the arguments does the forward pass of the last layer leave out?",
)
class _NoLastBias(_Backprop):
    def logits(self, a, W2, b2):
        return a @ W2


@variant(
    "a hidden layer without activation",
    "Two linear maps in a row are one linear map. What stands between them?",
)
class _Linear(_Backprop):
    def activation(self, z):
        return z

    def through_relu(self, da, z, logits):
        return da


@variant(
    "a sigmoid in the hidden layer",
    "The contract names the activation of the hidden layer. Which is it?",
)
class _SigmoidHidden(_Backprop):
    def activation(self, z):
        return 1 / (1 + np.exp(-z))

    def through_relu(self, da, z, logits):
        a = self.activation(z)
        return da * a * (1 - a)
