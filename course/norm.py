"""Normalization layers that look at one example at a time: layer, instance and group norm.

Batch norm, which looks across examples, comes from `course.batch_norm` and is offered here too.
"""

from __future__ import annotations

import math

import numpy as np

from course._checks import check_array, check_count
from course._ranges import check_at_least_zero
from course.batch_norm import BatchNorm1d, BatchNorm2d, batch_norm, batch_norm_backward
from course.module import Module, Parameter

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "GroupNorm",
    "InstanceNorm2d",
    "LayerNorm",
    "batch_norm",
    "batch_norm_backward",
    "standardize",
    "standardize_backward",
]


def standardize(x: np.ndarray, *, eps: float = 1e-5) -> tuple[np.ndarray, np.ndarray]:
    """Bring each row to mean 0 and variance 1: the rule that three layers share.

    Parameters
    ----------
    x : ndarray of shape (rows, d)
    eps : float
        Added to the (biased) variance, inside the root.

    Returns
    -------
    x_hat : ndarray of shape (rows, d)
    inv_std : ndarray of shape (rows, 1)

    Examples
    --------
    >>> standardize(np.array([[1.0, 5.0]]), eps=0.0)
    (array([[-1.,  1.]]), array([[0.5]]))
    """
    x_hat = x - x.mean(axis=1, keepdims=True)
    var = np.vecdot(x_hat, x_hat)[:, None] / x.shape[1]
    inv_std = 1 / np.sqrt(var + eps)
    x_hat *= inv_std
    return x_hat, inv_std


def standardize_backward(
    grad_output: np.ndarray, x_hat: np.ndarray, inv_std: np.ndarray
) -> np.ndarray:
    """Return the gradient of x of `standardize`.

    Notes
    -----
    ``inv_std * (g - mean(g) - x_hat mean(g x_hat))``, means over the row.

    Examples
    --------
    >>> x_hat, inv_std = standardize(np.array([[1.0, 2.0, 6.0]]))
    >>> standardize_backward(x_hat, x_hat, inv_std).round(4) + 0.0
    array([[0., 0., 0.]])
    """
    along_x = np.vecdot(grad_output, x_hat)[:, None] / x_hat.shape[1]
    x_grad = x_hat * -along_x
    x_grad += grad_output
    x_grad -= grad_output.mean(axis=1, keepdims=True)
    x_grad *= inv_std
    return x_grad


class _SampleNorm(Module):
    """Standardize rows, then scale and shift: what the layers of this file share.

    A subclass checks its input and says how many rows it falls into.
    """

    def __init__(self, shape: tuple[int, ...], eps: float, affine: bool, dtype: np.dtype) -> None:
        check_at_least_zero(eps=eps)
        self.eps = float(eps)
        self.dtype = np.dtype(dtype)
        self.weight = Parameter(np.ones(shape, dtype)) if affine else None
        self.bias = Parameter(np.zeros(shape, dtype)) if affine else None

    def _rows(self, x: np.ndarray) -> int:
        """Return the number of rows, once x is known to fit."""
        raise NotImplementedError

    def _affine_shape(self, x: np.ndarray) -> tuple[int, ...]:
        """Return the shape in which weight and bias broadcast against x."""
        raise NotImplementedError

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x standardized, scaled and shifted; the same in training and evaluation."""
        x_hat, inv_std = standardize(x.reshape(self._rows(x), -1), eps=self.eps)
        output = x_hat = x_hat.reshape(x.shape)
        if self.weight is not None:
            shape = self._affine_shape(x)
            output = x_hat * self.weight.data.reshape(shape)
            output += self.bias.data.reshape(shape)
        self.save_for_backward(output, x_hat, inv_std)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return the gradient of x; accumulate those of weight and bias."""
        x_hat, inv_std = self.saved(grad_output)
        grad = grad_output
        if self.weight is not None:
            shape = self._affine_shape(x_hat)
            self._accumulate(self.weight, grad_output * x_hat, shape)
            self._accumulate(self.bias, grad_output, shape)
            grad = grad_output * self.weight.data.reshape(shape)
        rows = (len(inv_std), -1)
        x_grad = standardize_backward(grad.reshape(rows), x_hat.reshape(rows), inv_std)
        return x_grad.reshape(x_hat.shape)

    @staticmethod
    def _accumulate(parameter: Parameter, grad: np.ndarray, shape: tuple[int, ...]) -> None:
        """Sum the gradient over the axes along which the parameter was broadcast."""
        leading = grad.ndim - len(shape)
        axes = [axis for axis in range(grad.ndim) if axis < leading or shape[axis - leading] == 1]
        parameter.accumulate(grad.sum(axis=tuple(axes)).reshape(parameter.data.shape))


class LayerNorm(_SampleNorm):
    """Standardize each example over its last axes.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        Sizes of the last axes, which weight and bias have too.
    eps : float
        Added to the variance, inside the root.
    dtype : dtype

    References
    ----------
    Ba, Kiros & Hinton (2016), Layer normalization, eq. 3 and 4.

    Examples
    --------
    >>> LayerNorm(2, eps=0.0)(np.array([[1.0, 5.0], [2.0, 0.0]]))
    array([[-1.,  1.],
           [ 1., -1.]])
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        *,
        eps: float = 1e-5,
        dtype: np.dtype = np.float64,
    ) -> None:
        shape = np.atleast_1d(normalized_shape).tolist()
        for size in shape:
            check_count("normalized_shape", size)
        self.normalized_shape = tuple(shape)
        super().__init__(self.normalized_shape, eps, True, dtype)

    def _rows(self, x: np.ndarray) -> int:
        free = (None,) * (np.ndim(x) - len(self.normalized_shape))
        check_array(x, dtype=self.dtype, shape=(*free, *self.normalized_shape))
        return x.size // math.prod(self.normalized_shape)

    def _affine_shape(self, x: np.ndarray) -> tuple[int, ...]:
        return self.normalized_shape


class GroupNorm(_SampleNorm):
    """Standardize groups of channels of each example.

    Parameters
    ----------
    num_groups : int
        Must divide `num_channels`. 1 is a layer norm over the image; as many as there are
        channels, an instance norm.
    num_channels : int
        Size of axis 1 of x, of shape (n, num_channels, ...).
    eps : float
        Added to the variance, inside the root.
    affine : bool
        Whether each channel is scaled and shifted afterwards.
    dtype : dtype

    Raises
    ------
    ValueError
        ``num_groups must divide num_channels, got 4 and 6``

    References
    ----------
    Wu & He (2018), Group normalization, eq. 1, 2 and 7.

    Examples
    --------
    >>> GroupNorm(2, 4, eps=0.0)(np.array([[1.0, 5.0, 2.0, 0.0]]))
    array([[-1.,  1.,  1., -1.]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        *,
        eps: float = 1e-5,
        affine: bool = True,
        dtype: np.dtype = np.float64,
    ) -> None:
        check_count("num_groups", num_groups)
        check_count("num_channels", num_channels)
        if num_channels % num_groups:
            raise ValueError(
                f"num_groups must divide num_channels, got {num_groups} and {num_channels}"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        super().__init__((num_channels,), eps, affine, dtype)

    def _rows(self, x: np.ndarray) -> int:
        free = (None,) * (np.ndim(x) - 2)
        check_array(x, dtype=self.dtype, shape=(None, self.num_channels, *free))
        rows = len(x) * self.num_groups
        if x.size <= rows:
            raise ValueError(
                f"x must have more than one value for each of {self.num_groups} groups, "
                f"got shape {x.shape}: its variance is 0"
            )
        return rows

    def _affine_shape(self, x: np.ndarray) -> tuple[int, ...]:
        return (self.num_channels, *[1] * (x.ndim - 2))


class InstanceNorm2d(GroupNorm):
    """Standardize each channel of each image: group norm with one channel a group.

    Parameters
    ----------
    num_features : int
        Channels of x, of shape (n, num_features, height, width).
    eps : float
    affine : bool
        Off by default, as in torch.
    dtype : dtype

    References
    ----------
    Ulyanov, Vedaldi & Lempitsky (2016), Instance normalization, eq. 4.

    Examples
    --------
    >>> InstanceNorm2d(1, eps=0.0)(np.array([[[[1.0, 5.0]]]]))
    array([[[[-1.,  1.]]]])
    """

    def __init__(
        self,
        num_features: int,
        *,
        eps: float = 1e-5,
        affine: bool = False,
        dtype: np.dtype = np.float64,
    ) -> None:
        check_count("num_features", num_features)
        super().__init__(num_features, num_features, eps=eps, affine=affine, dtype=dtype)

    def _rows(self, x: np.ndarray) -> int:
        check_array(x, dtype=self.dtype, shape=(None, self.num_channels, None, None))
        return super()._rows(x)
