"""Executing one submission: from a notebook and a seed to outputs and evidence.

Nothing else goes in or comes out, so it can be done on any machine. The learner's code runs in the
sandbox; the probes run here, on proxies of what the learner defined.
"""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass, field
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograde.check import generator, to_json
from autograde.entry import load
from autograde.grading.outputs import OutputError, clean
from autograde.remote.examiner import examine
from autograde.remote.wire import Timeout, WireError
from autograde.sandbox.launch import Sandbox, Submission
from autograde.sandbox.limits import Limits

#: How often a notebook is begun anew, without the cell that its kernel did not survive.
RESTARTS = 3
#: How much a whole notebook may write, in budgets of a cell.
CELLS = 16


@dataclass
class Execution:
    """What came of a notebook, in plain data.

    Parameters
    ----------
    outputs : dict
        For each code cell's index that was run, its outputs as nbformat has them.
    evidence : dict
        For each check that ran, its evidence as JSON.
    lost : dict
        For each cell's index that its kernel did not survive, the reason.
    """

    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)


class Lost(Exception):
    """A kernel did not survive a cell."""

    def __init__(self, cell: int, reason: str) -> None:
        super().__init__(reason)
        self.cell, self.reason = cell, reason


def execute(
    sandbox: Sandbox, assignment: str, notebook: NotebookNode, seed: int, limits: Limits
) -> Execution:
    """Run a sanitized notebook in a fresh confined kernel.

    A cell that the kernel does not survive is left out, and the rest is run again in a new one.

    Parameters
    ----------
    sandbox : Sandbox
    assignment : str
        The exercise.
    notebook : NotebookNode
        What `sanitize` returned.
    seed : int
        See `submission_seed`.
    limits : Limits

    Raises
    ------
    SandboxError
        If the sandbox is gone.
    """
    done = Execution()
    deadline = time.monotonic() + limits.seconds
    for _ in range(RESTARTS):
        done.outputs = {}
        try:
            with sandbox.submission(limits) as submission:
                _run(submission, assignment, notebook, seed, limits, deadline, done)
        except Lost as lost:
            done.lost[lost.cell] = lost.reason
            if time.monotonic() < deadline:
                continue
        break
    return done


def check_of(cell: NotebookNode) -> str | None:
    """Return the check that a released cell is graded by: ``"adam/moments"``."""
    if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
        return None
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
            return ast.literal_eval(node.args[0])
    return None


def _run(
    submission: Submission,
    assignment: str,
    notebook: NotebookNode,
    seed: int,
    limits: Limits,
    deadline: float,
    done: Execution,
) -> None:
    wire = submission.wire
    left = CELLS * limits.output
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or index in done.lost:
            continue
        until = min(deadline, time.monotonic() + limits.cell_seconds)
        outputs = done.outputs[index] = []
        wanted = check_of(cell)
        try:
            budget = max(0, min(limits.output, left))
            wire.send({"run": cell.source, "output": budget}, until)
            # the kernel keeps to half of it, unless it is tampered with
            room = 2 * budget + limits.output // 4
            while "ran" not in (message := wire.receive(until)):
                if "check" in message:
                    _answer(submission, message, assignment, wanted, seed, until, done)
                else:
                    output, size = clean(message)
                    room, left = room - size, left - size
                    if room < 0:
                        raise OutputError("it wrote too much")
                    outputs.append(output)
        except Timeout:
            what = "the notebook" if until == deadline else "the cell"
            took = limits.seconds if until == deadline else limits.cell_seconds
            raise Lost(index, f"{what} took longer than {took:g} s") from None
        except (WireError, OutputError) as error:
            raise Lost(index, submission.reason(1.0) or str(error)) from error
    wire.send({"end": True})


def _answer(submission, message, assignment, wanted, seed, until, done: Execution) -> None:
    """Examine what a check cell hands over; any other call of `check` is answered by silence."""
    name = message["check"]
    if name != wanted or name in done.evidence:
        submission.wire.send({"done": True})
        return
    check = name.partition("/")[2]
    probe = load(assignment).find(check).probes[check]
    evidence = examine(submission.wire, probe, generator(seed, check), until)
    done.evidence[name] = to_json(evidence)
