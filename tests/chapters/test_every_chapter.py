"""What holds for every chapter: claims, equations, figures, exercises, clean metadata."""

import ast
from pathlib import Path

import folded
import nbformat
import prose
import pytest

EQUATION_TESTS = Path(__file__).parent.parent / "equations"


@pytest.fixture(params=prose.CHAPTERS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path) -> nbformat.NotebookNode:
    return prose.chapter(path.stem)


def test_a_notebook_is_valid_and_remembers_no_run(notebook):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.display_name == "Python 3"
    assert not [cell.id for cell in notebook.cells if "execution" in cell.metadata]


def test_cells_are_run_in_order_without_a_word_to_stderr(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    streams = [output.get("name") for cell in cells for output in cell.outputs]
    assert "stderr" not in streams
    assert not [cell.id for cell in cells for output in cell.outputs if output.get("ename")]


def test_numbers_of_the_prose_are_those_that_were_printed(notebook):
    assert len(prose.claims(notebook)) >= 5
    assert prose.unsupported(notebook) == []


def test_every_displayed_equation_has_a_label_and_a_test(path, notebook):
    labels = prose.equations(notebook)
    assert labels, "a chapter without an equation"
    assert all(labels), f"an equation without a label, after {labels[: labels.index('') + 1]}"
    assert len(set(labels)) == len(labels)
    tests = EQUATION_TESTS / f"test_{path.stem.replace('-', '_')}.py"
    names = [node.name for node in ast.parse(tests.read_text()).body if hasattr(node, "name")]
    for label in labels:
        assert any(label.replace("-", "_") in name for name in names), f"no test of {label}"


def test_every_figure_has_alternative_text(notebook):
    for cell in notebook.cells:
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) > 40, f"the figure of {cell.id} has no alternative text"


def test_it_is_as_long_as_a_chapter(notebook):
    assert 1500 <= prose.words(notebook) <= 3500


def test_it_has_four_to_six_open_exercises_with_solutions(notebook):
    solutions = folded.solutions(notebook)
    assert 4 <= len(solutions) <= 6
    assert all(any(block.kind == "python" for block in blocks) for blocks in solutions.values())


def test_folded_solutions_run(notebook):
    for blocks in folded.solutions(notebook).values():
        folded.run(notebook, blocks)
