"""Break the solution of an exercise at every place, and see which breaks cost no point.

The bank of an exercise holds the mistakes that somebody thought of; mutmut makes those that nobody
did. A mutant that loses no point is either no mistake, and then stands with the reason in the
exercise's ``equivalent.toml``, or a hole in the checks.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from autograde.grading.course import Course, read_notebook
from autograde.grading.errors import CourseError

#: A seed at which certification tries no check that takes long.
SEED = 1000

SETTINGS = """\
[tool.mutmut]
source_paths = ["answer.py"]
pytest_add_cli_args_test_selection = ["test_answer.py"]
"""

TEST = """\
import answer
from autograde.certify import findings
from autograde.entry import load


def test_answer():
    for cell in load({name!r}).answers:
        given = [getattr(answer, name.strip()) for name in cell.defines.split(",")]
        given = given[0] if len(given) == 1 else tuple(given)
        for seed in ({seed}, {seed} + 1):
            assert not any(findings({name!r}, cell.name, given, seed))
"""


@dataclass(frozen=True)
class Mutants:
    """What became of the mutants of one solution.

    Parameters
    ----------
    exercise : str
    made : int
        How many there were.
    equivalent : list of (str, str)
        Those that lost no point and rightly so: their diff, and the reason.
    surviving : list of str
        The diffs of those that lost no point for no reason that is known.
    """

    exercise: str
    made: int
    equivalent: list[tuple[str, str]]
    surviving: list[str]

    @property
    def caught(self) -> int:
        """How many lost a point."""
        return self.made - len(self.equivalent) - len(self.surviving)


def mutate(course: Course, name: str, jobs: int) -> Mutants:
    """Let mutmut break the solution of an exercise, and judge every mutant.

    Parameters
    ----------
    course : Course
    name : str
        Of the exercise.
    jobs : int
        Mutants at a time.

    Raises
    ------
    CourseError
        If mutmut is not installed, or does not come to an end.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "answer.py").write_text(solution(course, name))
        (folder / "test_answer.py").write_text(TEST.format(name=name, seed=SEED))
        (folder / "pyproject.toml").write_text(SETTINGS)
        _mutmut(folder, "run", "--max-children", str(jobs))
        codes = json.loads((folder / "mutants" / "answer.py.meta").read_text())["exit_code_by_key"]
        survivors = [_mutmut(folder, "show", mutant) for mutant, code in codes.items() if code == 0]
    diffs = [_changes(diff) for diff in survivors]
    reasoned = [(diff, _reason(diff, known_equivalent(name))) for diff in diffs]
    return Mutants(
        name,
        len(codes),
        [(diff, reason) for diff, reason in reasoned if reason],
        [diff for diff, reason in reasoned if not reason],
    )


def solution(course: Course, name: str) -> str:
    """Return the answer cells of an instructor notebook, and its imports, as one module."""
    parts = [
        cell.source
        if cell.metadata.nbgrader.solution
        else "\n".join(re.findall(r"^(?:import|from) .*", cell.source, re.MULTILINE))
        for cell in read_notebook(course.notebook("source", name)).cells
        if cell.cell_type == "code" and "nbgrader" in cell.metadata
    ]
    lines = "\n\n\n".join(part for part in parts if part).splitlines()
    foreign = re.compile(r"%|from autograde |\s*### (BEGIN|END) SOLUTION")
    return "\n".join(line for line in lines if not foreign.match(line)) + "\n"


def known_equivalent(name: str) -> dict[str, str]:
    """Return the patterns of mutants that are no mistakes, each with the reason."""
    file = Path(__file__).parents[1] / "exercises" / name.replace("-", "_") / "equivalent.toml"
    if not file.exists():
        return {}
    return {entry["becomes"]: entry["why"] for entry in tomllib.loads(file.read_text())["mutant"]}


def _reason(diff: str, known: dict[str, str]) -> str:
    added = "\n".join(line[1:].strip() for line in diff.splitlines() if line.startswith("+"))
    return next((why for pattern, why in known.items() if re.search(pattern, added)), "")


def _changes(diff: str) -> str:
    """Return the lines of a diff that were taken out and put in."""
    return "\n".join(line for line in diff.splitlines() if re.match(r"[-+](?![-+]{2} )", line))


def _mutmut(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named mutmut" in done.stderr:
        raise CourseError("mutmut is not installed: pip install -e '.[test]'")
    if done.returncode:
        raise CourseError(f"mutmut {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr}")
    return done.stdout
