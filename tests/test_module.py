"""The module system: names, states, modes, gradients, containers."""

import copy
import subprocess
import sys

import numpy as np
import pytest
import torch
from layer_cases import two_layers
from layer_oracle import assert_close, assert_equal_to_torch, to_numpy, to_torch

from course import nn
from course.gradcheck import gradient_errors


def test_names_follow_the_attributes():
    names = [name for name, _ in two_layers().named_parameters()]
    assert names == ["0.weight", "0.bias", "2.block.weight", "2.block.bias"]
    assert [name for name, _ in two_layers().named_modules()] == ["", "0", "1", "2", "2.block"]


def test_state_dicts_are_interchangeable_with_torch():
    ours = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    theirs = theirs.double()
    ours.load_state_dict(to_numpy(theirs.state_dict()))
    x = np.random.default_rng(0).normal(size=(5, 4))
    assert_close(ours(x), theirs(torch.from_numpy(x)), "from torch")
    ours.parameters()[0].data += 1
    theirs.load_state_dict(to_torch(ours.state_dict()))
    assert_close(ours(x), theirs(torch.from_numpy(x)), "to torch")


def test_state_dict_is_a_copy_and_loading_writes_in_place():
    model = two_layers()
    state = model.state_dict()
    alias = model[0].weight.data
    alias += 1
    assert not np.any(state["0.weight"] == alias)
    model.load_state_dict(state)
    assert model[0].weight.data is alias
    np.testing.assert_array_equal(alias, state["0.weight"])
    alias += 1
    assert not np.any(state["0.weight"] == alias)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("bias"), KeyError, r"missing \['bias'\], unexpected \[\]"),
        (lambda s: s.update(gamma=1.0), KeyError, r"missing \[\], unexpected \['gamma'\]"),
        (
            lambda s: s.update(weight=np.ones((2, 3))),
            ValueError,
            r"weight must have shape \(3, 2\), got \(2, 3\)",
        ),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, error, message):
    model = nn.Linear(2, 3)
    before = model.state_dict()
    state = {name: array + 1 for name, array in before.items()}
    change(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_shared_parameter_is_listed_once():
    class Tied(nn.Module):
        def __init__(self):
            self.first = nn.Linear(3, 3)
            self.second = nn.Linear(3, 3)
            self.second.weight = self.first.weight

    model = Tied()
    names = [name for name, _ in model.named_parameters()]
    assert names == ["first.weight", "first.bias", "second.bias"]
    assert list(model.state_dict()) == [*names[:2], "second.weight", "second.bias"]


def test_train_and_eval_reach_every_module():
    model = nn.Sequential(nn.Residual(nn.Sequential(nn.Dropout(0.5))))
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    assert model.train() is model
    assert all(module.training for _, module in model.named_modules())


def test_gradients_add_up_until_zero_grad():
    model = two_layers(np.random.default_rng(0))
    x, g = np.ones((2, 4)), np.ones((2, 3))
    model(x)
    model.backward(g)
    once = [p.grad.copy() for p in model.parameters()]
    model(x)
    model.backward(g)
    for parameter, grad in zip(model.parameters(), once, strict=True):
        np.testing.assert_allclose(parameter.grad, 2 * grad, rtol=1e-15)
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_gradients_of_two_passes_do_not_share_memory():
    layer = nn.Linear(2, 2)
    g = np.ones((1, 2))
    layer(np.ones((1, 2)))
    layer.backward(g)
    first = layer.bias.grad
    layer.zero_grad()
    layer.backward(g)
    assert layer.bias.grad is not first and not np.shares_memory(first, g)


def test_sequential_is_indexed_and_sliced_as_a_list():
    model = two_layers()
    assert len(model) == 3
    assert model[-1] is list(model)[2]
    assert isinstance(model[:2], nn.Sequential) and model[:2][0] is model[0]
    assert nn.Sequential()(np.ones(3)).tolist() == [1, 1, 1]


def test_residual_equals_torch():
    rng = np.random.default_rng(0)
    ours = nn.Residual(nn.Sequential(nn.Linear(3, 3), nn.Tanh()))

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.block = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh())

        def forward(self, x):
            return x + self.block(x)

    assert_equal_to_torch(ours, Residual(), rng.normal(size=(4, 3)), rng)
    assert max(gradient_errors(ours, rng.normal(size=(4, 3)), rng).values()) < 1e-7


def test_a_copy_of_a_model_is_independent():
    model = two_layers()
    twin = copy.deepcopy(model)
    twin[0].weight.data += 1
    assert not np.any(twin[0].weight.data == model[0].weight.data)


def test_nothing_but_numpy_is_imported():
    code = (
        "import sys, course.nn, course.norm, course.conv, course.losses, course.init, "
        "course.gradcheck\n"
        "foreign = {'torch', 'scipy', 'pandas', 'matplotlib', 'sklearn', 'IPython'}\n"
        "sys.exit(str(sorted(foreign & set(sys.modules))) if foreign & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
