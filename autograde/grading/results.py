"""What grading came to: scores from the gradebook, mistakes from the autograded notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Grade, SubmittedAssignment
from nbgrader.utils import is_grade, is_solution

from autograde.check.judge import named_in
from autograde.grading.sanitize import grade_id

#: What is said of an answer that is a stub still, whatever its name.
UNWRITTEN = "not written yet"


@dataclass(frozen=True)
class Finding:
    """Why one check gave no points.

    Parameters
    ----------
    check : str
        The grade_id of its cell.
    mistake : str
        The name of the misconception, or else what differed or was raised; `UNWRITTEN` of a stub.
    named : bool
        Whether it is one of the misconceptions of the bank.
    """

    check: str
    mistake: str
    named: bool


@dataclass(frozen=True)
class Result:
    """One submission: its score or the reason why there is none.

    Parameters
    ----------
    student : str
    score, max_score : float or None
        Points; None where the submission could not be graded.
    findings : list of Finding
    remarks : list of str
        What was odd about the notebook.
    error : str
        Why it could not be graded.
    waiting : float
        Points that no check can give, and that nobody has given or denied yet.
    """

    student: str
    score: float | None = None
    max_score: float | None = None
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    error: str = ""
    waiting: float = 0.0

    @property
    def mistakes(self) -> list[str]:
        """The distinct mistakes, named ones first; the others only where nothing has a name."""
        named = dict.fromkeys(f.mistake for f in self.findings if f.named)
        return list(named or dict.fromkeys(f.mistake for f in self.findings))


def result_of(
    submission: SubmittedAssignment, notebook: NotebookNode, remarks: list[str]
) -> Result:
    """Collect the result of a graded submission: what the gradebook and its notebook say."""
    return Result(
        submission.student.id,
        submission.score,
        submission.max_score,
        findings(notebook),
        remarks,
        waiting=points_waiting(submission),
    )


def points_waiting(submission: SubmittedAssignment) -> float:
    """Return the points of a submission that wait for somebody to grade them by hand."""
    grades = (grade for notebook in submission.notebooks for grade in notebook.grades)
    return float(sum(grade.max_score for grade in grades if waits(grade)))


def waits(grade: Grade) -> bool:
    """Tell whether neither a check nor a person has decided about a grade yet."""
    return grade.auto_score is None and grade.manual_score is None


def findings(notebook: NotebookNode) -> list[Finding]:
    """Return why the checks of an executed notebook failed, in their order."""
    found = []
    broken = ""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        error = next((o for o in cell.outputs if o.output_type == "error"), None)
        if error is not None and is_grade(cell):
            found.append(_finding(grade_id(cell), error, broken))
        elif error is not None and is_solution(cell):
            broken = f"the answer cell {grade_id(cell)!r} raised {_plain(error)}"
    return found


def _plain(error: NotebookNode) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", error.evalue)
    return (f"{error.ename}: {text}".strip(": ").splitlines() or ["an error without a name"])[0]


def _finding(check: str, error: NotebookNode, broken: str) -> Finding:
    if error.ename == "NameError" and broken:
        return Finding(check, broken, False)
    text = re.sub(r"\x1b\[[0-9;]*m", "", error.evalue)
    if error.ename != "NotRight":
        return Finding(check, _plain(error), False)
    if text.rstrip(".").endswith(UNWRITTEN):
        return Finding(check, UNWRITTEN, False)
    name = named_in(text)
    return Finding(check, name or (text.splitlines()[1:] or [text])[0], name is not None)
