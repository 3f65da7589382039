"""How all benchmarks measure: one thread, CPU time, interleaved repeats, the median of ratios.

Import this module before NumPy and torch, so that their libraries see one thread.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import NamedTuple  # noqa: E402


class Comparison(NamedTuple):
    """Seconds of CPU a call of ours and of theirs, and how many times as long ours takes.

    Parameters
    ----------
    ours, theirs : float
        Medians over the repeats, in seconds.
    ratio : float
        The median of the ratios of repeats that ran next to each other.
    spread : float
        Half of the distance between the quartiles of those ratios.
    """

    ours: float
    theirs: float
    ratio: float
    spread: float


def compare(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    repeats: int = 21,
    seconds: float = 0.02,
) -> Comparison:
    """Time two functions by turns, so that a change in the machine's mood meets both.

    Parameters
    ----------
    ours, theirs : callable
        What is timed; both are called a few times first.
    repeats : int
        Pairs of measurements.
    seconds : float
        What each measurement takes at least, by calling often enough.

    Returns
    -------
    Comparison
    """
    calls = [_calls_that_take(seconds, function) for function in (ours, theirs)]
    pairs = []
    for repeat in range(repeats):
        first = repeat % 2
        pair = [0.0, 0.0]
        for i in (first, 1 - first):
            pair[i] = _cpu_seconds((ours, theirs)[i], calls[i]) / calls[i]
        pairs.append(pair)
    ratios = [ours_took / theirs_took for ours_took, theirs_took in pairs]
    low, middle, high = statistics.quantiles(ratios, n=4)
    ours_took, theirs_took = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Comparison(ours_took, theirs_took, middle, (high - low) / 2)


def _cpu_seconds(function: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        function()
    return time.process_time() - start


def _calls_that_take(seconds: float, function: Callable[[], object]) -> int:
    calls = 1
    _cpu_seconds(function, 2)
    while (took := _cpu_seconds(function, calls)) < seconds / 2:
        calls *= 2
    return max(1, round(calls * seconds / took))


def one_thread() -> None:
    """Limit torch to one thread as well."""
    import torch

    torch.set_num_threads(1)


def row(name: str, size: str, comparison: Comparison) -> str:
    """Return a line of a Markdown table: name, size, both times and the ratio."""
    ours, theirs = (1e6 * s for s in (comparison.ours, comparison.theirs))
    ratio = f"{comparison.ratio:.2f} ± {comparison.spread:.2f}"
    return f"| {name:<24} | {size:>12} | {ours:>9.1f} | {theirs:>9.1f} | {ratio:>13} |"


def header() -> str:
    """Return the head of the table whose lines `row` makes."""
    return (
        f"| {'what':<24} | {'size':>12} | {'ours, µs':>9} | {'torch, µs':>9} | {'ratio':>13} |\n"
        f"|{'-' * 26}|{'-' * 13}:|{'-' * 10}:|{'-' * 10}:|{'-' * 14}:|"
    )
