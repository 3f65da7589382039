"""What is commonly got wrong on the way back of backpropagation, in shapes and in promises."""

from __future__ import annotations

import numpy as np

from autograde.exercises.gradient_descent.backprop import _Backprop, variant

# --- the way back --------------------------------------------------------------------------------


@variant(
    "the mask of the ReLU missing",
    "A unit that said 0 would still say 0 after a tiny change. What gradient goes through it?",
)
class _NoMask(_Backprop):
    def through_relu(self, da, z, logits):
        return da


@variant(
    "a mask of the ReLU taken from the output",
    "Each hidden unit has a mask of its own. Which layer tells whether it was on?",
)
class _MaskOfOutput(_Backprop):
    def through_relu(self, da, z, logits):
        return da * (logits > 0)


@variant(
    "a ReLU applied to the gradient",
    "A negative gradient is a gradient. What decides whether it passes: its sign, or that of the "
    "input of the unit?",
)
class _MaskOfGradient(_Backprop):
    def through_relu(self, da, z, logits):
        return np.maximum(da, 0)


@variant(
    "the output of the ReLU in the place of its slope",
    "A unit that is on passes the gradient as it is. By what do you multiply?",
)
class _ValueForSlope(_Backprop):
    def through_relu(self, da, z, logits):
        return da * np.maximum(z, 0)


@variant(
    "a mask of the ReLU the wrong way round",
    "Which units let the gradient through: those that were on or those that were off?",
)
class _MaskInverted(_Backprop):
    def through_relu(self, da, z, logits):
        return da * (z < 0)


@variant(
    "an input of the last layer from before the ReLU",
    "The gradient of a weight has the weight's input as a factor. What enters the last layer?",
)
class _PreActivation(_Backprop):
    def last_layer(self, a, z, delta):
        return z.T @ delta, self.bias(delta)


@variant(
    "a way back that leaves out W2",
    "A hidden unit matters as much as the weight that it is passed on with. Where is it?",
)
class _SkipsWeights(_Backprop):
    def through_weights(self, delta, W2):
        return delta @ np.ones_like(W2.T)


# --- shapes and promises -------------------------------------------------------------------------


@variant(
    "bias gradients summed over the wrong axis",
    "A bias serves all examples. Over which axis do its gradients add up?",
)
class _WrongAxis(_Backprop):
    def bias(self, delta):
        return delta.sum(axis=1)


@variant(
    "bias gradients summed over all axes",
    "Each hidden unit has a bias of its own. Over which axis do the gradients add up?",
)
class _AllAxes(_Backprop):
    def bias(self, delta):
        return delta.sum()


@variant(
    "bias gradients of shape (1, h)",
    "A gradient has the shape of what it belongs to. Which shape has b1?",
)
class _KeepsAxis(_Backprop):
    def bias(self, delta):
        return delta.sum(axis=0, keepdims=True)


@variant(
    "bias gradients that are not summed over the examples",
    "A bias serves all examples. What becomes of their single gradients?",
)
class _NotSummed(_Backprop):
    def bias(self, delta):
        return delta


@variant(
    "the layers in the wrong order",
    "In which order does the contract name the four gradients?",
)
class _Reversed(_Backprop):
    def returned(self, dW1, db1, dW2, db2):
        return dW2, db2, dW1, db1


@variant(
    "weight gradients that are transposed",
    "A gradient has the shape of what it belongs to. Which shape has W1?",
)
class _Transposed(_Backprop):
    def returned(self, dW1, db1, dW2, db2):
        return dW1.T, db1, dW2.T, db2


@variant(
    "a step that is taken already",
    "You were asked for the gradients. Who moves the weights, and when?",
)
class _TakesStep(_Backprop):
    def __call__(self, W1, b1, W2, b2, X, y):
        found = super().__call__(W1, b1, W2, b2, X, y)
        for w, g in zip((W1, b1, W2, b2), found, strict=True):
            w -= 0.1 * g
        return found


@variant(
    "labels that are changed",
    "The caller goes on with X and y after your call. Which of your lines writes into one?",
)
class _ChangesLabels(_Backprop):
    def error(self, p, y):
        found = p - y
        y *= -1
        return found
