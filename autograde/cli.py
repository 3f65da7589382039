"""The commands of ``python -m autograde``."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograde.grading.errors import CourseError
from autograde.sandbox.launch import SandboxError

if TYPE_CHECKING:
    from autograde.certify import Certificate
    from autograde.grading.course import Course

app = typer.Typer(
    help="Release, grade and look after the exercises of the course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

# nbgrader's own queries make SQLAlchemy warn; nobody who grades can do anything about it.
warnings.filterwarnings("ignore", message="Object of type", module="nbgrader")

Root = Annotated[Path, typer.Option(help="The course's folder, with its nbgrader_config.py.")]


@app.command()
def grade(
    name: Annotated[str, typer.Argument(help="The assignment, as in solutions/NAME.")],
    student: Annotated[list[str] | None, typer.Option(help="Only this student's.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade unchanged ones again.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions at a time.")] = os.cpu_count() or 1,
    scheduler: Annotated[str, typer.Option(help="A Dask cluster to use: tcp://HOST:PORT.")] = "",
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that a cell may take.")] = 120.0,
    feedback: Annotated[bool, typer.Option(help="Whether to write feedback pages.")] = True,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run what students wrote with your own rights."),
    ] = False,
    root: Root = Path(),
) -> None:
    """Grade the submissions of an assignment, write feedback, and print the table.

    What is graded and unchanged is left as it is, so an interrupted run goes on where it was.
    """
    from autograde.grading.grade import Grading
    from autograde.grading.tables import score_table
    from autograde.grading.workers import hired
    from autograde.sandbox.launch import require_sandbox
    from autograde.sandbox.limits import Limits

    course = _open(root)
    results = []
    try:
        course.require(name)
        students = _chosen(course.students(name), student or [], name)
        if not unsafe_no_sandbox and not scheduler:
            require_sandbox()
        limits = Limits(cell_seconds=timeout, seconds=max(Limits.seconds, 2 * timeout))
        with hired(min(jobs, len(students)), scheduler) as workers:
            grading = Grading(course, name, workers, limits, not unsafe_no_sandbox, force)
            with _progress() as progress:
                task = progress.add_task(f"grading {name}", total=len(students))
                for result in grading.grade(students):
                    results.append(result)
                    progress.advance(task)
            if feedback:
                with _progress() as progress:
                    task = progress.add_task("feedback", total=None)
                    for _ in grading.write_feedback(students):
                        progress.advance(task)
    except (CourseError, SandboxError) as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _stop(f"interrupted; {len(results)} are graded, the same command goes on from there")
    results.sort(key=lambda result: result.student)
    console.print(score_table(name, results))
    if feedback:
        pages = course.folder("feedback").relative_to(course.root)
        console.print(f"feedback: {pages}/STUDENT/{name}/")
    if any(result.error for result in results):
        raise typer.Exit(1)


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The assignment, as in solutions/NAME.")],
    root: Root = Path(),
) -> None:
    """Show the class at a glance: scores, points by check, mistakes and who made them."""
    from autograde.grading.report import class_report
    from autograde.grading.report_page import report_page
    from autograde.grading.tables import report_tables

    course = _open(root)
    try:
        summary = class_report(course, name)
    except CourseError as error:
        _stop(str(error))
    for table in report_tables(summary):
        console.print(table)
    for student in summary.waiting:
        console.print(f"not graded: {student}", markup=False)
    page = course.root / "autograde" / "reports" / f"{name}.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(report_page(summary), encoding="utf-8")
    console.print(f"as a page: {page.relative_to(course.root)}")


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
    from autograde.grading import sample

    course = _open(root)
    try:
        for student, what in sample.hand_in(course, name):
            console.print(f"{student} hands in {name}: {what}", highlight=False, markup=False)
    except CourseError as error:
        _stop(str(error))


@app.command()
def certify(
    names: Annotated[list[str] | None, typer.Argument(help="Exercises; all of them.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many imagined submissions.")] = 200,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = os.cpu_count() or 1,
    root: Root = Path(),
) -> None:
    """Prove that the checks tell every known wrong answer from every right one."""
    from autograde.grading.certification import certify_banks, notebook_scores
    from autograde.grading.tables import certificate_table

    course = _open(root)
    total: dict[tuple[str, str], Certificate] = {}
    try:
        chosen = names or course.assignments()
        for name in chosen:
            course.require(name)
        with _progress() as progress:
            task = progress.add_task("certifying", total=seeds * len(chosen))
            for chunk in certify_banks(chosen, seeds, jobs):
                for part in chunk:
                    key = part.exercise, part.answer
                    total[key] = total[key] + part if key in total else part
                progress.advance(task, chunk[0].seeds)
        scores = {name: notebook_scores(course, name) for name in chosen}
    except CourseError as error:
        _stop(str(error))
    certificates = [total[key] for key in sorted(total)]
    console.print(certificate_table(certificates, scores))
    complaints = [line for c in certificates for line in c.complaints()]
    for name, score in scores.items():
        if score["blank"][0] != 0 or score["solution"][0] != score["solution"][1]:
            complaints.append(f"{name}: blank and solution score {score}")
    for line in complaints:
        console.print(f"[red]{escape(line)}[/red]", highlight=False)
    if complaints:
        raise typer.Exit(1)


@app.command()
def mutants(
    names: Annotated[list[str] | None, typer.Argument(help="Exercises; all of them.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Mutants at a time.")] = os.cpu_count() or 1,
    root: Root = Path(),
) -> None:
    """Break each solution at every place, and show the breaks that cost no point.

    Needs mutmut (pip install -e '.[test]') and some minutes for each exercise.
    """
    from autograde.grading.mutation import mutate
    from autograde.grading.tables import mutants_table

    course = _open(root)
    results = []
    try:
        for name in names or course.assignments():
            course.require(name)
            with console.status(f"breaking the solution of {name}"):
                results.append(mutate(course, name, jobs))
            for diff in results[-1].surviving:
                console.print(f"\n{name}: no check notices\n{diff}", highlight=False, markup=False)
    except CourseError as error:
        _stop(str(error))
    console.print(mutants_table(results))
    if any(result.surviving for result in results):
        raise typer.Exit(1)


@app.command()
def doctor(root: Root = Path()) -> None:
    """Tell what of the environment works, and what to do about what does not."""
    from autograde.grading.doctor import examine

    findings = examine(root)
    for finding in findings:
        mark = "[green] works[/green]" if finding.works else "[red]broken[/red]"
        console.print(f"{mark}  {escape(finding.what)}", highlight=False)
        if not finding.works:
            console.print(f"        → {finding.remedy}", highlight=False)
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


def _open(root: Path) -> Course:
    from autograde.grading.course import Course

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


class Rate(ProgressColumn):
    """How many are done a minute."""

    def render(self, task: Task) -> Text:
        """Return the rate, once there is one."""
        return Text(f"{60 * task.speed:.0f}/min" if task.speed else "")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=console,
    )


def _stop(message: str) -> None:
    console.print(f"[red]error:[/red] {escape(message)}", highlight=False)
    raise typer.Exit(2)
