"""Schedules with many settings, and the same of torch."""

import numpy as np
import torch

from course import optim
from course.nn import Parameter

STEPS = 1000


def ours_and_torchs(optimizer="SGD", lr=0.1, **options):
    """Return our and torch's optimizer of one name, for one parameter that never has a gradient."""
    ours = getattr(optim, optimizer)([Parameter(np.zeros(2))], lr=lr, **options)
    torchs = getattr(torch.optim, optimizer)([torch.nn.Parameter(torch.zeros(2))], lr=lr, **options)
    return ours, torchs
