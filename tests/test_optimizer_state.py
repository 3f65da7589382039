"""What optimizers remember of each parameter, save and load."""

import copy

import numpy as np
import pytest
from optimizer_cases import RULES, every_case, gradients, our_run

from course import in_place, optim
from course.nn import Parameter


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
