"""The built pages in a real browser, opened as files, as a reader without a server would."""

import csv
import re
import subprocess
import sys
from itertools import pairwise
from zipfile import ZipFile

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import PAGES, ROOT
from playwright.sync_api import expect

from hccbook import reported, scorecard

WIDTHS = {"laptop": 1280, "phone": 390}
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
        "figure.hcc-figure .figure-box:has(img)",
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
        ("kaplan meier", "book/glossary.html", "book/api/"),
        ("GRIM", "notebooks/reading-printed-numbers.html", "book/api/"),
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
    assert never is None or not any(never in hit for hit in hits[:5]), hits


@pytest.mark.parametrize("query", ["0.00907", "lymphocytes 0·00907"])
def test_a_hit_shows_the_lines_of_its_number(open_page, query):
    page, _ = open_page("search.html", query=f"?q={query.replace(' ', '+')}")
    page.locator("#search-results > ul > li > a[href$='/scorecard.html']").first.click()
    page.locator("table.hcc-filter tbody tr", has_text="0.00907").first.wait_for()
    rows = page.locator("table.hcc-filter tbody tr").all_inner_texts()
    assert all("0.00907" in row for row in rows)
    assert page.url.endswith("scorecard.html#text=0.00907")


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


@pytest.mark.parametrize("scheme", THEMES)
def test_light_and_dark_follow_the_system_and_the_switch_keeps_its_focus(open_page, scheme):
    page, troubles = open_page("book/index.html", color_scheme=scheme)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", scheme)
    # One accent: links are as buttons.
    button, link = page.locator("a.front-button").first, page.locator("article p a.reference").first
    ground = button.evaluate("e => getComputedStyle(e).backgroundColor")
    assert link.evaluate("e => getComputedStyle(e).color") == ground
    switch = page.get_by_role("button", name="Color mode")
    switch.focus()
    seen = set()
    for key in ("Enter", "Space", "Enter"):
        page.keyboard.press(key)
        expect(switch).to_be_focused()
        seen.add(theme.get_attribute("data-mode"))
    assert seen == {"auto", "light", "dark"}
    assert not troubles


SCORECARD = "notebooks/scorecard.html"
CONTROLS = ".hcc-controls"
SHOWN = "table.hcc-filter tbody tr:visible"
#: How many rows are drawn at a time.
STEP = 100


@pytest.fixture(scope="module")
def lines():
    return scorecard.load()


def says(page, text):
    """Wait for what the status says first: the lines are loaded when they are wanted."""
    expect(page.locator(f"{CONTROLS} [role=status]")).to_have_text(re.compile(f"^{text}"))


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_lines_are_chosen_by_keyboard(open_page, lines, width):
    page, troubles = open_page(SCORECARD, width)
    says(page, f"{len(lines)} of {len(lines)} lines")
    assert 0 < page.locator(SHOWN).count() < STEP
    page.get_by_label("paper", exact=True).focus()
    page.keyboard.type("magnesium")
    page.keyboard.press("Tab")
    page.keyboard.type("exact")
    found = lines.query("paper == 'magnesium' and verdict == 'exact'")
    says(page, f"{len(found)} of {len(lines)} lines")
    assert page.locator(SHOWN).count() == len(found)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("HAZARD  ratio 0.269")
    texts = scorecard.readable(found).agg(" ".join, axis=1).str.lower()
    found = [text for text in texts if all(word in text for word in ("hazard", "ratio", "0.269"))]
    assert 0 < len(found) < len(texts)
    says(page, f"{len(found)} of {len(lines)} lines")
    assert page.locator(SHOWN).count() == len(found)
    page.keyboard.press("Enter")  # sends no form
    page.keyboard.press("Tab")
    choice = "#paper=Magnesium&verdict=exact&text=HAZARD++ratio+0.269"
    assert page.evaluate("location.hash") == choice
    page.keyboard.press("Space")
    says(page, f"{len(lines)} of {len(lines)} lines")
    assert page.locator(SHOWN).count() == STEP
    assert page.evaluate("location.href").endswith(SCORECARD)
    assert page.get_by_label("text", exact=True).input_value() == ""
    assert not troubles


def test_a_choice_can_be_linked(open_page, lines):
    page, _ = open_page(SCORECARD, query="#paper=MRI&evidence=summary")
    found = lines.query("paper == 'mri' and evidence == 'summary'")
    says(page, f"{len(found)} of {len(lines)} lines")
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
    number = (lines["verdict"] == "contradicted").sum()
    says(page, f"{number} of {len(lines)} lines")
    assert page.get_by_label("paper", exact=True).input_value() == ""
    assert page.locator(SHOWN).count() == number


def test_the_lines_and_what_can_be_chosen(open_page, lines):
    page, troubles = open_page(SCORECARD, query="#paper=unknown")
    says(page, f"{len(lines)} of {len(lines)} lines, the first {STEP} are shown")
    assert page.locator(SHOWN).count() == STEP
    while (more := page.locator(".hcc-more")).is_visible():
        drawn = page.locator(SHOWN).count()
        more.press("Enter")
        # The keyboard goes on at the first new line.
        assert page.evaluate("document.activeElement.rowIndex") == drawn + 1
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
    says(page, f"0 of {len(lines)} lines")
    assert page.locator(SHOWN).count() == 0
    assert not troubles


def test_the_chosen_lines_are_saved(open_page, lines):
    page, troubles = open_page(SCORECARD, query="#paper=MRI")
    says(page, r"\d+ of \d+ lines")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        saved = list(csv.DictReader(file))
    found = scorecard.readable(lines.query("paper == 'mri'"))
    assert list(saved[0]) == list(found)
    assert [row["computed"] for row in saved] == list(found["computed"])
    assert [row["verdict"] for row in saved] == [*lines.query("paper == 'mri'")["verdict"]]
    assert not troubles


def test_on_a_phone_each_line_is_a_card(open_page):
    page, _ = open_page(SCORECARD, WIDTHS["phone"])
    row = page.locator(SHOWN).nth(3)
    boxes = [cell.bounding_box() for cell in row.locator("td").all()]
    assert all(above["y"] < below["y"] for above, below in pairwise(boxes))
    assert max(box["x"] + box["width"] for box in boxes) <= WIDTHS["phone"]
    label = row.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"paper"'
    table = page.locator("table.hcc-filter")
    assert table.get_by_role("columnheader", name="verdict").count() == 1


def test_the_heads_of_a_long_table_stay(open_page):
    page, _ = open_page(SCORECARD)
    page.locator(".hcc-more").click()
    says(page, f"[0-9]+ of [0-9]+ lines, the first {STEP} are shown")
    box, head = page.locator(".hcc-tall"), page.locator("table.hcc-filter thead th").first
    box.evaluate("box => box.scrollTop = 1000")
    assert box.evaluate("box => box.scrollTop") == 1000
    gap = head.bounding_box()["y"] - box.bounding_box()["y"]
    assert 0 <= gap < 5


def test_pages_read_without_scripts(open_page, lines):
    page, _ = open_page(SCORECARD, java_script_enabled=False)
    assert 0 < page.locator(SHOWN).count() < STEP
    assert page.locator(CONTROLS).count() == 0
    page.get_by_role("link", name=re.compile(r"^Radiotherapy \(")).click()
    found = page.locator("table.hcc-part tbody tr:visible").count()
    assert found == (lines["paper"] == "radiotherapy").sum()
    page, _ = open_page(PAGES[0], java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_slides_and_worksheets_work_and_are_accessible(browser, tmp_path, width):
    make = ROOT / "book" / "_ext" / "make_course.py"
    subprocess.run([sys.executable, make, "--to", tmp_path], check=True, capture_output=True)
    with ZipFile(tmp_path / "course-instructor.zip") as packed:
        packed.extractall(tmp_path)
        names = [name for name in packed.namelist() if name.endswith(".html")]
    context = browser.new_context(viewport={"width": width, "height": 720})
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    for name in names:
        page.goto((tmp_path / name).as_uri())
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= width, name
        page.evaluate(AXE_SCRIPT)
        assert not page.evaluate(RUN, {"preload": False, "resultTypes": ["violations"]}), name
        if "/slides/" in name:
            place = "document.activeElement.id"
            for key, there in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2)):
                page.keyboard.press(key)
                assert page.evaluate(place) == f"slide-{there}", (name, key)
    assert set(asked) <= {"file", "data"}
    context.close()
