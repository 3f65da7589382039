"""The page that writes an exercise: its files, in a copy of the course, do what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pages
import pytest

PAGE = pages.page("new-exercise")
FILES = {b.caption: b.text for b in pages.blocks(PAGE) if b.caption.endswith((".py", ".toml"))}
SAID = {b.caption: b.text for b in pages.blocks(PAGE) if b.language == "text"}
NAME = "gradient-clipping"
SAMPLE = "autograde/sample_class/gradient_clipping/student-01.py"
MUTANTS = f"python -m autograde mutants {NAME}"
PRACTISE = f"""
import re
from autograde import check
import numpy as np
exec(open("{SAMPLE}").read())
for name in ("long-gradients", "short-gradients", "new-arrays"):
    try:
        check(f"{NAME}/{{name}}", clip_by_norm)
    except AssertionError as error:
        print(re.sub(chr(27) + r"\\[[\\d;]*m", "", chr(10).join(error._render_traceback_())))
"""


def run(root: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command in a course whose own packages come first."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": tools, "PYTHONPATH": str(root), "COLUMNS": "80"}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """Copy the course without its exercises' notebooks, and put the files of the page into it."""
    root = tmp_path_factory.mktemp("course")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing += ["autograde", "course", "nbgrader_config.py"]
    names = subprocess.run(listing, cwd=pages.ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, names.stdout.split("\0")):
        if (pages.ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pages.ROOT / name, root / name)
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def done(course) -> dict[str, subprocess.CompletedProcess]:
    """Run the commands of the page one after the other, all but the one that takes a minute."""
    return {
        command: run(course, *command.split())
        for command in pages.commands(PAGE)
        if command != MUTANTS
    }


def printed(done, part: str) -> str:
    (found,) = [result.stdout for command, result in done.items() if part in command]
    return found


def test_the_page_shows_every_file_that_it_lists():
    listed = re.findall(r"^\| `(\S+NAME\S*\.py)` \|", PAGE, re.MULTILINE)
    assert len(listed) == 3
    assert {name.replace("NAME", "gradient_clipping") for name in listed} <= FILES.keys()


def test_every_command_of_the_page_works(done):
    assert len(done) >= 5
    for command, result in done.items():
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"


def test_certification_says_what_the_page_shows(done):
    lines = [line.split() for line in printed(done, "certify").splitlines()]
    shown = [line.split() for line in SAID["certify"].splitlines()]
    start = lines.index(shown[0])
    assert [line for line in lines[start:] if line] == [line for line in shown if line]


def test_the_mistake_of_the_sample_is_named_and_costs_some_points(done):
    row = next(line for line in printed(done, " grade ").splitlines() if "student-01" in line)
    assert "3 / 6" in row
    assert "every array clipped by its own norm" in row


def test_a_learner_reads_what_the_page_shows(course, done):
    result = run(course, sys.executable, "-W", "error", "-c", PRACTISE)
    assert result.stdout.splitlines() == SAID[f"{NAME}/long-gradients"].splitlines()


def test_the_release_does_not_hold_the_answer(course, done):
    released = (course / "book" / "exercises" / NAME / f"{NAME}.ipynb").read_text()
    assert "raise NotImplementedError" in released
    assert "max_norm / norm" not in released


def test_the_files_are_written_as_the_others_are(course):
    ruff = str(Path(sys.executable).with_name("ruff"))
    files = [name for name in FILES if name.endswith(".py") and name != SAMPLE]
    config = f"--config={pages.ROOT / 'pyproject.toml'}"
    for action in (["check"], ["format", "--check"]):
        result = run(course, ruff, *action, config, *files)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_breaking_the_solution_finds_what_the_page_says(course, done):
    found = run(course, *MUTANTS.split())
    assert found.returncode == 0, found.stdout
    assert re.search(rf"{NAME} *│ *13 │ *12 │ *1 │ *0 │", found.stdout)
    (course / "autograde/exercises/gradient_clipping/equivalent.toml").unlink()
    found = run(course, *MUTANTS.split())
    assert found.returncode == 1
    assert "norm >= max_norm" in found.stdout
