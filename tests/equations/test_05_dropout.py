"""The code obeys the equations of the chapter on dropout."""

import ast
import itertools

import numpy as np
import prose
import pytest

from course import nn
from course.gradcheck import numerical_gradient
from course.norm import BatchNorm1d

RATES = (0.2, 0.5, 0.8)
DRAWS = 400_000


@pytest.fixture(scope="module")
def chapter() -> dict:
    """Run the imports of the chapter and its definitions of functions, and nothing else."""
    code = [c.source for c in prose.chapter("05-dropout").cells if c.cell_type == "code"]
    namespace = {"__name__": "chapter"}
    exec(code[0], namespace)
    for source in code[1:]:
        tree = ast.parse(source)
        kinds = (ast.FunctionDef, ast.ClassDef)
        tree.body = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(tree, "chapter", "exec"), namespace)
    return namespace


def all_masks(n, p):
    """Return the 2^n masks of n units, of shape (2^n, n), and their probabilities."""
    kept = np.array(list(itertools.product([0, 1], repeat=n)))
    return kept / (1 - p), np.prod(np.where(kept, 1 - p, p), axis=1)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_mask(p):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(DRAWS)
    y, m = nn.dropout(x, p, rng)
    assert np.array_equal(y, m * x)
    assert np.all((m == 0) | np.isclose(m, 1 / (1 - p), rtol=1e-15))
    assert np.mean(m == 0) == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / DRAWS))


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_moments(p):
    _, m = nn.dropout(np.ones(DRAWS), p, np.random.default_rng(1))
    assert m.mean() == pytest.approx(1, abs=5 * np.sqrt(p / (1 - p) / DRAWS))
    assert m.var() == pytest.approx(p / (1 - p), rel=0.02)


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_sum(p):
    rng = np.random.default_rng(2)
    x, w = rng.standard_normal((2, 6))
    z = nn.dropout(np.tile(x, (DRAWS, 1)), p, rng)[0] @ w
    variance = p / (1 - p) * np.sum(w**2 * x**2)
    assert z.mean() == pytest.approx(w @ x, abs=5 * np.sqrt(variance / DRAWS))
    assert z.var() == pytest.approx(variance, rel=0.02)


def test_eq_dropout_backward():
    # The rng starts anew at each call, so the loss is one function, under one mask.
    rng = np.random.default_rng(3)
    x, target = rng.standard_normal((2, 4, 5))

    def forward(x):
        return nn.dropout(x, 0.4, np.random.default_rng(7))

    y, mask = forward(x)
    numerical = numerical_gradient(lambda x: np.sum((forward(x)[0] - target) ** 2), x)
    assert 0 < np.mean(mask == 0) < 1
    assert np.allclose(nn.dropout_backward(2 * (y - target), mask), numerical, atol=1e-7)
    layer = nn.Dropout(0.4, rng=np.random.default_rng(7))
    assert np.allclose(layer.backward(2 * (layer(x) - target)), numerical, atol=1e-7)


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_penalty(p):
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((2, 8))
    t = 1.5
    masks, chance = all_masks(8, p)
    expected = chance @ (t - (masks * x) @ w) ** 2
    formula = (t - w @ x) ** 2 + p / (1 - p) * np.sum(w**2 * x**2)
    assert formula == pytest.approx(expected, rel=1e-12)
    outputs = nn.dropout(np.tile(x, (DRAWS, 1)), p, rng)[0] @ w
    assert np.mean((t - outputs) ** 2) == pytest.approx(formula, rel=0.03)


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_batch_norm(p):
    rng = np.random.default_rng(5)
    x = np.maximum(rng.standard_normal((1000, 100)) + 0.5, 0)
    norm, dropout = BatchNorm1d(100), nn.Dropout(p, rng=rng)
    for _ in range(100):
        norm(dropout(x))
    expected = x.var() + p / (1 - p) * np.mean(x**2)
    assert norm.running_var.mean() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("p", RATES)
def test_eq_dropout_geometric(p):
    rng = np.random.default_rng(6)
    x = rng.standard_normal((3, 7))
    layer = nn.Sequential(nn.Dropout(p, rng=rng), nn.Linear(7, 4, rng=rng))
    masks, chance = all_masks(7, p)
    log_q = np.log(softmax(layer[1]((masks[:, np.newaxis] * x).reshape(-1, 7))))
    geometric = np.exp(np.tensordot(chance, log_q.reshape(len(masks), 3, 4), axes=1))
    geometric /= geometric.sum(axis=1, keepdims=True)
    assert np.allclose(softmax(layer.eval()(x)), geometric, rtol=1e-10)


def test_eq_dropout_average(chapter):
    # With one layer, the average over many masks is that over all of them, weighted by chance.
    rng = np.random.default_rng(8)
    model = nn.Sequential(nn.Dropout(0.3, rng=rng), nn.Linear(5, 4, rng=rng))
    x = 3 * rng.standard_normal((2, 5))
    q = chapter["sampled"](model, x, 20_000)
    assert q.shape == (20_000, 2, 4)
    assert np.allclose(q.sum(axis=2), 1)
    assert not model.training
    masks, chance = all_masks(5, 0.3)
    exact = np.tensordot(chance, softmax(model[1](masks[:, np.newaxis] * x)), axes=1)
    assert np.allclose(q.mean(axis=0), exact, atol=0.01)


def test_eq_dropout_entropy(chapter):
    entropy = chapter["entropy"]
    q = np.random.default_rng(9).dirichlet(np.ones(4), size=(6, 3))
    by_hand = [[-sum(v * np.log(v) for v in row) for row in rows] for rows in q]
    assert np.allclose(entropy(q), by_hand, rtol=1e-12)
    assert entropy(np.eye(10)) == pytest.approx(np.zeros(10), abs=1e-12)
    assert entropy(np.full(10, 0.1)) == pytest.approx(np.log(10))
    # The disagreement is the mean divergence of the single answers from their average.
    mean = q.mean(axis=0)
    divergence = np.sum(q * np.log(q / mean), axis=-1).mean(axis=0)
    assert np.allclose(chapter["disagreement"](q), divergence, rtol=1e-10)
