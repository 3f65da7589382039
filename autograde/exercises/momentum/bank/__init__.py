"""What is right of momentum, what is commonly got wrong, and what to say about it.

Importing a module enters its misconceptions; where two explain an answer, the first is named.
"""

# isort: skip_file
from autograde.exercises.momentum.bank import velocity as _velocity  # noqa: F401
from autograde.exercises.momentum.bank import dampening as _dampening  # noqa: F401
from autograde.exercises.momentum.bank import nesterov as _nesterov  # noqa: F401
from autograde.exercises.momentum.bank import step as _step  # noqa: F401
from autograde.exercises.momentum.bank import gradients as _gradients  # noqa: F401
from autograde.exercises.momentum.bank import ownership as _ownership  # noqa: F401
from autograde.exercises.momentum.bank import hyperparameters as _hyperparameters  # noqa: F401
from autograde.exercises.momentum.bank.plain import sgd

BANKS = {"sgd": sgd}
