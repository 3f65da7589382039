"""The exercise ``momentum``: its reference by hand, and what its probes keep apart."""

import json

import numpy as np
import pytest

from autograde.certify import verdicts
from autograde.check import collect, generator, to_json
from autograde.entry import judge, load
from autograde.exercises.optimizers import displacements

BANK = judge("momentum", "sgd").bank


def lengths(steps: int, **options) -> np.ndarray:
    """Return how many learning rates long the reference's steps are if every gradient is 1."""
    moved = displacements(BANK.reference, np.zeros(1), [np.ones(1)] * steps, lr=0.5, **options)
    return -np.diff(moved[:, 0], prepend=0) / 0.5


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 1, 1]),
        ({"dampening": 0.5}, [1, 1, 1]),
        ({"momentum": 0.9}, [1, 1.9, 2.71]),
        ({"momentum": 0.9, "dampening": 0.5}, [1, 1.4, 1.76]),
        ({"momentum": 0.9, "nesterov": True}, [1.9, 2.71, 3.439]),
    ],
)
def test_the_reference_takes_the_steps_that_the_notebook_computes_by_hand(options, expected):
    np.testing.assert_allclose(lengths(3, **options), expected)


def test_the_velocity_ends_at_ten_times_a_steady_gradient():
    assert lengths(300, momentum=0.9)[-1] == pytest.approx(10)


def test_the_evidence_is_small():
    for answer in load("momentum").answers:
        for check, probe in answer.probes.items():
            evidence = collect(probe, BANK.reference, generator(1, check))
            assert len(json.dumps(to_json(evidence))) < 20_000


@pytest.mark.parametrize(
    ("mistake", "lost"),
    [
        ("lr inside the velocity", {"schedule"}),
        ("momentum taken for friction", {"velocity"}),
        ("dampening applied to the first gradient too", {"dampening"}),
        ("dampening where there is no momentum", {"dampening"}),
        ("a look-ahead that forgets the gradient", {"nesterov"}),
        ("a first step counted for the optimizer, not for each parameter", {"parameters"}),
        ("a velocity that lives in the array of a gradient", {"promises"}),
        ("nesterov without momentum let through", {"hyperparameters"}),
        ("climbing instead of descending", {"plain", "velocity", "nesterov"}),
    ],
)
def test_a_mistake_costs_the_points_of_what_it_is_about(mistake, lost):
    build = next(m.build for m in BANK.misconceptions if m.name == mistake)
    failed = {v.check for v in verdicts("momentum", "sgd", build, 3) if not v.passed}
    assert failed == {f"momentum/{check}" for check in lost}
