"""What all optimizers share: binding parameters, stepping block by block, saving and loading."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

__all__ = ["Optimizer", "apply_in_blocks"]

BLOCK_BYTES = 64 * 1024


def apply_in_blocks(
    rule: Callable[..., tuple[np.ndarray, dict[str, Any]]],
    theta: np.ndarray,
    g: np.ndarray,
    state: dict[str, Any] | None,
    **options: Any,
) -> dict[str, Any]:
    """Apply an elementwise rule to `theta` and its state in place, a cache-sized block at a time.

    A rule makes a dozen passes over its arrays. Were each pass to run over the whole of a large
    parameter, every one would wait for the memory; within a block, all but the first find their
    numbers in the cache. The result is the same to the bit.

    Parameters
    ----------
    rule : callable
        One of `course.rules`.
    theta : ndarray of shape (...)
        Written to.
    g : ndarray of shape (...)
        Gradient, of the shape and dtype of `theta`.
    state : dict or None
        What the last step returned; None before the first. Its arrays are written to. A step that
        brings new arrays into the state, such as the first, takes the parameter whole.
    **options
        The keyword arguments of the rule.

    Returns
    -------
    dict
        The new state, with the arrays of the old one.
    """
    if state is not None:
        names = [name for name, entry in state.items() if isinstance(entry, np.ndarray)]
        arrays = [state[name] for name in names]
        new_state = state
        for theta_block, g_block, *state_blocks in _blocks(theta, g, arrays):
            old_state = state | dict(zip(names, state_blocks, strict=True))
            new_theta, new_state = rule(theta_block, g_block, old_state, **options)
            if new_state.keys() != state.keys():
                break
            theta_block[...] = new_theta
            for name, block in zip(names, state_blocks, strict=True):
                block[...] = new_state[name]
        else:
            return new_state | dict(zip(names, arrays, strict=True))
    theta[...], state = rule(theta, g, state, **options)
    return {k: np.asarray(s) if isinstance(s, np.generic) else s for k, s in state.items()}


def _blocks(theta: np.ndarray, g: np.ndarray, arrays: list[np.ndarray]) -> Iterator[Any]:
    """Yield the arrays in corresponding, one-dimensional, writable parts of BLOCK_BYTES."""
    with np.nditer(
        [theta, g, *arrays],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[["readwrite"], ["readonly"], *[["readwrite"]] * len(arrays)],
        buffersize=max(1, BLOCK_BYTES // theta.itemsize),
    ) as blocks:
        yield from blocks


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
            ``grad must have the shape (3, 2) of its parameter, got (2, 3)``.
        """
        # A NumPy scalar as rate would turn float32 parameters into float64 on the way.
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
    params = list(params)
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
    if isinstance(value, bool):
        return value
    if name == "betas":
        if len(value) != 2 or not all(0 <= beta < 1 for beta in value):
            raise ValueError(f"betas must be two numbers in [0, 1), got {value}")
        return tuple(float(beta) for beta in value)
    # Written so that NaN, which compares false with everything, is refused as well.
    if not value >= 0 and name != "dampening" or value != value:
        raise ValueError(f"{name} must be >= 0, got {value}")
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
