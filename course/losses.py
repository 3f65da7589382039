"""Losses as objects with torch's names: call one for the loss, then ask it for the gradient.

The functions that do the arithmetic come from `course.loss_rules` and are offered here too.
"""

from __future__ import annotations

import numpy as np

from course._ranges import check_at_least_zero, check_in_unit_interval
from course.loss_rules import (
    binary_cross_entropy_with_logits,
    checked_weight,
    cross_entropy,
    focal_loss,
    log_softmax,
    mse_loss,
)

__all__ = [
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "FocalLoss",
    "Loss",
    "MSELoss",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "focal_loss",
    "log_softmax",
    "mse_loss",
]


class Loss:
    """What the loss classes share: the gradient waits from the call for `backward`.

    A subclass writes `value_and_gradient`.
    """

    _gradient: np.ndarray | None = None

    def value_and_gradient(
        self, output: np.ndarray, target: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return the loss, and its gradient with respect to the output."""
        raise NotImplementedError(f"{type(self).__name__} does not define value_and_gradient")

    def __call__(self, output: np.ndarray, target: np.ndarray) -> float:
        """Return the loss and keep its gradient."""
        loss, self._gradient = self.value_and_gradient(output, target)
        return loss

    def backward(self) -> np.ndarray:
        """Return the gradient of the latest loss with respect to its output.

        Raises
        ------
        RuntimeError
            ``MSELoss.backward was called before the loss``
        """
        if self._gradient is None:
            raise RuntimeError(f"{type(self).__name__}.backward was called before the loss")
        return self._gradient


class MSELoss(Loss):
    """The mean squared error: see `mse_loss`.

    Examples
    --------
    >>> criterion = MSELoss()
    >>> criterion(np.array([1.0, 4.0]), np.array([1.0, 2.0])), criterion.backward()
    (2.0, array([0., 2.]))
    """

    def value_and_gradient(
        self, output: np.ndarray, target: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Call `mse_loss`."""
        return mse_loss(output, target)


class BCEWithLogitsLoss(Loss):
    """The binary cross-entropy of logits: see `binary_cross_entropy_with_logits`.

    Examples
    --------
    >>> criterion = BCEWithLogitsLoss()
    >>> criterion(np.array([1000.0]), np.array([0.0])), criterion.backward()
    (1000.0, array([1.]))
    """

    def __init__(self, *, pos_weight: float = 1.0) -> None:
        check_at_least_zero(pos_weight=pos_weight)
        self.pos_weight = pos_weight

    def value_and_gradient(
        self, output: np.ndarray, target: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Call `binary_cross_entropy_with_logits`."""
        return binary_cross_entropy_with_logits(output, target, pos_weight=self.pos_weight)


class CrossEntropyLoss(Loss):
    """The cross-entropy of the softmax of logits: see `cross_entropy`.

    Examples
    --------
    >>> criterion = CrossEntropyLoss()
    >>> criterion(np.array([[0.0, 1000.0]]), np.array([0])), criterion.backward()
    (1000.0, array([[-1.,  1.]]))
    """

    def __init__(self, weight: np.ndarray | None = None, *, label_smoothing: float = 0.0) -> None:
        check_in_unit_interval(label_smoothing=label_smoothing)
        self.weight = None if weight is None else checked_weight(weight)
        self.label_smoothing = label_smoothing

    def value_and_gradient(
        self, output: np.ndarray, target: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Call `cross_entropy`."""
        smoothing = self.label_smoothing
        return cross_entropy(output, target, weight=self.weight, label_smoothing=smoothing)


class FocalLoss(Loss):
    """The focal loss of binary logits: see `focal_loss`.

    Examples
    --------
    >>> criterion = FocalLoss(gamma=2.0)
    >>> criterion(np.array([1000.0]), np.array([0.0])), criterion.backward()
    (1000.0, array([1.]))
    """

    def __init__(self, gamma: float = 2.0) -> None:
        check_at_least_zero(gamma=gamma)
        self.gamma = gamma

    def value_and_gradient(
        self, output: np.ndarray, target: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Call `focal_loss`."""
        return focal_loss(output, target, gamma=self.gamma)
