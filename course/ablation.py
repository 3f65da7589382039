"""Which parts of a recipe carry it: paired over seeds, on equal budgets, with honest ties.

The protocol. Declare the components and the seeds before anything is run. Run the full model and,
for each component, the model without it, once per seed: the same seeds, so that each difference is
one of equals (same split, same first weights, same order of batches). Compare the mean difference
with what chance alone does to differences; what chance can explain is a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course._parts import check_callable, checked_list
from course._ranges import check_number

__all__ = ["Entry", "Row", "ablation", "championship", "noise_floor", "student_quantile"]

TrainAndScore = Callable[[tuple[str, ...], int], float]


@dataclass(frozen=True)
class Row:
    """What leaving out one component did.

    Parameters
    ----------
    component : str
        The one left out.
    scores, full_scores : ndarray of shape (seeds,)
        Without it, and of the full model, seed by seed.
    mean, spread : float
        Of ``scores``; spread is the standard deviation (n - 1).
    difference, difference_spread : float
        Mean and standard deviation of ``scores - full_scores``: negative where the component
        helps (if higher scores are better).
    half_width : float
        Of the simultaneous confidence interval around ``difference``.

    Examples
    --------
    >>> row = ablation(lambda parts, seed: len(parts) + seed, ["a", "b"], [0, 1])[0]
    >>> row.component, row.mean, row.difference, row.tie
    ('a', 1.5, -1.0, False)
    """

    component: str
    scores: np.ndarray
    full_scores: np.ndarray
    mean: float
    spread: float
    difference: float
    difference_spread: float
    half_width: float

    @property
    def tie(self) -> bool:
        """Whether chance alone explains the difference."""
        return bool(abs(self.difference) <= self.half_width)


def ablation(
    train_and_score: TrainAndScore,
    components: Sequence[str],
    seeds: Sequence[int],
    *,
    level: float = 0.95,
) -> list[Row]:
    """Leave out one component at a time and compare with the full model, seed by seed.

    Parameters
    ----------
    train_and_score : callable (components, seed) -> float
        Trains with exactly the components named (a tuple, in the order declared), on a budget that
        does not depend on them, and returns a score of data that were not trained on. All
        randomness comes from the seed.
    components : sequence of str
        What the full model consists of.
    seeds : sequence of int
        At least two; the same for every variant.
    level : float
        Confidence of all intervals together.

    Returns
    -------
    list of Row
        One per component, in the order declared.

    Raises
    ------
    ValueError
        ``seeds must be at least two different ones, got [0, 0]``,
        ``components must be different and at least one, got []``,
        ``level must lie in (0, 1), got 95``, or
        ``score without 'dropout' at seed 3 must be finite, got nan``: return the score that a
        failed run deserves, rather than none.

    Notes
    -----
    With differences d of n seeds, the interval is ``mean(d) +- t sd(d) / sqrt(n)``, where t is
    Student's quantile at n - 1 degrees of freedom for ``1 - (1 - level) / (2 k)``: Bonferroni's
    correction, since with k components the chance that some tie looks like a finding is k times
    as large.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6. Dunn (1961), "Multiple comparisons
    among means", JASA 56.

    Examples
    --------
    >>> worth = {"momentum": 2.0, "colour of the plot": 0.0}
    >>> def train_and_score(components, seed):
    ...     rng = np.random.default_rng([seed, len(components)])
    ...     return 90 + sum(worth[c] for c in components) + 0.1 * rng.standard_normal()
    >>> [(row.component, row.tie) for row in ablation(train_and_score, list(worth), range(8))]
    [('momentum', False), ('colour of the plot', True)]
    """
    components = tuple(checked_list("components", components))
    seeds = checked_list("seeds", seeds)
    _check_design(components, seeds, level)
    full = _run(train_and_score, components, seeds, "of the full model")
    quantile = student_quantile(1 - (1 - level) / (2 * len(components)), len(seeds) - 1)
    rows = []
    for left_out in components:
        rest = tuple(component for component in components if component != left_out)
        scores = _run(train_and_score, rest, seeds, f"without {left_out!r}")
        difference = scores - full
        spread = float(difference.std(ddof=1))
        rows.append(
            Row(
                component=left_out,
                scores=scores,
                full_scores=full,
                mean=float(scores.mean()),
                spread=float(scores.std(ddof=1)),
                difference=float(difference.mean()),
                difference_spread=spread,
                half_width=float(quantile * spread / np.sqrt(len(seeds))),
            )
        )
    return rows


def noise_floor(scores: ArrayLike, *, level: float = 0.95) -> float:
    """Return how far the means of two equal models lie apart by the choice of seeds alone.

    Parameters
    ----------
    scores : array_like of shape (seeds,)
        Of one model.
    level : float
        The share of such differences that stay below.

    Returns
    -------
    float
        ``t sd sqrt(2 / n)``, for means over as many seeds, not paired.

    Raises
    ------
    ValueError
        ``scores must have shape (seeds,) with at least two seeds, got (1,)``.

    Examples
    --------
    >>> round(noise_floor([98.9, 99.0, 98.8, 99.1, 98.7]), 2)
    0.28
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 1 or scores.size < 2:
        raise ValueError(
            f"scores must have shape (seeds,) with at least two seeds, got {scores.shape}"
        )
    quantile = student_quantile((1 + level) / 2, scores.size - 1)
    return float(quantile * scores.std(ddof=1) * np.sqrt(2 / scores.size))


@dataclass(frozen=True)
class Entry:
    """One method of a championship: the setting that tuning chose, and how it did.

    Parameters
    ----------
    method : str
    setting : object
        The one with the best mean over the tuning seeds.
    tuning : ndarray of shape (settings, tuning seeds)
        All scores that the choice was made from.
    scores : ndarray of shape (seeds,)
        Of the chosen setting, on seeds that took no part in the choice.

    Examples
    --------
    >>> entries = championship(lambda method, lr, seed: -abs(lr - 1) + seed,
    ...                        {"sgd": [0.5, 1.0]}, tuning_seeds=[0], seeds=[1, 2])
    >>> entries[0].setting
    1.0
    """

    method: str
    setting: Any
    tuning: np.ndarray
    scores: np.ndarray


def championship(
    train_and_score: Callable[[str, Any, int], float],
    methods: Mapping[str, Sequence[Any]],
    *,
    tuning_seeds: Sequence[int],
    seeds: Sequence[int],
) -> list[Entry]:
    """Tune each method on the same budget, then compare them on fresh seeds.

    Parameters
    ----------
    train_and_score : callable (method, setting, seed) -> float
        Higher is better. NaN is taken as the worst, so that a rate that diverges merely loses.
    methods : mapping of str to sequence
        The settings to try, equally many for every method.
    tuning_seeds, seeds : sequence of int
        No seed may be in both: a setting chosen for its luck must not keep it.

    Returns
    -------
    list of Entry
        In the order given.

    Raises
    ------
    ValueError
        ``methods must try equally many settings, got {'sgd': 3, 'adam': 5}``, or
        ``seeds and tuning_seeds must not share any, got [0]``.

    Examples
    --------
    >>> def train_and_score(method, lr, seed):
    ...     return {"sgd": 0.1, "adam": 0.3}[method] - lr
    >>> for entry in championship(train_and_score, {"sgd": [0.1, 0.2], "adam": [0.1, 0.2]},
    ...                           tuning_seeds=[0], seeds=[1]):
    ...     print(entry.method, entry.setting, entry.scores.round(3))
    sgd 0.1 [0.]
    adam 0.1 [0.2]
    """
    budgets = {method: len(settings) for method, settings in methods.items()}
    if len(set(budgets.values())) != 1 or 0 in budgets.values():
        raise ValueError(f"methods must try equally many settings, got {budgets}")
    if shared := sorted(set(seeds) & set(tuning_seeds)):
        raise ValueError(f"seeds and tuning_seeds must not share any, got {shared}")
    entries = []
    for method, settings in methods.items():
        tuning = np.array(
            [[train_and_score(method, s, seed) for seed in tuning_seeds] for s in settings], float
        )
        best = int(np.argmax(np.where(np.isnan(tuning), -np.inf, tuning).mean(axis=1)))
        scores = np.array([train_and_score(method, settings[best], seed) for seed in seeds], float)
        entries.append(Entry(method, settings[best], tuning, scores))
    return entries


def student_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's t distribution, for a probability of at least a half.

    Parameters
    ----------
    probability : float
        In [0.5, 1).
    degrees : int
        Degrees of freedom, at least 1.

    Returns
    -------
    float

    Notes
    -----
    With t = sqrt(degrees) tan(a), the density becomes proportional to cos(a)^(degrees - 1), on a
    bounded interval: summed there by the midpoint rule, and inverted by interpolation.

    Examples
    --------
    >>> round(student_quantile(0.975, 4), 3)
    2.776
    """
    edges = np.linspace(0, np.pi / 2, 20_001)
    density = np.cos((edges[1:] + edges[:-1]) / 2) ** (degrees - 1)
    cumulative = 0.5 + 0.5 * np.concatenate([[0], np.cumsum(density)]) / density.sum()
    return float(np.sqrt(degrees) * np.tan(np.interp(probability, cumulative, edges)))


def _check_design(components: tuple[str, ...], seeds: Sequence[Hashable], level: float) -> None:
    if not components or len(set(components)) < len(components):
        raise ValueError(f"components must be different and at least one, got {list(components)}")
    if len(seeds) < 2 or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be at least two different ones, got {seeds}")
    check_number(level=level)
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level:g}")


def _run(
    train_and_score: TrainAndScore, components: tuple[str, ...], seeds: Sequence[int], what: str
) -> np.ndarray:
    check_callable("train_and_score", train_and_score)
    scores = [train_and_score(components, seed) for seed in seeds]
    for seed, score in zip(seeds, scores, strict=True):
        check_number(**{f"score {what} at seed {seed}": score})
    scores = np.array(scores, dtype=float)
    for seed, score in zip(seeds, scores, strict=True):
        if not np.isfinite(score):
            raise ValueError(f"score {what} at seed {seed} must be finite, got {score:g}")
    return scores
