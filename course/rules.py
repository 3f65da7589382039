"""The update rules of the course, as pure functions: one arithmetic line per line of the paper.

Every rule has the form ``rule(theta, g, state, *, lr, ...) -> (theta, state)``. It takes the
parameters ``theta``, their gradient ``g`` of the same shape, and the state that the rule returned
at the step before (None at the first step); it returns the new parameters and the new state. What
goes in is never written to. All rules are elementwise, so a rule may be applied to any part of a
parameter on its own, and Python floats keep the arithmetic in the dtype of ``theta``.

The optimizers of `course.optim` apply these rules, or the same arithmetic in place.
"""

import numpy as np

from course.adam_rules import State, adam, adamw, nadam

__all__ = ["adagrad", "adam", "adamw", "nadam", "rmsprop", "sgd"]


def sgd(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, State]:
    r"""Take one step of (stochastic) gradient descent, with momentum if asked for.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        ``{}`` without momentum, else ``{"v": velocity}``; None at the first step.
    lr, momentum, dampening, nesterov, weight_decay : float or bool
        As in `course.optim.SGD`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        v_t = \mu v_{t-1} + (1 - \tau) g_t, \qquad \theta_t = \theta_{t-1} - \eta v_t

    with momentum :math:`\mu` and dampening :math:`\tau`. The velocity is a running *sum* of
    gradients, so a constant gradient moves at the rate :math:`\eta / (1 - \mu)`. As in torch, the
    learning rate stands outside of the velocity and the first velocity is the first gradient,
    undampened. Nesterov's variant steps along :math:`g_t + \mu v_t`. Weight decay adds
    :math:`\lambda\theta_{t-1}`, the gradient of :math:`\lambda\|\theta\|^2 / 2`.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods, eq. 9.
    Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum in
    deep learning, eqs. 1 to 4.

    Examples
    --------
    >>> theta, state = sgd(np.array([1.0]), np.array([2.0]), lr=0.1, momentum=0.9)
    >>> theta, state = sgd(theta, np.array([2.0]), state, lr=0.1, momentum=0.9)
    >>> theta.round(6), state["v"].round(6)
    (array([0.42]), array([3.8]))
    """
    if weight_decay:
        g = g + weight_decay * theta
    if not momentum:
        return theta - lr * g, {}
    v = momentum * state["v"] + (1 - dampening) * g if state else np.array(g)
    theta = theta - lr * (g + momentum * v if nesterov else v)
    return theta, {"v": v}


def adagrad(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 1e-2,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
) -> tuple[np.ndarray, State]:
    r"""Take one step of AdaGrad: each rate shrinks with the squared gradients seen so far.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        ``{"t": steps taken, "G": sum of squared gradients}``; None at the first step.
    lr, lr_decay, weight_decay, initial_accumulator_value, eps : float
        As in `course.optim.Adagrad`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        G_t = G_{t-1} + g_t^2, \qquad
        \theta_t = \theta_{t-1} - \frac{\eta}{1 + (t - 1) d} \frac{g_t}{\sqrt{G_t} + \epsilon}

    The decay :math:`d` is torch's addition to the paper, zero by default.

    References
    ----------
    Duchi, Hazan, Singer (2011), Adaptive subgradient methods for online learning and stochastic
    optimization, JMLR 12, figure 1 (diagonal version).

    Examples
    --------
    >>> theta, state = adagrad(np.array([1.0]), np.array([2.0]), lr=0.1)
    >>> theta.round(6), state["G"]
    (array([0.9]), array([4.]))
    """
    if state is None:
        state = {"t": 0, "G": initial_accumulator_value}
    if weight_decay:
        g = g + weight_decay * theta
    t = state["t"] + 1
    G = state["G"] + g**2
    theta = theta - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(G) + eps)
    return theta, {"t": t, "G": G}


def rmsprop(
    theta: np.ndarray,
    g: np.ndarray,
    state: State | None = None,
    *,
    lr: float = 1e-2,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
) -> tuple[np.ndarray, State]:
    r"""Take one step of RMSprop: divide by a running root mean square of the gradient.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters and their gradient.
    state : dict, optional
        ``{"v": mean of squares}``, with ``"m"`` (mean of gradients) if centered and ``"b"``
        (velocity) if there is momentum; None at the first step.
    lr, alpha, eps, weight_decay, momentum, centered : float or bool
        As in `course.optim.RMSprop`.

    Returns
    -------
    theta : ndarray of shape (...)
    state : dict

    Notes
    -----
    .. math::
        v_t = \alpha v_{t-1} + (1 - \alpha) g_t^2, \qquad
        \theta_t = \theta_{t-1} - \eta \frac{g_t}{\sqrt{v_t} + \epsilon}

    Centered, the root is of :math:`v_t - m_t^2`, an estimate of the variance. Rounding can make it
    negative where the gradient hardly varies; torch then returns NaN, we take zero.

    References
    ----------
    Hinton, Srivastava, Swersky (2012), Neural networks for machine learning, lecture 6e.
    Graves (2013), Generating sequences with recurrent neural networks, eqs. 38 to 45 (centered,
    with momentum; there eps stands inside of the root).

    Examples
    --------
    >>> theta, state = rmsprop(np.array([1.0]), np.array([2.0]), lr=0.1)
    >>> theta.round(6), state["v"].round(6)
    (array([0.]), array([0.04]))
    """
    if state is None:
        state = {"v": 0.0}
    if weight_decay:
        g = g + weight_decay * theta
    v = alpha * state["v"] + (1 - alpha) * g**2
    new_state = {"v": v}
    if centered:
        m = new_state["m"] = alpha * state.get("m", 0.0) + (1 - alpha) * g
        v = np.maximum(v - m**2, 0)
    update = g / (np.sqrt(v) + eps)
    if momentum:
        update = new_state["b"] = momentum * state.get("b", 0.0) + update
    return theta - lr * update, new_state
