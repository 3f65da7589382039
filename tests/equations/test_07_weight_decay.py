"""Every displayed equation of the chapter on weight decay, obeyed by the code.

What the optimizers do is compared with closed forms, minima found by brute force, and numerical
derivatives. The chapter's own proximal step is taken from its cell.
"""

import numpy as np
import prose
import pytest

from course import nn, optim
from course.gradcheck import numerical_gradient
from course.losses import CrossEntropyLoss
from course.norm import BatchNorm1d

RNG = np.random.default_rng(7)
A = RNG.standard_normal((30, 4)) * [0.1, 0.5, 1.0, 2.0]
Y = RNG.standard_normal(30)
HESSIAN, PULL = A.T @ A / 30, A.T @ Y / 30
START = np.array([3.0, -2.0, 0.5, 1.0])
LR, WD = 0.1, 0.3


def loss(w):
    return 0.5 * np.mean((A @ w - Y) ** 2)


def descend(steps, rule=optim.sgd, lr=LR, **options):
    """Return the last of the weights that a rule reaches on `loss`."""
    w, state = START, None
    for _ in range(steps):
        w, state = rule(w, HESSIAN @ w - PULL, state, lr=lr, **options)
    return w


def functions(cell_id):
    """Return the functions that a cell of the chapter defines, after its imports."""
    cells = {c.id: c.source for c in prose.chapter("07-weight-decay").cells}
    blocks = [block for block in cells[cell_id].split("\n\n\n") if block.startswith("def ")]
    namespace = {}
    exec("\n\n".join([cells["imports"], *blocks]), namespace)
    return namespace


def rest(rule, noise, seeds=40, steps=6000, lr=0.02, **options):
    """Return the mean place of rest and its standard error, for a weight that data want at 1."""
    rng = np.random.default_rng(11)
    theta, state, total = np.ones(seeds), None, np.zeros(seeds)
    for t in range(steps):
        g = theta - 1 + noise * rng.standard_normal(seeds)
        theta, state = rule(theta, g, state, lr=lr, **options)
        total += theta * (t >= steps // 3)
    means = total / (steps - steps // 3)
    return means.mean(), means.std(ddof=1) / np.sqrt(seeds)


def test_eq_decay_penalty():
    # The step is one along the gradient of the penalized loss, found by central differences.
    slope = numerical_gradient(lambda w: loss(w) + WD / 2 * np.sum(w**2), START.copy())
    assert np.allclose(descend(1, weight_decay=WD), START - LR * slope, rtol=1e-6)


def test_eq_decay_step():
    g = HESSIAN @ START - PULL
    assert np.allclose(descend(1, weight_decay=WD), (1 - LR * WD) * START - LR * g, rtol=1e-12)


def test_eq_decay_ridge():
    reached = descend(3000, weight_decay=WD)
    assert np.allclose((HESSIAN + WD * np.eye(4)) @ reached, PULL, rtol=0, atol=1e-12)


def test_eq_decay_shrinkage():
    h, directions = np.linalg.eigh(HESSIAN)
    free, held = np.linalg.solve(HESSIAN, PULL), descend(3000, weight_decay=WD)
    assert np.allclose(directions.T @ held, h / (h + WD) * (directions.T @ free), rtol=1e-9)


def test_eq_decay_subgradient():
    # Two useless features (the targets are the third): they never come to rest, nor to zero.
    X = np.eye(3)[np.arange(30) % 3] * np.sqrt(3)
    descend = functions("sparse")["descend"]
    path = descend(X, X[:, 2] + 0.2 * X[:, 0], WD, "L1, subgradient", lr=LR, steps=200)[:, 0]
    before, after = path[:-1], path[1:]
    g = before - [0.2, 0, 1]
    assert np.allclose(after, before - LR * (g + WD * np.sign(before)), rtol=0, atol=1e-12)
    assert np.all(path[50:, 0] != 0)
    assert np.ptp(path[-10:, 0]) > LR * WD / 2
    proximal = descend(X, X[:, 2] + 0.2 * X[:, 0], WD + 0.1, "L1, proximal", lr=LR, steps=200)
    assert np.all(proximal[-1, 0, :2] == 0)
    assert np.allclose(proximal[-1, 0, 2], 1 - WD - 0.1)


@pytest.mark.parametrize("tau", [0.0, 0.4, 1.0])
def test_eq_decay_prox(tau):
    shrink = functions("sparse")["shrink"]
    u = np.linspace(-2, 2, 41)
    grid = np.linspace(-2.5, 2.5, 50_001)
    values = 0.5 * (grid - u[:, np.newaxis]) ** 2 + tau * np.abs(grid)
    assert np.allclose(shrink(u, tau), grid[values.argmin(axis=1)], atol=1e-4)
    assert np.allclose(shrink(u, tau), np.sign(u) * np.maximum(np.abs(u) - tau, 0), atol=1e-15)
    assert np.all(shrink(u, tau)[np.abs(u) < tau] == 0)


def test_eq_decay_adamw():
    gradients = RNG.standard_normal((20, 4)) * [1e-3, 1, 10, 100]
    theta, state = START, None
    for t in range(1, 21):
        weights = np.arange(t, 0, -1) - 1  # how long ago each gradient came
        m = 0.1 * 0.9**weights @ gradients[:t] / (1 - 0.9**t)
        v = 0.001 * 0.999**weights @ gradients[:t] ** 2 / (1 - 0.999**t)
        expected = (1 - LR * WD) * theta - LR * m / (np.sqrt(v) + 1e-8)
        theta, state = optim.adamw(theta, gradients[t - 1], state, lr=LR, weight_decay=WD)
        assert np.allclose(theta, expected, rtol=1e-10)


@pytest.mark.parametrize("rule", [optim.sgd, optim.adam])
@pytest.mark.parametrize("noise", [0.1, 2.0])
def test_eq_decay_rest_l2(rule, noise):
    mean, error = rest(rule, noise, weight_decay=WD)
    assert mean == pytest.approx(1 / (1 + WD), abs=4.5 * error + 0.002)
    assert error < 0.02


@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_eq_decay_rest_adamw(noise):
    # The theory takes the root of v for sigma; the slope itself adds to it, which lowers the place.
    mean, error = rest(optim.adamw, noise, weight_decay=0.1)
    theory = 1 / (1 + 0.1 * noise)
    root = np.sqrt(noise**2 + (1 - theory) ** 2 + 0.02 * noise / 2)
    assert mean == pytest.approx(theory, abs=4.5 * error + 0.01)
    assert mean == pytest.approx(1 / (1 + 0.1 * root), abs=4.5 * error + 0.005)


def test_eq_decay_scaled():
    # With a second moment that hardly changes, AdamW rests at that minimum.
    root_v = np.array([0.5, 2.0])
    state = {"t": 10**12, "m": np.zeros(2), "v": root_v**2}
    theta = np.ones(2)
    for _ in range(4000):
        theta, state = optim.adamw(
            theta, theta - 1, state, lr=0.02, betas=(0.0, 1 - 1e-9), weight_decay=WD
        )
    assert np.allclose(state["v"], root_v**2, rtol=1e-3)
    objective = numerical_gradient(
        lambda w: np.sum(0.5 * (w - 1) ** 2 + WD / 2 * root_v * w**2), theta.copy()
    )
    assert np.allclose(objective, 0, atol=1e-6)


def test_eq_decay_product():
    rates = 0.01 * RNG.random(500)
    theta, state = np.ones(1), None
    for lr in rates:
        theta, state = optim.adamw(theta, np.zeros(1), state, lr=lr, weight_decay=WD)
    assert theta == pytest.approx(np.prod(1 - rates * WD), rel=1e-12)
    assert theta == pytest.approx(np.exp(-WD * rates.sum()), rel=0.01)


def normed(scale=1.0):
    """Return a network with a batch norm whose first weights are multiplied, and a batch."""
    rng = np.random.default_rng(5)
    first = nn.Linear(6, 4, bias=False, rng=rng)
    first.weight.data *= scale
    norm = BatchNorm1d(4, eps=1e-14)
    model = nn.Sequential(first, norm, nn.ReLU(), nn.Linear(4, 3, rng=rng))
    return model, first.weight, rng.standard_normal((20, 6)), rng.integers(0, 3, 20)


def backpropagate(model, X, y):
    criterion = CrossEntropyLoss()
    model.zero_grad()
    value = criterion(model(X), y)
    model.backward(criterion.backward())
    return value


def test_eq_decay_invariance():
    model, weight, X, y = normed()
    value = backpropagate(model, X, y)
    for c in (0.1, 3.0):
        scaled, scaled_weight, _, _ = normed(c)
        assert backpropagate(scaled, X, y) == pytest.approx(value, rel=1e-9)
        assert np.allclose(scaled_weight.grad, weight.grad / c, rtol=1e-6, atol=1e-12)


def test_eq_decay_rising():
    losses = {}
    for name in ("decay", "rising rate", "plain"):
        model, weight, X, y = normed()
        front = optim.SGD([weight], lr=LR, weight_decay=WD if name == "decay" else 0)
        behind = optim.SGD(model.parameters()[1:], lr=LR)
        losses[name] = []
        for t in range(1, 51):
            losses[name].append(backpropagate(model, X, y))
            if name == "rising rate":
                front.lr = LR * (1 - LR * WD) ** -(2 * t - 1)
            front.step()
            behind.step()
    assert np.allclose(losses["decay"], losses["rising rate"], rtol=1e-7)
    assert not np.allclose(losses["decay"], losses["plain"], rtol=1e-3)
