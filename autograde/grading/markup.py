"""HTML of a learner's, made harmless in one pass: no text takes longer than its length tells.

A parser of HTML as browsers have it needs hours for a few kilobytes that are meant to harm it.
Here a tag stays only if it is one of a few and written plainly; every other ``<`` is text.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape, unescape

TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q s small span strong sub summary sup table "
    "tbody td tfoot th thead tr u ul".split()
)
#: How many tags may be open at once.
DEEPEST = 100
EMPTY = {"br", "col", "hr", "img"}
ATTRIBUTES = {"align", "alt", "class", "colspan", "height", "rowspan", "scope", "title", "width"}
ADDRESS = re.compile(
    r"(https?://|mailto:|#|attachment:|data:image/(png|jpeg|gif);base64,)[^\x00-\x20]*"
)
#: What may begin a tag: a comparison with a single letter, as in $x<y$, does not.
TAG = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9:-]*[\s/>]|[/!?]|[a-zA-Z][a-zA-Z0-9:-]+)")

# None of these looks beyond the next "<": so they take time in proportion to the text.
_ATTRIBUTE = r"""\s+([a-zA-Z-]++)(?:=("[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?"""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_UNSHOWN = re.compile(r"<style\b[^<]*+</style\s*+>|<!--[^<]*?-->", re.IGNORECASE)
_PART = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:{_ATTRIBUTE})*+)\s*+/?>|<")


def without_scripts(text: str) -> str:
    """Return HTML, or Markdown with HTML in it, in which nothing is left that a browser would run.

    Tags that nobody closes are closed at the end, so that the page around it stays whole.

    Examples
    --------
    >>> without_scripts("if a < b: $x<y$")
    'if a < b: $x<y$'
    >>> without_scripts("<b>so</b> <img src=x onerror=alert(1)>")
    '<b>so</b> <img>'
    >>> without_scripts("</div><b>so<script>")
    '<b>so&lt;script></b>'
    """
    if not TAG.search(text):
        return text
    stack: list[str] = []
    there: Counter[str] = Counter()

    def close(name: str) -> str:
        closed = []
        while there[name]:
            closed.append(stack.pop())
            there[closed[-1]] -= 1
            if closed[-1] == name:
                break
        return "".join(f"</{inner}>" for inner in closed)

    def part(found: re.Match[str]) -> str:
        ends, name, given = found[1], (found[2] or "").lower(), found[3]
        deep = len(stack) >= DEEPEST and not ends and name not in EMPTY
        if name not in TAGS or deep:
            return "&lt;" + found[0][1:]
        if ends:
            return close(name)
        if name not in EMPTY:
            stack.append(name)
            there[name] += 1
        return f"<{name}{_kept(name, given)}>"

    body = _PART.sub(part, _UNSHOWN.sub("", text))
    return body + "".join(f"</{name}>" for name in reversed(stack))


def _kept(tag: str, given: str) -> str:
    kept = {}
    for found in _ATTRIBUTES.finditer(given):
        name, value = found[1].lower(), unescape((found[2] or "").strip("\"'"))
        linked = (tag, name) in (("a", "href"), ("img", "src")) and ADDRESS.fullmatch(value.strip())
        if linked or name in ATTRIBUTES:
            kept.setdefault(name, value)
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
