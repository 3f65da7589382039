"""Read the pages of the book that are no chapters: their files, their commands, their tables."""

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

_BLOCK = re.compile(
    r"^ *```(?:\{code-block\} )?(\w+)\n(?::caption: (\S+)\n)?(.*?)^ *```$", re.DOTALL | re.MULTILINE
)


class Block(NamedTuple):
    """A fenced block: its language, its caption ("" without one), and what it holds."""

    language: str
    caption: str
    text: str


def page(name: str) -> str:
    """Return the text of a page, such as ``start``."""
    return (ROOT / "book" / f"{name}.md").read_text()


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of code of a page, in their order; directives are none."""
    found = _BLOCK.findall(text)
    return [
        Block(kind, caption.replace("\\_", "_"), textwrap.dedent(code))
        for kind, caption, code in found
    ]


def commands(text: str) -> list[str]:
    """Return the lines of all shell blocks, without comments and continued lines made one."""
    shell = [block.text.replace("\\\n", " ") for block in blocks(text) if block.language == "sh"]
    lines = [re.sub(r"\s+#.*|^#.*", "", line).strip() for line in "".join(shell).splitlines()]
    return [line for line in lines if line]


def rows(text: str, columns: int) -> list[list[str]]:
    """Return the rows of all tables with so many columns, without heads and rules."""
    found = []
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        is_rule = bool(re.fullmatch(r"[|:\- ]+", line))
        is_head = bool(re.fullmatch(r"\|[|:\- ]+", following))
        if len(cells) == columns and not is_rule and not is_head:
            found.append(cells)
    return found
