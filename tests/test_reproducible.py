"""The same submissions and the same secret give the same gradebook, however it is graded."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from classes import autograde, grades, hand_in, new_course, run
from databases import postgres

NAME = "early-stopping"
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def classroom(tmp_path_factory) -> Path:
    """Make a course in which a class has handed in, and nothing is graded."""
    root = new_course(tmp_path_factory.mktemp("class"), NAME)
    (root / "autograde" / "course_secret").write_bytes(SECRET)
    assert autograde(root, "sample", NAME).returncode == 0
    notebook = (root / "book" / "exercises" / NAME / f"{NAME}.ipynb").read_text()
    late = hand_in(root, "student-09", NAME, notebook)
    (late.parent / "timestamp.txt").write_text("2026-11-01 12:00:00.000000 UTC")
    return root


@pytest.fixture(scope="module")
def expected(classroom, tmp_path_factory) -> dict:
    root = copy(classroom, tmp_path_factory.mktemp("alone"))
    assert autograde(root, "grade", NAME, "--jobs", "1", "--no-feedback").returncode == 0
    return grades(root, NAME)


def copy(classroom: Path, target: Path) -> Path:
    return Path(shutil.copytree(classroom, target, dirs_exist_ok=True))


@contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[str]:
    """Run a scheduler and workers as processes of their own, none of them in a course."""
    where = folder / "address"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
    options = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(where)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    started = [subprocess.Popen([*command, *options], **quiet)]
    try:
        until = time.monotonic() + 60
        while not where.exists() and time.monotonic() < until:
            time.sleep(0.1)
        for k in range(workers):
            own = folder / f"worker-{k}"
            own.mkdir()
            command = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1"]
            options = ["--scheduler-file", str(where), "--no-dashboard", "--no-nanny"]
            place = ["--local-directory", str(own)]
            started.append(subprocess.Popen([*command, *options, *place], **quiet))
        from distributed import Client

        with Client(scheduler_file=str(where), set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)
            yield client.scheduler.address
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_the_class_has_scores_of_all_kinds(expected):
    totals = {student: sum(points.values()) for student, points in expected.items()}
    assert totals["student-01"] == 15 and totals["student-02"] == 0
    assert len(set(totals.values())) > 3


def test_several_processes_give_the_same_grades(classroom, expected, tmp_path):
    root = copy(classroom, tmp_path)
    assert autograde(root, "grade", NAME, "--jobs", "3", "--no-feedback").returncode == 0
    assert grades(root, NAME) == expected


def test_a_dask_cluster_gives_the_same_grades(classroom, expected, tmp_path):
    root = copy(classroom, tmp_path / "school")
    with dask_cluster(tmp_path, workers=2) as address:
        done = autograde(root, "grade", NAME, "--scheduler", address, "--no-feedback")
    assert done.returncode == 0, done.stdout + done.stderr
    assert grades(root, NAME) == expected


def test_postgresql_gives_the_same_grades(classroom, expected, tmp_path, monkeypatch):
    root = copy(classroom, tmp_path / "school")
    with postgres() as server:
        done = autograde(root, "grade", NAME, NBGRADER_DB_URL=server.url)
        assert done.returncode == 0, done.stdout + done.stderr
        monkeypatch.setenv("NBGRADER_DB_URL", server.url)
        assert grades(root, NAME) == expected
    assert not (root / "autograde" / "gradebook.db").exists()


def test_plain_nbgrader_gives_the_same_grades_and_notebooks(classroom, expected, tmp_path):
    ours, theirs = (copy(classroom, tmp_path / name) for name in ("ours", "theirs"))
    assert autograde(ours, "grade", NAME, "--no-feedback").returncode == 0
    assert run(theirs, "nbgrader", "generate_assignment", NAME, "--force").returncode == 0
    done = run(theirs, "nbgrader", "autograde", NAME)
    assert done.returncode == 0, done.stderr
    assert grades(theirs, NAME) == grades(ours, NAME) == expected
    assert details(theirs) == details(ours)
    for student in expected:
        assert outputs(theirs, student) == outputs(ours, student)


def details(root: Path) -> list[tuple]:
    """Return all else that the gradebook says of submissions, grades and comments."""
    from autograde.grading.course import Course

    with Course(root).gradebook() as gradebook:
        return sorted(
            (s.student.id, str(s.timestamp), g.name, g.needs_manual_grade, g.auto_score, n.name)
            for s in gradebook.assignment_submissions(NAME)
            for n in s.notebooks
            for g in n.grades
        ) + sorted(
            (s.student.id, c.name, str(c.comment))
            for s in gradebook.assignment_submissions(NAME)
            for n in s.notebooks
            for c in n.comments
        )


def outputs(root: Path, student: str) -> list:
    from autograde.grading.course import Course, read_notebook

    notebook = read_notebook(Course(root).notebook("autograded", NAME, student))
    return [(cell.source, cell.get("outputs")) for cell in notebook.cells]
