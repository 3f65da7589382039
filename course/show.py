"""Show the source of the package itself in a notebook, so that no second copy is needed."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap

__all__ = ["Source", "show"]


class Source:
    """Source code that a notebook displays with its own syntax colours.

    It offers itself as Markdown, which JupyterLab and the website colour in their current theme,
    light or dark, and as plain text to everything else. Both are the same at every run.

    Parameters
    ----------
    code : str

    Examples
    --------
    >>> Source("x = 1")
    x = 1
    """

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        longest = max(map(len, re.findall("`+", self.code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}python\n{self.code}\n{fence}"


def show(*objects: object, docstring: bool = True) -> Source:
    """Return the source of functions, classes, methods or modules, to end a notebook cell with.

    Parameters
    ----------
    *objects : function, class, method or module
        At least one, written in Python.
    docstring : bool
        Whether the docstrings are shown; without them, a rule is its few lines of arithmetic.

    Returns
    -------
    Source

    Raises
    ------
    TypeError
        If an object has no source: ``show needs an object written in Python, got <built-in ...``

    Examples
    --------
    >>> from course.loss_rules import mse_loss
    >>> show(mse_loss, docstring=False)
    def mse_loss(output: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
        target = _check_pair(output, target)
        error = output - target
        return float(np.mean(error * error)), error * (2 / error.size)
    """
    if not objects:
        raise TypeError("show needs at least one object, got none")
    codes = [_source(obj) for obj in objects]
    if not docstring:
        codes = [_without_docstrings(code) for code in codes]
    return Source("\n\n\n".join(codes))


def _source(obj: object) -> str:
    try:
        return textwrap.dedent(inspect.getsource(obj)).strip()
    except (TypeError, OSError) as error:
        raise TypeError(f"show needs an object written in Python, got {obj!r}") from error


def _without_docstrings(code: str) -> str:
    """Return the code without the lines of its docstrings, comments and layout kept."""
    lines = code.splitlines()
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None and len(node.body) > 1:
            text = node.body[0]
            for number in range(text.lineno - 1, text.end_lineno):
                lines[number] = None
            if text.end_lineno < len(lines) and not lines[text.end_lineno]:
                lines[text.end_lineno] = None
    return "\n".join(line for line in lines if line is not None).strip()
