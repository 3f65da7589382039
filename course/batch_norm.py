"""Batch normalization: the rule, its gradient, and the layers."""

from __future__ import annotations

import numpy as np

from course._checks import check_array, check_count
from course._ranges import check_at_least_zero, check_in_unit_interval
from course.module import Module, Parameter

__all__ = ["BatchNorm1d", "BatchNorm2d", "batch_norm", "batch_norm_backward"]


def batch_norm(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, *, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Normalize each channel over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (n, channels) or (n, channels, length)
    weight, bias : ndarray of shape (channels,)
        gamma and beta of the paper.
    eps : float
        Added to the variance, inside the root.

    Returns
    -------
    output : ndarray of the shape of x
    centred : ndarray of the shape of x
        x less the mean of its channel.
    mean, var : ndarray of shape (channels,)
        Of the batch; the variance is the biased one, divided by the count.

    References
    ----------
    Ioffe & Szegedy (2015), Batch normalization: accelerating deep network training by reducing
    internal covariate shift, algorithm 1.

    Examples
    --------
    >>> output, _, mean, var = batch_norm(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), eps=0)
    >>> output.ravel(), mean, var
    (array([-1.,  1.]), array([2.]), array([1.]))
    """
    count = x.size // x.shape[1]
    mean = _sum(x) / count
    centred = x - _along(mean, x)
    var = _sum_of_products(centred, centred) / count
    scale = weight / np.sqrt(var + eps)
    output = centred * _along(scale, x)
    output += _along(bias, x)
    return output, centred, mean, var


def batch_norm_backward(
    grad_output: np.ndarray,
    centred: np.ndarray,
    var: np.ndarray,
    weight: np.ndarray,
    *,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of x, weight and bias of `batch_norm`.

    Parameters
    ----------
    grad_output, centred : ndarray of shape (n, channels) or (n, channels, length)
    var, weight : ndarray of shape (channels,)
    eps : float

    Returns
    -------
    x_grad : ndarray of the shape of grad_output
    weight_grad, bias_grad : ndarray of shape (channels,)

    Notes
    -----
    With ``x_hat = centred / std`` and means over the batch,
    ``x_grad = weight / std * (g - mean(g) - x_hat mean(g x_hat))``: mean and variance depend on
    every x, and what they pass on is the part of g along 1 and along x_hat.

    Examples
    --------
    >>> g, centred, one = np.array([[1.0], [0.0]]), np.array([[-1.0], [1.0]]), np.ones(1)
    >>> x_grad, weight_grad, bias_grad = batch_norm_backward(g, centred, one, one, eps=0)
    >>> x_grad.ravel(), weight_grad, bias_grad
    (array([0., 0.]), array([-1.]), array([1.]))
    """
    count = centred.size // centred.shape[1]
    inv_std = 1 / np.sqrt(var + eps)
    bias_grad = _sum(grad_output)
    weight_grad = _sum_of_products(grad_output, centred) * inv_std
    x_grad = centred * _along(inv_std * weight_grad / count, centred)
    x_grad += _along(bias_grad / count, centred)
    np.subtract(grad_output, x_grad, out=x_grad)
    x_grad *= _along(weight * inv_std, centred)
    return x_grad, weight_grad, bias_grad


def _along(v: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the vector over channels in a shape that broadcasts along the channels of x."""
    return v if x.ndim == 2 else v[:, None]


def _sum(x: np.ndarray) -> np.ndarray:
    """Return the sum of each channel, by BLAS: a product with ones is the fastest sum."""
    if x.ndim == 2:
        return np.ones(len(x), x.dtype) @ x
    return (x @ np.ones(x.shape[2], x.dtype)).sum(axis=0)


def _sum_of_products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the sum of x * y of each channel, without the array of products."""
    return np.einsum("nc,nc->c", x, y) if x.ndim == 2 else np.vecdot(x, y).sum(axis=0)


class _BatchNorm(Module):
    """Batch norm of channels on axis 1: what one and two dimensions share.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_features,)
        Start at 1 and 0.
    running_mean, running_var : ndarray of shape (num_features,)
        Exponential averages over the training batches, used in evaluation; start at 0 and 1.
    num_batches_tracked : ndarray of shape ()
    """

    buffers = ("running_mean", "running_var", "num_batches_tracked")
    _dimensions: tuple[int, ...]

    def __init__(
        self,
        num_features: int,
        *,
        eps: float = 1e-5,
        momentum: float = 0.1,
        dtype: np.dtype = np.float64,
    ) -> None:
        check_count("num_features", num_features)
        check_at_least_zero(eps=eps)
        check_in_unit_interval(momentum=momentum)
        self.eps = float(eps)
        self.momentum = float(momentum)
        self.weight = Parameter(np.ones(num_features, dtype))
        self.bias = Parameter(np.zeros(num_features, dtype))
        self.running_mean = np.zeros(num_features, dtype)
        self.running_var = np.ones(num_features, dtype)
        self.num_batches_tracked = np.array(0)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalize by the batch in training, and by the running statistics in evaluation.

        Raises
        ------
        ValueError
            In training, if there is one value a channel only: its variance is 0.
        """
        weight, bias = self.weight.data, self.bias.data
        self._check(x)
        rows = _by_channel(x)
        if self.training:
            output, centred, mean, var = batch_norm(rows, weight, bias, eps=self.eps)
            self._track(mean, var, rows.size // len(mean))
        else:
            var = self.running_var.copy()
            centred = rows - _along(self.running_mean, rows)
            output = centred * _along(weight / np.sqrt(var + self.eps), rows)
            output += _along(bias, rows)
        output = _like(output, x)
        self.save_for_backward(output, centred, var, self.training)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient of x; accumulate those of weight and bias."""
        centred, var, training = self.saved(grad_output)
        weight = self.weight.data
        g = _by_channel(grad_output, flat=centred.ndim == 2)
        if training:
            x_grad, weight_grad, bias_grad = batch_norm_backward(
                g, centred, var, weight, eps=self.eps
            )
        else:
            inv_std = 1 / np.sqrt(var + self.eps)
            x_grad = g * _along(weight * inv_std, g)
            weight_grad = _sum_of_products(g, centred) * inv_std
            bias_grad = _sum(g)
        self.weight.accumulate(weight_grad)
        self.bias.accumulate(bias_grad)
        return _like(x_grad, grad_output)

    def _check(self, x: np.ndarray) -> None:
        features = len(self.weight.data)
        ndim = np.ndim(x) if np.ndim(x) in self._dimensions else self._dimensions[0]
        shape = (None, features, *[None] * (ndim - 2))
        check_array(x, dtype=self.weight.data.dtype, shape=shape)
        if self.training and x.size <= features:
            raise ValueError(
                "x must have more than one value for each channel in training, "
                f"got shape {x.shape}: its variance is 0"
            )

    def _track(self, mean: np.ndarray, var: np.ndarray, count: int) -> None:
        """Move the running statistics towards those of the batch, the variance unbiased."""
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (var * (count / (count - 1)) - self.running_var)
        self.num_batches_tracked += 1


def _by_channel(x: np.ndarray, flat: bool | None = None) -> np.ndarray:
    """Return x as (n, channels) or (n, channels, length): a view where memory allows.

    Images that lie in memory with their channels last, as those of `Conv2d` do, become the rows
    of a matrix (flat); others keep the axis of channels in the middle.
    """
    if x.ndim == 2:
        return x
    if flat is None:
        flat = np.moveaxis(x, 1, -1).flags.c_contiguous
    if flat:
        return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    return x.reshape(*x.shape[:2], -1)


def _like(rows: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Undo `_by_channel`: return the rows in the shape of x."""
    if rows.ndim == 2 and x.ndim > 2:
        return np.moveaxis(rows.reshape(x.shape[0], *x.shape[2:], x.shape[1]), -1, 1)
    return rows.reshape(x.shape)


class BatchNorm1d(_BatchNorm):
    """Batch normalization of x of shape (n, num_features) or (n, num_features, length).

    Parameters
    ----------
    num_features : int
    eps : float
        Added to the variance, inside the root.
    momentum : float in [0, 1]
        Weight of the newest batch in the running statistics: the opposite of an optimizer's.
    dtype : dtype

    Notes
    -----
    As in torch, the batch is normalized by its biased variance, and the unbiased one is stored.

    References
    ----------
    Ioffe & Szegedy (2015), Batch normalization, algorithms 1 and 2.

    Examples
    --------
    >>> layer = BatchNorm1d(1, eps=0.0)
    >>> layer(np.array([[1.0], [3.0]])).ravel()
    array([-1.,  1.])
    >>> layer.running_mean, layer.running_var
    (array([0.2]), array([1.1]))
    """

    _dimensions = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalization of images: of x of shape (n, num_features, height, width).

    Its parameters are those of `BatchNorm1d`; statistics run over n, height and width.

    Examples
    --------
    >>> layer = BatchNorm2d(1, eps=0.0)
    >>> layer(np.array([[[[1.0, 3.0]]]]))
    array([[[[-1.,  1.]]]])
    """

    _dimensions = (4,)
