"""What is asked of dropout and of its gradient.

Chance is judged by shares, of which each is refused with a probability of 1e-8 where it is right,
and by the claims of `independence`, which state how often they fail a right answer: together
less than 1e-6 in either check. The claims are about p = 0.5, all else is asked at other values of
p, where p and 1 - p differ.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograde.check import (
    Answer,
    Claim,
    Evidence,
    Exercise,
    Shares,
    Values,
    array,
    attempt,
    outcome,
    several,
)
from autograde.exercises.dropout.independence import of_many_masks, of_one_mask
from autograde.exercises.randomness import generators

Dropout = Callable[..., tuple[np.ndarray, np.ndarray]]
Backward = Callable[[np.ndarray, np.ndarray], np.ndarray]
#: How many entries `drop_rate` looks at, for p in the middle and near its ends.
ENTRIES, AT_ENDS = 100_000, 40_000


def call(
    dropout: Dropout, x: np.ndarray, p: float, rng: np.random.Generator, **options: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return output and mask of one call on a copy of x."""
    output, mask = several(dropout(x.copy(), p, rng, **options), "dropout(...)", 2)
    return array(output, "the output", shape=x.shape), array(mask, "the mask", shape=x.shape)


def nonzero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw entries of size about 1, none of them near zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 2, size=shape)


def extremes(numbers: np.ndarray, what: str) -> Evidence:
    """Return the smallest and the largest of some numbers as evidence, NaN if there are none."""
    ends = (numbers.min(), numbers.max()) if numbers.size else (np.nan, np.nan)
    return {
        f"{name} {what}": Values(np.array(float(end)), f"{name} {what}")
        for name, end in zip(["smallest", "largest"], ends, strict=True)
    }


def rates(rng: np.random.Generator) -> list[float]:
    """Draw a small p, a large one, and one near 1."""
    return [float(rng.uniform(*ends)) for ends in [(0.15, 0.3), (0.7, 0.85), (0.9, 0.95)]]


def ends(rng: np.random.Generator) -> list[float]:
    """Draw a tiny p, and one that is nearly 1."""
    return [float(rng.uniform(*ends)) for ends in [(0.001, 0.003), (0.98, 0.99)]]


def drop_rate(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Count what is dropped, at values of p in the middle and near the ends.

    A rate that is off by 0.024, or by 0.012 near the ends, is told with all but one chance in a
    million: a mistake that is small in the middle is seldom small at the ends.
    """
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for number, chosen in [(ENTRIES, rates(rng)[:2]), (AT_ENDS, ends(rng))]:
        for p in chosen:
            x = np.resize(nonzero(rng, (1000,)), (1, number))
            _, mask = call(dropout, x, p, lent)
            hits = np.array(np.count_nonzero(mask == 0))
            evidence[f"p {p}"] = Shares(hits, number, f"share of what is dropped with p={p:.3g}")
    return evidence


def mask(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look at the entries of the mask that are not zero; x itself may be zero."""
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for p in rates(rng):
        _, made = call(dropout, nonzero(rng, (6, 100)), p, lent)
        evidence |= extremes(made[made != 0], f"entry of the mask that is not 0 (p={p:.2f})")
    p = float(rng.uniform(0.2, 0.4))
    _, made = call(dropout, np.zeros((6, 100)), p, lent)
    return evidence | extremes(made, f"entry of the mask (p={p:.2f}, every x is 0)")


def output(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Measure the output in units of x, where the mask keeps and where it drops."""
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for p in rates(rng):
        x = nonzero(rng, (6, 100))
        out, made = call(dropout, x, p, lent)
        for name, chosen in [("not 0", made != 0), ("0", made == 0)]:
            what = f"output / x where the mask is {name} (p={p:.2f})"
            evidence |= extremes((out / x)[chosen], what)
    return evidence


def evaluation(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Call with training=False."""
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for p in rates(rng):
        x = nonzero(rng, (6, 100))
        out, made = call(dropout, x, p, lent, training=False)
        evidence |= extremes(out / x, f"output / x (training=False, p={p:.2f})")
        evidence |= extremes(made, f"entry of the mask (training=False, p={p:.2f})")
    return evidence


def independence(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look for entries that share their fate, in one mask and in many."""
    lent = rng.spawn(1)[0]

    def dropped(shape: tuple[int, ...]) -> np.ndarray:
        return call(dropout, np.ones(shape), 0.5, lent)[1] == 0

    return of_one_mask(dropped) | of_many_masks(dropped)


def promises(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look at x afterwards, at dtypes, and at other shapes."""
    lent = rng.spawn(1)[0]
    x = nonzero(rng, (6, 7))
    before, small = x.copy(), x.astype(np.float32)
    dropout(x, 0.5, lent)
    dropout(x, 0.5, lent, training=False)
    kept = [
        part.dtype == given.dtype
        for given in (small, x)
        for training in (True, False)
        for part in call(dropout, given, 0.5, lent, training=training)
    ]
    for shape in [(9,), (2, 3, 4, 5)]:
        call(dropout, nonzero(rng, shape), 0.5, lent)
    return {
        "x": Claim(
            np.array_equal(x, before), "dropout(...) has changed x; it should only read it."
        ),
        "float32": Claim(
            all(kept[:2]), "Of a float32 x, the output or the mask is no longer float32."
        ),
        "float32 in evaluation": Claim(
            all(kept[2:4]),
            "Of a float32 x, the output or the mask is no longer float32 if training=False.",
        ),
        "float64": Claim(
            all(kept[4:]), "Of a float64 x, the output or the mask is no longer float64."
        ),
        "which of them": Values(np.array(kept), clue=True),
    }


def hyperparameters(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Try values of p that make no sense, in either mode, and the ends of those that do."""
    lent = rng.spawn(1)[0]
    x = nonzero(rng, (3, 4))
    evidence: Evidence = {}
    for p in (-0.1, 1.0, 1.5, np.nan, 0.99):
        written = f"dropout(x, {p}, rng)"
        evidence[f"p {p}"], made = attempt(lambda p=p: dropout(x.copy(), p, lent), written)
        evidence[f"mask {p}"] = Values(largest_of(made), f"the mask of {written}", clue=True)
    for p in (-0.1, 1.0, 1.5, np.nan):
        written = f"dropout(x, {p}, rng, training=False)"
        evidence[written] = outcome(lambda p=p: dropout(x.copy(), p, lent, training=False), written)
    evidence["p 0"], made = attempt(lambda: call(dropout, x, 0.0, lent), "dropout(x, 0.0, rng)")
    evidence["nothing"] = Claim(
        made is not None and np.allclose(made[0], x, atol=0) and bool((made[1] == 1).all()),
        "With p = 0 the output should be x, and the mask all ones.",
    )
    return evidence


def largest_of(made: object) -> np.ndarray:
    """Return the largest entry of a mask, whatever came back; NaN if there is none."""
    mask = made[1] if isinstance(made, tuple | list) and len(made) == 2 else None
    usable = isinstance(mask, np.ndarray) and mask.dtype.kind in "fiu" and mask.size
    return np.array(float(np.abs(mask).max()) if usable else np.nan)


def gradient(backward: Backward, rng: np.random.Generator) -> Evidence:
    """Measure the gradient of x in units of that of the output, for masks of two rates.

    Kept and dropped are never few, so that a mask which is drawn anew is sure to meet both.
    """
    evidence: Evidence = {}
    for p in (float(rng.uniform(0.2, 0.3)), float(rng.uniform(0.6, 0.7))):
        mask = (rng.random((6, 100)) >= p) / (1 - p)
        ratio = passed_on(backward, mask, rng)
        for name, chosen in [("kept", mask != 0), ("dropped", mask == 0)]:
            what = f"result / grad_output where x was {name} (p={p:.2f})"
            evidence |= extremes(ratio[chosen], what)
    for shape in [(40,), (2, 3, 4, 5)]:
        mask = (rng.random(shape) >= 0.5) * 2.0
        ratio = passed_on(backward, mask, rng)
        evidence |= extremes(ratio[mask != 0], f"result / grad_output where kept (shape {shape})")
    ratio = passed_on(backward, np.ones((6, 100)), rng)
    return evidence | extremes(ratio, "result / grad_output (evaluation, all ones in the mask)")


def passed_on(backward: Backward, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the gradient of x in units of a gradient of the output that is drawn here."""
    grad_output = nonzero(rng, mask.shape)
    made = backward(grad_output.copy(), mask.copy())
    return array(made, "dropout_backward(...)", shape=mask.shape) / grad_output


def backward_promises(backward: Backward, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, at the dtype, and at a second call."""
    mask = (rng.random((6, 7)) >= 0.25) / 0.75
    grad_output = nonzero(rng, mask.shape)
    lent = grad_output.copy(), mask.copy()
    made = [array(backward(*lent), "dropout_backward(...)") for _ in range(2)]
    small = array(
        backward(grad_output.astype(np.float32), mask.astype(np.float32)), "dropout_backward(...)"
    )
    return {
        "grad_output": Claim(
            np.array_equal(lent[0], grad_output), "dropout_backward(...) has changed grad_output."
        ),
        "mask": Claim(np.array_equal(lent[1], mask), "dropout_backward(...) has changed the mask."),
        "again": Claim(
            np.array_equal(*made),
            "Called twice with the same gradient and mask, dropout_backward(...) returned two "
            "different results.",
        ),
        "float32": Claim(
            small.dtype == np.float32, "The gradient of float32 arrays is no longer float32."
        ),
        "float64": Claim(
            made[0].dtype == np.float64, "The gradient of float64 arrays is no longer float64."
        ),
    }


EXERCISE = Exercise(
    "dropout",
    [
        Answer(
            "dropout-forward",
            "dropout",
            {
                "drop-rate": drop_rate,
                "mask": mask,
                "output": output,
                "evaluation": evaluation,
                "independence": independence,
                "generator": generators(
                    lambda dropout, lent: call(dropout, np.ones((40, 40)), 0.5, lent)[1]
                ),
                "promises": promises,
                "hyperparameters": hyperparameters,
            },
        ),
        Answer(
            "dropout-backward",
            "dropout_backward",
            {"gradient": gradient, "backward-promises": backward_promises},
        ),
    ],
)
