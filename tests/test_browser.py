"""The built pages in a real browser, opened as files, as a reader without a server would."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import PAGES

from hccbook import scorecard

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
    # Playwright's "networkidle" now and then never comes, though no request is open.
    page.evaluate("document.fonts.ready.then(() => new Promise(requestIdleCallback)).then(() => 0)")
    assert not troubles
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= width, f"the page is {wide} px wide and scrolls sideways"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_page, name, width):
    page, _ = open_page(name, width)
    page.add_style_tag(content="* { transition: none !important; }")
    # Rows of a long table are alike, and axe is slow: some of them are enough.
    page.eval_on_selector_all(
        "table.hcc-filter tbody tr",
        "rows => rows.forEach((row, n) => n < 20 || n % 20 === 0 || row.remove())",
    )
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


SCORECARD = "notebooks/scorecard.html"
CONTROLS = ".hcc-controls"
SHOWN = "table.hcc-filter tbody tr:visible"


@pytest.fixture(scope="module")
def lines():
    return scorecard.load()


def said(page):
    return page.locator(f"{CONTROLS} [role=status]").inner_text()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_lines_are_chosen_by_keyboard(open_page, lines, width):
    page, troubles = open_page(SCORECARD, width)
    assert said(page) == f"{len(lines)} of {len(lines)} lines"
    page.get_by_label("paper", exact=True).focus()
    page.keyboard.type("magnesium")
    page.keyboard.press("Tab")
    page.keyboard.type("exact")
    found = lines.query("paper == 'magnesium' and verdict == 'exact'")
    assert said(page) == f"{len(found)} of {len(lines)} lines"
    assert page.locator(SHOWN).count() == len(found)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("HAZARD  ratio 0.269")
    texts = scorecard.readable(found).agg(" ".join, axis=1).str.lower()
    found = [text for text in texts if all(word in text for word in ("hazard", "ratio", "0.269"))]
    assert 0 < len(found) < len(texts)
    assert page.locator(SHOWN).count() == len(found)
    page.keyboard.press("Enter")  # sends no form
    page.keyboard.press("Tab")
    assert page.url.endswith("#paper=magnesium&verdict=exact&text=HAZARD++ratio+0.269")
    page.keyboard.press("Space")
    assert said(page) == f"{len(lines)} of {len(lines)} lines"
    assert page.locator(SHOWN).count() == len(lines)
    assert page.url.endswith(SCORECARD)
    assert page.get_by_label("text", exact=True).input_value() == ""
    assert not troubles


def test_a_choice_can_be_linked(open_page, lines):
    page, _ = open_page(SCORECARD, query="#paper=mri&evidence=summary")
    found = lines.query("paper == 'mri' and evidence == 'summary'")
    assert page.locator(SHOWN).count() == len(found) > 0
    assert page.get_by_label("paper", exact=True).input_value() == "mri"
    assert page.locator(CONTROLS).evaluate("form => form.getBoundingClientRect().top") < 900
    # A heading is no choice and changes none; the same page can be sent to another choice.
    page.evaluate(
        "new Promise(done => { window.addEventListener('hashchange', done, {once: true});"
        " location.hash = '#key-takeaways' })"
    )
    assert page.locator(SHOWN).count() == len(found)
    page.evaluate("location.hash = '#verdict=contradicted'")
    page.wait_for_function("document.querySelector('.hcc-controls select').value === ''")
    assert page.locator(SHOWN).count() == (lines["verdict"] == "contradicted").sum()


def test_an_unknown_choice_shows_all_lines(open_page, lines):
    page, troubles = open_page(SCORECARD, query="#paper=unknown")
    assert page.locator(SHOWN).count() == len(lines)
    assert not troubles


def test_a_search_without_result_says_so(open_page, lines):
    page, _ = open_page(SCORECARD)
    page.get_by_label("text", exact=True).fill("no such words")
    assert said(page) == f"0 of {len(lines)} lines"
    assert page.locator(SHOWN).count() == 0


def test_what_can_be_chosen_comes_from_the_lines(open_page, lines):
    page, _ = open_page(SCORECARD)
    for name in ("paper", "verdict", "evidence"):
        options = page.get_by_label(name, exact=True).locator("option").all_inner_texts()
        assert options == ["all", *sorted(set(lines[name]))]


def test_lines_that_do_not_fit_come_first(open_page, lines):
    page, _ = open_page(SCORECARD)
    verdicts = page.locator("table.hcc-filter tbody .vd").all_inner_texts()
    words = [verdict.split()[1] for verdict in verdicts]
    rank = [{"contradicted": 0, "missed": 1}.get(word, 2) for word in words]
    assert rank == sorted(rank)
    assert sorted(words) == sorted(lines["verdict"])


def test_the_heads_of_a_long_table_stay(open_page):
    page, _ = open_page(SCORECARD)
    box, head = page.locator(".hcc-tall"), page.locator("table.hcc-filter thead th").first
    box.evaluate("box => box.scrollTop = 1000")
    assert box.evaluate("box => box.scrollTop") == 1000
    gap = head.bounding_box()["y"] - box.bounding_box()["y"]
    assert 0 <= gap < 5


def test_all_lines_are_shown_without_scripts(open_page, lines):
    page, _ = open_page(SCORECARD, java_script_enabled=False)
    assert page.locator(SHOWN).count() == len(lines)
    assert page.locator(CONTROLS).count() == 0


def test_reads_without_scripts(open_page):
    page, _ = open_page(PAGES[0], java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()
