"""What a worker needs to execute a submission, wherever it is, and how it goes about it."""

from __future__ import annotations

import atexit
from dataclasses import dataclass

import nbformat

from autograde.entry import load
from autograde.grading.execution import Execution, execute
from autograde.sandbox.launch import Sandbox, SandboxError
from autograde.sandbox.limits import Limits

#: What the notebooks import beside NumPy; what an exercise hides is left out.
PRELOAD = ("pandas", "course.data", "course.landscapes", "course.nn", "course.plots", "torch")


@dataclass(frozen=True)
class Order:
    """One submission to execute.

    Parameters
    ----------
    assignment : str
    notebook : str
        The sanitized notebook, as JSON.
    seed : int
    limits : Limits
    confined : bool
        Whether the sandbox is used.
    """

    assignment: str
    notebook: str
    seed: int
    limits: Limits
    confined: bool = True


def carry_out(order: Order) -> Execution:
    """Execute an order; the sandbox is kept for the next one of this process.

    Raises
    ------
    SandboxError
        If there is none, or if it broke twice.
    """
    notebook = nbformat.reads(order.notebook, as_version=4)
    for _ in range(2):
        sandbox = _sandbox(order.assignment, order.confined)
        try:
            return execute(sandbox, order.assignment, notebook, order.seed, order.limits)
        except SandboxError as error:
            broken = error
            close_sandboxes()
    raise broken


_open: dict[tuple[str, bool], Sandbox] = {}


def _sandbox(assignment: str, confined: bool) -> Sandbox:
    kind = (assignment, confined)
    if kind not in _open:
        close_sandboxes()
        _open[kind] = Sandbox(load(assignment).hides, PRELOAD, confined=confined)
    return _open[kind]


@atexit.register
def close_sandboxes() -> None:
    """End what sandboxes this process keeps."""
    while _open:
        _open.popitem()[1].close()
