"""What is right of initialization, what is commonly got wrong, and what to say about it."""

from autograde.exercises.initialization.bank.fans import fans
from autograde.exercises.initialization.bank.orthogonal import orthogonal
from autograde.exercises.initialization.bank.scaled import he, xavier

BANKS = {"fans": fans, "xavier": xavier, "he": he, "orthogonal": orthogonal}
