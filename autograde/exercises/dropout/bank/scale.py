"""Wrong ways forward: the scale, and evaluation."""

from __future__ import annotations

import numpy as np

from autograde.exercises.dropout.bank.forward import Plain, wrong

# --- the scale ---------------------------------------------------------------------------------


@wrong(
    "what is kept not scaled up",
    "With half of its terms gone, how large is a sum on average? What brings it back?",
)
class _Unscaled(Plain):
    def scale(self, p):
        return 1.0


@wrong(
    "the scaling of the original paper, in evaluation",
    "The paper shrinks in evaluation; the contract leaves evaluation alone. What must training "
    "do in its place?",
)
class _ScaledLikeThePaper(_Unscaled):
    def evaluation(self, x, p, rng):
        return x * x.dtype.type(1 - p), np.ones_like(x)


@wrong(
    "what is kept scaled down in place of up",
    "The sum has already lost terms. Should what is left grow or shrink?",
)
class _ScaledDown(Plain):
    def scale(self, p):
        return 1 - p


@wrong(
    "a scale that belongs to the dropped share",
    "For p = 0.1 nine tenths are kept. By how much must nine tenths grow to be the whole?",
)
class _ScaledByDropped(Plain):
    def scale(self, p):
        return 1 / p if p else 1.0


@wrong(
    "the scale applied twice",
    "The mask holds the scale already. What has the output besides?",
)
class _ScaledTwice(Plain):
    def output(self, x, mask, p):
        return x * mask * x.dtype.type(1 / (1 - p))


@wrong(
    "a mask that holds the square of the scale",
    "Compare the mask with its contract: which two numbers may it hold?",
)
class _SquaredScale(Plain):
    def scale(self, p):
        return (1 - p) ** -2


@wrong(
    "a mask without its scale",
    "The way back needs the scale as well, and sees the mask alone. What must the mask hold?",
)
class _BareMask(Plain):
    def returned(self, mask, p):
        return (mask != 0).astype(mask.dtype)


@wrong(
    "an output without the scale that the mask holds",
    "Output and mask belong together: what is the one in terms of the other?",
)
class _BareOutput(Plain):
    def output(self, x, mask, p):
        return x * (mask != 0)


@wrong(
    "a mask that marks what was dropped",
    "Where an entry was dropped, the mask should hold 0. What does yours hold there?",
)
class _InvertedMask(Plain):
    def returned(self, mask, p):
        return (self.scale(p) * (mask == 0)).astype(mask.dtype)


@wrong(
    "a mask read off the output",
    "An entry of x may be 0 without having been dropped. What tells the two apart?",
)
class _MaskFromOutput(Plain):
    def training(self, x, p, rng):
        output, _ = super().training(x, p, rng)
        return output, ((output != 0) * self.scale(p)).astype(x.dtype)


@wrong(
    "mask and output in the wrong order",
    "Which of the two does the contract return first?",
)
class _WrongOrder(Plain):
    def __call__(self, x, p, rng, *, training=True):
        return super().__call__(x, p, rng, training=training)[::-1]


# --- evaluation --------------------------------------------------------------------------------


@wrong(
    "dropping in evaluation, too",
    "A prediction should not depend on chance. What is the argument training for?",
)
class _DropsInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        return self.training(x, p, rng)


@wrong(
    "training and evaluation confused",
    "In which of the two should something be dropped?",
)
class _Confused(Plain):
    def __call__(self, x, p, rng, *, training=True):
        return super().__call__(x, p, rng, training=not training)


@wrong(
    "an output that is scaled down in evaluation as well",
    "Training has made up for what is missing already. What is left to do in evaluation?",
)
class _ScaledDownInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        return x * x.dtype.type(1 - p), np.ones_like(x)


@wrong(
    "output and mask scaled down in evaluation as well",
    "Training has made up for what is missing already. What is left to do in evaluation?",
)
class _MaskScaledDownInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        mask = np.full_like(x, 1 - p)
        return x * mask, mask


@wrong(
    "an output that is scaled up in evaluation",
    "In evaluation nothing is missing. What would you make up for?",
)
class _ScaledUpInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        mask = np.full_like(x, self.scale(p))
        return x * mask, mask


@wrong(
    "a mask that is scaled in evaluation",
    "The output is x itself. By which mask must x be multiplied for that?",
)
class _ScaledMaskInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        return x.copy(), np.full_like(x, self.scale(p))


@wrong(
    "a mask of zeros in evaluation",
    "Through this mask no gradient would come back. Which mask leaves everything as it is?",
)
class _ZeroMask(Plain):
    def evaluation(self, x, p, rng):
        return x.copy(), np.zeros_like(x)


@wrong(
    "no mask in evaluation",
    "The caller unpacks two arrays in either mode. Which mask leaves everything as it is?",
)
class _NoMask(Plain):
    def evaluation(self, x, p, rng):
        return x.copy(), None


@wrong(
    "a random mask in evaluation beside an unchanged output",
    "Output and mask belong together in evaluation, too.",
)
class _RandomMaskInEvaluation(Plain):
    def evaluation(self, x, p, rng):
        return x.copy(), self.training(x, p, rng)[1]
