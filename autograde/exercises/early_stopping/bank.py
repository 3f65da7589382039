"""What is right of early stopping, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import copy
import importlib.util
import math

import numpy as np

import course.stopping
from autograde.check import Bank
from autograde.exercises.early_stopping import styles


class _Plain:
    """Early stopping in small pieces; a misconception changes one of them."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        self.validate(patience, mode)
        self.patience, self.min_delta, self.mode = patience, min_delta, mode
        self.best, self.best_epoch, self.best_state = self.worst(), None, None
        self.num_bad_epochs, self.calls = 0, 0

    def validate(self, patience, mode):
        if not isinstance(patience, int) or patience < 1:
            raise ValueError(f"patience must be an int >= 1, got {patience}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be min or max, got {mode}")

    def worst(self):
        return math.inf if self.mode == "min" else -math.inf

    def gain(self, metric):
        return self.best - metric if self.mode == "min" else metric - self.best

    def better(self, metric):
        return self.gain(metric) > self.min_delta

    def step(self, metric, state=None):
        if self.better(metric):
            self.remember(metric, state)
        else:
            self.count(metric, state)
        self.calls += 1
        return self.done()

    def remember(self, metric, state):
        self.best, self.best_epoch = metric, self.calls
        self.best_state = self.copied(state)
        self.num_bad_epochs = 0

    def copied(self, state):
        return copy.deepcopy(state)

    def count(self, metric, state):
        self.num_bad_epochs += 1

    def done(self):
        return self.num_bad_epochs >= self.patience


class _TorchPlateau(_Plain):
    """torch's ReduceLROnPlateau, whose reduction is our stop."""

    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        import torch

        super().__init__(patience, min_delta=min_delta, mode=mode)
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer,
            mode=mode,
            patience=patience - 1,
            threshold=min_delta,
            threshold_mode="abs",
        )

    def step(self, metric, state=None):
        self.plateau.step(metric)
        if self.plateau.best != self.best:
            self.best_epoch, self.best_state = self.calls, copy.deepcopy(state)
        self.best = self.plateau.best
        self.calls += 1
        stop = self.plateau.optimizer.param_groups[0]["lr"] < 1
        self.num_bad_epochs = self.patience if stop else self.plateau.num_bad_epochs
        return stop


_with_torch = importlib.util.find_spec("torch") is not None
early_stopping = Bank(
    _TorchPlateau if _with_torch else course.stopping.EarlyStopping, styles=styles.STYLES
)
BANKS = {"early-stopping": early_stopping}


@early_stopping.wrong(
    "stopping one epoch early",
    "With patience=1, how many calls without improvement does it take to stop?",
)
class _OneEarly(_Plain):
    def done(self):
        return self.num_bad_epochs >= max(self.patience - 1, 1)


@early_stopping.wrong(
    "stopping one epoch late",
    "Should training stop when the count reaches patience, or only when it exceeds it?",
)
class _OneLate(_Plain):
    def done(self):
        return self.num_bad_epochs > self.patience


@early_stopping.wrong(
    "a counter that is never reset",
    "An improvement shows that training still works. What should become of the count then?",
)
class _NeverReset(_Plain):
    def remember(self, metric, state):
        bad = self.num_bad_epochs
        super().remember(metric, state)
        self.num_bad_epochs = bad


@early_stopping.wrong(
    "a counter that an improvement only lowers by one",
    "Patience counts calls in a row. How many such calls are there right after an improvement?",
)
class _CountsDown(_Plain):
    def remember(self, metric, state):
        bad = self.num_bad_epochs
        super().remember(metric, state)
        self.num_bad_epochs = max(bad - 1, 0)


@early_stopping.wrong(
    "an equal metric taken for a better one",
    "A flat curve never gets worse. Should it train for ever?",
)
class _EqualIsBetter(_Plain):
    def better(self, metric):
        return self.gain(metric) >= self.min_delta


@early_stopping.wrong(
    "a min_delta that counts the wrong way",
    "Should min_delta make it harder or easier to count as an improvement?",
)
class _WrongSign(_Plain):
    def better(self, metric):
        return self.gain(metric) > -self.min_delta


@early_stopping.wrong(
    "min_delta ignored",
    "What does min_delta ask of an improvement beyond being one?",
)
class _NoMinDelta(_Plain):
    def better(self, metric):
        return self.gain(metric) > 0


@early_stopping.wrong(
    "a min_delta relative to the best",
    "Is min_delta a difference or a fraction? Try it where the best is 5.",
)
class _RelativeMinDelta(_Plain):
    def better(self, metric):
        scale = abs(self.best) if math.isfinite(self.best) else 0
        return self.gain(metric) > self.min_delta * scale


@early_stopping.wrong(
    "a best that follows improvements too small to count",
    "Many small gains add up. With which value should the next metric be compared?",
)
class _Creeps(_Plain):
    def count(self, metric, state):
        super().count(metric, state)
        if self.gain(metric) > 0:
            self.best = metric


@early_stopping.wrong(
    "a comparison with the last metric instead of the best",
    "A curve that goes up and down improves every other time. On what should it improve?",
)
class _ComparesWithLast(_Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best = metric


@early_stopping.wrong(
    "mode ignored",
    "An accuracy is better when it is larger. Where does your comparison ask for the mode?",
)
class _IgnoresMode(_Plain):
    def worst(self):
        return math.inf

    def gain(self, metric):
        return self.best - metric


@early_stopping.wrong(
    "the two modes exchanged",
    'With mode="min" a loss is watched. Which of two losses is the better one?',
)
class _ModesSwapped(_Plain):
    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        swapped = {"min": "max", "max": "min"}.get(mode, mode)
        super().__init__(patience, min_delta=min_delta, mode=swapped)


@early_stopping.wrong(
    "a best that starts at zero",
    "What is worse than any metric: for a loss, for an accuracy, for a negative score?",
)
class _StartsAtZero(_Plain):
    def worst(self):
        return math.inf if self.mode == "min" else 0.0


@early_stopping.wrong(
    "NaN taken for the best",
    "Every comparison with NaN is False. Which of your branches is taken then?",
)
class _NaNIsBest(_Plain):
    def better(self, metric):
        return not self.gain(metric) <= self.min_delta


@early_stopping.wrong(
    "NaN that does not count",
    "A network whose loss is NaN will not recover. Is an epoch with NaN an improvement or not?",
)
class _NaNDoesNotCount(_Plain):
    def count(self, metric, state):
        if not math.isnan(metric):
            super().count(metric, state)


@early_stopping.wrong(
    "NaN that stops at once",
    "The contract gives patience to every epoch that is not better. Is NaN an exception?",
)
class _NaNStops(_Plain):
    def step(self, metric, state=None):
        return super().step(metric, state) or math.isnan(metric)


@early_stopping.wrong(
    "best_epoch counted from one",
    "The first call is epoch 0. Which number does it get in your code?",
)
class _EpochFromOne(_Plain):
    def remember(self, metric, state):
        super().remember(metric, state)
        self.best_epoch += 1


@early_stopping.wrong(
    "best_epoch as the number of the last call",
    "best_epoch belongs to the best metric. When may it change?",
)
class _LastEpoch(_Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best_epoch = self.calls


@early_stopping.wrong(
    "best_state as an alias of the live state",
    "The model goes on training in the very arrays that you were handed. What do you keep?",
)
class _Alias(_Plain):
    def copied(self, state):
        return state


@early_stopping.wrong(
    "a copy of best_state that is only shallow",
    "A copied dict holds the same arrays as before. How deep must a copy go?",
)
class _ShallowCopy(_Plain):
    def copied(self, state):
        return copy.copy(state)


@early_stopping.wrong(
    "best_state as the last state",
    "After the best epoch training went on. Which state do you want back?",
)
class _LastState(_Plain):
    def count(self, metric, state):
        super().count(metric, state)
        self.best_state = copy.deepcopy(state)


@early_stopping.wrong(
    "best_state never stored",
    "To come back to the best epoch, its state must be somewhere. Where?",
)
class _NoState(_Plain):
    def copied(self, state):
        return None


@early_stopping.wrong(
    "hyperparameters that are not checked",
    "What would patience=0 mean? It is better to say so than to guess.",
)
class _ChecksNothing(_Plain):
    def validate(self, patience, mode):
        pass


@early_stopping.wrong(
    "a patience of zero that is let through",
    "Which is the smallest patience that makes sense?",
)
class _ZeroPatience(_Plain):
    def validate(self, patience, mode):
        super().validate(patience or 1, mode)


@early_stopping.wrong(
    "a patience that is not a whole number let through",
    "Patience counts calls. Can a count be 2.5?",
)
class _FractionalPatience(_Plain):
    def validate(self, patience, mode):
        super().validate(math.ceil(patience), mode)


@early_stopping.wrong(
    "an unknown mode let through",
    'Whoever writes mode="average" is mistaken. Who tells them?',
)
class _AnyMode(_Plain):
    def validate(self, patience, mode):
        super().validate(patience, "min")


@early_stopping.wrong(
    "a default patience that is not the contract's",
    "Whoever gives no patience gets the default. Compare yours with the one in the contract.",
)
class _OtherPatience(_Plain):
    def __init__(self, patience=5, *, min_delta=0.0, mode="min"):
        super().__init__(patience, min_delta=min_delta, mode=mode)


@early_stopping.wrong(
    "a best_epoch looked up in the history",
    "Where does argmin look when there is a NaN, or a gain that is too small to count?",
)
class _LooksUpEpoch(_Plain):
    def step(self, metric, state=None):
        self.history = [*getattr(self, "history", []), metric]
        stop = super().step(metric, state)
        self.best_epoch = int((np.argmin if self.mode == "min" else np.argmax)(self.history))
        return stop


@early_stopping.wrong(
    "a best that ignores min_delta, while the counter obeys it",
    "What counts as an improvement should be decided once, for the counter and for the best.",
)
class _TwoMeasures(_Plain):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.lowest = self.worst()

    def better(self, metric):
        gain = self.lowest - metric if self.mode == "min" else metric - self.lowest
        if gain > self.min_delta:
            self.lowest = metric
            return True
        return False

    def count(self, metric, state):
        if self.gain(metric) > 0:
            bad = self.num_bad_epochs
            self.remember(metric, state)
            self.num_bad_epochs = bad
        super().count(metric, state)


@early_stopping.wrong(
    'NaN taken for the best with mode="max"',
    "Both modes meet NaN. What does your comparison for larger metrics say of it?",
)
class _NaNIsBestInMax(_Plain):
    def better(self, metric):
        if self.mode == "max":
            return not self.gain(metric) <= self.min_delta
        return super().better(metric)


@early_stopping.wrong(
    'a best with the wrong sign in mode="max"',
    "Turning the sign makes one comparison do for both modes. Who turns it back for best?",
)
class _NegatedBest(_Plain):
    def step(self, metric, state=None):
        shown = self.mode == "max" and self.best_epoch is not None
        self.best = -self.best if shown else self.best
        stop = super().step(metric, state)
        if self.mode == "max" and self.best_epoch is not None:
            self.best = -self.best
        return stop


@early_stopping.wrong(
    'best_state and best_epoch kept only with mode="min"',
    "An improvement is an improvement in either mode. Is everything stored in both branches?",
)
class _ForgetsInMax(_Plain):
    def remember(self, metric, state):
        super().remember(metric, state)
        if self.mode == "max":
            self.best_state, self.best_epoch = None, 0


@early_stopping.wrong(
    "a copy of best_state that is two levels deep",
    "States can be nested deeper than your copy goes. What copies all the way down?",
)
class _TwoLevels(_Plain):
    def copied(self, state):
        if not isinstance(state, dict):
            return copy.copy(state)
        return {
            key: {k: copy.copy(v) for k, v in part.items()}
            if isinstance(part, dict)
            else copy.copy(part)
            for key, part in state.items()
        }
