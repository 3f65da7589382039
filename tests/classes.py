"""A course in a scratch folder, and classes that hand in there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(root: Path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a command in a course."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    one = {"PATH": tools, "COLUMNS": "200", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **one, **environment},
        timeout=1800,
        capture_output=True,
        text=True,
        check=False,
    )


def autograde(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run ``python -m autograde`` in a course."""
    return run(root, sys.executable, "-m", "autograde", *arguments, **environment)


def new_course(root: Path, *assignments: str) -> Path:
    """Make a course with some assignments of ours."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for name in assignments:
        for folder in ("solutions", "book/exercises"):
            shutil.copytree(ROOT / folder / name, root / folder / name)
    (root / "autograde").mkdir()
    return root


def hand_in(root: Path, student: str, assignment: str, notebook: str) -> Path:
    """Let a student hand in a notebook, and return its path."""
    path = root / "autograde" / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook, encoding="utf-8")
    return path


def grades(root: Path, assignment: str, **environment: str) -> dict[str, dict[str, float | None]]:
    """Return what the gradebook holds: each student's points by check."""
    from autograde.grading.course import Course

    with Course(root).gradebook() as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.score for n in submission.notebooks for grade in n.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }
