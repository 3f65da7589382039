"""Whether orthogonal matrices prefer no direction, sign or turn."""

from __future__ import annotations

import numpy as np

from autograde.check import Claim, Evidence, Samples, Shares, Values
from autograde.exercises.initialization.calls import Draw, call

#: Square matrices, and tall ones, of which the distribution is seen; others see signs alone.
MATRICES, TALL, OTHERS = 100, 90, 50


def haar(draw: Draw, rng: np.random.Generator) -> Evidence:
    """Look at many matrices, square, wide and tall.

    An entry of a right answer has the same sign in 100 matrices with probability 2**-99, and the
    determinant, too; in 50 matrices with 2**-49. The entries of a tall matrix are
    nearly normal; without the right noise they are distributed just as the noise is.
    """
    lent = rng.spawn(1)[0]
    square = np.array([call(draw, (8, 8), lent) for _ in range(MATRICES)])
    wide = np.array([call(draw, (3, 5), lent) for _ in range(OTHERS)])
    tall = np.array([call(draw, (100, 2), lent) for _ in range(TALL)])
    both_signs = (square > 0).any(axis=0) & (square < 0).any(axis=0)
    both_signs_of_wide = (wide > 0).any(axis=0) & (wide < 0).any(axis=0)
    turns = np.linalg.det(square) > 0
    smallest = {bool(call(draw, (1, 1), lent)[0, 0] > 0) for _ in range(OTHERS)}
    many, fewer = (f"In {count} matrices of shape" for count in (MATRICES, OTHERS))
    return {
        "corner": Claim(
            bool(both_signs[0, 0]), f"{many} (8, 8) the entry [0, 0] always has the same sign."
        ),
        "square": Claim(
            bool(both_signs.all()),
            f"{many} (8, 8) there are entries that always have the same sign.",
        ),
        "wide": Claim(
            bool(both_signs_of_wide.all()),
            f"{fewer} (3, 5) there are entries that always have the same sign.",
        ),
        "determinant": Claim(
            0 < turns.sum() < MATRICES, f"{many} (8, 8) the determinant always has the same sign."
        ),
        "which turn": Values(np.array([turns.all(), not turns.any()]), clue=True),
        "smallest": Claim(
            len(smallest) == 2, f"{fewer} (1, 1) the entry always has the same sign."
        ),
        "trace": Samples(square.trace(axis1=1, axis2=2), "sum of the diagonal, shape (8, 8)"),
        "diagonal": Samples(
            np.einsum("kii,kii->k", square, square), "sum of squares of the diagonal, shape (8, 8)"
        ),
        "largest": Samples(np.abs(square).max(axis=(1, 2)), "largest |entry|, shape (8, 8)"),
        "tall": Samples(np.abs(tall).max(axis=(1, 2)), "largest |entry|, shape (100, 2)"),
        "signs": Shares((square > 0).sum(axis=0), MATRICES, "positive entries", clue=True),
    }
