"""What a kernel printed and drew, taken over with care: whoever grades looks at it in a browser."""

from __future__ import annotations

from typing import Any

#: Kinds of data that are kept. No scripts, and no SVG, which may hold some.
KINDS = (
    "text/plain",
    "text/html",
    "text/latex",
    "text/markdown",
    "image/png",
    "image/jpeg",
)
STREAMS = ("stdout", "stderr")


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
        }, len(text)
    if kind == "error":
        lines = content.get("traceback")
        error = {
            "output_type": "error",
            "ename": _text(content.get("ename")),
            "evalue": _text(content.get("evalue")),
            "traceback": [_text(line) for line in lines] if isinstance(lines, list) else [],
        }
        return error, len(error["evalue"]) + sum(map(len, error["traceback"]))
    if kind in ("display_data", "execute_result"):
        given = content.get("data")
        data = {k: _text(given[k]) for k in KINDS if isinstance(given, dict) and k in given}
        output = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = None
        return output, sum(map(len, data.values()))
    raise OutputError(f"its kernel published something odd: {str(kind)[:80]}")


def _text(value: Any) -> str:
    """Return a text that can be written as UTF-8, empty for anything else."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
