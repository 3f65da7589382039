"""The update rules of Adam and its kin, as pure functions; see `course.rules` for their form."""

from typing import Any

import numpy as np

__all__ = ["State", "adam", "adamw", "nadam"]

State = dict[str, Any]


def adam(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
) -> tuple[np.ndarray, State]:
    r"""Take one step of Adam: momentum over a running root mean square, both corrected for bias.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        ``{"t": steps taken, "m": first moment, "v": second moment}``, with ``"v_max"`` if amsgrad;
        None at the first step.
    lr, betas, eps, weight_decay, amsgrad : float, pair of float or bool
        As in `course.optim.Adam`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        \theta_t &= \theta_{t-1} - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon)

    AMSGrad divides by the largest second moment so far. As in torch, it is the maximum of the
    uncorrected moments that is corrected (the paper corrects none). Weight decay here is the L2
    penalty, which passes through both moments; `adamw` decouples it.

    References
    ----------
    Kingma, Ba (2015), Adam: a method for stochastic optimization, algorithm 1.
    Reddi, Kale, Kumar (2018), On the convergence of Adam and beyond, algorithm 2.

    Examples
    --------
    >>> theta, state = adam(np.array([1.0]), np.array([2.0]), lr=0.1)
    >>> theta.round(6), state["m"].round(6), state["v"].round(6)
    (array([0.9]), array([0.2]), array([0.004]))
    """
    if state is None:
        state = {"t": 0, "m": 0.0, "v": 0.0}
    if weight_decay:
        g = g + weight_decay * theta
    beta1, beta2 = betas
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * g
    v = beta2 * state["v"] + (1 - beta2) * g**2
    new_state = {"t": t, "m": m, "v": v}
    if amsgrad:
        v = new_state["v_max"] = np.maximum(state.get("v_max", 0.0), v)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, new_state


def adamw(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
) -> tuple[np.ndarray, State]:
    r"""Take one step of AdamW: shrink the parameters, then take a step of Adam.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        As in `adam`; None at the first step.
    lr, betas, eps, weight_decay, amsgrad : float, pair of float or bool
        As in `course.optim.AdamW`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        \theta_t = \theta_{t-1} - \eta\lambda\theta_{t-1}
                   - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon)

    The decay :math:`\lambda` never enters the moments. As in torch it is scaled by the learning
    rate; the paper scales it by the schedule's multiplier alone.

    References
    ----------
    Loshchilov, Hutter (2019), Decoupled weight decay regularization, algorithm 2.

    Examples
    --------
    >>> theta, state = adamw(np.array([1.0]), np.array([2.0]), lr=0.1, weight_decay=0.5)
    >>> theta.round(6)
    array([0.85])
    """
    theta = theta - lr * weight_decay * theta
    return adam(theta, g, state, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad)


def nadam(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum_decay: float = 4e-3,
    decoupled_weight_decay: bool = False,
) -> tuple[np.ndarray, State]:
    r"""Take one step of NAdam: Adam with Nesterov's look ahead, and a momentum that warms up.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        ``{"t": steps taken, "m": first moment, "v": second moment, "mu_product": product of the
        momenta so far}``; None at the first step.
    lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay
        As in `course.optim.NAdam`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        \mu_t &= \beta_1 \bigl(1 - \tfrac12\, 0.96^{t\psi}\bigr) \\
        \hat m_t &= \frac{\mu_{t+1} m_t}{1 - \prod_{i=1}^{t+1}\mu_i}
                    + \frac{(1 - \mu_t) g_t}{1 - \prod_{i=1}^{t}\mu_i} \\
        \theta_t &= \theta_{t-1} - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon)

    with the momentum decay :math:`\psi`, and :math:`m_t`, :math:`\hat v_t` as in `adam`. torch
    keeps the product of momenta in float32; ours is a Python float.

    References
    ----------
    Dozat (2016), Incorporating Nesterov momentum into Adam, algorithm 2.

    Examples
    --------
    >>> theta, state = nadam(np.array([1.0]), np.array([2.0]), lr=0.1)
    >>> theta.round(4)
    array([0.8944])
    """
    if state is None:
        state = {"t": 0, "m": 0.0, "v": 0.0, "mu_product": 1.0}
    if weight_decay and decoupled_weight_decay:
        theta = theta - lr * weight_decay * theta
    elif weight_decay:
        g = g + weight_decay * theta
    beta1, beta2 = betas
    t = state["t"] + 1
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = state["mu_product"] * mu
    m = beta1 * state["m"] + (1 - beta1) * g
    v = beta2 * state["v"] + (1 - beta2) * g**2
    m_hat = mu_next / (1 - mu_product * mu_next) * m + (1 - mu) / (1 - mu_product) * g
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, {"t": t, "m": m, "v": v, "mu_product": mu_product}
