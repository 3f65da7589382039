"""nbgrader's configuration: `nbgrader` and `jupyter lab` start in this folder.

Each of nbgrader's steps is a folder of this repository, so nothing is copied by hand.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent

c = get_config()  # noqa: F821 - given by nbgrader

c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "training-techniques"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.source_with_tests_directory = "autograde/source_with_tests"
c.CourseDirectory.release_directory = "book/exercises"
c.CourseDirectory.submitted_directory = "autograde/submitted"
c.CourseDirectory.autograded_directory = "autograde/autograded"
c.CourseDirectory.feedback_directory = "autograde/feedback"
c.CourseDirectory.solution_directory = "autograde/solution"
c.CourseDirectory.db_url = os.environ.get(
    "NBGRADER_DB_URL", f"sqlite:///{ROOT}/autograde/gradebook.db"
)

# Whatever was submitted is rebuilt from the released notebook before anything runs.
c.Sanitize.released = str(ROOT / "book" / "exercises")
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "autograde.grading.sanitize.Sanitize",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# A released notebook is also a page of the book: what is committed is what nbgrader writes.
c.GenerateAssignment.permissions = 644

# What students wrote runs in the sandbox, by whichever road: `python -m autograde grade`, plain
# `nbgrader autograde`, or formgrader's button. Without a sandbox nothing is graded; who trusts
# every submission sets `confined` to False.
c.Autograde.autograde_preprocessors = [
    "autograde.grading.nbgrader_execute.SandboxedExecute",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.SandboxedExecute.secret = str(ROOT / "autograde" / "course_secret")
c.SandboxedExecute.confined = True

# `nbgrader validate` runs notebooks on its own; its kernels speak up about errors only.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"]
c.Execute.timeout = 300

# One thread each, for fair timings and equal digits.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
