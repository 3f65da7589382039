"""From what an execution brought back to a graded notebook: the judge's part."""

from __future__ import annotations

import copy
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from autograde.check import FAILED, Evidence, Outcome, Verdict, from_json
from autograde.entry import NotRight, judge, load
from autograde.grading.execution import Execution, check_of

NOT_RUN = Outcome(("NotRun",), "the check did not run")


def graded(
    notebook: NotebookNode, execution: Execution, assignment: str, seed: int
) -> NotebookNode:
    """Return a notebook with the outputs of an execution, and of each check its verdict.

    Parameters
    ----------
    notebook : NotebookNode
        The sanitized notebook; it is not changed.
    execution : Execution
    assignment : str
        The exercise.
    seed : int
        What the evidence was gathered with.

    Returns
    -------
    NotebookNode
        A check that gave no evidence has an error among its outputs, so nothing reads as a pass
        that is none.
    """
    result = copy.deepcopy(notebook)
    count = 0
    for index, cell in enumerate(result.cells):
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        printed = [NotebookNode(o) for o in execution.outputs.get(index, [])]
        for output in printed:
            if output.output_type == "execute_result":
                output.execution_count = count
        if index in execution.lost:
            printed = [_stopped(execution.lost[index])]
        if is_grade(cell) and not is_solution(cell):
            cell.outputs = _decided(cell, printed, execution, assignment, seed)
        else:
            cell.outputs = printed
    return result


def _decided(
    cell: NotebookNode,
    printed: list[NotebookNode],
    execution: Execution,
    assignment: str,
    seed: int,
) -> list[NotebookNode]:
    """Return the outputs of a check: none if it is passed, else an error that says why."""
    name = check_of(cell)
    if name is not None and name in execution.evidence:
        verdict = decide(assignment, name.partition("/")[2], seed, execution.evidence)
        return [] if verdict.passed else [_error(NotRight(verdict))]
    errors = [output for output in printed if output.output_type == "error"]
    return errors[:1] or [_error(RuntimeError("the check did not run"))]


def decide(assignment: str, check: str, seed: int, evidence: dict[str, Any]) -> Verdict:
    """Judge one check by the evidence of all that ran."""

    def gather(name: str) -> Evidence:
        packed = evidence.get(f"{assignment}/{name}")
        return {FAILED: NOT_RUN} if packed is None else from_json(packed)

    cell = load(assignment).find(check)
    return judge(assignment, cell.name).verdict(check, seed, gather)


def _error(error: Exception) -> NotebookNode:
    name = type(error).__name__
    render = getattr(error, "_render_traceback_", lambda: [f"{name}: {error}"])
    return new_output("error", ename=name, evalue=str(error), traceback=render())


def _stopped(reason: str) -> NotebookNode:
    return new_output("error", ename="Stopped", evalue=reason, traceback=[f"Stopped: {reason}"])
