"""Evidence travels as JSON, and says what differs."""

import json

import numpy as np
import pytest
from scipy import stats

from autograde.check import Answers, Claim, Outcome, Samples, Shares, Values, from_json, to_json
from autograde.check.distributions import (
    critical_gap,
    detectable_gap,
    largest_gap,
    share_interval,
)

ONE_OF_EACH = {
    "values": Values(np.array([[0.5, np.nan], [np.inf, -1e-300]]), "x"),
    "small": Values(np.array([1.5], dtype=np.float32)),
    "whole": Values(np.array(7)),
    "claim": Claim(True, "no"),
    "outcome": Outcome(("ValueError", "Exception"), "bad lr", "line 3: x", "f()"),
    "samples": Samples(np.linspace(0, 1, 50), "u"),
    "shares": Shares(np.array([3, 7]), 10, "coins"),
    "answers": Answers(np.array([1, 2, 3]), "labels"),
}


def test_evidence_comes_back_from_json_as_it_was():
    back = from_json(json.loads(json.dumps(to_json(ONE_OF_EACH))))
    assert set(back) == set(ONE_OF_EACH)
    for name, item in ONE_OF_EACH.items():
        assert item.difference(back[name]) is None
        if hasattr(item, "data"):
            assert back[name].data.dtype == item.data.dtype


@pytest.mark.parametrize(
    "forged",
    [
        None,
        {"x": None},
        {"x": {"kind": "pickle"}},
        {"x": {"kind": "values", "array": {"dtype": "object", "shape": [1], "data": ""}}},
        {"x": {"kind": "values", "array": {"dtype": "float64", "shape": [10**9], "data": ""}}},
        {"x": {"kind": "values", "array": {"dtype": "float64", "shape": [2], "data": "AAAA"}}},
        {"x": {"kind": "values", "array": {"dtype": "float64", "shape": [-1], "data": ""}}},
        {"x": {"kind": "outcome", "raised": 5, "message": "", "line": ""}},
    ],
)
def test_forged_evidence_is_refused(forged):
    with pytest.raises(ValueError, match="no evidence"):
        from_json(forged)


def test_another_order_of_the_same_arithmetic_is_no_difference():
    a = np.random.default_rng(0).normal(size=100)
    assert Values(a * 3 / 7).difference(Values(a / 7 * 3)) is None


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ([1.0, 2.0], [1.0, 2.1], r"entry \[1\]: expected 2, got 2.1 \(1.05 times as much\)"),
        ([1.0, 2.5], [1.0, -2.5], "the other way"),
        ([1.0], [1.0, 1.0], r"expected shape \(1,\), got \(2,\)"),
        ([1.0], [np.nan], "got nan"),
        ([np.inf, 1.0], [-np.inf, 1.0], "got -inf"),
        ([np.inf, 1.0], [5.0, 1.0], "expected inf"),
        ([np.nan, 1.0], [0.0, 1.0], "expected nan"),
        ([1.0, np.inf], [np.inf, np.inf], "got inf"),
        ([0.0], [1.0], "expected 0, got 1"),
    ],
)
def test_values_say_what_differs(expected, got, said):
    difference = Values(np.array(expected), "x").difference(Values(np.array(got)))
    assert difference is not None
    import re

    assert re.search(said, difference)


def test_an_axis_with_a_name_is_counted_from_its_first_number():
    a, b = np.zeros((3, 2)), np.zeros((3, 2))
    b[1, 1] = 1
    said = Values(a, "x", {"step": 1}).difference(Values(b))
    assert said.startswith("x, step 2, entry [1]")


def test_integers_are_compared_exactly():
    assert Values(np.array([10**9])).difference(Values(np.array([10**9 + 1])))


def test_a_subclass_of_the_expected_exception_is_as_good():
    expected = Outcome(("ValueError", "Exception"), call="f(-1)")
    assert expected.difference(Outcome(("MyError", "ValueError", "Exception"))) is None
    assert "raised nothing" in expected.difference(Outcome())
    assert "raised TypeError" in expected.difference(Outcome(("TypeError",)))


def test_answers_are_scored_against_their_key():
    key = Answers(np.arange(10), "labels", at_least=0.9)
    assert key.difference(Answers(np.array([*range(9), 0]))) is None
    assert "80.0% are right" in key.difference(Answers(np.array([*range(8), 0, 0])))


def drawn(rng, sample, n=4000, times=8) -> Samples:
    """Return what the judge holds: many times as many draws as an answer brings."""
    runs = [Samples(sample(rng, n), "draws") for _ in range(times)]
    return runs[0].merged(runs[1:])


def test_samples_of_one_distribution_are_not_told_apart_and_of_two_are():
    rng = np.random.default_rng(1)
    reference = drawn(rng, lambda rng, n: rng.normal(size=n))
    assert all(reference.difference(Samples(rng.normal(size=4000))) is None for _ in range(50))
    said = reference.difference(Samples(rng.normal(0.5, size=4000)))
    assert "mean" in said and "of yours, " in said
    assert "finite" in reference.difference(Samples(np.full(4000, np.nan)))


def test_an_answer_must_bring_as_many_draws_as_were_asked():
    """Of very few draws nothing can be said, so few draws must not pass."""
    reference = drawn(np.random.default_rng(1), lambda rng, n: rng.normal(size=n))
    for few in (np.zeros(0), np.zeros(1), np.zeros((4000, 2))):
        assert "expected shape (4000,)" in reference.difference(Samples(few))


def test_atoms_that_differ_by_rounding_alone_are_one_atom():
    rng = np.random.default_rng(1)
    reference = drawn(rng, lambda rng, n: (rng.random(n) < 0.7) / np.float32(0.7))
    assert reference.difference(Samples((rng.random(4000) < 0.7) / 0.7)) is None
    assert reference.difference(Samples((rng.random(4000) < 0.7) / 0.71)) is not None


@pytest.mark.parametrize("n", [100, 4000])
def test_two_distributions_that_are_detectably_apart_are_told_apart(n):
    gap = detectable_gap(n, 8 * n)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        reference = drawn(rng, lambda rng, n: rng.random(n), n)
        assert reference.difference(Samples(rng.random(n) + gap)) is not None


def test_the_critical_gap_is_exceeded_as_rarely_as_promised():
    rng = np.random.default_rng(2)
    gap = critical_gap(200, 400, 0.05)
    exceeded = sum(largest_gap(rng.random(200), rng.random(400))[0] > gap for _ in range(2000))
    assert exceeded <= 0.05 * 2000


@pytest.mark.parametrize("sizes", [(50, 80), (7, 7)])
def test_the_largest_gap_is_that_of_kolmogorov_and_smirnov(sizes):
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b = (rng.integers(0, 9, size=n) for n in sizes)
        expected = stats.ks_2samp(a, b, method="asymp").statistic
        assert largest_gap(a, b)[0] == pytest.approx(expected)


def shares(rng, p, n, times=8) -> Shares:
    """Return what the judge holds of coins with probabilities p."""
    runs = [Shares(rng.binomial(n, p), n, "heads") for _ in range(times)]
    return runs[0].merged(runs[1:])


def test_shares_of_equal_coins_are_not_told_apart_and_of_others_are():
    p, n = np.array([0.003, 0.25, 0.9]), 100_000
    rng = np.random.default_rng(1)
    reference = shares(rng, p, n)
    assert all(reference.difference(Shares(rng.binomial(n, p), n)) is None for _ in range(50))
    said = reference.difference(Shares(rng.binomial(n, p + [0, 0.02, 0]), n))
    assert "heads, entry [1]: expected about 25% of the time, got 27% (" in said


@pytest.mark.parametrize("p", [0.001, 0.3, 0.5, 0.99])
def test_the_interval_of_a_share_misses_the_true_one_as_rarely_as_promised(p):
    n, false_alarm = 1000, 1e-3
    low, high = np.array([share_interval(k, n, false_alarm) for k in range(n + 1)]).T
    missed = stats.binom(n, p).pmf(np.arange(n + 1))[(p < low) | (p > high)].sum()
    assert 0 < missed < false_alarm


def test_shares_of_fewer_trials_than_were_asked_say_nothing_and_do_not_pass():
    reference = shares(np.random.default_rng(1), np.array([0.5]), 1000)
    for few in (Shares(np.array([0]), 1), Shares(np.array([500, 500]), 1000)):
        assert "expected counts" in reference.difference(few)
    for hits, trials in [([-1], 10), ([11], 10), ([0.5], 10), ([1], True)]:
        with pytest.raises(ValueError):
            from_json({"s": Shares(np.array(hits), trials).to_json() | {"trials": trials}})


def test_numbers_left_to_chance_are_compared_with_the_mean_of_many():
    runs = [Values(np.array(x), "size", rtol=0.01, by_chance=True) for x in (0.9, 1.1, 1.0)]
    reference = runs[0].merged(runs[1:])
    assert reference.difference(Values(np.array(1.019))) is None
    assert "expected 1, got 1.03" in reference.difference(Values(np.array(1.03)))
