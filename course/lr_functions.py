"""Learning-rate schedules as pure functions, from the number of steps done to a rate.

All count from 0: the first epoch (or step) trains at the value for 0. The shells of
`course.schedules` call these functions and write what they return into an optimizer.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from course._ranges import check_number

__all__ = [
    "cosine_lr",
    "cosine_warm_restarts_lr",
    "exponential_lr",
    "lambda_lr",
    "linear_lr",
    "multi_step_lr",
    "sequential_lr",
    "step_lr",
    "warmup_cosine_lr",
]


def step_lr(epoch: int, *, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    r"""Return a rate that is multiplied by `gamma` every `step_size` epochs.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    base_lr : float
        Rate of epoch 0.
    step_size : int
        Epochs between two drops.
    gamma : float
        Factor of each drop.

    Returns
    -------
    float

    Notes
    -----
    .. math:: \eta_t = \eta_0 \gamma^{\lfloor t / s \rfloor}

    Examples
    --------
    >>> [round(step_lr(epoch, base_lr=0.1, step_size=2), 6) for epoch in range(5)]
    [0.1, 0.1, 0.01, 0.01, 0.001]
    """
    return base_lr * gamma ** (epoch // step_size)


def multi_step_lr(
    epoch: int, *, base_lr: float, milestones: Sequence[int], gamma: float = 0.1
) -> float:
    """Return a rate that is multiplied by `gamma` at each of the given epochs.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    base_lr : float
        Rate of epoch 0.
    milestones : sequence of int
        Epochs whose rate is the first to be lower, in ascending order; one may appear twice.
    gamma : float
        Factor of each drop.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(multi_step_lr(e, base_lr=0.1, milestones=[1, 3]), 6) for e in range(5)]
    [0.1, 0.01, 0.01, 0.001, 0.001]
    """
    return base_lr * gamma ** bisect_right(milestones, epoch)


def exponential_lr(epoch: int, *, base_lr: float, gamma: float) -> float:
    """Return a rate that is multiplied by `gamma` every epoch.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    base_lr : float
        Rate of epoch 0.
    gamma : float
        Factor of each epoch.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(exponential_lr(epoch, base_lr=0.1, gamma=0.5), 6) for epoch in range(4)]
    [0.1, 0.05, 0.025, 0.0125]
    """
    return base_lr * gamma**epoch


def linear_lr(
    epoch: int,
    *,
    base_lr: float,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    total_iters: int = 5,
) -> float:
    """Return a rate that moves on a straight line, then stays: a warmup, as a rule.

    Parameters
    ----------
    epoch : int
        Epochs (or steps) done, counted from 0.
    base_lr : float
        What the factors multiply.
    start_factor, end_factor : float
        Factors at epoch 0 and from epoch `total_iters` on.
    total_iters : int
        Epochs from the first factor to the last.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(linear_lr(e, base_lr=1.0, start_factor=0.5, total_iters=2), 6) for e in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """
    done = min(epoch, total_iters) / total_iters
    return base_lr * (start_factor + (end_factor - start_factor) * done)


def cosine_lr(epoch: int, *, base_lr: float, T_max: int, eta_min: float = 0.0) -> float:
    r"""Return a rate that falls along half a period of a cosine.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0. Beyond `T_max` the rate rises again, as in torch.
    base_lr : float
        Rate of epoch 0.
    T_max : int
        Epoch of the lowest rate.
    eta_min : float
        The lowest rate.

    Returns
    -------
    float

    Notes
    -----
    .. math:: \eta_t = \eta_{min}
              + \tfrac12 (\eta_0 - \eta_{min}) \bigl(1 + \cos(\pi t / T_{max})\bigr)

    References
    ----------
    Loshchilov, Hutter (2017), SGDR: stochastic gradient descent with warm restarts, eq. 5.

    Examples
    --------
    >>> [round(cosine_lr(epoch, base_lr=1.0, T_max=4), 4) for epoch in range(5)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """
    return eta_min + (base_lr - eta_min) * (1 + math.cos(math.pi * epoch / T_max)) / 2


def cosine_warm_restarts_lr(
    epoch: int, *, base_lr: float, T_0: int, T_mult: int = 1, eta_min: float = 0.0
) -> float:
    """Return a rate that falls along a cosine, starts again, and again.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    base_lr : float
        Rate of epoch 0 and of each restart.
    T_0 : int
        Epochs of the first period.
    T_mult : int
        Each period is so many times as long as the one before.
    eta_min : float
        The rate that a period falls to, without reaching it: the next one starts then.

    Returns
    -------
    float

    References
    ----------
    Loshchilov, Hutter (2017), SGDR: stochastic gradient descent with warm restarts, section 3.

    Examples
    --------
    >>> [round(cosine_warm_restarts_lr(e, base_lr=1.0, T_0=2, T_mult=2), 2) for e in range(6)]
    [1.0, 0.5, 1.0, 0.85, 0.5, 0.15]
    """
    period = T_0
    if T_mult == 1:
        epoch %= period
    while epoch >= period:
        epoch -= period
        period *= T_mult
    return cosine_lr(epoch, base_lr=base_lr, T_max=period, eta_min=eta_min)


def lambda_lr(epoch: int, *, base_lr: float, lr_lambda: Callable[[int], float]) -> float:
    """Return the base rate times a factor of one's own.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    base_lr : float
        What the factor multiplies.
    lr_lambda : callable
        From the epoch to the factor.

    Returns
    -------
    float

    Examples
    --------
    >>> lambda_lr(3, base_lr=1.0, lr_lambda=lambda epoch: 1 / (1 + epoch))
    0.25
    """
    factor = lr_lambda(epoch)
    check_number(**{f"lr_lambda({epoch})": factor})
    return base_lr * factor


def sequential_lr(
    epoch: int, *, schedules: Sequence[Callable[[int], float]], milestones: Sequence[int]
) -> float:
    """Return the rate of one schedule after the other, each counting from its own start.

    Parameters
    ----------
    epoch : int
        Epochs done, counted from 0.
    schedules : sequence of callable
        Functions from an epoch to a rate.
    milestones : sequence of int
        Epochs at which the second, third, ... schedule starts, in ascending order.

    Returns
    -------
    float

    Examples
    --------
    >>> halves, tenths = (lambda epoch: 0.5**epoch), (lambda epoch: 0.1 ** (epoch + 1))
    >>> [sequential_lr(e, schedules=[halves, tenths], milestones=[2]) for e in range(4)]
    [1.0, 0.5, 0.1, 0.010000000000000002]
    """
    i = bisect_right(milestones, epoch)
    return schedules[i](epoch - milestones[i - 1] if i else epoch)


def warmup_cosine_lr(
    step: int, *, base_lr: float, warmup_steps: int, total_steps: int, eta_min: float = 0.0
) -> float:
    """Return a rate that rises on a straight line, then falls along a cosine.

    Parameters
    ----------
    step : int
        Steps done, counted from 0.
    base_lr : float
        The highest rate, of the steps ``warmup_steps - 1`` and ``warmup_steps``.
    warmup_steps : int
        Steps of the rise; the first trains at ``base_lr / warmup_steps``. May be 0.
    total_steps : int
        Step from which on the rate is the lowest.
    eta_min : float
        The lowest rate.

    Returns
    -------
    float

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour, section 2.2
    (warmup). Loshchilov, Hutter (2017), SGDR, eq. 5 (cosine).

    Examples
    --------
    >>> options = {"base_lr": 1.0, "warmup_steps": 2, "total_steps": 6}
    >>> [round(warmup_cosine_lr(step, **options), 4) for step in range(7)]
    [0.5, 1.0, 1.0, 0.8536, 0.5, 0.1464, 0.0]
    """
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    done = min(step, total_steps) - warmup_steps
    return cosine_lr(done, base_lr=base_lr, T_max=total_steps - warmup_steps, eta_min=eta_min)
