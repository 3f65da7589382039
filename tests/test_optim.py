"""The optimizers against torch and against their own rules."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from optimizer_cases import RULES, every_case, gradients, our_run, rules_run

from course import optim
from course.nn import Parameter

STEPS = 1000


def torchs_run(case, theta, gs, lrs=None):
    """Return where torch's optimizer leads from theta, after every gradient."""
    w = torch.nn.Parameter(torch.tensor(theta))
    optimizer = getattr(torch.optim, case[0])([w], **case[1])
    trajectory = []
    for t, g in enumerate(gs):
        if lrs is not None:
            optimizer.param_groups[0]["lr"] = lrs[t]
        w.grad = torch.tensor(g)
        optimizer.step()
        trajectory.append(w.detach().numpy().copy())
    return np.array(trajectory)


@every_case
@pytest.mark.parametrize("run", [our_run, rules_run])
def test_equals_torch_for_1000_steps(case, run):
    rng = np.random.default_rng(0)
    theta = rng.standard_normal((3, 5)) + 3
    gs = list(gradients(rng, theta, STEPS))
    expected = torchs_run(case, theta, gs)
    # torch keeps the product of NAdam's momenta in float32.
    rtol = 1e-7 if case[0] == "NAdam" else 1e-10
    # An entry that crosses zero keeps the absolute error of its neighbours.
    np.testing.assert_allclose(run(case, theta, gs), expected, rtol=rtol, atol=rtol / 100)
    if case[1].get("lr") != 0:
        assert np.all(expected[-1] != theta)


@every_case
def test_equals_torch_while_a_schedule_moves_the_rate(case):
    rng = np.random.default_rng(1)
    theta = rng.standard_normal(7) + 3
    gs = list(gradients(rng, theta, 200))
    lrs = [0.01 * (1 + math.sin(t)) for t in range(200)]
    got, expected = our_run(case, theta, gs, lrs), torchs_run(case, theta, gs, lrs)
    rtol = 1e-7 if case[0] == "NAdam" else 1e-10
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol / 100)


@every_case
def test_float32_stays_float32_and_equals_torch(case):
    rng = np.random.default_rng(2)
    theta = rng.standard_normal(40).astype(np.float32) + np.float32(3)
    gs = list(gradients(rng, theta, 100))
    got, expected = our_run(case, theta, gs), torchs_run(case, theta, gs)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)


@every_case
def test_rule_leaves_its_arguments_alone(case):
    rng = np.random.default_rng(5)
    theta, state = rng.standard_normal(4), None
    for g in gradients(rng, theta, 3):
        before = copy.deepcopy((theta, g, state))
        new_theta, new_state = RULES[case[0]](theta, g, state, **case[1])
        np.testing.assert_equal((theta, g, state), before)
        for entry in new_state.values():
            assert not np.shares_memory(entry, g)
        theta, state = new_theta, new_state


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    name=st.sampled_from(["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_torch_for_any_shape_and_hyperparameters(data, name, shape, dtype, seed):
    unit = st.floats(0, 0.999)
    options = {
        "SGD": {"momentum": unit},
        "Adagrad": {"lr_decay": unit, "initial_accumulator_value": unit},
        "RMSprop": {"alpha": unit, "momentum": unit, "eps": st.floats(1e-8, 1)},
        "Adam": {"betas": st.tuples(unit, unit), "amsgrad": st.booleans()},
        "AdamW": {"betas": st.tuples(unit, unit), "eps": st.floats(1e-8, 1)},
    }[name]
    options |= {"lr": st.floats(0, 0.1), "weight_decay": st.floats(0, 1)}
    case = (name, data.draw(st.fixed_dictionaries(options)))
    rng = np.random.default_rng(seed)
    theta = np.asarray(rng.standard_normal(shape), dtype)
    gs = [np.asarray(rng.standard_normal(shape), dtype) for _ in range(5)]
    got, expected = our_run(case, theta, gs), torchs_run(case, theta, gs)
    assert got.dtype == dtype
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


# One step by hand from theta = 1 with gradient 2 (the second step where the first shows too
# little), with arguments that keep the numbers short.
@pytest.mark.parametrize(
    ("rule", "options", "expected"),
    [
        # 1 - 0.1 * 2
        (optim.sgd, {"lr": 0.1}, [0.8]),
        # v = 2, then 0.5 * 2 + 2 = 3
        (optim.sgd, {"lr": 0.1, "momentum": 0.5}, [0.8, 0.5]),
        # v = 2, then 0.5 * 2 + 0.75 * 2 = 2.5
        (optim.sgd, {"lr": 0.1, "momentum": 0.5, "dampening": 0.25}, [0.8, 0.55]),
        # g + 0.5 v = 2 + 0.5 * 2 = 3, then 2 + 0.5 * 3 = 3.5
        (optim.sgd, {"lr": 0.1, "momentum": 0.5, "nesterov": True}, [0.7, 0.35]),
        # g = 2 + 0.5 * 1
        (optim.sgd, {"lr": 0.1, "weight_decay": 0.5}, [0.75]),
        # G = 4, then 8: 0.1 * 2 / 2 and 0.1 * 2 / sqrt(8)
        (optim.adagrad, {"lr": 0.1, "eps": 0.0}, [0.9, 0.9 - 0.1 / math.sqrt(2)]),
        # v = 0.25 * 4 = 1: 0.1 * 2 / (1 + 1)
        (optim.rmsprop, {"lr": 0.1, "alpha": 0.75, "eps": 1.0}, [0.9]),
        # v - m^2 = 0.5 * 4 - (0.5 * 2)^2 = 1: 0.1 * 2 / (1 + 1)
        (optim.rmsprop, {"lr": 0.1, "alpha": 0.5, "eps": 1.0, "centered": True}, [0.9]),
        # m_hat = 2 and v_hat = 4 at every step, by the correction: 0.1 * 2 / (2 + 2)
        (optim.adam, {"lr": 0.1, "eps": 2.0}, [0.95, 0.9]),
        # 1 - 0.1 * 0.5 * 1 = 0.95 first, then as above
        (optim.adamw, {"lr": 0.1, "eps": 2.0, "weight_decay": 0.5}, [0.9]),
        # mu = 0.5 (1 - 0.5) = 0.25 without decay, m = 0.5 * 2 = 1, product 0.25, then 0.0625:
        # m_hat = 0.25 * 1 / 0.9375 + 0.75 * 2 / 0.75 = 34 / 15, over 2 + 2, times 0.1
        (
            optim.nadam,
            {"lr": 0.1, "betas": (0.5, 0.999), "eps": 2.0, "momentum_decay": 0.0},
            [1 - 0.1 * 34 / 60],
        ),
    ],
)
def test_rule_by_hand(rule, options, expected):
    theta, state, got = np.array([1.0]), None, []
    for _ in expected:
        theta, state = rule(theta, np.array([2.0]), state, **options)
        got.append(theta[0])
    assert got == pytest.approx(expected, rel=1e-12)


def test_amsgrad_divides_by_the_largest_second_moment():
    state = None
    for g in (2.0, 0.0):
        theta, state = optim.adam(
            np.array([1.0]), np.array([g]), state, betas=(0.0, 0.5), amsgrad=True
        )
    # v is 2, then 1; the largest stays 2.
    assert state["v"] == 1.0
    assert state["v_max"] == 2.0


def test_centered_rmsprop_survives_a_constant_gradient():
    w = Parameter(np.ones(50, dtype=np.float32))
    optimizer = optim.RMSprop([w], lr=1e-3, alpha=0.5, centered=True)
    rng = np.random.default_rng(7)
    g = rng.standard_normal(50).astype(np.float32)
    for _ in range(200):
        w.grad = g
        optimizer.step()
    assert np.all(np.isfinite(w.data))
