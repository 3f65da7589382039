"""The exercise ``initialization``: its references by hand, and how surely its checks decide."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from autograde.certify import verdicts
from autograde.check import Samples, collect, generator, to_json
from autograde.check.distributions import FALSE_ALARM, MISS, detectable_gap, largest_gap
from autograde.check.judge import MORE_DRAWS
from autograde.entry import judge, load
from autograde.exercises.initialization import directions, entries, probes
from autograde.exercises.randomness import CHANCE
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


def numbers_in(name: str, check: str) -> list[tuple[int, float]]:
    """Return how many draws are behind each spread of a check, and how far it may be off."""
    draws = []

    def count(shape, rng, **options):
        draws.append(math.prod(shape))
        return np.ones(shape)

    evidence = collect(ANSWERS[name].probes[check], count, generator(1, check)).values()
    tolerances = [2 * item.rtol for item in evidence if item.what.startswith("standard")]
    small = probes.CALLS if len(tolerances) < len(evidence) else 0
    return list(zip(draws[: len(draws) - small], tolerances, strict=True))


def normal_quotient(n: int, scale: float) -> float:
    """Return the deviation of the quotient of two spreads, of which the judge's is the surer."""
    return scale / math.sqrt(n) * math.sqrt(1 + 1 / MORE_DRAWS)


def strays(stray: float, n: int) -> float:
    """Bound how often the deviation of n uniform numbers is off by so much (Bernstein)."""
    # the mean square in units of its expectation: variance 4/5, at most 2 above it
    off = 1 - (1 - stray) ** 2
    return 2 * math.exp(-n * off**2 / 2 / (4 / 5 + 2 * off / 3))


@pytest.mark.parametrize("check", ["he-spread", "he-kernel"])
def test_a_right_spread_of_normal_numbers_is_refused_less_often_than_once_in_a_million(check):
    refused = 0.0
    for n, tolerance in numbers_in("he", check):
        # the quotient of two variances of normal numbers follows an F distribution
        quotient = stats.f(n - 1, MORE_DRAWS * (n - 1))
        refused += quotient.sf((1 + tolerance) ** 2) + quotient.cdf((1 - tolerance) ** 2)
    assert 0 < refused < 1e-7


@pytest.mark.parametrize("check", ["xavier-spread", "xavier-kernel"])
def test_a_right_spread_of_uniform_numbers_is_refused_less_often_than_once_in_a_million(check):
    refused = 0.0
    for n, tolerance in numbers_in("xavier", check):
        # the answer's may stray by 73% of the tolerance, and the reference's by the rest
        refused += strays(0.73 * tolerance, n) + strays(0.26 * tolerance, MORE_DRAWS * n)
    # a width is refused if no draw comes near the end, or if they do not look uniform
    n = 30 * probes.CALLS
    refused += (1 - 2 * probes.WIDTH_RTOL) ** n + strays(1 - math.sqrt(3) / 1.9, n)
    assert 0 < refused < 1e-6


def test_a_right_gain_is_refused_less_often_than_once_in_a_million():
    numbers = len(evidence_of("xavier", "xavier-gain"))
    assert (1.023 / 0.977) ** 2 < 1 + 2 * probes.GAIN_RTOL
    assert numbers * 4 * strays(0.023, 20_000) < 1e-6


def test_a_right_shape_is_refused_less_often_than_once_in_a_million():
    for name, check, count in [
        ("xavier", "uniform", 2),
        ("he", "normal", 2),
        ("orthogonal", "haar", 4),
    ]:
        evidence = evidence_of(name, f"{name}-{check}")
        samples = [item for item in evidence.values() if isinstance(item, Samples)]
        assert len(samples) == count
        signs = 100 * 2.0 ** (1 - directions.OTHERS)
        assert len(samples) * FALSE_ALARM + CHANCE + signs < 1e-6


def test_a_spread_that_is_slightly_off_is_told_almost_surely():
    """It passes only if chance makes up for what the tolerance leaves of it."""
    for name, scale, off in [("he", 0.5**0.5, 0.026), ("xavier", 0.2**0.5, 0.0225)]:
        for n, tolerance in numbers_in(name, f"{name}-spread")[:2]:
            assert stats.norm.sf((off - tolerance) / normal_quotient(n, scale)) < MISS


def test_one_unit_more_in_a_fan_is_told_almost_surely():
    *_, width = evidence_of("xavier", "xavier-spread").values()
    assert width.rtol == probes.WIDTH_RTOL
    # no draw of the narrower range is near enough to the end, if one of the reference's is
    reference = math.sqrt(11 / 12) / (1 - 2 * probes.WIDTH_RTOL)
    assert reference ** (30 * probes.CALLS) < MISS
    few, tolerance = 15, numbers_in("he", "he-spread")[0][1]
    off = 1 - math.sqrt(few / (few + 1))
    assert stats.norm.sf((off - tolerance) / normal_quotient(probes.ENTRIES, 0.5**0.5)) < MISS


def largest_of_groups(draw) -> np.ndarray:
    groups = draw(np.random.default_rng(4), (20_000, entries.GROUP))
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
    told = detectable_gap(entries.GROUPS, MORE_DRAWS * entries.GROUPS)
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
    assert all(stray < 0.025 or stray > 0.0285 for stray in off.values())
    assert sum(stray > 0.0285 for stray in off.values()) >= 8


@pytest.mark.parametrize(
    "noise",
    [
        lambda rng: rng.uniform(-1, 1, (100, 2)),
        lambda rng: rng.choice([-1.0, 1.0], size=(100, 2)),
    ],
)
def test_noise_that_is_not_normal_is_told_with_a_power_of_all_but_one_in_a_million(noise):
    rng = np.random.default_rng(3)

    def largest(draw):
        return np.array([np.abs(np.linalg.qr(draw(rng))[0]).max() for _ in range(500)])

    gap, _ = largest_gap(largest(lambda rng: rng.normal(size=(100, 2))), largest(noise))
    assert gap - 0.1 > detectable_gap(directions.TALL, MORE_DRAWS * directions.TALL)


def test_directions_that_are_all_axes_are_told_with_a_power_of_all_but_one_in_a_million():
    largest = np.abs([stats.ortho_group.rvs(8, random_state=k) for k in range(400)]).max((1, 2))
    assert np.mean(largest < 0.999) - 0.1 > detectable_gap(
        directions.MATRICES, MORE_DRAWS * directions.MATRICES
    )


@pytest.mark.parametrize(
    ("answer", "mistake", "lost"),
    [
        ("fans", "the area of the kernel forgotten", {"fans-kernel"}),
        ("fans", "a vector taken for a layer", {"fans-vector"}),
        ("xavier", "the deviation taken for the bound", {"xavier-spread", "xavier-kernel"}),
        ("xavier", "gain squared", {"xavier-gain"}),
        ("xavier", "a normal distribution in place of a uniform one", {"xavier-uniform"}),
        ("he", "the same weights in every call", {"he-generator"}),
        ("he", "the area of the kernel forgotten", {"he-kernel"}),
        ("he", "Xavier where He is meant", {"he-spread", "he-kernel"}),
        ("he", "a spread that is repaired after drawing", {"he-normal"}),
        ("he", "weights a few per cent too large", {"he-spread", "he-kernel"}),
        ("xavier", "halves that are each other's mirror image", {"xavier-uniform"}),
        ("xavier", "a fan that counts the bias as well", {"xavier-spread"}),
        ("orthogonal", "centred noise that is uniform", {"orthogonal-haar"}),
        ("orthogonal", "a turn by noise, with random signs", {"orthogonal-haar"}),
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


def test_the_width_of_uniform_draws_is_their_end_and_that_of_others_is_of_their_size():
    rng = np.random.default_rng(6)
    for draws, tolerance in [
        (rng.uniform(-2, 2, 4800), 0.005),
        (rng.normal(0, 2 / math.sqrt(3), 4800), 0.1),
        (np.full(4800, 2 / math.sqrt(3)), 1e-9),
    ]:
        (item,) = probes.width(draws, "").values()
        assert float(item.data) == pytest.approx(2, rel=tolerance)
