"""Weight decay: with or without the half, coupled to the rate or not."""

from course._ranges import check_above_zero, check_at_least_zero

__all__ = [
    "decay_per_step",
    "l2_factor",
    "weight_decay_from_decay_per_step",
    "weight_decay_from_l2_factor",
]


def weight_decay_from_l2_factor(l2: float) -> float:
    r"""Return torch's weight decay for a penalty ``l2 * sum(w**2)``, as Keras writes it.

    Parameters
    ----------
    l2 : float
        Factor of the sum of squares in the loss.

    Returns
    -------
    float

    Notes
    -----
    The gradient of :math:`c \|w\|^2` is :math:`2 c w`; torch adds :math:`\lambda w`, the gradient
    of :math:`\tfrac12 \lambda \|w\|^2`.

    Examples
    --------
    >>> weight_decay_from_l2_factor(0.01)
    0.02
    """
    check_at_least_zero(l2=l2)
    return 2 * l2


def l2_factor(weight_decay: float) -> float:
    """Return the factor of ``sum(w**2)`` in the loss for torch's weight decay.

    The inverse of `weight_decay_from_l2_factor`.

    Parameters
    ----------
    weight_decay : float

    Returns
    -------
    float

    Examples
    --------
    >>> l2_factor(0.02)
    0.01
    """
    check_at_least_zero(weight_decay=weight_decay)
    return weight_decay / 2


def decay_per_step(weight_decay: float, lr: float) -> float:
    r"""Return the part of each weight that torch's AdamW takes away in a step.

    Parameters
    ----------
    weight_decay : float
        torch's.
    lr : float
        The rate of now.

    Returns
    -------
    float

    Notes
    -----
    torch's AdamW multiplies by :math:`1 - \eta\lambda`, so its decay follows the learning rate; the
    paper's decay :math:`\lambda'` is multiplied by the schedule only, not by the base rate. Plain
    SGD shrinks by the same factor with the L2 penalty, so there coupled and decoupled decay are
    one. With an adaptive method they differ, and no number converts one into the other: the L2
    gradient is divided by the root of the second moment like any other.

    References
    ----------
    Loshchilov, Hutter (2019), Decoupled weight decay regularization, propositions 1 and 2.

    Examples
    --------
    >>> round(decay_per_step(0.01, lr=0.001), 8)
    1e-05
    """
    check_at_least_zero(weight_decay=weight_decay, lr=lr)
    return lr * weight_decay


def weight_decay_from_decay_per_step(decay: float, lr: float) -> float:
    """Return torch's weight decay for a decay per step, the paper's.

    The inverse of `decay_per_step`; take the base rate for `lr`.

    Parameters
    ----------
    decay : float
        Part of each weight that a step takes away.
    lr : float
        Above 0.

    Returns
    -------
    float

    Examples
    --------
    >>> round(weight_decay_from_decay_per_step(1e-5, lr=0.001), 8)
    0.01
    """
    check_at_least_zero(decay=decay)
    check_above_zero(lr=lr)
    return decay / lr
