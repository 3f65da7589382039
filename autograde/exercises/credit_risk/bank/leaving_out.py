"""The ablation: the course's protocol, and a plain one in pieces to be got wrong."""

from __future__ import annotations

import numpy as np

import course.ablation
from autograde.check import Bank
from autograde.exercises.credit_risk import styles


def _course(train_and_score, components, seeds):
    return [
        {
            "component": row.component,
            "mean": row.mean,
            "difference": row.difference,
            "spread": row.difference_spread,
        }
        for row in course.ablation.ablation(train_and_score, components, seeds)
    ]


ablation = Bank(_course, styles=styles.ABLATION)


class _Plain:
    """Leaving out one component at a time; a misconception changes one piece of it."""

    def __call__(self, train_and_score, components, seeds):
        self.train_and_score, self.seeds = train_and_score, list(seeds)
        full = self.full(tuple(components))
        return [self.row(name, self.without(name, components), full) for name in components]

    def full(self, components):
        return self.scores(components)

    def without(self, name, components):
        return self.scores(tuple(c for c in components if c != name))

    def scores(self, enabled):
        return np.array([self.train_and_score(enabled, seed) for seed in self.seeds])

    def row(self, name, scores, full):
        difference, spread = self.difference(scores, full), self.spread(scores, full)
        return {
            "component": name,
            "mean": self.mean(scores, full),
            "difference": float(difference),
            "spread": float(spread),
        }

    def mean(self, scores, full):
        return float(scores.mean())

    def difference(self, scores, full):
        return (scores - full).mean()

    def spread(self, scores, full):
        return (scores - full).std(ddof=1)


def _variant(name, hint):
    """Enter an instance of a variant as a misconception."""

    def enter(variant):
        ablation.wrong(name, hint)(variant())
        return variant

    return enter


@_variant(
    "the spread of unpaired differences",
    "The seeds are the same on both sides: what good or bad luck they share cancels. When do you "
    "take the difference?",
)
class _Unpaired(_Plain):
    def spread(self, scores, full):
        return np.sqrt(scores.var(ddof=1) + full.var(ddof=1))


@_variant(
    "the spread of the scores instead of the differences",
    "The seed moves all scores up and down together. What of that is left in the differences?",
)
class _SpreadOfScores(_Plain):
    def spread(self, scores, full):
        return scores.std(ddof=1)


@_variant(
    "the difference of two spreads",
    "Both models scatter. Can what you call the spread become negative?",
)
class _DifferenceOfSpreads(_Plain):
    def spread(self, scores, full):
        return scores.std(ddof=1) - full.std(ddof=1)


@_variant(
    "scores sorted before they are paired",
    "Which two scores belong together: those of the same rank or those of the same seed?",
)
class _Sorted(_Plain):
    def spread(self, scores, full):
        return (np.sort(scores) - np.sort(full)).std(ddof=1)


@_variant(
    "the deviation of a population (n)",
    "The mean of the differences is estimated from the same few seeds. What does that cost?",
)
class _Population(_Plain):
    def spread(self, scores, full):
        return (scores - full).std()


@_variant(
    "the standard error in place of the spread",
    "With more seeds, should the spread shrink? Compare the contract.",
)
class _StandardError(_Plain):
    def spread(self, scores, full):
        return super().spread(scores, full) / np.sqrt(len(scores))


@_variant(
    "the variance in place of the spread",
    "In which unit is your spread, if scores are percentages?",
)
class _Variance(_Plain):
    def spread(self, scores, full):
        return super().spread(scores, full) ** 2


@_variant(
    "the range in place of the spread",
    "The largest minus the smallest difference grows with the number of seeds. What is the spread?",
)
class _Range(_Plain):
    def spread(self, scores, full):
        return np.ptp(scores - full)


@_variant(
    "differences of the other sign",
    "Where leaving out a component costs something, is the difference positive or negative?",
)
class _OtherSign(_Plain):
    def difference(self, scores, full):
        return -super().difference(scores, full)


@_variant(
    "differences without a sign",
    "A component that does harm is worth knowing. How would your table show it?",
)
class _NoSign(_Plain):
    def difference(self, scores, full):
        return np.abs(scores - full).mean()


@_variant(
    "relative differences",
    "Points of a score, or a share of it: which one does the contract ask for?",
)
class _Relative(_Plain):
    def difference(self, scores, full):
        return ((scores - full) / full).mean()


@_variant(
    "the median of the differences",
    "Which average does the contract ask for?",
)
class _Median(_Plain):
    def difference(self, scores, full):
        return np.median(scores - full)


@_variant(
    "the best seed in place of the mean",
    "Whoever reports the best of five runs reports luck. What should stand there?",
)
class _BestSeed(_Plain):
    def mean(self, scores, full):
        return float(scores.max())

    def difference(self, scores, full):
        return scores.max() - full.max()


@_variant(
    "the mean of the full model in every row",
    "Whose mean does a row show: that of the full model, or that of what is left of it?",
)
class _MeanOfFull(_Plain):
    def mean(self, scores, full):
        return float(full.mean())


@_variant(
    "the score of the first seed alone",
    "What does one seed say about the next one?",
)
class _FirstSeed(_Plain):
    def mean(self, scores, full):
        return float(scores[0])

    def difference(self, scores, full):
        return scores[0] - full[0]


@_variant(
    "a full model that is trained with the first seed alone",
    "What is the score of the second seed compared with?",
)
class _FullOnce(_Plain):
    def full(self, components):
        return np.full(len(self.seeds), self.train_and_score(components, self.seeds[0]))


@_variant(
    "seeds of its own for each model",
    "If model and seed change together, which of the two explains the difference?",
)
class _OtherSeeds(_Plain):
    def without(self, name, components):
        enabled, k = tuple(c for c in components if c != name), list(components).index(name)
        return np.array([self.train_and_score(enabled, seed + 7 * (k + 1)) for seed in self.seeds])


@_variant(
    "numbers from zero in place of the seeds",
    "Whoever declares seeds wants to find them in the runs. Which seeds does yours use?",
)
class _Numbers(_Plain):
    def scores(self, enabled):
        return np.array([self.train_and_score(enabled, k) for k in range(len(self.seeds))])


@_variant(
    "the component alone instead of everything else",
    "An ablation takes something away. Which components are left in your model?",
)
class _ComponentAlone(_Plain):
    def without(self, name, components):
        return self.scores((name,))


@_variant(
    "components that stay away once they were left out",
    "The second model should lack one component. How many does yours lack?",
)
class _Cumulative(_Plain):
    def without(self, name, components):
        return self.scores(tuple(components)[list(components).index(name) + 1 :])


@_variant(
    "components added one after the other",
    "An ablation takes away from the full model. With which model does yours begin?",
)
class _Additive(_Plain):
    def without(self, name, components):
        return self.scores(tuple(components)[: list(components).index(name) + 1])


@_variant(
    "a comparison with the model that has nothing",
    "The full model has all components. Which ones has the one you compare with?",
)
class _ComparesWithNothing(_Plain):
    def full(self, components):
        return self.scores(())


@_variant(
    "the full model trained anew for every component",
    "How many times does the full model have to be trained with one seed?",
)
class _TrainsFullAgain(_Plain):
    def without(self, name, components):
        scores = super().without(name, components)
        if name != components[0]:
            self.full(tuple(components))
        return scores


@_variant(
    "components handed over as a list",
    "What should train_and_score get? A tuple may be the key of a dict, for example.",
)
class _Lists(_Plain):
    def scores(self, enabled):
        return super().scores(list(enabled))


@_variant(
    "components handed over in alphabetical order",
    "In which order were the components declared, and in which order are they handed over?",
)
class _Alphabetical(_Plain):
    def scores(self, enabled):
        return super().scores(tuple(sorted(enabled)))


@_variant(
    "rows sorted by their effect",
    "In which order does the contract want the rows?",
)
class _SortedRows(_Plain):
    def __call__(self, train_and_score, components, seeds):
        found = super().__call__(train_and_score, components, seeds)
        return sorted(found, key=lambda row: row["difference"])


@_variant(
    "a row for the full model as well",
    "How many rows does the table have, if there are four components?",
)
class _RowOfFull(_Plain):
    def __call__(self, train_and_score, components, seeds):
        found = super().__call__(train_and_score, components, seeds)
        return [{"component": "full", "mean": 0.0, "difference": 0.0, "spread": 0.0}, *found]


@_variant(
    "the last component forgotten",
    "How many rows does the table have, if there are four components?",
)
class _OneTooFew(_Plain):
    def __call__(self, train_and_score, components, seeds):
        return super().__call__(train_and_score, components, seeds)[:-1]
