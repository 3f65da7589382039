"""A class at a glance: how the scores spread, which checks cost points, which mistakes recur."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from autograde.grading.course import Course, CourseError, read_notebook
from autograde.grading.results import findings


@dataclass(frozen=True)
class Report:
    """What the graded submissions of one assignment have in common.

    Parameters
    ----------
    assignment : str
    max_score : float
        Points of the assignment.
    scores : pandas.Series
        Points of each graded student.
    checks : pandas.DataFrame
        A row for each check: ``points`` that it is worth, and the ``share`` of students, in
        [0, 1], who got them.
    mistakes : pandas.DataFrame
        A row for each mistake, the most frequent first: its name, whether it is one of the bank's
        (``named``), how many ``students`` made it, and ``who``.
    waiting : list of str
        Students who have handed in and are not graded.
    """

    assignment: str
    max_score: float
    scores: pd.Series
    checks: pd.DataFrame
    mistakes: pd.DataFrame
    waiting: list[str]


def class_report(course: Course, assignment: str) -> Report:
    """Collect the report of an assignment from the gradebook and the autograded notebooks.

    Raises
    ------
    CourseError
        If there is no such assignment, or nothing of it has been graded.
    """
    course.require(assignment)
    scores, rows, made, max_score = {}, [], [], 0.0
    with course.gradebook() as gradebook:
        known = any(a.name == assignment for a in gradebook.assignments)
        submissions = gradebook.assignment_submissions(assignment) if known else []
        for submission in submissions:
            student = submission.student.id
            if not course.notebook("autograded", assignment, student).is_file():
                continue
            scores[student] = submission.score
            for notebook in submission.notebooks:
                rows += [(g.name, g.max_score, g.score or 0) for g in notebook.grades]
            made += [(student, f.mistake, f.named) for f in _findings(course, assignment, student)]
            max_score = submission.max_score
    if not scores:
        raise CourseError(f"nothing of {assignment} is graded yet: python -m autograde grade it")
    return Report(
        assignment,
        max_score,
        pd.Series(scores, name="score").sort_index(),
        _by_check(rows),
        _by_mistake(made),
        [s for s in course.students(assignment) if s not in scores],
    )


def _findings(course: Course, assignment: str, student: str):
    return findings(read_notebook(course.notebook("autograded", assignment, student)))


def _by_check(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["check", "points", "score"])
    table = table[table.points > 0]  # a question may be worth nothing, and its answer something
    table = table.assign(share=table.score / table.points)
    return table.groupby("check", sort=False).agg(points=("points", "max"), share=("share", "mean"))


def _by_mistake(made: list[tuple[str, str, bool]]) -> pd.DataFrame:
    table = pd.DataFrame(made, columns=["student", "mistake", "named"]).drop_duplicates()
    grouped = table.groupby(["mistake", "named"], as_index=False).agg(
        students=("student", "size"), who=("student", lambda s: ", ".join(sorted(s)))
    )
    return grouped.sort_values(
        ["named", "students", "mistake"], ascending=[False, False, True], ignore_index=True
    )
