"""The lender's table: as documented, and with a best AUC that is really the best."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from course import credit


@pytest.fixture(scope="module")
def table():
    return credit.applications(60_000, seed=1)


@pytest.fixture(scope="module")
def probability(table):
    return credit.default_probability(table)


def as_numbers(table):
    """Every column as a number, missing values as indicators too."""
    columns = pd.get_dummies(
        table.drop(columns=["default", "application_date", "employed_since"]), dtype=float
    )
    columns["day_of_year"] = table["application_date"].dt.day_of_year
    columns["tenure"] = (table["application_date"] - table["employed_since"]).dt.days
    for name in ("income", "savings", "tenure"):
        columns[f"no_{name}"] = columns[name].isna().astype(float)
    return columns


def test_the_same_seed_gives_the_same_table():
    first, again, other = (credit.applications(300, seed=s) for s in (4, 4, 5))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_fifteen_percent_default(table):
    assert table["default"].mean() == pytest.approx(0.15, abs=0.006)  # four standard errors


def test_values_are_missing_not_at_random(table):
    missing = table["income"].isna()
    assert 0.1 < missing.mean() < 0.2
    assert 0.1 < table["savings"].isna().mean() < 0.25
    assert table.loc[missing, "default"].mean() > 1.4 * table.loc[~missing, "default"].mean()
    assert table.loc[missing, "loan_amount"].mean() < table.loc[~missing, "loan_amount"].mean()


def test_employed_since_is_missing_exactly_for_those_without_employment(table):
    idle = table["employment"].isin(["unemployed", "retired"])
    assert (table["employed_since"].isna() == idle).all()
    assert (table["employed_since"].dropna() <= table["application_date"][~idle]).all()


def test_risk_has_the_shapes_that_the_module_documents(table):
    rate = table.groupby(pd.cut(table["age"], [17, 25, 40, 55, 65, 78]))["default"].mean()
    assert rate.iloc[0] > 2 * rate.iloc[2] and rate.iloc[4] > 1.5 * rate.iloc[2], "U-shaped in age"
    month = table["application_date"].dt.month
    winter, summer = (table.loc[month.isin(m), "default"].mean() for m in ((12, 1), (6, 7)))
    assert winter > 1.3 * summer
    channel = table.groupby("channel")["default"]
    z = (channel.mean() - table["default"].mean()) / (0.357 / np.sqrt(channel.size()))
    assert (z.abs() < 4).all(), "the channel tells nothing"


def test_probability_does_not_look_at_the_outcome(table, probability):
    blind = credit.default_probability(table.drop(columns="default").head(500))
    np.testing.assert_array_equal(blind, probability[:500])


@pytest.mark.parametrize("no_income", [False, True])
@pytest.mark.parametrize("no_savings", [False, True])
def test_probability_is_calibrated_whatever_is_missing(table, probability, no_income, no_savings):
    rows = (table["income"].isna() == no_income) & (table["savings"].isna() == no_savings)
    y, p = table.loc[rows, "default"].to_numpy(), probability[rows]
    edges = np.quantile(p, [0.2, 0.4, 0.6, 0.8])
    for part in range(5):
        inside = np.searchsorted(edges, p) == part
        z = (y - p)[inside].sum() / np.sqrt((p * (1 - p))[inside].sum())
        assert abs(z) < 4.5


@pytest.mark.parametrize("missing", [None, "income", "savings"])
def test_no_column_explains_what_the_probability_leaves(table, probability, missing):
    rows = np.ones(len(table), bool) if missing is None else table[missing].isna().to_numpy()
    columns = as_numbers(table)[rows]
    y, p = table.loc[rows, "default"].to_numpy(), probability[rows]
    for name in columns:
        x = columns[name].fillna(columns[name].median()).to_numpy()
        x = x - np.average(x, weights=p * (1 - p))
        if np.ptp(x) > 0:
            z = (x * (y - p)).sum() / np.sqrt((x**2 * p * (1 - p)).sum())
            assert abs(z) < 4.5, name


@pytest.mark.parametrize("missing", [("income",), ("savings",), ("income", "savings")])
def test_integral_agrees_with_simulating_the_missing_values(missing):
    frame = credit.applications(600, seed=2)
    gone = frame[["income", "savings"]].isna()
    frame = frame[(gone == [name in missing for name in gone]).all(axis=1)].head(4)
    exact = credit.default_probability(frame)
    rng = np.random.default_rng(0)
    for row in range(len(frame)):
        people = frame.iloc[[row] * 200_000].reset_index(drop=True)
        income, savings = (np.log(people[name].to_numpy()) for name in gone)
        weight = np.ones(len(people))
        if "income" in missing:
            income = credit._income_mean(people) + 0.4 * rng.standard_normal(len(people))
            amount = np.log(people["loan_amount"].to_numpy())
            weight *= stats.norm.pdf(amount, credit._amount_mean(people, income), 0.5)
            weight *= credit._income_missing(people, income)
        if "savings" in missing:
            savings = credit._savings_mean(people, income) + 0.9 * rng.standard_normal(len(people))
            weight *= credit._savings_missing(savings)
        else:
            weight *= stats.norm.pdf(savings, credit._savings_mean(people, income), 0.9)
        risk = 1 / (1 + np.exp(-credit.risk(people, income, savings)))
        assert exact[row] == pytest.approx(np.average(risk, weights=weight), rel=0.02)


def test_bayes_auc_is_the_auc_of_the_probability(table, probability):
    auc = roc_auc_score(table["default"], probability)
    assert credit.bayes_auc(table) == pytest.approx(auc, abs=0.01)  # luck of the outcomes


def test_bayes_auc_equals_the_sum_over_pairs():
    frame = credit.applications(200, seed=3)
    p = credit.default_probability(frame)
    above = (p[:, None] > p).astype(float) + 0.5 * (p[:, None] == p)
    weight = p[:, None] * (1 - p)
    assert credit.bayes_auc(frame) == pytest.approx((weight * above).sum() / weight.sum(), rel=1e-9)


def test_bayes_auc_of_the_process_is_steady():
    values = [credit.bayes_auc(credit.applications(10_000, seed=s)) for s in range(4)]
    assert np.std(values) < 0.006
    assert credit.bayes_auc() == pytest.approx(np.mean(values), abs=0.006)


def test_boosted_trees_come_close_but_not_above(table, probability):
    train = credit.applications(20_000, seed=7)
    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=12, random_state=0
    ).fit(as_numbers(train), train["default"])
    auc = roc_auc_score(table["default"], model.predict_proba(as_numbers(table))[:, 1])
    best = roc_auc_score(table["default"], probability)
    assert best - 0.03 < auc < best


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        credit.applications(0)
