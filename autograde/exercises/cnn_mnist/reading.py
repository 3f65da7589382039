"""What is asked of the classifier. Its evidence says nothing about what network it is.

Only here may an answer use torch. Whatever chance the answer leaves to torch itself is seeded.
"""

from __future__ import annotations

import contextlib
import copy
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograde.check import Answers, BadAnswer, Claim, Evidence, attempt
from autograde.exercises.cnn_mnist import digits

if TYPE_CHECKING:
    import torch

Reader = tuple[Callable[[], "torch.nn.Module"], Callable[..., Any]]

#: Seconds of one thread that training on 4,000 digits may take.
SECONDS = 60.0
#: Share of the questions to be answered right.
ENOUGH = 0.97
#: Images that a short training is tried with: fewer than fill a batch.
FEW = 12
SHAPE = (1, 28, 28)


def built(answer: Reader) -> torch.nn.Module:
    """Return a fresh model.

    Raises
    ------
    BadAnswer
        If build_model returns anything else.
    """
    import torch

    model = answer[0]()
    if not isinstance(model, torch.nn.Module):
        kind = "None" if model is None else f"a {type(model).__name__}"
        raise BadAnswer(f"build_model() should return a torch.nn.Module, got {kind}.")
    return model


def asked(model: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """Return what a model makes of images, as an array.

    Raises
    ------
    BadAnswer
        If it is no tensor of ten numbers for each image.
    """
    import torch

    with torch.no_grad():
        logits = model(torch.from_numpy(images.copy()))
    if not isinstance(logits, torch.Tensor):
        raise BadAnswer(f"model(images) should return a tensor, got a {type(logits).__name__}.")
    if tuple(logits.shape) != (len(images), 10):
        raise BadAnswer(
            f"For images of shape {images.shape}, model(images) should have shape "
            f"({len(images)}, 10), got {tuple(logits.shape)}."
        )
    return logits.numpy().astype(float)


def alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether logits are equal up to what another order of float32 sums makes of them."""
    size = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return bool(np.abs(a - b).max(initial=0) <= 1e-3 * size)


def logits(answer: Reader, rng: np.random.Generator) -> Evidence:
    """Feed untrained networks with loud noise: logits go everywhere, probabilities do not.

    A right network whose ten logits happen to lie between 0 and 1 for all images (a last
    layer that starts at zero leaves its bias alone to decide) would have to do so four times:
    at most 2 ** -40.
    """
    with _one_thread(rng):
        noise = rng.normal(scale=100, size=(5, *SHAPE)).astype(np.float32)
        models = [built(answer) for _ in range(4)]
        for model in models:
            model.eval()
        single, _ = attempt(lambda: asked(models[0], noise[:1]), "model(images) of one image")
        several, _ = attempt(lambda: asked(models[0], noise), "model(images) of five images")
        outcomes: Evidence = {"several": several, "single": single}
        if single.raised or several.raised:
            return outcomes
        found = np.concatenate([asked(model, noise) for model in models])
        trained = asked(models[0].train(), noise)
    sums = found.sum(axis=1)
    varied = np.ptp(found) > 0
    return outcomes | {
        "in training": Claim(
            not np.allclose(trained.sum(axis=1), 1, atol=1e-3),
            "In training, too, the ten outputs add up to 1.",
            clue=True,
        ),
        "sums": Claim(
            not (np.allclose(sums, 1, atol=1e-3) and found.min() >= 0),
            "The ten outputs for an image always add up to 1: they are probabilities, no logits.",
        ),
        "range": Claim(
            not (varied and found.min() >= 0 and found.max() <= 1),
            "All outputs lie between 0 and 1, whatever the image: they are no logits.",
        ),
        "negative": Claim(
            not (varied and found.min() == 0 and found.max() > 1),
            "No output is ever negative, and some are exactly 0: something cuts the logits off.",
        ),
    }


def evaluation(answer: Reader, rng: np.random.Generator) -> Evidence:
    """Ask a network in eval mode twice, and about images with others beside them."""
    images = rng.uniform(size=(8, *SHAPE)).astype(np.float32)
    images[4:] *= 0.1
    with _one_thread(rng):
        model = built(answer)
        switched, _ = attempt(model.eval, "model.eval()")
        if switched.raised:
            return {"eval": switched}
        asked(model, images[:1])  # so that lazy layers take shape
        before = {name: value.clone() for name, value in model.state_dict().items()}
        first, again = asked(model, images), asked(model, images)
        few = asked(model, images[:4])
        after = model.state_dict()
        kept = all(bool((after[name] == value).all()) for name, value in before.items())
    return {
        "eval": switched,
        "again": Claim(
            alike(first, again),
            "In eval mode, the same images give other logits when they are asked about again.",
        ),
        "neighbours": Claim(
            alike(first[:4], few),
            "In eval mode, the logits of an image depend on the other images of its batch.",
        ),
        "kept": Claim(kept, "Asked in eval mode, the model has changed its parameters or buffers."),
    }


def training(answer: Reader, rng: np.random.Generator) -> Evidence:
    """Train twice on a few noisy pictures, with the same seed but other chance around it.

    Both models come in eval mode, as one that has been looked at before.
    """
    import torch

    images = torch.from_numpy(rng.uniform(size=(FEW, *SHAPE)).astype(np.float32))
    labels = torch.from_numpy(rng.permutation(FEW) % 10)
    lent, seed = (images.clone(), labels.clone()), int(rng.integers(10_000))
    with _one_thread(rng):
        model = built(answer)
        model.eval()
        asked(model, images.numpy())  # so that lazy layers take shape
        twin, start = copy.deepcopy(model), copy.deepcopy(model)
        spy = Spy(model)
        with _limited(SECONDS):
            answer[1](model, *lent, seed=seed)
            spy.leave()
            torch.default_generator.manual_seed(int(rng.integers(2**31)))
            answer[1](twin, images.clone(), labels.clone(), seed=seed)
        questions = images.numpy()
        same = alike(asked(model.eval(), questions), asked(twin.eval(), questions))
        changed = _differs(model, start)
        if not changed:
            answer[1](model, images.repeat(16, 1, 1, 1), labels.repeat(16), seed=seed)
    return {
        "changed": Claim(
            changed,
            f"After train(model, images, labels, seed=seed) of {FEW} images, model is what it was.",
        ),
        "mode": Claim(
            all(spy.training) or not _knows_modes(start, questions),
            "While it is being trained, the model computes in eval mode.",
        ),
        "seed": Claim(
            same, "Two equal models, trained with the same seed, are no longer equal afterwards."
        ),
        "lent": Claim(
            torch.equal(lent[0], images) and torch.equal(lent[1], labels),
            "train has changed the images or the labels that it was lent.",
        ),
        "many": Claim(
            _differs(model, start), "More images do not change the model either.", clue=True
        ),
        **spy.clues(images),
    }


class Spy:
    """Watches a model while it is trained: what it is shown, and in which mode."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.shown: list[torch.Tensor] = []
        self.training: list[bool] = []
        self.fresh: list[bool] = []
        self.hooks = [model.register_forward_pre_hook(self._look)]
        self.hooks += [
            p.register_hook(lambda _, p=p: self.fresh.append(p.grad is None or not p.grad.any()))
            for p in model.parameters()
            if p.requires_grad
        ]

    def _look(self, model: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        self.shown.append(given[0].detach().reshape(-1, 784))
        self.training.append(model.training)

    def leave(self) -> None:
        """Watch no longer."""
        for hook in self.hooks:
            hook.remove()

    def clues(self, images: torch.Tensor) -> Evidence:
        """Return what only serves to name a mistake: all of it may be right."""
        shown, lent = [*self.shown, images[:0].reshape(-1, 784)], images.reshape(-1, 784)
        known = all(bool((s[:, None] == lent).all(dim=2).any(dim=1).all()) for s in shown)
        grey = all(bool(((s >= -0.01) & (s <= 1.01)).all()) for s in shown)
        return {
            "asked": Claim(bool(self.shown), "The model is never shown an image.", clue=True),
            "grey": Claim(grey, "The model is shown other numbers than grey values.", clue=True),
            "shifted": Claim(not known, "The model is shown the images as they are.", clue=True),
            "backward": Claim(bool(self.fresh), "No gradient is ever computed.", clue=True),
            "zeroed": Claim(
                all(self.fresh), "Gradients are added to those of the step before.", clue=True
            ),
        }


def _knows_modes(model: torch.nn.Module, images: np.ndarray) -> bool:
    """Tell whether a model does anything else in training than in evaluation."""
    model = copy.deepcopy(model)
    return not alike(asked(model.eval(), images), asked(model.train(), images))


def _differs(model: torch.nn.Module, start: torch.nn.Module) -> bool:
    """Tell whether any parameter differs; batch norm's statistics change without a step."""
    pairs = zip(model.parameters(), start.parameters(), strict=True)
    return any(bool((a != b).any()) for a, b in pairs)


def accuracy(answer: Reader, rng: np.random.Generator) -> Evidence:
    """Train on 4,000 digits and answer questions whose key is not here."""
    import torch

    drawn = digits.number(rng)
    with _one_thread(rng):
        model = built(answer)
        images, labels, questions = digits.lesson(drawn)
        start = time.process_time()
        with _limited(SECONDS):
            answer[1](model, torch.from_numpy(images), torch.from_numpy(labels), seed=0)
        seconds = time.process_time() - start
        model.eval()
        parts = [asked(model, part) for part in np.array_split(questions, 4)]
    return found(seconds <= SECONDS, np.concatenate(parts).argmax(axis=1))


def found(in_time: bool, answers: np.ndarray) -> Evidence:
    """Return the evidence of `accuracy`; of a key, it is what the judge compares with."""
    return {
        "time": Claim(in_time, f"train takes longer than {SECONDS:g} seconds of one thread."),
        "answers": Answers(answers, "digits that were not trained on", at_least=ENOUGH),
    }


@contextlib.contextmanager
def _one_thread(rng: np.random.Generator) -> Iterator[None]:
    """Seed torch and keep it to one thread; afterwards everything is as it was."""
    import torch

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    torch.default_generator.manual_seed(int(rng.integers(2**31)))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Interrupt what takes more CPU time, where the system has a timer for that.

    It is a courtesy to who waits in JupyterLab: a grader has a deadline of its own.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "ITIMER_PROF"
    ):
        yield
        return

    def stop(*_: Any) -> None:
        raise BadAnswer(f"train has not come to an end within {SECONDS:g} seconds of one thread.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
