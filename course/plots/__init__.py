"""Figures of the course, drawn through one style sheet, ``course/book.mplstyle``.

Every function takes the axes to draw on (or makes a figure), labels them, and returns them.
Colour is never the only carrier: curves differ in line style and marker, numbers are written out.
"""

from course.plots.comparison import mean_and_spread
from course.plots.curves import annotated_lines, learning_curves, schedules
from course.plots.decisions import calibration, cost_curve
from course.plots.images import filters, image_grid
from course.plots.landscape import contours
from course.plots.layers import activations_by_layer
from course.plots.style import style, subplots
from course.plots.tables import confusion_matrix, heat_map

__all__ = [
    "activations_by_layer",
    "annotated_lines",
    "calibration",
    "confusion_matrix",
    "contours",
    "cost_curve",
    "filters",
    "heat_map",
    "image_grid",
    "learning_curves",
    "mean_and_spread",
    "schedules",
    "style",
    "subplots",
]
