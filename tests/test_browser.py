"""The built pages in a real browser, opened as files, as a reader without a server would."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import PAGES

#: Beside axe's own selection: needed by people who control the browser by speech.
AXE = {"rules": {"label-content-name-mismatch": {"enabled": True}}, "preload": False}
WIDTHS = {"laptop": 1280, "phone": 390}


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a page and collects what goes wrong on it."""
    contexts = []

    def open_(name, width=1280, query="", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page, troubles = context.new_page(), []
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{message.type}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else troubles.append(f"request: {request.url}")
            ),
        )
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        page.goto((site / name).as_uri() + query)
        return page, troubles

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_works(open_page, name, width):
    page, troubles = open_page(name, width)
    page.wait_for_load_state("networkidle")
    assert not troubles
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= width, f"the page is {wide} px wide and scrolls sideways"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_page, name, width):
    page, _ = open_page(name, width)
    page.add_style_tag(content="* { transition: none !important; }")
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert not [
            f"{theme}, {rule['id']} ({rule['impact']}): {node['html'][:200]}"
            for rule in Axe().run(page, options=AXE).response["violations"]
            for node in rule["nodes"]
        ]


def test_search_finds_magnesium(open_page):
    # From files the summaries below the hits stay away: browsers do not let a file fetch.
    page, _ = open_page("search.html", query="?q=magnesium")
    page.wait_for_selector("#search-results li a")
    hits = page.eval_on_selector_all("#search-results li a", "links => links.map(a => a.href)")
    assert any("magnesium" in link for link in hits)


def test_skip_link_leads_to_the_text(open_page):
    page, _ = open_page(PAGES[0])
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "#main-content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_focus_can_be_seen(open_page):
    page, _ = open_page(PAGES[0])
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({outlineStyle, boxShadow}) => [outlineStyle, boxShadow])"
            "(getComputedStyle(document.activeElement))"
        )
        assert style != ["none", "none"], page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith("notebooks/")])
def test_figures_are_drawn_and_fit(open_page, name):
    page, _ = open_page(name, WIDTHS["phone"])
    sizes = page.eval_on_selector_all(
        "figure.hcc-figure img", "images => images.map(i => [i.naturalWidth, i.width])"
    )
    assert all(natural > 0 and 0 < width <= WIDTHS["phone"] for natural, width in sizes)


def test_reads_without_scripts(open_page):
    page, _ = open_page(PAGES[0], java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()
