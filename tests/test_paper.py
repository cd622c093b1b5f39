"""The book away from the screen: formulas, figures, print, the bound PDF, the offline zip."""

import json
import os
import re
import subprocess
import sys
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from conftest import PAGES, ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import hccpaper
import make_offline
import make_pdf

#: Pixels between the margins of a sheet of A4.
SHEET = 673
#: Marks one element for each sign that a formula shows.
MARK_SIGNS = """() => {
    const seen = new Set();
    for (const sign of document.querySelectorAll("article :is(mi, mo, mn, mtext)")) {
        const key = sign.localName + sign.textContent;
        if (!sign.textContent.trim() || seen.has(key) || !sign.getClientRects().length) continue;
        seen.add(key);
        sign.dataset.sign = "";
    }
}"""
CLIPPED = """() => [...document.querySelectorAll("article .math, article .formula")].filter(box => {
    const style = getComputedStyle(box);
    return box.getClientRects().length && style.overflowY !== "visible"
        && box.scrollHeight > box.clientHeight;
}).map(box => "clipped: " + box.querySelector("math").getAttribute("alttext"))"""
#: What is wrong with a page on paper.
ON_PAPER = """width => {
    const faults = [], shown = part => part.getClientRects().length > 0;
    const article = document.querySelector("article");
    for (const part of document.querySelectorAll(
        "button, input, select, nav, .bd-header, .bd-sidebar, .prev-next-footer, .headerlink, "
        + ".tag_hide-input > details:not([open])"
    )) if (shown(part)) faults.push("for the screen alone: " + part.outerHTML.slice(0, 80));
    for (const part of article.querySelectorAll("*")) {
        if (!shown(part)) continue;
        const style = getComputedStyle(part), box = part.getBoundingClientRect();
        if (style.overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1)
            faults.push("hidden behind an edge: " + part.outerHTML.slice(0, 80));
        if (part.matches("table, math, img, pre, p") && box.right > width + 1)
            faults.push(`${Math.round(box.right)} px wide: ` + part.outerHTML.slice(0, 80));
        if (part.matches("a[href]") && /http/.test(getComputedStyle(part, "::after").content))
            faults.push("an address is printed: " + part.href);
        if (part.matches("details, figure, .cell_output, .cell_input, .finding, .admonition")
            && box.height > 0 && !part.innerText.trim() && !part.querySelector("img, svg"))
            faults.push("an empty frame: " + part.outerHTML.slice(0, 80));
    }
    for (const part of article.querySelectorAll("details p, details pre, details table"))
        if (!shown(part) && !part.closest(".tag_hide-input > details, summary"))
            faults.push("folded: " + part.textContent.slice(0, 80));
    for (const cell of article.querySelectorAll("td, th")) {
        if (shown(cell.closest("table")) && !cell.closest("[hidden], thead:not(:has(th))")
            && cell.getBoundingClientRect().width === 0)
            faults.push("a hidden column: " + cell.textContent);
        const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (words.nextNode()) {
            const range = document.createRange(), text = words.currentNode;
            range.selectNodeContents(text);
            if (range.getClientRects().length < 2) continue;
            for (const number of text.data.matchAll(/(?<![\\w.])[−-]?\\d[\\d.,]*(e-)?\\d/g)) {
                range.setStart(text, number.index);
                range.setEnd(text, number.index + number[0].length);
                if (new Set([...range.getClientRects()].map(line => line.top)).size > 1)
                    faults.push("a split number: " + number[0]);
            }
        }
    }
    return faults;
}"""
#: No socket of Python leads out of this machine.
GUARD = """
import socket

def refuse(self, address, *more, _connect=socket.socket.connect):
    if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise OSError(f"no network: {address}")
    return _connect(self, address, *more)

socket.socket.connect = refuse
"""


@pytest.fixture(scope="module")
def window(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def on_screen(window, site):
    def open_(name, width=1280):
        window.emulate_media(media="screen")
        window.set_viewport_size({"width": width, "height": 900})
        window.goto((site / name).as_uri())
        window.evaluate("document.fonts.ready.then(() => 0)")
        return window

    return open_


@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith(("book", "notebooks"))])
def test_page_on_paper(on_screen, name):
    page = on_screen(name, SHEET)
    faults = page.evaluate(CLIPPED)
    page.emulate_media(media="print")
    faults += page.evaluate(ON_PAPER, SHEET)
    assert not faults, "\n".join([name, *sorted(set(faults))[:30]])


@pytest.mark.parametrize(
    "damage",
    [
        "article td { overflow-wrap: anywhere !important; width: 1px !important;"
        " min-width: 0 !important; max-width: 8px !important; white-space: normal !important; }",
        ".pst-scrollable-table-container { width: 100px; overflow: hidden !important; }",
        "article details::details-content { content-visibility: hidden !important; }",
        "article a[href]::after { content: 'http:' attr(href); }",
        "article table { min-width: 900px; }",
        "article tr > :nth-child(2) { display: none; }",
        "nav, button { display: block !important; }",
    ],
)
def test_what_is_wrong_on_paper_is_seen(on_screen, damage):
    page = on_screen("notebooks/primer-prediction.html", SHEET)
    page.emulate_media(media="print")
    page.add_style_tag(content=damage)
    assert page.evaluate(ON_PAPER, SHEET)


def test_printing_opens_the_fold_outs_and_closes_them_again(on_screen):
    page = on_screen("notebooks/magnesium-audit.html")
    folds = page.locator("article details:not(.tag_hide-input > *)")
    states = "folds => folds.map(fold => fold.open)"
    before = folds.evaluate_all(states)
    assert not all(before)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(folds.evaluate_all(states))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folds.evaluate_all(states) == before


def test_a_long_table_goes_on_from_page_to_page_and_a_short_one_does_not(on_screen):
    page = on_screen("notebooks/mri-replication.html", SHEET)
    page.emulate_media(media="print")
    tables = page.eval_on_selector_all(
        "article table", "all => all.map(t => [t.rows.length, getComputedStyle(t).breakInside])"
    )
    assert {length > 15 for length, _ in tables} == {True, False}
    assert all(rule == ("auto" if length > 15 else "avoid") for length, rule in tables), tables


def test_dark_pages_print_dark_words_on_white(on_screen):
    page = on_screen("notebooks/magnesium-audit.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    bright = page.evaluate("""() => [...document.querySelectorAll("article *")].filter(part => {
        if (!part.getClientRects().length) return false;
        if (![...part.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
        const [r, g, b] = getComputedStyle(part).color.match(/[\\d.]+/g).map(Number);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b > 118;  // 4.5 to 1 on white
    }).map(part => part.outerHTML.slice(0, 100))""")
    assert not bright, bright[:10]


# Formulas.


def test_every_sign_of_every_formula_is_in_the_font(on_screen):
    """A sign that the subset lacks would come from another font, whose metrics do not fit."""
    fonts = {}
    for name in PAGES:
        if "<math" not in (ROOT / "_build/html" / name).read_text(encoding="utf-8"):
            continue
        page = on_screen(name)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        page.evaluate(MARK_SIGNS)
        page.evaluate("document.fonts.ready.then(() => 0)")
        devtools = page.context.new_cdp_session(page)
        devtools.send("DOM.enable")
        devtools.send("CSS.enable")
        root = devtools.send("DOM.getDocument")["root"]["nodeId"]
        found = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-sign]"})
        for sign in found["nodeIds"]:
            used = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": sign})["fonts"]
            for font in used:
                fonts.setdefault(font["familyName"], set()).add((name, sign))
        devtools.detach()
    assert set(fonts) == {"STIX Two Math"}, {
        name: sorted(places)[:5] for name, places in fonts.items() if name != "STIX Two Math"
    }


def test_the_font_comes_with_its_licence():
    folder = ROOT / "book" / "_static" / "math"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert (folder / "stix-two-math.woff2").stat().st_size < 40_000


@pytest.mark.parametrize(("tex", "sign"), [(r"a \pm b", "±"), (r"x \sim y", "∼")])
def test_signs_between_terms_are_operators(tex, sign):
    import hccsite

    formula = BeautifulSoup(hccsite.to_mathml(tex), "html.parser")
    assert [operator.string for operator in formula.find_all("mo")] == [sign]


# Figures and citations.


def test_sentences_name_the_figures_of_their_section():
    figure = (
        '<figure class="hcc-figure"><img src="data:,"><figcaption>A curve</figcaption></figure>'
    )
    soup = BeautifulSoup(
        "<article><section><h1>Title</h1><p>The figure is none of mine.</p>"
        f"<section><p>In the figure, dots. The next figure: the <b>figure caption</b>.</p>{figure}"
        "<p>The figure caption and the figures stay.</p></section>"
        f"<section><p>The second figure, not the figure or the third figure.</p>{figure}{figure}"
        "</section></section></article>",
        "html.parser",
    )
    hccpaper.number_figures(soup)
    assert [found["id"] for found in soup("figure")] == ["figure-1", "figure-2", "figure-3"]
    assert soup.figcaption.get_text() == "Figure 1. A curve"
    assert [p.get_text().replace("\N{NO-BREAK SPACE}", " ") for p in soup("p")] == [
        "The figure is none of mine.",
        "In Figure 1, dots. Figure 1: the figure caption.",
        "The figure caption and the figures stay.",
        "Figure 3, not the figure or the third figure.",
    ]
    assert [link["href"] for link in soup("a")] == ["#figure-1", "#figure-1", "#figure-3"]


def test_no_line_ends_within_a_power():
    soup = BeautifulSoup("<p>1e-5</p><td>5.1e-05 (1e-06 to 2)</td><td>-1</td>", "html.parser")
    hccpaper.keep_powers(soup)
    assert [kept.string for kept in soup.select("td .whole")] == ["5.1e-05", "1e-06"]
    assert soup.get_text() == "1e-55.1e-05 (1e-06 to 2)-1"
    assert not soup.select("p span")


def test_a_figure_scrolls_on_a_phone(on_screen):
    page = on_screen("notebooks/magnesium-replication.html", 390)
    figure = page.locator("figure.hcc-figure .figure-box").first
    natural, shown = figure.locator("img").evaluate("i => [i.naturalWidth, i.width]")
    assert shown >= natural > 390
    assert figure.bounding_box()["width"] <= 390
    figure.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_a_citation_shows_its_reference(on_screen):
    page = on_screen("notebooks/primer-meta-analysis.html")
    cited, card = (
        page.locator("article a[href*='bibliography.html#']").first,
        page.locator(".hcc-tip"),
    )
    told = page.evaluate(
        "id => document.getElementById(id).textContent", cited.get_attribute("aria-describedby")
    )
    assert re.search(r"\b(19|20)\d\d\b", told)
    assert cited.get_attribute("title") is None
    for show in (cited.hover, cited.focus):
        show()
        assert card.inner_text() == told
        page.keyboard.press("Escape")
        assert card.is_hidden()


# The bound book.


def test_the_book_is_bound_with_contents_and_links(site, browser, tmp_path):
    pages = [("book/how-to-use", None, None), ("notebooks/primer-response", "A & B", None)]
    pages.append(("book/api/response", None, "notebooks/primer-response"))
    book = make_pdf.Book(site, pages)
    pdf, again = (make_pdf.bind(book, browser.new_context().new_page(), tmp_path) for _ in "12")
    assert pdf == again
    page = BeautifulSoup((tmp_path / "book.html").read_text(encoding="utf-8"), "html.parser")
    starts = make_pdf.places(pdf)
    assert starts["chapter-1"] == 2
    assert 3 <= starts["chapter-2"] < len(re.findall(rb"/Type /Page\b", pdf))
    assert [int(line.string) for line in page.select(".book-contents span")] == [*starts.values()]
    assert page.select_one(".book-contents .part").string == "A & B"
    assert b"/Outlines" in pdf
    ids = [part["id"] for part in page.select("[id]")]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in page.select("a[href]")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert [link for link in links if link.startswith("#chapter-2-")]
    assert not [link for link in links if not link.startswith(("#", "http"))]
    assert page.select("article .tag_hide-cell pre")
    assert not page.select("script, .tag_hide-input details, article details:not([open])")


def test_the_book_holds_every_page_of_the_site(site):
    bound = [f"{name}.html" for name, *_ in make_pdf.chapters(site)]
    assert len(bound) == len(set(bound))
    assert set(bound) == set(PAGES) - {"search.html", "genindex.html"}


def test_a_site_that_was_not_built_is_one_clear_line(tmp_path):
    for make in (
        lambda: make_pdf.Book(tmp_path, [("book/index", None, None)]),
        lambda: make_offline.files(ROOT, tmp_path),
    ):
        with pytest.raises(ValueError, match=r"site: expected .* run make book"):
            make()


# Without a network.


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    """Return the folder of the unpacked zip, under a name that many programs dislike."""
    folder = tmp_path_factory.mktemp("offline")
    for name in ("one.zip", "two.zip"):
        make_offline.pack(make_offline.files(ROOT, site), folder / name)
    assert (folder / "one.zip").read_bytes() == (folder / "two.zip").read_bytes()
    with ZipFile(folder / "one.zip") as packed:
        assert packed.namelist() == sorted(packed.namelist())
        packed.extractall(folder / "Bücher & Übungen (2)")
    return folder / "Bücher & Übungen (2)" / make_offline.FOLDER


def test_the_unpacked_book_is_read(window, unpacked):
    asked = []
    window.on("request", lambda request: asked.append(request.url))
    window.emulate_media(media="screen")
    window.goto((unpacked / "START-HERE.html").as_uri())
    window.get_by_role("link", name="Open the book").click()
    # The first page leads on to the book: only then is the way to the next one free.
    window.wait_for_url("**/site/book/index.html")
    window.goto((unpacked / "site" / PAGES[1]).as_uri())
    assert window.locator("article h1").inner_text().startswith("How to use this book")
    assert all(url.startswith(("file:", "data:")) for url in asked), asked


def test_the_unpacked_notebooks_run_without_a_network(unpacked, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    places = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(unpacked)])}
    run = {"cwd": unpacked, "env": os.environ | nowhere | places, "text": True}
    out = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    cut = subprocess.run([sys.executable, "-c", out], capture_output=True, **run)
    assert "no network" in cut.stderr
    where = [sys.executable, "-c", "import hccbook; print(hccbook.__file__)"]
    assert subprocess.check_output(where, **run).startswith(str(unpacked))
    name = "notebooks/00-start-here.ipynb"
    path = unpacked / name
    empty = json.loads(path.read_text(encoding="utf-8"))
    for cell in empty["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    path.write_text(json.dumps(empty), encoding="utf-8")
    command = [sys.executable, "-m", "hccbook", "notebooks", "00-start-here"]
    done = subprocess.run(command, capture_output=True, **run)
    assert done.returncode == 0, done.stderr[-2000:]
    assert path.read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")
