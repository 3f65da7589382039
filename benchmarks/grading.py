"""What it costs to grade a class: stock nbgrader beside the sandbox, on the same submissions.

Run ``python benchmarks/grading.py`` on a quiet machine. It hands in the answers of the sample class
over and over, in a scratch folder, and grades them by ``nbgrader autograde`` with nbgrader's own
kernel, where checks judge in place, and by ``python -m autograde grade``. Both begin from nothing:
start-up counts. Feedback is left out, since stock grading writes none.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
NAME = "adam"
STOCK = """
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class-size", type=int, default=40, help="submissions of the comparison")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--no-stock", action="store_true", help="leave out the comparison")
    given = parser.parse_args()
    print(f"{'':24}{'students':>9}{'seconds':>9}{'a minute':>9}{'CPU s each':>11}{'MB':>6}")
    if not given.no_stock:
        stock, expected = graded(given.class_size, stock=True)
        report("nbgrader autograde", given.class_size, stock)
        ours, found = graded(given.class_size, jobs=given.jobs)
        report("autograde grade", given.class_size, ours)
        print(f"  {stock['seconds'] / ours['seconds']:.1f} times as many a minute; ", end="")
        print("the scores are equal" if found == expected else "THE SCORES DIFFER")
    for size in given.sizes:
        report("autograde grade", size, graded(size, jobs=given.jobs)[0])


def report(what: str, size: int, cost: dict[str, float]) -> None:
    """Print one row."""
    row = (size, cost["seconds"], 60 * size / cost["seconds"], cost["cpu"] / size, cost["memory"])
    print("{:24}{:9d}{:9.1f}{:9.0f}{:11.2f}{:6.0f}".format(what, *row), flush=True)


def graded(
    size: int, jobs: int | None = None, *, stock: bool = False
) -> tuple[dict[str, float], dict[str, float]]:
    """Grade a class, and return what it cost and the scores.

    Returns
    -------
    cost : dict
        ``seconds`` by the clock; ``cpu`` seconds of the whole machine, so let it do nothing else;
        and ``memory``, the most that the grading process itself held, in MB.
    scores : dict
        By student.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = course(Path(folder), size, stock)
        command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
        if not stock:
            command = [sys.executable, "-m", "autograde", "grade", NAME, "--no-feedback"]
            command += ["--jobs", str(jobs)]
        before, begun = busy(), time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status:
            raise SystemExit(f"{' '.join(command)} failed")
        cost = {"seconds": seconds, "cpu": busy() - before, "memory": used.ru_maxrss / 1024}
        return cost, scores(root)


def busy() -> float:
    """Return how many seconds the cores of this machine have worked."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


def course(root: Path, size: int, stock: bool) -> Path:
    """Make a course in which a class of some size has handed in."""
    config = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(config + STOCK * stock)
    for folder in ("solutions", "book/exercises"):
        shutil.copytree(ROOT / folder / NAME, root / folder / NAME)
    (root / "autograde").mkdir()
    for step in ("release", "sample"):
        command = [sys.executable, "-m", "autograde", step, NAME]
        subprocess.run(command, cwd=root, env=environment(), check=True, capture_output=True)
    submitted = root / "autograde" / "submitted"
    answers = sorted(submitted.iterdir())
    for k in range(size):
        shutil.copytree(answers[k % len(answers)], submitted / f"member-{k:04d}")
    for answer in answers:
        shutil.rmtree(answer)
    return root


def scores(root: Path) -> dict[str, float]:
    """Return what the gradebook of a course holds."""
    from autograde.grading.course import Course

    with Course(root).gradebook() as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(NAME)}


def environment() -> dict[str, str]:
    """Return the environment of the commands: one thread each."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, **one, "PATH": tools}


if __name__ == "__main__":
    main()
