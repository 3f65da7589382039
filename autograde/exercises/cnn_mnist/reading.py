"""What is asked of the classifier. Its evidence says nothing about what network it is.

The model is a torch model and stays where it was built: `driving` takes hold of it there. Whatever
chance the answer leaves to torch itself is seeded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograde.check import Answers, BadAnswer, Claim, Evidence, array, attempt, number
from autograde.check.reading import a_kind_of, there
from autograde.exercises.cnn_mnist import digits, driving

#: A torch.nn.Module, or what stands for it.
Model = Any
Reader = tuple[Callable[[], Model], Callable[..., Any]]

#: Seconds of one thread that training on 4,000 digits may take.
SECONDS = 60.0
#: Share of the questions to be answered right.
ENOUGH = 0.97
#: Images that a short training is tried with: fewer than fill a batch.
FEW = 12
SHAPE = (1, 28, 28)


def built(answer: Reader) -> Model:
    """Return a fresh model."""
    return there(driving.built, answer[0])


def asked(model: Model, images: np.ndarray) -> np.ndarray:
    """Return what a model makes of images, as an array.

    Raises
    ------
    BadAnswer
        If it is no tensor of ten numbers for each image.
    """
    logits = array(there(driving.logits, model, images), "model(images)")
    if logits.shape != (len(images), 10):
        raise BadAnswer(
            f"For images of shape {images.shape}, model(images) should have shape "
            f"({len(images)}, 10), got {logits.shape}."
        )
    return logits.astype(float)


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
    with _one_thread(answer, rng):
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
    with _one_thread(answer, rng):
        model = built(answer)
        switched, _ = attempt(model.eval, "model.eval()")
        if switched.raised:
            return {"eval": switched}
        asked(model, images[:1])  # so that lazy layers take shape
        before = _digests(driving.state, model)
        first, again = asked(model, images), asked(model, images)
        few = asked(model, images[:4])
        kept = _digests(driving.state, model) == before
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
    images = rng.uniform(size=(FEW, *SHAPE)).astype(np.float32)
    labels = rng.permutation(FEW) % 10
    lent, seed = (images.copy(), labels.copy()), int(rng.integers(10_000))
    with _one_thread(answer, rng):
        model = built(answer)
        model.eval()
        asked(model, images)  # so that lazy layers take shape
        twin, start = [there(driving.copied, model) for _ in range(2)]
        before = _digests(driving.parameters, model)
        seen = there(driving.watched, answer[1], model, *lent, seed, SECONDS)
        again, chance = (images.copy(), labels.copy()), int(rng.integers(2**31))
        there(driving.trained, answer[1], twin, *again, seed, SECONDS, chance)
        same = alike(asked(model.eval(), images), asked(twin.eval(), images))
        changed = much = _digests(driving.parameters, model) != before
        if not changed:
            many = np.tile(images, (16, 1, 1, 1)), np.tile(labels, 16)
            there(driving.trained, answer[1], model, *many, seed, SECONDS)
            much = _digests(driving.parameters, model) != before
        shown, modes, fresh = (array(part, "what was watched") for part in seen)
        right_mode = bool(modes.all()) or not _knows_modes(start, images)
    return {
        "changed": Claim(
            changed,
            f"After train(model, images, labels, seed=seed) of {FEW} images, model is what it was.",
        ),
        "mode": Claim(right_mode, "While it is being trained, the model computes in eval mode."),
        "seed": Claim(
            same, "Two equal models, trained with the same seed, are no longer equal afterwards."
        ),
        "lent": Claim(
            np.array_equal(lent[0], images) and np.array_equal(lent[1], labels),
            "train has changed the images or the labels that it was lent.",
        ),
        "many": Claim(much, "More images do not change the model either.", clue=True),
        **_clues(shown, fresh, images.reshape(FEW, -1)),
    }


def _clues(shown: np.ndarray, fresh: np.ndarray, lent: np.ndarray) -> Evidence:
    """Return what only serves to name a mistake: all of it may be right."""
    known = all(bool((lent == image).all(axis=1).any()) for image in shown[: driving.SHOWN])
    grey = bool(((shown >= -0.01) & (shown <= 1.01)).all())
    return {
        "asked": Claim(len(shown) > 0, "The model is never shown an image.", clue=True),
        "grey": Claim(grey, "The model is shown other numbers than grey values.", clue=True),
        "shifted": Claim(not known, "The model is shown the images as they are.", clue=True),
        "backward": Claim(len(fresh) > 0, "No gradient is ever computed.", clue=True),
        "zeroed": Claim(
            bool(fresh.all()), "Gradients are added to those of the step before.", clue=True
        ),
    }


def _digests(of: Callable[..., Any], model: Model) -> list[str]:
    """Return digests of what a model holds, which stay what they are."""
    found = there(of, model)
    if not isinstance(found, list) or any(type(digest) is not str for digest in found):
        raise BadAnswer(f"A model should hold parameters, got {a_kind_of(found)}.")
    return list(found)


def _knows_modes(model: Model, images: np.ndarray) -> bool:
    """Tell whether a model does anything else in training than in evaluation."""
    return not alike(asked(model.eval(), images), asked(model.train(), images))


def accuracy(answer: Reader, rng: np.random.Generator) -> Evidence:
    """Train on 4,000 digits and answer questions whose key is not here."""
    drawn = digits.number(rng)
    with _one_thread(answer, rng):
        model = built(answer)
        images, labels, questions = digits.lesson(drawn)
        seconds = there(driving.trained, answer[1], model, images, labels, 0, SECONDS)
        model.eval()
        parts = [asked(model, part) for part in np.array_split(questions, 4)]
    in_time = number(seconds, "the time of train") <= SECONDS
    return found(in_time, np.concatenate(parts).argmax(axis=1))


def found(in_time: bool, answers: np.ndarray) -> Evidence:
    """Return the evidence of `accuracy`; of a key, it is what the judge compares with."""
    return {
        "time": Claim(in_time, f"train takes longer than {SECONDS:g} seconds of one thread."),
        "answers": Answers(answers, "digits that were not trained on", at_least=ENOUGH),
    }


@contextlib.contextmanager
def _one_thread(answer: Reader, rng: np.random.Generator) -> Iterator[None]:
    """Seed torch and keep it to one thread; afterwards everything is as it was."""
    before = there(driving.settle, answer[0], int(rng.integers(2**31)))
    try:
        yield
    finally:
        there(driving.restore, before)
