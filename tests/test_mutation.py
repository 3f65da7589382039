"""Mutants of a solution: made by mutmut, judged, and told apart."""

import json
import re
from pathlib import Path

import pytest

from autograde.entry import exercises, load
from autograde.grading import mutation
from autograde.grading.course import Course

COURSE = Course(Path(__file__).parents[1])


@pytest.mark.parametrize("name", exercises())
def test_the_answers_of_a_solution_are_a_module_of_their_own(name):
    answer = {"__name__": "answer"}
    exec(mutation.solution(COURSE, name), answer)
    defined = {part.strip() for cell in load(name).answers for part in cell.defines.split(",")}
    assert defined <= answer.keys()


def test_the_answers_find_the_imports_that_come_late_in_a_notebook():
    lines = mutation.solution(COURSE, "cnn-mnist").splitlines()
    assert lines.index("from torch import nn") < lines.index("def build_model():")


def test_equal_breaks_at_two_places_are_two_mutants(monkeypatch):
    def mutmut(folder, command, *arguments):
        if command == "show":
            return "-raise ValueError(f'{name}')\n+raise ValueError(None)"
        (folder / "mutants").mkdir()
        meta = {"exit_code_by_key": {"answer.one": 0, "answer.two": 0, "answer.three": 1}}
        (folder / "mutants" / "answer.py.meta").write_text(json.dumps(meta))

    monkeypatch.setattr(mutation, "_mutmut", mutmut)
    found = mutation.mutate(COURSE, "adam", jobs=1)
    assert (found.made, found.caught, len(found.equivalent), found.surviving) == (3, 1, 2, [])


@pytest.mark.parametrize("name", exercises())
def test_every_mutant_that_may_live_has_a_reason(name):
    for pattern, reason in mutation.known_equivalent(name).items():
        assert len(reason.split()) >= 5
        assert not re.search(pattern, ""), "a pattern that fits everything excuses everything"


@pytest.mark.slow
def test_mutants_lose_points_or_have_a_reason_unless_most_checks_are_left_out(monkeypatch):
    seeing = mutation.mutate(COURSE, "early-stopping", jobs=2)
    assert seeing.surviving == []
    assert seeing.caught > 0.8 * seeing.made > 0
    assert seeing.made == seeing.caught + len(seeing.equivalent)
    blind = mutation.TEST.replace("not any(findings", "not next(findings")
    assert blind != mutation.TEST
    monkeypatch.setattr(mutation, "TEST", blind)
    assert len(mutation.mutate(COURSE, "early-stopping", jobs=2).surviving) > 10
