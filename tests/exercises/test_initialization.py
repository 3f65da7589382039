"""The exercise ``initialization``: its references by hand, and how surely its checks decide."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from autograde.certify import verdicts
from autograde.check import collect, generator, to_json
from autograde.check.distributions import FALSE_ALARM, MISS, detectable_gap, largest_gap
from autograde.check.judge import MORE_DRAWS
from autograde.entry import judge, load
from autograde.exercises.initialization import probes
from course import init

ANSWERS = {answer.name: answer for answer in load("initialization").answers}
BANKS = {name: judge("initialization", name).bank for name in ANSWERS}


def evidence_of(name, check, seed=1):
    probe = ANSWERS[name].probes[check]
    return collect(probe, BANKS[name].reference, generator(seed, check))


def test_the_references_do_what_the_notebook_computes_by_hand():
    assert tuple(BANKS["fans"].reference((2, 3, 5))) == (15, 10)
    rng = np.random.default_rng(0)
    draws = np.array([BANKS["xavier"].reference((2, 4), rng, gain=3) for _ in range(500)])
    assert 2.9 < draws.max() < 3 and -3 < draws.min() < -2.9
    draws = np.array([BANKS["he"].reference((10, 8, 3, 3), rng) for _ in range(50)])
    assert draws.std() == pytest.approx(1 / 6, rel=0.02)
    signs = [float(BANKS["orthogonal"].reference((1, 1), rng)[0, 0]) for _ in range(60)]
    assert set(signs) == {1.0, -1.0}


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("fans", init.fan_in_and_fan_out),
        ("xavier", init.xavier_uniform),
        ("he", init.he_normal),
        ("orthogonal", init.orthogonal),
    ],
)
def test_the_course_which_is_the_reference_without_torch_passes(name, build):
    assert all(v.passed for seed in (1, 2) for v in verdicts("initialization", name, build, seed))


def test_the_evidence_is_small():
    for name, answer in ANSWERS.items():
        for check in answer.probes:
            assert len(json.dumps(to_json(evidence_of(name, check)))) < 50_000


def strays(stray: float, n: int) -> float:
    """Bound how often the deviation of n uniform numbers is off by so much (Bernstein)."""
    # the mean square in units of its expectation: variance 4/5, at most 2 above it
    off = 1 - (1 - stray) ** 2
    return 2 * math.exp(-n * off**2 / 2 / (4 / 5 + 2 * off / 3))


@pytest.mark.parametrize("check", ["spread", "kernel"])
def test_a_right_spread_is_refused_less_often_than_once_in_a_million(check):
    numbers = len(evidence_of("he", f"he-{check}"))
    n, tolerance = probes.ENTRIES, 2 * probes.SPREAD_RTOL
    # the quotient of two variances of normal numbers follows an F distribution
    quotient = stats.f(n - 1, n - 1)
    normal = quotient.sf((1 + tolerance) ** 2) + quotient.cdf((1 - tolerance) ** 2)
    assert numbers * normal < 1e-10
    # where neither the answer's nor the reference's strays by 2.6%, their quotient is near enough
    assert 1.026 / 0.974 < 1 + tolerance
    assert numbers * 2 * strays(0.026, n) < 1e-6


def test_a_right_gain_is_refused_less_often_than_once_in_a_million():
    numbers = len(evidence_of("xavier", "xavier-gain"))
    assert (1.023 / 0.977) ** 2 < 1 + 2 * probes.GAIN_RTOL
    assert numbers * 4 * strays(0.023, 20_000) < 1e-6


def test_a_right_shape_is_refused_less_often_than_once_in_a_million():
    for name, check in [("xavier", "uniform"), ("he", "normal"), ("orthogonal", "haar")]:
        evidence = evidence_of(name, f"{name}-{check}")
        samples = [item for item in evidence.values() if hasattr(item, "asked")]
        assert len(samples) == 2
        assert len(samples) * FALSE_ALARM + 100 * 2.0 ** (1 - probes.MATRICES) < 1e-6


def test_a_spread_that_is_eight_percent_off_is_told_almost_surely():
    """It passes only if chance makes up for what the tolerance leaves of the eight percent."""
    n, tolerance = probes.ENTRIES, 2 * probes.SPREAD_RTOL
    uniform, normal = math.sqrt(0.8 / n / 2), math.sqrt(2 / n / 2)
    assert stats.norm.sf((0.08 - tolerance) / uniform) < MISS
    # of normal numbers, ten percent
    assert stats.norm.sf((0.1 - tolerance) / normal) < MISS


def largest_of_groups(draw) -> np.ndarray:
    groups = draw(np.random.default_rng(4), (20_000, probes.GROUP))
    return np.abs(groups).max(axis=1) / np.sqrt(np.mean(groups**2, axis=1))


@pytest.mark.parametrize(
    "other",
    [
        lambda rng, shape: rng.uniform(-1, 1, shape),
        lambda rng, shape: rng.choice([-1.0, 1.0], size=shape),
        lambda rng, shape: np.clip(rng.normal(size=shape), -2, 2),
    ],
)
def test_another_shape_than_the_normal_one_is_told_with_a_power_of_all_but_one_in_a_million(other):
    gap, _ = largest_gap(
        largest_of_groups(lambda rng, shape: rng.normal(size=shape)), largest_of_groups(other)
    )
    told = detectable_gap(probes.GROUPS, MORE_DRAWS * probes.GROUPS)
    assert gap - 0.03 > told  # 0.03: by more than that two samples of 20,000 do not stray


@pytest.mark.parametrize("name", ["xavier", "he"])
def test_a_named_mistake_in_the_spread_is_off_by_more_than_can_be_overlooked(name):
    check = f"{name}-spread"
    bank, probe = BANKS[name], ANSWERS[name].probes[check]
    off = {}
    for m in bank.misconceptions:
        expected, got = (collect(probe, a, generator(5, check)) for a in (bank.reference, m.build))
        off[m.name] = max(abs(float(got[k].data / expected[k].data) - 1) for k in expected)
    # a single row repeated has the right spread on average, and other checks see it
    off.pop("one row of weights for all outputs")
    assert all(stray < 0.03 or stray > 0.25 for stray in off.values())
    assert sum(stray > 0.25 for stray in off.values()) >= 8


def test_directions_that_are_all_axes_are_told_with_a_power_of_all_but_one_in_a_million():
    largest = np.abs([stats.ortho_group.rvs(8, random_state=k) for k in range(400)]).max((1, 2))
    assert np.mean(largest < 0.999) - 0.1 > detectable_gap(
        probes.MATRICES, MORE_DRAWS * probes.MATRICES
    )


@pytest.mark.parametrize(
    ("answer", "mistake", "lost"),
    [
        ("fans", "the area of the kernel forgotten", {"fans-kernel"}),
        ("fans", "a vector taken for a layer", {"fans-vector"}),
        ("xavier", "the deviation taken for the bound", {"xavier-spread", "xavier-kernel"}),
        ("xavier", "gain squared", {"xavier-gain"}),
        ("xavier", "a normal distribution in place of a uniform one", {"xavier-uniform"}),
        ("xavier", "the same weights in every call", {"xavier-generator"}),
        ("he", "the area of the kernel forgotten", {"he-kernel"}),
        ("he", "Xavier where He is meant", {"he-spread", "he-kernel"}),
        ("orthogonal", "rotations alone", {"orthogonal-haar"}),
        (
            "orthogonal",
            "the signs that the QR decomposition happens to choose",
            {"orthogonal-haar"},
        ),
        ("orthogonal", "gain squared", {"orthogonal-gain"}),
    ],
)
def test_a_mistake_costs_the_points_of_what_it_is_about(answer, mistake, lost):
    build = next(m.build for m in BANKS[answer].misconceptions if m.name == mistake)
    failed = {v.check for v in verdicts("initialization", answer, build, 3) if not v.passed}
    assert failed == {f"initialization/{check}" for check in lost}
