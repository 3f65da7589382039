"""What goes wrong in the middle of grading: nothing is lost, and the same command goes on."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from classes import autograde, grades, hand_in, new_course
from databases import postgres

NAME = "early-stopping"
#: How often something is killed; ``KILLS=50`` tries harder.
KILLS = int(os.environ.get("KILLS", "6"))


@pytest.fixture(scope="module")
def classroom(tmp_path_factory) -> Path:
    root = new_course(tmp_path_factory.mktemp("class"), NAME)
    (root / "autograde" / "course_secret").write_bytes(bytes(32))
    assert autograde(root, "sample", NAME).returncode == 0
    submitted = root / "autograde" / "submitted"
    for student in sorted(submitted.iterdir()):
        shutil.copytree(student, submitted / f"{student.name}-again")
    return root


@pytest.fixture(scope="module")
def undisturbed(classroom, tmp_path_factory) -> dict:
    root = copy(classroom, tmp_path_factory.mktemp("undisturbed"))
    assert autograde(root, "grade", NAME).returncode == 0
    return grades(root, NAME)


def copy(classroom: Path, target: Path) -> Path:
    return Path(shutil.copytree(classroom, target, dirs_exist_ok=True))


def start(root: Path) -> subprocess.Popen:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "autograde", "grade", NAME, "--jobs", "2"]
    with (root / "log").open("a") as log:
        return subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)


def said(root: Path) -> str:
    return (root / "log").read_text()


def test_whatever_is_killed_the_grades_are_the_same(classroom, undisturbed, tmp_path):
    root, chance = copy(classroom, tmp_path), random.Random(0)
    running = start(root)
    for k in range(KILLS):
        if running.poll() is not None:  # it came through: begin again
            shutil.rmtree(root / "autograde" / "autograded")
            running = start(root)
        time.sleep(chance.uniform(0.5, 12))
        family = psutil.Process(running.pid).children(recursive=True)
        victim = running.pid if k % 2 == 0 or not family else chance.choice(family).pid
        try:
            os.kill(victim, 9)
        except ProcessLookupError:
            continue
        if victim == running.pid:
            running.wait()
            running = start(root)
    running.wait()
    done = autograde(root, "grade", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert grades(root, NAME) == undisturbed
    for student in undisturbed:
        assert (root / "autograde" / "feedback" / student / NAME / f"{NAME}.html").is_file()


def test_no_process_outlives_a_coordinator_that_was_killed(classroom, tmp_path):
    root = copy(classroom, tmp_path)
    running = start(root)
    family = []
    until = time.monotonic() + 120
    while not any("zygote" in " ".join(_words(p)) for p in family) and time.monotonic() < until:
        family = psutil.Process(running.pid).children(recursive=True)
        time.sleep(0.2)
    assert family
    running.kill()
    running.wait()
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not [_words(p) for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_what_is_graded_and_unchanged_is_left_alone(classroom, tmp_path):
    root = copy(classroom, tmp_path)
    assert autograde(root, "grade", NAME).returncode == 0
    before = times(root)
    assert autograde(root, "grade", NAME).returncode == 0
    assert times(root) == before
    assert autograde(root, "grade", NAME, "--force", "--student", "student-01").returncode == 0
    changed = {path for path, when in times(root).items() if before[path] != when}
    assert {path.parts[1] for path in changed} == {"student-01"}


def test_a_changed_submission_is_graded_again(classroom, tmp_path):
    root = copy(classroom, tmp_path)
    assert autograde(root, "grade", NAME).returncode == 0
    submitted = root / "autograde" / "submitted"
    shutil.copytree(submitted / "student-01", submitted / "student-02", dirs_exist_ok=True)
    assert autograde(root, "grade", NAME).returncode == 0
    assert sum(grades(root, NAME)["student-02"].values()) == 15


def times(root: Path) -> dict[Path, float]:
    folders = [root / "autograde" / step for step in ("autograded", "feedback")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(root / "autograde"): file.stat().st_mtime_ns for file in files}


def test_a_manual_score_survives_a_regrade(classroom, tmp_path):
    from autograde.grading.course import Course

    root = copy(classroom, tmp_path)
    student = ("--student", "student-01", "--no-feedback")
    assert autograde(root, "grade", NAME, *student).returncode == 0
    with Course(root).gradebook() as gradebook:
        gradebook.find_grade("check-patience", NAME, NAME, "student-01").manual_score = 0.5
        gradebook.db.commit()
    assert autograde(root, "grade", NAME, "--force", *student).returncode == 0
    assert grades(root, NAME)["student-01"]["check-patience"] == 0.5


def test_a_locked_gradebook_is_waited_for(classroom, undisturbed, tmp_path):
    root = copy(classroom, tmp_path)
    assert autograde(root, "release").returncode == 0
    lock = sqlite3.connect(root / "autograde" / "gradebook.db", check_same_thread=False)
    begun = threading.Event()

    def hold() -> None:
        while not list((root / "autograde").glob("gradebook.db-journal")):
            try:
                lock.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.OperationalError:
                time.sleep(0.01)
        begun.set()
        time.sleep(15)
        lock.rollback()

    holding = threading.Thread(target=hold)
    running = start(root)
    time.sleep(3)
    holding.start()
    assert running.wait() == 0, said(root)
    assert begun.is_set()
    holding.join()
    assert grades(root, NAME) == undisturbed


def test_a_full_disk_is_told_and_nothing_is_lost(classroom, undisturbed, tmp_path):
    root = copy(classroom, tmp_path)
    assert autograde(root, "release").returncode == 0
    full = root / "autograde" / "autograded"
    full.mkdir()
    inside = f"mount -t tmpfs -o size=100k none {full} && exec {sys.executable} -m autograde"
    spaces = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run(
        [*spaces, "sh", "-c", f"{inside} grade {NAME} --jobs 1 --no-feedback"],
        cwd=root,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "No space left on device" in done.stdout and "Nothing is lost" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert autograde(root, "grade", NAME, "--no-feedback").returncode == 0
    assert grades(root, NAME) == undisturbed


def test_postgresql_may_be_restarted_meanwhile(classroom, undisturbed, tmp_path, monkeypatch):
    root = copy(classroom, tmp_path / "school")
    with postgres() as server:
        monkeypatch.setenv("NBGRADER_DB_URL", server.url)
        assert autograde(root, "release", NAME).returncode == 0
        running = start(root)
        graded = root / "autograde" / "autograded"
        until = time.monotonic() + 180
        while not list(graded.glob("*/*/*.ipynb")) and time.monotonic() < until:
            time.sleep(0.05)
        server.stop()
        time.sleep(2)
        server.start()
        assert running.wait() == 0, said(root)
        assert grades(root, NAME) == undisturbed


def test_a_gradebook_that_is_away_is_told(classroom, tmp_path, monkeypatch):
    root = copy(classroom, tmp_path)
    nowhere = "postgresql+psycopg://postgres@127.0.0.1:9/postgres"
    done = autograde(root, "grade", NAME, NBGRADER_DB_URL=nowhere)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr


def test_a_submission_that_cannot_be_read_stops_no_other(classroom, tmp_path):
    root = copy(classroom, tmp_path)
    for student in list((root / "autograde" / "submitted").glob("*-again")):
        shutil.rmtree(student)
    hand_in(root, "student-50", NAME, "")
    done = autograde(root, "grade", NAME, "--no-feedback")
    assert done.returncode == 1
    assert "student-50" in done.stdout and len(grades(root, NAME)) == 8
