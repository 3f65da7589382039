"""Read a chapter: what its prose claims, and what its cells have printed.

A number that was measured is marked in the Markdown by an HTML comment, which no reader sees::

    tuned SGD needs **18**<!-- from: rates --> epochs, a loss of `0.9 ± 0.1`<!-- from: final -->

It must then stand, digit by digit, in the stored text output of the cell of that id. Markup, a
percent sign or a closing bracket may stand between the number and its comment; ``a ± b`` is one
claim. A displayed equation ends in its label: ``$$ ... $$ (eq-adam-update)``.
"""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*.ipynb"))

_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
_MARKER = re.compile(r"<!--\s*from:\s*([\w-]+)\s*-->")
_CLAIM = re.compile(rf"({_NUMBER}(?: ± {_NUMBER})?)[`*$%)\]\s]*{_MARKER.pattern}")
_EQUATION = re.compile(r"\$\$.*?\$\$(?:[ ]*\((eq-[\w-]+)\))?", re.DOTALL)
_CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


class Claim(NamedTuple):
    """A number in the prose, and the id of the cell that is said to have printed it."""

    number: str
    cell: str


def chapter(name: str) -> nbformat.NotebookNode:
    """Read the chapter of this name, such as ``03-adam``."""
    return nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4)


def prose(notebook: nbformat.NotebookNode) -> str:
    """Return all Markdown of a notebook, without blocks of code."""
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return _CODE.sub("", "\n\n".join(cells))


def words(notebook: nbformat.NotebookNode) -> int:
    """Count the words of the prose; an equation, a comment or a tag is none."""
    text = re.sub(r"\$\$.*?\$\$|<!--.*?-->|<[^>]+>", " ", prose(notebook), flags=re.DOTALL)
    return len(re.findall(r"[^\W\d_][\w'’-]*", text))


def printed(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """Return the stored text output of a cell; figures have none.

    Raises
    ------
    KeyError
        If there is no such code cell.
    """
    cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    text = []
    for output in cells[cell_id].outputs:
        if output.output_type == "stream" and output.name == "stdout":
            text.append(output.text)
        elif output.output_type in ("execute_result", "display_data"):
            if not any(kind.startswith("image/") for kind in output.data):
                text.append(output.data.get("text/plain", ""))
    return "\n".join(text)


def claims(notebook: nbformat.NotebookNode) -> list[Claim]:
    """Return every number of the prose that is marked as measured.

    Raises
    ------
    ValueError
        If a marker stands behind something that is not a number.
    """
    text = prose(notebook).replace("\N{MINUS SIGN}", "-")
    found = [Claim(*match.groups()) for match in _CLAIM.finditer(text)]
    marked = _MARKER.findall(text)
    if len(found) != len(marked):
        cells = [claim.cell for claim in found]
        raise ValueError(f"markers without a number: {marked} are there, {cells} were read")
    return found


def unsupported(notebook: nbformat.NotebookNode) -> list[Claim]:
    """Return the claims that the stored output of their cell does not contain."""
    wrong = []
    for claim in claims(notebook):
        whole = rf"(?<![\d.,])(?<!\de){re.escape(claim.number)}(?!\d|[.,]\d|e[-+]?\d)"
        if not claim.number.startswith(("-", "+")):
            whole = rf"(?<![-+]){whole}"
        if not re.search(whole, printed(notebook, claim.cell)):
            wrong.append(claim)
    return wrong


def equations(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the labels of the displayed equations in their order; "" where one has none."""
    return [match[1] or "" for match in _EQUATION.finditer(prose(notebook))]
