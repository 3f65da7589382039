"""What is asked of dropout and of its gradient.

The claims of `independence` are about chance; the probability that a right answer fails one of
them is stated there. They are judged at p = 0.5, the masks otherwise at other values of p, where
p and 1 - p differ.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograde.check import (
    Answer,
    Claim,
    Evidence,
    Exercise,
    Samples,
    Values,
    array,
    attempt,
    outcome,
    several,
)
from autograde.exercises.randomness import generators

Dropout = Callable[..., tuple[np.ndarray, np.ndarray]]
Backward = Callable[[np.ndarray, np.ndarray], np.ndarray]
#: How many entries `drop_rate` looks at, for each p.
ENTRIES = 4000


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
    """Draw a small and a large p."""
    return [float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.7, 0.85))]


def drop_rate(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look at which entries are dropped, at a small and a large p."""
    evidence: Evidence = {}
    for name, p in zip(["small p", "large p"], rates(rng), strict=True):
        _, mask = call(dropout, nonzero(rng, (1, ENTRIES)), p, *rng.spawn(1))
        what = f"entries, 1 for dropped and 0 for kept (p={p:.2f})"
        evidence[name] = Samples((mask[0] == 0).astype(float), what)
    return evidence


def mask(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look at the entries of the mask that are not zero; x itself may be zero."""
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for p in rates(rng):
        _, made = call(dropout, nonzero(rng, (20, 30)), p, lent)
        evidence |= extremes(made[made != 0], f"entry of the mask that is not 0 (p={p:.2f})")
    p = float(rng.uniform(0.2, 0.4))
    _, made = call(dropout, np.zeros((20, 30)), p, lent)
    return evidence | extremes(made, f"entry of the mask (p={p:.2f}, every x is 0)")


def output(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Measure the output in units of x, where the mask keeps and where it drops."""
    evidence: Evidence = {}
    lent = rng.spawn(1)[0]
    for p in rates(rng):
        x = nonzero(rng, (20, 30))
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
        x = nonzero(rng, (20, 30))
        out, made = call(dropout, x, p, lent, training=False)
        evidence |= extremes(out / x, f"output / x (training=False, p={p:.2f})")
        evidence |= extremes(made, f"entry of the mask (training=False, p={p:.2f})")
    return evidence


def independence(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look for entries that share their fate.

    At p = 0.5 two rows of 50 are equal with probability 2**-50, and there are 1770 pairs; columns
    and channels are less likely still. Twenty times in a row equally many of 128 are dropped with
    probability 0.071**19 < 1e-21. Together a right answer fails with a probability below 2e-12.
    """
    lent = rng.spawn(1)[0]
    _, flat = call(dropout, nonzero(rng, (60, 50)), 0.5, lent)
    _, images = call(dropout, nonzero(rng, (3, 2, 10, 10)), 0.5, lent)
    dropped = flat == 0
    channels = (images == 0).reshape(6, -1)
    calls = [call(dropout, nonzero(rng, (8, 16)), 0.5, lent)[1] == 0 for _ in range(20)]
    all_equal = all(np.array_equal(made, calls[0]) for made in calls)  # `generators` tells that
    return {
        "rows": Claim(
            len(np.unique(dropped, axis=0)) == len(dropped),
            "Two examples of a batch of 60 lost the very same 50 features.",
        ),
        "columns": Claim(
            len(np.unique(dropped, axis=1).T) == len(dropped.T),
            "Two features were dropped in the very same examples of a batch of 60.",
        ),
        "channels": Claim(
            not (channels.all(axis=1) | ~channels.any(axis=1)).any(),
            "Of an image of shape (2, 10, 10) a whole channel was dropped, or kept: every entry "
            "should have a chance of its own.",
        ),
        "counts of rows": Claim(
            len(set(dropped.sum(axis=1))) > 1,
            "In each of 60 examples equally many entries were dropped: then the last ones have no "
            "choice left.",
        ),
        "counts of calls": Claim(
            len({int(made.sum()) for made in calls}) > 1 or all_equal,
            "In each of 20 calls equally many entries were dropped: then the last ones have no "
            "choice left.",
        ),
    }


def promises(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Look at x afterwards, at dtypes, and at other shapes."""
    lent = rng.spawn(1)[0]
    x = nonzero(rng, (6, 7))
    before, small = x.copy(), x.astype(np.float32)
    dropout(x, 0.5, lent)
    dropout(x, 0.5, lent, training=False)
    kept = [
        part.dtype == np.float32
        for training in (True, False)
        for part in call(dropout, small, 0.5, lent, training=training)
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
            all(kept[2:]),
            "Of a float32 x, the output or the mask is no longer float32 if training=False.",
        ),
    }


def hyperparameters(dropout: Dropout, rng: np.random.Generator) -> Evidence:
    """Try values of p that make no sense, and the ends of those that do."""
    lent = rng.spawn(1)[0]
    x = nonzero(rng, (3, 4))
    evidence: Evidence = {
        f"p {p}": outcome(lambda p=p: dropout(x.copy(), p, lent), f"dropout(x, {p}, rng)")
        for p in (-0.1, 1.0, 1.5, 0.99)
    }
    evidence["p 0"], made = attempt(lambda: call(dropout, x, 0.0, lent), "dropout(x, 0.0, rng)")
    evidence["nothing"] = Claim(
        made is not None and np.array_equal(made[0], x) and bool((made[1] == 1).all()),
        "With p = 0 the output should be x, and the mask all ones.",
    )
    return evidence


def gradient(backward: Backward, rng: np.random.Generator) -> Evidence:
    """Measure the gradient of x in units of that of the output, for masks of two rates."""
    evidence: Evidence = {}
    for p in rates(rng):
        mask = (rng.random((20, 30)) >= p) / (1 - p)
        ratio = passed_on(backward, mask, rng)
        for name, chosen in [("kept", mask != 0), ("dropped", mask == 0)]:
            what = f"result / grad_output where x was {name} (p={p:.2f})"
            evidence |= extremes(ratio[chosen], what)
    ratio = passed_on(backward, np.ones((20, 30)), rng)
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
