"""Conversions between the conventions of papers and libraries, where one name means two things.

Each function turns a hyperparameter (or a state) of one convention into that of another, so that
both train alike; the course follows torch. Where no conversion is exact, its notes say how far
apart the two can get.
"""

import math

import numpy as np

from course._ranges import check_at_least_zero, check_in_unit_interval

__all__ = [
    "biased_variance",
    "decay_per_step",
    "eps_after_correction",
    "eps_before_correction",
    "eps_inside_root",
    "eps_outside_root",
    "flip_batch_norm_momentum",
    "l2_factor",
    "lr_for_averaged_momentum",
    "lr_for_summed_momentum",
    "unbiased_variance",
    "velocity_with_lr_inside",
    "weight_decay_from_decay_per_step",
    "weight_decay_from_l2_factor",
]


def lr_for_averaged_momentum(lr: float, momentum: float) -> float:
    r"""Return the rate with which an *average* of gradients moves as a *sum* does with `lr`.

    Parameters
    ----------
    lr : float
        Rate for the sum.
    momentum : float
        In [0, 1).

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``momentum must be in [0, 1), got 1.0``.

    Notes
    -----
    The sum :math:`v_t = \mu v_{t-1} + g_t` is torch's, without dampening; the average
    :math:`\bar v_t = \mu \bar v_{t-1} + (1 - \mu) g_t` is optax's ``ema`` and Adam's first moment.
    From :math:`v_0 = \bar v_0 = 0` on, :math:`\bar v_t = (1 - \mu) v_t`. torch's own
    ``dampening=momentum`` is not quite this average: its first gradient is not dampened.

    Examples
    --------
    >>> round(lr_for_averaged_momentum(0.01, momentum=0.9), 6)
    0.1
    """
    _check_momentum(momentum)
    return lr / (1 - momentum)


def lr_for_summed_momentum(lr: float, momentum: float) -> float:
    """Return the rate with which a sum of gradients moves as an average does with `lr`.

    The inverse of `lr_for_averaged_momentum`.

    Parameters
    ----------
    lr : float
        Rate for the average.
    momentum : float
        In [0, 1).

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``momentum must be in [0, 1), got 1.0``.

    Examples
    --------
    >>> round(lr_for_summed_momentum(0.1, momentum=0.9), 6)
    0.01
    """
    _check_momentum(momentum)
    return lr * (1 - momentum)


def velocity_with_lr_inside(v: np.ndarray, lr: float) -> np.ndarray:
    r"""Return the velocity of the convention that keeps the rate inside of it.

    Parameters
    ----------
    v : ndarray of shape (...)
        torch's velocity, a sum of gradients.
    lr : float
        The rate of now.

    Returns
    -------
    ndarray of shape (...)

    Notes
    -----
    torch steps by :math:`-\eta v_t` with :math:`v_t = \mu v_{t-1} + g_t`; Polyak, Sutskever and
    Keras by :math:`u_t = \mu u_{t-1} - \eta g_t`. While the rate stays, :math:`u = -\eta v`. When
    it changes, torch's whole velocity changes its weight at once and the other's does not, unless
    it is converted again with the new rate ("momentum correction").

    References
    ----------
    Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum in
    deep learning, eqs. 1 and 2. Goyal et al. (2017), Accurate, large minibatch SGD: training
    ImageNet in 1 hour, section 3, remark 2.

    Examples
    --------
    >>> velocity_with_lr_inside(np.array([2.0, -4.0]), lr=0.5)
    array([-1.,  2.])
    """
    return -lr * v


def eps_inside_root(eps: float) -> float:
    r"""Return the eps to put inside of the root for one that stands outside.

    Parameters
    ----------
    eps : float
        As in :math:`g / (\sqrt v + \epsilon)`: Adam, torch's RMSprop.

    Returns
    -------
    float
        As in :math:`g / \sqrt{v + \epsilon'}`: Graves' RMSprop, Adadelta, batch norm.

    Raises
    ------
    ValueError
        ``eps must be >= 0, got -1``.

    Notes
    -----
    No number makes the two equal. With :math:`\epsilon' = \epsilon^2` they agree at :math:`v = 0`
    and for large :math:`v`; in between, most at :math:`v = \epsilon^2`, the step with eps inside
    is longer, by a factor of :math:`\sqrt 2` at most.

    Examples
    --------
    >>> eps_inside_root(1e-4)
    1e-08
    """
    check_at_least_zero(eps=eps)
    return eps**2


def eps_outside_root(eps: float) -> float:
    """Return the eps to put outside of the root for one that stands inside.

    The inverse of `eps_inside_root`, with its limits.

    Parameters
    ----------
    eps : float
        Inside of the root.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``eps must be >= 0, got -1``.

    Examples
    --------
    >>> eps_outside_root(1e-8)
    0.0001
    """
    check_at_least_zero(eps=eps)
    return math.sqrt(eps)


def eps_before_correction(eps: float, *, beta2: float, t: int) -> float:
    r"""Return the eps for Adam's uncorrected second moment at step `t`, for one for the corrected.

    Parameters
    ----------
    eps : float
        As in :math:`\hat m_t / (\sqrt{\hat v_t} + \epsilon)`: algorithm 1 of the paper, torch.
    beta2 : float
        In [0, 1).
    t : int
        Step, counted from 1.

    Returns
    -------
    float
        As in :math:`\sqrt{1 - \beta_2^t}\; \hat m_t / (\sqrt{v_t} + \hat\epsilon)`: the end of the
        paper's section 2, Keras and TensorFlow ("epsilon hat").

    Notes
    -----
    Exact at each step: :math:`\hat\epsilon = \epsilon \sqrt{1 - \beta_2^t}`. A *fixed* epsilon hat
    acts as a larger eps in the first steps, 32 times as large at :math:`t = 1`.

    References
    ----------
    Kingma, Ba (2015), Adam: a method for stochastic optimization, section 2.

    Examples
    --------
    >>> round(1e-8 / eps_before_correction(1e-8, beta2=0.999, t=1), 1)
    31.6
    """
    return eps * math.sqrt(1 - beta2**t)


def eps_after_correction(eps_hat: float, *, beta2: float, t: int) -> float:
    """Return the eps for Adam's corrected second moment at step `t`, for one for the uncorrected.

    The inverse of `eps_before_correction`.

    Parameters
    ----------
    eps_hat : float
        Added to the root of the uncorrected second moment.
    beta2 : float
        In [0, 1).
    t : int
        Step, counted from 1.

    Returns
    -------
    float

    Examples
    --------
    >>> round(eps_after_correction(1e-7, beta2=0.999, t=1) / 1e-7, 1)
    31.6
    """
    return eps_hat / math.sqrt(1 - beta2**t)


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
    return decay / lr


def flip_batch_norm_momentum(momentum: float) -> float:
    r"""Return the momentum of batch norm in the other convention; its own inverse.

    Parameters
    ----------
    momentum : float
        In [0, 1].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        ``momentum must be in [0, 1], got 2``.

    Notes
    -----
    torch's is the weight of the new batch, :math:`r \leftarrow (1 - \mu) r + \mu s`; that of Keras,
    TensorFlow and Flax is the weight of what was there, :math:`r \leftarrow \mu r + (1 - \mu) s`.
    torch's 0.1 is their 0.9.

    Examples
    --------
    >>> flip_batch_norm_momentum(0.1)
    0.9
    """
    check_in_unit_interval(momentum=momentum)
    return 1 - momentum


def unbiased_variance(variance: np.ndarray, n: int) -> np.ndarray:
    """Return the variance that torch's batch norm stores, for that by which it normalizes.

    Parameters
    ----------
    variance : ndarray of shape (...)
        Sum of squared deviations over `n`. Keras 3 and Flax store this one.
    n : int
        Numbers that it was taken of, at least 2.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        ``n must be >= 2, got 1``.

    Examples
    --------
    >>> unbiased_variance(np.array([15.0]), n=16)
    array([16.])
    """
    _check_sample(n)
    return variance * (n / (n - 1))


def biased_variance(variance: np.ndarray, n: int) -> np.ndarray:
    """Return the variance by which batch norm normalizes, for that which torch stores.

    The inverse of `unbiased_variance`.

    Parameters
    ----------
    variance : ndarray of shape (...)
        Sum of squared deviations over ``n - 1``.
    n : int
        Numbers that it was taken of, at least 2.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        ``n must be >= 2, got 1``.

    Examples
    --------
    >>> biased_variance(np.array([16.0]), n=16)
    array([15.])
    """
    _check_sample(n)
    return variance * ((n - 1) / n)


def _check_momentum(momentum: float) -> None:
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")


def _check_sample(n: int) -> None:
    if not n >= 2:
        raise ValueError(f"n must be >= 2, got {n}")
