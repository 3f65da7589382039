"""The probe that everything random shares: who is asked for randomness, and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.check import Claim, Evidence
from autograde.check.exercise import Probe

Draw = Callable[[Any, np.random.Generator], np.ndarray]


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
