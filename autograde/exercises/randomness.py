"""What everything random shares: who is asked for randomness, and fates without relation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.check import Claim, Evidence
from autograde.check.exercise import Probe

Draw = Callable[[Any, np.random.Generator], np.ndarray]
#: How often, at most, `unrelated` and `unpaired` take the throws of fair coins for related ones.
CHANCE = 1e-8


def generators(draw: Draw) -> Probe:
    """Make the probe of the generator that an answer is handed: all chance comes from it.

    Parameters
    ----------
    draw : callable
        ``draw(answer, generator)`` returns an array in which so much chance lies that two draws
        are equal with a probability of 1e-12 at most.
    """

    def probe(answer: Any, rng: np.random.Generator) -> Evidence:
        seeds = rng.choice(2**32, size=2, replace=False)
        one, same, other = (np.random.default_rng(seeds[k]) for k in (0, 0, 1))
        first, second = draw(answer, one), draw(answer, one)
        return {
            "next": Claim(
                not np.array_equal(first, second),
                "Two calls in a row with the same generator drew the very same numbers.",
            ),
            "other": Claim(
                not np.array_equal(first, draw(answer, other)),
                "Two generators with different seeds led to the very same numbers.",
            ),
            "same": Claim(
                np.array_equal(first, draw(answer, same)),
                "Two generators made with the same seed led to different numbers: some chance "
                "comes from elsewhere, and nobody can repeat the experiment.",
            ),
        }

    return probe


def beyond_chance(pairs: np.ndarray | float, comparisons: int) -> np.ndarray:
    """Return how far the sum of `pairs` fair signs strays in none of so many comparisons.

    That is, unless something happens whose probability is `CHANCE` at most.

    References
    ----------
    Hoeffding (1963), "Probability inequalities for sums of bounded random variables", theorem 2.

    Examples
    --------
    >>> round(float(beyond_chance(400, 1)))
    124
    """
    return np.sqrt(2 * pairs * math.log(2 * comparisons / CHANCE))


def unrelated(bits: np.ndarray) -> bool:
    """Tell whether a row of bits may be throws of a fair coin, as far as its own echo tells.

    The row is laid beside itself, moved by every number of places up to a half, and beside its
    mirror image, at every place where a quarter overlaps. Bits of a fair coin that lie beside
    each other then agree in half of all cases, each pair independently of the others: moved, the
    pairs form chains, of which no link tells about another; mirrored, no bit is in two pairs.

    Parameters
    ----------
    bits : ndarray of bool, of shape (n,)

    Examples
    --------
    >>> bits = np.random.default_rng(0).random(2000) < 0.5
    >>> unrelated(bits), unrelated(np.repeat(bits, 2)), unrelated(np.append(bits, ~bits[::-1]))
    (True, False, False)
    """
    n = len(bits)
    spectrum = np.fft.rfft(np.where(bits, 1.0, -1.0), 2 * n)
    moved = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[1 : n // 2 + 1]
    at = np.arange(n // 2, 2 * n - 1 - n // 2)
    mirrored = (np.fft.irfft(spectrum**2, 2 * n)[at] - (at % 2 == 0)) / 2
    sums = np.append(moved, mirrored)
    pairs = np.append(n - np.arange(1, n // 2 + 1), np.minimum(at + 1, 2 * n - 1 - at) // 2)
    return bool((np.abs(sums) < beyond_chance(pairs, len(sums))).all())


def unpaired(bits: np.ndarray) -> bool:
    """Tell whether no two columns of bits agree, or differ, more often than fair coins would.

    Parameters
    ----------
    bits : ndarray of bool, of shape (n, d)

    Examples
    --------
    >>> bits = np.random.default_rng(0).random((200, 10)) < 0.5
    >>> unpaired(bits), unpaired(np.hstack([bits, bits[:, 3:4]]))
    (True, False)
    """
    n, d = bits.shape
    signs = np.where(bits, 1.0, -1.0)
    sums = (signs.T @ signs)[np.triu_indices(d, 1)]
    return bool((np.abs(sums) < beyond_chance(n, len(sums))).all())
