"""Initial values: fans, moments, distributions, and torch's own."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import some
from scipy import stats

from course import conv, init, nn

# Statistical tests draw once, from a fixed seed. For another seed each comparison would fail
# by chance with a probability of at most ALPHA.
ALPHA = 1e-6
SHAPES = [(60, 40), (40, 60), (8, 12, 5, 3)]

dimensions = st.lists(st.integers(1, 7), min_size=2, max_size=5).map(tuple)


@some
@given(dimensions)
def test_fans_equal_torch(shape):
    expected = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert init.fan_in_and_fan_out(shape) == expected


def test_fans_by_hand():
    assert init.fan_in_and_fan_out((10, 20)) == (20, 10)
    assert init.fan_in_and_fan_out((32, 16, 3, 5)) == (16 * 15, 32 * 15)


def variances(shape):
    """Return the variance that each paper asks for, from the fans counted by hand."""
    area = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * area, shape[0] * area
    return {
        "xavier_uniform": 2 / (fan_in + fan_out),
        "xavier_normal": 2 / (fan_in + fan_out),
        "he_uniform": 2 / fan_in,
        "he_normal": 2 / fan_in,
        "lecun_uniform": 1 / fan_in,
        "lecun_normal": 1 / fan_in,
        "torch_linear_default": 1 / (3 * fan_in),
    }


def is_uniform(name):
    return name in ("xavier_uniform", "he_uniform", "lecun_uniform", "torch_linear_default")


def assert_follows(sample, distribution):
    """Kolmogorov and Smirnov's test, at ALPHA."""
    assert stats.kstest(sample.ravel(), distribution.cdf).pvalue > ALPHA


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", variances((1, 1)))
def test_values_follow_the_distribution_of_the_paper(name, shape):
    std = math.sqrt(variances(shape)[name])
    sample = np.stack([getattr(init, name)(shape, rng) for rng in generators(40)])
    if is_uniform(name):
        bound = math.sqrt(3) * std
        assert_follows(sample, stats.uniform(-bound, 2 * bound))
    else:
        assert_follows(sample, stats.norm(0, std))


def generators(n):
    return [np.random.default_rng([5, i]) for i in range(n)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (init.xavier_uniform, torch.nn.init.xavier_uniform_),
        (init.xavier_normal, torch.nn.init.xavier_normal_),
        (lambda s, r: init.xavier_uniform(s, r, gain=2.5), lambda w: gain(w, 2.5)),
        (init.he_uniform, lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu")),
        (init.he_normal, lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        (
            lambda s, r: init.he_normal(s, r, negative_slope=0.7, mode="fan_out"),
            lambda w: torch.nn.init.kaiming_normal_(w, a=0.7, mode="fan_out"),
        ),
        (
            lambda s, r: init.he_uniform(s, r, negative_slope=0.7, mode="fan_out"),
            lambda w: torch.nn.init.kaiming_uniform_(w, a=0.7, mode="fan_out"),
        ),
        (
            init.torch_linear_default,
            lambda w: torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5)),
        ),
        (
            lambda s, r: init.normal(s, r, mean=1.0, std=0.2),
            lambda w: torch.nn.init.normal_(w, 1.0, 0.2),
        ),
        (init.orthogonal, torch.nn.init.orthogonal_),
        (
            lambda s, r: init.orthogonal(s, r, gain=2.0),
            lambda w: torch.nn.init.orthogonal_(w, gain=2.0),
        ),
    ],
)
def test_values_are_distributed_as_torchs(ours, theirs, shape):
    # One row of each of many draws: the rows of one orthogonal matrix depend on each other. (The
    # elements of one row do too, negatively, which only makes a false failure rarer.)
    torch.manual_seed(0)
    n = 20 if shape[0] * shape[1] > 1000 else 60
    place = (0, *[slice(None)] * (len(shape) - 1))
    a = np.stack([ours(shape, rng)[place] for rng in generators(n)])
    b = np.stack([theirs(torch.empty(shape)).numpy()[place] for _ in range(n)])
    assert stats.ks_2samp(a.ravel(), b.ravel()).pvalue > ALPHA


def gain(w, value):
    return torch.nn.init.xavier_uniform_(w, gain=value)


@pytest.mark.parametrize("name", variances((1, 1)))
def test_draws_are_independent_and_reproducible(name):
    draw, rng = getattr(init, name), np.random.default_rng(0)
    a, b = draw((100, 100), rng), draw((100, 100), rng)
    # n independent pairs: correlation of standard deviation 1 / sqrt(n); 6 of them, below 2e-9
    for u, v in [(a, b), (a[1:], a[:-1]), (a[:, 1:], a[:, :-1])]:
        assert abs(np.corrcoef(u.ravel(), v.ravel())[0, 1]) < 6 / math.sqrt(u.size)
    np.testing.assert_array_equal(a, draw((100, 100), np.random.default_rng(0)))


@some
@given(shape=dimensions, factor=st.floats(0.1, 3), seed=st.integers(0, 2**32 - 1))
def test_orthogonal_has_orthonormal_rows_or_columns(shape, factor, seed):
    w = init.orthogonal(shape, np.random.default_rng(seed), gain=factor)
    assert w.shape == shape
    matrix = w.reshape(shape[0], -1) / factor
    small = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize("shape", [(3, 3), (3, 5), (5, 3), (2, 2, 2)])
def test_orthogonal_is_uniform_over_the_group(shape):
    # Under the Haar measure the first row of a square (or wide) matrix is uniform on the sphere,
    # so its first element x has x^2 ~ Beta(1/2, (d - 1) / 2), with either sign alike. Without
    # the correction of signs, LAPACK's choice makes the diagonal lean to one side.
    d = max(shape[0], math.prod(shape[1:]))
    for place in (0, -1):
        x = np.array(
            [
                init.orthogonal(shape, rng).reshape(shape[0], -1)[place, place]
                for rng in generators(3000)
            ]
        )
        square = stats.beta(0.5, (d - 1) / 2)
        assert stats.kstest(x**2, square.cdf).pvalue > ALPHA
        assert stats.binomtest(int(np.sum(x > 0)), len(x)).pvalue > ALPHA


def test_zeros_and_normal_by_hand():
    assert init.zeros((2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert init.zeros((1,), np.random.default_rng(0)).tolist() == [0]
    z = np.random.default_rng(1).standard_normal((2, 2))
    np.testing.assert_array_equal(
        init.normal((2, 2), np.random.default_rng(1), mean=3.0, std=2.0), 3 + 2 * z
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda r: nn.Linear(30, 40, rng=r), lambda: torch.nn.Linear(30, 40)),
        (lambda r: conv.Conv2d(4, 40, (3, 2), rng=r), lambda: torch.nn.Conv2d(4, 40, (3, 2))),
    ],
    ids=["linear", "conv"],
)
def test_layers_start_as_torchs(ours, theirs):
    torch.manual_seed(0)
    layers, expected = [ours(rng) for rng in generators(25)], [theirs() for _ in range(25)]
    for name in ("weight", "bias"):
        a = np.stack([getattr(layer, name).data for layer in layers])
        b = np.stack([getattr(layer, name).detach().numpy() for layer in expected])
        assert a.shape == b.shape
        assert stats.ks_2samp(a.ravel(), b.ravel()).pvalue > ALPHA


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: init.fan_in_and_fan_out((3,)), r"at least 2 axes .* got \(3,\)"),
        (lambda: init.xavier_normal((3,), RNG), r"at least 2 axes .* got \(3,\)"),
        (lambda: init.orthogonal((), RNG), r"at least 2 axes .* got \(\)"),
        (lambda: init.torch_linear_default((3,), RNG), r"at least 2 axes .* got \(3,\)"),
        (lambda: init.normal((3,), RNG, std=-1), "std must be >= 0, got -1"),
        (lambda: init.normal((3,), RNG, std=math.nan), "std must be >= 0, got nan"),
        (
            lambda: init.he_normal((3, 2), RNG, mode="in"),
            "mode must be 'fan_in' or 'fan_out', got 'in'",
        ),
    ],
)
def test_errors_name_the_offending_value(act, message):
    with pytest.raises(ValueError, match=message):
        act()
