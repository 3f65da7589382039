"""Two conventions train alike once their hyperparameters are converted."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import conventions, optim

STEPS = 50
rates = st.floats(1e-4, 1)
momenta = st.floats(0, 0.99)


def gradients(steps=STEPS):
    return np.random.default_rng(0).standard_normal((steps, 4))


def summed(gs, lr, momentum):
    """Return where torch's momentum leads from zero."""
    w = torch.nn.Parameter(torch.zeros(gs.shape[1], dtype=torch.float64))
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum)
    for g in gs:
        w.grad = torch.tensor(g)
        optimizer.step()
    return w.detach().numpy()


def averaged(gs, lr, momentum):
    """Return where momentum as a moving average leads from zero."""
    theta = v = np.zeros(gs.shape[1])
    for g in gs:
        v = momentum * v + (1 - momentum) * g
        theta = theta - lr * v
    return theta


@given(lr=rates, momentum=momenta)
def test_summed_and_averaged_momentum_meet_after_conversion(lr, momentum):
    gs = gradients()
    converted = conventions.lr_for_averaged_momentum(lr, momentum)
    np.testing.assert_allclose(averaged(gs, converted, momentum), summed(gs, lr, momentum))
    converted = conventions.lr_for_summed_momentum(lr, momentum)
    np.testing.assert_allclose(summed(gs, converted, momentum), averaged(gs, lr, momentum))


def test_torchs_dampening_is_not_the_average_since_its_first_gradient_is_whole():
    g = np.array([1.0])
    _, state = optim.sgd(np.zeros(1), g, momentum=0.9, dampening=0.9)
    assert state["v"] == 1.0
    assert averaged(g[None], 1.0, 0.9) == pytest.approx(-0.1)


def test_velocity_with_the_rate_inside_equals_torchs_even_when_the_rate_changes():
    theta, v, theta_inside, u = np.zeros(4), None, np.zeros(4), np.zeros(4)
    lr, momentum = 0.1, 0.9
    for t, g in enumerate(gradients()):
        if t == 20:
            lr = 0.01
            u = conventions.velocity_with_lr_inside(v["v"], lr)
        theta, v = optim.sgd(theta, g, v, lr=lr, momentum=momentum)
        u = momentum * u - lr * g
        theta_inside = theta_inside + u
    np.testing.assert_allclose(theta_inside, theta, rtol=1e-12)


def test_velocity_left_alone_when_the_rate_changes_goes_elsewhere():
    v = np.array([2.0])
    before = conventions.velocity_with_lr_inside(v, 0.1)
    assert conventions.velocity_with_lr_inside(v, 0.01) == pytest.approx(before / 10)


@given(eps=st.floats(1e-8, 1), ratio=st.floats(1e-6, 1e6))
def test_eps_inside_and_outside_of_the_root_differ_by_root_two_at_most(eps, ratio):
    v = (eps * ratio) ** 2
    outside = 1 / (math.sqrt(v) + eps)
    inside = 1 / math.sqrt(v + conventions.eps_inside_root(eps))
    assert 1 - 1e-12 <= inside / outside <= math.sqrt(2) + 1e-12
    assert conventions.eps_outside_root(conventions.eps_inside_root(eps)) == pytest.approx(eps)


def test_eps_inside_and_outside_agree_at_the_ends_and_differ_most_in_between():
    eps = 1e-3
    eps_inside = conventions.eps_inside_root(eps)
    gaps = [(math.sqrt(v) + eps) / math.sqrt(v + eps_inside) for v in (0.0, eps**2, 1e6 * eps**2)]
    assert gaps[0] == pytest.approx(1.0)
    assert gaps[1] == pytest.approx(math.sqrt(2))
    assert gaps[2] == pytest.approx(1.0, rel=2e-3)


def adam_with_eps_hat(gs, eps_hats, lr=0.1, beta1=0.9, beta2=0.999):
    """Return where the Adam of the paper's section 2 leads from zero, with an eps for each step."""
    theta = m = v = np.zeros(gs.shape[1])
    for t, (g, eps_hat) in enumerate(zip(gs, eps_hats, strict=True), start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        alpha = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
        theta = theta - alpha * m / (np.sqrt(v) + eps_hat)
    return theta


def torchs_adam(gs, eps, lr=0.1):
    w = torch.nn.Parameter(torch.zeros(gs.shape[1], dtype=torch.float64))
    optimizer = torch.optim.Adam([w], lr=lr, eps=eps)
    for g in gs:
        w.grad = torch.tensor(g)
        optimizer.step()
    return w.detach().numpy()


def test_epsilon_hat_converted_at_each_step_is_torchs_eps():
    gs, eps = 1e-3 * gradients(), 1e-3
    hats = [conventions.eps_before_correction(eps, beta2=0.999, t=t + 1) for t in range(STEPS)]
    expected = torchs_adam(gs, eps)
    np.testing.assert_allclose(adam_with_eps_hat(gs, hats), expected, rtol=1e-10)
    assert np.all(np.abs(adam_with_eps_hat(gs, [eps] * STEPS) - expected) > 0.01 * np.abs(expected))
    for t, hat in enumerate(hats, start=1):
        back = conventions.eps_after_correction(hat, beta2=0.999, t=t)
        assert back == pytest.approx(eps, rel=1e-12)


@given(l2=st.floats(0, 1), lr=st.floats(0, 0.5))
def test_weight_decay_is_the_gradient_of_the_penalty(l2, lr):
    w = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    (l2 * (w**2).sum()).backward()
    decayed, _ = optim.sgd(
        w.detach().numpy(),
        np.zeros(2),
        lr=lr,
        weight_decay=conventions.weight_decay_from_l2_factor(l2),
    )
    np.testing.assert_allclose(decayed, (w - lr * w.grad).detach().numpy(), rtol=1e-12)
    assert conventions.l2_factor(conventions.weight_decay_from_l2_factor(l2)) == l2


@given(lr=st.floats(1e-4, 0.5), decay=st.floats(0, 1))
def test_decay_per_step_is_what_adamw_takes_away(lr, decay):
    taken = conventions.decay_per_step(decay, lr)
    w = torch.nn.Parameter(torch.tensor([4.0], dtype=torch.float64))
    w.grad = torch.zeros_like(w)
    torch.optim.AdamW([w], lr=lr, weight_decay=decay).step()
    assert w.item() == pytest.approx(4.0 * (1 - taken), rel=1e-12)
    assert conventions.weight_decay_from_decay_per_step(taken, lr) == pytest.approx(decay)


def test_coupled_and_decoupled_decay_are_one_for_sgd_and_two_for_adam():
    theta, g = np.array([1.0, 1.0]), np.array([5.0, 0.1])
    coupled, _ = optim.sgd(theta, g, lr=0.1, weight_decay=0.5)
    by_hand = theta * (1 - conventions.decay_per_step(0.5, 0.1)) - 0.1 * g
    np.testing.assert_allclose(coupled, by_hand, rtol=1e-14)
    with_l2, _ = optim.adam(theta, g, lr=0.1, weight_decay=0.5)
    decoupled, _ = optim.adamw(theta, g, lr=0.1, weight_decay=0.5)
    assert np.all(np.abs(with_l2 - decoupled) > 0.04)


@given(momentum=st.floats(0, 1))
def test_batch_norm_with_flipped_momentum_stores_what_torch_stores(momentum):
    x = np.random.default_rng(1).standard_normal((5, 8, 3))
    layer = torch.nn.BatchNorm1d(3, momentum=momentum, dtype=torch.float64)
    kept = conventions.flip_batch_norm_momentum(momentum)
    mean, variance = np.zeros(3), np.ones(3)
    for batch in x:
        layer(torch.tensor(batch))
        mean = kept * mean + (1 - kept) * batch.mean(axis=0)
        stored = conventions.unbiased_variance(batch.var(axis=0), n=8)
        variance = kept * variance + (1 - kept) * stored
    np.testing.assert_allclose(mean, layer.running_mean.numpy(), atol=1e-12)
    np.testing.assert_allclose(variance, layer.running_var.numpy(), atol=1e-12)


def test_variances_convert_there_and_back():
    x = np.random.default_rng(2).standard_normal((16, 3))
    unbiased = conventions.unbiased_variance(x.var(axis=0), n=16)
    np.testing.assert_allclose(unbiased, x.var(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(conventions.biased_variance(unbiased, 16), x.var(axis=0), rtol=1e-12)
    assert unbiased[0] / x.var(axis=0)[0] == pytest.approx(1.067, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conventions.lr_for_averaged_momentum(0.1, 1.0),
            r"momentum must be in \[0, 1\), got 1.0",
        ),
        (
            lambda: conventions.lr_for_summed_momentum(0.1, math.nan),
            r"momentum must be in \[0, 1\), got nan",
        ),
        (lambda: conventions.eps_inside_root(-1), "eps must be >= 0, got -1"),
        (lambda: conventions.eps_outside_root(-1), "eps must be >= 0, got -1"),
        (
            lambda: conventions.flip_batch_norm_momentum(2),
            r"momentum must be in \[0, 1\], got 2",
        ),
        (
            lambda: conventions.eps_before_correction(1e-8, beta2=1.0, t=1),
            r"beta2 must be in \[0, 1",
        ),
        (lambda: conventions.eps_after_correction(1e-8, beta2=0.9, t=0), "t must be an integer"),
        (lambda: conventions.eps_after_correction(-1, beta2=0.9, t=1), "eps_hat must be >= 0, got"),
        (lambda: conventions.lr_for_averaged_momentum(-1, 0.9), "lr must be >= 0, got -1"),
        (lambda: conventions.decay_per_step(-1, 0.9), "weight_decay must be >= 0, got -1"),
        (lambda: conventions.weight_decay_from_decay_per_step(0.1, 0), "lr must be > 0, got 0"),
        (lambda: conventions.weight_decay_from_l2_factor(-1), "l2 must be >= 0, got -1"),
        (lambda: conventions.unbiased_variance(np.ones(2), 1), "n must be an integer >= 2, got 1"),
        (lambda: conventions.biased_variance(np.ones(2), 1), "n must be an integer >= 2, got 1"),
    ],
)
def test_errors_name_the_offending_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()
