"""What is right of weight decay, what is commonly got wrong, and what to say about it."""

from autograde.exercises.weight_decay.bank.adamw import adamw
from autograde.exercises.weight_decay.bank.l2 import l2
from autograde.exercises.weight_decay.bank.soft_threshold import soft

BANKS = {"sgd-l2": l2, "adamw": adamw, "soft-threshold": soft}
