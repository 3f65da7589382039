"""Train the CNN of the course at full strength, and write the table that its chapter reads.

Run it as ``python benchmarks/cnn.py``: about ten minutes of one thread. Every run is
written to ``book/_data/cnn.json`` as soon as it is done, and a run that stands there is not made
again: delete the file to measure anew. Where the official test digits lie in the data folder of
`course.data`, networks that were trained on the 5,000 digits are tested on them, too.
"""

import _timing

# isort: split
import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch

from course import cnn
from course.ablation import ablation
from course.data import Data, digits, mnist
from course.evaluation import k_fold

TABLE = Path(__file__).resolve().parents[1] / "book" / "_data" / "cnn.json"
OFFICIAL = Path.home() / ".cache" / "training-techniques"
FOLDS = 5
#: Of the digits of a fold, so many take part in the ablation: on all 4,000 it is a row of ties.
FEW = 1000
#: Without these, other steps may be the right ones: the rate is chosen anew.
RATES = {"batch norm": (2e-3, 4e-3, 8e-3), "one-cycle": (1e-3, 2e-3, 4e-3)}
RECIPE = cnn.Recipe()
#: What is left out, and the recipe that is left.
COMPONENTS = {
    "nothing": RECIPE,
    "affine": replace(RECIPE, affine=False),
    "elastic": replace(RECIPE, elastic=False),
    "affine and elastic": replace(RECIPE, affine=False, elastic=False),
    "batch norm": RECIPE,
    "one-cycle": replace(RECIPE, one_cycle=False),
    "weight decay": replace(RECIPE, weight_decay=0.0),
}
METHODS = {
    "recipe": (lambda seed: cnn.model(seed=seed), RECIPE),
    "softmax": (lambda seed: cnn.two_layer(softmax=True, seed=seed), cnn.PUBLISHED),
    "two layers": (lambda seed: cnn.two_layer(seed=seed), cnn.PUBLISHED),
}
#: Repeated on other folds; the others are run on five folds, once.
COMPARED = ("recipe", "softmax")


class Table:
    """Results by name, kept in a file.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path = TABLE) -> None:
        self.path = path
        self.values = json.loads(path.read_text()) if path.exists() else {}

    def once(self, name: str, measure: Callable[[], object]) -> object:
        """Return what stands under a name; measure it first where nothing does."""
        if name not in self.values:
            self.values[name] = measure()
            self.path.parent.mkdir(exist_ok=True)
            lines = (f'"{key}": {json.dumps(self.values[key])}' for key in sorted(self.values))
            self.path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
            print(name, str(self.values[name])[:60], flush=True)
        return self.values[name]


def all_digits() -> Data:
    """Return the 5,000 digits in a fixed order."""
    return digits(train=5000, validation=0, test=0, flatten=False).train


def fold(seed: int) -> tuple[Data, Data, np.ndarray]:
    """Return what to train on and what to test on with this seed, and the rows of the latter.

    Five seeds in a row test on each digit once.
    """
    X, y = all_digits()
    repeat, number = divmod(seed, FOLDS)
    fit, held_back = k_fold(len(y), FOLDS, np.random.default_rng(repeat), classes=y)[number]
    return Data(X[fit], y[fit]), Data(X[held_back], y[held_back]), held_back


def run(method: str, seed: int) -> dict:
    """Train on four folds; return accuracy, CPU seconds, and what the fifth is taken for."""
    build, recipe = METHODS[method]
    fit, test, rows = fold(seed)
    net = build(seed)
    seconds = cnn.train(net, fit, recipe, seed=seed).seconds
    logits = cnn.predict(net, test.X)
    said = logits.argmax(axis=1)
    wrong = np.flatnonzero(said != test.y)
    # Of each error: which digit, what it was taken for, and by how much its logit was too large.
    lead = logits[wrong, said[wrong]] - logits[wrong, test.y[wrong]]
    return {
        "accuracy": round(cnn.evaluate(net, test), 2),
        "seconds": round(seconds, 2),
        "classes": len(np.unique(said)),
        "errors": [
            [int(rows[i]), int(said[i]), round(float(by), 2)]
            for i, by in zip(wrong, lead, strict=True)
        ]
        if method == "recipe"
        else len(wrong),
    }


def train_without(component: str, lr: float, fit: Data, test: Data, seed: int) -> float:
    """Return the accuracy of the recipe without a component, at some rate, on few digits."""
    net = cnn.model(normalize=component != "batch norm", seed=seed)
    few = Data(*(part[:FEW] for part in fit))
    cnn.train(net, few, replace(COMPONENTS[component], lr=lr), seed=seed)
    return round(cnn.evaluate(net, test), 2)


def best_rate(component: str) -> float:
    """Return the rate for the recipe without a component, chosen on a split of its own."""
    if component not in RATES:
        return RECIPE.lr
    fit, validation, _ = digits(train=4000, validation=1000, test=0, seed=100, flatten=False)
    rates = RATES[component]
    scores = [train_without(component, lr, fit, validation, seed=100) for lr in rates]
    return rates[int(np.argmax(scores))]


def measure_methods(table: Table, repeats: int) -> None:
    """Train each method on every fold, by turns, so that CPU times are comparable."""
    for seed in range(FOLDS * repeats):
        for method in METHODS:
            if seed < FOLDS or method in COMPARED:
                table.once(f"{method}, seed {seed}", lambda m=method, s=seed: run(m, s))


def measure_ablation(table: Table, seeds: Sequence[int] = range(FOLDS)) -> None:
    """Leave out one component at a time, at a rate chosen for what is left."""
    rates = {c: table.once(f"rate without {c}", lambda c=c: best_rate(c)) for c in COMPONENTS}
    for seed in seeds:
        fit, test, _ = fold(seed)
        for component, lr in rates.items():
            table.once(
                f"without {component}, seed {seed}",
                lambda a=(component, lr, fit, test, seed): train_without(*a),
            )


def measure_official(table: Table, seeds: Sequence[int] = range(FOLDS)) -> None:
    """Train on the 5,000 digits, test on the official 10,000, where these are to be had."""
    if not any((OFFICIAL / "MNIST" / "raw").glob("t10k-images*")):
        print(f"no official test digits in {OFFICIAL}: not measured")
        return
    fit, test = all_digits(), mnist(full=True, flatten=False).test

    def score(method: str, seed: int) -> dict:
        build, recipe = METHODS[method]
        net = build(seed)
        seconds = cnn.train(net, fit, recipe, seed=seed).seconds
        return {"accuracy": round(cnn.evaluate(net, test), 2), "seconds": round(seconds, 2)}

    for seed in seeds:
        for method in METHODS:
            table.once(f"official {method}, seed {seed}", lambda m=method, s=seed: score(m, s))


def summary(values: dict, prefix: str = "") -> str:
    """Return accuracies, mean and sd over runs, and CPU times relative to the published net."""
    lines = []
    for method in METHODS:
        runs = {n: r for n, r in values.items() if n.startswith(f"{prefix}{method}, seed")}
        base = [values[name.replace(method, "softmax")]["seconds"] for name in runs]
        scores, seconds = ([run[key] for run in runs.values()] for key in ("accuracy", "seconds"))
        ratio = mean(s / b for s, b in zip(seconds, base, strict=True))
        lines.append(
            f"{prefix}{method:12} {mean(scores):.2f} ± {stdev(scores):.2f} % in {len(runs)} runs, "
            f"{mean(seconds):.1f} CPU s, {ratio:.2f} of the published"
        )
    return "\n".join(lines)


def rows(values: dict) -> str:
    """Return the ablation as text."""

    def score(components: tuple[str, ...], seed: int) -> float:
        missing = [c for c in declared if c not in components] or ["nothing"]
        return values[f"without {missing[0]}, seed {seed}"]

    declared = [component for component in COMPONENTS if component != "nothing"]

    return "\n".join(
        f"without {row.component:20} {row.difference:+z.2f} ± {row.half_width:.2f}"
        f"{'  tie' if row.tie else ''}"
        for row in ablation(score, declared, range(FOLDS))
    )


def main() -> None:
    """Measure whatever is not in the table, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--repeats",
        type=int,
        default=1,
        metavar="N",
        help="times that the digits are divided into five folds; the chapter reads the first",
    )
    repeats = parser.parse_args().repeats
    _timing.one_thread()
    cnn.train(cnn.model(), Data(*(part[:512] for part in all_digits())))  # warm up
    table = Table()
    measure_methods(table, repeats)
    measure_ablation(table)
    measure_official(table)
    print(f"torch {torch.__version__}")
    print(summary(table.values))
    print(rows(table.values))
    if "official recipe, seed 0" in table.values:
        print(summary(table.values, "official "))


if __name__ == "__main__":
    main()
