"""The report of a class as one page of HTML that needs nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from jinja2 import Environment, FileSystemLoader
from matplotlib.figure import Figure

from autograde.grading.report import Report
from autograde.grading.tables import earned
from course import plots


def report_page(report: Report) -> str:
    """Return the page; names of students are escaped, whatever characters they hold."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return environment.get_template("report.html.j2").render(
        report=report,
        figure=_svg(score_figure(report)),
        checks=[
            {**row, "earned": earned(row["share"], row["waiting"])}
            for row in report.checks.reset_index().to_dict("records")
        ],
        mistakes=report.mistakes.to_dict("records"),
    )


def score_figure(report: Report) -> Figure:
    """Draw how many students got how many points."""
    figure, ax = plots.subplots()
    edges = np.arange(-0.5, report.max_score + 1)
    ax.hist(report.scores, bins=edges, edgecolor="white", linewidth=1.5)
    ax.margins(y=0.15)
    ax.axvline(report.scores.mean(), linestyle="--", color="0.3")
    ax.annotate(
        f"mean {report.scores.mean():.1f}",
        (report.scores.mean(), 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -12),
        textcoords="offset points",
    )
    ax.set(xlabel=f"points, of {report.max_score:g}", ylabel="students")
    ax.yaxis.get_major_locator().set_params(integer=True)
    return figure


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight")
    plt.close(figure)
    return "<svg" + text.getvalue().partition("<svg")[2]
