"""The website: what is published, and that it needs no other host."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urldefrag, urlsplit

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def load(name: str):
    """Import a program of book/_ext, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


vendor = load("vendor")


def entries(toc: dict) -> list[str]:
    """List the documents of a table of contents, root first, in reading order."""
    found = [toc[key] for key in ("root", "file") if key in toc]
    for key in ("parts", "chapters", "sections"):
        for child in toc.get(key, ()):
            found += entries(child)
    return found


TOC = entries(yaml.safe_load((ROOT / "_toc.yml").read_text()))


class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    ASSETS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.links, self.assets, self.styles = set(), [], [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.styles.append(attrs.get("style") or "")
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        if self.ASSETS.get(tag) in attrs:
            self.assets.append(attrs[self.ASSETS[tag]])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the book from a clean copy, warnings being errors; return the folder of pages."""
    copy = tmp_path_factory.mktemp("copy")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    if vendor.is_current(vendor.TARGET):
        shutil.copytree(vendor.TARGET, copy / vendor.TARGET.relative_to(ROOT))
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", ".", "-W", "-n", "--keep-going"]
    run = subprocess.run(
        command,
        cwd=copy,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    said = [line for line in run.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
    assert run.returncode == 0, "\n".join(said) or run.stdout + run.stderr
    return copy / "_build" / "html"


@pytest.fixture(scope="session")
def pages(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")
            if "_static" not in path.relative_to(site).parts}  # fmt: skip


def test_the_pages_are_those_of_the_table_of_contents(pages):
    generated = {"index.html", "genindex.html", "search.html"}
    assert set(pages) - generated == {f"{name}.html" for name in TOC}


def test_every_chapter_and_released_exercise_is_in_the_table_of_contents():
    chapters = {path.stem for path in (ROOT / "book").glob("[0-9][0-9]-*.ipynb")}
    exercises = {path.stem for path in (ROOT / "book" / "exercises").glob("*/*.ipynb")}
    listed = {name.split("/")[-1] for name in TOC if "exercises/" in name or name[5].isdigit()}
    assert listed == chapters | exercises


def test_chapters_are_listed_in_the_order_of_their_numbers():
    chapters = [name for name in TOC if re.match(r"book/\d\d-", name)]
    assert chapters == sorted(chapters)


def test_the_landing_page_has_a_card_for_every_chapter():
    cards = re.findall(r"^:link: (\d\d-\S+)$", (ROOT / "book" / "intro.md").read_text(), re.M)
    assert [f"book/{card}" for card in cards] == [name for name in TOC if name[5].isdigit()]


def internal(address: str) -> bool:
    return not urlsplit(address).scheme and not urlsplit(address).netloc and address != "#"


def test_internal_links_lead_somewhere(pages, site):
    broken = []
    for name, page in pages.items():
        for link in filter(internal, page.links):
            path, fragment = urldefrag(unquote(link))
            target = (site / name).parent / path if path else site / name
            known = pages.get(os.path.relpath(target, site))
            if not target.is_file() or (fragment and known and fragment not in known.ids):
                broken.append(f"{name}: {link}")
    assert not broken


def test_every_asset_lies_in_the_site(pages, site):
    missing = []
    for name, page in pages.items():
        for asset in page.assets:
            here = (site / name).parent / unquote(urlsplit(asset).path)
            vendored = "vendor/" in asset and not vendor.is_current(vendor.TARGET)
            if not asset.startswith(("data:", "#")) and not here.is_file() and not vendored:
                missing.append(f"{name}: {asset}")
    assert not missing


def test_no_style_loads_from_another_host(pages, site):
    styles = {f"{name} {i}": style for name, page in pages.items()
              for i, style in enumerate(page.styles)}  # fmt: skip
    styles |= {str(path): path.read_text() for path in site.rglob("*.css")}
    foreign = re.compile(r"""(?:url\(|@import)\s*['"]?\s*(?:https?:)?//""")
    assert not [where for where, text in styles.items() if foreign.search(text)]


def test_no_page_mentions_a_content_delivery_network(site):
    networks = re.compile(r"unpkg|jsdelivr|cdnjs|mybinder|googleapis|cloudflare")
    assert not [p.name for p in site.rglob("*.html") if networks.search(p.read_text())]


def test_every_image_has_an_alternative_text(site):
    image = re.compile(r"<img[^>]*>")
    tags = [(p.name, tag) for p in site.rglob("*.html") for tag in image.findall(p.read_text())]
    assert tags
    assert not [tag for tag in tags if not re.search(r'alt="[^"]{3,}"', tag[1])]


def test_there_is_one_search_field(site):
    assert (site / "book" / "intro.html").read_text().count("search-button-field") == 1


def test_every_reference_names_where_to_find_it():
    entries = (ROOT / "book" / "references.bib").read_text().split("\n@")
    assert len(entries) > 20
    for entry in entries:
        assert re.search(r"\b(doi|eprint|url) = \{", entry), entry.splitlines()[0]


def numbers_and_rest(svg: str) -> tuple[np.ndarray, str]:
    number = re.compile(r"-?\d+\.\d+")
    return np.array(number.findall(svg), dtype=float), number.sub("", svg)


def test_landing_page_figures_are_what_the_course_draws(tmp_path):
    figures = load("figures")
    figures.write(tmp_path)
    for name in figures.FIGURES:
        drawn, rest = numbers_and_rest((tmp_path / name).read_text())
        stored, stored_rest = numbers_and_rest((figures.STATIC / name).read_text())
        assert rest == stored_rest
        np.testing.assert_allclose(drawn, stored, atol=0.11)


# In a browser.


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("no browser: install Debian's package chromium (/usr/bin/chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site without a word for each request."""

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def mathjax():
    if not vendor.is_current(vendor.TARGET):
        pytest.skip("MathJax is not there: run book/_ext/vendor.py with npm and a network")


@pytest.fixture(scope="session")
def visit(browser, address):
    """Open a page; collect what it asks of other hosts, and what it complains about."""

    def open_page(name: str, width: int = 1280, theme: str = "light"):
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=theme)
        page.foreign, page.errors = [], []
        page.on("request", lambda request: page.foreign.append(request.url)
                if not request.url.startswith((address, "data:", "blob:")) else None)  # fmt: skip
        page.on("console", lambda message: page.errors.append(message.text)
                if message.type in ("error", "warning") else None)  # fmt: skip
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"{address}/{name}.html", wait_until="networkidle")
        page.evaluate("window.MathJax?.startup?.promise")
        return page

    return open_page


@pytest.fixture(scope="session")
def on_a_phone(visit, mathjax):
    """Visit every page once, on a phone."""
    pages = {name: visit(name, width=375) for name in [*TOC, "search"]}
    yield pages
    for page in pages.values():
        page.close()


def test_no_page_asks_another_host(on_a_phone):
    assert not [(name, page.foreign) for name, page in on_a_phone.items() if page.foreign]


def test_no_page_logs_an_error(on_a_phone):
    assert not [(name, page.errors) for name, page in on_a_phone.items() if page.errors]


def test_no_page_is_wider_than_a_phone(on_a_phone):
    width = "document.scrollingElement.scrollWidth"
    assert {name: page.evaluate(width) for name, page in on_a_phone.items()} == dict.fromkeys(
        on_a_phone, 375
    )


def test_every_formula_is_drawn(on_a_phone):
    formulas = ".math.notranslate"
    count = {name: page.locator(formulas).count() for name, page in on_a_phone.items()}
    drawn = f"{formulas}:has(mjx-container):not(:has(mjx-merror, [mathcolor=red]))"
    assert {name: page.locator(drawn).count() for name, page in on_a_phone.items()} == count
    assert sum(count.values()) > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_reader(visit, theme):
    page = visit("book/intro", theme=theme)
    assert page.locator("html").get_attribute("data-theme") == theme
    page.close()
