"""Losses against torch, by hand, by differences, and at the edges of floating point."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_oracle import assert_close, some

from course import losses
from course.gradcheck import numerical_gradient, relative_error

HUGE = st.floats(-1e3, 1e3) | st.sampled_from([-1000.0, -40.0, 0.0, 40.0, 1000.0])


def assert_loss_equals_torch(pair, expected, output):
    """Compare our pair of value and gradient with `expected`, which maps a tensor to a loss."""
    tensor = torch.tensor(output, requires_grad=True)
    value = expected(tensor)
    value.backward()
    loss, gradient = pair
    assert type(loss) is float
    assert gradient.shape == output.shape and gradient.dtype == output.dtype
    assert_close(loss, value, "loss")
    assert_close(gradient, tensor.grad, "gradient")


shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)
seeds = st.integers(0, 2**32 - 1)


@some
@given(shape=shapes, seed=seeds)
def test_mse_equals_torch(shape, seed):
    rng = np.random.default_rng(seed)
    output, target = rng.normal(size=(2, *shape))
    assert_loss_equals_torch(
        losses.mse_loss(output, target),
        lambda z: torch.nn.functional.mse_loss(z, torch.from_numpy(target)),
        output,
    )


@some
@given(z=st.lists(HUGE, min_size=1, max_size=12), seed=seeds, soft=st.booleans(), w=HUGE.map(abs))
def test_binary_cross_entropy_equals_torch(z, seed, soft, w):
    z = np.array(z)
    rng = np.random.default_rng(seed)
    y = rng.random(len(z)) if soft else rng.integers(0, 2, len(z)).astype(float)
    assert_loss_equals_torch(
        losses.binary_cross_entropy_with_logits(z, y, pos_weight=w),
        lambda t: torch.nn.functional.binary_cross_entropy_with_logits(
            t, torch.from_numpy(y), pos_weight=torch.tensor(w, dtype=torch.float64)
        ),
        z,
    )


@some
@given(
    n=st.integers(1, 8),
    classes=st.integers(1, 6),
    seed=seeds,
    scale=st.sampled_from([1.0, 30.0, 1000.0]),
    weighted=st.booleans(),
    smoothing=st.floats(0, 1),
)
def test_cross_entropy_equals_torch(n, classes, seed, scale, weighted, smoothing):
    rng = np.random.default_rng(seed)
    z = rng.uniform(-scale, scale, (n, classes))
    y = rng.integers(0, classes, n)
    weight = rng.uniform(0.1, 3, classes) if weighted else None
    assert_loss_equals_torch(
        losses.cross_entropy(z, y, weight=weight, label_smoothing=smoothing),
        lambda t: torch.nn.functional.cross_entropy(
            t,
            torch.from_numpy(y),
            weight=None if weight is None else torch.from_numpy(weight),
            label_smoothing=smoothing,
        ),
        z,
    )


@some
@given(
    z=st.lists(st.floats(-30, 30), min_size=1, max_size=12),
    seed=seeds,
    gamma=st.floats(0, 5),
)
def test_focal_loss_equals_its_definition_in_torch(z, seed, gamma):
    z = np.array(z)
    y = np.random.default_rng(seed).integers(0, 2, len(z))

    def definition(t):
        s = torch.where(torch.from_numpy(y) == 1, t, -t)
        # sigmoid(-s) is 1 - p without its cancellation
        return (-(torch.sigmoid(-s) ** gamma) * torch.nn.functional.logsigmoid(s)).mean()

    assert_loss_equals_torch(losses.focal_loss(z, y, gamma=gamma), definition, z)


def test_focal_loss_without_focus_is_the_binary_cross_entropy():
    rng = np.random.default_rng(0)
    z, y = rng.normal(scale=20, size=50), rng.integers(0, 2, 50)
    focal = losses.focal_loss(z, y, gamma=0.0)
    plain = losses.binary_cross_entropy_with_logits(z, y)
    assert focal[0] == pytest.approx(plain[0], rel=1e-14)
    np.testing.assert_allclose(focal[1], plain[1], rtol=1e-12, atol=1e-17)


CASES = {
    "mse": (losses.mse_loss, lambda rng: rng.normal(size=(3, 4))),
    "bce": (losses.binary_cross_entropy_with_logits, lambda rng: rng.random((3, 4))),
    "bce, weighted": (
        lambda z, y: losses.binary_cross_entropy_with_logits(z, y, pos_weight=2.5),
        lambda rng: rng.random((3, 4)),
    ),
    "cross-entropy": (losses.cross_entropy, lambda rng: rng.integers(0, 4, 3)),
    "cross-entropy, weighted and smoothed": (
        lambda z, y: losses.cross_entropy(
            z, y, weight=np.array([1.0, 0.0, 2.0, 0.5]), label_smoothing=0.2
        ),
        lambda rng: np.array([0, 1, 3]),
    ),
    "focal": (losses.focal_loss, lambda rng: rng.integers(0, 2, (3, 4))),
    "focal 0.5": (
        lambda z, y: losses.focal_loss(z, y, gamma=0.5),
        lambda rng: rng.integers(0, 2, (3, 4)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_gradient_equals_central_differences(case):
    loss, make_target = CASES[case]
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 4)), make_target(rng)
    expected = numerical_gradient(lambda z: loss(z, y)[0], z)
    assert relative_error(loss(z, y)[1], expected) < 1e-8


def test_mse_by_hand():
    loss, gradient = losses.mse_loss(np.array([[1.0], [5.0]]), np.array([[0.0], [3.0]]))
    assert (loss, gradient.tolist()) == (2.5, [[1.0], [2.0]])


def test_binary_cross_entropy_by_hand():
    # sigmoid(log 3) = 3/4
    z = np.array([math.log(3), math.log(3)])
    loss, gradient = losses.binary_cross_entropy_with_logits(z, np.array([1, 0]))
    assert loss == pytest.approx((math.log(4 / 3) + math.log(4)) / 2, rel=1e-15)
    np.testing.assert_allclose(gradient, [-1 / 8, 3 / 8], rtol=1e-15)


def test_cross_entropy_by_hand():
    # softmax of (log 1, log 3) is (1/4, 3/4)
    z = np.array([[0.0, math.log(3)]])
    loss, gradient = losses.cross_entropy(z, np.array([0]))
    assert loss == pytest.approx(math.log(4), rel=1e-15)
    np.testing.assert_allclose(gradient, [[-3 / 4, 3 / 4]], rtol=1e-15)
    smooth, _ = losses.cross_entropy(z, np.array([0]), label_smoothing=0.5)
    assert smooth == pytest.approx(0.75 * math.log(4) + 0.25 * math.log(4 / 3), rel=1e-15)
    weighted, _ = losses.cross_entropy(np.repeat(z, 2, axis=0), np.array([0, 1]), weight=[3.0, 1.0])
    assert weighted == pytest.approx(0.75 * math.log(4) + 0.25 * math.log(4 / 3), rel=1e-15)


def test_focal_loss_by_hand():
    # p = 3/4 for the true class: (1/4)^2 log(4/3)
    loss, _ = losses.focal_loss(np.array([math.log(3)]), np.array([1]), gamma=2.0)
    assert loss == pytest.approx(math.log(4 / 3) / 16, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_are_exact_at_logits_of_a_thousand(dtype):
    z = np.array([-1000, 1000, -1000, 1000], dtype)
    y = np.array([0, 1, 1, 0])
    for rule in (losses.binary_cross_entropy_with_logits, losses.focal_loss):
        loss, gradient = rule(z, y)
        assert loss == 500.0
        assert gradient.tolist() == [0, 0, -0.25, 0.25]
        assert gradient.dtype == dtype
    loss, gradient = losses.cross_entropy(np.stack([z, -z], axis=1), y)
    assert loss == 1000.0  # two rows of four are wrong, by 2000 each
    assert gradient.dtype == dtype
    assert gradient.tolist() == [[-0.25, 0.25], [0.25, -0.25], [0, 0], [0, 0]]


CRITERIA = {
    "mse": (losses.MSELoss(), torch.nn.MSELoss(), np.ones((3, 2))),
    "bce": (losses.BCEWithLogitsLoss(), torch.nn.BCEWithLogitsLoss(), np.ones((3, 2))),
    "bce, weighted": (
        losses.BCEWithLogitsLoss(pos_weight=3.0),
        torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)),
        np.ones((3, 2)),
    ),
    "cross-entropy": (losses.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(), np.array([0, 1, 1])),
    "cross-entropy, weighted and smoothed": (
        losses.CrossEntropyLoss(np.array([1.0, 3.0]), label_smoothing=0.1),
        torch.nn.CrossEntropyLoss(
            torch.tensor([1.0, 3.0], dtype=torch.float64), label_smoothing=0.1
        ),
        np.array([0, 1, 1]),
    ),
}


@pytest.mark.parametrize("case", CRITERIA)
def test_criterion_equals_torch_and_keeps_the_latest_gradient(case):
    ours, theirs, y = CRITERIA[case]
    rng = np.random.default_rng(0)
    for _ in range(2):
        z = rng.normal(size=(3, 2))
        tensor = torch.tensor(z, requires_grad=True)
        expected = theirs(tensor, torch.from_numpy(y))
        expected.backward()
        assert_close(ours(z, y), expected, "loss")
        assert_close(ours.backward(), tensor.grad, "gradient")


def test_focal_criterion_passes_gamma_on():
    z, y = np.array([0.3, -2.0]), np.array([1, 1])
    criterion = losses.FocalLoss(gamma=1.5)
    assert criterion(z, y) == losses.focal_loss(z, y, gamma=1.5)[0]
    np.testing.assert_array_equal(criterion.backward(), losses.focal_loss(z, y, gamma=1.5)[1])


@pytest.mark.parametrize("name", ["MSELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "FocalLoss"])
def test_backward_before_the_loss_is_an_error(name):
    with pytest.raises(RuntimeError, match=f"{name}.backward was called before the loss"):
        getattr(losses, name)().backward()


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint8, np.float32])
def test_binary_labels_may_have_any_numeric_dtype(dtype):
    z, y = np.array([1.0, -2.0]), np.array([1, 0])
    expected = losses.binary_cross_entropy_with_logits(z, y.astype(float))[0]
    assert losses.binary_cross_entropy_with_logits(z, y.astype(dtype))[0] == expected


bce, ce, focal, mse = (
    losses.binary_cross_entropy_with_logits,
    losses.cross_entropy,
    losses.focal_loss,
    losses.mse_loss,
)
Z = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda: mse(Z[:, :1], np.zeros(3)),
            ValueError,
            r"target must have shape \(3, 1\), as output has, got \(3,\)",
        ),
        (lambda: mse(np.zeros((0, 2)), np.zeros((0, 2))), ValueError, r"empty, got shape \(0, 2\)"),
        (lambda: mse(np.zeros(2, int), np.zeros(2)), TypeError, "output must be floating .* int64"),
        (lambda: mse(np.zeros(1), np.array(["a"])), TypeError, "target must be numeric, got <U1"),
        (lambda: mse(torch.zeros(1), np.zeros(1)), TypeError, "output must be an ndarray, got Ten"),
        (lambda: bce(np.zeros(2), np.array([0, 2])), ValueError, r"lie in \[0, 1\], got 2.0"),
        (lambda: bce(np.zeros(2), np.array([0, -1])), ValueError, r"lie in \[0, 1\], got -1.0"),
        (lambda: bce(np.zeros(1), np.array([math.nan])), ValueError, r"\[0, 1\], got nan"),
        (
            lambda: bce(np.zeros(1), np.zeros(1), pos_weight=-2),
            ValueError,
            "pos_weight must be >= 0, got -2",
        ),
        (lambda: focal(np.zeros(2), np.array([0, 0.5])), ValueError, "must be 0 or 1, got 0.5"),
        (
            lambda: focal(np.zeros(2), np.zeros(2), gamma=-1),
            ValueError,
            "gamma must be >= 0, got -1",
        ),
        (lambda: ce(Z, np.array([0, 1, 2])), ValueError, r"target must lie in \[0, 1\], got 2"),
        (lambda: ce(Z, np.array([0, 1, -1])), ValueError, r"target must lie in \[0, 1\], got -1"),
        (lambda: ce(Z, np.zeros(3)), TypeError, "target must hold integers, got float64"),
        (
            lambda: ce(Z, np.zeros((3, 1), int)),
            ValueError,
            r"shape \(3,\), one label a row, got \(3, 1\)",
        ),
        (
            lambda: ce(Z[0], np.zeros(3, int)),
            ValueError,
            r"output must have shape \(\*, \*\), got \(2,\)",
        ),
        (lambda: ce(Z[:0], np.zeros(0, int)), ValueError, r"must not be empty, got shape \(0, 2\)"),
        (
            lambda: ce(Z, np.zeros(3, int), weight=np.ones(3)),
            ValueError,
            r"weight must have shape \(2,\), got \(3,\)",
        ),
        (
            lambda: ce(Z, np.zeros(3, int), weight=np.array([1, -1])),
            ValueError,
            "weight must be >= 0 and finite, got -1",
        ),
        (
            lambda: ce(Z, np.zeros(3, int), weight=np.array([0, 1])),
            ValueError,
            "must have some weight, got 0.0",
        ),
        (
            lambda: ce(Z, np.zeros(3, int), label_smoothing=1.5),
            ValueError,
            r"label_smoothing must be in \[0, 1\], got 1.5",
        ),
        (
            lambda: losses.Loss()(Z, Z),
            NotImplementedError,
            "Loss does not define value_and_gradient",
        ),
    ],
)
def test_errors_name_the_offending_value(act, error, message):
    with pytest.raises(error, match=message):
        act()
