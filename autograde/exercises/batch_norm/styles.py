"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


class StepByStep:
    """Keep every intermediate result and send the gradient back through each, one by one."""

    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        if eps < 0 or momentum < 0 or momentum > 1:
            raise ValueError("eps or momentum")
        self.eps, self.momentum = eps, momentum
        self.weight = np.ones(num_features)
        self.bias = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True
        self.cache = {}

    def forward(self, x):
        n = x.shape[0]
        c = self.cache = {"training": self.training}
        if self.training:
            if n == 1:
                raise ValueError("one example only")
            mean = x.sum(axis=0) / n
            c["centred"] = x - mean
            variance = (c["centred"] ** 2).sum(axis=0) / n
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * variance * n / (n - 1)
        else:
            c["centred"] = x - self.running_mean
            variance = self.running_var
        c["root"] = (variance + self.eps) ** 0.5
        c["normalized"] = c["centred"] / c["root"]
        return c["normalized"] * self.weight + self.bias

    def backward(self, grad_output):
        c, n = self.cache, len(grad_output)
        self.bias_grad = grad_output.sum(0)
        self.weight_grad = (grad_output * c["normalized"]).sum(0)
        of_normalized = grad_output * self.weight
        of_centred = of_normalized / c["root"]
        if not c["training"]:
            return of_centred
        of_root = -(of_normalized * c["centred"]).sum(0) / c["root"] ** 2
        of_variance = of_root / (2 * c["root"])
        of_centred = of_centred + of_variance * 2 * c["centred"] / n
        return of_centred - of_centred.sum(0) / n


class FeatureByFeature:
    """`__slots__`, a loop over features, statistics moved by a difference."""

    __slots__ = (
        "_eps",
        "_memory",
        "_past",
        "bias",
        "bias_grad",
        "running_mean",
        "running_var",
        "training",
        "weight",
        "weight_grad",
    )

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        assert num_features > 0
        if not eps >= 0:
            raise ValueError(eps)
        if momentum != np.clip(momentum, 0, 1):
            raise ValueError(momentum)
        self._eps, self._memory, self.training = eps, momentum, True
        self.weight, self.running_var = np.ones((2, num_features))
        self.bias, self.running_mean = np.zeros((2, num_features))

    def forward(self, x):
        if self.training and len(x) < 2:
            raise ValueError("too few examples")
        output, self._past = np.empty_like(x), []
        for k in range(x.shape[1]):
            column = x[:, k]
            center, variance = self.running_mean[k], self.running_var[k]
            if self.training:
                center, variance = np.mean(column), np.var(column)
                self.running_mean[k] += self._memory * (center - self.running_mean[k])
                unbiased = np.var(column, ddof=1)
                self.running_var[k] += self._memory * (unbiased - self.running_var[k])
            scale = 1 / np.sqrt(variance + self._eps)
            normal = (column - center) * scale
            output[:, k] = self.weight[k] * normal + self.bias[k]
            self._past.append((normal, scale, self.training))
        return output

    def backward(self, grad_output):
        n, d = grad_output.shape
        grad = np.empty((n, d))
        self.weight_grad, self.bias_grad = np.empty(d), np.empty(d)
        for k, (normal, scale, training) in enumerate(self._past):
            g = grad_output[:, k]
            self.weight_grad[k], self.bias_grad[k] = g @ normal, np.sum(g)
            if training:
                g = (n * g - self.bias_grad[k] - normal * self.weight_grad[k]) / n
            grad[:, k] = self.weight[k] * scale * g
        return grad


class Transposed:
    """Work on x transposed, by projections, with the two modes in methods of their own."""

    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        if min(eps, momentum, 1 - momentum) < 0:
            raise type("BadOption", (ValueError,), {})(f"{eps=}, {momentum=}")
        self.eps, self.momentum, self.training = eps, momentum, True
        self.weight, self.bias = np.full(num_features, 1.0), np.full(num_features, 0.0)
        self.running_mean, self.running_var = np.array(self.bias), np.array(self.weight)

    def forward(self, x):
        normalize = self.by_batch if self.training else self.by_memory
        self.rows, self.inverse = normalize(x.T)
        self.project = self.training
        return (self.weight[:, None] * self.rows + self.bias[:, None]).T

    def by_batch(self, rows):
        d, n = rows.shape
        if n < 2:
            raise ValueError(f"need 2 examples, got {n}")
        centred = rows @ (np.eye(n) - 1 / n)
        squares = np.einsum("dn,dn->d", centred, centred)
        old, m = 1 - self.momentum, self.momentum
        self.running_mean = old * self.running_mean + m * rows.mean(axis=1)
        self.running_var = old * self.running_var + m * squares / (n - 1)
        inverse = (squares / n + self.eps) ** -0.5
        return centred * inverse[:, None], inverse

    def by_memory(self, rows):
        inverse = (self.running_var + self.eps) ** -0.5
        return (rows - self.running_mean[:, None]) * inverse[:, None], inverse

    def backward(self, grad_output):
        g = grad_output.T
        self.bias_grad = g @ np.ones(g.shape[1])
        self.weight_grad = np.einsum("dn,dn->d", g, self.rows)
        if self.project:
            n = g.shape[1]
            along = self.weight_grad[:, None] * self.rows / n
            g = g @ (np.eye(n) - 1 / n) - along
        return (g * (self.weight * self.inverse)[:, None]).T


@dataclass
class ADataclass:
    """A dataclass that remembers a function for the way back."""

    num_features: int
    eps: float = 1e-5
    momentum: float = 0.1
    training: bool = True
    back: Any = field(default=None, repr=False)

    def __post_init__(self):
        if self.eps < 0:
            raise ValueError("eps")
        if not 0 <= self.momentum <= 1:
            raise ValueError("momentum")
        self.weight, self.bias = np.ones(self.num_features), np.zeros(self.num_features)
        self.running_mean, self.running_var = self.bias.copy(), self.weight.copy()

    def forward(self, x):
        n = len(x)
        if self.training:
            if n <= 1:
                raise ValueError("A single example has no variance")
            mean, var = x.mean(0), x.var(0)
            pairs = [(self.running_mean, mean), (self.running_var, x.var(0, ddof=1))]
            for old, new in pairs:
                np.copyto(old, (1 - self.momentum) * old + self.momentum * new)
        else:
            mean, var = self.running_mean.copy(), self.running_var.copy()
        std = np.sqrt(var + self.eps)
        normal, weight, training = (x - mean) / std, self.weight.copy(), self.training

        def back(g):
            sums = (g * normal).sum(axis=0), g.sum(axis=0)
            inner = n * g - sums[1] - normal * sums[0] if training else n * g
            return weight / (n * std) * inner, *sums

        self.back = back
        return self.weight * normal + self.bias

    def backward(self, grad_output):
        grad, self.weight_grad, self.bias_grad = self.back(grad_output)
        return grad


STYLES = {
    "one step back at a time": StepByStep,
    "a loop over features with slots": FeatureByFeature,
    "projections of the transposed": Transposed,
    "a dataclass with a function for the way back": ADataclass,
}
