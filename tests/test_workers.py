"""Who executes: alone, or by Dask's workers, some of which die."""

from __future__ import annotations

import os

import pytest

from autograde.grading.errors import CourseError
from autograde.grading.workers import Alone, hired


def items(*names: str):
    return [(name, name) for name in names]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_item_comes_back_once_with_its_name(jobs):
    with hired(jobs) as workers:
        found = dict(workers.spread(str.upper, items(*"abcdefghijkl")))
    assert found == {name: name.upper() for name in "abcdefghijkl"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_comes_back_in_place_of_the_result(jobs):
    def fussy(item: str) -> str:
        if item == "b":
            raise ValueError("no b")
        return item

    with hired(jobs) as workers:
        found = dict(workers.spread(fussy, items("a", "b", "c")))
    assert found["a"] == "a" and found["c"] == "c"
    assert isinstance(found["b"], ValueError)


def test_what_kills_its_workers_is_given_up_and_the_rest_is_done():
    def deadly(item: str) -> str:
        if item == "killer":
            os._exit(1)
        return item

    with hired(2) as workers:
        found = dict(workers.spread(deadly, items("a", "killer", "b", "c", "d")))
    assert {k: v for k, v in found.items() if k != "killer"} == dict(items("a", "b", "c", "d"))
    assert isinstance(found["killer"], CourseError)
    assert "3 workers died" in str(found["killer"])


def test_items_are_asked_for_only_when_a_worker_is_free_for_them():
    asked = []

    def source():
        for k in range(50):
            asked.append(k)
            yield str(k), k

    with hired(2) as workers:
        for done, _ in enumerate(workers.spread(str, source()), start=1):
            assert len(asked) <= done + 6
    assert len(asked) == 50


def test_one_process_does_one_thing_after_the_other():
    asked = []

    def source():
        for k in range(3):
            asked.append(k)
            yield str(k), k

    spread = Alone().spread(str, source())
    assert next(spread) == ("0", "0") and asked == [0]


def test_no_scheduler_is_told():
    with pytest.raises(CourseError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        with hired(scheduler="tcp://127.0.0.1:9", patience=2):
            pass
