"""Every displayed equation of the chapter on normalization, obeyed by the code.

Means and variances are written out here as sums over a loop, and gradients as differences: a
mistake would have to be made twice, in two forms.
"""

import numpy as np
import pytest

from course import conventions, norm
from course.gradcheck import numerical_gradient
from course.losses import CrossEntropyLoss
from course.nn import Linear, ReLU, Sequential
from course.norm import BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm
from course.optim import SGD

EPS = 1e-3
RNG = np.random.default_rng(6)
N, D = 7, 3
X = RNG.normal([0.0, 5.0, -2.0], [1.0, 3.0, 0.2], (N, D))
G = RNG.standard_normal((N, D))
GAMMA, BETA = np.array([1.5, -0.7, 2.0]), np.array([0.1, 3.0, -1.0])

MU = sum(X[i] for i in range(N)) / N
VAR = sum((X[i] - MU) ** 2 for i in range(N)) / N
X_HAT = (X - MU) / np.sqrt(VAR + EPS)


def layer_of(x=X, **options):
    """Return a layer with our parameters that has seen x."""
    layer = BatchNorm1d(D, eps=EPS, **options)
    layer.weight.data[...], layer.bias.data[...] = GAMMA, BETA
    return layer, layer(x)


def x_gradient():
    return layer_of()[0].backward(G)


def loss_with(mean=None, var=None):
    """Return the loss as a function of x, with the mean or the variance held constant."""

    def loss(x):
        m = x.mean(axis=0) if mean is None else mean
        v = x.var(axis=0) if var is None else var
        return float(np.sum(G * (GAMMA * (x - m) / np.sqrt(v + EPS) + BETA)))

    return loss


def test_eq_bn_statistics():
    _, centred, mean, var = norm.batch_norm(X, GAMMA, BETA, eps=EPS)
    assert np.allclose(mean, MU, rtol=1e-12)
    assert np.allclose(var, VAR, rtol=1e-12)
    assert np.allclose(centred, X - MU, rtol=1e-12, atol=1e-14)


def test_eq_bn_forward():
    assert np.allclose(layer_of()[1], GAMMA * X_HAT + BETA, rtol=1e-12)


def test_eq_bn_running():
    m = 0.3
    layer, _ = layer_of(momentum=m)
    layer(2 * X)
    sample = [VAR * N / (N - 1), 4 * VAR * N / (N - 1)]
    assert np.allclose(layer.running_mean, (1 - m) * m * MU + m * 2 * MU, rtol=1e-12)
    expected = (1 - m) * ((1 - m) * 1 + m * sample[0]) + m * sample[1]
    assert np.allclose(layer.running_var, expected, rtol=1e-12)


def test_eq_bn_unbiased():
    layer, _ = layer_of(momentum=1.0)
    sums = sum((X[i] - MU) ** 2 for i in range(N))
    assert np.allclose(layer.running_var, sums / (N - 1), rtol=1e-12)
    assert np.allclose(conventions.unbiased_variance(VAR, n=N), sums / (N - 1), rtol=1e-12)


def test_eq_bn_flip():
    old = 0.9
    layer, _ = layer_of(momentum=conventions.flip_batch_norm_momentum(old))
    assert np.allclose(layer.running_mean, old * 0 + (1 - old) * MU, rtol=1e-12)
    assert np.allclose(layer.running_var, old * 1 + (1 - old) * VAR * N / (N - 1), rtol=1e-12)


def test_eq_bn_start():
    # With a batch that never changes, what is missing of its statistics is what is left.
    layer = BatchNorm1d(D, momentum=0.2)
    for t in range(1, 30):
        layer(X)
        unbiased = VAR * N / (N - 1)
        assert np.allclose(1 - layer.running_mean / MU, 0.8**t, rtol=1e-9)
        assert np.allclose((layer.running_var - unbiased) / (1 - unbiased), 0.8**t, rtol=1e-9)


def test_eq_bn_parameters():
    layer, _ = layer_of()
    layer.backward(G)
    assert np.allclose(layer.bias.grad, sum(G[i] for i in range(N)), rtol=1e-12)
    assert np.allclose(layer.weight.grad, sum(G[i] * X_HAT[i] for i in range(N)), rtol=1e-12)


def test_eq_bn_roads():
    # Closing one road at a time, by holding the mean or the variance constant.
    h, s = GAMMA * G, np.sqrt(VAR + EPS)
    direct = h / s
    through_mean = -np.ones((N, 1)) * sum(h[i] for i in range(N)) / N / s
    through_variance = -X_HAT * sum(h[i] * X_HAT[i] for i in range(N)) / N / s
    for open_roads, loss in (
        (direct, loss_with(mean=MU, var=VAR)),
        (direct + through_mean, loss_with(var=VAR)),
        (direct + through_variance, loss_with(mean=MU)),
    ):
        assert np.allclose(numerical_gradient(loss, X), open_roads, rtol=1e-6, atol=1e-7)
    assert np.allclose(x_gradient(), direct + through_mean + through_variance, rtol=1e-10)


def test_eq_bn_backward():
    expected = numerical_gradient(loss_with(), X)
    assert np.allclose(x_gradient(), expected, rtol=1e-6, atol=1e-7)


def test_eq_bn_orthogonal():
    layer = BatchNorm1d(D, eps=0.0)
    x_hat = layer(X)
    x_grad = layer.backward(G)
    assert np.allclose(x_grad.sum(axis=0), 0, atol=1e-12)
    assert np.allclose((x_hat * x_grad).sum(axis=0), 0, atol=1e-12)
    assert np.abs(x_grad).max() > 0.1


@pytest.mark.parametrize(
    ("layer", "sets"),
    [
        (BatchNorm2d(4, eps=EPS), [np.s_[:, c] for c in range(4)]),
        (LayerNorm((4, 2, 3), eps=EPS), [np.s_[n] for n in range(3)]),
        (InstanceNorm2d(4, eps=EPS), [np.s_[n, c] for n in range(3) for c in range(4)]),
        (GroupNorm(2, 4, eps=EPS), [np.s_[n, c : c + 2] for n in range(3) for c in (0, 2)]),
    ],
    ids=["batch", "layer", "instance", "group"],
)
def test_eq_norm_sets(layer, sets):
    x = np.random.default_rng(0).normal(3, 2, (3, 4, 2, 3))
    expected = np.full_like(x, np.nan)
    for s in sets:
        expected[s] = (x[s] - x[s].mean()) / np.sqrt(x[s].var() + EPS)
    assert np.allclose(layer(x), expected, rtol=1e-10)


def normalized_network(scale=1.0):
    rng = np.random.default_rng(1)
    model = Sequential(
        Linear(5, 8, rng=rng), BatchNorm1d(8, eps=0.0), ReLU(), Linear(8, 3, rng=rng)
    )
    model[0].weight.data *= scale
    return model


def loss_and_gradient(model):
    rng = np.random.default_rng(2)
    criterion = CrossEntropyLoss()
    model.zero_grad()
    loss = criterion(model(rng.standard_normal((32, 5))), rng.integers(3, size=32))
    model.backward(criterion.backward())
    return loss, model[0].weight.grad


@pytest.mark.parametrize("alpha", [0.1, 1000.0])
def test_eq_scale_invariance(alpha):
    model = normalized_network()
    loss, g = loss_and_gradient(model)
    scaled_loss, scaled_g = loss_and_gradient(normalized_network(alpha))
    assert scaled_loss == pytest.approx(loss, rel=1e-10)
    assert np.allclose(scaled_g, g / alpha, rtol=1e-7, atol=1e-12 / alpha)
    assert np.sum(model[0].weight.data * g) == pytest.approx(0, abs=1e-12)
    assert np.abs(g).max() > 1e-3


def test_eq_scale_free_rate():
    # Equal effective rates give equal directions, step after step; equal rates do not.
    def direction(scale, lr):
        model = normalized_network(scale)
        optimizer = SGD([model[0].weight], lr=lr)
        for _ in range(10):
            loss_and_gradient(model)
            optimizer.step()
        weight = model[0].weight.data
        return weight / np.linalg.norm(weight)

    assert np.allclose(direction(10.0, 50.0), direction(1.0, 0.5), rtol=1e-7)
    assert not np.allclose(direction(10.0, 0.5), direction(1.0, 0.5), rtol=1e-2)
