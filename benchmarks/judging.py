"""Print what it costs to judge a submission, in CPU seconds, beyond running its code.

Run it as ``python benchmarks/judging.py``. Each submission has a seed of its own, as in a class, so
nothing is at hand from the one before. Timed is the verdict on evidence that has been gathered:
for the solution, and for each misconception of the bank.
"""

import _timing  # noqa: F401 (before NumPy: one thread)

# isort: split
import statistics
import time
from collections.abc import Callable
from typing import Any

from autograde.check import collect, generator
from autograde.entry import exercises, judge, load

SEEDS = range(500, 505)


def seconds(exercise: str, answer: str, given: Any, seed: int) -> float:
    """Return the CPU seconds of all verdicts on one answer."""
    deciding = judge(exercise, answer)
    probes = {check: deciding.answer.probes[check] for check in deciding.answer.cheap}
    evidence = {c: collect(probe, given, generator(seed, c)) for c, probe in probes.items()}
    gather: Callable[[str], Any] = evidence.__getitem__
    start = time.process_time()
    for check in probes:
        deciding.verdict(check, seed, gather)
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    print(f"| {'exercise':<18} | {'solution':>9} | {'mistake, median':>16} | {'worst':>9} |")
    print(f"|{'-' * 20}|{'-' * 10}:|{'-' * 17}:|{'-' * 10}:|")
    seed = 10_000
    for name in exercises():
        right, wrong = [], []
        for cell in load(name).answers:
            bank = judge(name, cell.name).bank
            seconds(name, cell.name, bank.reference, seed)  # imports
            for _ in SEEDS:
                seed += 1
                right.append(seconds(name, cell.name, bank.reference, seed))
            for mistake in bank.misconceptions:
                seed += 1
                wrong.append(seconds(name, cell.name, mistake.build, seed))
        figures = statistics.median(right), statistics.median(wrong), max(wrong)
        solution, median, worst = (f"{1e3 * figure:.0f} ms" for figure in figures)
        print(f"| {name:<18} | {solution:>9} | {median:>16} | {worst:>9} |", flush=True)


if __name__ == "__main__":
    main()
