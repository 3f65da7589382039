"""What all optimizers share: binding parameters, checking them, stepping, saving and loading."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from course._parts import check_state, checked_list
from course._ranges import check_at_least_zero, check_number
from course.in_place import apply_in_blocks

__all__ = ["Optimizer"]


class Optimizer:
    """Bind parameters to an update rule of `course.rules`; the base of all optimizers.

    A subclass names its `rule` and passes its hyperparameters on, which become attributes and the
    keyword arguments of the rule. They are read at every step, so that a schedule may set them.

    Parameters
    ----------
    params : iterable of course.nn.Parameter
        Objects with `data`, a floating-point ndarray, and `grad`, an ndarray of that shape or None.
    **hyperparameters
        The keyword arguments of the rule.

    Attributes
    ----------
    params : list
    state : list of dict or None
        The state of each parameter; None before its first step.
    lr : float

    Raises
    ------
    ValueError
        If there are no parameters, one appears twice, one is not of floating-point numbers, or a
        hyperparameter is out of range (``lr must be >= 0, got -1``).
    TypeError
        If `params` does not hold parameters.
    """

    rule: Callable[..., tuple[np.ndarray, dict[str, Any]]]
    lr: float

    def __init__(self, params: Iterable[Any], **hyperparameters: Any) -> None:
        self.params = _checked_params(params)
        self.state: list[dict[str, Any] | None] = [None] * len(self.params)
        self._names = tuple(hyperparameters)
        for name, value in hyperparameters.items():
            setattr(self, name, _checked(name, value))

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The keyword arguments of the rule, as they stand now."""
        return {name: getattr(self, name) for name in self._names}

    def step(self) -> None:
        """Update every parameter that has a gradient, in place.

        Raises
        ------
        ValueError
            ``grad must have the shape (3, 2) of its parameter, got (2, 3)``; or the rate was set to
        what is none: ``lr must be >= 0, got nan``.
        """
        # A NumPy scalar as rate would turn float32 parameters into float64 on the way.
        check_at_least_zero(lr=self.lr)
        options = self.hyperparameters | {"lr": float(self.lr)}
        for i, param in enumerate(self.params):
            if param.grad is not None:
                g = _checked_grad(param)
                self.state[i] = self._update(param.data, g, self.state[i], **options)

    def _update(self, theta: np.ndarray, g: np.ndarray, state: Any, **options: Any) -> Any:
        return apply_in_blocks(type(self).rule, theta, g, state, **options)

    def zero_grad(self) -> None:
        """Forget all gradients: set them to None."""
        for param in self.params:
            param.grad = None

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the hyperparameters and of the state of each parameter.

        Returns
        -------
        dict
            ``{"hyperparameters": {...}, "state": [...]}`` of numbers and arrays.
        """
        copies = [s and {k: _copy(entry) for k, entry in s.items()} for s in self.state]
        return {"hyperparameters": self.hyperparameters, "state": copies}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned; the arrays are copied.

        Parameters
        ----------
        state_dict : dict
            From an optimizer of the same class, for parameters of the same shapes.

        Raises
        ------
        ValueError
            If it is of another class of optimizer, or of other parameters.
        """
        check_state(state_dict, ("hyperparameters", "state"))
        hyperparameters, state = state_dict["hyperparameters"], state_dict["state"]
        if set(hyperparameters) != set(self._names):
            raise ValueError(
                f"state dict must have the hyperparameters {sorted(self._names)}, "
                f"got {sorted(hyperparameters)}"
            )
        if len(state) != len(self.params):
            raise ValueError(
                f"state dict must be of {len(self.params)} parameters, got {len(state)}"
            )
        loaded = [
            entry and {k: _loaded(k, value, param.data) for k, value in entry.items()}
            for entry, param in zip(state, self.params, strict=True)
        ]
        for name, value in hyperparameters.items():
            setattr(self, name, _checked(name, value))
        self.state = loaded


def _checked_params(params: Iterable[Any]) -> list[Any]:
    params = checked_list("params", params)
    if not params:
        raise ValueError("params must not be empty, got []")
    for param in params:
        if not isinstance(getattr(param, "data", None), np.ndarray) or not hasattr(param, "grad"):
            raise TypeError(
                "params must hold parameters with an array as data and a grad, "
                f"got {type(param).__name__}"
            )
        if param.data.dtype.kind != "f":
            raise ValueError(f"parameters must be of floating point, got {param.data.dtype}")
    if len({id(param) for param in params}) < len(params):
        raise ValueError("params must be distinct, got one of them twice")
    return params


def _checked(name: str, value: Any) -> Any:
    """Return a hyperparameter in plain Python numbers, if it is in its range."""
    if name == "betas":
        pair = value if isinstance(value, tuple | list) else ()
        check_number(**{f"betas[{i}]": beta for i, beta in enumerate(pair)})
        if len(pair) != 2 or not all(0 <= beta < 1 for beta in pair):
            raise ValueError(f"betas must be two numbers in [0, 1), got {value!r:.80}")
        return tuple(float(beta) for beta in value)
    if isinstance(value, bool):
        return value
    check_at_least_zero(**{name: value})
    return float(value)


def _checked_grad(param: Any) -> np.ndarray:
    g = np.asarray(param.grad)
    if g.shape != param.data.shape:
        raise ValueError(
            f"grad must have the shape {param.data.shape} of its parameter, got {g.shape}"
        )
    if g.dtype.kind not in "fiu":
        raise ValueError(f"grad must be of real numbers, got {g.dtype}")
    return g.astype(param.data.dtype, copy=False)


def _copy(entry: Any) -> Any:
    return entry.copy() if isinstance(entry, np.ndarray) else entry


def _loaded(name: str, value: Any, data: np.ndarray) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.shape != data.shape:
        raise ValueError(f"state {name!r} must have the shape {data.shape}, got {value.shape}")
    return value.astype(data.dtype)
