"""The reference, and batch normalization in the small pieces that misconceptions are made of."""

from __future__ import annotations

import importlib.util

import numpy as np

import course.norm
from autograde.check import Bank
from autograde.exercises.batch_norm import styles


class _TorchBatchNorm1d:
    """torch.nn.BatchNorm1d, sharing its memory with NumPy."""

    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        import torch

        _validate(eps, momentum)
        self.module = torch.nn.BatchNorm1d(
            num_features, eps=eps, momentum=momentum, dtype=torch.float64
        )
        for name in ("weight", "bias", "running_mean", "running_var"):
            setattr(self, name, getattr(self.module, name).detach().numpy())
        self.training = True

    def forward(self, x):
        import torch

        self.module.train(self.training)
        self.x = torch.from_numpy(x).requires_grad_()
        self.output = self.module(self.x)
        return self.output.detach().numpy()

    def backward(self, grad_output):
        import torch

        self.module.zero_grad()
        self.output.backward(torch.from_numpy(grad_output))
        self.weight_grad = self.module.weight.grad.numpy()
        self.bias_grad = self.module.bias.grad.numpy()
        return self.x.grad.numpy()


class _CourseBatchNorm1d(course.norm.BatchNorm1d):
    """The course's own layer, whose parameters are plain arrays here."""

    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)
        self.parameter = {"weight": self.weight, "bias": self.bias}
        self.weight, self.bias = self.weight.data, self.bias.data

    def forward(self, x):
        self._lend()
        output = super().forward(x)
        self._take_back()
        return output

    def backward(self, grad_output):
        self._lend()
        self.zero_grad()
        grad = super().backward(grad_output)
        self.weight_grad, self.bias_grad = self.weight.grad, self.bias.grad
        self._take_back()
        return grad

    def _lend(self):
        self.weight, self.bias = self.parameter["weight"], self.parameter["bias"]

    def _take_back(self):
        self.weight, self.bias = self.weight.data, self.bias.data


def _validate(eps, momentum):
    if not eps >= 0:
        raise ValueError(f"eps must be >= 0, got {eps}")
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum must be in [0, 1], got {momentum}")


_with_torch = importlib.util.find_spec("torch") is not None
batch_norm = Bank(_TorchBatchNorm1d if _with_torch else _CourseBatchNorm1d, styles=styles.STYLES)


class Plain:
    """Batch normalization in small pieces; a misconception changes one of them."""

    def __init__(self, num_features, *, eps=1e-5, momentum=0.1):
        self.validate(eps, momentum)
        self.eps, self.momentum, self.training = eps, momentum, True
        self.weight, self.bias = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def validate(self, eps, momentum):
        _validate(eps, momentum)

    def forward(self, x):
        self.differentiated = self.training
        if self.training:
            self.require(x)
            mean, var = self.statistics(x)
            self.track(x, *self.unbiased(x, mean, var))
        else:
            mean, var = self.stored(x)
        self.inverse = self.inverse_root(var)
        self.x_hat = (x - mean) * self.inverse
        return self.scaled(self.x_hat)

    def require(self, x):
        if len(x) < 2:
            raise ValueError(f"a batch of {len(x)} has no variance")

    def statistics(self, x):
        return x.mean(axis=0), x.var(axis=0)

    def unbiased(self, x, mean, var):
        return mean, var * (len(x) / (len(x) - 1)) if len(x) > 1 else var

    def track(self, x, mean, var):
        self.running_mean = self.moved(self.running_mean, mean)
        self.running_var = self.moved(self.running_var, var)

    def moved(self, old, new):
        return (1 - self.momentum) * old + self.momentum * new

    def stored(self, x):
        return self.running_mean, self.running_var

    def inverse_root(self, var):
        return 1 / np.sqrt(var + self.eps)

    def scaled(self, x_hat):
        return self.weight * x_hat + self.bias

    def backward(self, grad_output):
        self.weight_grad, self.bias_grad = self.of_parameters(grad_output)
        grad = grad_output * self.weight
        if self.differentiated:
            grad = self.through_statistics(grad)
        return grad * self.inverse

    def of_parameters(self, g):
        return (g * self.x_hat).sum(axis=0), g.sum(axis=0)

    def through_statistics(self, g):
        return g - self.through_mean(g) - self.through_variance(g)

    def through_mean(self, g):
        return g.mean(axis=0)

    def through_variance(self, g):
        return self.x_hat * (g * self.x_hat).mean(axis=0)
