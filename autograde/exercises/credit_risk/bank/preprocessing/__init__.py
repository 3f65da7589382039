"""Preprocessing: what is commonly got wrong.

Importing a module enters its misconceptions; where two explain an answer, the first is named.
"""

# isort: skip_file
from autograde.exercises.credit_risk.bank.preprocessing import rows as _rows  # noqa: F401
from autograde.exercises.credit_risk.bank.preprocessing import missing as _missing  # noqa: F401
from autograde.exercises.credit_risk.bank.preprocessing import standardization as _standardization  # noqa: F401
from autograde.exercises.credit_risk.bank.preprocessing import words as _words  # noqa: F401
from autograde.exercises.credit_risk.bank.preprocessing import layout as _layout  # noqa: F401
from autograde.exercises.credit_risk.bank.preprocessing.plain import preprocess

__all__ = ["preprocess"]
