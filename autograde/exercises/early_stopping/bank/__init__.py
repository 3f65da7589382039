"""What is right of early stopping, what is commonly got wrong, and what to say about it.

Importing a module enters its misconceptions; where two explain an answer, the first is named.
"""

# isort: skip_file
from autograde.exercises.early_stopping.bank import counting as _counting  # noqa: F401
from autograde.exercises.early_stopping.bank import improving as _improving  # noqa: F401
from autograde.exercises.early_stopping.bank import nan as _nan  # noqa: F401
from autograde.exercises.early_stopping.bank import remembering as _remembering  # noqa: F401
from autograde.exercises.early_stopping.bank import hyperparameters as _hyperparameters  # noqa: F401
from autograde.exercises.early_stopping.bank import corners as _corners  # noqa: F401
from autograde.exercises.early_stopping.bank.plain import early_stopping

BANKS = {"early-stopping": early_stopping}
