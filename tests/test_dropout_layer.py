"""Dropout drops the right share, scales the rest, and rests in evaluation."""

import math

import numpy as np
import pytest

from course import nn


def test_dropout_drops_the_right_share_and_scales_the_rest():
    # A count of zeros beyond 6 standard deviations of the binomial: at most 2e-9 each by the
    # normal tail, and 3 of them, for any seed; the seed is fixed besides.
    for p in (0.1, 0.5, 0.9):
        n = 200_000
        mask = nn.dropout(np.ones(n), p, np.random.default_rng(0))[1]
        assert set(np.unique(mask)) == {0.0, 1 / (1 - p)}
        assert abs(np.sum(mask == 0) - n * p) < 6 * math.sqrt(n * p * (1 - p))


def test_dropout_is_independent_between_elements_and_calls():
    # The correlation of n independent pairs has standard deviation 1 / sqrt(n): 6 of them.
    rng = np.random.default_rng(0)
    layer, x = nn.Dropout(0.5, rng=rng), np.ones((300, 300))
    a, b = layer(x), layer(x)
    pairs = [(a, b), (a[1:], a[:-1]), (a[:, 1:], a[:, :-1])]
    for u, v in pairs:
        assert abs(np.corrcoef(u.ravel(), v.ravel())[0, 1]) < 6 / math.sqrt(u.size)


def test_dropout_sends_the_gradient_through_the_mask_of_the_forward_pass():
    layer = nn.Dropout(0.4, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(20, 30))
    output = layer(x)
    np.testing.assert_array_equal(layer.backward(x), output)


def test_dropout_uses_its_own_generator():
    a, b = (nn.Dropout(0.5, rng=np.random.default_rng(7)) for _ in range(2))
    x = np.ones((5, 40))
    np.testing.assert_array_equal(a(x), b(x))


@pytest.mark.parametrize("p", [0.0, 0.5])
def test_dropout_in_evaluation_is_the_identity(p):
    layer = nn.Dropout(p).eval()
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer.backward(2 * x), 2 * x)
    output, mask = nn.dropout(x, p, np.random.default_rng(0), training=False)
    np.testing.assert_array_equal(output, x)
    assert output is not x and np.all(mask == 1)
