"""Run every chapter from start to end, and write what it took to ``book/run-times.md``.

Run it as ``python benchmarks/chapters.py``, on a machine that is otherwise idle.
"""

import _timing  # noqa: F401 (before NumPy: one thread)

# isort: split
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1] / "book"
CHAPTERS = sorted(BOOK.glob("[0-9][0-9]-*.ipynb"))
PAGE = """\
# Run times

What *Run All Cells* takes in each chapter: seconds of processor time on one thread, among them
the {start:.0f} s of starting a kernel and of the imports. A busy machine needs more, a fast one
less.
`python benchmarks/chapters.py` measures them and writes this page.

| chapter | seconds |
|:--|--:|
{rows}

All chapters together take {total:.0f} s.
"""


def cpu_seconds(notebook: Path) -> float:
    """Execute a notebook in a kernel of its own; return the processor time of all processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute"]
            + ["--log-level=ERROR", "--output-dir", scratch, str(notebook)],
            env=os.environ | {"PYTHONPATH": str(BOOK.parent)},
            check=True,
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def empty_notebook(folder: str) -> Path:
    """Write a notebook with nothing but the imports that chapters begin with."""
    import nbformat

    cell = nbformat.v4.new_code_cell("import numpy as np\nfrom course import plots")
    notebook = Path(folder) / "empty.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    return notebook


def main() -> None:
    """Measure all chapters and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        start = cpu_seconds(empty_notebook(folder))
    rows, total = [], 0.0
    for chapter in CHAPTERS:
        seconds = cpu_seconds(chapter)
        total += seconds
        number, _, topic = chapter.stem.partition("-")
        title = topic.replace("-", " ").capitalize()
        rows.append(f"| [{int(number)} {title}]({chapter.name}) | {seconds:.0f} |")
        print(rows[-1], flush=True)
    text = PAGE.format(start=start, rows="\n".join(rows), total=total)
    (BOOK / "run-times.md").write_text(text)


if __name__ == "__main__":
    main()
