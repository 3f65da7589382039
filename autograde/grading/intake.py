"""Taking in what was handed in: read with care, rebuilt, and known by its fingerprint."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograde.grading.course import Course, read_notebook
from autograde.grading.errors import CourseError
from autograde.grading.sanitize import sanitize

#: The largest notebook that is read, in bytes, and its most cells.
MAX_BYTES = 20 << 20
MAX_CELLS = 2000


@dataclass(frozen=True)
class Submission:
    """One student's notebook, ready to be executed.

    Parameters
    ----------
    student : str
    notebook : NotebookNode
        What `sanitize` made of it.
    remarks : list of str
        What was odd about it.
    fingerprint : str
        The same for the same notebook, released notebook and exercise, and for no other.
    """

    student: str
    notebook: NotebookNode
    remarks: list[str]
    fingerprint: str


class Intake:
    """Takes in the submissions of one assignment.

    Parameters
    ----------
    course : Course
    assignment : str
        Its released notebook must be there.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        path = course.notebook("release", assignment)
        self.released = read_notebook(path)
        self._common = hashlib.sha256(path.read_bytes() + _exercise(assignment))

    def take(self, student: str) -> Submission:
        """Read and rebuild a submission.

        Raises
        ------
        CourseError
            If it cannot be graded.
        """
        if student != student.strip() or student != glob.escape(student):
            raise CourseError(
                "rename the student's folder: nbgrader stumbles over *, ?, [ and spaces at the ends"
            )
        path = self.course.notebook("submitted", self.assignment, student)
        self._refuse_links(path)
        submitted = read_notebook(path)
        if len(submitted.cells) > MAX_CELLS:
            raise CourseError(f"{path.name} has {len(submitted.cells)} cells; {MAX_CELLS} may be")
        notebook, remarks = sanitize(submitted, self.released)
        known = self._common.copy()
        known.update(nbformat.writes(notebook).encode(errors="replace"))
        return Submission(student, notebook, remarks, known.hexdigest())

    def _refuse_links(self, path: Path) -> None:
        """Make sure that it is the student's own file, of a size that can be read."""
        for part in (path, path.parent, path.parent.parent):
            if part.is_symlink():
                raise CourseError(f"{part.name} is a link to somewhere else; hand in a real file")
        try:
            found = os.stat(path, follow_symlinks=False)
        except FileNotFoundError:
            return  # whoever reads it says more
        if not stat.S_ISREG(found.st_mode):
            raise CourseError(f"{path.name} is no file")
        if found.st_size > MAX_BYTES:
            raise CourseError(
                f"{path.name} has {found.st_size >> 20} MB; {MAX_BYTES >> 20} MB may be: clear its "
                "outputs"
            )


def _exercise(assignment: str) -> bytes:
    """Return what the checks of an exercise are made of: other checks, another fingerprint."""
    home = Path(__file__).parents[1]
    folders = [home / "check", home / "exercises" / assignment.replace("-", "_")]
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    files += sorted((home / "exercises").glob("*.py"))
    return json.dumps(
        [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    ).encode()
