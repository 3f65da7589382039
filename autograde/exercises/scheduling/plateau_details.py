"""What is commonly got wrong in what ReduceLROnPlateau takes for better, and in its rates."""

from __future__ import annotations

import math

from autograde.exercises.scheduling.plateau import _Plateau, plateau

# --- threshold and mode -------------------------------------------------------------------------


@plateau.wrong(
    '"rel" taken as "abs"',
    "A threshold of 0.1 at a loss of 50: is that 0.1 or 5? Who decides it?",
)
class _AlwaysAbsolute(_Plateau):
    def target(self):
        return self.best + self.sign() * self.threshold


@plateau.wrong(
    '"abs" taken as "rel"',
    "A threshold of 0.1 at a loss of 50: is that 0.1 or 5? Who decides it?",
)
class _AlwaysRelative(_Plateau):
    def target(self):
        return self.best * (1 + self.sign() * self.threshold)


@plateau.wrong(
    '"rel" and "abs" exchanged',
    "A threshold of 0.1 at a loss of 50: is that 0.1 or 5? Who decides it?",
)
class _ThresholdModesSwapped(_Plateau):
    def target(self):
        if self.threshold_mode == "abs":
            return self.best * (1 + self.sign() * self.threshold)
        return self.best + self.sign() * self.threshold


@plateau.wrong(
    "threshold ignored",
    "What does threshold ask of an improvement beyond being one?",
)
class _NoThreshold(_Plateau):
    def target(self):
        return self.best


@plateau.wrong(
    "a threshold that counts the wrong way",
    "Should threshold make it harder or easier to count as better?",
)
class _WrongSign(_Plateau):
    def target(self):
        if self.threshold_mode == "rel":
            return self.best * (1 - self.sign() * self.threshold)
        return self.best - self.sign() * self.threshold


@plateau.wrong(
    "a threshold that counts the wrong way where larger is better",
    'With mode="max", must a metric be above or below the best to be better, and by how much?',
)
class _WrongSignForMax(_Plateau):
    def target(self):
        if self.threshold_mode == "rel":
            return self.best * (1 - self.threshold)
        return self.best - self.threshold


@plateau.wrong(
    "a threshold relative to the distance from 1",
    "A relative threshold is a part of the best metric itself.",
)
class _RelativeToDistance(_Plateau):
    def target(self):
        if self.threshold_mode == "rel" and math.isfinite(self.best):
            return self.best + self.sign() * self.threshold * abs(1 - self.best)
        return super().target()


@plateau.wrong(
    "a threshold relative to the size of the best, without its sign",
    "The table says what a metric has to beat, also where best is negative. Put -4 into it.",
)
class _RelativeToSize(_Plateau):
    def target(self):
        if self.threshold_mode == "rel":
            return self.best + self.sign() * self.threshold * abs(self.best)
        return super().target()


@plateau.wrong(
    "a threshold relative to the first metric",
    "The best metric changes while training goes on. Of which one is the threshold a part?",
)
class _RelativeToFirst(_Plateau):
    def improved(self, metric):
        self.start = getattr(self, "start", metric)
        super().improved(metric)

    def target(self):
        if self.threshold_mode == "rel":
            return self.best + self.sign() * self.threshold * self.start
        return super().target()

    def beats(self, metric):
        return math.isfinite(self.best) and super().beats(metric)


@plateau.wrong(
    "a metric just at the threshold taken for better",
    "A flat curve never gets worse. Should its rate stay for ever?",
)
class _EqualIsBetter(_Plateau):
    def beats(self, metric):
        return self.sign() * metric >= self.sign() * self.target()


@plateau.wrong(
    "mode ignored",
    "An accuracy is better when it is larger. Where does your comparison ask for the mode?",
)
class _IgnoresMode(_Plateau):
    def sign(self):
        return -1

    def worst(self):
        return math.inf


@plateau.wrong(
    "the two modes exchanged",
    'With mode="min" a loss is watched. Which of two losses is the better one?',
)
class _ModesSwapped(_Plateau):
    def sign(self):
        return 1 if self.mode == "min" else -1

    def worst(self):
        return -math.inf if self.mode == "min" else math.inf


# --- the rate -----------------------------------------------------------------------------------


@plateau.wrong(
    "min_lr ignored",
    "How low may the rate become? Who decides it?",
)
class _NoMinimum(_Plateau):
    def reduce(self):
        self.optimizer.lr = self.lower(self.optimizer.lr)


@plateau.wrong(
    "a last reduction that is not made",
    "If a whole reduction would pass min_lr, where should the rate come to rest?",
)
class _StopsAboveMinimum(_Plateau):
    def reduce(self):
        lower = self.lower(self.optimizer.lr)
        if lower >= self.min_lr:
            self.optimizer.lr = lower


@plateau.wrong(
    "min_lr added to the rate",
    "min_lr is a floor. What does it do to a rate that is far above it?",
)
class _AddsMinimum(_Plateau):
    def reduce(self):
        self.optimizer.lr = self.lower(self.optimizer.lr) + self.min_lr


@plateau.wrong(
    "small reductions that are not made",
    "A rate may be small from the start. Does the contract let a reduction pass for being small?",
)
class _SkipsSmall(_Plateau):
    def reduce(self):
        lower = max(self.lower(self.optimizer.lr), self.min_lr)
        if self.optimizer.lr - lower > 1e-8:
            self.optimizer.lr = lower


@plateau.wrong(
    "a reduction straight to min_lr",
    "By how much does one reduction lower the rate, far above min_lr?",
)
class _StraightToMinimum(_Plateau):
    def reduce(self):
        self.optimizer.lr = self.min_lr


@plateau.wrong(
    "factor as what is taken away",
    "With factor=0.1, is a tenth of the rate left after a reduction, or a tenth gone?",
)
class _TakesAway(_Plateau):
    def lower(self, lr):
        return lr * (1 - self.factor)


@plateau.wrong(
    "factor subtracted",
    "A reduction to a half is one to a half at any rate. Do yours shrink with the rate?",
)
class _Subtracts(_Plateau):
    def lower(self, lr):
        return lr - self.factor


@plateau.wrong(
    "a division by factor",
    "factor is below 1. What does a division by it do?",
)
class _Grows(_Plateau):
    def lower(self, lr):
        return lr / self.factor


@plateau.wrong(
    "a factor that is always the default",
    "Whoever calls the constructor may choose factor. Which one do you use?",
)
class _FixedFactor(_Plateau):
    def lower(self, lr):
        return lr * 0.1


@plateau.wrong(
    "every reduction taken from the first rate",
    "A second reduction lowers what the first one has left. From which rate do yours start?",
)
class _FromFirst(_Plateau):
    def lower(self, lr):
        return self.first_lr * self.factor


@plateau.wrong(
    "a rate of its own that the optimizer's is replaced with",
    "A warmup or a person may have set optimizer.lr since. Which rate is to be reduced?",
)
class _OwnRate(_Plateau):
    def lower(self, lr):
        self.own = getattr(self, "own", self.first_lr) * self.factor
        return self.own


@plateau.wrong(
    "a rate that the optimizer never hears of",
    "Who takes the steps, and from where does it know how long they should be?",
)
class _NeverTells(_Plateau):
    def reduce(self):
        self.lr = self.lower(self.optimizer.lr)


# --- NaN and hyperparameters --------------------------------------------------------------------


@plateau.wrong(
    "NaN taken for an improvement",
    "Every comparison with NaN is False. Which of your branches is taken then?",
)
class _NaNIsBetter(_Plateau):
    def beats(self, metric):
        return not self.sign() * metric <= self.sign() * self.target()


@plateau.wrong(
    "a first metric that is taken for the best whatever it is",
    "A training may begin with NaN. Is that worth being the best? What could ever beat it?",
)
class _FirstMayBeNaN(_Plateau):
    def better(self, metric):
        first = not hasattr(self, "seen")
        self.seen = True
        return first or super().better(metric)


@plateau.wrong(
    "a count of bad epochs that begins at one",
    "How many bad epochs have there been before the first one?",
)
class _StartsAtOne(_Plateau):
    def __init__(self, optimizer, **options):
        super().__init__(optimizer, **options)
        self.bad = 1


@plateau.wrong(
    "NaN that does not count",
    "A network whose loss is NaN does not improve. Is its epoch a good or a bad one?",
)
class _NaNDoesNotCount(_Plateau):
    def not_improved(self, metric):
        if not math.isnan(metric):
            super().not_improved(metric)


@plateau.wrong(
    "NaN that reduces at once",
    "The contract gives patience to every epoch that is not better. Is NaN an exception?",
)
class _NaNReduces(_Plateau):
    def due(self):
        return super().due() or self.was_nan

    def step(self, metric):
        self.was_nan = math.isnan(metric)
        super().step(metric)


@plateau.wrong(
    "hyperparameters that are not checked",
    "A factor of 1 reduces nothing, for ever. Who should notice, and when?",
)
class _ChecksNothing(_Plateau):
    def validate(self, *args):
        pass


@plateau.wrong(
    "an unknown mode let through",
    'Whoever writes mode="average" is mistaken. Who tells them?',
)
class _AnyMode(_Plateau):
    def check_mode(self, mode):
        pass


@plateau.wrong(
    "an unknown threshold_mode let through",
    'Whoever writes threshold_mode="absolute" is mistaken. Who tells them?',
)
class _AnyThresholdMode(_Plateau):
    def check_threshold_mode(self, threshold_mode):
        pass


@plateau.wrong(
    "a factor of 1 let through",
    "Which is the largest factor that still reduces?",
)
class _FactorOfOne(_Plateau):
    def check_factor(self, factor):
        if not 0 <= factor <= 1:
            raise ValueError(factor)


@plateau.wrong(
    "a negative factor let through",
    "Which is the smallest factor that makes sense?",
)
class _NegativeFactor(_Plateau):
    def check_factor(self, factor):
        if not factor < 1:
            raise ValueError(factor)


@plateau.wrong(
    "a factor of 0 refused",
    "A factor of 0 sends the rate to min_lr at once. Does the contract forbid it?",
)
class _NoZeroFactor(_Plateau):
    def check_factor(self, factor):
        if not 0 < factor < 1:
            raise ValueError(factor)


@plateau.wrong(
    "a negative patience let through",
    "What would patience=-1 tolerate?",
)
class _NegativePatience(_Plateau):
    def check_patience(self, patience):
        pass


@plateau.wrong(
    "a patience of 0 refused",
    "patience=0 tolerates no bad epoch. Does the contract forbid it?",
)
class _NoZeroPatience(_Plateau):
    def check_patience(self, patience):
        if patience < 1:
            raise ValueError(patience)
