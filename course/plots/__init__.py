"""Figures of the course, drawn through one style sheet, ``course/book.mplstyle``.

Every function takes the axes to draw on (or makes a figure), labels them, and returns them.
Colour is never the only carrier: curves differ in line style and marker, numbers are written out.
"""

from course.plots.comparison import mean_and_spread
from course.plots.curves import learning_curves
from course.plots.landscape import contours
from course.plots.style import style, subplots

__all__ = [
    "contours",
    "learning_curves",
    "mean_and_spread",
    "style",
    "subplots",
]
