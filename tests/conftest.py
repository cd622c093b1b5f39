"""What several tests share: the folders, the built site, the browser."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, settings

from hccbook import reported

ROOT = Path(__file__).resolve().parent.parent
HANGS = 300_000  # milliseconds; only a browser that hangs reaches it
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]

#: Tests in which programs of others run.
SERVERS = {
    "site",
    "front",
    "browser",
    "play",
    "play_parts",
    "paper",
    "jupyterlab",
    "main",
    "simulate_dask",
    "notebook_rules",
}

# How long an example takes says how busy the machine is. Every run tries the same examples.
settings.register_profile(
    "any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def toc_pages():
    """Return the documents of the table of contents, as paths without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    pages = [page["file"] for x in chapters for page in (x, *x.get("sections", ()))]
    return [toc["root"], *pages]


#: Every notebook of the contents: what lies beside them, such as a copy, is nobody's concern.
NOTEBOOKS = sorted(ROOT / f"{name}.ipynb" for name in toc_pages() if name.startswith("notebooks/"))
#: The scorecard without filters, a page a paper.
LISTS = [re.sub(r"[^a-z0-9]+", "-", reported.title(x).lower()) for x in reported.papers()]
LISTS = [f"notebooks/scorecard-{name}.html" for name in LISTS]
#: Every page a reader can reach. From the contents, so that a missing page is a failure.
PAGES = [f"{name}.html" for name in toc_pages()] + [*LISTS, "search.html", "genindex.html"]


def pytest_collection_modifyitems(items):
    """A warning is an error, but where browsers, servers or kernels of others run."""
    for item in items:
        if item.path.stem.partition("_")[2] not in SERVERS:
            item.add_marker(pytest.mark.filterwarnings("error"), append=False)


@pytest.fixture(autouse=True)
def no_open_figures():
    """Close the figures a test leaves, so that no test meets those of another."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def nobodys_answers():
    """Forget the student whom a test named, so that no other test keeps answers."""
    yield
    if "hccbook.exercises" in sys.modules:
        sys.modules["hccbook.exercises"].answers.set_current(None)


@pytest.fixture
def styled():
    """Draw in the book's style."""
    import matplotlib.pyplot as plt

    from hccbook import figures

    with plt.rc_context():
        figures.use_style()
        yield


@pytest.fixture(scope="session")
def root():
    """Return the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built site, which must be newer than its sources."""
    folder = (ROOT / os.environ.get("HCCBOOK_SITE", "_build/html")).resolve()
    built = folder / "searchindex.js"
    if not built.is_file():
        pytest.fail(f"No site in {folder}: run `make site-from-scratch` first.", pytrace=False)
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml", *NOTEBOOKS]
    sources += [
        path for path in (ROOT / "book").rglob("*") if path.suffix in {".md", ".py", ".css", ".js"}
    ]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime > built.stat().st_mtime:
        name = newest.relative_to(ROOT)
        pytest.fail(f"The site is older than {name}: run `make site-from-scratch`.", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def browser():
    """Return a running Chromium."""
    from playwright.sync_api import sync_playwright

    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    binary = next((path for name in names if name and (path := shutil.which(name))), None)
    if binary is None:
        pytest.fail(
            "These tests need Chromium (Debian: apt-get install chromium), "
            "or its path in the environment variable CHROMIUM.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=binary, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def windows(browser):
    """Return the windows that are open, by width: a new one costs more than most pages."""
    opened = {}
    yield opened
    for page, _ in opened.values():
        page.context.close()


@pytest.fixture
def open_page(browser, site, windows):
    """Return a function that opens a page and collects what goes wrong on it."""
    special = []

    def window(width, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(HANGS)
        page, troubles = context.new_page(), []
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))

        def console(message):
            if message.type in {"error", "warning"}:
                troubles.append(f"{message.type}: {message.text}")

        def request(asked):
            if not asked.url.startswith(("file:", "data:", "blob:", "about:")):
                troubles.append(f"request: {asked.url}")

        page.on("console", console)
        page.on("request", request)
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        return page, troubles

    def open_(name, width=1280, query="", **options):
        if options:
            page, troubles = window(width, **options)
            special.append(page.context)
        else:
            if width not in windows:
                windows[width] = window(width)
            page, troubles = windows[width]
            # As a new reader: nothing stored, and no page to which an anchor could belong.
            if page.url != "about:blank":
                page.evaluate("localStorage.clear(); sessionStorage.clear()")
                page.goto("about:blank")
            troubles.clear()
        page.goto((site / name).as_uri() + query)
        return page, troubles

    yield open_
    for context in special:
        context.close()
