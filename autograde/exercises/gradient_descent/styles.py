"""Right answers in other styles than the reference: none of them may lose a point."""

from __future__ import annotations

import itertools
import math

import numpy as np


def unit_vectors(f, x, h=1e-5):
    """Take rows of the identity as directions, in a comprehension; reshape at the end."""
    x = np.asarray(x, dtype=np.float64)
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + h * e) - f(x - h * e)) / (2.0 * h) for e in directions]).reshape(
        x.shape
    )


def shift_and_take_back(f, x, h=1e-5):
    """Work in x itself where possible, and take every shift back by arithmetic."""
    if x.dtype.kind != "f":
        x = x.astype(float)
    flat, slopes = x.reshape(-1), []
    for i in range(flat.size):
        flat[i] += h
        up = f(x)
        flat[i] -= 2 * h
        down = f(x)
        flat[i] += h
        slopes.append((up - down) / h / 2)
    return np.reshape(slopes, x.shape)


def two_half_slopes(f, x, h=1e-5):
    """Average a forward and a backward slope, over a multi-index iterator."""
    result = np.full(x.shape, np.nan)
    middle = f(x)
    iterator = np.nditer(x, flags=["multi_index"])
    while not iterator.finished:
        forth, back = 1.0 * x, 1.0 * x
        forth[iterator.multi_index] += h
        back[iterator.multi_index] -= h
        result[iterator.multi_index] = ((f(forth) - middle) / h + (middle - f(back)) / h) / 2
        iterator.iternext()
    return result


def remember_and_restore(f, x, h=1e-5):
    """Remember an entry of a float copy and put it back, through ``flat``."""
    x = x + 0.0
    g = x * 0.0
    for k, old in enumerate(x.flat):
        values = []
        for shifted in (old - h, old + h):
            x.flat[k] = shifted
            values.append(float(f(x)))
        x.flat[k] = old
        g.flat[k] = (values[1] - values[0]) / (2 * h)
    return g


def preallocated(gradient, x0, *, lr, steps):
    """Fill a table row by row."""
    path = np.zeros((steps + 1,) + np.shape(x0))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - lr * gradient(path[t])
    return path


def list_of_copies(gradient, x0, *, lr, steps):
    """Change one array in place, keep copies."""
    x = x0.astype(float)
    path = [x.copy()]
    while len(path) <= steps:
        x -= lr * gradient(x)
        path.append(x.copy())
    return np.stack(path)


def recursive(gradient, x0, *, lr, steps):
    """Add one step to a descent that is one step shorter."""
    if steps == 0:
        return np.array([x0], dtype=float)
    before = recursive(gradient, x0, lr=lr, steps=steps - 1)
    last = before[-1]
    return np.concatenate([before, [last + gradient(last) * -lr]])


def accumulated(gradient, x0, *, lr, steps):
    """Let itertools make the points."""
    start = np.array(x0, float)
    points = itertools.accumulate(range(steps), lambda x, _: x - lr * gradient(x), initial=start)
    return np.array(list(points))


def matrices(W1, b1, W2, b2, X, y):
    """Take labels as a column, and the mask as numbers."""
    n = X.shape[0]
    Z = X @ W1 + b1
    A = Z * (Z > 0)
    P = 1.0 / (1.0 + np.exp(-(A @ W2 + b2)))
    D2 = (P - y.reshape(-1, 1)) / n
    D1 = (D2 @ W2.T) * np.where(Z > 0, 1.0, 0.0)
    return X.T @ D1, D1.sum(axis=0), A.T @ D2, D2.sum(axis=0)


def chain_rule(W1, b1, W2, b2, X, y):
    """Spell out every factor of the chain rule; take means at the end; return a list."""
    h = np.maximum(0, X.dot(W1) + b1)
    p = 1 / (1 + np.exp(-(h.dot(W2)[:, 0] + b2[0])))
    dp = -y / p + (1 - y) / (1 - p)
    ds = dp * p * (1 - p)
    dh = np.einsum("i,j->ij", ds, W2[:, 0])
    dh[h <= 0] = 0
    dW1 = np.einsum("ia,ij->aj", X, dh) / len(y)
    dW2 = np.einsum("ij,i->j", h, ds)[:, None] / len(y)
    return [dW1, np.mean(dh, axis=0), dW2, np.array([np.mean(ds)])]


def example_by_example(W1, b1, W2, b2, X, y):
    """Loop over examples and hidden units."""
    totals = [np.zeros(w.shape) for w in (W1, b1, W2, b2)]
    for x, label in zip(X, y, strict=True):
        hidden = [max(0.0, float(x @ W1[:, j] + b1[j])) for j in range(len(b1))]
        logit = sum(a * w for a, w in zip(hidden, W2[:, 0], strict=True)) + b2[0]
        error = 1 / (1 + math.exp(-logit)) - label
        totals[3][0] += error
        for j, a in enumerate(hidden):
            totals[2][j, 0] += error * a
            if a > 0:
                totals[1][j] += error * W2[j, 0]
                totals[0][:, j] += error * W2[j, 0] * x
    return tuple(total / len(X) for total in totals)


class _Layer:
    """A linear layer of the learner's own."""

    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = np.ones(len(grad)) @ grad
        return grad @ self.weight.T


def layers(W1, b1, W2, b2, X, y):
    """Use objects with forward and backward, and a tanh for the sigmoid."""
    first, last = _Layer(W1, b1), _Layer(W2, b2)
    z = first.forward(X)
    logits = last.forward(np.clip(z, 0, None))
    p = (1 + np.tanh(logits / 2)) / 2
    back = last.backward((p - y[:, np.newaxis]) / y.size)
    first.backward(np.heaviside(z, 0) * back)
    return first.dW, first.db, last.dW, last.db


NUMERICAL = {
    "unit vectors": unit_vectors,
    "shifts taken back": shift_and_take_back,
    "the mean of two one-sided slopes": two_half_slopes,
    "entries remembered and restored": remember_and_restore,
}
DESCENT = {
    "a table filled row by row": preallocated,
    "a list of copies": list_of_copies,
    "recursion": recursive,
    "itertools": accumulated,
}
BACKPROP = {
    "matrix products": matrices,
    "the chain rule spelled out": chain_rule,
    "loops over examples": example_by_example,
    "layers as objects": layers,
}
