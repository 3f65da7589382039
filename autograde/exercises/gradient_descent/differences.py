"""What is right of a numerical gradient, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import course.gradcheck
from autograde.check import Bank
from autograde.exercises.gradient_descent import styles

numerical = Bank(course.gradcheck.numerical_gradient, styles=styles.NUMERICAL)


def _quotient(name: str, hint: str):
    """Enter a wrong difference quotient ``q(f, x, e, h)``, e being a unit vector."""

    def enter(quotient: Callable) -> Callable:
        def gradient(f, x, h=1e-5):
            x = np.array(x, dtype=float)
            found = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape)
                e[i] = 1
                found[i] = quotient(f, x, e, h)
            return found

        numerical.wrong(name, hint)(gradient)
        return quotient

    return enter


@_quotient(
    "a forward difference",
    "f at x and at one point beside it leaves an error that falls like h. Which second point "
    "makes the errors of both sides cancel?",
)
def _forward(f, x, e, h):
    return (f(x + h * e) - f(x)) / h


@_quotient(
    "a backward difference",
    "f at x and at one point beside it leaves an error that falls like h. Which second point "
    "makes the errors of both sides cancel?",
)
def _backward(f, x, e, h):
    return (f(x) - f(x - h * e)) / h


@_quotient(
    "a division by h where the points lie further apart",
    "A slope is the rise over the run. How far is it from the lower to the upper point?",
)
def _halved_run(f, x, e, h):
    return (f(x + h * e) - f(x - h * e)) / h


@_quotient(
    "a run of twice its length",
    "A slope is the rise over the run. How far is it from x to the one point beside it?",
)
def _doubled_run(f, x, e, h):
    return (f(x + h * e) - f(x)) / (2 * h)


@_quotient(
    "half of h to either side",
    "h is how far each of the two points is from x, not how far they are from each other.",
)
def _half_steps(f, x, e, h):
    return (f(x + h / 2 * e) - f(x - h / 2 * e)) / h


@_quotient(
    "the two points exchanged",
    "f(x) = x has the slope 1. What does yours say?",
)
def _exchanged(f, x, e, h):
    return (f(x - h * e) - f(x + h * e)) / (2 * h)


@_quotient(
    "a difference that is not divided",
    "A rise alone is no slope: it shrinks with h. Over which run does it happen?",
)
def _undivided(f, x, e, h):
    return f(x + h * e) - f(x - h * e)


@_quotient(
    "a division by 2 and a multiplication by h",
    "Python divides and multiplies from left to right. What does a / 2 * h mean?",
)
def _precedence(f, x, e, h):
    return (f(x + h * e) - f(x - h * e)) / 2 * h


@_quotient(
    "an h that is always the default",
    "Whoever calls the function may choose h. Which one do your points use?",
)
def _fixed_h(f, x, e, h):
    return (f(x + 1e-5 * e) - f(x - 1e-5 * e)) / 2e-5


@_quotient(
    "the absolute value of the slope",
    "A function may fall as well as rise. What tells the two apart in your result?",
)
def _unsigned(f, x, e, h):
    return abs(f(x + h * e) - f(x - h * e)) / (2 * h)


@_quotient(
    "all entries shifted at once",
    "A partial derivative moves one entry and holds the others. How many do you move?",
)
def _all_at_once(f, x, e, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def _in_place(f, x, h, *, back):
    """Shift the entries of x itself, one by one; `back` times h leads back after each."""
    found = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        found[i] = (above - f(x)) / (2 * h)
        x[i] += back * h
    return found


@numerical.wrong(
    "x left shifted",
    "The caller goes on with x after your call. Where is it then, and who brings it back?",
)
def _leaves_x_shifted(f, x, h=1e-5):
    whole = x.dtype.kind in "iu"
    return _in_place(f, np.array(x, dtype=float) if whole else x, h, back=0)


@numerical.wrong(
    "x shifted back too far",
    "Up by h, then down by 2h: what brings x back to where it was?",
)
def _returns_too_far(f, x, h=1e-5):
    whole = x.dtype.kind in "iu"
    return _in_place(f, np.array(x, dtype=float) if whole else x, h, back=2)


@numerical.wrong(
    "a copy that is left shifted from entry to entry",
    "When the second entry has its turn, where should the first one be?",
)
def _leaves_copy_shifted(f, x, h=1e-5):
    return _in_place(f, np.array(x, dtype=float), h, back=0)


@numerical.wrong(
    "integers that cannot take up h",
    "What becomes of 2 + 0.00001 in an array of integers?",
)
def _truncates(f, x, h=1e-5):
    return _in_place(f, x.copy(), h, back=1)


@numerical.wrong(
    "one difference for a whole row",
    "In a matrix, x[i] is a row. How many entries does your loop shift at a time?",
)
def _rows(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    found = np.zeros(x.shape)
    for i in range(len(x)):
        e = np.zeros(x.shape)
        e[i] = h
        found[i] = (f(x + e) - f(x - e)) / (2 * h)
    return found


@numerical.wrong(
    "a result that has lost the shape of x",
    "x may be a matrix, and so is its gradient then. Which shape has your result?",
)
def _flat(f, x, h=1e-5):
    return numerical.reference(f, x, h).ravel()


@numerical.wrong(
    "a default of h that is not 1e-5",
    "A longer h errs by the formula, a shorter one by rounding. Which h does the contract name?",
)
def _other_default(f, x, h=1e-4):
    return numerical.reference(f, x, h)


@_quotient(
    "an h in proportion to x",
    "h is how far the two points are from x, whatever x is. How far are yours?",
)
def _relative_h(f, x, e, h):
    far = h * max(1.0, float(np.abs(x * e).max()))
    return (f(x + far * e) - f(x - far * e)) / (2 * far)


@_quotient(
    "a formula of four points",
    "Four points are more exact, but the contract names a formula. How many points has it?",
)
def _four_points(f, x, e, h):
    near, far = f(x + h * e) - f(x - h * e), f(x + 2 * h * e) - f(x - 2 * h * e)
    return (8 * near - far) / (12 * h)
