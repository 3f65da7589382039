"""The instructor guide: its commands, in a course of its own, in the order of the page."""

import csv
import getpass
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pages
import pytest

PAGE = pages.page("instructor")
NAME = "early-stopping"
ELSEWHERE = ("dask ", "export ", ". ", "python -m autograde grade adam --scheduler")
MINE = [line for line in pages.commands(PAGE) if not line.startswith(ELSEWHERE)]

#: The lines of the page in the order in which a class needs them.
SAMPLE = [f"sample {NAME}", f"autograde grade {NAME}", f"report {NAME}"]
SET_UP = ["student import", "assignment add", "release_assignment"]
COLLECT = ["nbgrader collect", "zip_collect"]
AFTER = [f"autograde grade {NAME}", "generate_feedback", "release_feedback", "nbgrader export"]


class Class:
    """A course in a folder of its own, with an exchange and a student's folder beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.exchange, self.student = root / "course", root / "exchange", root / "home"
        for folder in (self.root, self.exchange, self.student):
            folder.mkdir()
        self.exchange.chmod(0o777)
        (self.root / "autograde").mkdir()
        shutil.copy(pages.ROOT / "nbgrader_config.py", self.root)
        for folder in ("solutions", "book/exercises"):
            shutil.copytree(pages.ROOT / folder / NAME, self.root / folder / NAME)

    def run(self, line: str, cwd: Path | None = None) -> str:
        """Run a line of the page; return what it printed. The exchange is the class's own."""
        words = shlex.split(line.replace("/srv/exchange", str(self.exchange)))
        tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": tools, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
        env["JUPYTER_DATA_DIR"] = str(self.student)
        done = subprocess.run(
            words, cwd=cwd or self.root, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def submitted(self, student: str) -> Path:
        return self.root / "autograde" / "submitted" / student / NAME


def lines(parts: list[str]) -> list[str]:
    """Return the one command of the page that contains each part."""
    found = [[line for line in dict.fromkeys(MINE) if part in line] for part in parts]
    assert all(len(matches) == 1 for matches in found), dict(zip(parts, found, strict=True))
    return [line for (line,) in found]


@pytest.fixture(scope="module")
def sampled(tmp_path_factory) -> list[str]:
    """Take the first section: a sample class."""
    school = Class(tmp_path_factory.mktemp("sample"))
    return [school.run(line) for line in lines(SAMPLE)]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Class:
    """Set up the class; let one student hand in by the exchange, one through a platform."""
    school = Class(tmp_path_factory.mktemp("school"))
    people = "id,last_name,first_name,email\nbitdiddle,Bitdiddle,Ben,ben@example.org\n"
    (school.root / "students.csv").write_text(people)
    for line in lines(SET_UP):
        school.run(line)
    for verb in ("fetch_assignment", "submit"):
        school.run(
            f"nbgrader {verb} {NAME} --course training-techniques --Exchange.root=/srv/exchange",
            cwd=school.student,
        )
    archive = school.root / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    source = school.root / "solutions" / NAME / f"{NAME}.ipynb"
    shutil.copy(source, archive / f"bitdiddle_{NAME}.ipynb")
    for line in lines(COLLECT):
        school.run(line)
    return school


def test_the_sample_class_shows_scores_and_names(sampled):
    _, graded, report = sampled
    assert "15 / 15" in graded and "0 / 15" in graded
    assert "an equal metric taken for a better one" in graded
    assert "student-03" in report


def test_both_roads_end_where_the_guide_says(handed_in):
    for student in (getpass.getuser(), "bitdiddle"):
        assert (handed_in.submitted(student) / f"{NAME}.ipynb").is_file()
    assert (handed_in.submitted(getpass.getuser()) / "timestamp.txt").is_file()


def test_grades_feedback_and_export(handed_in):
    grade, again, back, export = lines(AFTER)
    graded = handed_in.run(grade)
    assert "15 / 15" in next(line for line in graded.splitlines() if "bitdiddle" in line)
    handed_in.run(again)
    page = handed_in.root / "autograde" / "feedback" / "bitdiddle" / NAME / f"{NAME}.html"
    assert page.is_file()
    handed_in.run(export)
    with open(handed_in.root / "grades.csv", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["bitdiddle"]["score"]) == 15
    shutil.rmtree(page.parent)  # the guide says so: without a time stamp it would stop
    handed_in.run(back)


def test_late_work_gets_no_points_if_the_configuration_says_so(handed_in):
    (block,) = [b.text for b in pages.blocks(PAGE) if b.language == "python"]
    with open(handed_in.root / "nbgrader_config.py", "a") as file:
        file.write(block)
    student = getpass.getuser()
    source = handed_in.root / "solutions" / NAME / f"{NAME}.ipynb"
    shutil.copy(source, handed_in.submitted(student) / f"{NAME}.ipynb")
    handed_in.run(f'nbgrader db assignment add {NAME} --duedate="2020-01-01 12:00 UTC"')
    handed_in.run(f"python -m autograde grade {NAME} --student {student}")
    handed_in.run("nbgrader export")
    with open(handed_in.root / "grades.csv", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (float(rows[student]["raw_score"]), float(rows[student]["score"])) == (15, 0)


def test_no_command_of_the_guide_is_left_out():
    (doctor,) = [line for line in MINE if line.endswith("doctor")]
    assert {*lines(SAMPLE), *lines(SET_UP), *lines(COLLECT), *lines(AFTER), doctor} == set(MINE)
