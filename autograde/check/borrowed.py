"""What an answer borrows: it may be made of a module that is hidden while it is graded."""

from __future__ import annotations

import ast
import dis
import linecache
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

#: Where what a notebook defines says that it comes from.
_NOTEBOOK = "__main__"


def borrowed(answers: Iterable[Any], hides: Sequence[str]) -> str:
    """Say which hidden module the answers use, or return an empty text.

    Looked at are the answers, their bases and methods, what of the notebook they mention, and the
    imports in their cells. Whoever imports torch in another cell, to compare, has done nothing
    wrong.

    Parameters
    ----------
    answers : iterable of object
        What the answer cell defined.
    hides : sequence of str
        Modules: see `Exercise.hides`.
    """
    answers = list(answers)
    for answer in answers:
        home = _home(answer)
        if home.partition(".")[0] == "course":
            return f"This is the answer of {home}. Write it yourself."
    for module in _used(answers):
        for hidden in hides:
            if f"{module}.".startswith(f"{hidden}."):
                return (
                    f"Your answer uses {module}. When it is graded, {hidden} will not be there: "
                    "write it yourself."
                )
    return ""


def _home(thing: Any) -> str:
    """Return the module that a thing is, or that it was defined in."""
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return name if isinstance(name, str) else ""


def _used(answers: list[Any]) -> Iterator[str]:
    """Yield the modules of all that the answers reach through the notebook's own definitions."""
    waiting, seen = answers[:], []
    while waiting:
        thing = waiting.pop()
        if any(thing is other for other in seen):
            continue
        seen.append(thing)
        yield _home(thing)
        if isinstance(thing, type) and _home(thing) == _NOTEBOOK:
            waiting += [*thing.__mro__[1:], *vars(thing).values()]
        elif isinstance(thing, property):
            waiting += [thing.fget, thing.fset]
        elif isinstance(thing, staticmethod | classmethod):
            waiting.append(thing.__func__)
        elif isinstance(thing, FunctionType) and _home(thing) == _NOTEBOOK:
            waiting += _mentioned(thing)
            yield from _imported(thing.__code__)


def _mentioned(function: FunctionType) -> Iterator[Any]:
    """Yield what a function closes over and the globals it names, modules with their parts."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    for name in names & function.__globals__.keys():
        thing = function.__globals__[name]
        yield thing
        if isinstance(thing, ModuleType):
            parts = (vars(thing).get(part) for part in names)
            yield from (part for part in parts if isinstance(part, ModuleType))
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # it is empty still
            pass


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _imported(code: CodeType) -> Iterator[str]:
    """Yield the modules that a function imports, and those that its cell does."""
    for inner in _codes(code):
        for step in dis.get_instructions(inner):
            if step.opname == "IMPORT_NAME":
                yield step.argval
    try:
        cell = ast.parse("".join(linecache.getlines(code.co_filename)))
    except SyntaxError:  # magic
        return
    for node in ast.walk(cell):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
