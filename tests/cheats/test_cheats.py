"""A class in which nearly everybody cheats: no cheat earns a point, no neighbour is harmed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classes import autograde, grades, hand_in, new_course

from cheats.code import CHEATS, FIND, NOTHING
from cheats.notebooks import EDITS, FILES, name_of

NAME = "adam"
HONEST = "zz-honest"
BASELINE = "aa-nothing"


def student(cheat: str) -> str:
    return "cheat " + re.sub(r"[^\w' -]", "-", cheat)


def with_answer(released: str, code: str) -> str:
    notebook = json.loads(released)
    for cell in notebook["cells"]:
        if name_of(cell) in ("rmsprop", "adam"):
            name = {"rmsprop": "RMSprop", "adam": "Adam"}[name_of(cell)]
            cell["source"] = NOTHING.format(name=name)
            if name == "Adam":
                cell["source"] += FIND + code
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    root = new_course(tmp_path_factory.mktemp("cheats"), NAME)
    assert autograde(root, "release").returncode == 0
    released = (root / "book" / "exercises" / NAME / f"{NAME}.ipynb").read_text()
    hand_in(root, BASELINE, NAME, with_answer(released, ""))
    for cheat, code in CHEATS.items():
        hand_in(root, student(cheat), NAME, with_answer(released, code))
    for cheat, edit in EDITS.items():
        notebook = json.loads(with_answer(released, ""))
        edit(notebook)
        hand_in(root, student(cheat), NAME, json.dumps(notebook))
    for cheat, write in FILES.items():
        path = hand_in(root, student(cheat), NAME, "")
        path.unlink()
        write(path, released)
    assert autograde(root, "sample", NAME).returncode == 0
    solved = root / "autograde" / "submitted" / "student-01"
    shutil.move(solved, solved.with_name(HONEST))
    for other in solved.parent.glob("student-*"):
        shutil.rmtree(other)
    (root / "secrets.txt").write_text("nobody may read this")
    return root


@pytest.fixture(scope="module")
def before(course) -> dict[str, bytes]:
    return contents(course)


@pytest.fixture(scope="module")
def graded(course, before) -> subprocess.CompletedProcess:
    return autograde(course, "grade", NAME, "--timeout", "8", "--jobs", "2")


@pytest.fixture(scope="module")
def points(graded, course) -> dict[str, dict[str, float | None]]:
    return grades(course, NAME)


def contents(root: Path) -> dict[str, bytes]:
    kept = ["solutions", "book", "nbgrader_config.py", "secrets.txt", "autograde/submitted"]
    files = [f for part in kept for f in [root / part, *(root / part).rglob("*")]]
    return {
        str(f.relative_to(root)): f.read_bytes()
        for f in files
        if f.is_file() and not f.is_symlink() and f.stat().st_size < 1 << 28
    }


def row(graded, student: str) -> str:
    rows = [line for line in graded.stdout.splitlines() if student in line]
    assert rows, graded.stdout + graded.stderr
    return rows[0]


def test_there_are_more_than_forty():
    assert len(CHEATS) + len(EDITS) + len(FILES) > 40


@pytest.mark.parametrize("cheat", [*CHEATS, *EDITS])
def test_a_cheat_earns_nothing(graded, points, cheat):
    earned, deserved = points[student(cheat)], points[BASELINE]
    assert earned.keys() == deserved.keys()
    for check, score in earned.items():
        assert score is not None
        assert score <= deserved[check], f"{check}: {row(graded, student(cheat))}"


@pytest.mark.parametrize("cheat", FILES)
def test_what_is_no_notebook_is_refused_with_a_reason(graded, points, cheat):
    assert student(cheat) not in points
    told = row(graded, student(cheat))
    assert "not graded" in told
    assert len(told.split("not graded")[1].strip(" │")) > 10


@pytest.mark.parametrize("cheat", [*CHEATS, *EDITS])
def test_a_cheat_is_reported_with_what_is_wrong(graded, cheat):
    told = row(graded, student(cheat)).split("│")[3].strip()
    assert told and told != "nothing"


def test_an_optimizer_that_does_nothing_gets_no_points(points):
    assert sum(points[BASELINE].values()) == 0


def test_the_neighbours_get_all_of_their_points(graded, course):
    assert "20 / 20" in row(graded, HONEST)


def test_nothing_was_changed_and_nothing_added(graded, course, before):
    assert contents(course) == before


def test_no_way_out_was_found(graded):
    assert "went through" not in graded.stdout


def test_nothing_that_was_started_goes_on(graded):
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "sleep 600" not in listed
    assert str(sys.executable) + " -P -m autograde.sandbox.zygote" not in listed


def test_no_feedback_holds_a_script_of_a_student(graded, course):
    for cheat in ("a script in the output", "a script in the text"):
        page = course / "autograde" / "feedback" / student(cheat) / NAME / f"{NAME}.html"
        text = page.read_text()
        assert "<script>alert" not in text and not re.search(r"<img[^>]*onerror", text)
        assert "<svg onload" not in text


#: On a busy machine the time may be over first.
MEMORY = "2048 MB of memory|MemoryError|longer than 8 s"


def test_what_a_kernel_did_not_survive_is_told(graded):
    for cheat, reason in {
        "os._exit": "ended with exit code 0",
        "a crash": "SIGSEGV",
        "twenty gigabytes": MEMORY,
        "twenty gigabytes in many processes": MEMORY,
        "a loop that swallows every signal": "longer than 8 s",
    }.items():
        assert re.search(reason, row(graded, student(cheat)))
