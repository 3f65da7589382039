"""A lender's table of loan applications, from a process that is known to the last digit.

Nobody knows the best AUC that a real table of loans allows. Here it can be computed, since the
table comes from the process below, so that a model's distance to it is a number and not a guess.

The process, in the order in which the values are drawn (all numbers stand in the constants):

1. ``application_date`` (uniform over 2019 to 2023), ``age``, then ``employment`` and ``housing``
   by age, ``employed_since`` (missing for those without employment), ``region``, ``channel``,
   ``purpose``, ``term``, ``credit_lines`` and ``late_payments``.
2. log ``income`` is normal about a mean that rises and falls with age and depends on employment;
   log ``savings`` is normal about a multiple of income that grows with age; log ``loan_amount`` is
   normal about a share of income that depends on the purpose.
3. ``default`` is Bernoulli; :func:`risk` is its log odds. It holds a U-shaped effect of age, the
   burden (instalment over income), income itself, interactions (tenure counts for permanent
   employment only, self-employment mends business loans, late payments weigh more on few credit
   lines) and a season, stronger for consumer loans. ``region`` matters little, ``channel`` not at
   all.
4. ``income`` and ``savings`` are then removed, with a probability that rises as they fall: missing
   *not* at random, so that a missing value is itself a hint.

:func:`default_probability` is the exact probability given what the table still shows: a missing
value is integrated out over everything that hints at it (age and employment, the amount asked
for, and the very fact that it is missing). No model of the table ranks better on average.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["applications", "bayes_auc", "default_probability"]

TARGET = "default"

EMPLOYMENT = ("permanent", "fixed-term", "self-employed", "unemployed", "retired")
HOUSING = ("rent", "mortgage", "own", "with parents")
PURPOSE = ("car", "consumer", "consolidation", "home", "education", "business")
REGION = ("north", "east", "south", "west", "centre", "islands")
CHANNEL = ("branch", "web", "phone", "broker")
TERM = (12, 24, 36, 48, 60, 84)

_FIRST_DAY, _DAYS = np.datetime64("2019-01-01"), 1826
_PURPOSE_SHARE = (0.24, 0.26, 0.18, 0.16, 0.07, 0.09)
_TERM_SHARE = (0.12, 0.2, 0.28, 0.18, 0.14, 0.08)

# Logarithms of amounts of money: means and standard deviations.
_INCOME_BY_EMPLOYMENT = np.array([0.0, -0.25, 0.05, -0.8, -0.35])
_AMOUNT_BY_PURPOSE = np.array([1.3, 0.3, 1.1, 1.6, 0.8, 1.5])
_INCOME_SD, _SAVINGS_SD, _AMOUNT_SD = 0.4, 0.9, 0.5

# Log odds of default.
_INTERCEPT = -3.17  # makes 15% default
_RISK_BY_EMPLOYMENT = np.array([0.0, 0.3, 0.35, 0.9, -0.2])
_RISK_BY_HOUSING = np.array([0.2, 0.0, -0.35, 0.1])
_RISK_BY_PURPOSE = np.array([-0.25, 0.15, 0.55, -0.2, 0.1, 0.6])
_RISK_BY_REGION = np.array([0.0, 0.12, -0.1, 0.05, -0.05, 0.15])

_NODES = 48  # of the quadrature in each missing value


def applications(n: int = 10_000, *, seed: int = 0) -> pd.DataFrame:
    """Draw a table of loan applications and of what became of them.

    Parameters
    ----------
    n : int
        Number of applications.
    seed : int
        Of the generator; the same seed gives the same table.

    Returns
    -------
    DataFrame of shape (n, 15)
        The columns that the module describes; amounts in EUR (``income`` per month), ``age`` in
        years, ``term`` in months, ``default`` 0 or 1 (15% are 1).

    Raises
    ------
    ValueError
        ``n must be at least 1, got 0``.

    Examples
    --------
    >>> frame = applications(1000)
    >>> frame.shape, sorted(frame.columns[frame.isna().any()])
    ((1000, 15), ['employed_since', 'income', 'savings'])
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    rng = np.random.default_rng(seed)
    frame = _people(n, rng)
    log_income = _income_mean(frame) + _INCOME_SD * rng.standard_normal(n)
    frame["income"] = _rounded(log_income, 10)
    log_income = np.log(frame["income"].to_numpy())
    frame["savings"] = _rounded(
        _savings_mean(frame, log_income) + _SAVINGS_SD * rng.standard_normal(n), 10
    )
    log_savings = np.log(frame["savings"].to_numpy())
    frame["loan_amount"] = _rounded(
        _amount_mean(frame, log_income) + _AMOUNT_SD * rng.standard_normal(n), 50
    )

    default = rng.random(n) < _sigmoid(risk(frame, log_income, log_savings))
    no_income = rng.random(n) < _income_missing(frame, log_income)
    no_savings = rng.random(n) < _savings_missing(log_savings)
    frame.loc[no_income, "income"] = np.nan
    frame.loc[no_savings, "savings"] = np.nan
    frame[TARGET] = default.astype(np.int64)
    return frame


def risk(frame: pd.DataFrame, log_income: np.ndarray, log_savings: np.ndarray) -> np.ndarray:
    """Return the log odds of default of each application, income and savings known.

    Parameters
    ----------
    frame : DataFrame of n rows
        The other columns.
    log_income, log_savings : ndarray of shape (n, ...)
        Logarithms of EUR per month and of EUR; further axes hold alternatives.

    Returns
    -------
    ndarray of shape (n, ...)

    Examples
    --------
    >>> frame = applications(500).dropna(subset=["income", "savings"])
    >>> poor = risk(frame, np.log(frame.income / 2), np.log(frame.savings))
    >>> bool((poor > risk(frame, np.log(frame.income), np.log(frame.savings))).all())
    True
    """
    known = _known_risk(frame)
    log_instalment = np.log(frame["loan_amount"].to_numpy() / frame["term"].to_numpy())
    shape = (-1,) + (1,) * (np.ndim(log_income) - 1)
    burden = log_instalment.reshape(shape) - log_income
    return (
        known.reshape(shape)
        + 0.8 * (burden - np.log(0.08))
        - 0.5 * (log_income - np.log(2500))
        - 0.35 * (log_savings - np.log(5000))
    )


def default_probability(frame: pd.DataFrame) -> np.ndarray:
    """Return the exact probability of default given what the table shows.

    Parameters
    ----------
    frame : DataFrame of n rows
        As :func:`applications` returns it; ``default`` is not looked at.

    Returns
    -------
    ndarray of shape (n,)

    Notes
    -----
    With x what is known and u what is missing,
    ``p(default | x) = integral of p(default | x, u) p(u | x) du``, where ``p(u | x)`` is
    proportional to ``p(u) p(amount, savings | u) p(missing | u)``. The integral is a Gauss-Hermite
    sum. That amounts are rounded to 10 and 50 EUR is neglected where income or savings are missing.

    Examples
    --------
    >>> frame = applications(1000)
    >>> default_probability(frame.drop(columns="default")).shape
    (1000,)
    """
    probability = np.empty(len(frame))
    no_income, no_savings = frame["income"].isna(), frame["savings"].isna()
    for income_missing in (False, True):
        for savings_missing in (False, True):
            rows = np.flatnonzero((no_income == income_missing) & (no_savings == savings_missing))
            for part in np.array_split(rows, 1 + len(rows) // 1000):
                if part.size:
                    probability[part] = _integrate(
                        frame.iloc[part], income_missing, savings_missing
                    )
    return probability


def bayes_auc(frame: pd.DataFrame | None = None) -> float:
    """Return the best ROC AUC that any model of the table can reach on average.

    Parameters
    ----------
    frame : DataFrame, optional
        The applications in question; by default 100,000 new ones, which gives the value of the
        process itself (to about 0.001).

    Returns
    -------
    float

    Notes
    -----
    The expected AUC of :func:`default_probability` over the outcomes, which are not looked at:
    each application counts as a default with its probability p and as paid with 1 - p. On one test
    set of finite size, luck can lift a model above it.

    References
    ----------
    Clémençon, Lugosi and Vayatis (2008), "Ranking and empirical minimization of U-statistics",
    Annals of Statistics 36(2): ranking by p(default | x) maximizes the AUC.

    Examples
    --------
    >>> 0.75 < bayes_auc(applications(2000)) < 0.85
    True
    """
    if frame is None:
        frame = applications(100_000, seed=20_231_231)
    p = np.sort(default_probability(frame))
    paid = np.cumsum(1 - p) - (1 - p)  # weight of the paid loans ranked below
    return float(np.sum(p * (paid + (1 - p) / 2)) / (p.sum() * (1 - p).sum()))


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    applied = _FIRST_DAY + rng.integers(_DAYS, size=n)
    age = 18 + np.floor(60 * rng.beta(1.6, 2.5, n)).astype(np.int64)
    employment = _choose(rng, EMPLOYMENT, _employment_logits(age))
    tenure = np.minimum(rng.exponential(0.28 * (age - 15)), age - 16.5)
    since = applied - np.rint(365.25 * tenure).astype(np.int64)
    since[np.isin(employment, ("unemployed", "retired"))] = np.datetime64("NaT")
    credit_lines = rng.poisson(1.5 + 0.03 * (age - 18))
    return pd.DataFrame(
        {
            "application_date": applied.astype("datetime64[s]"),
            "age": age,
            "employment": employment,
            "employed_since": since.astype("datetime64[s]"),
            "housing": _choose(rng, HOUSING, _housing_logits(age)),
            "region": rng.choice(REGION, n),
            "channel": rng.choice(CHANNEL, n, p=(0.3, 0.45, 0.1, 0.15)),
            "purpose": rng.choice(PURPOSE, n, p=_PURPOSE_SHARE),
            "term": rng.choice(TERM, n, p=_TERM_SHARE),
            "credit_lines": credit_lines,
            "late_payments": rng.poisson(0.15 + 0.2 * credit_lines),
        }
    )


def _employment_logits(age: np.ndarray) -> np.ndarray:
    zero = np.zeros(len(age))
    retired = 0.6 * (age - 64.0)
    return np.stack([zero + 1.6, 0.4 - 0.05 * (age - 30), zero + 0.1, zero - 0.9, retired], axis=1)


def _housing_logits(age: np.ndarray) -> np.ndarray:
    older = (age - 40.0) / 10
    return np.stack([0.8 - 0.2 * older, 0.4 * older, 0.6 * older - 0.5, -2.5 - 2.0 * older], axis=1)


def _choose(rng: np.random.Generator, levels: tuple[str, ...], logits: np.ndarray) -> np.ndarray:
    """Draw one level a row; adding Gumbel noise and taking the largest samples a softmax."""
    return np.array(levels)[np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)]


def _income_mean(frame: pd.DataFrame) -> np.ndarray:
    career = -0.5 * ((frame["age"].to_numpy() - 48) / 25) ** 2
    return np.log(2600) + career + _by_level(frame["employment"], EMPLOYMENT, _INCOME_BY_EMPLOYMENT)


def _savings_mean(frame: pd.DataFrame, log_income: np.ndarray) -> np.ndarray:
    older = _column(frame["age"].to_numpy() - 45.0, log_income)
    return log_income + np.log(2.0) + 0.02 * older


def _amount_mean(frame: pd.DataFrame, log_income: np.ndarray) -> np.ndarray:
    purpose = _by_level(frame["purpose"], PURPOSE, _AMOUNT_BY_PURPOSE)
    return 0.7 * log_income + 0.3 * np.log(2500) + _column(purpose, log_income)


def _income_missing(frame: pd.DataFrame, log_income: np.ndarray) -> np.ndarray:
    self_employed = _column((frame["employment"] == "self-employed").to_numpy(), log_income)
    return _sigmoid(-2.6 + 1.3 * self_employed - 1.8 * (log_income - np.log(2500)))


def _savings_missing(log_savings: np.ndarray) -> np.ndarray:
    return _sigmoid(-1.9 - 0.8 * (log_savings - np.log(5000)))


def _known_risk(frame: pd.DataFrame) -> np.ndarray:
    age = frame["age"].to_numpy()
    permanent = (frame["employment"] == "permanent").to_numpy()
    business = (
        (frame["purpose"] == "business") & (frame["employment"] == "self-employed")
    ).to_numpy()
    since = frame["application_date"] - frame["employed_since"]
    tenure = (since.dt.days / 365.25).fillna(0.0).to_numpy()
    late = frame["late_payments"].to_numpy() / (1 + frame["credit_lines"].to_numpy())
    year = 2 * np.pi * (frame["application_date"].dt.day_of_year.to_numpy() - 350) / 365.25
    season = 0.3 * np.cos(year) * (1 + 1.5 * (frame["purpose"] == "consumer").to_numpy())
    return (
        _INTERCEPT
        + 0.3 * ((age - 47) / 15) ** 2
        + _by_level(frame["employment"], EMPLOYMENT, _RISK_BY_EMPLOYMENT)
        + _by_level(frame["housing"], HOUSING, _RISK_BY_HOUSING)
        + _by_level(frame["purpose"], PURPOSE, _RISK_BY_PURPOSE)
        + _by_level(frame["region"], REGION, _RISK_BY_REGION)
        - 0.3 * permanent * np.log1p(tenure)
        - 0.9 * business
        + 1.8 * late
        + season
    )


def _integrate(frame: pd.DataFrame, income_missing: bool, savings_missing: bool) -> np.ndarray:
    """Return p(default | what is known) for rows that miss the same values: (rows, i, s) arrays."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = np.ones((1, 1, 1))
    if income_missing:
        log_income = (_income_mean(frame)[:, None] + _INCOME_SD * nodes)[:, :, None]
        weight = weight * weights[:, None] * _income_missing(frame, log_income)
        weight = weight * _normal(
            np.log(frame["loan_amount"].to_numpy()), _amount_mean(frame, log_income), _AMOUNT_SD
        )
    else:
        log_income = np.log(frame["income"].to_numpy())[:, None, None]
    if savings_missing:
        log_savings = _savings_mean(frame, log_income) + _SAVINGS_SD * nodes
        weight = weight * weights * _savings_missing(log_savings)
    else:
        log_savings = np.log(frame["savings"].to_numpy())[:, None, None]
        weight = weight * _normal(
            log_savings[:, 0, 0], _savings_mean(frame, log_income), _SAVINGS_SD
        )
    default = _sigmoid(risk(frame, log_income, log_savings))
    weight = np.broadcast_to(weight, default.shape)
    return (default * weight).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))


def _normal(x: np.ndarray, mean: np.ndarray, sd: float) -> np.ndarray:
    """Return the normal density up to a constant, x of shape (n,), mean of shape (n, ...)."""
    return np.exp(-0.5 * ((_column(x, mean) - mean) / sd) ** 2)


def _column(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return values of shape (n,) with as many axes as ``like``."""
    return values.reshape((-1,) + (1,) * (np.ndim(like) - 1))


def _by_level(column: pd.Series, levels: tuple[str, ...], effects: np.ndarray) -> np.ndarray:
    return column.map(dict(zip(levels, effects, strict=True))).to_numpy(dtype=float)


def _rounded(log_amount: np.ndarray, unit: int) -> np.ndarray:
    return np.maximum(unit * np.rint(np.exp(log_amount) / unit), unit)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))
