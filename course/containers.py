"""Modules made of modules: in a row, or around a shortcut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course.module import Module

__all__ = ["Residual", "Sequential"]


class Sequential(Module):
    """Modules applied one after the other, named ``0``, ``1``, ... as in torch.

    Parameters
    ----------
    *layers : Module

    Examples
    --------
    >>> from course import nn
    >>> model = Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> [name for name, _ in model.named_parameters()]
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *layers: Module) -> None:
        for index, layer in enumerate(layers):
            if not isinstance(layer, Module):
                raise TypeError(f"layers must be modules, got {layer!r:.80} at position {index}")
            setattr(self, str(index), layer)

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self.named_children())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, index: int | slice) -> Module:
        layers = list(self)[index]
        return Sequential(*layers) if isinstance(index, slice) else layers

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Apply the layers in order."""
        for layer in self:
            x = layer(x)
        return x

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Go back through the layers in reverse order."""
        for layer in reversed(list(self)):
            grad_output = layer.backward(grad_output)
        return grad_output


class Residual(Module):
    """A block with a shortcut around it: ``x + block(x)``.

    Parameters
    ----------
    block : Module
        Its output has the shape of its input.

    References
    ----------
    He, Zhang, Ren & Sun (2016), Deep residual learning for image recognition, eq. 1.

    Examples
    --------
    >>> from course import nn
    >>> Residual(nn.ReLU())(np.array([-1.0, 2.0]))
    array([-1.,  4.])
    """

    def __init__(self, block: Module) -> None:
        if not isinstance(block, Module):
            raise TypeError(f"block must be a module, got {block!r:.80}")
        self.block = block

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``x + block(x)``."""
        change = self.block(x)
        if change.shape != x.shape:
            raise ValueError(f"block must keep the shape {x.shape}, got {change.shape}")
        return x + change

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return ``grad_output`` plus the gradient through the block."""
        return grad_output + self.block.backward(grad_output)
