"""Every public name of the companion package is on the API page."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book" / "api.md").read_text()
#: Names that modules of the package share among themselves; nobody outside needs them.
INTERNAL = {
    "sigmoid",
    "State",
    "load_run",
    "save_run",
    "adam_in_place",
    "apply_in_blocks",
    "blocks",
    "sgd_in_place",
}
SHOWN = re.findall(r"automodule:: (\S+)\n +:members:(.*)", PAGE)


def modules() -> list[str]:
    """Return every module of `course` that others import from, packages as a whole."""
    files = [*(ROOT / "course").glob("[!_]*.py"), *(ROOT / "course").glob("*/__init__.py")]
    return sorted(
        "course." + (f.parent.name if f.stem == "__init__" else f.stem)
        for f in files
        if "\n__all__ = [" in f.read_text()
    )


def names(module: str) -> dict[str, object]:
    loaded = importlib.import_module(module)
    return {name: getattr(loaded, name) for name in loaded.__all__}


@pytest.mark.parametrize("module", modules())
def test_every_public_name_is_documented(module):
    """Directly, or under another module that offers the same object."""
    documented = []
    for shown, chosen in SHOWN:
        members = [name.strip() for name in chosen.split(",") if name.strip()]
        documented += [value for name, value in names(shown).items() if name in (members or [name])]
    for name, value in names(module).items():
        listed = f"`{name}`" in PAGE
        assert name in INTERNAL or listed or any(value is other for other in documented), (
            f"{module}.{name}"
        )


@pytest.mark.parametrize("module", [shown for shown, _ in SHOWN])
def test_every_documented_function_and_class_has_a_docstring_of_its_own(module):
    for name, value in names(module).items():
        if callable(value):
            assert (value.__doc__ or "").strip(), f"{module}.{name}"
