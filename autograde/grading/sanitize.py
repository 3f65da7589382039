"""Rebuilding a submission from the released notebook and the learner's answers.

What comes back may have been edited in every way. Only the sources of answer cells and of cells
that the learner added are taken over; all else, metadata included, is the released notebook's.
"""

from __future__ import annotations

import copy
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_solution, is_task
from traitlets import Unicode

from autograde.grading.course import read_notebook
from autograde.grading.outputs import without_scripts

MISSING = "# This answer cell was missing from the submission."


def sanitize(submitted: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Return a notebook that is safe to execute and grade, and what was odd about the old one.

    Parameters
    ----------
    submitted, released : NotebookNode
        In nbformat 4; neither is changed.

    Returns
    -------
    notebook : NotebookNode
        The released cells in their order, with the learner's answers; added cells, and the second
        part of an answer cell that was split, stand behind the cell they followed, without
        metadata.
    remarks : list of str
        Missing or duplicated answer cells, for the instructor.
    """
    known = {grade_id(cell): cell for cell in released.cells}
    answers: dict[str, str] = {}
    added: dict[str | None, list[NotebookNode]] = {}
    remarks = []
    last = None
    for cell in submitted.cells:
        name = grade_id(cell)
        if name not in known or name is None:
            added.setdefault(last, []).append(cell)
        elif is_answer(known[name]):
            if name in answers:
                remarks.append(f"answer cell {name!r} stands there twice")
                added.setdefault(name, []).append(cell)
            answers.setdefault(name, cell.source)
        last = name if name in known else last

    result = copy.deepcopy(released)
    result.cells = [plain(cell) for cell in added.get(None, [])]
    for original in copy.deepcopy(released).cells:
        name = grade_id(original)
        if is_answer(original):
            if name not in answers:
                remarks.append(f"answer cell {name!r} is missing")
            original.source = safe(original, answers.get(name, MISSING))
        result.cells.append(original)
        result.cells += [plain(cell) for cell in added.get(name, []) if name is not None]
    for index, cell in enumerate(result.cells):
        if grade_id(cell) is None:
            cell["id"] = f"added-{index}"
    return result, remarks


def grade_id(cell: NotebookNode) -> str | None:
    """Return the name that nbgrader knows a cell by."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def is_answer(cell: NotebookNode) -> bool:
    """Tell whether a released cell is for the learner to write."""
    return is_solution(cell) or is_task(cell)


def plain(cell: NotebookNode) -> NotebookNode:
    """Return a cell that the learner added without anything but its text."""
    if cell.cell_type == "code":
        return new_code_cell(source=cell.source)
    return new_markdown_cell(source=without_scripts(cell.source))


def safe(cell: NotebookNode, source: str) -> str:
    """Return what a learner wrote into a cell, without scripts where it is text."""
    return source if cell.cell_type == "code" else without_scripts(source)


class Sanitize(NbGraderPreprocessor):
    """`sanitize` as one of nbgrader's steps, so that plain ``nbgrader autograde`` takes it too."""

    released = Unicode(help="Folder of the released assignments.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Replace the submitted notebook by its sanitized version."""
        where = resources["nbgrader"]
        path = Path(self.released) / where["assignment"] / f"{where['notebook']}.ipynb"
        notebook, remarks = sanitize(nb, read_notebook(path))
        for remark in remarks:
            self.log.warning("%s: %s", where["student"], remark)
        return notebook, resources
