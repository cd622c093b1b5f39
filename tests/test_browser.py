"""The built pages in a real browser, opened as files, as a reader without a server would."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import PAGES

from hccbook import reported, scorecard

WIDTHS = {"laptop": 1280, "phone": 390}
HANGS = 900_000  # milliseconds; only a browser that hangs reaches it
#: What depends on the theme.
COLOURS = ["color-contrast", "link-in-text-block"]
THEMES = {
    # Beside axe's own selection: needed by people who control the browser by speech.
    "light": {"rules": {"label-content-name-mismatch": {"enabled": True}}},
    "dark": {"runOnly": COLOURS},
}
#: Contrast is slow. Of texts with the same colours on the same grounds, this many are measured
#: on a page, and a kind that was found good is not measured again on later pages.
ALIKE = 2
CHOOSE = """([alike, good]) => {
    const known = new Set(good);
    document.querySelectorAll("[data-measure]").forEach(e => e.removeAttribute("data-measure"));
    const grounds = new Map(), seen = new Map();
    const ground = element => {
        if (!element) return "";
        if (!grounds.has(element)) {
            const s = getComputedStyle(element);
            const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.position, s.filter,
                s.mixBlendMode, s.display, s.visibility].join();
            const below = ground(element.parentElement);
            // Long chains of plain boxes say no more than one.
            grounds.set(element, below.endsWith(own) ? below : below + "|" + own);
        }
        return grounds.get(element);
    };
    for (const element of document.body.querySelectorAll("*")) {
        const form = element.matches("input, select, textarea, button");
        const words = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!words && !form) continue;
        const s = getComputedStyle(element);
        const key = [element.matches(":disabled"), s.color, s.fontSize, s.fontWeight, s.textShadow,
            s.webkitTextStroke, element.getClientRects().length > 0, ground(element)].join();
        if (known.has(key)) continue;
        seen.set(key, (seen.get(key) || 0) + 1);
        if (seen.get(key) <= alike) element.setAttribute("data-measure", "");
    }
    return [...seen.keys()];
}"""
RUN = """options => axe.run(options).then(({violations}) => violations.flatMap(
    ({id, impact, nodes}) => nodes.map(({html}) => `${id} (${impact}): ${html.slice(0, 200)}`)))"""


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


@pytest.fixture(scope="module")
def good():
    """Return the kinds of coloured text that were found good, by theme."""
    return {theme: set() for theme in THEMES}


def inaccessible(page, good):
    """Return what axe finds wrong in each theme; add the kinds of text whose colours are good."""
    page.add_style_tag(content="* { transition: none !important; }")
    # Rows of a long table are alike, and axe is slow: some of them are enough.
    page.eval_on_selector_all(
        "table.hcc-filter tbody tr",
        "rows => rows.forEach((row, n) => n < 20 || n % 20 === 0 || row.remove())",
    )
    page.evaluate(AXE_SCRIPT)
    page.evaluate("axe.configure({rules: [{id: 'color-contrast', selector: '[data-measure]'}]})")
    found = []
    for theme, options in THEMES.items():
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        measured = page.evaluate(CHOOSE, [ALIKE, list(good[theme])])
        options = options | {"preload": False, "resultTypes": ["violations"]}
        faults = page.evaluate(RUN, options)
        if not any(fault.startswith("color-contrast") for fault in faults):
            good[theme].update(measured)
        found += [f"{theme}, {fault}" for fault in faults]
    return found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_works_and_is_accessible(open_page, good, name, width):
    # One visit for all questions. The last one changes the page.
    page, troubles = open_page(name, width)
    # Playwright's "networkidle" now and then never comes, though no request is open.
    page.evaluate("document.fonts.ready.then(() => new Promise(requestIdleCallback)).then(() => 0)")
    faults = list(troubles)
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    if wide > width:
        faults.append(f"the page is {wide} px wide and scrolls sideways")
    sizes = page.eval_on_selector_all(
        "figure.hcc-figure .figure-box",
        "boxes => boxes.map(box => [box.firstChild, box.clientWidth])"
        ".map(([i, seen]) => [i.naturalWidth, seen, i.alt])",
    )
    for natural, seen, alt in sizes:
        if not (natural > 0 and 0 < seen <= width):
            faults.append(f"figure of {natural} px in a box of {seen} px: {alt[:80]}")
    faults += inaccessible(page, good)
    assert not faults, "\n".join([f"{name}, {width} px:", *faults])


@pytest.mark.parametrize(
    ("query", "expected", "never"),
    [
        ("magnesium", "notebooks/magnesium-audit.html", None),
        ("0.00907", "notebooks/tipm-audit.html", None),
        ("0·00907", "notebooks/scorecard.html", None),
        ("overfitting", "book/glossary.html#term-overfitting", None),
        ("p-hacking", "book/glossary.html#term-p-hacking", None),
        ("c-statistic", "book/glossary.html#term-c-statistic", None),
        ("kaplan meier", "book/glossary.html", "book/api.html"),
        ("GRIM", "notebooks/reading-printed-numbers.html", "book/api.html"),
    ],
)
def test_search_finds(open_page, query, expected, never):
    # From files the summaries below the hits stay away: browsers do not let a file fetch.
    page, _ = open_page("search.html", query=f"?q={query.replace(' ', '+')}")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function("!document.querySelector('#search-progress')?.textContent.trim()")
    hits = page.eval_on_selector_all("#search-results > ul > li > a", "all => all.map(a => a.href)")
    hits = [hit.split("_build/html/")[-1].split("?")[0] for hit in hits]
    assert any(hit.endswith(expected) for hit in hits), hits
    assert never is None or not any(hit.endswith(never) for hit in hits[:5]), hits


TERM = "article a[href*='glossary.html#term-']"


def test_a_term_explains_itself(open_page):
    page, troubles = open_page("notebooks/magnesium-audit.html")
    term, tip = page.locator(TERM).first, page.locator(".hcc-tip")
    told = page.evaluate(
        "id => document.getElementById(id).textContent", term.get_attribute("aria-describedby")
    )
    assert len(told) > 20
    term.hover()
    assert tip.inner_text() == told
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.mouse.move(0, 0)
    term.focus()
    assert tip.is_visible()
    box, edge = tip.bounding_box(), page.evaluate("document.documentElement.clientWidth")
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= edge
    term.blur()
    tip.wait_for(state="hidden")
    assert not troubles


def test_the_first_touch_explains_and_the_second_leads_there(open_page):
    page, _ = open_page("notebooks/magnesium-audit.html", 390, has_touch=True)
    term, tip = page.locator(TERM).first, page.locator(".hcc-tip")
    term.tap()
    assert tip.is_visible()
    assert "magnesium-audit" in page.url
    term.tap()
    page.wait_for_url("**/glossary.html#term-*")


def test_a_folded_section_opens(open_page):
    page, _ = open_page("notebooks/magnesium-audit.html")
    fold = page.locator("details.fold-out").first
    inside = fold.locator("p").first
    assert inside.is_hidden()
    fold.locator("> summary").press("Enter")
    assert inside.is_visible()
    anchor = fold.locator("xpath=..").get_attribute("id")
    page, _ = open_page("notebooks/magnesium-audit.html", query=f"#{anchor}")
    assert page.locator(f"#{anchor} details.fold-out p").first.is_visible()


def test_focus_can_be_seen_and_the_skip_link_leads_to_the_text(open_page):
    page, _ = open_page(PAGES[0])
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "#main-content"
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#main-content'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page, _ = open_page(PAGES[0])
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({outlineStyle, boxShadow}) => [outlineStyle, boxShadow])"
            "(getComputedStyle(document.activeElement))"
        )
        assert style != ["none", "none"], page.evaluate("document.activeElement.outerHTML")


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
    choice = "#paper=Magnesium&verdict=exact&text=HAZARD++ratio+0.269"
    assert page.evaluate("location.hash") == choice
    page.keyboard.press("Space")
    assert said(page) == f"{len(lines)} of {len(lines)} lines"
    assert page.locator(SHOWN).count() == len(lines)
    assert page.evaluate("location.href").endswith(SCORECARD)
    assert page.get_by_label("text", exact=True).input_value() == ""
    assert not troubles


def test_a_choice_can_be_linked(open_page, lines):
    page, _ = open_page(SCORECARD, query="#paper=MRI&evidence=summary")
    found = lines.query("paper == 'mri' and evidence == 'summary'")
    assert page.locator(SHOWN).count() == len(found) > 0
    assert page.get_by_label("paper", exact=True).input_value() == "MRI"
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


def test_the_lines_and_what_can_be_chosen(open_page, lines):
    page, troubles = open_page(SCORECARD, query="#paper=unknown")
    assert page.locator(SHOWN).count() == len(lines)
    for name in ("paper", "verdict", "evidence"):
        options = page.get_by_label(name, exact=True).locator("option").all_inner_texts()
        values = lines[name].map(reported.title) if name == "paper" else lines[name]
        assert options == ["all", *sorted(set(values))]
    # Lines that do not fit come first.
    verdicts = page.locator("table.hcc-filter tbody .vd").all_inner_texts()
    words = [verdict.split()[1] for verdict in verdicts]
    rank = [{"contradicted": 0, "missed": 1}.get(word, 2) for word in words]
    assert rank == sorted(rank)
    assert sorted(words) == sorted(lines["verdict"])
    page.get_by_label("text", exact=True).fill("no such words")
    assert said(page) == f"0 of {len(lines)} lines"
    assert page.locator(SHOWN).count() == 0
    assert not troubles


def test_the_heads_of_a_long_table_stay(open_page):
    page, _ = open_page(SCORECARD)
    box, head = page.locator(".hcc-tall"), page.locator("table.hcc-filter thead th").first
    box.evaluate("box => box.scrollTop = 1000")
    assert box.evaluate("box => box.scrollTop") == 1000
    gap = head.bounding_box()["y"] - box.bounding_box()["y"]
    assert 0 <= gap < 5


def test_pages_read_without_scripts(open_page, lines):
    page, _ = open_page(SCORECARD, java_script_enabled=False)
    assert page.locator(SHOWN).count() == len(lines)
    assert page.locator(CONTROLS).count() == 0
    page, _ = open_page(PAGES[0], java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()
