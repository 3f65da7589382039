"""Feedback: a page for each student, as ``nbgrader generate_feedback`` writes it, but quicker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config


@dataclass(frozen=True)
class Page:
    """What a page is made of.

    Parameters
    ----------
    student, assignment : str
    notebook : str
        The graded notebook with scores and comments, as JSON.
    total : dict
        See `Recorder.with_scores`.
    config : str
        What nbgrader's configuration says of `HTMLExporter`, as JSON.
    """

    student: str
    assignment: str
    notebook: str
    total: dict[str, float]
    config: str = "{}"


def write_page(page: Page) -> str:
    """Return the HTML of a feedback page."""
    notebook = nbformat.reads(page.notebook, as_version=4)
    where = {"student": page.student, "assignment": page.assignment, "notebook": page.assignment}
    resources = {"nbgrader": {**where, **page.total}, "unique_key": page.assignment}
    html, _ = _exporter(page.config).from_notebook_node(notebook, resources)
    return html


@lru_cache(maxsize=1)
def _exporter(config: str) -> HTMLExporter:
    """Return nbgrader's exporter of feedback; to make it takes longer than to use it."""
    settings = Config({"HTMLExporter": json.loads(config)})
    converter = GenerateFeedback(coursedir=CourseDirectory(config=settings), config=settings)
    exporter = HTMLExporter(config=converter.config)
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor, enabled=True)
    return exporter
