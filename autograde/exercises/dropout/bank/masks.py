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


@wrong(
    "a p that is rounded up to tenths",
    "Whole numbers from 0 to 9 can meet ten values of p and no others. Which random numbers meet "
    "every p?",
)
class _Tenths(Plain):
    def keep(self, x, p, rng):
        return rng.integers(0, 10, size=x.shape) >= 10 * p


@wrong(
    "a p that is rounded up to hundredths",
    "Whole numbers from 0 to 99 can meet a hundred values of p and no others. Which random numbers "
    "meet every p?",
)
class _Hundredths(Plain):
    def keep(self, x, p, rng):
        return rng.integers(0, 100, size=x.shape) >= 100 * p


@wrong(
    "a p that is rounded down to hundredths",
    "A hundred whole numbers can meet a hundred values of p and no others. Which random numbers "
    "meet every p?",
)
class _HundredthsFromOne(Plain):
    def keep(self, x, p, rng):
        return rng.integers(1, 101, size=x.shape) > 100 * p


@wrong(
    "fewer entries dropped than p says",
    "Count what is dropped among many. Is it the share that was asked for?",
)
class _TooFew(Plain):
    def keep(self, x, p, rng):
        return rng.random(x.shape) >= 0.9 * p


@wrong(
    "more entries dropped than p says",
    "Count what is dropped among many. Is it the share that was asked for?",
)
class _TooMany(Plain):
    def keep(self, x, p, rng):
        return rng.random(x.shape) >= 1.1 * p


@wrong(
    "coins that were thrown twice",
    "An entry that is kept only if two throws say so is kept less often. How many throws does an "
    "entry need?",
)
class _Twice(Plain):
    def keep(self, x, p, rng):
        return (rng.random(x.shape) >= p) & (rng.random(x.shape) >= p)


@wrong(
    "normal numbers compared with p",
    "Which share of normal numbers lies below 0.1? Which random numbers have a tenth there?",
)
class _Normal(Plain):
    def keep(self, x, p, rng):
        return rng.standard_normal(x.shape) >= p


@wrong(
    "sizes of normal numbers compared with p",
    "Which share of normal numbers lies between -0.1 and 0.1? Which random numbers have a tenth "
    "below 0.1?",
)
class _NormalSizes(Plain):
    def keep(self, x, p, rng):
        return np.abs(rng.standard_normal(x.shape)) >= p


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


@wrong(
    "neighbours that share one random number",
    "How many coins do you throw for an array of 100 entries?",
)
class _Neighbours(Plain):
    def keep(self, x, p, rng):
        coins = rng.random((x.size + 1) // 2) >= p
        return np.repeat(coins, 2)[: x.size].reshape(x.shape)


@wrong(
    "a short row of random numbers that is used again and again",
    "How many coins do you throw for an array of 10,000 entries?",
)
class _Tiled(Plain):
    def keep(self, x, p, rng):
        return np.resize(rng.random(1000) >= p, x.shape)


@wrong(
    "halves that are each other's mirror image",
    "How many coins do you throw for an array of 100 entries?",
)
class _Mirrored(Plain):
    def keep(self, x, p, rng):
        coins = rng.random((x.size + 1) // 2)
        return (np.append(coins, coins[::-1])[: x.size] >= p).reshape(x.shape)


@wrong(
    "halves of which the one drops where the other keeps",
    "Each half looks right by itself. What do you know of the second one when you have seen the "
    "first?",
)
class _Antithetic(Plain):
    def keep(self, x, p, rng):
        coins = rng.random((x.size + 1) // 2)
        return (np.append(coins, 1 - coins)[: x.size] >= p).reshape(x.shape)


@wrong(
    "a last entry that is never dropped",
    "Does every entry have the same chance, the last one too? Look at your sizes and indices.",
)
class _LastKept(Plain):
    def keep(self, x, p, rng):
        keep = super().keep(x, p, rng)
        keep.flat[-1] = True
        return keep


@wrong(
    "a first entry that is never dropped",
    "Does every entry have the same chance, the first one too? Look at your sizes and indices.",
)
class _FirstKept(Plain):
    def keep(self, x, p, rng):
        keep = super().keep(x, p, rng)
        keep.flat[0] = True
        return keep


@wrong(
    "an entry kept because all others were dropped",
    "It is a pity if nothing is left, and it happens. What becomes of the chance of an entry if "
    "you repair it?",
)
class _NeverAll(Plain):
    def keep(self, x, p, rng):
        keep = super().keep(x, p, rng)
        keep.reshape(-1, keep.shape[-1])[:, 0] |= ~keep.any(axis=-1).ravel()
        return keep


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


@wrong(
    "a handful of different masks",
    "A generator that is made from one of a hundred seeds can make a hundred masks. Whom do you "
    "ask for random numbers?",
)
class _FewSeeds(Plain):
    def keep(self, x, p, rng):
        return super().keep(x, p, np.random.default_rng(rng.integers(100)))
