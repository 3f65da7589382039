"""Every displayed equation of the chapter on schedules, obeyed by the code.

Where the code multiplies, the test adds up; where it is a recursion, the test writes out a sum.
"""

import ast

import numpy as np
import prose
import pytest

from course import nn, optim, schedules
from course.nn import Parameter

NOISE = 0.3


def chapter(*cells: str) -> dict:
    """Run the imports of the chapter, and of some cells the functions and the capital constants."""
    code = {c.id: c.source for c in prose.chapter("04-schedules").cells if c.cell_type == "code"}
    namespace = {"__name__": "chapter"}
    exec(code["imports"], namespace)
    for cell in cells:
        tree = ast.parse(code[cell])
        tree.body = [node for node in tree.body if _is_definition(node)]
        exec(compile(tree, cell, "exec"), namespace)
    return namespace


def _is_definition(node: ast.stmt) -> bool:
    names = [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]
    constant = isinstance(node, ast.Assign) and names[0].isupper()
    return constant or isinstance(node, ast.FunctionDef)


def our_sgd(lr=1.0):
    return optim.SGD([Parameter(np.zeros(1))], lr=lr, momentum=0.9)


def walked(schedule, steps):
    """Return the rates that an optimizer is given, step by step."""
    rates = []
    for _ in range(steps):
        rates.append(schedule.optimizer.lr)
        schedule.step()
    return np.array(rates)


def test_eq_noise_step():
    rng = np.random.default_rng(0)
    rates, a = [0.9, 0.1, 0.5, 1.5], 0.7
    theta, V = np.full(400_000, 2.0), 4.0
    for lr in rates:
        xi = NOISE * rng.standard_normal(theta.shape)
        new, _ = optim.sgd(theta, a * theta + xi, lr=lr)
        np.testing.assert_allclose(new, (1 - lr * a) * theta - lr * xi, atol=1e-12)
        theta, V = new, (1 - lr * a) ** 2 * V + lr**2 * NOISE**2
        assert np.mean(theta**2) == pytest.approx(V, rel=0.01)


def test_eq_noise_step_is_what_the_chapter_adds_up():
    functions = chapter("failure", "noise-floor")
    rates = np.random.default_rng(1).uniform(0.05, 1.5, 30)
    total = 0.0
    for a in functions["CURVATURE"]:
        kept = (1 - rates * a) ** 2
        after = [np.prod(kept[t + 1 :]) for t in range(30)]
        V = np.prod(kept) + np.sum(rates**2 * NOISE**2 * after)
        total += a * V / 2
    got = functions["expected_loss"](np.column_stack([rates, rates]))
    np.testing.assert_allclose(got, [total, total], rtol=1e-12)


@pytest.mark.parametrize("lr", [0.05, 0.5, 1.0, 1.9])
def test_eq_noise_floor(lr):
    functions = chapter("failure", "noise-floor")
    floors = [lr * NOISE**2 / (2 * (2 - lr * a)) for a in functions["CURVATURE"]]
    assert functions["floor"](lr) == pytest.approx(sum(floors), rel=1e-12)
    (held,) = functions["expected_loss"](np.full((20_000, 1), lr))
    assert held == pytest.approx(sum(floors), rel=1e-9)


def test_eq_noise_floor_holds_for_sgd():
    rng, a, lr = np.random.default_rng(2), 0.7, 0.8
    theta = np.zeros(200_000)
    for _ in range(40):
        theta, _ = optim.sgd(theta, a * theta + NOISE * rng.standard_normal(theta.shape), lr=lr)
    assert a / 2 * np.mean(theta**2) == pytest.approx(lr * NOISE**2 / (2 * (2 - lr * a)), rel=0.01)


def test_eq_power_decay():
    steps = walked(schedules.StepLR(our_sgd(0.4), 3, gamma=0.5), 8)
    np.testing.assert_allclose(steps, [0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1], rtol=1e-12)
    exponential = walked(schedules.ExponentialLR(our_sgd(0.4), 0.5), 4)
    np.testing.assert_allclose(exponential, [0.4, 0.2, 0.1, 0.05], rtol=1e-12)


@pytest.mark.parametrize("T", [1, 7, 100])
def test_eq_cosine_decay(T):
    got = walked(schedules.CosineAnnealingLR(our_sgd(0.4), T, eta_min=0.1), T + 1)
    half_angle = np.cos(np.pi * np.arange(T + 1) / (2 * T))
    np.testing.assert_allclose(got, 0.1 + 0.3 * half_angle**2, rtol=1e-12)


@pytest.mark.parametrize("w", [2, 5, 16])
def test_eq_warmup(w):
    rates = walked(chapter("overview")["warmup_cosine"](schedules, our_sgd(0.4), w, 100), 101)
    rise = np.linspace(0, 0.4, w + 1)[1:]
    np.testing.assert_allclose(rates[:w], rise, rtol=1e-12)
    options = {"base_lr": 0.4, "warmup_steps": w, "total_steps": 100}
    exercise = [schedules.warmup_cosine_lr(t, **options) for t in range(101)]
    np.testing.assert_allclose(rates, exercise, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("options", [{}, {"div_factor": 10.0, "final_div_factor": 50.0}])
def test_eq_one_cycle(options):
    d, f = options.get("div_factor", 25.0), options.get("final_div_factor", 1e4)
    rates = walked(schedules.OneCycleLR(our_sgd(7.0), 0.5, total_steps=100, **options), 100)
    heights = rates[[0, rates.argmax(), -1]]
    np.testing.assert_allclose(heights, [0.5 / d, 0.5, 0.5 / (d * f)], rtol=1e-12)
    assert np.all(np.diff(rates[: rates.argmax() + 1]) > 0)
    assert np.all(np.diff(rates[rates.argmax() :]) < 0)


@pytest.mark.parametrize("s", [1, 4, 15])
def test_eq_cyclic(s):
    got = walked(schedules.CyclicLR(our_sgd(), 0.1, 0.9, step_size_up=s), 100)
    wave = np.interp(np.arange(100) % (2 * s), [0, s, 2 * s], [0.1, 0.9, 0.1])
    np.testing.assert_allclose(got, wave, rtol=1e-10)


def test_eq_inverse_root():
    rates = walked(schedules.LambdaLR(our_sgd(0.4), chapter("overview")["inverse_root"]), 90)
    np.testing.assert_allclose(rates[:10], 0.04 * np.arange(1, 11), rtol=1e-12)
    assert rates[39] == pytest.approx(0.2, rel=1e-12)  # four times the warmup, half the rate
    np.testing.assert_allclose(rates[9:] ** 2 * np.arange(10, 91), 0.16 * 10, rtol=1e-12)


@pytest.mark.parametrize("delta", [0.0, 0.1, 0.5])
def test_eq_plateau(delta):
    rng = np.random.default_rng(3)
    for patience in (0, 2):
        plateau = schedules.ReduceLROnPlateau(
            our_sgd(), patience=patience, threshold=delta, factor=0.5
        )
        best, bad, reductions = np.inf, 0, 0
        for metric in 3 * 0.85 ** np.arange(25) * rng.uniform(0.7, 1.3, 25):  # from 3 to 0.06
            good = metric < (1 - delta) * best
            best, bad = (metric, 0) if good else (best, bad + 1)
            if bad > patience:
                reductions, bad = reductions + 1, 0
            plateau.step(metric)
            assert plateau.best == best
            assert plateau.optimizer.lr == 0.5**reductions
            assert plateau.num_bad_epochs == bad


@pytest.mark.parametrize("T", [2, 9, 50])
def test_eq_chainable(T):
    lr = 0.4
    for t in range(T):
        assert schedules.cosine_lr(t, base_lr=0.4, T_max=T) == pytest.approx(lr, rel=1e-10)
        lr *= (1 + np.cos(np.pi * (t + 1) / T)) / (1 + np.cos(np.pi * t / T))
    assert lr == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("n", [2, 10, 77])
def test_eq_range_test(n):
    optimizer, used = our_sgd(), []

    def train_step():
        used.append(optimizer.lr)
        return 1.0

    result = schedules.lr_range_test(train_step, optimizer, lr_min=1e-3, lr_max=10.0, steps=n)
    expected = [1e-3 * 1e4 ** (i / (n - 1)) for i in range(n)]
    np.testing.assert_allclose(used, expected, rtol=1e-10)
    np.testing.assert_allclose(result.lr, expected, rtol=1e-10)


@pytest.mark.parametrize("lr", [0.01, 0.3])
def test_eq_reach(lr):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(50, 8))
    layer = nn.Linear(8, 5, rng=rng)
    before = layer(X)
    layer.backward(rng.normal(size=before.shape))
    optim.Adam(layer.parameters(), lr=lr).step()
    moved, bound = np.abs(layer(X) - before), lr * (1 + np.abs(X).sum(axis=1, keepdims=True))
    assert np.all(moved <= bound * (1 + 1e-9))

    ones = np.ones((1, 8))  # inputs of one sign: the moves of all weights add up
    before = layer(ones)
    for parameter in layer.parameters():
        parameter.grad = None
    layer.backward(np.ones((1, 5)))
    optim.Adam(layer.parameters(), lr=lr).step()
    np.testing.assert_allclose(before - layer(ones), lr * 9, rtol=1e-6)
