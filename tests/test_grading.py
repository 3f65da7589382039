"""A whole class through nbgrader: a real gradebook, real kernels, real feedback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAME = "early-stopping"
ODD = "stüdent 7 {x} 'q' $HOME"
BRACKETS = "student-[24]"


def run(root: Path, *command: str) -> subprocess.CompletedProcess:
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": tools, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def autograde(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    return run(root, sys.executable, "-m", "autograde", *arguments)


def scores(root: Path) -> dict[str, float]:
    from autograde.grading.course import Course

    with Course(root).gradebook() as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(NAME)}


def new_course(root: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for folder in ("solutions", "book/exercises"):
        shutil.copytree(ROOT / folder / NAME, root / folder / NAME)
    (root / "autograde").mkdir()
    return root


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """Make a course in which a sample class and some broken submissions have been handed in."""
    root = new_course(tmp_path_factory.mktemp("course"))
    assert autograde(root, "release").returncode == 0
    assert autograde(root, "sample", NAME).returncode == 0
    submitted = root / "autograde" / "submitted"
    for unneeded in ("student-04", "student-05"):
        shutil.rmtree(submitted / unneeded)
    shutil.copytree(submitted / "student-01", submitted / ODD)
    shutil.copytree(submitted / "student-01", submitted / BRACKETS)
    for broken, text in [("student-20", "no notebook"), ("student-21", '{"cells": 1}')]:
        (submitted / broken / NAME).mkdir(parents=True)
        (submitted / broken / NAME / f"{NAME}.ipynb").write_text(text)
    (submitted / "student-22" / NAME).mkdir(parents=True)
    (submitted / "student-22" / NAME / "Untitled.ipynb").write_text("{}")
    without = json.loads((submitted / "student-01" / NAME / f"{NAME}.ipynb").read_text())
    without["cells"] = [c for c in without["cells"] if c["id"] not in (NAME, "check-patience")]
    (submitted / "student-23" / NAME).mkdir(parents=True)
    (submitted / "student-23" / NAME / f"{NAME}.ipynb").write_text(json.dumps(without))
    return root


@pytest.fixture(scope="module")
def graded(course) -> subprocess.CompletedProcess:
    return autograde(course, "grade", NAME)


def row(graded, student: str) -> str:
    return next(line for line in graded.stdout.splitlines() if student in line)


def test_every_student_has_a_row_with_score_and_reason(graded):
    assert "15 / 15" in row(graded, "student-01")
    assert "0 / 15" in row(graded, "student-02")
    assert "an equal metric taken for a better one" in row(graded, "student-03")
    assert "stopping one epoch late" in row(graded, "student-06")
    assert "AttributeError" in row(graded, "student-07")
    assert "15 / 15" in row(graded, "student-08")


def test_a_broken_submission_stops_no_other_and_says_why(graded):
    assert graded.returncode == 1
    for student in ("student-20", "student-21"):
        assert "not graded" in row(graded, student)
        assert "is not a notebook" in row(graded, student)
    assert "early-stopping.ipynb is missing; the folder holds Untitled.ipynb" in row(
        graded, "student-22"
    )


def test_a_folder_with_odd_characters_is_graded_like_any_other(graded):
    assert "15 / 15" in row(graded, ODD)


def test_a_folder_that_nbgrader_would_take_for_a_pattern_is_refused_with_the_remedy(graded):
    assert "rename" in row(graded, BRACKETS)
    assert "not graded" in row(graded, BRACKETS)


def test_a_missing_answer_cell_is_reported_and_scores_nothing(graded):
    assert "0 / 15" in row(graded, "student-23")
    assert "answer cell 'early-stopping' is missing" in row(graded, "student-23")


def test_nothing_is_lost_of_what_was_handed_in(graded, course):
    broken = course / "autograde" / "submitted" / "student-20" / NAME / f"{NAME}.ipynb"
    assert broken.read_text() == "no notebook"


def test_the_report_shows_the_class_at_a_glance(graded, course):
    result = autograde(course, "report", NAME)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "student-03" in row(result, "an equal metric taken for a better one")
    assert "100%" not in row(result, "check-patience")
    assert "not graded: student-20" in result.stdout
    page = (course / "autograde" / "reports" / f"{NAME}.html").read_text()
    assert "stüdent 7 {x} &#39;q&#39; $HOME" in page
    assert "<svg" in page and "http" not in page.partition("</svg>")[2]


def test_feedback_names_the_mistake_and_holds_no_solution(graded, course):
    page = course / "autograde" / "feedback" / "student-03" / NAME / f"{NAME}.html"
    text = page.read_text()
    assert "an equal metric taken for a better one" in text
    assert "BEGIN SOLUTION" not in text


def test_plain_nbgrader_gives_the_same_scores(graded, course, tmp_path):
    root = new_course(tmp_path)
    chosen = ["student-03", "student-08", "student-23"]
    for student in chosen:
        shutil.copytree(
            course / "autograde" / "submitted" / student, root / "autograde/submitted" / student
        )
    assert run(root, "nbgrader", "generate_assignment", NAME, "--force").returncode == 0
    stock = run(root, "nbgrader", "autograde", NAME)
    assert stock.returncode == 0, stock.stderr
    expected = scores(course)
    assert scores(root) == {student: expected[student] for student in chosen}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "adma"], "there is no assignment 'adma'; there are: early-stopping"),
        (["grade", NAME, "--student", "student-99"], "no submission of early-stopping by student"),
        (["grade", NAME, "--root", "/"], "holds no nbgrader_config.py"),
        (["report", "nothing"], "there is no assignment 'nothing'"),
        (["release", "nothing"], "there is no assignment 'nothing'"),
        (["sample", "nothing"], "there is no assignment 'nothing'"),
    ],
)
def test_bad_input_is_met_with_a_clear_error(course, arguments, said):
    result = autograde(course, *arguments)
    assert result.returncode == 2
    assert said in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_grading_nobody_says_where_notebooks_belong(tmp_path):
    result = autograde(new_course(tmp_path), "grade", NAME)
    assert result.returncode == 2
    assert "autograde/submitted/STUDENT/early-stopping/early-stopping.ipynb" in result.stdout


def test_the_doctor_finds_this_environment_healthy(course):
    result = autograde(course, "doctor")
    assert result.returncode == 0, result.stdout
    assert "broken" not in result.stdout


def test_the_doctor_says_what_to_do_outside_of_a_course(tmp_path):
    result = autograde(tmp_path, "doctor")
    assert result.returncode == 1
    assert "→ run this in the folder of nbgrader_config.py" in result.stdout
