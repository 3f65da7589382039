"""Momentum: a sum or an average of gradients, with the rate outside or inside."""

import numpy as np

from course._ranges import check_at_least_zero, check_below_one

__all__ = ["lr_for_averaged_momentum", "lr_for_summed_momentum", "velocity_with_lr_inside"]


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
    check_at_least_zero(lr=lr)
    check_below_one(momentum=momentum)
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
    check_at_least_zero(lr=lr)
    check_below_one(momentum=momentum)
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
    check_at_least_zero(lr=lr)
    return -lr * v
