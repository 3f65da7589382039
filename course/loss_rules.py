"""Losses as pure functions of output and target, each returning its value and its gradient.

Every loss is a mean over the batch. Those of classification start from logits, the outputs of a
last linear layer: softmax and sigmoid are inside, where they can be made stable.
"""

from __future__ import annotations

import numpy as np

from course._checks import check_array
from course._ranges import check_at_least_zero, check_in_unit_interval
from course.activations import sigmoid

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "focal_loss",
    "log_softmax",
    "mse_loss",
]


def mse_loss(output: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean squared error over all elements, and its gradient.

    Parameters
    ----------
    output, target : ndarray of one shape
        torch only warns when the shapes differ, and broadcasts: (n, 1) against (n,) then
        compares every prediction with every target. Here it is an error.

    Returns
    -------
    loss : float
    gradient : ndarray of the shape of `output`

    Raises
    ------
    ValueError
        ``target must have shape (3, 1), as output has, got (3,)``

    Examples
    --------
    >>> mse_loss(np.array([1.0, 4.0]), np.array([1.0, 2.0]))
    (2.0, array([0., 2.]))
    """
    target = _check_pair(output, target)
    error = output - target
    return float(np.mean(error * error)), error * (2 / error.size)


def binary_cross_entropy_with_logits(
    output: np.ndarray, target: np.ndarray, *, pos_weight: float = 1.0
) -> tuple[float, np.ndarray]:
    """Return the mean binary cross-entropy of logits, and its gradient.

    Parameters
    ----------
    output : ndarray of any shape
        Logits z.
    target : ndarray of the same shape
        Labels y: 0 and 1, or probabilities between them.
    pos_weight : float
        Weight of the positive class, at least 0.

    Returns
    -------
    loss : float
    gradient : ndarray of the shape of `output`

    Raises
    ------
    ValueError
        If a label is out of range: ``target must lie in [0, 1], got 2.0``.

    Notes
    -----
    Per element ``-w y log s(z) - (1 - y) log(1 - s(z))``, with ``-log s(z) = softplus(-z)``
    and ``-log(1 - s(z)) = z + softplus(-z)``, neither of which overflows.

    Examples
    --------
    >>> loss, gradient = binary_cross_entropy_with_logits(np.zeros(2), np.array([0, 1]))
    >>> round(loss, 4), gradient
    (0.6931, array([ 0.25, -0.25]))
    """
    y = _check_pair(output, target)
    _check_range(y, 0, 1)
    check_at_least_zero(pos_weight=pos_weight)
    z = output
    weight = 1 + (pos_weight - 1) * y
    loss = np.mean((1 - y) * z + weight * _softplus(-z))
    return float(loss), (weight * sigmoid(z) - pos_weight * y) / z.size


def cross_entropy(
    output: np.ndarray,
    target: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    label_smoothing: float = 0.0,
) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy of the softmax of logits, and its gradient.

    Parameters
    ----------
    output : ndarray of shape (n, classes)
        Logits.
    target : integer ndarray of shape (n,)
        Labels, 0 to classes - 1.
    weight : ndarray of shape (classes,), optional
        Weight of each class. The mean is then a weighted one, as in torch.
    label_smoothing : float in [0, 1]
        Share of the target that is spread evenly over all classes.

    Returns
    -------
    loss : float
    gradient : ndarray of shape (n, classes)

    Raises
    ------
    ValueError
        ``target must lie in [0, 2], got 3``, and for shapes and options out of range.
    TypeError
        ``target must hold integers, got float64``

    Notes
    -----
    With q the smoothed and weighted target of a row, the loss is ``-sum(q log softmax(z))``
    over the sum of the weights of the labels, and its gradient ``softmax(z) sum(q) - q``
    over the same.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens & Wojna (2016), Rethinking the Inception architecture,
    section 7, for label smoothing.

    Examples
    --------
    >>> loss, gradient = cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), gradient
    (1.3863, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    check_array(output, "output", shape=(None, None))
    n, classes = output.shape
    target = _check_labels(target, n, classes)
    weight = np.ones(classes, output.dtype) if weight is None else weight
    weight = checked_weight(weight, classes).astype(output.dtype, copy=False)
    check_in_unit_interval(label_smoothing=label_smoothing)

    rows = np.arange(n)
    log_p = log_softmax(output)
    total = weight[target].sum()
    if not total > 0:
        raise ValueError(f"the labels of the batch must have some weight, got {total}")
    q = np.full((n, classes), weight * (label_smoothing / classes))
    q[rows, target] += (1 - label_smoothing) * weight[target]
    loss = -np.sum(q * log_p) / total
    gradient = (np.exp(log_p) * q.sum(axis=1, keepdims=True) - q) / total
    return float(loss), gradient


def focal_loss(
    output: np.ndarray, target: np.ndarray, *, gamma: float = 2.0
) -> tuple[float, np.ndarray]:
    """Return the mean focal loss of binary logits, and its gradient.

    Parameters
    ----------
    output : ndarray of any shape
        Logits.
    target : ndarray of the same shape
        Labels, 0 or 1.
    gamma : float
        At least 0: how much less an example counts that is already classified well. 0 gives
        the binary cross-entropy.

    Returns
    -------
    loss : float
    gradient : ndarray of the shape of `output`

    Raises
    ------
    ValueError
        ``gamma must be >= 0, got -1``; ``target must be 0 or 1, got 0.5``

    Notes
    -----
    With s the logit, negated where the label is 0, the probability of the true class is
    ``p = sigmoid(s)``, and the loss ``-(1 - p)^gamma log p``. Its derivative by s is
    ``-(1 - p)^gamma (1 - p - gamma p log p)``: no power below gamma, so none that diverges.

    References
    ----------
    Lin, Goyal, Girshick, He & Dollár (2017), Focal loss for dense object detection, eq. 4.

    Examples
    --------
    >>> loss, _ = focal_loss(np.zeros(2), np.array([0, 1]))
    >>> round(loss, 4)  # log(2) / 4
    0.1733
    """
    y = _check_pair(output, target)
    wrong = y[(y != 0) & (y != 1)]
    if wrong.size:
        raise ValueError(f"target must be 0 or 1, got {wrong[0]}")
    check_at_least_zero(gamma=gamma)
    sign = 2 * y - 1
    s = sign * output
    p, minus_log_p = sigmoid(s), _softplus(-s)
    q = sigmoid(-s)
    focus = q**gamma
    slope = -focus * (q + gamma * p * minus_log_p)
    return float(np.mean(focus * minus_log_p)), sign * slope / s.size


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Return the logarithm of the softmax over the last axis, without overflow.

    Examples
    --------
    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _softplus(x: np.ndarray) -> np.ndarray:
    """Return ``log(1 + exp(x))`` without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _check_pair(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the target in the dtype of the output, once both are arrays of one shape."""
    check_array(output, "output")
    target = np.asarray(target)
    if target.dtype.kind not in "fiub":
        raise TypeError(f"target must be numeric, got {target.dtype}")
    if target.shape != output.shape:
        raise ValueError(
            f"target must have shape {output.shape}, as output has, got {target.shape}"
        )
    if output.size == 0:
        raise ValueError(f"output must not be empty, got shape {output.shape}")
    return target.astype(output.dtype, copy=False)


def _check_labels(target: np.ndarray, n: int, classes: int) -> np.ndarray:
    target = np.asarray(target)
    if target.dtype.kind not in "iu":
        raise TypeError(f"target must hold integers, got {target.dtype}")
    if target.shape != (n,):
        raise ValueError(f"target must have shape ({n},), one label a row, got {target.shape}")
    if n == 0 or classes == 0:
        raise ValueError(f"output must not be empty, got shape {(n, classes)}")
    _check_range(target, 0, classes - 1)
    return target


def _check_range(target: np.ndarray, low: int, high: int) -> None:
    wrong = target[~((target >= low) & (target <= high))]
    if wrong.size:
        raise ValueError(f"target must lie in [{low}, {high}], got {wrong[0]}")


def checked_weight(weight: np.ndarray, classes: int | None = None) -> np.ndarray:
    """Return the weights of classes as an array, once they are finite and at least 0."""
    array = np.asarray(weight)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"weight must be numeric, got {weight!r:.80}")
    if array.ndim != 1 or (classes is not None and len(array) != classes):
        wanted = "(classes,)" if classes is None else f"({classes},)"
        raise ValueError(f"weight must have shape {wanted}, got {array.shape}")
    wrong = array[~((array >= 0) & (array < np.inf))]
    if wrong.size:
        raise ValueError(f"weight must be >= 0 and finite, got {wrong[0]}")
    return array
