"""Adam and its kin, with torch's names, arguments and defaults; found in `course.optim`."""

from collections.abc import Iterable
from typing import Any

from course import rules
from course.in_place import adam_in_place
from course.optimizer import Optimizer

__all__ = ["Adam", "AdamW", "NAdam"]


class Adam(Optimizer):
    """Adam: momentum over a running root mean square, both corrected for their start at zero.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate; about the length of a step in every entry.
    betas : pair of float
        How much of the last first and second moment is kept.
    eps : float
        Added to the root of the corrected second moment.
    weight_decay : float
        Strength of the L2 penalty, which passes through the moments (`AdamW` decouples it).
    amsgrad : bool
        Divide by the largest second moment so far.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``; ``betas must be two numbers in [0, 1), got (0.9, 1)``.

    See Also
    --------
    course.rules.adam : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = Adam([w], lr=0.1)
    >>> w.grad = np.array([2.0])
    >>> optimizer.step()
    >>> w.data.round(6)
    array([0.9])
    """

    rule = staticmethod(rules.adam)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad
        )

    def _update(self, theta: Any, g: Any, state: Any, **options: Any) -> Any:
        if state is None or options["amsgrad"] or options["weight_decay"]:
            return super()._update(theta, g, state, **options)
        lr, betas, eps = options["lr"], options["betas"], options["eps"]
        return adam_in_place(theta, g, state, lr=lr, betas=betas, eps=eps)


class AdamW(Optimizer):
    """AdamW: Adam whose weight decay shrinks the parameters directly, past the moments.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate.
    betas : pair of float
        How much of the last first and second moment is kept.
    eps : float
        Added to the root of the corrected second moment.
    weight_decay : float
        A step first multiplies the parameters by ``1 - lr * weight_decay``.
    amsgrad : bool
        Divide by the largest second moment so far.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``; ``betas must be two numbers in [0, 1), got (0.9, 1)``.

    See Also
    --------
    course.rules.adamw : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> w.grad = np.array([2.0])
    >>> optimizer.step()
    >>> w.data.round(6)
    array([0.85])
    """

    rule = staticmethod(rules.adamw)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad
        )

    def _update(self, theta: Any, g: Any, state: Any, **options: Any) -> Any:
        if state is None or options["amsgrad"]:
            return super()._update(theta, g, state, **options)
        lr, betas, eps = options["lr"], options["betas"], options["eps"]
        decay = options["weight_decay"]
        return adam_in_place(theta, g, state, lr=lr, betas=betas, eps=eps, decay=decay)


class NAdam(Optimizer):
    """NAdam: Adam with Nesterov's look ahead and a momentum that warms up.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
    lr : float
        Learning rate.
    betas : pair of float
        How much of the last first and second moment is kept.
    eps : float
        Added to the root of the corrected second moment.
    weight_decay : float
        Strength of the L2 penalty, or of the decoupled decay.
    momentum_decay : float
        How fast the momentum rises from half of ``betas[0]`` to the whole.
    decoupled_weight_decay : bool
        Decay as AdamW does.

    Raises
    ------
    ValueError
        ``lr must be >= 0, got -1``; ``betas must be two numbers in [0, 1), got (0.9, 1)``.

    See Also
    --------
    course.rules.nadam : The equations and their sources.

    Examples
    --------
    >>> import numpy as np
    >>> from course.nn import Parameter
    >>> w = Parameter(np.array([1.0]))
    >>> optimizer = NAdam([w], lr=0.1)
    >>> w.grad = np.array([2.0])
    >>> optimizer.step()
    >>> w.data.round(4)
    array([0.8944])
    """

    rule = staticmethod(rules.nadam)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )
