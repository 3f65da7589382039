"""Exercises that tell right from wrong, and the grading of a whole class.

``autograde.check`` and ``autograde.exercises`` are what is right, ``autograde.grading`` is how
it is run. A notebook needs one name: ``from autograde import check``.
"""

from autograde.entry import check

__all__ = ["check"]
