"""What is right of dropout, what is commonly got wrong, and what to say about it."""

from autograde.exercises.dropout.bank import masks, promises, scale
from autograde.exercises.dropout.bank.backward import backward
from autograde.exercises.dropout.bank.forward import forward

BANKS = {"dropout-forward": forward, "dropout-backward": backward}

__all__ = ["BANKS", "masks", "promises", "scale"]
