"""The commands of ``python -m autograde``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograde.grading import doctor as examination
from autograde.grading import sample
from autograde.grading.course import Course, CourseError
from autograde.grading.grade import grade_class
from autograde.grading.tables import score_table

app = typer.Typer(
    help="Release, grade and look after the exercises of the course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

Root = Annotated[Path, typer.Option(help="The course's folder, with its nbgrader_config.py.")]


@app.command()
def grade(
    name: Annotated[str, typer.Argument(help="The assignment, as in solutions/NAME.")],
    student: Annotated[list[str] | None, typer.Option(help="Only this student's.")] = None,
    root: Root = Path(),
) -> None:
    """Grade the submissions of an assignment, write feedback, and print the table."""
    course = _open(root)
    try:
        course.require(name)
        students = _chosen(course.students(name), student or [], name)
        results = []
        with _progress() as progress:
            task = progress.add_task(f"grading {name}", total=len(students))
            for result in grade_class(course, name, students):
                results.append(result)
                progress.advance(task)
    except CourseError as error:
        _stop(str(error))
    console.print(score_table(name, results))
    console.print(f"feedback: {course.folder('feedback').relative_to(course.root)}/STUDENT/{name}/")
    if any(result.error for result in results):
        raise typer.Exit(1)


@app.command()
def release(
    names: Annotated[list[str] | None, typer.Argument(help="Assignments; all of them.")] = None,
    root: Root = Path(),
) -> None:
    """Write the released notebooks from the instructor notebooks, with nbgrader."""
    course = _open(root)
    try:
        for name in names or course.assignments():
            console.print(f"released {course.release(name).relative_to(course.root)}")
    except CourseError as error:
        _stop(str(error))


@app.command("sample")
def sample_class(
    name: Annotated[str, typer.Argument(help="The assignment, as in solutions/NAME.")],
    root: Root = Path(),
) -> None:
    """Let a sample class of students hand in answers of all kinds."""
    course = _open(root)
    try:
        for student, what in sample.hand_in(course, name):
            console.print(f"{student} hands in {name}: {what}", highlight=False)
    except CourseError as error:
        _stop(str(error))


@app.command()
def doctor(root: Root = Path()) -> None:
    """Tell what of the environment works, and what to do about what does not."""
    findings = examination.examine(root)
    for finding in findings:
        mark = "[green]works[/green]" if finding.works else "[red]broken[/red]"
        console.print(f"{mark:>8}  {finding.what}", highlight=False)
        if not finding.works:
            console.print(f"        → {finding.remedy}", highlight=False)
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


def _open(root: Path) -> Course:
    try:
        return Course(root)
    except CourseError as error:
        _stop(str(error))


def _chosen(there: list[str], wanted: list[str], assignment: str) -> list[str]:
    missing = sorted(set(wanted) - set(there))
    if missing:
        raise CourseError(f"no submission of {assignment} by {', '.join(missing)}")
    if not there:
        raise CourseError(
            f"nobody has handed in {assignment}: put notebooks into "
            f"autograde/submitted/STUDENT/{assignment}/{assignment}.ipynb"
        )
    return wanted or there


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _stop(message: str) -> None:
    console.print(f"[red]error:[/red] {message}", highlight=False)
    raise typer.Exit(2)
