"""Who may import whom."""

import ast
import sys
from pathlib import Path

import nbformat
import pytest

STANDARD = sys.stdlib_module_names
ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "torchvision", "mlxtend", "sklearn", "scipy", "pandas", "matplotlib"}
CNN = "course/cnn/*.py"
#: The parts of `course` that may name these packages, as DESIGN says; imported where used.
ALLOWED = {
    "torch": {"course/data.py", *(f.relative_to(ROOT).as_posix() for f in ROOT.glob(CNN))},
    "torchvision": {"course/data.py", "course/augment.py"},
    "mlxtend": {"course/data.py"},
    "sklearn": {"course/data.py", "course/toys.py", "course/credit.py", "course/metrics.py"},
    "scipy": {
        "course/_blas.py",
        "course/augment.py",
        "course/credit.py",
        "course/metrics.py",
        "course/toys.py",
    },
    "pandas": {"course/credit.py", "course/metrics.py", "course/ablation.py"},
}


def imports(source: str) -> set[str]:
    """Return the dotted names of all modules that some source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(folder: str) -> list[Path]:
    skipped = {"submitted", "autograded", "feedback", "sample_class", "source_with_tests"}
    found = sorted((ROOT / folder).rglob("*.py"))
    return [f for f in found if not skipped & set(f.relative_to(ROOT).parts)]


def code(notebook: Path) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "\n".join(c.source for c in cells if c.cell_type == "code")


def reaches(found: set[str], package: str) -> bool:
    return any(name == package or name.startswith(package + ".") for name in found)


@pytest.mark.parametrize("file", files("course"), ids=lambda f: f.name)
def test_course_imports_heavy_packages_only_where_it_may(file):
    found = {name.partition(".")[0] for name in imports(file.read_text())}
    name = file.relative_to(ROOT).as_posix()
    for package in found & HEAVY:
        drawing = package == "matplotlib" and ("plots" in name or "callbacks" in name)
        assert drawing or name in ALLOWED.get(package, set()), f"{name} imports {package}"
    assert "autograde" not in found


BROWSER = [*files("autograde/check"), ROOT / "autograde/entry.py", ROOT / "autograde/certify.py"]


@pytest.mark.parametrize("file", BROWSER, ids=lambda f: f.name)
def test_the_framework_of_checks_needs_numpy_alone(file):
    """Whatever is not Python's own, NumPy or the framework itself."""
    found = {name for name in imports(file.read_text()) if name.partition(".")[0] not in STANDARD}
    foreign = {n for n in found if not reaches({n}, "numpy") and not reaches({n}, "autograde")}
    assert foreign == set()
    assert not reaches(found, "autograde.exercises") and not reaches(found, "autograde.grading")


@pytest.mark.parametrize("file", files("autograde/exercises"), ids=lambda f: str(f.parent.name))
def test_exercises_know_nothing_of_grading(file):
    found = imports(file.read_text())
    assert not reaches(found, "autograde.grading") and not reaches(found, "nbgrader")


def reached_by_probes() -> set[Path]:
    """Return the probes of all exercises and whatever of the exercises they import."""
    known = {
        ".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in files("autograde/exercises")
    }
    waiting = [f for f in known.values() if f.name == "probes.py"]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop()
        found.add(file)
        waiting += [known[n] for n in imports(file.read_text()) if n in known]
        waiting = [f for f in waiting if f not in found]
    return found


#: What may stand beside a learner's code: nothing of `course` that is an answer.
BESIDE = ("numpy", "pandas", "autograde.check", "autograde.exercises", "course.nn", "course.module")


def test_probes_hold_no_answer():
    for file in reached_by_probes():
        found = {n for n in imports(file.read_text()) if n.partition(".")[0] not in STANDARD}
        # A torch model is asked by means of torch, in this one place.
        beside = (*BESIDE, "torch") if file.parts[-2:] == ("cnn_mnist", "driving.py") else BESIDE
        foreign = {n for n in found if not any(reaches({n}, allowed) for allowed in beside)}
        assert foreign <= {"autograde", "course"}, f"{file.relative_to(ROOT)}: {foreign}"
        assert not any(part in {"bank", "styles"} for name in found for part in name.split("."))


@pytest.mark.parametrize(
    "notebook",
    sorted([*(ROOT / "book").glob("*.ipynb"), *(ROOT / "solutions").glob("*/*.ipynb")]),
    ids=lambda f: f.stem,
)
def test_notebooks_use_of_autograde_only_check(notebook):
    found = {n for n in imports(code(notebook)) if n.partition(".")[0] == "autograde"}
    assert found <= {"autograde", "autograde.check"}
