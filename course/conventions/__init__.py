"""Conversions between the conventions of papers and libraries, where one name means two things.

Each function turns a hyperparameter (or a state) of one convention into that of another, so that
both train alike; the course follows torch. Where no conversion is exact, its notes say how far
apart the two can get.
"""

from course.conventions.decay import (
    decay_per_step,
    l2_factor,
    weight_decay_from_decay_per_step,
    weight_decay_from_l2_factor,
)
from course.conventions.epsilon import (
    eps_after_correction,
    eps_before_correction,
    eps_inside_root,
    eps_outside_root,
)
from course.conventions.momentum import (
    lr_for_averaged_momentum,
    lr_for_summed_momentum,
    velocity_with_lr_inside,
)
from course.conventions.statistics import (
    biased_variance,
    flip_batch_norm_momentum,
    unbiased_variance,
)

__all__ = [
    "biased_variance",
    "decay_per_step",
    "eps_after_correction",
    "eps_before_correction",
    "eps_inside_root",
    "eps_outside_root",
    "flip_batch_norm_momentum",
    "l2_factor",
    "lr_for_averaged_momentum",
    "lr_for_summed_momentum",
    "unbiased_variance",
    "velocity_with_lr_inside",
    "weight_decay_from_decay_per_step",
    "weight_decay_from_l2_factor",
]
