"""Whether weights are draws of the right distribution, each on its own, whatever their spread."""

from __future__ import annotations

import numpy as np

from autograde.check import Claim, Evidence, Samples
from autograde.exercises.initialization.calls import Draw, call
from autograde.exercises.randomness import unrelated

#: Entries of a group, and groups, of which the shape of a distribution is seen.
GROUP, GROUPS = 50, 1000
#: How many small matrices are drawn.
SMALL = 30


def shape_of_distribution(draw: Draw, rng: np.random.Generator) -> Evidence:
    """Look at groups of entries, each in units of its own root mean square, and for relations."""
    lent = rng.spawn(1)[0]
    w = call(draw, (200, 250), lent)
    groups = w.reshape(GROUPS, GROUP)
    rms = np.sqrt(np.mean(groups**2, axis=1))
    rms[rms == 0] = 1
    repeated = "of a matrix of shape (200, 250) are equal: every entry should be a draw of its own."
    return {
        "largest": Samples(
            np.abs(groups).max(axis=1) / rms,
            f"largest |entry| of {GROUP}, in units of their root mean square",
        ),
        "mean": Samples(
            groups.mean(axis=1) / rms,
            f"mean of {GROUP} entries, in units of their root mean square",
        ),
        "rows": Claim(all_differ(w[:, :20]), f"Two rows {repeated}"),
        "columns": Claim(all_differ(w[:20].T), f"Two columns {repeated}"),
        **relations(draw, lent),
        **repairs(draw, lent),
    }


def all_differ(rows: np.ndarray) -> bool:
    """Tell whether no two rows are equal."""
    return len({row.tobytes() for row in rows}) == len(rows)


def relations(draw: Draw, lent: np.random.Generator) -> Evidence:
    """Look for entries that tell what others are.

    The sign of an entry is a throw of a fair coin, and `unrelated` errs with 1e-8. Of 4000 numbers
    of 24 random bits, which are those of float32, about one is met twice.
    """
    w = call(draw, (50, 80), lent)
    return {
        "sizes": Claim(
            len(np.unique(np.abs(w))) > 0.9 * w.size,
            "In a matrix of shape (50, 80) many entries are equal, but for the sign: every entry "
            "should be a draw of its own.",
        ),
        "signs": Claim(
            unrelated(w.ravel() > 0),
            "In a matrix of shape (50, 80) the sign of an entry tells the sign of another one: "
            "every entry should be a draw of its own.",
        ),
    }


def repairs(draw: Draw, lent: np.random.Generator) -> Evidence:
    """Look for matrices that were given exactly the mean or the spread of the distribution.

    The spread of 20 draws strays by more than a tenth, their mean by a fifth of that: thirty times
    within a thousandth is no chance (less than 1e-50).
    """
    small = np.array([call(draw, (4, 5), lent).ravel() for _ in range(SMALL)])
    same = bool((small == small[0]).all())  # then it is the generator that was not asked
    scale = np.sqrt(np.mean(small**2)) or 1.0
    spreads = [small.std(axis=1), np.sqrt(np.mean(small**2, axis=1))]
    many = f"In {SMALL} calls with shape (4, 5)"
    return {
        "spread": Claim(
            same or all(np.ptp(spread) > 1e-3 * scale for spread in spreads),
            f"{many} the spread of the 20 entries was the same each time. It is that of the "
            "distribution they are drawn from which is asked for; a few draws stray from it.",
        ),
        "centre": Claim(
            same or bool(np.abs(small.mean(axis=1)).max() > 1e-3 * scale),
            f"{many} the mean of the 20 entries was 0 each time. It is that of the distribution "
            "they are drawn from which is asked for; a few draws stray from it.",
        ),
    }
