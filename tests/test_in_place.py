"""Updates in place, block by block, are those of the rules, in any memory."""

import numpy as np
import pytest
from optimizer_cases import every_case, gradients, our_run, rules_run

from course import _blas, in_place, optim
from course.nn import Parameter


@every_case
def test_optimizer_equals_its_rule_over_many_blocks(case, monkeypatch):
    monkeypatch.setattr(in_place, "BLOCK_BYTES", 16 * 8)
    rng = np.random.default_rng(3)
    theta = rng.standard_normal((7, 11))
    gs = list(gradients(rng, theta, 30))
    got = our_run(case, theta, gs)
    np.testing.assert_allclose(got, rules_run(case, theta, gs), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("blas", [True, False])
def test_large_parameters_may_be_updated_by_blas(dtype, momentum, blas, monkeypatch):
    monkeypatch.setattr(in_place, "BLOCK_BYTES", 16 * 8)
    monkeypatch.setattr(in_place, "BLAS_BYTES", 0)
    if not blas:
        monkeypatch.setattr(_blas, "_routine", lambda name, kind: None)
    rng = np.random.default_rng(3)
    start, store = rng.standard_normal((7, 11)), np.zeros((14, 22), dtype)
    for theta in (np.array(start, dtype), np.asfortranarray(start, dtype), store[::2, ::-2]):
        theta[...], expected, state = start, start, None
        w = Parameter(theta)
        w.data = theta
        optimizer = optim.SGD([w], lr=0.1, momentum=momentum)
        for g in gradients(rng, start, 10):
            w.grad = g.astype(dtype)
            optimizer.step()
            expected, state = optim.sgd(expected, g, state, lr=0.1, momentum=momentum)
        assert w.data is theta
        rtol = 50 * np.finfo(dtype).eps
        np.testing.assert_allclose(theta, expected, rtol=rtol, atol=10 * rtol)


@every_case
def test_memory_layout_makes_no_difference(case, monkeypatch):
    monkeypatch.setattr(in_place, "BLOCK_BYTES", 4 * 8)
    rng = np.random.default_rng(4)
    theta = rng.standard_normal((6, 5))
    gs = list(gradients(rng, theta, 20))
    rows = our_run(case, theta, gs)
    store = np.zeros((12, 10))
    for view in (np.asfortranarray(theta), store[::2, ::-2]):
        view[...] = theta
        w = Parameter(view)
        w.data = view
        optimizer = getattr(optim, case[0])([w], **case[1])
        for g in gs:
            w.grad = np.asfortranarray(g)
            optimizer.step()
        assert w.data is view
        np.testing.assert_array_equal(view, rows[-1])
    assert np.count_nonzero(store) <= theta.size


@every_case
def test_aliases_of_the_parameter_see_every_update(case):
    w = Parameter(np.ones(3))
    alias = w.data
    optimizer = getattr(optim, case[0])([w], **(case[1] | {"lr": 0.1}))
    for _ in range(3):
        before = alias.copy()
        w.grad = np.full(3, 0.5)
        optimizer.step()
        assert alias is w.data
        assert np.all(alias != before)


@every_case
def test_numpy_scalars_as_rates_change_no_bit_of_float32(case):
    rng = np.random.default_rng(8)
    theta = rng.standard_normal(200, dtype=np.float32)
    gs = list(gradients(rng, theta, 5))
    exact = our_run(case, theta, gs, lrs=[0.1] * 5)
    np.testing.assert_array_equal(our_run(case, theta, gs, lrs=[np.float64(0.1)] * 5), exact)


def test_gradients_of_another_dtype_are_cast_to_the_parameters():
    w = Parameter(np.ones(2, dtype=np.float32))
    optimizer = optim.SGD([w], lr=0.5, momentum=0.9)
    w.grad = np.array([1, 2])
    optimizer.step()
    assert optimizer.state[0]["v"].dtype == np.float32
    np.testing.assert_array_equal(w.data, np.array([0.5, 0.0], dtype=np.float32))
