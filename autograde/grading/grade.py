"""Grading a class: every submission on its own, so that none stops the others."""

from __future__ import annotations

import glob
from collections.abc import Iterator

from autograde.grading.course import Course, CourseError, read_notebook, reason
from autograde.grading.results import Result, read_result
from autograde.grading.sanitize import sanitize


def grade_class(course: Course, assignment: str, students: list[str]) -> Iterator[Result]:
    """Grade submissions one after the other and write their feedback.

    Parameters
    ----------
    course : Course
    assignment : str
    students : list of str
        Whose submissions to grade.

    Yields
    ------
    Result
        As soon as a submission is done; one that cannot be graded has an `error`.

    Raises
    ------
    CourseError
        If there is no such assignment.
    """
    course.require(assignment)
    course.release(assignment)
    for student in students:
        try:
            yield grade_one(course, assignment, student)
        except CourseError as error:
            yield Result(student, error=str(error))


def grade_one(course: Course, assignment: str, student: str) -> Result:
    """Grade one submission with nbgrader's own converters and write its feedback.

    Raises
    ------
    CourseError
        If it cannot be graded: nothing of it is then in the autograded folder, and it counts as
        waiting in every report.
    """
    if student != student.strip() or student != glob.escape(student):
        raise CourseError(
            "rename the student's folder: nbgrader stumbles over *, ?, [ and spaces at the ends"
        )
    submitted = read_notebook(course.notebook("submitted", assignment, student))
    released = read_notebook(course.notebook("release", assignment))
    _, remarks = sanitize(submitted, released)
    for step in (course.nbgrader.autograde, course.nbgrader.generate_feedback):
        result = step(assignment, student, force=True)
        if not result["success"]:
            raise CourseError(reason(result))
    return read_result(course, assignment, student, remarks)
