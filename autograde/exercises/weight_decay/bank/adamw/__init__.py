"""AdamW: what is commonly got wrong, of the decay and of the Adam inside.

Importing a module enters its misconceptions; where two explain an answer, the first is named.
"""

# isort: skip_file
from autograde.exercises.weight_decay.bank.adamw import coupling as _coupling  # noqa: F401
from autograde.exercises.weight_decay.bank.adamw import amount as _amount  # noqa: F401
from autograde.exercises.weight_decay.bank.adamw import which as _which  # noqa: F401
from autograde.exercises.weight_decay.bank.adamw import hyperparameters as _hyperparameters  # noqa: F401
from autograde.exercises.weight_decay.bank.adamw import inside as _inside  # noqa: F401
from autograde.exercises.weight_decay.bank.adamw.plain import adamw

__all__ = ["adamw"]
