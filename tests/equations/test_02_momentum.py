"""Every displayed equation of the chapter on momentum, obeyed by the code.

The rule is a recursion; here its results stand as sums over the whole history, in closed form, or
as what the linear map of one step does to the worst direction.
"""

import numpy as np
import pytest

from course import conventions, landscapes, optim

BETA, TAU, LR = 0.8, 0.3, 0.1
RNG = np.random.default_rng(2)
G = RNG.standard_normal((40, 4))
START = RNG.standard_normal(4)
T = np.arange(1, len(G) + 1)[:, np.newaxis]


def run(gradients=G, start=START, **options):
    """Return the positions, of shape (steps + 1, ...), and the velocity after each step."""
    theta, state, path, velocities = start, None, [start], []
    for g in gradients:
        theta, state = optim.sgd(theta, np.asarray(g), state, lr=LR, **options)
        path.append(theta)
        velocities.append(state["v"])
    return np.array(path), np.array(velocities)


def decaying_sum(values, beta):
    """Return, for every t, the sum of the first t values, weighted by beta ** (t - i)."""
    t = np.arange(len(values))
    return np.where(t[:, None] >= t, beta ** np.abs(t[:, None] - t), 0) @ values


def average(values, beta):
    """Return the velocity that is an average from zero."""
    return (1 - beta) * decaying_sum(values, beta)


def shrinkage(curvature, lr, beta, **options):
    """Return by how much the slowest mixture of position and velocity shrinks per step.

    One step of the rule on a bowl is a linear map of both; its columns are what it does to the
    unit vectors.
    """
    columns = []
    for theta, v in ((1.0, 0.0), (0.0, 1.0)):
        state = {"v": np.array(v)}
        new, state = optim.sgd(
            np.array(theta), np.array(curvature * theta), state, lr=lr, momentum=beta, **options
        )
        columns.append([new, state["v"]])
    return np.abs(np.linalg.eigvals(np.array(columns, dtype=float).T)).max()


def test_eq_momentum():
    # By hand: beta 0.5, gradients 2, -1, 4, so velocities 2, 0, 4, at a rate of 0.1.
    theta, state = np.array([1.0]), None
    for g, velocity, position in ((2.0, 2.0, 0.8), (-1.0, 0.0, 0.8), (4.0, 4.0, 0.4)):
        theta, state = optim.sgd(theta, np.array([g]), state, lr=0.1, momentum=0.5)
        assert state["v"] == pytest.approx(velocity)
        assert theta == pytest.approx(position)


def test_eq_momentum_sum():
    path, velocities = run(momentum=BETA)
    assert np.allclose(velocities, decaying_sum(G, BETA), rtol=1e-12)
    assert np.allclose(-np.diff(path, axis=0), LR * velocities, rtol=1e-9, atol=1e-14)


def test_eq_effective_rate():
    path, velocities = run(np.tile(G[0], (200, 1)), momentum=BETA)
    t = np.arange(1, 201)[:, np.newaxis]
    assert np.allclose(velocities, (1 - BETA**t) / (1 - BETA) * G[0], rtol=1e-12)
    assert np.allclose(path[-2] - path[-1], LR / (1 - BETA) * G[0], rtol=1e-9)


def test_eq_alternating():
    _, velocities = run((-1.0) ** T * G[0], momentum=BETA)
    expected = (1 - (-BETA) ** T) / (1 + BETA) * np.abs(G[0])
    assert np.allclose(np.abs(velocities), expected, rtol=1e-12)
    assert np.allclose(np.abs(velocities[-1]), np.abs(G[0]) / (1 + BETA), rtol=1e-3)


def test_eq_momentum_average():
    path, _ = run(momentum=BETA)
    rate = conventions.lr_for_averaged_momentum(LR, BETA)
    assert np.allclose(-np.diff(path, axis=0), rate * average(G, BETA), rtol=1e-9, atol=1e-14)


def test_eq_momentum_inside():
    # With a rate that changes at every step, the rate inside is a sum of lr * g.
    rates = RNG.uniform(0.01, 0.2, len(G))
    u = -decaying_sum(rates[:, np.newaxis] * G, BETA)
    theta, state = START, None
    for g, lr, old, expected in zip(G, rates, np.roll(rates, 1), u, strict=True):
        if state:  # the velocity that torch would need to hold, for u to keep its old rate
            state = {"v": state["v"] * old / lr}
        new, state = optim.sgd(theta, g, state, lr=lr, momentum=BETA)
        assert np.allclose(new - theta, expected, rtol=1e-9)
        assert np.allclose(conventions.velocity_with_lr_inside(state["v"], lr), expected)
        theta = new


def test_eq_dampening():
    _, velocities = run(momentum=BETA, dampening=TAU)
    weighted = np.concatenate([G[:1], (1 - TAU) * G[1:]])
    assert np.allclose(velocities, decaying_sum(weighted, BETA), rtol=1e-12)


def test_eq_dampening_first():
    _, velocities = run(momentum=BETA, dampening=BETA)
    assert np.allclose(velocities, average(G, BETA) + BETA**T * G[0], rtol=1e-11)


def test_eq_nesterov_lookahead():
    # On a curved loss: the textbook's method, whose point ahead is where torch's parameters are.
    gradient = landscapes.rosenbrock().gradient
    lr, phi, v = 1e-4, np.array([-1.2, 1.0]), np.zeros(2)
    theta, state = phi, None
    for _ in range(100):
        v = BETA * v + gradient(phi - lr * BETA * v)
        phi = phi - lr * v
        options = {"lr": lr, "momentum": BETA, "nesterov": True}
        theta, state = optim.sgd(theta, gradient(theta), state, **options)
        assert np.allclose(theta, phi - lr * BETA * v, rtol=1e-10)
        assert np.allclose(state["v"], v, rtol=1e-9)


def test_eq_nesterov_torch():
    path, velocities = run(momentum=BETA, nesterov=True)
    expected = G + BETA * decaying_sum(G, BETA)
    assert np.allclose(velocities, decaying_sum(G, BETA), rtol=1e-12)
    assert np.allclose(-np.diff(path, axis=0), LR * expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("largest", [0.5, 7.0, 1000.0])
@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("nesterov", [False, True])
def test_eq_stability(beta, largest, nesterov):
    limit = 2 * (1 + beta) / (1 + 2 * beta * nesterov) / largest
    if beta == 0:  # then both are gradient descent, which keeps no velocity
        assert limit == 2 / largest
        return
    assert shrinkage(largest, 0.999 * limit, beta, nesterov=nesterov) < 1
    assert shrinkage(largest, 1.001 * limit, beta, nesterov=nesterov) > 1
    for curvature in np.linspace(0.01, 0.99, 20) * largest:
        assert shrinkage(curvature, limit, beta, nesterov=nesterov) < 1


@pytest.mark.parametrize(("smallest", "largest"), [(1.0, 10.0), (1.0, 1000.0), (0.2, 30.0)])
def test_eq_heavy_ball_optimum(smallest, largest):
    def slowest(lr, beta):
        return max(shrinkage(c, lr, beta) for c in np.geomspace(smallest, largest, 30))

    lr = (2 / (np.sqrt(largest) + np.sqrt(smallest))) ** 2
    root = np.sqrt(largest / smallest)
    beta = ((root - 1) / (root + 1)) ** 2
    # Two equal eigenvalues are found to the root of the rounding only.
    assert slowest(lr, beta) == pytest.approx(np.sqrt(beta), abs=1e-6)
    for factor_lr, factor_beta in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.01, 1.01)):
        assert slowest(factor_lr * lr, factor_beta * beta) > np.sqrt(beta)


def test_eq_noise_velocity():
    noise = 3 * np.random.default_rng(5).standard_normal((150, 20_000))
    _, velocities = run(noise, np.zeros(20_000), momentum=BETA)
    calmer = (1 - BETA) / (1 + BETA) * 9
    assert np.var((1 - BETA) * velocities[-1]) == pytest.approx(calmer, rel=0.03)


@pytest.mark.parametrize(("lr", "beta"), [(0.05, 0.5), (0.3, 0.5), (0.3, 0.9), (0.6, 0.0)])
def test_eq_noise_position(lr, beta):
    curvature, sigma, rng = 2.0, 3.0, np.random.default_rng(6)
    theta, state = np.zeros(20_000), None
    for _ in range(300):
        g = curvature * theta + sigma * rng.standard_normal(20_000)
        theta, state = optim.sgd(theta, g, state, lr=lr, momentum=beta)
    expected = lr * sigma**2 / (curvature * (1 - beta))
    expected *= (1 + beta) / (2 * (1 + beta) - lr * curvature)
    assert np.mean(theta**2) == pytest.approx(expected, rel=0.05)
