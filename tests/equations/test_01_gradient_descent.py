"""Every displayed equation of the chapter on gradient descent, obeyed by the code.

Sums are written out here as loops over examples or units, or known from a closed form, where the
code of the course multiplies matrices.
"""

import math

import numpy as np
import pytest

from course import gradcheck, landscapes, losses, nn, optim, train

RNG = np.random.default_rng(7)
X, Y = RNG.standard_normal((12, 1)), RNG.standard_normal((12, 1))
W, B = 0.7, -0.4
ERRORS = [W * float(x) + B - float(y) for x, y in zip(X[:, 0], Y[:, 0], strict=True)]


def line():
    """Return the line w x + b as a module."""
    model = nn.Linear(1, 1)
    model.load_state_dict({"weight": [[W]], "bias": [B]})
    return model


def line_gradients(X=X, Y=Y):
    """Return the loss of that line, and its gradients by w and b."""
    model, criterion = line(), losses.MSELoss()
    loss = criterion(model(X), Y)
    model.backward(criterion.backward())
    return loss, model.weight.grad.item(), model.bias.grad.item()


def bowl_steps(lr, kappa, steps):
    """Return the path of gradient descent in a bowl of four curvatures from 1 to kappa."""
    bowl = landscapes.quadratic(kappa, dimension=4)
    return landscapes.trajectory(bowl, lambda params: optim.SGD(params, lr=lr), steps=steps)


def test_eq_mse():
    assert line_gradients()[0] == pytest.approx(sum(e**2 for e in ERRORS) / len(ERRORS), rel=1e-12)


def test_eq_line_gradient():
    _, dw, db = line_gradients()
    by_w = 2 / 12 * sum(e * float(x) for e, x in zip(ERRORS, X[:, 0], strict=True))
    assert dw == pytest.approx(by_w, rel=1e-12)
    assert db == pytest.approx(2 / 12 * sum(ERRORS), rel=1e-12)


def test_eq_step():
    theta, g = RNG.standard_normal(5), RNG.standard_normal(5)
    expected = [theta[i] - 0.3 * g[i] for i in range(5)]
    assert np.allclose(optim.sgd(theta, g, lr=0.3)[0], expected, rtol=1e-14)
    parameter = nn.Parameter(theta.copy())
    parameter.grad = g
    optim.SGD([parameter], lr=0.3).step()
    assert np.allclose(parameter.data, expected, rtol=1e-14)


def test_eq_first_order():
    # What the plane leaves over falls with the square of the step.
    valley, theta = landscapes.rosenbrock(), np.array([-1.2, 1.0])
    g = valley.gradient(theta)
    rest = []
    for lr in (1e-5, 0.5e-5):
        new, _ = optim.sgd(theta, g, lr=lr)
        rest.append(valley.value(new) - (valley.value(theta) - lr * g @ g))
        assert valley.value(new) < valley.value(theta)
    assert rest[0] / rest[1] == pytest.approx(4, rel=0.02)


def test_eq_contraction():
    path = bowl_steps(lr=0.03, kappa=50, steps=40)
    curvatures = [50 ** (i / 3) for i in range(4)]
    expected = [[(1 - 0.03 * c) ** t for c in curvatures] for t in range(41)]
    assert np.allclose(path, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kappa", [3, 40, 700])
def test_eq_stable(kappa):
    for factor, arrives in ((0.5, True), (1.99, True), (2.01, False), (3, False)):
        path = bowl_steps(lr=factor / kappa, kappa=kappa, steps=500)
        steepest = np.abs(path[:, -1])
        assert (steepest[-1] < steepest[0]) == arrives


@pytest.mark.parametrize("kappa", [3, 40, 700])
def test_eq_best_rate(kappa):
    def factor(lr):
        """Return by what the slowest of all directions shrinks in one step."""
        first, second = np.abs(bowl_steps(lr, kappa, steps=1))
        return np.max(second / first)

    best = 2 / (1 + kappa)
    assert factor(best) == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-9)
    assert all(factor(best * c) > factor(best) for c in (0.5, 0.99, 1.01, 1.5))


def small_network():
    """Return weights as the chapter writes them, and the network as the course holds it."""
    W1, b1 = RNG.standard_normal((2, 2)), RNG.standard_normal(2)
    W2, b2 = RNG.standard_normal((2, 1)), RNG.standard_normal(1)
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    model.load_state_dict(dict(zip(names, (W1.T, b1, W2.T, b2), strict=True)))
    return (W1, b1, W2, b2), model


def forward(x, W1, b1, W2, b2):
    """Return z, a, s and p unit by unit."""
    z = [sum(x[i] * W1[i, j] for i in range(2)) + b1[j] for j in range(2)]
    a = [max(z_j, 0.0) for z_j in z]
    s = sum(a[j] * W2[j, 0] for j in range(2)) + b2[0]
    return z, a, s, 1 / (1 + math.exp(-s))


def test_eq_network():
    for _ in range(20):
        weights, model = small_network()
        x = RNG.standard_normal(2)
        _, _, s, p = forward(x, *weights)
        output = model(x[np.newaxis])
        assert output.item() == pytest.approx(s, rel=1e-12)
        assert nn.Sigmoid()(output).item() == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_eq_bce(y):
    for s in (-3.0, 0.2, 4.0):
        p = 1 / (1 + math.exp(-s))
        expected = -y * math.log(p) - (1 - y) * math.log(1 - p)
        loss = losses.BCEWithLogitsLoss()(np.array([[s]]), np.array([[y]]))
        assert loss == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_eq_backward(y):
    off = 0
    for _ in range(20):
        weights, model = small_network()
        W2 = weights[2]
        x = RNG.standard_normal(2)
        z, a, _, p = forward(x, *weights)
        ds = p - y
        dz = [ds * W2[j, 0] * (z[j] > 0) for j in range(2)]
        off += sum(z_j <= 0 for z_j in z)

        criterion = losses.BCEWithLogitsLoss()
        criterion(model(x[np.newaxis]), np.array([[y]]))
        model.backward(criterion.backward())
        got = {name: p.grad for name, p in model.named_parameters()}
        assert criterion.backward().item() == pytest.approx(ds, rel=1e-12)
        assert np.allclose(got["2.weight"][0], [a[j] * ds for j in range(2)], rtol=1e-12)
        assert np.allclose(got["2.bias"], [ds], rtol=1e-12)
        expected = [[x[i] * dz[j] for i in range(2)] for j in range(2)]
        assert np.allclose(got["0.weight"], expected, rtol=1e-12)
        assert np.allclose(got["0.bias"], dz, rtol=1e-12)
    assert 5 < off < 35, "units of both kinds are wanted"


def test_eq_central():
    # For a cubic the formula is off by exactly h^2 times the third coefficient: 3.01 at h = 0.1.
    cubic = gradcheck.numerical_gradient(lambda x: float(np.sum(x**3)), np.array([1.0]), h=0.1)
    assert cubic.item() == pytest.approx(3.01, rel=1e-12)
    beale, theta = landscapes.beale(), np.array([1.0, 1.5])
    measured = gradcheck.numerical_gradient(lambda x: float(beale.value(x)), theta)
    assert np.allclose(measured, beale.gradient(theta), rtol=1e-7)


def test_eq_minibatch():
    # The mean over all batches of an epoch is the gradient of all examples.
    full = line_gradients()[1:]
    parts = [
        line_gradients(X[rows], Y[rows])[1:]
        for rows in train.batches(12, 3, np.random.default_rng(0))
    ]
    assert len(parts) == 4
    assert np.allclose(np.mean(parts, axis=0), full, rtol=1e-12)
    assert not np.allclose(parts[0], full, rtol=1e-3)
    # A batch is the mean of its examples.
    single = [line_gradients(X[i : i + 1], Y[i : i + 1])[1:] for i in range(5)]
    assert np.allclose(np.mean(single, axis=0), line_gradients(X[:5], Y[:5])[1:], rtol=1e-12)


def test_eq_noise():
    single = np.array([line_gradients(X[i : i + 1], Y[i : i + 1])[1] for i in range(12)])
    rng = np.random.default_rng(1)
    for size in (4, 25):
        rows = rng.integers(12, size=(400, size))
        draws = [line_gradients(X[r], Y[r])[1] for r in rows]
        assert np.std(draws) == pytest.approx(single.std() / math.sqrt(size), rel=0.1)


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.Tanh, nn.ReLU])
def test_eq_vanishing(activation):
    rng = np.random.default_rng(2)
    layers = [nn.Linear(5, 5, rng=rng), activation(), nn.Linear(5, 5, rng=rng)]
    model = nn.Sequential(*layers)
    x = rng.standard_normal((1, 5))
    behind = rng.standard_normal((1, 5))
    model(x)
    model.backward(behind)
    z = layers[0](x)
    slope = [(f(v + 1e-6) - f(v - 1e-6)) / 2e-6 for f in [activation()] for v in z]
    W = layers[2].weight.data.T
    expected = (behind @ W.T) * slope
    # With a single example, the gradient of a bias is the gradient at z.
    assert np.allclose(layers[0].bias.grad, expected[0], rtol=1e-7, atol=1e-10)


def test_eq_sigmoid_slope():
    z = np.linspace(-8, 8, 161)
    sigmoid = nn.Sigmoid()
    s = sigmoid(z)
    slope = sigmoid.backward(np.ones_like(z))
    assert np.allclose(slope, s * (1 - s), rtol=1e-12)
    measured = (sigmoid(z + 1e-6) - sigmoid(z - 1e-6)) / 2e-6
    assert np.allclose(slope, measured, rtol=1e-5)
    assert slope.max() == slope[80] == 0.25
