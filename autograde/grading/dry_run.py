"""Scoring a trusted notebook in this very process: the instructor's, or the untouched release."""

from __future__ import annotations

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade

from autograde.check import quiet


def dry_run(notebook: NotebookNode) -> tuple[float, float]:
    """Run a notebook's code cells and add up the points of the checks that pass.

    Never use it on what a student wrote: nothing is between the code and this process.

    Parameters
    ----------
    notebook : NotebookNode
        In nbformat 4.

    Returns
    -------
    score, max_score : float
        Points of automatically graded cells.
    """
    namespace: dict = {"__name__": "__main__"}
    score = max_score = 0.0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        points = float(cell.metadata.nbgrader.points) if is_grade(cell) else 0.0
        max_score += points
        with quiet():
            try:
                exec(compile(cell.source, cell.id, "exec"), namespace)
            except Exception:
                continue
        score += points
    return score, max_score
