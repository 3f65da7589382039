"""Scores and reports: what waits for a hand is not lost, and a stub is no mistake of many names."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from rich.console import Console

from autograde.grading.report import Report, _by_check, _by_mistake
from autograde.grading.report_page import report_page
from autograde.grading.results import UNWRITTEN, Result, findings, points_waiting
from autograde.grading.tables import report_tables, score_table


def shown(*tables) -> str:
    console = Console(width=120, record=True, file=io.StringIO())
    for table in tables:
        console.print(table)
    return console.export_text()


def grade(points: float, auto: float | None, manual: float | None = None) -> SimpleNamespace:
    return SimpleNamespace(max_score=points, auto_score=auto, manual_score=manual)


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ([grade(3, 3.0), grade(2, None)], 2),
        ([grade(3, 0.0), grade(2, None, 1.0)], 0),
        ([grade(2, 0.0)], 0),
        ([grade(2, None), grade(1, None)], 3),
    ],
)
def test_points_wait_until_a_check_or_a_person_has_decided(grades, expected):
    submission = SimpleNamespace(notebooks=[SimpleNamespace(grades=grades)])
    assert points_waiting(submission) == expected


@pytest.mark.parametrize(
    ("waiting", "said"),
    [(0.0, "12 / 15 "), (3.0, "12 / 15, 3 wait for you"), (1.0, "12 / 15, 1 waits for you")],
)
def test_a_score_says_what_waits(waiting, said):
    assert said in shown(score_table("adam", [Result("ada", 12, 15, waiting=waiting)]))


def notebook(*messages: str):
    return new_notebook(
        cells=[
            new_code_cell(
                "check()",
                metadata={"nbgrader": {"grade": True, "solution": False, "grade_id": f"c{k}"}},
                outputs=[new_output("error", ename="NotRight", evalue=text, traceback=[])],
            )
            for k, text in enumerate(messages)
        ]
    )


def test_what_is_not_written_yet_is_one_line_whatever_the_answer_is_called():
    blank = notebook(
        "adam/epsilon: not right yet.\nAdam is not written yet.",
        "adam/rmsprop-steps: not right yet.\nRMSprop is not written yet.",
        "adam/hyperparameters: not right yet.\nAdam(params, lr=-1): this is not written yet",
    )
    found = findings(blank)
    assert [f.mistake for f in found] == [UNWRITTEN] * 3
    assert Result("ada", 0, 15, found).mistakes == [UNWRITTEN]
    made = [(student, f.mistake, f.named) for student in ("ada", "bob") for f in found]
    assert _by_mistake(made).to_dict("records") == [
        {"mistake": UNWRITTEN, "named": False, "students": 2, "who": "ada, bob"}
    ]


def test_a_report_counts_what_waits_neither_as_earned_nor_as_lost():
    checks = _by_check(
        [
            ("patience", 3, 3, False),
            ("patience", 3, 0, False),
            ("essay", 2, 0, True),
            ("essay", 2, 2, False),
            ("drawing", 1, 0, True),
            ("drawing", 1, 0, True),
        ]
    )
    assert checks.share.tolist()[:2] == [0.5, 1.0] and np.isnan(checks.share["drawing"])
    assert checks.waiting.tolist() == [0, 1, 2]
    report = Report(
        "adam",
        6.0,
        pd.Series({"ada": 5.0, "bob": 0.0}),
        checks,
        _by_mistake([]),
        [],
        pd.Series({"ada": 1.0, "bob": 3.0}),
    )
    text = shown(*report_tables(report))
    assert "100%, 1 wait" in text and "2 wait" in text and "up to 3 points wait for you" in text
    page = report_page(report)
    assert "100%, 1 wait" in page and "nan" not in page
    assert "In 2 of them, points wait for you." in page
