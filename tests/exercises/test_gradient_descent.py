"""What is specific to the exercise on gradient descent."""

import json

import numpy as np
import pytest
import torch

from autograde.certify import verdicts
from autograde.check import collect, generator, to_json
from autograde.entry import judge, load
from autograde.exercises.gradient_descent import backprop, descent, probes

RNG = np.random.default_rng(5)


def test_the_central_difference_of_a_cube_is_the_one_computed_by_hand():
    found = judge("gradient-descent", "numerical-gradient").bank.reference(
        lambda x: float(np.sum(x**3)), np.array([1.0]), 0.1
    )
    assert found == pytest.approx([3.01])


def test_measured_gradients_of_the_probes_functions_are_those_of_autograd():
    a, b, c, w = RNG.normal(size=(4, 2, 3))
    x = torch.tensor(RNG.normal(size=(2, 3)), requires_grad=True)
    A, B, C, W = map(torch.tensor, (a, b, c, w))
    (torch.sum(A * x + B * x**2 + C * x**3) + torch.sum(W * x) ** 2).backward()

    def f(x):
        return float(np.sum(a * x + b * x**2 + c * x**3) + np.sum(w * x) ** 2)

    measured = judge("gradient-descent", "numerical-gradient").bank.reference(f, x.detach().numpy())
    assert measured == pytest.approx(x.grad.numpy(), rel=1e-6)


def test_descent_from_one_on_a_parabola_is_the_one_computed_by_hand():
    for reference in (descent._torch_descent, descent._course_descent):
        path = reference(lambda x: 2 * x, np.array([1.0]), lr=0.25, steps=2)
        assert path.tolist() == [[1.0], [0.5], [0.25]]


@pytest.mark.parametrize(
    ("b1", "expected"), [(-1.0, (-1.5, -1.5, -0.5, -0.5)), (-3.0, (0.0, 0.0, 0.0, None))]
)
def test_gradients_of_the_smallest_network_are_those_computed_by_hand(b1, expected):
    given = ([[2.0]], [b1], [[3.0]], [-3.0], [[1.0]], [1.0])
    for reference in (backprop._torch_gradients, backprop._course_gradients):
        found = reference(*map(np.array, given))
        for gradient, number in zip(found, expected, strict=True):
            assert number is None or gradient.item() == pytest.approx(number)


def test_the_reference_without_torch_is_the_one_with_torch():
    for n in (1, 7):
        given = probes.network(RNG, n)
        with_torch, without = (
            f(*given) for f in (backprop._torch_gradients, backprop._course_gradients)
        )
        for a, b in zip(with_torch, without, strict=True):
            assert a == pytest.approx(b, rel=1e-12)


@pytest.mark.parametrize("seed", [*range(20), 141])
def test_half_of_the_examples_are_a_yes_so_that_no_mask_is_trivial(seed):
    W1, b1, W2, b2, X, _ = probes.network(generator(seed, "backprop-hidden"), 8)
    Z = X @ W1 + b1
    logits = np.maximum(Z, 0) @ W2 + b2
    assert 0 < (logits > 0).mean() < 1
    assert 0 < (Z > 0).mean() < 1


def test_evidence_is_small():
    for cell in load("gradient-descent").answers:
        reference = judge("gradient-descent", cell.name).bank.reference
        for name, probe in cell.probes.items():
            evidence = collect(probe, reference, generator(0, name))
            assert len(json.dumps(to_json(evidence))) < 10_000


@pytest.mark.parametrize("value", [None, 3.0, (np.zeros(1),) * 3, "abcd", iter(())])
def test_anything_but_four_gradients_is_refused_with_their_names(value):
    found = verdicts("gradient-descent", "backprop", lambda *args: value, 0)
    assert not any(verdict.passed for verdict in found)
    assert "dW1, db1, dW2, db2" in str(found[0])


def test_a_transposed_path_is_refused_without_an_exception_of_ours():
    right = judge("gradient-descent", "gradient-descent").bank.reference

    def transposed(*args, **options):
        return right(*args, **options).T

    found = verdicts("gradient-descent", "gradient-descent", transposed, 0)
    assert not any(verdict.passed for verdict in found[:2])
    assert not any("raised" in verdict.finding for verdict in found)


def test_a_start_left_as_integers_costs_one_check_and_is_called_by_its_name():
    bank = judge("gradient-descent", "gradient-descent").bank
    mistake = next(m for m in bank.misconceptions if m.name == "a start left as integers")
    found = verdicts("gradient-descent", "gradient-descent", mistake.build, 4)
    (failed,) = (verdict for verdict in found if not verdict.passed)
    assert failed.check == "gradient-descent/descent-promises"
    assert failed.misconception == mistake
