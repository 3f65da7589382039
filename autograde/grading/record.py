"""Recording grades: the gradebook, and the graded notebook beside it.

It writes what ``nbgrader autograde`` would, in one transaction a submission. (nbgrader opens the
gradebook nine times for each, which takes longer than all the rest.)
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError

from autograde.grading.course import Course, read_notebook
from autograde.grading.errors import CourseError
from autograde.grading.results import Result, result_of

#: The graded notebook's own word on what it was made from.
MARK = "autograde"
#: How long to wait for a gradebook that is locked or away, in seconds.
PATIENCE = 60.0
AWAY = (OperationalError, InterfaceError, PendingRollbackError)
#: What no waiting mends.
HOPELESS = ("full", "readonly", "read-only", "malformed", "password", "does not exist")


class Recorder:
    """Writes grades of one assignment; use it in a ``with`` statement.

    Parameters
    ----------
    course : Course
    assignment : str
        It must be in the gradebook.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.gradebook: Gradebook | None = None

    def __enter__(self) -> Recorder:
        """Open the gradebook."""
        self._retried(lambda: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the gradebook."""
        self._close()

    def knows_assignment(self) -> bool:
        """Tell whether the assignment is in the gradebook."""

        def known() -> bool:
            return any(a.name == self.assignment for a in self.gradebook.assignments)

        return self._retried(known)

    def is_done(self, student: str, fingerprint: str) -> bool:
        """Tell whether a submission with this fingerprint was graded and recorded."""
        try:
            path = self.course.notebook("autograded", self.assignment, student)
            mark = nbformat.read(path, as_version=4).metadata.get(MARK, {})
        except Exception:
            return False
        if mark.get("fingerprint") != fingerprint:
            return False
        return self._retried(lambda: self._find(student) is not None)

    def record(self, student: str, notebook: NotebookNode, fingerprint: str) -> None:
        """Write the grades of a submission, then its graded notebook.

        The notebook comes last and in one piece: whoever is interrupted in between grades the
        submission again, to the same grades.

        Raises
        ------
        CourseError
            If the gradebook cannot be written to. Nothing of the submission is recorded then.
        """
        notebook.metadata[MARK] = {"fingerprint": fingerprint}
        if self._retried(lambda: self._grade(student, notebook)):
            self._retried(lambda: self._penalize(student, notebook))
        self.course.copy_slips("submitted", "autograded", self.assignment, student)
        path = self.course.notebook("autograded", self.assignment, student)
        write_safely(path, nbformat.writes(notebook))

    def _grade(self, student: str, notebook: NotebookNode) -> bool:
        """Enter the grades; tell whether the submission was late."""
        gradebook = self.gradebook
        folder = self.course.folder("submitted", self.assignment, student)
        timestamp = self.course.directory.get_existing_timestamp(str(folder))
        gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        submission = gradebook.update_or_create_submission(self.assignment, student, **when)
        submitted = self._find(student)
        grades = {grade.name: grade for grade in submitted.grades}
        comments = {comment.name: comment for comment in submitted.comments}
        for cell in notebook.cells:
            if is_grade(cell):
                grade = grades[cell.metadata.nbgrader.grade_id]
                grade.auto_score, _ = determine_grade(cell)
                grade.needs_manual_grade = grade.manual_score is not None or (
                    grade.auto_score is None
                )
            if is_solution(cell) or is_task(cell):
                comment = comments[cell.metadata.nbgrader.grade_id]
                untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
                comment.auto_comment = "No response." if untouched and not is_task(cell) else None
        gradebook.db.commit()
        return submission.total_seconds_late > 0

    def _penalize(self, student: str, notebook: NotebookNode) -> None:
        """Let nbgrader's plugin for late submissions have its say."""
        where = {
            "notebook": self.assignment,
            "assignment": self.assignment,
            "student": student,
            "db_url": self.course.directory.db_url,
        }
        penalties = AssignLatePenalties(config=self.course.nbgrader.config)
        penalties.preprocess(notebook, {"nbgrader": where})

    def result(
        self, student: str, remarks: list[str], notebook: NotebookNode | None = None
    ) -> Result:
        """Return what a recorded submission came to.

        Parameters
        ----------
        student : str
        remarks : list of str
            What was odd about it.
        notebook : NotebookNode, optional
            The graded notebook; without it, it is read.
        """
        if notebook is None:
            notebook = read_notebook(self.course.notebook("autograded", self.assignment, student))

        def found() -> Result:
            submission = self.gradebook.find_submission(self.assignment, student)
            return result_of(submission, notebook, remarks)

        return self._retried(found)

    def with_scores(self, student: str, notebook: NotebookNode) -> tuple[NotebookNode, dict]:
        """Return a graded notebook with scores and comments in it, as feedback wants them.

        Returns
        -------
        notebook : NotebookNode
        total : dict
            ``score``, ``max_score`` and ``late_penalty``.
        """
        submitted = self._retried(lambda: self._find(student))
        grades = {grade.name: grade for grade in submitted.grades}
        comments = {comment.name: comment.comment for comment in submitted.comments}
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            name = marks.get("grade_id")
            if is_grade(cell) or is_task(cell):
                marks["score"], marks["points"] = grades[name].score, grades[name].max_score
            if is_solution(cell) or is_task(cell):
                marks["comment"] = comments[name]
        penalty = submitted.late_submission_penalty or 0
        total = {
            "score": submitted.score - penalty,
            "max_score": submitted.max_score,
            "late_penalty": penalty,
        }
        return notebook, total

    def _find(self, student: str) -> SubmittedNotebook | None:
        try:
            found = self.gradebook.find_submission_notebook
            return found(self.assignment, self.assignment, student)
        except MissingEntry:
            return None

    def _retried(self, action: Any) -> Any:
        """Do something with the gradebook; wait and try again while it is locked or away."""
        until = time.monotonic() + PATIENCE
        pause = 0.1
        while True:
            try:
                if self.gradebook is None:
                    self.gradebook = self.course.gradebook()
                return action()
            except AWAY as error:
                self._close()
                said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
                if time.monotonic() > until or any(word in said for word in HOPELESS):
                    raise CourseError(
                        f"the gradebook cannot be used: {said}. Nothing is lost: mend it, and run "
                        "the same command again"
                    ) from error
            time.sleep(pause)
            pause = min(2 * pause, 5.0)

    def _close(self) -> None:
        if self.gradebook is not None:
            try:
                self.gradebook.db.rollback()
                self.gradebook.close()
            except AWAY:
                pass  # it is gone
            self.gradebook = None


def write_safely(path: Path, text: str) -> None:
    """Write a file in one piece: whoever reads it sees the old one or the new one.

    Raises
    ------
    CourseError
        If the disk is full, or the folder not writable.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(draft, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(
            f"{path.name} cannot be written: {error.strerror}. Nothing is lost: make room, and run "
            "the same command again"
        ) from error
