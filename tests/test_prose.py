"""The readers of chapters see what is wrong."""

import folded
import nbformat
import prose
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def notebook(*markdown: str, text: str = "") -> nbformat.NotebookNode:
    """Make a notebook with these cells, and one named ``rates`` that has printed a text."""
    outputs = [new_output("stream", name="stdout", text=text)]
    rates = new_code_cell("import numpy as np", id="rates", outputs=outputs)
    cells = [new_markdown_cell(source, id=f"text-{i}") for i, source in enumerate(markdown)]
    return new_notebook(cells=[rates, *cells])


@pytest.mark.parametrize(
    "claim", ["12.5", "**12.5**", "`12.5`", "$12.5$", "12.5%", "(12.5)", "about 12.5 ", "12.5\n"]
)
def test_a_number_is_read_through_its_markup(claim):
    found = prose.claims(notebook(f"It takes {claim}<!-- from: rates -->."))
    assert found == [prose.Claim("12.5", "rates")]


@pytest.mark.parametrize("number", ["3", "-0.17", "1,500", "2.4e-17", "93.2 ± 0.4", "−0.17"])
def test_a_number_is_found_where_it_was_printed(number):
    said = f"we get {number}<!-- from: rates -->"
    text = f"best: {number}, or so\n".replace("−", "-")
    assert prose.unsupported(notebook(said, text=text)) == []


@pytest.mark.parametrize(
    "text", ["", "12.51", "112.5", "12.5e3", "-12.5", "12,500.12.5", "1e12.5", "12.5.1"]
)
def test_a_number_is_not_found_inside_another(text):
    said = notebook("12.5<!-- from: rates -->", text=text)
    assert prose.unsupported(said) == [("12.5", "rates")]


def test_a_marker_without_number_is_an_error():
    with pytest.raises(ValueError, match="without a number"):
        prose.claims(notebook("twelve <!-- from: rates -->"))


def test_a_claim_from_no_cell_is_an_error():
    with pytest.raises(KeyError, match="speed"):
        prose.unsupported(notebook("12 <!-- from: speed -->"))


def test_equations_are_listed_with_their_labels():
    text = "$$ a = b $$ (eq-first)\n\nand $x$\n\n$$\nc\n$$\n\n```\n$$ no $$\n```"
    assert prose.equations(notebook(text)) == ["eq-first", ""]


SOLUTION = "**1.** Why?\n\n<details><summary>Solution</summary>\n\n{}\n\n</details>"


def test_a_folded_solution_runs_with_the_imports_of_the_chapter():
    code = "```python\nprint(np.arange(2))\n```\n\nprints\n\n```text\n[0 1]\n```"
    chapter = notebook(SOLUTION.format(code))
    (blocks,) = folded.solutions(chapter).values()
    folded.run(chapter, blocks)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("```python\nprint(1)\n```\n\n```text\n2\n```", AssertionError),
        ("```python\nassert np.pi == 3\n```", AssertionError),
        ("```python\nunknown\n```", NameError),
    ],
)
def test_a_wrong_solution_does_not_pass(code, error):
    chapter = notebook(SOLUTION.format(code))
    (blocks,) = folded.solutions(chapter).values()
    with pytest.raises(error):
        folded.run(chapter, blocks)


def test_a_solution_that_is_not_well_formed_is_an_error():
    with pytest.raises(ValueError, match="text-0"):
        folded.solutions(notebook("<details><summary>Answer</summary>\n\n42\n\n</details>"))
