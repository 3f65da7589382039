"""The optimizers against torch and against their own rules, and what they promise beyond it."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import _blas, in_place, optim
from course.nn import Parameter

STEPS = 1000

# Name and arguments, the same for torch and for us.
TABLE = [
    ("SGD", {}),
    ("SGD", {"lr": 0.01, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.0, "momentum": 0.9}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "eps": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.1}),
    ("Adam", {"betas": (0.0, 0.0)}),
    ("Adam", {"weight_decay": 0.1}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"amsgrad": True, "weight_decay": 0.1, "lr": 0.02}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.0}),
    ("AdamW", {"weight_decay": 0.5, "lr": 0.1}),
    ("AdamW", {"amsgrad": True}),
    ("NAdam", {}),
    ("NAdam", {"betas": (0.8, 0.99), "momentum_decay": 0.05}),
    ("NAdam", {"weight_decay": 0.1}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
]
RULES = {name: getattr(optim, name.lower()) for name, _ in TABLE}


def names(case):
    return f"{case[0]}-{'-'.join(f'{k}={v}' for k, v in case[1].items())}"


every_case = pytest.mark.parametrize("case", TABLE, ids=names)


def gradients(rng, theta, steps):
    """Yield gradients of very different sizes; small ones show where eps stands."""
    scale = 10.0 ** rng.uniform(-6, 1, theta.shape)
    for _ in range(steps):
        yield (scale * rng.standard_normal(theta.shape)).astype(theta.dtype)


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


def our_run(case, theta, gs, lrs=None):
    """Return where our optimizer leads from theta, after every gradient."""
    w = Parameter(theta.copy())
    optimizer = getattr(optim, case[0])([w], **case[1])
    trajectory = []
    for t, g in enumerate(gs):
        if lrs is not None:
            optimizer.lr = lrs[t]
        w.grad = g.copy()
        optimizer.step()
        np.testing.assert_array_equal(w.grad, g)
        trajectory.append(w.data.copy())
    return np.array(trajectory)


def rules_run(case, theta, gs):
    """Return where our pure rule leads from theta, after every gradient."""
    state, trajectory = None, []
    for g in gs:
        theta, state = RULES[case[0]](theta, g, state, **case[1])
        trajectory.append(theta)
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


def test_missing_gradient_leaves_parameter_and_state_alone():
    w, b = Parameter(np.ones(2)), Parameter(np.ones(3))
    optimizer = optim.SGD([w, b], lr=0.1, momentum=0.9)
    w.grad, b.grad = np.ones(2), np.ones(3)
    optimizer.step()
    b.grad = None
    before = b.data.copy(), optimizer.state[1]["v"].copy()
    optimizer.step()
    np.testing.assert_array_equal(b.data, before[0])
    np.testing.assert_array_equal(optimizer.state[1]["v"], before[1])
    assert w.data[0] == pytest.approx(1 - 0.1 - 0.19)


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


def test_zero_grad_forgets_all_gradients():
    w = Parameter(np.ones(3))
    w.grad = np.ones(3)
    optim.SGD([w]).zero_grad()
    assert w.grad is None


@pytest.mark.parametrize(
    ("name", "options", "buffers"),
    [
        ("SGD", {}, 0),
        ("SGD", {"momentum": 0.9}, 1),
        ("Adagrad", {}, 1),
        ("RMSprop", {}, 1),
        ("Adam", {}, 2),
        ("AdamW", {}, 2),
        ("Adam", {"amsgrad": True}, 3),
    ],
)
def test_state_holds_as_many_arrays_as_it_must(name, options, buffers):
    w = Parameter(np.ones(100))
    optimizer = getattr(optim, name)([w], **options)
    assert optimizer.state == [None]
    for _ in range(2):
        w.grad = np.ones(100)
        optimizer.step()
    arrays = [entry for entry in optimizer.state[0].values() if isinstance(entry, np.ndarray)]
    assert len(arrays) == buffers
    assert all(array.shape == (100,) and array.flags.owndata for array in arrays)


@every_case
def test_continues_from_its_state_dict(case):
    rng = np.random.default_rng(6)
    theta = rng.standard_normal((2, 3))
    gs = list(gradients(rng, theta, 20))
    whole = our_run(case, theta, gs)
    w = Parameter(theta.copy())
    first = getattr(optim, case[0])([w], **case[1])
    for g in gs[:10]:
        w.grad = g
        first.step()
    saved = first.state_dict()
    resumed_w = Parameter(w.data.copy())
    second = getattr(optim, case[0])([resumed_w], lr=0.777)
    before = copy.deepcopy(saved)
    w.grad = gs[0]
    first.step()
    np.testing.assert_equal(saved, before)
    second.load_state_dict(saved)
    for g in gs[10:]:
        resumed_w.grad = g
        second.step()
    np.testing.assert_array_equal(resumed_w.data, whole[-1])
    np.testing.assert_equal(saved, before)


def test_state_dict_of_others_is_refused():
    w = Parameter(np.ones(2))
    w.grad = np.ones(2)
    adam = optim.Adam([w])
    adam.step()
    saved = adam.state_dict()
    with pytest.raises(ValueError, match=r"must have the hyperparameters \['dampening', "):
        optim.SGD([w]).load_state_dict(saved)
    with pytest.raises(ValueError, match="state dict must be of 2 parameters, got 1"):
        optim.Adam([w, Parameter(np.ones(2))]).load_state_dict(saved)
    other = optim.Adam([Parameter(np.ones(3))], lr=0.5)
    with pytest.raises(ValueError, match=r"state 'm' must have the shape \(3,\), got \(2,\)"):
        other.load_state_dict(saved)
    assert (other.lr, other.state) == (0.5, [None])


@pytest.mark.parametrize("name", ["SGD", "RMSprop"])
def test_momentum_may_be_switched_on_and_off(name, monkeypatch):
    monkeypatch.setattr(in_place, "BLOCK_BYTES", 2 * 8)
    w, expected, state = Parameter(np.ones(5)), np.ones(5), None
    optimizer = getattr(optim, name)([w], lr=0.1)
    for momentum in (0.0, 0.0, 0.5, 0.5, 0.5, 0.0, 0.0, 0.9, 0.9):
        g = np.arange(5.0)
        optimizer.momentum = momentum
        w.grad = g
        optimizer.step()
        expected, state = RULES[name](expected, g, state, lr=0.1, momentum=momentum)
        np.testing.assert_allclose(w.data, expected, rtol=1e-14)


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


def test_centered_rmsprop_survives_a_constant_gradient():
    w = Parameter(np.ones(50, dtype=np.float32))
    optimizer = optim.RMSprop([w], lr=1e-3, alpha=0.5, centered=True)
    rng = np.random.default_rng(7)
    g = rng.standard_normal(50).astype(np.float32)
    for _ in range(200):
        w.grad = g
        optimizer.step()
    assert np.all(np.isfinite(w.data))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("SGD", {"lr": -1}, "lr must be >= 0, got -1"),
        ("SGD", {"lr": math.nan}, "lr must be >= 0, got nan"),
        ("SGD", {"momentum": -0.1}, "momentum must be >= 0, got -0.1"),
        ("SGD", {"weight_decay": math.nan}, "weight_decay must be >= 0, got nan"),
        ("SGD", {"dampening": math.nan}, "dampening must be >= 0, got nan"),
        ("SGD", {"nesterov": True}, "nesterov needs momentum > 0 and dampening == 0, got 0 and 0"),
        (
            "SGD",
            {"nesterov": True, "momentum": 0.9, "dampening": 0.5},
            "nesterov needs momentum > 0 and dampening == 0, got 0.9 and 0.5",
        ),
        ("Adagrad", {"lr_decay": -1}, "lr_decay must be >= 0, got -1"),
        (
            "Adagrad",
            {"initial_accumulator_value": -1},
            "initial_accumulator_value must be >= 0, got -1",
        ),
        ("RMSprop", {"alpha": -1}, "alpha must be >= 0, got -1"),
        ("Adam", {"lr": math.nan}, "lr must be >= 0, got nan"),
        ("Adam", {"eps": -1e-8}, "eps must be >= 0, got -1e-08"),
        ("Adam", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
        ("Adam", {"betas": (math.nan, 0.9)}, r"betas must be two numbers in \[0, 1\), got \(nan"),
        ("AdamW", {"betas": (0.9,)}, r"betas must be two numbers in \[0, 1\), got \(0.9,\)"),
        ("NAdam", {"momentum_decay": -1}, "momentum_decay must be >= 0, got -1"),
    ],
)
def test_errors_name_the_offending_value(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(optim, name)([Parameter(np.ones(2))], **options)


def whole_numbers():
    w = Parameter(np.ones(2))
    w.data = np.ones(2, dtype=np.int64)
    return w


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ValueError, r"params must not be empty, got \[\]"),
        (iter([]), ValueError, r"params must not be empty, got \[\]"),
        ([Parameter(np.ones(2))] * 2, ValueError, "params must be distinct, got one of them twice"),
        ([whole_numbers()], ValueError, "parameters must be of floating point, got int64"),
        ([1.0], TypeError, "params must hold parameters .* got float"),
        ([torch.ones(2)], TypeError, "params must hold parameters .* got Tensor"),
        (Parameter(np.ones(2)), TypeError, "Parameter"),
    ],
)
def test_parameters_that_are_none_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        optim.Adam(params)


@pytest.mark.parametrize(
    ("grad", "message"),
    [
        (np.ones((2, 3)), r"grad must have the shape \(3, 2\) of its parameter, got \(2, 3\)"),
        (np.ones(2), r"grad must have the shape \(3, 2\) of its parameter, got \(2,\)"),
        (1.0, r"grad must have the shape \(3, 2\) of its parameter, got \(\)"),
        (np.ones((3, 2), dtype=complex), "grad must be of real numbers, got complex128"),
    ],
)
def test_gradients_that_do_not_fit_are_refused(grad, message):
    w = Parameter(np.ones((3, 2)))
    optimizer = optim.SGD([w])
    w.grad = grad
    with pytest.raises(ValueError, match=message):
        optimizer.step()
    np.testing.assert_array_equal(w.data, np.ones((3, 2)))
