"""What is right of initialization, what is commonly got wrong, and what to say about it."""

from autograde.exercises.initialization.bank import haar, he, orthonormal, relations, xavier
from autograde.exercises.initialization.bank.fans import fans
from autograde.exercises.initialization.bank.orthogonal import orthogonal

BANKS = {"fans": fans, "xavier": xavier.xavier, "he": he.he, "orthogonal": orthogonal}

__all__ = ["BANKS", "haar", "orthonormal", "relations"]
