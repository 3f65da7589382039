"""Run the solutions that a chapter folds away below its open exercises.

A solution is ``<details><summary>Solution</summary> ... </details>``. Its ``python`` blocks run one
after the other in the namespace that the chapter's first code cell (the imports) leaves behind. A
``text`` block is what the solution's code before it has printed, since the last such block.
"""

import contextlib
import io
import re
from typing import NamedTuple

import matplotlib
import matplotlib.pyplot as plt
import nbformat

_SOLUTION = re.compile(
    r"<details>\s*<summary>\s*Solution\s*</summary>\n\n(.*?)\n\n</details>", re.DOTALL
)
_BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its kind (``python`` or ``text``) and what it holds."""

    kind: str
    text: str


def solutions(notebook: nbformat.NotebookNode) -> dict[str, list[Block]]:
    """Return the blocks of each folded solution, by the id of its cell.

    Raises
    ------
    ValueError
        If a cell holds more than one solution, or one that is not written as above.
    """
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "<details" in cell.source:
            texts = _SOLUTION.findall(cell.source)
            if len(texts) != 1 or cell.source.count("<details") != 1:
                raise ValueError(f"cell {cell.id!r} must hold one folded solution, well formed")
            found[cell.id] = [Block(*match) for match in _BLOCK.findall(texts[0])]
    return found


def run(notebook: nbformat.NotebookNode, blocks: list[Block]) -> None:
    """Run a solution, and compare what it prints with what it says that it prints.

    Raises
    ------
    AssertionError
        If it prints something else; and whatever the code raises.
    """
    imports = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    namespace = {"__name__": "solution"}
    matplotlib.use("Agg")
    try:
        exec(imports, namespace)
        output = io.StringIO()
        for block in blocks:
            if block.kind == "python":
                with contextlib.redirect_stdout(output):
                    exec(compile(block.text, "<folded solution>", "exec"), namespace)
            else:
                got = output.getvalue()
                assert got.rstrip() == block.text.rstrip(), f"printed\n{got}"
                output = io.StringIO()
    finally:
        plt.close("all")
