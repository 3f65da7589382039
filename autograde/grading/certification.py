"""Certifying the exercises of a course: banks over many seeds, blank and solved notebooks."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

import matplotlib

from autograde.certify import Certificate, certify
from autograde.grading.course import Course, read_notebook
from autograde.grading.dry_run import dry_run

#: Seeds that one process tries at a time.
CHUNK = 10


def certify_banks(names: list[str], seeds: int, jobs: int) -> Iterator[list[Certificate]]:
    """Certify the banks of exercises on several processes.

    Parameters
    ----------
    names : list of str
        Exercises.
    seeds : int
        How many seeds to try, from 0.
    jobs : int
        How many processes.

    Yields
    ------
    list of Certificate
        For some of the seeds of one exercise, whenever a process is done; add them up.
    """
    chunks = [
        (name, range(first, min(first + CHUNK, seeds)))
        for first in range(0, seeds, CHUNK)
        for name in names
    ]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        done = as_completed([pool.submit(certify, name, chunk) for name, chunk in chunks])
        for future in done:
            yield future.result()


def notebook_scores(course: Course, name: str) -> dict[str, tuple[float, float]]:
    """Return score and maximum of the untouched release and of the instructor's notebook."""
    matplotlib.use("Agg")
    return {
        what: dry_run(read_notebook(course.notebook(step, name)))
        for what, step in {"blank": "release", "solution": "source"}.items()
    }
