"""The sample class: students who hand in answers of all kinds, to see the grading at work.

A file ``sample_class/EXERCISE/STUDENT.py`` begins with a docstring that says what the student
did; each of its ``# %% NAME`` sections replaces the answer cell of that name. Answers without a
section are the instructor's; the word ``untouched`` in the docstring's first line leaves the
released notebook as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograde.grading.course import Course, read_notebook
from autograde.grading.sanitize import grade_id, is_answer

FOLDER = Path(__file__).parents[1] / "sample_class"
MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", flags=re.MULTILINE)


def hand_in(course: Course, assignment: str) -> Iterator[tuple[str, str]]:
    """Write the submissions of the sample class.

    Parameters
    ----------
    course : Course
    assignment : str

    Yields
    ------
    student, what : str
        Who handed in, and what.

    Raises
    ------
    CourseError
        If there is no such assignment.
    """
    course.require(assignment)
    solved = read_notebook(course.notebook("source", assignment))
    answers = {grade_id(c): MARKERS.sub("", c.source) for c in solved.cells if is_answer(c)}
    for file in sorted((FOLDER / assignment.replace("-", "_")).glob("*.py")):
        what = (ast.get_docstring(ast.parse(file.read_text())) or "").splitlines()[0]
        notebook = read_notebook(course.notebook("release", assignment))
        own = {} if "untouched" in what else {**answers, **sections(file.read_text())}
        for cell in notebook.cells:
            cell.source = own.get(grade_id(cell), cell.source)
        path = course.notebook("submitted", assignment, file.stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        yield file.stem, what


def sections(text: str) -> dict[str, str]:
    """Return the ``# %% NAME`` sections of a file by their names.

    Examples
    --------
    >>> sections("# %% adam" + chr(10) + "x = 1")
    {'adam': 'x = 1'}
    """
    parts = re.split(r"^# %% (\S+)\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
