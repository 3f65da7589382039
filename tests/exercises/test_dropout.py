"""The exercise ``dropout``: its reference by hand, and how surely its checks decide."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from autograde.certify import verdicts
from autograde.check import Shares, collect, generator, to_json
from autograde.check.distributions import FALSE_ALARM, MISS, share_interval
from autograde.check.judge import MORE_DRAWS
from autograde.entry import judge, load
from autograde.exercises import randomness
from autograde.exercises.dropout.independence import CALLS, SHAPE
from autograde.exercises.dropout.probes import AT_ENDS, ENTRIES, ends, rates
from autograde.exercises.randomness import CHANCE, unpaired, unrelated
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


def surely_told(p: float, other: float, n: int) -> bool:
    """Tell whether coins with p and with other pass for one with a probability below MISS."""
    low, high = sorted([(p, MORE_DRAWS * n), (other, n)])
    nearest = stats.binom(low[1], low[0]).isf(MISS / 2), stats.binom(high[1], high[0]).ppf(MISS / 2)
    below = share_interval(int(nearest[0]), low[1], FALSE_ALARM / 2)[1]
    return below < share_interval(int(nearest[1]), high[1], FALSE_ALARM / 2)[0]


@pytest.mark.parametrize(
    ("ends", "n", "off"),
    [
        ((0.15, 0.85), ENTRIES, 0.024),
        ((0.001, 0.003), AT_ENDS, 0.007),
        ((0.98, 0.99), AT_ENDS, 0.012),
    ],
)
def test_a_share_that_is_slightly_off_is_told_with_a_power_of_all_but_one_in_a_million(
    ends, n, off
):
    for p in np.linspace(*ends, 30):
        others = [q for q in (p - off, p + off) if 0 < q < 1]
        assert others and all(surely_told(p, q, n) for q in others)


def test_each_named_mistake_in_the_share_is_off_by_more_than_can_be_overlooked():
    for seed in range(200):
        rng = generator(seed, "drop-rate")
        middle, extreme = rates(rng)[:2], ends(rng)

        def told(other, middle=middle, extreme=extreme):
            return any(surely_told(p, other(p), ENTRIES) for p in middle) or any(
                surely_told(p, other(p), AT_ENDS) for p in extreme
            )

        assert told(lambda p: math.ceil(10 * p) / 10 - 1e-12)
        assert told(lambda p: math.ceil(100 * p) / 100 - 1e-12)
        assert told(lambda p: 0.9 * p)
        assert told(lambda p: min(1.1 * p, 1 - 1e-12))


def test_a_right_answer_fails_a_check_less_often_than_once_in_a_million():
    evidence = {}
    for check in ("drop-rate", "independence"):
        probe = load("dropout").answers[0].probes[check]
        evidence[check] = collect(probe, FORWARD.reference, generator(1, check))
    shares = evidence["drop-rate"].values()
    assert len(shares) == 4 and all(isinstance(item, Shares) for item in shares)
    assert FALSE_ALARM * len(shares) <= 1e-6
    claims = [name for name, item in evidence["independence"].items() if not item.clue]
    equal = math.comb(CALLS, 2) / 2.0 ** math.prod(SHAPE) + 1770 / 2**50
    assert len(claims) * CHANCE + equal + 0.75**80 <= 1e-6


@pytest.mark.parametrize("check", [unrelated, unpaired])
def test_fair_coins_are_seldom_taken_for_related_ones(check, monkeypatch):
    """At a chance that a thousand trials can see: it is a bound, and not a loose one."""
    monkeypatch.setattr(randomness, "CHANCE", 0.1)
    rng = np.random.default_rng(2)
    shape = (400,) if check is unrelated else (60, 8)
    refused = sum(not check(rng.random(shape) < 0.5) for _ in range(1000))
    assert 0 < refused < 100


def test_a_hundred_different_masks_come_again_almost_surely():
    assert math.exp(-math.comb(CALLS, 2) / 588) < 1e-6


@pytest.mark.parametrize(
    ("answer", "mistake", "lost"),
    [
        ("dropout-forward", "the scale applied twice", {"output"}),
        ("dropout-forward", "a mask without its scale", {"mask"}),
        ("dropout-forward", "one mask for the whole batch", {"independence"}),
        ("dropout-forward", "exactly the share p dropped in every call", {"independence"}),
        ("dropout-forward", "the same mask in every call", {"generator"}),
        ("dropout-forward", "a p that is rounded up to hundredths", {"drop-rate"}),
        ("dropout-forward", "neighbours that share one random number", {"independence"}),
        ("dropout-forward", "a last entry that is never dropped", {"independence"}),
        ("dropout-forward", "NaN let through", {"hyperparameters"}),
        ("dropout-forward", "a p that is checked in training alone", {"hyperparameters"}),
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


def test_a_mask_alone_in_float32_is_not_called_everything():
    for mistake in ("a mask that is float32 for every x", "everything turned into float32"):
        found = verdicts("dropout", "dropout-forward", wrong(FORWARD, mistake), 502)
        assert {v.misconception.name for v in found if not v.passed} == {mistake}
