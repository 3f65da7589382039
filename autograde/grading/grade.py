"""Grading a class: take in, execute, judge, record; no submission stops another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import nbformat

from autograde.grading.course import Course, read_notebook
from autograde.grading.errors import CourseError
from autograde.grading.execution import Execution
from autograde.grading.feedback import Page, write_page
from autograde.grading.intake import Intake, Submission
from autograde.grading.orders import Order, carry_out
from autograde.grading.record import Recorder, write_safely
from autograde.grading.results import Result
from autograde.grading.seeds import course_secret, submission_seed
from autograde.grading.verdicts import graded
from autograde.grading.workers import Workers
from autograde.sandbox.launch import SandboxError
from autograde.sandbox.limits import Limits


@dataclass
class Grading:
    """The grading of one assignment.

    Parameters
    ----------
    course : Course
    assignment : str
    workers : Workers
        Who executes.
    limits : Limits
        Of each submission.
    confined : bool
        Whether to use the sandbox.
    force : bool
        Whether to grade again what is graded and unchanged.

    Raises
    ------
    CourseError
        If there is no such assignment, or if it cannot be released.
    """

    course: Course
    assignment: str
    workers: Workers
    limits: Limits = field(default_factory=Limits)
    confined: bool = True
    force: bool = False

    def __post_init__(self) -> None:
        self.course.require(self.assignment)
        with Recorder(self.course, self.assignment) as recorder:
            ready = recorder.knows_assignment() and not self.course.is_outdated(self.assignment)
        if not ready:
            self.course.release(self.assignment)
        self.secret = course_secret(self.course.secret)
        self.intake = Intake(self.course, self.assignment)

    def grade(self, students: list[str]) -> Iterator[Result]:
        """Grade submissions.

        Yields
        ------
        Result
            As soon as a submission is done; one that cannot be graded has an `error`.

        Raises
        ------
        CourseError
            If nothing more can be recorded.
        """
        taken: dict[str, Submission] = {}
        known: list[Result] = []
        with Recorder(self.course, self.assignment) as recorder:

            def orders() -> Iterator[tuple[str, Order]]:
                for student in students:
                    try:
                        submission = self.intake.take(student)
                    except Exception as error:
                        known.append(Result(student, error=_reason(error)))
                        continue
                    if not self.force and recorder.is_done(student, submission.fingerprint):
                        known.append(recorder.result(student, submission.remarks))
                        continue
                    taken[student] = submission
                    yield student, self._order(submission)

            for student, execution in self.workers.spread(carry_out, orders()):
                submission = taken.pop(student)
                yield self._result(submission, execution, recorder)
                while known:
                    yield known.pop()
            yield from known

    def write_feedback(self, students: list[str]) -> Iterator[str]:
        """Write the feedback pages that are missing or older than the grades, and yield whose."""
        config = self.course.nbgrader.config.get("HTMLExporter", {})
        with Recorder(self.course, self.assignment) as recorder:

            def pages() -> Iterator[tuple[str, Page]]:
                for student in students:
                    path = self.course.notebook("autograded", self.assignment, student)
                    if not path.is_file() or self._has_feedback(student):
                        continue
                    notebook, total = recorder.with_scores(student, read_notebook(path))
                    text = nbformat.writes(notebook)
                    yield student, Page(student, self.assignment, text, total, json.dumps(config))

            for student, page in self.workers.spread(write_page, pages()):
                if isinstance(page, Exception):
                    raise CourseError(f"the feedback of {student} cannot be written: {page}")
                write_safely(self._page(student), page)
                self.course.copy_slips("autograded", "feedback", self.assignment, student)
                yield student

    def _order(self, submission: Submission) -> Order:
        notebook = nbformat.writes(submission.notebook)
        seed = submission_seed(self.secret, self.assignment, submission.student)
        return Order(self.assignment, notebook, seed, self.limits, self.confined)

    def _result(
        self, submission: Submission, execution: Execution | Exception, recorder: Recorder
    ) -> Result:
        """Judge and record; what goes wrong with one submission is its own result."""
        if isinstance(execution, Exception):
            return Result(submission.student, error=_reason(execution))
        try:
            return self._judge(submission, execution, recorder)
        except CourseError:
            raise  # nothing more can be recorded
        except Exception as error:
            return Result(submission.student, error=_reason(error))

    def _judge(self, submission: Submission, execution: Execution, recorder: Recorder) -> Result:
        seed = submission_seed(self.secret, self.assignment, submission.student)
        notebook = graded(submission.notebook, execution, self.assignment, seed)
        recorder.record(submission.student, notebook, submission.fingerprint)
        self._page(submission.student).unlink(missing_ok=True)
        remarks = [*submission.remarks, *execution.lost.values()]
        return recorder.result(submission.student, remarks, notebook)

    def _page(self, student: str):
        return self.course.notebook("feedback", self.assignment, student).with_suffix(".html")

    def _has_feedback(self, student: str) -> bool:
        made = self.course.notebook("autograded", self.assignment, student).stat().st_mtime
        page = self._page(student)
        return page.is_file() and page.stat().st_mtime >= made


def _reason(error: Exception) -> str:
    if isinstance(error, CourseError | SandboxError):
        return str(error)
    return f"{type(error).__name__}: {error}"[:200]
