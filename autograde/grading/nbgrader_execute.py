"""nbgrader's own road: ``nbgrader autograde`` and formgrader's Autograde button, made safe.

`SandboxedExecute` takes the place of nbgrader's `Execute`, so that they have the same sandbox,
probes and judge.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Unicode

from autograde.grading.orders import Order, carry_out
from autograde.grading.seeds import course_secret, submission_seed
from autograde.grading.verdicts import graded
from autograde.sandbox.limits import Limits


class SandboxedExecute(NbGraderPreprocessor):
    """Execute a sanitized notebook in the sandbox, and put the verdicts into it."""

    secret = Unicode(help="The file that holds the course's secret.").tag(config=True)
    timeout = Float(Limits.cell_seconds, help="Seconds that one cell may take.").tag(config=True)
    confined = Bool(True, help="Whether to use the sandbox.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Replace the notebook by its graded version."""
        where = resources["nbgrader"]
        assignment = where["assignment"]
        seed = submission_seed(course_secret(Path(self.secret)), assignment, where["student"])
        limits = Limits(cell_seconds=self.timeout)
        order = Order(assignment, nbformat.writes(nb), seed, limits, self.confined)
        execution = carry_out(order)
        for reason in execution.lost.values():
            self.log.warning("%s: %s", where["student"], reason)
        return graded(nb, execution, assignment, seed), resources
