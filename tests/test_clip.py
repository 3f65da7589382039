"""Clipping of gradients, equal to torch's."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import optim
from course.nn import Parameter


@given(
    norm=st.floats(1e-3, 1e3),
    max_norm=st.floats(0, 1e3),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 1000),
)
def test_clip_grad_norm_equals_torch(norm, max_norm, dtype, seed):
    rng = np.random.default_rng(seed)
    grads = [(norm * rng.standard_normal(shape)).astype(dtype) for shape in [(3, 2), (4,), ()]]
    params = [Parameter(np.zeros_like(g)) for g in grads] + [Parameter(np.zeros(2))]
    torchs = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.tensor(g).dtype)) for g in grads]
    for param, tensor, g in zip(params[:-1], torchs, grads, strict=True):
        param.grad, tensor.grad = np.array(g), torch.tensor(g)
    rtol = 1e-12 if dtype == np.float64 else 1e-5
    total = optim.clip_grad_norm(params, max_norm)
    expected = torch.nn.utils.clip_grad_norm_(torchs, max_norm)
    assert total == pytest.approx(expected.item(), rel=rtol)
    for param, tensor in zip(params[:-1], torchs, strict=True):
        assert param.grad.dtype == dtype
        np.testing.assert_allclose(param.grad, tensor.grad.numpy(), rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_clip_grad_norm_touches_nothing_if_the_norm_is_not_finite(bad):
    w = Parameter(np.zeros(2))
    w.grad = np.array([bad, 5.0])
    assert not math.isfinite(optim.clip_grad_norm([w], 1.0))
    np.testing.assert_array_equal(w.grad, [bad, 5.0])


def test_clip_grad_value_equals_torch_and_keeps_the_array():
    w, tensor = Parameter(np.zeros(5)), torch.nn.Parameter(torch.zeros(5, dtype=torch.float64))
    w.grad = grad = np.array([-3.0, -1.0, 0.0, 0.5, 3.0])
    tensor.grad = torch.tensor(grad)
    torch.nn.utils.clip_grad_value_([tensor], 1.0)
    optim.clip_grad_value([w, Parameter(np.zeros(1))], 1.0)
    assert w.grad is grad
    np.testing.assert_array_equal(grad, tensor.grad.numpy())


@pytest.mark.parametrize("bad", [-1, math.nan])
def test_clipping_refuses_negative_limits_and_nan(bad):
    with pytest.raises(ValueError, match=f"max_norm must be >= 0, got {bad}"):
        optim.clip_grad_norm([], bad)
    with pytest.raises(ValueError, match=f"clip_value must be >= 0, got {bad}"):
        optim.clip_grad_value([], bad)
