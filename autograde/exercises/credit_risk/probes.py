"""What is asked of the weights, the focal loss and the ablation; `tables` asks the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograde.check import Answer, BadAnswer, Claim, Evidence, Exercise, Values, array, number
from autograde.check.reading import a_kind_of
from autograde.exercises.credit_risk import tables

ClassWeights = Callable[[np.ndarray], np.ndarray]
FocalLoss = Callable[..., float]
Ablation = Callable[..., list[dict[str, Any]]]


def weights(class_weights: ClassWeights, y: np.ndarray) -> np.ndarray:
    """Return the weights for labels of which the answer gets a copy."""
    return array(class_weights(y.copy()), "class_weights(y)", shape=(2,)).astype(float)


def labels(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw labels of which few, many, and most are 1."""
    return {
        f"{ones} of {n} labels are 1": rng.permutation(np.arange(n) < ones).astype(np.int64)
        for n, ones in [
            (40, int(rng.integers(2, 6))),
            (30, int(rng.integers(9, 14))),
            (25, int(rng.integers(17, 24))),
        ]
    }


def weights_ratio(class_weights: ClassWeights, rng: np.random.Generator) -> Evidence:
    """Ask how many times as much a 1 counts as a 0."""
    evidence: Evidence = {}
    for name, y in labels(rng).items():
        zero, one = weights(class_weights, y)
        ratio = np.array(one) / zero
        evidence[name] = Values(ratio, f"how many times as much a 1 counts as a 0 ({name})")
    return evidence


def weights_scale(class_weights: ClassWeights, rng: np.random.Generator) -> Evidence:
    """Average the weights over the samples, and ask for labels of another dtype."""
    evidence: Evidence = {}
    for name, y in labels(rng).items():
        mean = np.array(weights(class_weights, y)[y].mean())
        evidence[name] = Values(mean, f"the mean weight of a sample ({name})")
    y = rng.permutation(np.arange(18) < 4).astype(np.int64)
    evidence["weights"] = Values(weights(class_weights, y), "class_weights(y)", clue=True)
    return evidence


def focal(loss: FocalLoss, logits: np.ndarray, y: np.ndarray, **options: float) -> float:
    """Return the loss of copies."""
    return number(loss(logits.copy(), y.copy(), **options), "focal_loss(logits, y)")


def focal_values(loss: FocalLoss, rng: np.random.Generator) -> Evidence:
    """Ask for the loss of single examples and of batches, at several gammas."""
    evidence: Evidence = {}
    grid = np.array([-3.0, -1.0, 0.5, 2.0]) + rng.uniform(-0.3, 0.3, size=4)
    for label in (1, 0):
        single = [focal(loss, np.array([z]), np.array([label]), gamma=2.0) for z in grid]
        what = f"loss of one example of class {label}, logits {np.round(grid, 2)}"
        evidence[f"class {label}"] = Values(np.array(single), what, {"logit": 0})
    logits, y = rng.normal(scale=2, size=12), rng.permutation(np.arange(12) < 4).astype(np.int64)
    for gamma in (0.5, 2.0, 5.0):
        value = focal(loss, logits, y, gamma=gamma)
        evidence[f"gamma {gamma}"] = Values(np.array(value), f"loss of 12 examples, gamma={gamma}")
    default = focal(loss, logits, y)
    evidence["default"] = Values(np.array(default), "loss of 12 examples, gamma not given")
    lent = [logits.copy(), y.copy()]
    loss(*lent, gamma=2.0)
    evidence["lent"] = Claim(
        np.array_equal(lent[0], logits) and np.array_equal(lent[1], y),
        "focal_loss has changed the logits or the labels that it was lent.",
    )
    return evidence


def focal_cross_entropy(loss: FocalLoss, rng: np.random.Generator) -> Evidence:
    """Set gamma to zero."""
    logits, y = rng.normal(scale=2, size=9), rng.permutation(np.arange(9) < 3).astype(np.int64)
    value = focal(loss, logits, y, gamma=0.0)
    return {"gamma 0": Values(np.array(value), "loss of 9 examples, gamma=0")}


def focal_stable(loss: FocalLoss, rng: np.random.Generator) -> Evidence:
    """Ask for the loss of logits so large that their exponentials overflow, or vanish.

    Where a loss is no number at all, it does not matter where, or in which of the losses.
    """
    size = float(1000 + rng.integers(0, 9))
    losses = np.array(
        [
            [
                focal(loss, np.array([z]), np.array([label]))
                for z in np.array([size, size / 2, -size]) * (1 - 2 * label)
            ]
            for label in (0, 1)
        ]
    )
    nan, infinite = bool(np.isnan(losses).any()), bool(np.isinf(losses).any())
    if nan or infinite:
        losses = np.full_like(losses, np.nan)
    evidence: Evidence = {
        "nan": Claim(not nan, f"The loss of a logit as large as {size:g} or -{size:g} is NaN."),
        "infinite": Claim(
            nan or not infinite,
            f"The loss of a logit as large as {size:g} or -{size:g} is infinite.",
        ),
    }
    for label, (wrong, half, right) in enumerate(losses):
        # Quotients: a factor on the loss is the concern of another check.
        what = f"its loss at a wrong logit of size {size:g}, in losses at one half as large"
        evidence[f"wrong {label}"] = Values(
            wrong / half, f"a single example of class {label}: {what}"
        )
        evidence[f"cost {label}"] = Values(np.array(wrong), "its loss", clue=True)
        what = f"1 + its loss at a right logit of size {size:g}, in losses at the wrong one"
        evidence[f"right {label}"] = Values(
            1 + right / wrong, f"a single example of class {label}: {what}"
        )
    return evidence


class Laboratory:
    """A make-believe experiment: the seed matters much, each component a little."""

    names = ("augment", "dropout", "schedule", "weights")

    def __init__(self, rng: np.random.Generator) -> None:
        self.seeds = [int(s) for s in rng.choice(90, size=5, replace=False) + 10]
        self.components = [str(name) for name in rng.permutation(self.names)]
        while self.components == sorted(self.components):
            self.components = [str(name) for name in rng.permutation(self.names)]
        worth = np.array([1.0, -6.0, 3.0, -1.0]) + rng.uniform(-0.5, 0.5, size=4)
        self.worth = dict(zip(self.components, worth, strict=True))
        self._draw(rng)
        while not self._seeds_change_places():
            self._draw(rng)
        self.calls: list[tuple[Any, Any]] = []

    def train_and_score(self, enabled: Sequence[str], seed: int) -> float:
        """Return the score of a model with these components, as a percentage.

        Raises
        ------
        BadAnswer
            If the seed is no whole number.
        """
        # What a learner hands over is not computed with before it is known to be a number: a text
        # has a % of its own, which makes of "%999999999d" a text that fills the memory.
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise BadAnswer(f"seed should be a whole number, got {a_kind_of(seed)}.")
        self.calls.append((enabled, seed))
        return self._score(frozenset(enabled), seed)

    def _score(self, parts: frozenset[str], seed: int) -> float:
        mask = sum(2**k for k, name in enumerate(self.names) if name in parts)
        luck, noise = self.luck[int(seed) % 100], self.noise[mask, int(seed) % 100]
        together = 0.3 * len(parts) ** 2
        return float(70 + sum(self.worth.get(part, 0) for part in parts) + together + luck + noise)

    def _draw(self, rng: np.random.Generator) -> None:
        self.luck, self.noise = rng.normal(scale=4, size=100), rng.normal(size=(16, 100))

    def _seeds_change_places(self) -> bool:
        """Tell whether models rank the seeds differently, and the full one not the first best."""
        models = [frozenset(self.components) - {name} for name in ("", *self.components[:2])]
        places = [np.argsort([self._score(model, seed) for seed in self.seeds]) for model in models]
        return places[0][-1] != 0 and all((p != places[0]).any() for p in places[1:])


def rows(ablate: Ablation, laboratory: Laboratory) -> list[dict[str, Any]]:
    """Return the rows that an answer makes of an experiment, read but not judged."""
    components, seeds = list(laboratory.components), list(laboratory.seeds)
    found = ablate(laboratory.train_and_score, components, seeds)
    call = "ablation(train_and_score, components, seeds)"
    if not isinstance(found, list | tuple) or not all(isinstance(row, dict) for row in found):
        raise BadAnswer(f"{call} should return a list of dicts, one for each component.")
    for row in found:
        for key in ("component", "mean", "difference", "spread"):
            if key not in row:
                raise BadAnswer(f"A row of {call} should have the key {key!r}; it has {list(row)}.")
    return list(found)


def column(key: str, what: str) -> Callable[[Ablation, np.random.Generator], Evidence]:
    """Make the probe of one column of the table, rows found by the name of their component."""

    def probe(ablate: Ablation, rng: np.random.Generator) -> Evidence:
        laboratory = Laboratory(rng)
        found = {row["component"]: row[key] for row in rows(ablate, laboratory)}
        read = [
            number(found[name], f"{key} of {name!r}") if name in found else np.nan
            for name in laboratory.components
        ]
        return {key: Values(np.array(read), what, {"component": 0})}

    return probe


def ablation_runs(ablate: Ablation, rng: np.random.Generator) -> Evidence:
    """Count which models were trained, with which seeds, and look at the rows' order."""
    laboratory = Laboratory(rng)
    found = rows(ablate, laboratory)
    everything = tuple(laboratory.components)
    variants = [everything] + [tuple(p for p in everything if p != name) for name in everything]
    calls = [(frozenset(enabled), seed) for enabled, seed in laboratory.calls]
    counts = [[calls.count((frozenset(v), s)) for s in laboratory.seeds] for v in variants]
    return {
        "counts": Values(
            np.array(counts),
            "how often a model was trained (model 0: the full one; model k: without the k-th "
            "component)",
            {"model": 0, "seed": 0},
        ),
        "others": Values(
            np.array(len(calls) - np.sum(counts)),
            "how many other models were trained, or models with other seeds",
        ),
        "tuples": Claim(
            all(type(enabled) is tuple for enabled, _ in laboratory.calls),
            "train_and_score should get the names of the components as a tuple.",
        ),
        "order": Claim(
            all(tuple(enabled) in variants for enabled, _ in laboratory.calls),
            "train_and_score should get the names in the order in which they were declared.",
        ),
        "count": Values(np.array(len(found)), "how many rows there are (for four components)"),
        "rows": Claim(
            [row["component"] for row in found] == laboratory.components,
            "There should be one row for each component, in the order of components.",
        ),
    }


EXERCISE = Exercise(
    "credit-risk",
    [
        Answer(
            "preprocess",
            "Preprocessor",
            {
                "preprocess-numbers": tables.numbers,
                "preprocess-missing": tables.missing,
                "preprocess-categories": tables.categories,
                "preprocess-leakage": tables.leakage,
                "preprocess-layout": tables.layout,
                "preprocess-promises": tables.promises,
            },
        ),
        Answer(
            "class-weights",
            "class_weights",
            {"weights-ratio": weights_ratio, "weights-scale": weights_scale},
        ),
        Answer(
            "focal-loss",
            "focal_loss",
            {
                "focal-values": focal_values,
                "focal-cross-entropy": focal_cross_entropy,
                "focal-stable": focal_stable,
            },
        ),
        Answer(
            "ablation",
            "ablation",
            {
                "ablation-runs": ablation_runs,
                "ablation-mean": column("mean", "mean score without a component"),
                "ablation-difference": column("difference", "mean difference to the full model"),
                "ablation-spread": column("spread", "spread of the differences"),
            },
        ),
    ],
    hides=("torch", "torchvision", "course.ablation", "course.loss_rules", "course.losses"),
)
