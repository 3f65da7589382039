"""What normalization layers keep: statistics, modes, memory and types."""

import numpy as np
import pytest
import torch
from layer_oracle import assert_close, to_numpy, to_torch
from norm_cases import LAYERS

from course import norm


def test_evaluation_may_follow_training_between_forward_and_backward():
    layer = norm.BatchNorm1d(2)
    x, g = np.random.default_rng(0).normal(size=(2, 5, 2))
    layer(x)
    expected = layer.backward(g)
    layer(x)
    layer.eval()
    np.testing.assert_array_equal(layer.backward(g), expected)


def test_backward_of_evaluation_uses_the_statistics_of_its_forward():
    layer = norm.BatchNorm1d(2).eval()
    x, g = np.random.default_rng(0).normal(size=(2, 5, 2))
    layer(x)
    expected = layer.backward(g)
    layer(x)
    layer.running_var *= 4
    np.testing.assert_array_equal(layer.backward(g), expected)


def test_channels_that_lie_last_in_memory_stay_there():
    x = np.random.default_rng(0).normal(size=(4, 5, 2, 3)).transpose(0, 3, 1, 2)
    assert norm.BatchNorm2d(3)(x).transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(name):
    make = {
        "batch 1d": lambda: norm.BatchNorm1d(3, dtype=np.float32),
        "batch 2d": lambda: norm.BatchNorm2d(3, dtype=np.float32),
        "layer": lambda: norm.LayerNorm(6, dtype=np.float32),
        "instance": lambda: norm.InstanceNorm2d(3, dtype=np.float32),
        "group": lambda: norm.GroupNorm(2, 6, dtype=np.float32),
    }.get(name)
    if make is None:
        return
    layer = make()
    for mode in (True, False):
        layer.train(mode)
        x = np.random.default_rng(0).normal(size=LAYERS[name][2][0]).astype(np.float32)
        output = layer(x)
        assert output.dtype == np.float32
        assert layer.backward(np.ones_like(output)).dtype == np.float32
        assert all(p.grad.dtype == np.float32 for p in layer.parameters())
        assert all(
            a.dtype.kind == "i" or a.dtype == np.float32 for a in layer.state_dict().values()
        )


def test_state_dicts_are_interchangeable_with_torch():
    ours, theirs = norm.BatchNorm1d(3), torch.nn.BatchNorm1d(3).double()
    x = np.random.default_rng(0).normal(size=(5, 3))
    for _ in range(3):
        theirs(torch.from_numpy(x))
    ours.load_state_dict(to_numpy(theirs.state_dict()))
    assert ours.num_batches_tracked == 3
    assert_close(ours.eval()(x), theirs.eval()(torch.from_numpy(x)), "from torch")
    ours.train()(x)
    theirs.load_state_dict(to_torch(ours.state_dict()))
    assert theirs.num_batches_tracked == 4


def test_running_statistics_are_moved_in_place_and_copied_out():
    layer = norm.BatchNorm1d(2)
    alias, state = layer.running_mean, layer.state_dict()
    layer(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert layer.running_mean is alias and alias.tolist() == pytest.approx([0.2, 0.3])
    assert state["running_mean"].tolist() == [0, 0]
