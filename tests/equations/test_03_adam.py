"""Every displayed equation of the chapter on Adam, obeyed by the code.

Each is written out here with sums over the whole history, or by hand, and not as a recursion: a
mistake would have to be made twice, in two forms.
"""

import numpy as np
import pytest

from course import optim

BETA1, BETA2, LR = 0.8, 0.95, 0.1
RNG = np.random.default_rng(3)
G = RNG.standard_normal((30, 4)) * [1e-7, 1e-4, 1.0, 100.0]
START = RNG.standard_normal(4)


def run(rule, gradients=G, **options):
    """Return the positions, of shape (steps + 1, 4), and the state after each step."""
    theta, state, path, states = START, None, [START], []
    for g in gradients:
        theta, state = rule(theta, g, state, **options)
        path.append(theta)
        states.append(state)
    return np.array(path), states


def average(values, beta):
    """Return the exponential average of the first t values, for every t, as an explicit sum."""
    t = np.arange(len(values))
    weights = np.where(t[:, None] >= t, (1 - beta) * beta ** np.abs(t[:, None] - t), 0)
    return weights @ values


def moves(path):
    """Return what each step subtracted."""
    return -np.diff(path, axis=0)


T = np.arange(1, len(G) + 1)[:, np.newaxis]
M, V = average(G, BETA1), average(G**2, BETA2)
M_HAT, V_HAT = M / (1 - BETA1**T), V / (1 - BETA2**T)


def adam_path(**options):
    return run(optim.adam, lr=LR, betas=(BETA1, BETA2), **options)


def test_eq_adagrad():
    path, states = run(optim.adagrad, lr=LR, eps=1e-5)
    total = np.cumsum(G**2, axis=0)
    assert np.allclose([state["G"] for state in states], total, rtol=1e-12)
    assert np.allclose(moves(path), LR * G / (np.sqrt(total) + 1e-5), rtol=1e-9, atol=1e-15)


def test_eq_rmsprop():
    path, states = run(optim.rmsprop, lr=LR, alpha=0.9, eps=1e-5)
    v = average(G**2, 0.9)
    assert np.allclose([state["v"] for state in states], v, rtol=1e-12, atol=0)
    assert np.allclose(moves(path), LR * G / (np.sqrt(v) + 1e-5), rtol=1e-9, atol=1e-15)


def test_eq_adam_moments():
    _, states = adam_path()
    assert np.allclose([state["m"] for state in states], M, rtol=1e-10, atol=1e-18)
    assert np.allclose([state["v"] for state in states], V, rtol=1e-10, atol=0)


def test_eq_bias():
    # The expectation over gradients that are all drawn from one distribution, of mean 3.
    gradients = 3 + np.random.default_rng(0).standard_normal((8, 200_000))
    state = None
    for t, g in enumerate(gradients, start=1):
        _, state = optim.adam(np.zeros_like(g), g, state, betas=(BETA1, BETA2))
        weights = (1 - BETA1) * BETA1 ** (t - np.arange(1, t + 1))
        assert weights.sum() == pytest.approx(1 - BETA1**t, rel=1e-12)
        assert state["m"].mean() == pytest.approx((1 - BETA1**t) * 3, rel=2e-3)
        assert state["v"].mean() == pytest.approx((1 - BETA2**t) * 10, rel=5e-3)


def test_eq_bias_correction():
    # Without epsilon and with a constant gradient, both corrected moments are exact at once.
    g = np.array([0.5, -2.0])
    theta, state = np.zeros(2), None
    for t in range(1, 6):
        new, state = optim.adam(theta, g, state, lr=1.0, betas=(BETA1, BETA2), eps=0.0)
        assert np.allclose(state["m"] / (1 - BETA1**t), g, rtol=1e-12)
        assert np.allclose(state["v"] / (1 - BETA2**t), g**2, rtol=1e-12)
        assert np.allclose(theta - new, np.sign(g), rtol=1e-12)
        theta = new


def test_eq_adam_update():
    path, _ = adam_path(eps=1e-5)
    assert np.allclose(moves(path), LR * M_HAT / (np.sqrt(V_HAT) + 1e-5), rtol=1e-9, atol=1e-15)


def test_eq_first_step():
    g = np.array([1000.0, -1.0, 1e-3, 1e-8])
    theta, _ = optim.adam(np.zeros(4), g, lr=LR)
    assert np.allclose(theta, -LR * g / (np.abs(g) + 1e-8), rtol=1e-9)
    assert np.allclose(theta[:3], -LR * np.sign(g[:3]), rtol=1e-4)


def test_eq_second_moment():
    g = 2 + 0.5 * np.random.default_rng(1).standard_normal(4000)
    state = None
    for value in g:
        _, state = optim.adam(np.zeros(1), np.array([value]), state, betas=(0.9, 0.9995))
    corrected = state["v"].item() / (1 - 0.9995 ** len(g))
    assert corrected == pytest.approx(g.var() + g.mean() ** 2, rel=0.02)
    assert corrected > 10 * g.var()


def test_eq_bias_ratio():
    # What the uncorrected step would be follows from the state that the rule itself keeps.
    theta, state, g = np.zeros(1), None, np.ones(1)
    for t in range(1, 200):
        new, state = optim.adam(theta, g, state, lr=1.0, eps=0.0)
        ratio = state["m"] / np.sqrt(state["v"]) / (theta - new)
        assert ratio == pytest.approx((1 - 0.9**t) / np.sqrt(1 - 0.999**t), rel=1e-9)
        theta = new


def test_eq_eps_inside():
    # No rule of ours: it must differ from Adam's, and by the factor that the chapter prints.
    g = np.array([1e-4])
    outside = -optim.adam(np.zeros(1), g, lr=1.0)[0]
    inside = g / np.sqrt(g**2 + 1e-8)
    assert inside == pytest.approx(1 / np.sqrt(2), rel=1e-9)
    assert inside / outside == pytest.approx(0.7072, abs=1e-4)


def test_eq_eps_before():
    # It is our rule with an epsilon that falls over time.
    eps_hat = 1e-5
    step = LR * np.sqrt(1 - BETA2**T) / (1 - BETA1**T) * M / (np.sqrt(V) + eps_hat)
    theta, state = START, None
    for t, g in enumerate(G, start=1):
        eps = eps_hat / np.sqrt(1 - BETA2**t)
        new, state = optim.adam(theta, g, state, lr=LR, betas=(BETA1, BETA2), eps=eps)
        assert np.allclose(theta - new, step[t - 1], rtol=1e-9, atol=1e-15)
        theta = new


def test_eq_amsgrad():
    path, _ = adam_path(eps=1e-5, amsgrad=True)
    largest = np.maximum.accumulate(V, axis=0) / (1 - BETA2**T)
    assert np.allclose(moves(path), LR * M_HAT / (np.sqrt(largest) + 1e-5), rtol=1e-9, atol=1e-15)
    assert not np.allclose(largest, V_HAT), "gradients that never let the second moment fall"


def test_eq_nadam():
    path, _ = run(optim.nadam, lr=LR, betas=(BETA1, BETA2), eps=1e-5)
    t = np.arange(1, len(G) + 2)
    mu = BETA1 * (1 - 0.5 * 0.96 ** (t * 0.004))
    products = np.cumprod(mu)[:, np.newaxis]
    mu = mu[:, np.newaxis]
    m_hat = mu[1:] * M / (1 - products[1:]) + (1 - mu[:-1]) * G / (1 - products[:-1])
    assert np.allclose(moves(path), LR * m_hat / (np.sqrt(V_HAT) + 1e-5), rtol=1e-9, atol=1e-15)
