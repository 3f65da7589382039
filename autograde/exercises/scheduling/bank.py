"""The banks of the four answers: what follows a clock, and what follows a metric."""

from autograde.exercises.scheduling.clock import cosine, step
from autograde.exercises.scheduling.plateau_details import plateau
from autograde.exercises.scheduling.warm import warm

BANKS = {
    "step-lr": step,
    "cosine-lr": cosine,
    "warmup-cosine": warm,
    "reduce-on-plateau": plateau,
}
