"""What the pages say that are no chapters: tables, terms and commands hold against the code."""

import ast
import importlib
import inspect
import re

import nbformat
import pages
import prose
import pytest
import yaml

from course import conventions

ROOT = pages.ROOT
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))
NOTATION, CHEAT_SHEET = pages.page("notation"), pages.page("cheat-sheet")
START, GLOSSARY = pages.page("start"), pages.page("glossary")
CONVENTIONS = nbformat.read(ROOT / "book" / "conventions.ipynb", as_version=4)


def parameter(code: str) -> inspect.Parameter:
    """Return what `` `optim.SGD(lr)` `` names."""
    module, name, argument = re.fullmatch(r"`(\w+)\.(\w+)\((\w+)\)`", code).groups()
    function = getattr(importlib.import_module(f"course.{module}"), name)
    return inspect.signature(function).parameters[argument]


def chapter_text(number: str) -> str:
    (path,) = [path for path in prose.CHAPTERS if int(path.stem[:2]) == int(number)]
    return prose.prose(prose.chapter(path.stem))


SECTIONS = re.findall(r"^### (\d+) .*\n\n((?:\|.*\n)+)", NOTATION, re.MULTILINE)


def test_every_chapter_has_its_symbols():
    assert {int(number) for number, _ in SECTIONS} >= set(range(1, 10))


@pytest.mark.parametrize(("number", "table"), SECTIONS, ids=[number for number, _ in SECTIONS])
def test_a_symbol_stands_in_its_chapter_and_its_name_in_the_code(number, table):
    text = chapter_text(number).replace(" ", "").replace("{", "").replace("}", "")
    for symbols, _, code in pages.rows(table, 3):
        for symbol in re.findall(r"\$(.+?)\$", symbols):
            plain = symbol.replace(" ", "").replace("{", "").replace("}", "")
            assert re.search(re.escape(plain) + r"(?![a-z])", text), f"{symbol} in chapter {number}"
        if code:
            parameter(code)


def test_a_letter_with_several_meanings_has_each_in_its_chapter():
    table = NOTATION[NOTATION.index("## One letter") :]
    listed = pages.rows(table, 2)
    assert len(listed) >= 8
    for letter, meanings in listed:
        for number in re.findall(r"\d+", meanings):
            assert letter.strip("$") in chapter_text(number), f"{letter} in chapter {number}"


DEFAULTS = [row for row in pages.rows(CHEAT_SHEET, 3)]


@pytest.mark.parametrize(("code", "default", "_"), DEFAULTS, ids=[row[0] for row in DEFAULTS])
def test_a_default_is_the_one_of_the_package(code, default, _):
    assert parameter(code).default == ast.literal_eval(default.strip("`"))


def test_the_cheat_sheet_has_the_defaults_of_every_optimizer():
    listed = {re.match(r"`optim\.(\w+)", row[0])[1] for row in DEFAULTS if "optim." in row[0]}
    assert listed == {"SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam"}


def test_every_symptom_has_something_to_look_at_and_a_link():
    symptoms = CHEAT_SHEET[: CHEAT_SHEET.index("## In which order")].split("\n### ")[1:]
    assert len(symptoms) >= 8
    for symptom in symptoms:
        title = symptom.splitlines()[0]
        numbered = re.findall(r"^\d\. ", symptom, re.MULTILINE)
        assert len(numbered) >= 3 or "](conventions.ipynb)" in symptom, title
    assert sum("](0" in symptom for symptom in symptoms) >= 7


def test_terms_are_in_alphabetical_order():
    terms = re.findall(r"^(\w.*)\n  ", GLOSSARY, re.MULTILINE)
    assert len(terms) > 60
    assert terms == sorted(set(terms), key=str.lower)


def test_every_term_is_used_in_the_book():
    notebooks = [*(ROOT / "book").glob("*.ipynb"), *(ROOT / "book" / "exercises").glob("*/*.ipynb")]
    read = [nbformat.read(path, as_version=4) for path in notebooks]
    texts = [cell.source for notebook in read for cell in notebook.cells]
    texts += [pages.page(name) for name in PAGES if name != "glossary"]
    book = re.sub(r"\s+", " ", " ".join(texts)).lower()
    terms = re.findall(r"^(\w.*)\n  ", GLOSSARY, re.MULTILINE)
    assert [term for term in terms if term.lower() not in book] == []


def test_every_conversion_is_run_on_the_page_of_conventions():
    code = "\n".join(cell.source for cell in CONVENTIONS.cells if cell.cell_type == "code")
    used = set(re.findall(r"conventions\.(\w+)\(", code))
    assert used == set(conventions.__all__)


def test_the_page_of_conventions_was_run_from_top_to_bottom():
    nbformat.validate(CONVENTIONS)
    cells = [cell for cell in CONVENTIONS.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [c.id for c in cells for o in c.outputs if o.get("name") == "stderr"]
    assert not [c.id for c in CONVENTIONS.cells if "execution" in c.metadata]


def test_conversions_matter_and_work():
    """Copied numbers are shown to lead elsewhere, converted ones to the same place."""
    text = "\n".join(prose.printed(CONVENTIONS, c.id) for c in CONVENTIONS.cells if "outputs" in c)
    copied = [line for line in text.splitlines() if "copied" in line and ":" in line]
    converted = [line for line in text.splitlines() if "converted" in line and ":" in line]
    assert len(copied) >= 5 and len(converted) >= 5
    assert all("same path" in line or "True" in line for line in converted)
    assert sum("apart" in line or "False" in line for line in copied) >= len(copied) - 1


def test_start_tells_what_chapters_need_and_how_long_they_are():
    listed = {row[0]: row[1:] for row in pages.rows(START, 3) if row[0].startswith("[")}
    assert len(listed) == len(prose.CHAPTERS)
    for link, (needs, minutes) in listed.items():
        (stem,) = re.findall(r"\((\d\d-[\w-]+)\.ipynb\)", link)
        head = prose.chapter(stem).cells[0].source
        assert int(minutes) == int(re.search(r"\*\*Time:\*\* about (\d+) minutes", head)[1])
        needed = head[head.index("**You need:**") :]
        linked = {int(number) for number in re.findall(r"\((\d\d)-", needed)}
        assert linked <= {int(number) for number in re.findall(r"\d+", needs)}, stem


def test_start_installs_as_the_readme_does():
    readme = pages.commands((ROOT / "README.md").read_text())
    assert readme[:2] == pages.commands(START)[:2] == ["make course", "make test"]


def test_start_leads_to_every_page():
    parts = {
        part["caption"]: part for part in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    }
    assert list(parts) == ["Start", "Chapters", "Reference", "Teaching"]
    listed = [c["file"] for name in ("Reference", "Teaching") for c in parts[name]["chapters"]]
    for file in listed:
        assert f"]({file.removeprefix('book/')}." in START, file


COMMANDS = sorted({line for name in PAGES for line in pages.commands(pages.page(name))})


@pytest.fixture(scope="module")
def offered() -> dict[str, str]:
    """Return the help texts of all commands of `python -m autograde`, by their names."""
    import typer.main

    from autograde.cli import app

    group = typer.main.get_command(app)
    return {name: [o for p in c.params for o in p.opts] for name, c in group.commands.items()}


@pytest.mark.parametrize("line", [line for line in COMMANDS if "-m autograde" in line])
def test_a_command_of_ours_exists_with_its_options(line, offered):
    _, _, name, *rest = re.sub(r"^\S*python", "python", line).split()[1:]
    assert name in offered
    for option in [word.split("=")[0] for word in rest if word.startswith("--")]:
        assert option in offered[name], f"{name} {option}"


def test_the_options_of_grading_are_those_that_the_guide_explains(offered):
    table = re.findall(r"^\| `(--[\w-]+)", pages.page("instructor"), re.MULTILINE)
    assert set(table) == set(offered["grade"]) - {"--root", "name", "--feedback"}


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("make ")])
def test_a_target_exists(line):
    names = re.findall(r"`make ([a-z]+)", " ".join(pages.page(name) for name in PAGES))
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {line.split()[1], *names} <= set(targets)
