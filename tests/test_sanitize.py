"""What comes back from a student is rebuilt before anything runs."""

import copy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograde.grading.course import read_notebook
from autograde.grading.sanitize import MISSING, grade_id, sanitize

RELEASED = Path(__file__).parents[1] / "book" / "exercises" / "adam" / "adam.ipynb"


@pytest.fixture
def released():
    return read_notebook(RELEASED)


@pytest.fixture
def submitted(released):
    return copy.deepcopy(released)


def cell(notebook, name):
    return next(c for c in notebook.cells if grade_id(c) == name)


def test_an_untouched_notebook_stays_as_it_is(submitted, released):
    assert sanitize(submitted, released) == (released, [])


def test_an_answer_is_taken_over(submitted, released):
    cell(submitted, "adam").source = "class Adam: ..."
    result, remarks = sanitize(submitted, released)
    assert cell(result, "adam").source == "class Adam: ..."
    assert not remarks


def test_a_locked_cell_is_restored(submitted, released):
    cell(submitted, "check-moments").source = "pass"
    cell(submitted, "setup").source = "check = print"
    result, _ = sanitize(submitted, released)
    assert result == released


def test_metadata_and_tags_do_not_come_along(submitted, released):
    for c in submitted.cells:
        c.metadata["tags"] = ["skip-execution", "raises-exception"]
        c.metadata["nbgrader"]["points"] = 100
    submitted.metadata["kernelspec"] = {"name": "bash"}
    assert sanitize(submitted, released)[0] == released


def test_an_added_cell_stays_where_it_was_without_its_metadata(submitted, released):
    at = submitted.cells.index(cell(submitted, "adam"))
    extra = new_code_cell("x = 1", metadata={"tags": ["skip-execution"]})
    submitted.cells.insert(at + 1, extra)
    submitted.cells.insert(0, new_markdown_cell("my notes"))
    result, remarks = sanitize(submitted, released)
    assert result.cells[0].source == "my notes"
    added = result.cells[result.cells.index(cell(result, "adam")) + 1]
    assert (added.source, dict(added.metadata)) == ("x = 1", {})
    assert not remarks


def test_a_missing_answer_is_remarked_and_the_checks_stay(submitted, released):
    submitted.cells = [c for c in submitted.cells if grade_id(c) != "adam"]
    result, remarks = sanitize(submitted, released)
    assert remarks == ["answer cell 'adam' is missing"]
    assert cell(result, "adam").source == MISSING
    assert cell(result, "check-moments")


def test_deleted_and_shuffled_checks_are_put_back(submitted, released):
    kept = [c for c in submitted.cells if not (grade_id(c) or "").startswith("check-")]
    submitted.cells = kept[::-1]
    assert sanitize(submitted, released)[0] == released


def test_the_second_part_of_a_split_answer_stays_behind_the_first(submitted, released):
    again = copy.deepcopy(cell(submitted, "adam"))
    again.source = "class Adam: 'second'"
    submitted.cells.append(again)
    result, remarks = sanitize(submitted, released)
    at = result.cells.index(cell(result, "adam"))
    assert result.cells[at].source == cell(released, "adam").source
    assert result.cells[at + 1].source == "class Adam: 'second'"
    assert dict(result.cells[at + 1].metadata) == {}
    assert remarks == ["answer cell 'adam' stands there twice"]


def test_a_duplicated_check_counts_once(submitted, released):
    submitted.cells.append(copy.deepcopy(cell(submitted, "check-moments")))
    assert sanitize(submitted, released)[0] == released


def test_strange_metadata_does_no_harm(submitted, released):
    submitted.cells[3].metadata["nbgrader"] = "yes"
    submitted.cells[4].metadata["nbgrader"] = {"grade_id": ["adam"]}
    result, _ = sanitize(submitted, released)
    assert [grade_id(c) for c in result.cells if grade_id(c)] == [
        grade_id(c) for c in released.cells
    ]
