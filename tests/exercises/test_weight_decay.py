"""The exercise ``weight-decay``: its references by hand, and what its probes keep apart."""

import json

import numpy as np
import pytest

from autograde.certify import verdicts
from autograde.check import collect, generator, to_json
from autograde.entry import judge, load
from course.nn import Parameter


def bank(answer: str):
    return judge("weight-decay", answer).bank


def parameter(value: float, grad: float) -> Parameter:
    made = Parameter(np.array([value]))
    made.grad = np.array([grad])
    return made


def test_the_l2_reference_agrees_with_the_notebook_s_example_and_with_the_penalty_s_slope():
    (gradient,) = bank("sgd-l2").reference([parameter(3.0, 1.0)], 0.1)
    np.testing.assert_allclose(gradient, [1.3])

    def penalty(w: float) -> float:
        return 0.05 * w**2

    slope = (penalty(3 + 1e-5) - penalty(3 - 1e-5)) / 2e-5
    np.testing.assert_allclose(gradient - 1, [slope], rtol=1e-6)


def test_the_adamw_reference_takes_the_step_that_the_notebook_computes_by_hand():
    weight = parameter(2.0, 3.0)
    bank("adamw").reference([weight], lr=0.1, weight_decay=0.5).step()
    np.testing.assert_allclose(weight.data, [1.8], rtol=1e-8)


@pytest.mark.parametrize("w", [-3.0, -1.0, -0.4, 0.0, 0.5, 1.0, 2.5])
def test_the_soft_threshold_is_the_lowest_point_of_what_it_should_minimize(w):
    u = np.linspace(-4, 4, 80_001)
    lowest = u[np.argmin((u - w) ** 2 / 2 + np.abs(u))]
    (shrunk,) = bank("soft-threshold").reference(np.array([w]), 1.0)
    assert shrunk == pytest.approx(lowest, abs=1e-4)


def test_the_evidence_is_small():
    for answer in load("weight-decay").answers:
        for check, probe in answer.probes.items():
            evidence = collect(probe, bank(answer.name).reference, generator(1, check))
            assert len(json.dumps(to_json(evidence))) < 20_000


@pytest.mark.parametrize(
    ("answer", "mistake", "lost"),
    [
        ("adamw", "no bias correction", {"adamw-adam"}),
        ("adamw", "a decay after the update", {"adamw-decay", "adamw-schedule"}),
        ("adamw", "a decay scaled by the schedule alone", {"adamw-decay", "adamw-schedule"}),
        ("adamw", "a decay with the first lr for ever", {"adamw-schedule"}),
        ("adamw", "a decay of parameters without a gradient", {"adamw-parameters"}),
        ("adamw", "param.data put in another array", {"adamw-promises"}),
        ("adamw", "a weight_decay that is not checked", {"adamw-hyperparameters"}),
        ("sgd-l2", "a penalty twice as strong", {"l2-penalty"}),
        ("sgd-l2", "gradients changed in place", {"l2-promises"}),
        ("soft-threshold", "the sign lost", {"soft-threshold"}),
        ("soft-threshold", "w changed in place", {"soft-threshold-array"}),
    ],
)
def test_a_mistake_costs_the_points_of_what_it_is_about(answer, mistake, lost):
    build = next(m.build for m in bank(answer).misconceptions if m.name == mistake)
    failed = {v.check for v in verdicts("weight-decay", answer, build, 3) if not v.passed}
    assert failed == {f"weight-decay/{check}" for check in lost}
