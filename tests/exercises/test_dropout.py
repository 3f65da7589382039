"""The exercise ``dropout``: its reference by hand, and how surely its checks decide."""

import json

import numpy as np
import pytest

from autograde.certify import verdicts
from autograde.check import Samples, collect, generator, to_json
from autograde.check.distributions import FALSE_ALARM, detectable_gap
from autograde.check.judge import MORE_DRAWS
from autograde.entry import judge, load
from autograde.exercises.dropout.probes import ENTRIES, rates
from course import nn

FORWARD = judge("dropout", "dropout-forward").bank
BACKWARD = judge("dropout", "dropout-backward").bank


def wrong(bank, name):
    return next(m.build for m in bank.misconceptions if m.name == name)


def test_the_reference_does_what_the_notebook_computes_by_hand():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    output, mask = FORWARD.reference(x, 0.75, np.random.default_rng(0))
    assert set(mask) <= {0.0, 4.0}
    np.testing.assert_array_equal(output, x * mask)
    grad = BACKWARD.reference(np.array([0.5, 0.5, -1, 2]), np.array([0.0, 4.0, 0.0, 0.0]))
    np.testing.assert_array_equal(grad, [0, 2, 0, 0])


def test_the_average_over_masks_is_the_input():
    rng = np.random.default_rng(1)
    outputs, _ = FORWARD.reference(np.full((20_000, 4), 3.0), 0.25, rng)
    np.testing.assert_allclose(outputs.mean(axis=0), 3, atol=0.1)


def test_the_course_which_is_the_reference_without_torch_passes():
    for name, build in [
        ("dropout-forward", nn.dropout),
        ("dropout-backward", nn.dropout_backward),
    ]:
        assert all(v.passed for seed in (1, 2) for v in verdicts("dropout", name, build, seed))


def test_the_evidence_is_small():
    for answer in load("dropout").answers:
        for check, probe in answer.probes.items():
            reference = judge("dropout", answer.name).bank.reference
            evidence = collect(probe, reference, generator(1, check))
            assert len(json.dumps(to_json(evidence))) < 100_000


def test_a_wrong_share_is_told_with_a_power_of_all_but_one_in_a_million():
    """Two distributions over 0 and 1 are as far apart as their shares."""
    told = detectable_gap(ENTRIES, MORE_DRAWS * ENTRIES)
    for seed in range(200):
        shares = np.array(rates(generator(seed, "drop-rate")))
        for others in (1 - shares, 0.5, shares**2, shares**0.5, 0.0, 1.0):
            assert np.abs(shares - others).max() > told
    assert told < 0.1275


def test_a_right_answer_fails_the_share_less_often_than_once_in_a_million():
    probe = load("dropout").answers[0].probes["drop-rate"]
    evidence = collect(probe, FORWARD.reference, generator(1, "drop-rate"))
    assert all(isinstance(item, Samples) for item in evidence.values())
    assert FALSE_ALARM * len(evidence) <= 1e-6


@pytest.mark.parametrize(
    ("answer", "mistake", "lost"),
    [
        ("dropout-forward", "the scale applied twice", {"output"}),
        ("dropout-forward", "a mask without its scale", {"mask"}),
        ("dropout-forward", "one mask for the whole batch", {"independence"}),
        ("dropout-forward", "exactly the share p dropped in every call", {"independence"}),
        ("dropout-forward", "the same mask in every call", {"generator"}),
        ("dropout-forward", "dropping in evaluation, too", {"evaluation"}),
        ("dropout-forward", "x changed in place", {"promises"}),
        ("dropout-forward", "p = 0 refused", {"hyperparameters"}),
        (
            "dropout-forward",
            "a mask that marks what was dropped",
            {"drop-rate", "output", "hyperparameters"},
        ),
        ("dropout-backward", "a gradient without the scale", {"gradient"}),
        ("dropout-backward", "grad_output changed in place", {"backward-promises"}),
    ],
)
def test_a_mistake_costs_the_points_of_what_it_is_about(answer, mistake, lost):
    build = wrong(judge("dropout", answer).bank, mistake)
    failed = {v.check for v in verdicts("dropout", answer, build, 3) if not v.passed}
    assert failed == {f"dropout/{check}" for check in lost}
