"""Whether every entry has a chance of its own: what is asked of the masks of dropout at p = 0.5."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograde.check import Claim, Evidence, Values
from autograde.exercises.randomness import beyond_chance, unpaired, unrelated

#: How many small masks are drawn, and of which shape.
CALLS, SHAPE = 128, (8, 8)

Dropped = Callable[[tuple[int, ...]], np.ndarray]


def different(rows: np.ndarray) -> int:
    """Count the different rows."""
    return len({row.tobytes() for row in rows})


def of_one_mask(dropped: Dropped) -> Evidence:
    """Look for entries of one mask that share their fate.

    Two rows of 50 are equal with probability 2**-50, and there are 1770 pairs; columns and
    channels are less likely still. `unrelated` errs with 1e-8.
    """
    flat, channels = dropped((60, 50)), dropped((3, 2, 10, 10)).reshape(6, -1)
    large = dropped((64, 64))
    return {
        "rows": Claim(
            different(flat) == len(flat),
            "Two examples of a batch of 60 lost the very same 50 features.",
        ),
        "columns": Claim(
            different(flat.T) == len(flat.T),
            "Two features were dropped in the very same examples of a batch of 60.",
        ),
        "channels": Claim(
            not (channels.all(axis=1) | ~channels.any(axis=1)).any(),
            "Of an image of shape (2, 10, 10) a whole channel was dropped, or kept: every entry "
            "should have a chance of its own.",
        ),
        "counts of rows": Claim(
            len(set(flat.sum(axis=1))) > 1,
            "In each of 60 examples equally many entries were dropped: then the last ones have no "
            "choice left.",
        ),
        "echo": Claim(
            unrelated(large.ravel()),
            "In a mask of shape (64, 64) the fate of an entry tells what happened to another "
            "one: every entry should have a chance of its own.",
        ),
    }


def of_many_masks(dropped: Dropped) -> Evidence:
    """Look for entries that share their fate in many calls, and for masks that come again.

    `unrelated`, `unpaired` and the claim on places err with 1e-8 each. Two of 128 masks of 64
    entries are equal with a probability of at most 8128 / 2**64 < 5e-16; of K different masks one
    comes twice with a probability of at least 1 - exp(-8128 / K), which is all but one in a
    million for K up to 588. Always equally many of 64 are dropped with probability 0.1**127, and
    never both of two in 80 calls with 0.75**80 < 2e-10.
    """
    calls = np.array([dropped(SHAPE) for _ in range(CALLS)])
    flat = calls.reshape(CALLS, -1)
    masks = different(flat)
    always = masks == 1  # then it is the generator that was not asked: `generators` tells that
    stray = np.abs(2 * flat.sum(axis=0) - CALLS)
    fair = always or bool((stray < beyond_chance(CALLS, flat.shape[1])).all())
    many = f"In {CALLS} calls with shape {SHAPE}"
    return {
        "counts of calls": Claim(
            always or len(set(flat.sum(axis=1))) > 1,
            f"{many} equally many entries were dropped each time: then the last ones have no "
            "choice left.",
        ),
        "places": Claim(
            fair,
            f"{many} and p = 0.5 there is an entry that was dropped far too seldom, or too often.",
        ),
        "which place": Values(np.array(-1 if fair else int(stray.argmax())), clue=True),
        "pairs": Claim(
            always or unpaired(flat),
            f"{many} there are two entries that shared their fate, or never did: every entry "
            "should have a chance of its own.",
        ),
        "echo of calls": Claim(
            always or unrelated(flat.ravel()),
            f"{many} the fate of an entry tells what happens to others: every entry should have a "
            "chance of its own, in each call again.",
        ),
        "again": Claim(
            always or masks == CALLS,
            f"{many} the very same mask came again, which happens once in 10**15 times.",
        ),
        "nothing left": Claim(
            always or any(dropped((1, 2)).all() for _ in range(80)),
            "In 80 calls with shape (1, 2) and p = 0.5 something was always kept. Every entry "
            "should have a chance of its own, whatever happens to the others.",
        ),
    }
