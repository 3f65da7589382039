"""The module system: parameters, and modules that find and name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from course._checks import check_array

__all__ = ["Module", "Parameter"]


class Parameter:
    """An array that an optimizer may change, and its gradient.

    Parameters
    ----------
    data : array_like
        Floating-point values. An ndarray is used as it is, not copied.

    Attributes
    ----------
    data : ndarray
    grad : ndarray of the shape of `data`, or None before the first backward pass

    Raises
    ------
    TypeError
        If the data are not floating point: ``data must be floating point, got int64``.

    Examples
    --------
    >>> p = Parameter([1.0, 2.0])
    >>> p.accumulate(np.array([0.5, 0.5]))
    >>> p.accumulate(np.array([0.5, 0.5]))
    >>> p
    Parameter(array([1., 2.]), grad=array([1., 1.]))
    """

    def __init__(self, data: np.ndarray) -> None:
        self.data = np.asarray(data)
        self.grad: np.ndarray | None = None
        if not np.issubdtype(self.data.dtype, np.floating):
            raise TypeError(f"data must be floating point, got {self.data.dtype}")

    def accumulate(self, grad: np.ndarray) -> None:
        """Add to the gradient. The first one is kept itself, so pass an array of your own."""
        if self.grad is None:
            self.grad = grad
        else:
            self.grad += grad

    def __repr__(self) -> str:
        return f"Parameter({self.data!r}, grad={self.grad!r})"


class Module:
    """A differentiable function with parameters: the base class of every layer.

    A subclass writes `forward` and `backward`. Every `Parameter` and every `Module` that is an
    attribute is found by itself and named after the attribute, as in torch; so are the arrays
    named in the class attribute `buffers`, which belong to the state but are not trained.

    Attributes
    ----------
    training : bool
        Whether the module behaves as in training (dropout drops, batch norm uses the batch).
    buffers : tuple of str
        Names of the attributes that `state_dict` saves beside the parameters.

    Notes
    -----
    `forward` saves what `backward` needs, so `backward` belongs to the latest `forward`, and a
    module stands at one place in a network only. torch, which records a graph, has no such limit.

    Examples
    --------
    >>> class Scale(Module):
    ...     def __init__(self, factor):
    ...         self.factor = Parameter(factor)
    ...     def forward(self, x):
    ...         output = self.factor.data * x
    ...         self.save_for_backward(output, x)
    ...         return output
    ...     def backward(self, grad_output):
    ...         (x,) = self.saved(grad_output)
    ...         self.factor.accumulate(np.sum(grad_output * x))
    ...         return self.factor.data * grad_output
    >>> scale = Scale(3.0)
    >>> scale(np.array([1.0, 2.0]))
    array([3., 6.])
    >>> scale.backward(np.array([1.0, 1.0])), float(scale.factor.grad)
    (array([3., 3.]), 3.0)
    """

    training: bool = True
    buffers: tuple[str, ...] = ()
    _saved: tuple | None = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for the batch x."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Accumulate the gradients of the parameters and return the gradient of the input.

        Parameters
        ----------
        grad_output : ndarray
            Gradient of the loss with respect to the latest output, of its shape and dtype.

        Returns
        -------
        ndarray of the shape of the latest input
        """
        raise NotImplementedError(f"{type(self).__name__} does not define backward")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return ``forward(x)``."""
        return self.forward(x)

    def save_for_backward(self, output: np.ndarray, *values: object) -> None:
        """Keep `values` for `backward`, which `output` is the output to."""
        self._saved = (output.shape, output.dtype, values)

    def saved(self, grad_output: np.ndarray) -> tuple:
        """Return the saved values, once `grad_output` is known to fit the latest output.

        Raises
        ------
        RuntimeError
            ``Linear.backward was called before forward``
        TypeError, ValueError
            ``grad_output must have shape (2, 3), got (2,)``
        """
        if self._saved is None:
            raise RuntimeError(f"{type(self).__name__}.backward was called before forward")
        shape, dtype, values = self._saved
        check_array(grad_output, "grad_output", dtype=dtype, shape=shape)
        return values

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the names and modules that are attributes of this one."""
        return ((name, v) for name, v in vars(self).items() if isinstance(v, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield this module and all below it, with names such as ``0.inner``; each once."""
        seen = set()
        stack = [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            children = [(_join(name, child), m) for child, m in module.named_children()]
            stack.extend(reversed(children))

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield the names and parameters of this module and all below it; each once."""
        seen = set()
        for prefix, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Parameter) and id(value) not in seen:
                    seen.add(id(value))
                    yield _join(prefix, name), value

    def parameters(self) -> list[Parameter]:
        """Return the parameters of this module and all below it."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget all gradients: set them to None."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> Module:
        """Switch this module and all below it to training (or, with False, to evaluation)."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """Switch this module and all below it to evaluation."""
        return self.train(False)

    def _state(self) -> dict[str, np.ndarray]:
        """Return the live arrays of the state by name: parameters, then buffers, as in torch."""
        arrays = {}
        for prefix, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Parameter):
                    arrays[_join(prefix, name)] = value.data
            for name in module.buffers:
                arrays[_join(prefix, name)] = getattr(module, name)
        return arrays

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return copies of all parameters and buffers, under the names that torch gives them."""
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state_dict: Mapping[str, np.ndarray]) -> None:
        """Copy the arrays of `state_dict` into the parameters and buffers, in place.

        Raises
        ------
        KeyError
            If names are missing or unexpected: ``missing ['bias'], unexpected ['b']``.
        ValueError
            If a shape differs: ``weight must have shape (3, 4), got (4, 3)``.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"state_dict must be a dict of arrays, got {state_dict!r:.80}")
        state = self._state()
        missing = [name for name in state if name not in state_dict]
        unexpected = [name for name in state_dict if name not in state]
        if missing or unexpected:
            raise KeyError(f"state_dict does not fit: missing {missing}, unexpected {unexpected}")
        for name, array in state.items():
            shape = np.shape(state_dict[name])
            if shape != array.shape:
                raise ValueError(f"{name} must have shape {array.shape}, got {shape}")
        for name, array in state.items():
            array[...] = state_dict[name]


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
