"""What a kernel printed and drew, taken over with care: whoever grades looks at it in a browser."""

from __future__ import annotations

import re
from typing import Any

import bleach

#: Kinds of data that are kept. No scripts, and nothing else that a browser would run.
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")
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
        data = _data(content.get("data"))
        output = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = None
        return output, sum(map(len, data.values()))
    raise OutputError(f"its kernel published something odd: {str(kind)[:80]}")


def without_scripts(text: str) -> str:
    """Return HTML, or Markdown with HTML in it, in which nothing is left that a browser would run.

    Examples
    --------
    >>> without_scripts("if a < b: $x<y$")
    'if a < b: $x<y$'
    >>> without_scripts("<b>so</b> <img src=x onerror=alert(1)>")
    '<b>so</b> <img>'
    """
    if not TAG.search(text):
        return text
    unstyled = STYLE.sub("", text)
    return bleach.clean(unstyled, tags=TAGS, attributes=_may_stay, protocols=PROTOCOLS)


PROTOCOLS = {"http", "https", "mailto", "data", "attachment"}
#: What may begin a tag: a comparison with a single letter, as in $x<y$, does not.
TAG = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9:-]*[\s/>]|[/!?]|[a-zA-Z][a-zA-Z0-9:-]+)")
STYLE = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q s small span strong sub summary sup table "
    "tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = {"align", "alt", "class", "colspan", "height", "rowspan", "scope", "title", "width"}
ADDRESS = re.compile(
    r"(https?://|mailto:|#|attachment:|data:image/(png|jpeg|gif);base64,)[^\x00-\x20]*"
)


def _may_stay(tag: str, name: str, value: str) -> bool:
    if (tag, name) in (("a", "href"), ("img", "src")):
        return bool(ADDRESS.fullmatch(value.strip()))
    return name in ATTRIBUTES


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
