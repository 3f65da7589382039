"""A convolutional network for digits, in torch, and the recipe that trains it.

``python -m course.cnn --full`` trains it on all of MNIST; ``--help`` says what else there is.
Nothing else in `course` needs torch.
"""

from course.cnn.checkpoints import Run
from course.cnn.deformation import augment, warp
from course.cnn.networks import model, two_layer
from course.cnn.training import PUBLISHED, Recipe, evaluate, predict, train

__all__ = [
    "PUBLISHED",
    "Recipe",
    "Run",
    "augment",
    "evaluate",
    "model",
    "predict",
    "train",
    "two_layer",
    "warp",
]
