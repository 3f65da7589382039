"""The layers of a multilayer perceptron, each with its forward and backward pass.

Linear and Dropout are written here. Activations, containers and the base classes have files of
their own and are offered here too, so that a model reads as in torch:
``nn.Sequential(nn.Linear(4, 3), nn.ReLU())``.
"""

from __future__ import annotations

import numpy as np

from course import init
from course._checks import check_array, check_count, check_generator, generator_or_new
from course._ranges import check_below_one
from course.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from course.containers import Residual, Sequential
from course.module import Module, Parameter

__all__ = [
    "GELU",
    "Dropout",
    "LeakyReLU",
    "Linear",
    "Module",
    "Parameter",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "dropout",
    "dropout_backward",
]


class Linear(Module):
    """An affine map of the last axis: ``y = x W^T + b``.

    Parameters
    ----------
    in_features, out_features : int
        Sizes of the last axis of input and output, at least 1.
    bias : bool
        Whether there is a b.
    rng : Generator, optional
        Source of the initial values; by default a fresh one.
    dtype : dtype
        Of the parameters, and so of input and output.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
    bias : Parameter of shape (out_features,), or None

    Notes
    -----
    Weight and bias start uniform on (-1/sqrt(in_features), 1/sqrt(in_features)), as in torch.

    Examples
    --------
    >>> layer = Linear(2, 1)
    >>> layer.load_state_dict({"weight": [[2.0, 3.0]], "bias": [1.0]})
    >>> layer(np.array([[1.0, 10.0]]))
    array([[33.]])
    >>> layer.backward(np.array([[1.0]]))
    array([[2., 3.]])
    >>> layer.weight.grad
    array([[ 1., 10.]])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: bool = True,
        rng: np.random.Generator | None = None,
        dtype: np.dtype = np.float64,
    ) -> None:
        check_count("in_features", in_features)
        check_count("out_features", out_features)
        rng = generator_or_new(rng)
        weight = init.torch_linear_default((out_features, in_features), rng)
        self.weight = Parameter(weight.astype(dtype))
        self.bias = None
        if bias:
            values = init.torch_linear_default((out_features,), rng, fan_in=in_features)
            self.bias = Parameter(values.astype(dtype))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``x W^T + b`` of shape (..., out_features) for x of shape (..., in_features)."""
        weight = self.weight.data
        free = (None,) * (np.ndim(x) - 1)
        check_array(x, dtype=weight.dtype, shape=(*free, weight.shape[1]))
        output = x @ weight.T
        if self.bias is not None:
            output += self.bias.data
        self.save_for_backward(output, x)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return ``grad_output W``; accumulate ``grad_output^T x`` and the sum over rows."""
        (x,) = self.saved(grad_output)
        rows = grad_output.reshape(-1, grad_output.shape[-1])
        self.weight.accumulate(rows.T @ x.reshape(-1, x.shape[-1]))
        if self.bias is not None:
            self.bias.accumulate(rows.sum(axis=0))
        return grad_output @ self.weight.data


class Dropout(Module):
    """Zero each element with probability p in training and scale the others by 1 / (1 - p).

    Parameters
    ----------
    p : float in [0, 1)
        Probability to drop an element. torch allows 1 too, which leaves nothing to train.
    rng : Generator, optional
        Source of the masks; by default a fresh one.

    Raises
    ------
    ValueError
        ``p must be in [0, 1), got 1.5``

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014), Dropout. The paper scales
    at evaluation; scaling in training ("inverted") leaves evaluation alone.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> np.unique(layer(np.ones(100)))
    array([0., 2.])
    >>> np.unique(layer.eval()(np.ones(100)))
    array([1.])
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        check_below_one(p=p)
        self.p = float(p)
        self.rng = generator_or_new(rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x with elements dropped in training, and x itself in evaluation."""
        check_array(x)
        if not self.training or self.p == 0:
            self.save_for_backward(x, None)
            return x
        output, mask = dropout(x, self.p, self.rng)
        self.save_for_backward(output, mask)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Drop and scale the gradient by the mask of the forward pass."""
        (mask,) = self.saved(grad_output)
        return grad_output if mask is None else dropout_backward(grad_output, mask)


def dropout(
    x: np.ndarray, p: float, rng: np.random.Generator, *, training: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Drop elements of x: the rule of `Dropout`.

    Parameters
    ----------
    x : ndarray of any shape
    p : float in [0, 1)
    rng : Generator
    training : bool
        If False, the output is x and the mask is all ones.

    Returns
    -------
    output, mask : ndarrays of the shape of x
        The mask holds 0 with probability p, else 1 / (1 - p).

    Examples
    --------
    >>> output, mask = dropout(np.full(100, 3.0), 0.75, np.random.default_rng(0))
    >>> np.unique(mask), np.unique(output)
    (array([0., 4.]), array([ 0., 12.]))
    """
    check_array(x)
    check_below_one(p=p)
    check_generator(rng)
    if not training:
        return x.copy(), np.ones_like(x)
    keep = rng.random(x.shape, dtype=np.float32) >= p
    mask = keep * x.dtype.type(1 / (1 - p))
    return x * mask, mask


def dropout_backward(grad_output: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the gradient of the input of `dropout`: the mask applies to it as it did to x."""
    return grad_output * mask
