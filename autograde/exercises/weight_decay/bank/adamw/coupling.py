"""Mistakes about where the decay enters."""

from __future__ import annotations

from autograde.exercises.weight_decay.bank.adamw.plain import AdamW, NotShrunk, adamw


@adamw.wrong(
    "a decay coupled through the moments, as an L2 penalty",
    "A gradient that is large anyway divides the decay down. By what is yours divided?",
)
class _Coupled(NotShrunk):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data

    for_second = for_first


@adamw.wrong(
    "an L2 penalty that is added to the gradient in place",
    "Two things at once: the decay runs through the moments, and the caller's gradient changes.",
)
class _CoupledInPlace(NotShrunk):
    def for_first(self, p):
        p.grad += p.data.dtype.type(self.weight_decay) * p.data
        return p.grad


@adamw.wrong(
    "a decay that passes through the first moment",
    "The first moment averages gradients and is divided by their size. Is decay a gradient here?",
)
class _ThroughFirst(NotShrunk):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data


@adamw.wrong(
    "a decay that is divided by the root of the second moment",
    "Decoupled means that the size of the gradients has no say. Which terms do you divide?",
)
class _DividedByRoot(NotShrunk):
    def numerator(self, m_hat, p):
        return m_hat + self.weight_decay * p.data


@adamw.wrong(
    "a decay that enters the second moment too",
    "The weights shrink by themselves here. Should the second moment ever hear of it?",
)
class _ShrinksAndPenalizes(AdamW):
    def for_second(self, p):
        return p.grad + self.weight_decay * p.data


@adamw.wrong(
    "both, a decay and an L2 penalty",
    "The weights are pulled towards zero twice. Which of the two pulls is decoupled?",
)
class _Both(AdamW):
    def for_first(self, p):
        return p.grad + self.weight_decay * p.data

    for_second = for_first
