"""The lesson on digits, as far as it may stand beside a learner's code: questions without a key.

The key and the file that it comes from are the business of `examination`, which runs in a process
of its own and hands over nothing but the lesson.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

#: The check whose digits these are.
CHECK = "classifier-accuracy"
#: The environment variable that names the folder where a grader has put the lesson already.
SUPPLIES = "AUTOGRADE_SUPPLIES"
#: The file in it.
FILE = "cnn-mnist.npz"
EXAMINATION = "autograde.exercises.cnn_mnist.examination"


class Lesson(NamedTuple):
    """What a learner's code may see.

    Attributes
    ----------
    images : ndarray of shape (4000, 1, 28, 28), float32 in [0, 1]
    labels : ndarray of shape (4000,), int64
    questions : ndarray of shape (1000, 1, 28, 28), float32 in [0, 1]
        Other digits, each shifted by at most one pixel in either direction.
    """

    images: np.ndarray
    labels: np.ndarray
    questions: np.ndarray


def lesson(drawn: int) -> Lesson:
    """Return the lesson of a number that was drawn; another process has written it, or does now."""
    if SUPPLIES in os.environ:
        return _read(Path(os.environ[SUPPLIES]))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-m", EXAMINATION, str(drawn), folder]
        subprocess.run(command, check=True, capture_output=True)
        return _read(Path(folder))


def number(rng: np.random.Generator) -> int:
    """Draw the number that a lesson and its key are made from."""
    return int(rng.integers(2**31))


def _read(folder: Path) -> Lesson:
    with np.load(folder / FILE) as file:
        images, labels, questions = (file[name] for name in Lesson._fields)
    return Lesson(images / np.float32(255), labels, questions / np.float32(255))
