"""What is commonly got wrong in a warmup before a cosine, and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograde.check import Bank
from autograde.exercises.scheduling import styles
from autograde.exercises.scheduling.references import reference

warm = Bank(reference("warmup_cosine_lr"), styles=styles.WARM)


class _Warm:
    """A warmup, then a cosine, in small pieces; a misconception changes one of them."""

    def __call__(self, step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
        if self.rises(step, warmup_steps):
            return self.rise(step, warmup_steps, base_lr, eta_min)
        return self.fall(step, warmup_steps, total_steps, base_lr, eta_min)

    def rises(self, step, n):
        return step < n

    def rise(self, step, n, base, low):
        return base * (step + 1) / n

    def part(self, step, n, total):
        return (step - n) / (total - n)

    def fall(self, step, n, total, base, low):
        return low + (base - low) * self.height(self.part(step, n, total))

    def height(self, part):
        return (1 + math.cos(math.pi * part)) / 2


def _variant(name: str, hint: str) -> Callable[[type], type]:
    """Enter a subclass of `_Warm` as a misconception."""

    def enter(variant: type) -> type:
        warm.wrong(name, hint)(variant())
        return variant

    return enter


# --- the rise -----------------------------------------------------------------------------------


@_variant(
    "a warmup that starts at zero",
    "A step at rate 0 learns nothing. What should step 0 train with?",
)
class _FromZero(_Warm):
    def rise(self, step, n, base, low):
        return base * step / n


@_variant(
    "a warmup that runs from zero to base_lr",
    "A step at rate 0 learns nothing. What should step 0 train with?",
)
class _Linspace(_Warm):
    def rise(self, step, n, base, low):
        return base * step / (n - 1)


@_variant(
    "a warmup that overshoots",
    "Which is the last step of the warmup, and does its rate exceed base_lr?",
)
class _Overshoots(_Warm):
    def rises(self, step, n):
        return step <= n


@_variant(
    "a warmup that is one step ahead",
    "Which part of base_lr does step 0 train with? Put it into your line.",
)
class _Ahead(_Warm):
    def rise(self, step, n, base, low):
        return base * (step + 2) / n


@_variant(
    "a warmup that never reaches base_lr",
    "Which rate has the last step of the warmup, and which should it have?",
)
class _NeverThere(_Warm):
    def rise(self, step, n, base, low):
        return base * (step + 1) / (n + 1)


@_variant(
    "a warmup from eta_min",
    "eta_min is where the fall ends. Is it where the rise begins?",
)
class _FromEtaMin(_Warm):
    def rise(self, step, n, base, low):
        return low + (base - low) * (step + 1) / n


@_variant(
    "a warmup that squeezes in eta_min at step 0",
    "eta_min is where the fall ends. Is it where the rise begins?",
)
class _FromEtaMinExactly(_Warm):
    def rise(self, step, n, base, low):
        return low + (base - low) * step / n


@_variant(
    "no warmup",
    "Steps before warmup_steps are to rise. What do yours do?",
)
class _NoRise(_Warm):
    def rise(self, step, n, base, low):
        return base


@_variant(
    "a warmup that stays at its first rate",
    "Where does the number of the step enter your warmup?",
)
class _FlatRise(_Warm):
    def rise(self, step, n, base, low):
        return base / n


@_variant(
    "a whole-number division in the warmup",
    "What is 1 // 5, and what is 1 / 5?",
)
class _WholeRise(_Warm):
    def rise(self, step, n, base, low):
        return base * ((step + 1) // n)


@_variant(
    "a warmup that ignores base_lr",
    "Where does base_lr enter your warmup?",
)
class _ToOne(_Warm):
    def rise(self, step, n, base, low):
        return (step + 1) / n


@_variant(
    "a warmup along a cosine",
    "By how much does a straight line rise from one step to the next?",
)
class _CosineRise(_Warm):
    def rise(self, step, n, base, low):
        return base * self.height(1 - (step + 1) / n)


@_variant(
    "a warmup over all of the steps",
    "After how many steps should the rise be over?",
)
class _LongRise(_Warm):
    def __call__(self, step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
        if step < warmup_steps:
            return base_lr * (step + 1) / total_steps
        return self.fall(step, warmup_steps, total_steps, base_lr, eta_min)


@_variant(
    "a warmup that multiplies the cosine of the whole run",
    "The rise ends at base_lr, and the fall begins there. Which of the two does each step follow?",
)
class _Product(_Warm):
    def __call__(self, step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
        fall = eta_min + (base_lr - eta_min) * self.height(step / total_steps)
        return fall * min(1, (step + 1) / warmup_steps) if warmup_steps else fall


@_variant(
    "a division by warmup_steps that does not ask whether there is a warmup",
    "With warmup_steps=0 there is no rise. Which line should not be reached then?",
)
class _DividesByZero(_Warm):
    def __call__(self, step, *, base_lr, warmup_steps, total_steps, eta_min=0.0):
        1 / warmup_steps
        options = {"warmup_steps": warmup_steps, "total_steps": total_steps, "eta_min": eta_min}
        return super().__call__(step, base_lr=base_lr, **options)


# --- the fall -----------------------------------------------------------------------------------


@_variant(
    "a cosine that began with the warmup",
    "At step warmup_steps the cosine is at its top. From which step does it count?",
)
class _WholeClock(_Warm):
    def part(self, step, n, total):
        return step / total


@_variant(
    "a cosine that counts from the first step, over the steps after the warmup",
    "At step warmup_steps the cosine is at its top. From which step does it count?",
)
class _Unshifted(_Warm):
    def part(self, step, n, total):
        return step / (total - n)


@_variant(
    "a cosine as long as the whole run",
    "Step total_steps should be at eta_min. How many steps are left after the warmup?",
)
class _TooLong(_Warm):
    def part(self, step, n, total):
        return (step - n) / total


@_variant(
    "a cosine that ends one step early",
    "Which step is to be at eta_min: total_steps or the one before?",
)
class _EndsEarly(_Warm):
    def part(self, step, n, total):
        return (step - n) / (total - 1 - n)


@_variant(
    "a cosine that is one step ahead",
    "At step warmup_steps the rate should be base_lr. Put it into your cosine.",
)
class _FallAhead(_Warm):
    def part(self, step, n, total):
        return (step - n + 1) / (total - n)


@_variant(
    "a cosine that begins at the last step of the warmup",
    "Steps warmup_steps - 1 and warmup_steps both train at base_lr. Where does your cosine begin?",
)
class _FallStretched(_Warm):
    def part(self, step, n, total):
        return (step - n + 1) / (total - n + 1)


@_variant(
    "a cosine that is one step behind",
    "At step total_steps the rate should be eta_min. Put it into your cosine.",
)
class _FallBehind(_Warm):
    def part(self, step, n, total):
        return (step - n - 1) / (total - n)


@_variant(
    "a whole-number division in the cosine",
    "What is 3 // 10, and what is 3 / 10?",
)
class _WholeFall(_Warm):
    def part(self, step, n, total):
        return (step - n) // (total - n)


@_variant(
    "no fall",
    "What should become of the rate after the warmup?",
)
class _NoFall(_Warm):
    def height(self, part):
        return 1


@_variant(
    "a fall along a straight line",
    "In the middle of the way the rate falls fastest. Where does yours?",
)
class _LinearFall(_Warm):
    def height(self, part):
        return 1 - part


@_variant(
    "a whole period of the cosine",
    "The rate falls and does not rise again. How much of a period is that?",
)
class _WholePeriod(_Warm):
    def height(self, part):
        return super().height(2 * part)


@_variant(
    "a cosine that is twice as high",
    "At step warmup_steps the rate should be base_lr. Put it into your cosine.",
)
class _TwiceAsHigh(_Warm):
    def height(self, part):
        return 2 * super().height(part)


@_variant(
    "eta_min ignored",
    "Put step = total_steps into your cosine: is that eta_min?",
)
class _NoEtaMin(_Warm):
    def fall(self, step, n, total, base, low):
        return super().fall(step, n, total, base, 0.0)


@_variant(
    "eta_min added on top",
    "Put step = warmup_steps into your cosine: is that base_lr?",
)
class _EtaMinOnTop(_Warm):
    def fall(self, step, n, total, base, low):
        return low + super().fall(step, n, total, base, 0.0)


@_variant(
    "a fall that is cut off at eta_min",
    "The whole fall lies between base_lr and eta_min. At which step does yours reach eta_min?",
)
class _CutOff(_Warm):
    def fall(self, step, n, total, base, low):
        return max(low, super().fall(step, n, total, base, 0.0))
