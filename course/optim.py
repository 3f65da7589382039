"""The optimizers of the course, with torch's names, arguments and defaults.

Each binds parameters to a pure rule of `course.rules`, which says what happens to one of them.
Rules, optimizers and clipping are all found under this one name.
"""

from collections.abc import Iterable
from typing import Any

from course import rules
from course.adam_family import Adam, AdamW, NAdam
from course.clip import clip_grad_norm, clip_grad_value
from course.in_place import sgd_in_place
from course.optimizer import Optimizer
from course.rules import adagrad, adam, adamw, nadam, rmsprop, sgd

__all__ = [
    "Adagrad",
    "Adam",
    "AdamW",
    "NAdam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "adagrad",
    "adam",
    "adamw",
    "clip_grad_norm",
    "clip_grad_value",
    "nadam",
    "rmsprop",
    "sgd",
]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum, dampening, Nesterov's variant and weight decay.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate.
    momentum : float
        How much of the last velocity is kept, 0 for none.
    dampening : float
        How much of each gradient is held back from the velocity, except for the first.
    nesterov : bool
        Look one step ahead; needs momentum and no dampening.
    weight_decay : float
        Strength of the L2 penalty ``weight_decay / 2 * sum(theta**2)``.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``;
        ``nesterov needs momentum > 0 and dampening == 0, got 0 and 0``.

    See Also
    --------
    course.rules.sgd : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = SGD([w], lr=0.1)
    >>> w.grad = np.array([2.0])
    >>> optimizer.step()
    >>> w.data
    array([0.8])
    """

    rule = staticmethod(rules.sgd)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        *,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            nesterov=nesterov,
            weight_decay=weight_decay,
        )
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                "nesterov needs momentum > 0 and dampening == 0, "
                f"got {momentum:g} and {dampening:g}"
            )

    def _update(self, theta: Any, g: Any, state: Any, **options: Any) -> Any:
        lr, momentum = options["lr"], options["momentum"]
        if options["dampening"] or options["nesterov"] or options["weight_decay"]:
            return super()._update(theta, g, state, **options)
        if state if momentum else state == {}:
            return sgd_in_place(theta, g, state, lr=lr, momentum=momentum)
        return super()._update(theta, g, state, **options)


class Adagrad(Optimizer):
    """AdaGrad: every entry has its own rate, which shrinks with the gradients it has seen.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate.
    lr_decay : float
        The rate of step t (from 1) is ``lr / (1 + (t - 1) * lr_decay)``.
    weight_decay : float
        Strength of the L2 penalty.
    initial_accumulator_value : float
        What the sum of squared gradients starts from.
    eps : float
        Added to the root of that sum.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``.

    See Also
    --------
    course.rules.adagrad : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = Adagrad([w], lr=0.1)
    >>> w.grad = np.array([2.0])
    >>> optimizer.step()
    >>> w.data.round(6)
    array([0.9])
    """

    rule = staticmethod(rules.adagrad)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        *,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )


class RMSprop(Optimizer):
    """RMSprop: divide the gradient by a running root of its mean square.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate.
    alpha : float
        How much of the last mean square is kept.
    eps : float
        Added to the root.
    weight_decay : float
        Strength of the L2 penalty.
    momentum : float
        How much of the last update is kept, 0 for none.
    centered : bool
        Divide by an estimate of the standard deviation instead.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``.

    See Also
    --------
    course.rules.rmsprop : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = RMSprop([w], lr=0.1)
    >>> w.grad = np.array([4.0])
    >>> optimizer.step()
    >>> w.data.round(6)
    array([0.])
    """

    rule = staticmethod(rules.rmsprop)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )
