"""The ablation protocol: paired, equally budgeted, and honest about ties."""

import numpy as np
import pytest
from scipy import stats

from course.ablation import ablation, championship, noise_floor, student_quantile

WORTH = {"augment": 2.0, "decay": 0.0, "schedule": 0.5}


def seeded_score(components, seed):
    shared = np.random.default_rng(seed).normal(0, 3)
    own = np.random.default_rng([seed, *(len(c) for c in components)]).normal(0, 0.1)
    return 90 + shared + own + sum(WORTH[c] for c in components)


def test_rows_agree_with_the_closed_form():
    seeds = [3, 1, 4, 15, 9]
    rows = ablation(seeded_score, list(WORTH), seeds)
    full = np.array([seeded_score(tuple(WORTH), s) for s in seeds])
    for row, component in zip(rows, WORTH, strict=True):
        rest = tuple(c for c in WORTH if c != component)
        scores = np.array([seeded_score(rest, s) for s in seeds])
        test = stats.ttest_rel(scores, full)
        interval = test.confidence_interval(1 - 0.05 / len(WORTH))
        assert row.component == component
        assert row.mean == pytest.approx(scores.mean())
        assert row.spread == pytest.approx(scores.std(ddof=1))
        assert row.difference == pytest.approx((scores - full).mean())
        assert row.difference_spread == pytest.approx((scores - full).std(ddof=1))
        assert row.difference - row.half_width == pytest.approx(interval.low, rel=1e-6)
        assert row.difference + row.half_width == pytest.approx(interval.high, rel=1e-6)


def test_pairing_finds_what_the_spread_over_seeds_would_hide():
    rows = {row.component: row for row in ablation(seeded_score, list(WORTH), range(8))}
    assert not rows["schedule"].tie
    assert rows["schedule"].difference == pytest.approx(-0.5, abs=0.2)
    assert noise_floor(rows["schedule"].full_scores) > 2, "unpaired, half a point is invisible"


def test_a_component_without_effect_is_a_tie():
    rows = {row.component: row for row in ablation(seeded_score, list(WORTH), range(8))}
    assert rows["decay"].tie


def test_identical_scores_are_a_tie_and_a_constant_gap_is_not():
    rows = ablation(lambda parts, seed: seed + ("a" in parts), ["a", "b"], [0, 1, 2])
    assert [row.tie for row in rows] == [False, True]


def test_false_findings_stay_below_five_percent_of_ablations():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(1000):
        table = {}

        def score(parts, seed, table=table):
            return table.setdefault((parts, seed), rng.normal())

        found += any(not row.tie for row in ablation(score, list("abcd"), range(5)))
    assert 15 <= found <= 65  # nominal: at most 50, less for the shared full model


def test_every_variant_runs_once_per_seed_with_its_components_in_order():
    calls = []

    def score(parts, seed):
        calls.append((parts, seed))
        return float(len(calls))

    ablation(score, ["c", "a", "b"], [7, 5])
    variants = [("c", "a", "b"), ("a", "b"), ("c", "b"), ("c", "a")]
    assert calls == [(parts, seed) for parts in variants for seed in (7, 5)]


@pytest.mark.parametrize("degrees", [1, 2, 4, 9, 30, 200])
@pytest.mark.parametrize("probability", [0.5, 0.9, 0.975, 0.999])
def test_student_quantile_is_that_of_scipy(degrees, probability):
    expected = stats.t.ppf(probability, degrees)
    assert student_quantile(probability, degrees) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_noise_floor_covers_the_differences_of_equal_models():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 2000, 5))
    inside = [
        abs(a.mean() - b.mean()) <= noise_floor(a) for a, b in zip(first, second, strict=True)
    ]
    assert 0.93 <= np.mean(inside) <= 0.97


@pytest.mark.parametrize(
    ("components", "seeds", "message"),
    [
        (["a"], [0, 0], r"seeds must be at least two different ones, got \[0, 0\]"),
        (["a"], [0], r"seeds must be at least two different ones, got \[0\]"),
        ([], [0, 1], r"components must be different and at least one, got \[\]"),
        (["a", "a"], [0, 1], r"components must be different .* got \['a', 'a'\]"),
    ],
)
def test_a_bad_design_is_refused_before_anything_runs(components, seeds, message):
    def never(parts, seed):
        raise AssertionError("ran")

    with pytest.raises(ValueError, match=message):
        ablation(never, components, seeds)


def test_a_score_that_is_not_finite_names_the_run():
    def score(parts, seed):
        return np.nan if parts == () and seed == 1 else 0.0

    with pytest.raises(ValueError, match="score without 'a' at seed 1 must be finite, got nan"):
        ablation(score, ["a"], [0, 1])


def test_level_is_checked():
    with pytest.raises(ValueError, match=r"level must lie in \(0, 1\), got 95"):
        ablation(seeded_score, list(WORTH), [0, 1], level=95)


def test_noise_floor_needs_two_seeds():
    with pytest.raises(ValueError, match=r"at least two seeds, got \(1,\)"):
        noise_floor([1.0])


def test_championship_chooses_on_tuning_seeds_and_scores_on_fresh_ones():
    def score(method, lr, seed):
        lucky = lr == 0.1 and seed < 3  # luck that only the tuning seeds have
        return {"sgd": 0.0, "adam": 1.0}[method] + (5.0 if lucky else lr)

    entries = championship(
        score, {"sgd": [0.1, 0.2], "adam": [0.2, 0.3]}, tuning_seeds=[0, 1, 2], seeds=[3, 4]
    )
    assert [(e.method, e.setting) for e in entries] == [("sgd", 0.1), ("adam", 0.3)]
    assert entries[0].scores == pytest.approx([0.1, 0.1]), "the luck of tuning must not count"
    assert entries[1].tuning.shape == (2, 3)


def test_a_setting_that_diverges_merely_loses():
    entry = championship(
        lambda method, lr, seed: np.nan if lr > 1 and seed == 0 else lr,
        {"sgd": [0.5, 2.0]},
        tuning_seeds=[0, 1],
        seeds=[2],
    )[0]
    assert entry.setting == 0.5


def test_unequal_tuning_budgets_are_refused():
    with pytest.raises(ValueError, match="equally many settings, got {'sgd': 1, 'adam': 2}"):
        championship(None, {"sgd": [1], "adam": [1, 2]}, tuning_seeds=[0], seeds=[1])


def test_seeds_shared_by_tuning_and_comparison_are_refused():
    with pytest.raises(ValueError, match=r"must not share any, got \[1\]"):
        championship(None, {"sgd": [1]}, tuning_seeds=[0, 1], seeds=[1, 2])
