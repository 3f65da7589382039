"""The table at the end of grading."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from autograde.grading.results import Result


def score_table(assignment: str, results: list[Result]) -> Table:
    """Return the table of students, scores and what went wrong for each.

    Parameters
    ----------
    assignment : str
    results : list of Result
    """
    table = Table(title=f"Exercise {assignment}", title_justify="left", show_lines=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("what went wrong", overflow="fold")
    for result in results:
        table.add_row(escape(result.student), _score(result), _story(result))
    return table


def _score(result: Result) -> str:
    if result.score is None:
        return "[red]not graded[/red]"
    style = "green" if result.score == result.max_score else "yellow" if result.score else "red"
    return f"[{style}]{result.score:g} / {result.max_score:g}[/{style}]"


def _story(result: Result) -> str:
    if result.error:
        return escape(result.error)
    shown = [*result.mistakes[:3], *result.remarks]
    if len(result.mistakes) > 3:
        shown.insert(3, f"and {len(result.mistakes) - 3} more")
    return escape("; ".join(shown)) if shown else "[dim]nothing[/dim]"
