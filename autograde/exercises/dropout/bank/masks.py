"""Wrong ways forward: which entries are dropped, and where the chance comes from."""

from __future__ import annotations

import copy

import numpy as np

from autograde.exercises.dropout.bank.forward import Plain, wrong

# --- which entries are dropped -----------------------------------------------------------------


@wrong(
    "entries dropped with probability 1 - p",
    "With p = 0.1 a tenth of the entries should be lost. Which side of p is that?",
)
class _Swapped(Plain):
    def keep(self, x, p, rng):
        return rng.random(x.shape) < p


@wrong(
    "p taken for the share that is kept",
    "Some papers write p for what survives. What does the contract say that p is?",
)
class _KeepProbability(_Swapped):
    def scale(self, p):
        return 1 / p if p else 0.0


@wrong(
    "a rate of one half, whatever p is",
    "The caller chooses how much is dropped. Where does p enter?",
)
class _Half(Plain):
    def keep(self, x, p, rng):
        return rng.random(x.shape) >= 0.5


@wrong(
    "nothing dropped at all",
    "Which entries of the mask are 0?",
)
class _DropsNothing(Plain):
    def keep(self, x, p, rng):
        return np.ones(x.shape)


# --- entries that share their fate -------------------------------------------------------------


@wrong(
    "one mask for the whole batch",
    "Every example should meet a thinned network of its own. Which shape must the mask have?",
)
class _OneMask(Plain):
    def keep(self, x, p, rng):
        return np.broadcast_to(rng.random(x.shape[1:]) >= p, x.shape)


@wrong(
    "whole examples dropped",
    "An example of which nothing is left teaches nothing. Of what should a part be dropped?",
)
class _WholeExamples(Plain):
    def keep(self, x, p, rng):
        keep = rng.random((len(x), *[1] * (x.ndim - 1))) >= p
        return np.broadcast_to(keep, x.shape)


@wrong(
    "whole channels dropped",
    "There is such a method, for convolutions, and it has a name of its own. What has a chance of "
    "its own here: a channel, or an entry?",
)
class _WholeChannels(Plain):
    def keep(self, x, p, rng):
        keep = rng.random((*x.shape[:2], *[1] * (x.ndim - 2))) >= p
        return np.broadcast_to(keep, x.shape)


@wrong(
    "exactly the share p dropped in every call",
    "If the count is fixed, the fate of the last entry follows from the others. Let each entry "
    "throw a coin of its own.",
)
class _ExactShare(Plain):
    def keep(self, x, p, rng):
        keep = np.arange(x.size) >= round(p * x.size)
        return rng.permutation(keep).reshape(x.shape)


@wrong(
    "exactly the share p dropped in every example",
    "If the count is fixed, the fate of the last entry follows from the others. Let each entry "
    "throw a coin of its own.",
)
class _ExactShareOfRows(Plain):
    def keep(self, x, p, rng):
        ranks = rng.random(x.shape).argsort(axis=-1).argsort(axis=-1)
        return ranks >= round(p * x.shape[-1])


# --- where the chance comes from ---------------------------------------------------------------


@wrong(
    "the same mask in every call",
    "A generator that is made afresh with a fixed seed begins afresh, too. Which one were you "
    "handed?",
)
class _FixedSeed(Plain):
    def keep(self, x, p, rng):
        return super().keep(x, p, np.random.default_rng(0))


@wrong(
    "a generator other than the one that was handed over",
    "Whoever repeats an experiment hands you a generator with the same seed. Whom do you ask for "
    "random numbers?",
)
class _OtherGenerator(Plain):
    def keep(self, x, p, rng):
        return super().keep(x, p, np.random.default_rng())


@wrong(
    "a copy of the generator, which leaves the original where it was",
    "Drawing should move the generator on. Whose generator do you move?",
)
class _CopiedGenerator(Plain):
    def keep(self, x, p, rng):
        return super().keep(x, p, copy.deepcopy(rng))
