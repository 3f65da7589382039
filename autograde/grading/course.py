"""The course on disk: where nbgrader's steps lie, and nbgrader itself, configured for it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import PyFileConfigLoader

from autograde.grading.errors import CourseError

CONFIG = "nbgrader_config.py"
#: What nbgrader's exchange writes beside a notebook and wants to find again beside its feedback.
SLIPS = ("timestamp.txt", "submission_secret.txt")


class Course:
    """A folder with an ``nbgrader_config.py``.

    Parameters
    ----------
    root : path
        The folder.

    Raises
    ------
    CourseError
        If it holds no configuration.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        if not (self.root / CONFIG).is_file():
            raise CourseError(f"{self.root} holds no {CONFIG}: run this in the course's folder")
        # nbgrader calls `alembic` by its name when it makes a gradebook.
        tools = str(Path(sys.executable).parent)
        if tools not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
        config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        self.directory = CourseDirectory(config=config)
        self.nbgrader = NbGraderAPI(self.directory, config=config)

    @property
    def secret(self) -> Path:
        """Return the path of the course's secret: see `course_secret`."""
        return self.root / "autograde" / "course_secret"

    def folder(self, step: str, assignment: str = "", student: str = ".") -> Path:
        """Return the folder of one of nbgrader's steps: ``folder("submitted", "adam", "s-1")``."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def assignments(self) -> list[str]:
        """Return the names of all assignments that have an instructor notebook."""
        return sorted(
            path.name
            for path in self.folder("source").iterdir()
            if (path / f"{path.name}.ipynb").is_file()
        )

    def students(self, assignment: str) -> list[str]:
        """Return the students with a folder for an assignment, hidden folders left out."""
        submitted = self.folder("submitted")
        if not submitted.is_dir():
            return []
        return sorted(
            path.name
            for path in submitted.iterdir()
            if not path.name.startswith(".") and (path / assignment).is_dir()
        )

    def notebook(self, step: str, assignment: str, student: str = ".") -> Path:
        """Return the path of an assignment's notebook at one of nbgrader's steps."""
        return self.folder(step, assignment, student) / f"{assignment}.ipynb"

    def copy_slips(self, step: str, target: str, assignment: str, student: str) -> None:
        """Copy what the exchange wrote, if anything, to a later step, as nbgrader does."""
        source, copy = (self.folder(s, assignment, student) for s in (step, target))
        for name in SLIPS:
            slip = source / name
            if slip.is_file() and not slip.is_symlink():
                copy.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(slip, copy / name)

    def require(self, assignment: str) -> None:
        """Make sure that there is such an assignment.

        Raises
        ------
        CourseError
            With the names of those there are.
        """
        if assignment not in self.assignments():
            known = ", ".join(self.assignments())
            raise CourseError(f"there is no assignment {assignment!r}; there are: {known}")

    def is_outdated(self, assignment: str) -> bool:
        """Tell whether an assignment's released notebook is missing, or older than its source."""
        source, released = (self.notebook(step, assignment) for step in ("source", "release"))
        return not released.is_file() or source.stat().st_mtime > released.stat().st_mtime

    def release(self, assignment: str) -> Path:
        """Let nbgrader write the released version of an assignment and enter it in the gradebook.

        Returns
        -------
        path
            The released notebook.

        Raises
        ------
        CourseError
            If there is no such assignment, or nbgrader reports an error.
        """
        self.require(assignment)
        result = self.nbgrader.generate_assignment(assignment, force=True)
        if not result["success"]:
            raise CourseError(f"{assignment} could not be released: {reason(result)}")
        return self.notebook("release", assignment)

    def gradebook(self) -> Gradebook:
        """Open the gradebook; use it in a ``with`` statement."""
        return Gradebook(self.directory.db_url, self.directory.course_id)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook that anybody may have written.

    Raises
    ------
    CourseError
        ``adam.ipynb is not a notebook: ...``
    """
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        others = sorted(other.name for other in path.parent.glob("*") if other.is_file())
        there = f"the folder holds {', '.join(others)}" if others else "the folder is empty"
        raise CourseError(f"{path.name} is missing; {there}") from None
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:120]
        raise CourseError(f"{path.name} is not a notebook: {first}") from error


def reason(result: dict) -> str:
    """Return the telling line of what an nbgrader command reported: the first exception's last."""
    text = "\n".join(result.get(part) or "" for part in ("log", "error"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit)\b", line)]
    return (raised or lines or ["nbgrader gave no reason"])[0]
