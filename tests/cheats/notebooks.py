"""Cheats that change the notebook itself: its cells, their marks, or what the file is."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]


def name_of(cell: dict[str, Any]) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def checks(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if name_of(cell).startswith("check-")]


def tagged(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell"]


def emptied_checks(notebook: Notebook) -> None:
    for cell in checks(notebook):
        cell["source"] = "pass"


def more_points(notebook: Notebook) -> None:
    for cell in checks(notebook):
        cell["metadata"]["nbgrader"]["points"] = 1000


def points_for_the_answer(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if name_of(cell) == "adam":
            cell["metadata"]["nbgrader"] |= {"grade": True, "points": 100}


def renamed(notebook: Notebook) -> None:
    for k, cell in enumerate(checks(notebook)):
        cell["metadata"]["nbgrader"]["grade_id"] = f"other-{k}"


def duplicated(notebook: Notebook) -> None:
    for cell in checks(notebook):
        again = copy.deepcopy(cell)
        again["source"], again["id"] = "pass", again["id"] + "-again"
        notebook["cells"].append(again)


def deleted(notebook: Notebook) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in checks(notebook)]


def reordered(notebook: Notebook) -> None:
    notebook["cells"].reverse()


def not_code(notebook: Notebook) -> None:
    for cell in checks(notebook):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


def another_kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}


def stored_outputs(notebook: Notebook) -> None:
    right = {"output_type": "execute_result", "data": {"text/plain": "20"}, "metadata": {}}
    for cell in checks(notebook):
        cell["outputs"], cell["execution_count"] = [right | {"execution_count": 1}], 1


def marked_as_graded(notebook: Notebook) -> None:
    notebook["metadata"]["autograde"] = {"fingerprint": "0" * 64}


def script_in_text(notebook: Notebook) -> None:
    text = "<script>alert('text')</script> <img src=x onerror=alert('image')>"
    cell = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": text}
    notebook["cells"].insert(1, cell)


EDITS = {
    "tags that skip cells": tagged,
    "emptied checks": emptied_checks,
    "more points": more_points,
    "points for the answer": points_for_the_answer,
    "renamed checks": renamed,
    "duplicated checks": duplicated,
    "deleted checks": deleted,
    "reordered cells": reordered,
    "checks that are text": not_code,
    "another kernel": another_kernel,
    "stored outputs": stored_outputs,
    "marked as graded": marked_as_graded,
    "a script in the text": script_in_text,
}


def deep_json(path: Path, text: str) -> None:
    path.write_text('{"cells": ' + "[" * 200_000)


def many_cells(path: Path, text: str) -> None:
    notebook = json.loads(text)
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": []}
    notebook["cells"] += [cell | {"execution_count": None, "id": f"c{k}"} for k in range(100_000)]
    path.write_text(json.dumps(notebook))


def huge(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.truncate(1 << 30)


def link(path: Path, text: str) -> None:
    path.symlink_to("/etc/passwd")


def link_to_the_solution(path: Path, text: str) -> None:
    root = path.parents[4]
    path.symlink_to(root / "solutions" / "adam" / "adam.ipynb")


def pipe(path: Path, text: str) -> None:
    import os

    os.mkfifo(path)


def numbers(path: Path, text: str) -> None:
    path.write_text(text.replace('"nbformat": 4', '"nbformat": 1e400'))


#: What makes a file of its own; none of these can be graded at all.
FILES = {
    "deep JSON": deep_json,
    "a hundred thousand cells": many_cells,
    "a file of a gigabyte": huge,
    "a link to a file of the system": link,
    "a link to the solution": link_to_the_solution,
    "a pipe": pipe,
    "a number too large": numbers,
}
