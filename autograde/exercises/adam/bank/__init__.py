"""What is right of RMSprop and Adam, what is commonly got wrong, and what to say about it.

Importing a module enters its misconceptions; where two explain an answer, the first is named.
"""

# isort: skip_file
from autograde.exercises.adam.bank import both as _both  # noqa: F401
from autograde.exercises.adam.bank import only_rmsprop as _only_rmsprop  # noqa: F401
from autograde.exercises.adam.bank import only_adam as _only_adam  # noqa: F401
from autograde.exercises.adam.bank.plain import rmsprop, adam

BANKS = {"rmsprop": rmsprop, "adam": adam}
