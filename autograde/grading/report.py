"""A class at a glance: how the scores spread, which checks cost points, which mistakes recur."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from autograde.grading.course import Course, CourseError, read_notebook
from autograde.grading.results import findings, points_waiting, waits


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
        A row for each check: ``points`` that it is worth, the ``share`` of them, in [0, 1], that
        students got, and how many students are ``waiting`` for somebody to decide. They count for
        no share, which is NaN where all wait.
    mistakes : pandas.DataFrame
        A row for each mistake, the most frequent first: its name, whether it is one of the bank's
        (``named``), how many ``students`` made it, and ``who``.
    waiting : list of str
        Students who have handed in and are not graded.
    by_hand : pandas.Series
        Points of each graded student that wait to be given by hand.
    """

    assignment: str
    max_score: float
    scores: pd.Series
    checks: pd.DataFrame
    mistakes: pd.DataFrame
    waiting: list[str]
    by_hand: pd.Series


def class_report(course: Course, assignment: str) -> Report:
    """Collect the report of an assignment from the gradebook and the autograded notebooks.

    Raises
    ------
    CourseError
        If there is no such assignment, or nothing of it has been graded.
    """
    course.require(assignment)
    scores, by_hand, rows, made, max_score = {}, {}, [], [], 0.0
    with course.gradebook() as gradebook:
        known = any(a.name == assignment for a in gradebook.assignments)
        submissions = gradebook.assignment_submissions(assignment) if known else []
        for submission in submissions:
            student = submission.student.id
            if not course.notebook("autograded", assignment, student).is_file():
                continue
            scores[student], by_hand[student] = submission.score, points_waiting(submission)
            for notebook in submission.notebooks:
                rows += [(g.name, g.max_score, g.score or 0, waits(g)) for g in notebook.grades]
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
        pd.Series(by_hand, name="by hand").sort_index(),
    )


def _findings(course: Course, assignment: str, student: str):
    return findings(read_notebook(course.notebook("autograded", assignment, student)))


def _by_check(rows: list[tuple[str, float, float, bool]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["check", "points", "score", "waits"])
    table = table[table.points > 0]  # a question may be worth nothing, and its answer something
    table = table.assign(share=(table.score / table.points).mask(table.waits))
    return table.groupby("check", sort=False).agg(
        points=("points", "max"), share=("share", "mean"), waiting=("waits", "sum")
    )


def _by_mistake(made: list[tuple[str, str, bool]]) -> pd.DataFrame:
    table = pd.DataFrame(made, columns=["student", "mistake", "named"]).drop_duplicates()
    grouped = table.groupby(["mistake", "named"], as_index=False).agg(
        students=("student", "size"), who=("student", lambda s: ", ".join(sorted(s)))
    )
    return grouped.sort_values(
        ["named", "students", "mistake"], ascending=[False, False, True], ignore_index=True
    )
