"""Telling two distributions apart, with a known chance of a false alarm."""

from __future__ import annotations

import math

import numpy as np

#: The chance that one comparison rejects draws from the very same distribution.
FALSE_ALARM = 1e-8


def largest_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest distance between two empirical distribution functions.

    Parameters
    ----------
    a, b : ndarray of shape (n,), (m,)

    Returns
    -------
    float
        The two-sample Kolmogorov-Smirnov statistic, in [0, 1].

    Examples
    --------
    >>> largest_gap(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    0.5
    """
    a, b = np.sort(a), np.sort(b)
    points = np.concatenate([a, b])
    below_a = np.searchsorted(a, points, side="right") / len(a)
    below_b = np.searchsorted(b, points, side="right") / len(b)
    return float(np.abs(below_a - below_b).max())


def critical_gap(n: int, m: int, false_alarm: float = FALSE_ALARM) -> float:
    """Return a gap that equal distributions exceed with at most the given probability.

    Each sample strays from its own distribution function by more than e with probability at
    most ``2 exp(-2 n e^2)``, whatever the distribution, discrete ones included; half of the
    false-alarm probability is given to either sample.

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


def tell_apart(expected: np.ndarray, actual: np.ndarray, what: str) -> str | None:
    """Say how two samples differ beyond chance, or return None.

    Parameters
    ----------
    expected, actual : ndarray of shape (n,) or (n, k), (m,) or (m, k)
        Draws of k quantities; the false-alarm probability is shared among the k.
    what : str
        What is drawn, for the sentence.
    """
    expected, actual = expected.reshape(len(expected), -1), actual.reshape(len(actual), -1)
    columns = expected.shape[1]
    if not np.isfinite(actual).all():
        return f"{what}: expected finite numbers, got {actual[~np.isfinite(actual)][0]}"
    allowed = critical_gap(len(expected), len(actual), FALSE_ALARM / columns)
    for column in range(columns):
        e, a = expected[:, column], actual[:, column]
        if largest_gap(e, a) > allowed:
            return (
                f"{what}: expected draws with mean {e.mean():.3g} and deviation {e.std():.3g}, "
                f"got mean {a.mean():.3g} and deviation {a.std():.3g}"
            )
    return None
