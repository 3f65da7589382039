"""Telling two distributions apart, with a known chance of a false alarm."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

#: The chance that one comparison rejects draws from the very same distribution.
FALSE_ALARM = 1e-8

#: The chance, or less, to overlook distributions that are `detectable_gap` apart.
MISS = 1e-6

#: Numbers this close, relative to the largest, are one number: float32 against float64.
ROUNDING = 1e-5


def largest_gap(a: np.ndarray, b: np.ndarray, tolerance: float = 0.0) -> tuple[float, float]:
    """Return the largest distance between two empirical distribution functions, and its place.

    Parameters
    ----------
    a, b : ndarray of shape (n,), (m,)
    tolerance : float
        How far apart two draws may lie and yet count as equal. Without it, atoms that differ in
        the last digit alone would be as far apart as can be.

    Returns
    -------
    gap : float
        The two-sample Kolmogorov-Smirnov statistic, in [0, 1].
    where : float
        The draw at which one function exceeds the other by so much.

    Examples
    --------
    >>> largest_gap(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    (0.5, 2.0)
    >>> largest_gap(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9]), tolerance=1e-6)[0]
    0.0
    """
    a, b = np.sort(a), np.sort(b)
    return max(_excess(a, b, tolerance), _excess(b, a, tolerance))


def _excess(a: np.ndarray, b: np.ndarray, tolerance: float) -> tuple[float, float]:
    """Return how far the distribution function of sorted a rises above that of sorted b."""
    rise = np.searchsorted(a, a, side="right") / len(a)
    excess = rise - np.searchsorted(b, a + tolerance, side="right") / len(b)
    return float(excess.max()), float(a[excess.argmax()])


def critical_gap(n: int, m: int, false_alarm: float = FALSE_ALARM) -> float:
    """Return a gap that equal distributions exceed with at most the given probability.

    Each sample strays from its own distribution function by more than e with probability at
    most ``2 exp(-2 n e^2)``, whatever the distribution, discrete ones included; half of the
    false-alarm probability is given to either sample. Nothing is asked of how the two samples
    depend on each other; within a sample the draws are independent.

    Parameters
    ----------
    n, m : int
        The sizes of the two samples.
    false_alarm : float
        In (0, 1).

    References
    ----------
    Massart (1990), "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality".
    """
    half = math.log(4 / false_alarm) / 2
    return math.sqrt(half / n) + math.sqrt(half / m)


def detectable_gap(n: int, m: int, columns: int = 1) -> float:
    """Return how far apart two distributions must be to be told apart almost surely.

    Samples of distributions whose functions are this far apart somewhere pass as equal with
    probability at most `MISS`: both would have to stray, by the inequality of `critical_gap`.

    Parameters
    ----------
    n, m : int
        The sizes of the two samples.
    columns : int
        How many quantities are compared at once.

    Examples
    --------
    >>> round(detectable_gap(4000, 8 * 4000), 3)
    0.126
    """
    return critical_gap(n, m, FALSE_ALARM / columns) + critical_gap(n, m, MISS)


def may_be_one_share(
    hits: np.ndarray, trials: int, others: np.ndarray, other_trials: int
) -> np.ndarray:
    """Tell whether two counts may come of one and the same probability.

    They may if some probability p has ``trials * KL(hits / trials, p)`` at most log(4 / a) for
    both counts. By Chernoff's bound each count breaks that for its true p with probability at
    most a / 2, so that equal probabilities are told apart with at most a. The false-alarm
    probability `FALSE_ALARM` is shared among the quantities.

    Parameters
    ----------
    hits, others : ndarray of int, of equal shape
    trials, other_trials : int

    Returns
    -------
    ndarray of bool, of that shape

    References
    ----------
    Chernoff (1952), "A measure of asymptotic efficiency for tests of a hypothesis based on the
    sum of observations", theorem 1.

    Examples
    --------
    >>> may_be_one_share(np.array([500, 500]), 1000, np.array([520, 800]), 1000)
    array([ True, False])
    """
    half = FALSE_ALARM / max(np.size(hits), 1) / 2
    same = []
    for hit, other in zip(np.ravel(hits).tolist(), np.ravel(others).tolist(), strict=True):
        low, high = share_interval(hit, trials, half)
        other_low, other_high = share_interval(other, other_trials, half)
        same.append(low <= other_high and other_low <= high)
    return np.reshape(same, np.shape(hits)).astype(bool)


@lru_cache(maxsize=65536)
def share_interval(hits: int, trials: int, false_alarm: float) -> tuple[float, float]:
    """Return an interval that misses the true probability with at most `false_alarm`.

    It holds every p for which ``trials * KL(hits / trials, p)`` is at most log(2 / false_alarm).

    Examples
    --------
    >>> low, high = share_interval(250, 1000, 1e-6)
    >>> round(low, 3), round(high, 3)
    (0.181, 0.328)
    """
    share, allowed = hits / trials, math.log(2 / false_alarm) / trials

    def edge(outside: float) -> float:
        inside = share
        for _ in range(50):
            middle = (inside + outside) / 2
            if divergence(share, middle) <= allowed:
                inside = middle
            else:
                outside = middle
        return outside

    return edge(0.0), edge(1.0)


def divergence(q: float, p: float) -> float:
    """Return the Kullback-Leibler divergence of a coin with share q from one with 0 < p < 1.

    Examples
    --------
    >>> round(divergence(0.5, 0.25), 3), round(divergence(0.0, 0.5), 3)
    (0.144, 0.693)
    """
    if not 0 < p < 1:
        return 0.0 if p == q else math.inf
    heads = q * math.log(q / p) if q > 0 else 0.0
    tails = (1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0
    return heads + tails


def tell_apart(expected: np.ndarray, actual: np.ndarray, what: str) -> str | None:
    """Say how two samples differ beyond chance, or return None.

    Parameters
    ----------
    expected, actual : ndarray of shape (n,) or (n, k), (m,) or (m, k)
        Draws of k quantities; the false-alarm probability is shared among the k.
    what : str
        What is drawn, for the sentence.
    """
    expected, actual = (np.asarray(x, float).reshape(len(x), -1) for x in (expected, actual))
    if not np.isfinite(actual).all():
        return f"{what}: expected finite numbers, got {actual[~np.isfinite(actual)][0]}"
    allowed = critical_gap(len(expected), len(actual), FALSE_ALARM / expected.shape[1])
    for e, a in zip(expected.T, actual.T, strict=True):
        tolerance = ROUNDING * float(np.abs(e).max())
        gap, where = largest_gap(e, a, tolerance)
        if gap > allowed:
            shares = [np.mean(x <= where + tolerance) for x in (e, a)]
            return (
                f"{what}: expected draws with mean {e.mean():.3g} and deviation {e.std():.3g}, "
                f"got mean {a.mean():.3g} and deviation {a.std():.3g}; of yours, {shares[1]:.0%} "
                f"are at most {where:.3g}, expected {shares[0]:.0%}"
            )
    return None
