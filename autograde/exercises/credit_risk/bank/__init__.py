"""What is right about the lender's table, what is commonly got wrong, and what to say about it."""

from autograde.exercises.credit_risk.bank.class_weights import weights
from autograde.exercises.credit_risk.bank.focal_loss import focal
from autograde.exercises.credit_risk.bank.leaving_out import ablation
from autograde.exercises.credit_risk.bank.preprocessing import preprocess

BANKS = {
    "preprocess": preprocess,
    "class-weights": weights,
    "focal-loss": focal,
    "ablation": ablation,
}
