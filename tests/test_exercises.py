"""The exercises as a whole: released faithfully, solvable, and certified."""

import re
import shutil
from pathlib import Path

import matplotlib
import nbformat
import pytest

from autograde.certify import certify, verdicts
from autograde.entry import exercises, judge, load
from autograde.grading.course import Course, read_notebook
from autograde.grading.dry_run import dry_run

ROOT = Path(__file__).parents[1]
NAMES = exercises()
matplotlib.use("Agg")


def notebook(folder: str, name: str):
    return read_notebook(ROOT / folder / name / f"{name}.ipynb")


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    """Let nbgrader release everything in a course of its own."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    (root / "autograde").mkdir()
    course = Course(root)
    for name in course.assignments():
        course.release(name)
    return root / "book" / "exercises"


def test_every_instructor_notebook_has_its_checks_and_the_other_way_round():
    folders = {path.name for path in (ROOT / "solutions").iterdir()}
    assert folders == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_is_what_nbgrader_releases(released, name):
    committed = (ROOT / "book" / "exercises" / name / f"{name}.ipynb").read_text()
    assert (released / name / f"{name}.ipynb").read_text() == committed


MARKED = re.compile(
    r"[^\n]*BEGIN (?:SOLUTION|MARK SCHEME)[^\n]*\n(.*?)[^\n]*END (?:SOLUTION|MARK SCHEME)[^\n]*",
    flags=re.DOTALL,
)


@pytest.mark.parametrize("name", NAMES)
def test_no_released_file_holds_a_line_of_the_answer(name):
    source = notebook("solutions", name)
    given = "\n".join(MARKED.sub("", cell.source) for cell in source.cells)
    marked = [text for cell in source.cells for text in MARKED.findall(cell.source)]
    secret = {line.strip() for text in marked for line in text.splitlines()}
    secret = {line for line in secret if len(line) > 12 and line not in given}
    assert secret, "the instructor notebook has no marked solution"
    for file in (ROOT / "book" / "exercises" / name).rglob("*"):
        text = file.read_text()
        if file.suffix == ".ipynb":
            released = nbformat.reads(text, as_version=4)
            assert not any(cell.get("outputs") for cell in released.cells)
            text = "\n".join(cell.source for cell in released.cells)
        assert "BEGIN" not in text
        assert not {line for line in secret if line in text}


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_everything_and_the_untouched_release_nothing(name):
    score, max_score = dry_run(notebook("solutions", name))
    assert (score, max_score) == (max_score, max_score)
    assert max_score > 0
    assert dry_run(notebook("book/exercises", name)) == (0, max_score)


@pytest.mark.parametrize("name", NAMES)
def test_every_check_of_the_notebook_exists_and_every_check_is_in_the_notebook(name):
    written = re.findall(
        r'^check\("([^"]+)", ([^)]+)\)$',
        "\n".join(c.source for c in notebook("solutions", name).cells if c.cell_type == "code"),
        flags=re.MULTILINE,
    )
    expected = [
        (f"{name}/{check}", cell.defines) for cell in load(name).answers for check in cell.probes
    ]
    assert written == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_bank_holds_at_few_seeds(name):
    """`python -m autograde certify` tries 200; here, a few beyond those."""
    for certificate in certify(name, [1000, 2**40]):
        assert certificate.complaints() == []
        assert certificate.misconceptions >= 2
        assert certificate.styles >= 3


def test_certification_notices_a_reference_that_is_wrong(monkeypatch):
    bank = judge("adam", "adam").bank
    wrong = next(m.build for m in bank.misconceptions if m.name == "no bias correction")
    monkeypatch.setitem(bank.styles, "a wrong style", wrong)
    (_, certificate) = certify("adam", [3])
    assert certificate.refused == {"a wrong style": 1}
    assert not certificate.holds


def test_certification_notices_a_misconception_that_is_right(monkeypatch):
    bank = judge("early-stopping", "early-stopping").bank
    (first, *rest) = bank.misconceptions
    right = type(first)("nothing wrong", "Think.", bank.reference)
    monkeypatch.setattr(bank, "misconceptions", [right, *rest])
    (certificate,) = certify("early-stopping", [3])
    assert certificate.undetected == {"nothing wrong": 1}


@pytest.mark.parametrize("name", NAMES)
def test_one_mistake_costs_some_points_and_seldom_all(name):
    for cell in load(name).answers:
        if len(cell.probes) < 3:
            continue
        bank = judge(name, cell.name).bank
        partly = [
            m.name
            for m in bank.misconceptions
            if any(v.passed for v in verdicts(name, cell.name, m.build, 7))
        ]
        assert len(partly) >= 0.7 * len(bank.misconceptions)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_counts_the_bank_as_it_is(name):
    row = re.search(rf"^\| {name} \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    numbers = row[1].split(" | ")
    banks = [judge(name, cell.name).bank for cell in load(name).answers]
    assert int(numbers[0]) == sum(len(bank.misconceptions) for bank in banks)
    assert int(numbers[3]) == sum(len(bank.styles) + 1 for bank in banks)
