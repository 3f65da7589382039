"""The tables that the commands end with."""

from __future__ import annotations

from itertools import groupby

from rich import box
from rich.markup import escape
from rich.table import Table

from autograde.certify import Certificate
from autograde.grading.mutation import Mutants
from autograde.grading.outputs import without_controls
from autograde.grading.report import Report
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
        table.add_row(_plain(result.student), _score(result), _story(result))
    return table


def report_tables(report: Report) -> list[Table]:
    """Return the report of a class: the spread of scores, its mistakes, and points by check."""
    scores = report.scores
    spread = Table(title=f"Exercise {report.assignment}: scores", title_justify="left")
    if count := int((report.by_hand > 0).sum()):
        spread.caption = f"In {count} of them, up to {report.by_hand.max():g} points wait for you."
    for head in ("graded", "mean", "median", "lowest", "highest", "of"):
        spread.add_column(head, justify="right")
    values = (scores.mean(), scores.median(), scores.min(), scores.max(), report.max_score)
    spread.add_row(f"{len(scores)}", *(f"{value:.4g}" for value in values))
    mistakes = Table(title="Mistakes", title_justify="left")
    mistakes.add_column("mistake", overflow="fold")
    mistakes.add_column("students", justify="right")
    mistakes.add_column("who", overflow="fold")
    for m in report.mistakes.itertuples():
        style = "" if m.named else "dim"
        mistakes.add_row(escape(m.mistake), f"{m.students}", escape(m.who), style=style)
    checks = Table(title="Points by check", title_justify="left")
    checks.add_column("check")
    checks.add_column("points", justify="right")
    checks.add_column("earned", justify="right")
    for name, row in report.checks.iterrows():
        checks.add_row(str(name), f"{row.points:g}", earned(row.share, int(row.waiting)))
    return [spread, mistakes, checks]


def earned(share: float, waiting: int) -> str:
    """Write which share of a check's points was earned, and how many students wait for theirs.

    Examples
    --------
    >>> earned(0.5, 0), earned(0.5, 2), earned(float("nan"), 3)
    ('50%', '50%, 2 wait', '3 wait')
    """
    given = [] if share != share else [f"{share:.0%}"]
    return ", ".join([*given, f"{waiting} wait"] if waiting else given)


def certificate_table(
    certificates: list[Certificate], scores: dict[str, dict[str, tuple[float, float]]]
) -> Table:
    """Return what certification showed: a row for each exercise, and one for each answer cell.

    Parameters
    ----------
    certificates : list of Certificate
        The answer cells of an exercise stand together.
    scores : dict
        For each exercise, score and maximum of its ``blank`` and ``solution`` notebooks.
    """
    seeds = max((c.seeds for c in certificates), default=0)
    title = f"Certified over {seeds} seeds"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("exercise", overflow="fold", min_width=20)
    for head in ("wrong", "told\napart", "named", "right", "refused", "blank", "solution"):
        table.add_column(head, justify="right")
    for exercise, cells in groupby(certificates, key=lambda c: c.exercise):
        points = ("{:g}/{:g}".format(*scores[exercise][what]) for what in ("blank", "solution"))
        table.add_row(f"[bold]{exercise}", *[""] * 5, *points)
        for c in cells:
            named = c.trials - sum(c.unnamed.values()) - sum(c.misnamed.values())
            table.add_row(
                f"  {c.answer}",
                f"{c.misconceptions}",
                _share(c.trials - sum(c.undetected.values()), c.trials),
                _share(named, c.trials),
                f"{c.styles + 1}",
                _share(sum(c.refused.values()), c.seeds * (c.styles + 1)),
            )
    few = {check: n for c in certificates for check, n in c.costly.items()}
    if few:
        trained = ", ".join(f"{check} (seeds: {n})" for check, n in few.items())
        table.caption = f"Checks that take long were tried at fewer: {trained}."
    return table


def _share(part: int, whole: int) -> str:
    exact = part in (0, whole)
    return f"{part / whole:.{0 if exact else 2}%}" if whole else "-"


def _score(result: Result) -> str:
    if result.score is None:
        return "[red]not graded[/red]"
    lost = result.max_score - result.waiting > result.score
    style = "green" if not lost else "yellow" if result.score else "red"
    score = f"[{style}]{result.score:g} / {result.max_score:g}[/{style}]"
    if not result.waiting:
        return score
    return f"{score}, {result.waiting:g} {'waits' if result.waiting == 1 else 'wait'} for you"


def _story(result: Result) -> str:
    if result.error:
        return _plain(result.error)
    shown = [*result.mistakes[:3], *result.remarks]
    if len(result.mistakes) > 3:
        shown.insert(3, f"and {len(result.mistakes) - 3} more")
    return _plain("; ".join(shown)) if shown else "[dim]nothing[/dim]"


def mutants_table(results: list[Mutants]) -> Table:
    """Return what became of the mutants of each solution, and why some rightly lose nothing.

    Parameters
    ----------
    results : list of Mutants
    """
    table = Table(title="Mutants of the solutions", title_justify="left")
    table.add_column("exercise", no_wrap=True)
    for head in ("mutants", "lose points", "equivalent", "survive"):
        table.add_column(head, justify="right", no_wrap=True)
    for r in results:
        counts = (r.made, r.caught, len(r.equivalent), len(r.surviving))
        table.add_row(r.exercise, *map(str, counts))
    return table


def _plain(text: str) -> str:
    """Return a text that neither Rich nor a terminal takes for an order."""
    return escape(without_controls(text))
