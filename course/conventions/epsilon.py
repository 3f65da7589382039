"""Epsilon: inside or outside of the root, before or after Adam's bias correction."""

import math

from course._checks import check_count
from course._ranges import check_at_least_zero, check_below_one

__all__ = ["eps_after_correction", "eps_before_correction", "eps_inside_root", "eps_outside_root"]


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
    _check_correction(beta2, t, eps=eps)
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
    _check_correction(beta2, t, eps_hat=eps_hat)
    return eps_hat / math.sqrt(1 - beta2**t)


def _check_correction(beta2: float, t: int, **eps: float) -> None:
    check_at_least_zero(**eps)
    check_below_one(beta2=beta2)
    check_count("t", t)
