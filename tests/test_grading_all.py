"""Of every exercise, the instructor's solution gets all points when it is graded, a blank none."""

import nbformat
import pytest
from classes import autograde, grades, hand_in, new_course

from autograde.entry import exercises
from autograde.grading.course import Course, read_notebook
from autograde.grading.sample import MARKERS
from autograde.grading.sanitize import grade_id, is_answer


def solved(source, released: str) -> str:
    """Return the released notebook with the answers of the instructor's."""
    answers = {grade_id(c): MARKERS.sub("", c.source) for c in source.cells if is_answer(c)}
    notebook = nbformat.reads(released, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return nbformat.writes(notebook)


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_the_solution_gets_all_points_and_a_blank_none(name, tmp_path):
    root = new_course(tmp_path, name)
    assert autograde(root, "release").returncode == 0
    source = read_notebook(Course(root).notebook("source", name))
    released = Course(root).notebook("release", name).read_text(encoding="utf-8")
    hand_in(root, "blank", name, released)
    hand_in(root, "solution", name, solved(source, released))
    told = autograde(root, "grade", name, "--jobs", "1", "--no-feedback")
    earned, worth = grades(root, name), points(source)
    assert len(worth) > 3, "an exercise has several checks"
    for student, expected in {"solution": worth, "blank": dict.fromkeys(worth, 0)}.items():
        found = {check: earned[student][check] for check in worth}
        assert found == expected, told.stdout + told.stderr


def points(source) -> dict[str, float]:
    """Return what each check of a notebook is worth; what a person grades is left out."""
    told = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    checks = [cell for cell in told if cell.get("grade") and not cell.get("solution")]
    return {cell["grade_id"]: cell["points"] for cell in checks}
