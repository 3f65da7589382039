"""Compare a layer with torch's in float64: state, forward, backward, buffers."""

import numpy as np
import torch
from hypothesis import settings

RTOL = 1e-9
ATOL = 1e-12  # for elements that are zero up to rounding; all values here are of order 1

some = settings(max_examples=60, deadline=None, derandomize=True)


def to_torch(state):
    return {name: torch.from_numpy(array) for name, array in state.items()}


def to_numpy(state):
    return {name: tensor.detach().numpy() for name, tensor in state.items()}


def assert_close(actual, expected, what):
    expected = expected.detach().numpy() if isinstance(expected, torch.Tensor) else expected
    np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=ATOL, err_msg=what)


def perturb(module, rng):
    """Move all parameters off their initial values: ones and zeros hide mistakes."""
    for parameter in module.parameters():
        parameter.data += rng.normal(scale=0.5, size=parameter.data.shape)


def assert_equal_to_torch(ours, theirs, x, rng, *, training=True, rounds=2):
    """Run both on the same state and batches; every output, gradient and buffer must agree."""
    theirs = theirs.double()
    perturb(ours, rng)
    theirs.load_state_dict(to_torch(ours.state_dict()))
    ours.train(training)
    theirs.train(training)
    for _ in range(rounds):  # the second round adds gradients up and moves buffers on
        before = x.copy()
        x_torch = torch.tensor(x, requires_grad=True)
        output, expected = ours(x), theirs(x_torch)
        assert output.dtype == np.float64
        assert_close(output, expected, "output")
        grad_output = rng.normal(size=output.shape)
        lent = grad_output.copy()
        expected.backward(torch.from_numpy(grad_output))
        assert_close(ours.backward(grad_output), x_torch.grad, "gradient of the input")
        np.testing.assert_array_equal(x, before, err_msg="the input was changed")
        np.testing.assert_array_equal(grad_output, lent, err_msg="grad_output was changed")
        x = x + rng.normal(scale=0.1, size=x.shape)
    expected_grads = {name: p.grad for name, p in theirs.named_parameters()}
    grads = {name: p.grad for name, p in ours.named_parameters()}
    assert list(grads) == list(expected_grads)
    for name, grad in grads.items():
        assert_close(grad, expected_grads[name], f"gradient of {name}")
    state, expected_state = ours.state_dict(), to_numpy(theirs.state_dict())
    assert list(state) == list(expected_state)
    for name, array in state.items():
        assert_close(array, expected_state[name], f"state {name}")
