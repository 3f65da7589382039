"""What is commonly got wrong in step decay and cosine annealing, and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograde.check import Bank
from autograde.exercises.scheduling import styles
from autograde.exercises.scheduling.references import reference

step = Bank(reference("step_lr"), styles=styles.STEP)
cosine = Bank(reference("cosine_lr"), styles=styles.COSINE)

#: From the epoch and the step size to the number of drops so far, each wrong in its own way.
DROPS: list[tuple[str, str, Callable[[int, int], float]]] = [
    (
        "drops one epoch late",
        "With step_size=3, epochs 0, 1 and 2 train at base_lr. Which rate has epoch 3?",
        lambda t, s: max(t - 1, 0) // s,
    ),
    (
        "epochs counted from 1",
        "The first epoch is epoch 0. Which rate does your function give it?",
        lambda t, s: (t - 1) // s,
    ),
    (
        "drops one epoch early",
        "With step_size=3, epochs 0, 1 and 2 train at base_lr. Which rate has epoch 2?",
        lambda t, s: (t + 1) // s,
    ),
    (
        "a first drop before the first epoch",
        "How many drops have there been in epoch 0?",
        lambda t, s: t // s + 1,
    ),
    (
        "a first period of twice its length",
        "After step_size epochs, how many drops have there been?",
        lambda t, s: max(t // s - 1, 0),
    ),
    (
        "a true division where whole periods are counted",
        "Between two drops the rate stays as it is. What does yours do from epoch to epoch?",
        lambda t, s: t / s,
    ),
    (
        "periods that are rounded to the nearest",
        "A period counts once it is over. Is it over when it is half over?",
        lambda t, s: math.floor(t / s + 0.5),
    ),
    (
        "periods that are rounded up",
        "A period counts once it is over. Is it over when it has begun?",
        lambda t, s: math.ceil(t / s),
    ),
    (
        "a drop in every epoch",
        "Where does step_size enter your function?",
        lambda t, s: t,
    ),
    (
        "a single drop",
        "What happens after twice step_size epochs, and after three times as many?",
        lambda t, s: min(t // s, 1),
    ),
    (
        "drops that are counted up to ten only",
        "A training may be long. What happens after eleven times step_size epochs?",
        lambda t, s: min(t // s, 10),
    ),
    (
        "a rate that is low only in the epochs of the drops",
        "After a drop the rate stays down. What does your rate do in the epoch after it?",
        lambda t, s: 1 if t and t % s == 0 else 0,
    ),
    (
        "the remainder in the place of the quotient",
        "epoch % step_size counts the epochs since the last drop. What counts the drops?",
        lambda t, s: t % s,
    ),
]

#: From the base rate, gamma and the number of drops to the rate, each wrong in its own way.
LEVELS: list[tuple[str, str, Callable[[float, float, int], float]]] = [
    (
        "gamma multiplied by the number of drops",
        "Each drop multiplies what the drop before has left. What is that after two drops?",
        lambda base, gamma, k: base * gamma * k,
    ),
    (
        "gamma multiplied by the number of drops, after the first",
        "Each drop multiplies what the drop before has left. What is that after two drops?",
        lambda base, gamma, k: base * gamma * k if k else base,
    ),
    (
        "gamma divided by the number of drops",
        "Each drop multiplies what the drop before has left. What is that after two drops?",
        lambda base, gamma, k: base * gamma / k if k else base,
    ),
    (
        "gamma subtracted",
        "A drop by half is a drop by half at any rate. Do your drops shrink with the rate?",
        lambda base, gamma, k: base - gamma * k,
    ),
    (
        "a drop by a fixed amount",
        "A drop by half is a drop by half at any rate. Do your drops shrink with the rate?",
        lambda base, gamma, k: base * (1 - gamma * k),
    ),
    (
        "gamma as what is taken away",
        "With gamma=0.1, is a tenth of the rate left after a drop, or a tenth gone?",
        lambda base, gamma, k: base * (1 - gamma) ** k,
    ),
    (
        "a rate that grows",
        "gamma is below 1. What does a division by it do?",
        lambda base, gamma, k: base / gamma**k,
    ),
    (
        "a gamma that is always the default",
        "Whoever calls the function may choose gamma. Which one do you use?",
        lambda base, gamma, k: base * 0.1**k,
    ),
    (
        "base_lr ignored",
        "Where does base_lr enter your function?",
        lambda base, gamma, k: gamma**k,
    ),
    (
        "a floor under the rate",
        "Nothing in the equation holds the rate up. Where does your floor come from?",
        lambda base, gamma, k: max(base * gamma**k, 1e-6),
    ),
    (
        "base_lr taken to the power as well",
        "What does the power belong to: to gamma, or to the product?",
        lambda base, gamma, k: (base * gamma) ** k,
    ),
    (
        "a decay along e",
        "With gamma=0.5, is half of the rate left after a drop?",
        lambda base, gamma, k: base * math.exp(-gamma * k),
    ),
]


def _drops(drops: Callable[[int, int], float]) -> Callable[..., float]:
    return lambda epoch, *, base_lr, step_size, gamma=0.1: (
        base_lr * gamma ** drops(epoch, step_size)
    )


def _levels(level: Callable[[float, float, int], float]) -> Callable[..., float]:
    return lambda epoch, *, base_lr, step_size, gamma=0.1: level(base_lr, gamma, epoch // step_size)


for _name, _hint, _wrong in DROPS:
    step.wrong(_name, _hint)(_drops(_wrong))
for _name, _hint, _wrong in LEVELS:
    step.wrong(_name, _hint)(_levels(_wrong))
step.wrong("another default of gamma", "The contract names a default for gamma. Which?")(
    lambda epoch, *, base_lr, step_size, gamma=0.5: base_lr * gamma ** (epoch // step_size)
)


#: From epoch t and T_max to the part of the way from eta_min up to base_lr, wrong in its own way.
HEIGHTS: list[tuple[str, str, Callable[[int, int], float]]] = [
    (
        "T_max - 1 in the place of T_max",
        "Put epoch = T_max into your curve: is that its lowest point?",
        lambda t, T: _half(t / (T - 1)),
    ),
    (
        "T_max + 1 in the place of T_max",
        "Put epoch = T_max into your curve: is that its lowest point?",
        lambda t, T: _half(t / (T + 1)),
    ),
    (
        "a curve that is one epoch ahead",
        "Put epoch = 0 into your curve: is that base_lr?",
        lambda t, T: _half((t + 1) / T),
    ),
    (
        "a curve that is one epoch behind",
        "Put epoch = T_max into your curve: is that its lowest point?",
        lambda t, T: _half((t - 1) / T),
    ),
    (
        "a whole period of the cosine",
        "The rate falls and does not rise again. How much of a period is that?",
        lambda t, T: _half(2 * t / T),
    ),
    (
        "a quarter of a period",
        "The curve should be as flat at its start as at its end. How much of a period is that?",
        lambda t, T: math.cos(math.pi * t / T / 2),
    ),
    (
        "a curve that is twice as high",
        "Between which numbers does 1 + cos lie, and between which should your height?",
        lambda t, T: 2 * _half(t / T),
    ),
    (
        "a cosine that is not lifted",
        "Between which numbers does a cosine lie? A rate is never negative.",
        lambda t, T: math.cos(math.pi * t / T),
    ),
    (
        "half of a cosine that is not lifted",
        "Between which numbers does a cosine lie? A rate is never negative.",
        lambda t, T: math.cos(math.pi * t / T) / 2,
    ),
    (
        "a curve that rises",
        "Put epoch = 0 into your curve: is that base_lr?",
        lambda t, T: 1 - _half(t / T),
    ),
    (
        "a cosine without pi",
        "math.cos takes radians. How many of them make half a period?",
        lambda t, T: (1 + math.cos(t / T)) / 2,
    ),
    (
        "degrees taken for radians",
        "math.cos takes radians. How many of them make half a period?",
        lambda t, T: (1 + math.cos(180 * t / T)) / 2,
    ),
    (
        "a straight line",
        "In the middle of the way the rate falls fastest. Where does yours?",
        lambda t, T: 1 - t / T,
    ),
    (
        "a whole-number division",
        "What is 3 // 10, and what is 3 / 10?",
        lambda t, T: _half(t // T),
    ),
    (
        "a cosine that is squared after it was lifted",
        "In the middle of the way the rate is half as high. How high is yours?",
        lambda t, T: _half(t / T) ** 2,
    ),
    (
        "a sine",
        "Put epoch = 0 into your curve: is that base_lr?",
        lambda t, T: (1 + math.sin(math.pi * t / T)) / 2,
    ),
]

#: From base_lr, eta_min and the height to the rate, each wrong in its own way.
ENDS: list[tuple[str, str, Callable[[float, float, float], float]]] = [
    (
        "eta_min ignored",
        "Where should the curve end? Put epoch = T_max into yours.",
        lambda base, low, height: base * height,
    ),
    (
        "eta_min added on top",
        "Where should the curve begin? Put epoch = 0 into yours.",
        lambda base, low, height: low + base * height,
    ),
    (
        "a curve that is cut off at eta_min",
        "The whole curve lies between eta_min and base_lr. When does yours reach eta_min?",
        lambda base, low, height: max(low, base * height),
    ),
    (
        "eta_min as a part of base_lr",
        "Is eta_min a rate, or a factor of one?",
        lambda base, low, height: base * (low + (1 - low) * height),
    ),
    (
        "a curve that starts below base_lr",
        "Where should the curve begin? Put epoch = 0 into yours.",
        lambda base, low, height: (base - low) * height,
    ),
    (
        "base_lr ignored",
        "Where does base_lr enter your function?",
        lambda base, low, height: low + (1 - low) * height,
    ),
    (
        "eta_min taken away twice",
        "Where should the curve end? Put epoch = T_max into yours.",
        lambda base, low, height: (base - low) * height - low,
    ),
]


def _half(part: float) -> float:
    return (1 + math.cos(math.pi * part)) / 2


def _heights(height: Callable[[int, int], float]) -> Callable[..., float]:
    return lambda epoch, *, base_lr, T_max, eta_min=0.0: (
        eta_min + (base_lr - eta_min) * height(epoch, T_max)
    )


def _ends(rate: Callable[[float, float, float], float]) -> Callable[..., float]:
    return lambda epoch, *, base_lr, T_max, eta_min=0.0: rate(
        base_lr, eta_min, _half(epoch / T_max)
    )


for _name, _hint, _wrong in HEIGHTS:
    cosine.wrong(_name, _hint)(_heights(_wrong))
for _name, _hint, _wrong in ENDS:
    cosine.wrong(_name, _hint)(_ends(_wrong))
