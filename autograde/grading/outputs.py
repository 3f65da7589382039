"""What a kernel printed and drew, taken over with care: whoever grades looks at it in a browser."""

from __future__ import annotations

import re
from typing import Any

from autograde.grading.markup import without_scripts

#: Kinds of data that are kept. No scripts, and nothing else that a browser would run.
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")
STREAMS = ("stdout", "stderr")


#: What an output costs beside its text, in characters, so that there cannot be any number of them.
OVERHEAD = 64
LINES = 1000
LONGEST_NAME = 100


class OutputError(Exception):
    """What a kernel published is no output of a notebook."""


def clean(message: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return an output as nbformat has it, and its size in characters.

    Parameters
    ----------
    message : dict
        ``{"output": type, "content": ...}``, of a kernel that may have been tampered with.

    Raises
    ------
    OutputError
        If it is anything else.
    """
    kind, content = message.get("output"), message.get("content")
    if not isinstance(content, dict):
        raise OutputError(f"its kernel published something odd: {str(message)[:80]}")
    if kind == "clear_output":
        kind, content = "stream", {"name": "stdout", "text": ""}
    if kind == "stream":
        name = content.get("name")
        text = _text(content.get("text"))
        return {
            "output_type": "stream",
            "name": name if name in STREAMS else "stdout",
            "text": text,
        }, OVERHEAD + len(text)
    if kind == "error":
        lines = content.get("traceback")
        name = re.sub(r"[^\w.]", "", _text(content.get("ename")))[:LONGEST_NAME]
        error = {
            "output_type": "error",
            "ename": name or "Exception",
            "evalue": without_controls(_text(content.get("evalue"))),
            "traceback": [_text(line) for line in lines[:LINES]] if isinstance(lines, list) else [],
        }
        return error, OVERHEAD + len(error["evalue"]) + sum(map(len, error["traceback"]))
    if kind in ("display_data", "execute_result"):
        data = _data(content.get("data"))
        output = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = None
        return output, OVERHEAD + sum(map(len, data.values()))
    raise OutputError(f"its kernel published something odd: {str(kind)[:80]}")


def without_controls(text: str) -> str:
    r"""Return a text that a terminal shows and does not obey; only the ends of lines are kept.

    Examples
    --------
    >>> without_controls("so\x1b]0;title\x07 much\x1b[31m")
    'so much'
    """
    return CONTROLS.sub("", text)


#: Colours, titles and the like, whole where they are; and every other control character.
CONTROLS = re.compile(
    r"\x1b\[[0-?]{0,50}[ -/]{0,9}[@-~]|\x1b\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def _data(given: Any) -> dict[str, str]:
    kept = {}
    for kind in KINDS:
        text = _text(given.get(kind)) if isinstance(given, dict) else ""
        if kind.startswith("image/") and not BASE64.fullmatch(text):
            continue
        if text:
            kept[kind] = without_scripts(text) if kind == "text/html" else text
    return kept or {"text/plain": "(an output of a kind that is not shown)"}


BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


def _text(value: Any) -> str:
    """Return a text that can be written as UTF-8, empty for anything else."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
