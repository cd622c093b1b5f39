"""The built pages, read as files."""

import csv
import gzip
import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import LISTS, PAGES, ROOT

from hccbook.display import BADGES, ICONS, SHORTEST_ALT

LONGEST_ALT = 1500
#: Bytes of the longest page; compressed, with all that it loads; and of the front page.
HEAVIEST, LOADED, FRONT = 1_150_000, 450_000, 240_000
OUTSIDE_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")
RESULTS = ROOT / "data" / "results"
DOCUMENTS = [page for page in PAGES if page not in {"search.html", "genindex.html"}]
#: How many parts the elements of MathML with a fixed number of them have.
PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2}
PARTS |= {"munderover": 3}


class Page:
    """A page that is read once. CSS selectors would walk through it anew for each question."""

    def __init__(self, path):
        self.path = path
        self.soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        self.tags = self.soup.find_all(True)
        self.article = self.soup.article
        self.inside = self.article.find_all(True) if self.article else []
        self.ids = [tag["id"] for tag in self.tags if tag.has_attr("id")]
        self.anchors = {*self.ids, *(tag["name"] for tag in self.all("a") if tag.has_attr("name"))}

    def all(self, *names):
        """Return the elements of these names."""
        return [tag for tag in self.tags if tag.name in names]


read = cache(Page)


def page_of(site, name):
    path = site / name
    assert path.is_file(), f"{name} is in _toc.yml but not in the site"
    return read(path)


def has_class(tag, *names):
    return not set(names).isdisjoint(tag.get("class", ()))


# What must hold of every page: each function tells what is wrong.


def title_language_and_one_heading(page):
    title = page.soup.title
    if title is None or not title.get_text(strip=True):
        yield "no title"
    if page.soup.html.get("lang") != "en":
        yield f"language {page.soup.html.get('lang')!r}"
    headings = [heading.get_text(strip=True) for heading in page.all("h1")]
    if len(headings) != 1:
        yield f"expected one main heading, got {headings}"


def heading_levels_do_not_jump(page):
    headings = [tag for tag in page.inside if re.fullmatch("h[1-6]", tag.name)]
    for before, after in pairwise(headings):
        if int(after.name[1]) > int(before.name[1]) + 1:
            yield f"{after.name} after {before.name}: {after.get_text()}"


def every_image_says_what_it_shows(page):
    for image in page.all("img"):
        alt = image.get("alt", "").strip()
        if not alt:
            yield f"no alt: {str(image)[:120]}"
        elif image.find_parent("figure", class_="hcc-figure") and not (
            SHORTEST_ALT <= len(alt) <= LONGEST_ALT
        ):
            yield f"alt of {len(alt)} characters: {alt!r}"


def formulas_are_well_formed_and_have_their_text(page):
    for formula in page.all("math"):
        if not formula.get("alttext", "").strip():
            yield f"no text: {str(formula)[:200]}"
        for element in formula.find_all(True):
            parts = PARTS.get(element.name)
            if parts and len(element.find_all(True, recursive=False)) != parts:
                yield f"expected {parts} parts: {element}"


def nothing_is_loaded_from_elsewhere(page):
    loaded = [
        tag.get("src")
        for tag in page.all("script", "img", "iframe", "source", "video", "audio", "embed")
    ]
    loaded += [tag.get("href") for tag in page.all("link") if tag.get("rel") != ["canonical"]]
    for style in page.all("style"):
        loaded += re.findall(r"url\(([^)]*)\)", style.get_text())
    for link in loaded:
        if link and re.match(r"(https?:)?//", link.strip("'\"")):
            yield link


def no_link_is_broken(page):
    for tag in page.tags:
        if not (tag.has_attr("href") or tag.has_attr("src")):
            continue
        link = urlsplit(tag.get("href") or tag.get("src"))
        if link.scheme or link.netloc:
            continue
        target = page.path
        if link.path:
            target = (page.path.parent / unquote(link.path)).resolve()
        if not target.is_file():
            yield f"{link.path}: no such file"
        elif link.fragment and unquote(link.fragment) not in read(target).anchors:
            yield f"{link.path}#{link.fragment}: no such anchor"


def ids_are_unique(page):
    for id, count in Counter(page.ids).items():
        if count > 1:
            yield f"{count} elements with the id {id!r}"


def it_is_not_heavy(page):
    if (size := page.path.stat().st_size) >= HEAVIEST:
        yield f"{size} bytes"


@cache
def packed(path):
    """Return the bytes of a file as a host sends it."""
    return len(gzip.compress(path.read_bytes(), 9))


def loaded(page):
    """Yield the files that a page loads at once."""
    tags = [*page.all("script"), *(x for x in page.all("link") if "stylesheet" in x.get("rel", ()))]
    for tag in tags:
        if name := urlsplit(tag.get("src") or tag.get("href") or "").path:
            yield (page.path.parent / name).resolve()


def it_loads_little(page):
    limit = FRONT if page.path.name == "index.html" else LOADED
    if (size := packed(page.path) + sum(map(packed, loaded(page)))) >= limit:
        yield f"{size} bytes, compressed"


def scripts_wait(page):
    for script in page.all("script"):
        name = urlsplit(script.get("src", "")).path.rpartition("/")[2]
        if name and name != "documentation_options.js" and not script.has_attr("defer"):
            yield f"{name} is not deferred"
        if name == "searchindex.js" and page.path.name != "search.html":
            yield "the index of the search is loaded before anybody searches"


def pictures_have_a_size(page):
    for image in page.all("img"):
        if image.get("src", "").startswith("data:") and not image.get("height"):
            yield f"no height: {image.get('alt')!r:.60}"


def only_pages_with_filters_load_their_script(page):
    scripts = [tag for tag in page.all("script") if "filter.js" in tag.get("src", "")]
    wanted = any(has_class(table, "hcc-filter") for table in page.all("table"))
    if len(scripts) != wanted:
        yield f"{len(scripts)} scripts for filters, expected {int(wanted)}"
    if not all(tag.has_attr("defer") for tag in scripts):
        yield "the script for filters is not deferred"


# What must hold of pages that were written.


def no_markup_is_left_in_the_text(page):
    aside = {"pre", "code", "script", "style", "math"}
    text = " ".join(
        string
        for string in page.article.strings
        if aside.isdisjoint(parent.name for parent in string.parents)
    )
    yield from re.findall(r"\{[a-z:]+\}`|:::\{|```|\$\$|\\begin\{|\{\{", text)


def no_table_shows_a_missing_value_raw(page):
    for table in page.all("table"):
        if has_class(table, "hcc-table", "dataframe"):
            for cell in table.find_all("td"):
                if (text := cell.get_text(strip=True)) in {"nan", "NaN", "None", "<NA>", "inf"}:
                    yield text


def badges_are_known_and_have_icon_and_word(page):
    for badge in (tag for tag in page.tags if has_class(tag, "ev", "vd")):
        word = next(c for c in badge["class"] if c not in {"ev", "vd"}).partition("-")[2]
        if word not in BADGES["ev" if "ev" in badge["class"] else "vd"]:
            yield f"unknown badge {badge}"
        elif badge.get_text(" ", strip=True) != f"{ICONS[word]} {word}":
            yield f"expected icon and word: {badge}"


def every_table_can_be_scrolled_and_has_a_name(page):
    names = Counter()
    for table in (tag for tag in page.inside if tag.name == "table"):
        box = table.find_parent(attrs={"role": "region"})
        if box is None or box.get("tabindex") != "0":
            yield f"no box that scrolls: {str(table)[:200]}"
        else:
            names[box.get("aria-label")] += 1
    for name, count in names.items():
        if not name or count > 1:
            yield f"{count} tables with the name {name!r}"


def binder_opens_the_right_notebook(page):
    path = page.path
    if path.parent.name == "notebooks" and (ROOT / "notebooks" / f"{path.stem}.ipynb").is_file():
        links = [tag["href"] for tag in page.all("a") if "mybinder.org" in tag.get("href", "")]
        end = f"lab/tree/notebooks/{page.path.stem}.ipynb"
        if not links or not all(link.endswith(end) for link in links):
            yield f"expected links to {end}, got {links}"


OF_ALL = (
    title_language_and_one_heading,
    heading_levels_do_not_jump,
    every_image_says_what_it_shows,
    formulas_are_well_formed_and_have_their_text,
    nothing_is_loaded_from_elsewhere,
    no_link_is_broken,
    ids_are_unique,
    it_is_not_heavy,
    it_loads_little,
    scripts_wait,
    pictures_have_a_size,
    only_pages_with_filters_load_their_script,
)
OF_DOCUMENTS = (
    no_markup_is_left_in_the_text,
    no_table_shows_a_missing_value_raw,
    badges_are_known_and_have_icon_and_word,
    every_table_can_be_scrolled_and_has_a_name,
    binder_opens_the_right_notebook,
)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(site, name):
    page = page_of(site, name)
    checks = OF_ALL + OF_DOCUMENTS * (name in DOCUMENTS)
    faults = [f"{check.__name__}: {fault}" for check in checks for fault in check(page)]
    assert not faults, "\n".join([f"{name}:", *faults])


def test_the_site_as_a_whole(site):
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    built = {name for name in built if not name.startswith(("_static/", "_sources/"))}
    assert built == {*PAGES, "index.html", "404.html"}
    # The first page leads to the welcome.
    refresh = read(site / "index.html").soup.find("meta", attrs={"http-equiv": "Refresh"})
    assert (site / refresh["content"].partition("url=")[2]).is_file()
    for path in site.rglob("*.css"):
        found = OUTSIDE_CSS.findall(path.read_text("utf-8"))
        assert not found, f"{path.name} loads {found}"


def test_the_scorecard_offers_its_data_beside_it(site):
    page = page_of(site, "notebooks/scorecard.html")
    links = [link["href"] for link in page.all("a") if has_class(link, "download")]
    assert links == ["scorecard.json"]
    stored = RESULTS / "scorecard.json"
    assert (site / "notebooks" / "scorecard.json").read_bytes() == stored.read_bytes()
    assert not (site / "_downloads").exists()


def test_the_scorecard_has_all_lines_in_its_parts_and_in_its_script(site):
    lines = json.loads((RESULTS / "scorecard.json").read_text(encoding="utf-8"))["lines"]
    text = (site / "notebooks" / "scorecard-rows.js").read_text(encoding="utf-8")
    rows = json.loads(text.removeprefix("window.hccRows = ").rstrip(";\n"))
    assert len(rows) == len(lines)
    found = [row for name in LISTS for row in page_of(site, name).soup.select(".hcc-part tbody tr")]
    cells = [[" ".join(cell.get_text().split()) for cell in row.find_all("td")] for row in found]
    told = [[BeautifulSoup(x, "html.parser").get_text() for x in row] for row in rows]
    assert sorted(cells) == sorted([" ".join(x.split()) for x in row] for row in told)
    page = page_of(site, "notebooks/scorecard.html")
    links = {link.get("href") for link in page.all("a")}
    assert {name.removeprefix("notebooks/") for name in LISTS} <= links
    assert len(page.tags) < 2500


def test_the_one_style_sheet_leaves_out_only_what_nothing_is_styled_by(site):
    text = (site / "_static" / "styles" / "site.css").read_text(encoding="utf-8")
    assert len(text) < 170_000
    for used in (".bd-sidebar-primary", ".admonition-title", ".hcc-controls", "@media print"):
        assert used in text, used
    assert ".form-floating" not in text
    assert "@import" not in text
    for name in re.findall(r"url\([\"']?([^)\"']+)", text):
        if not name.startswith("data:") and not name.endswith(".ttf"):
            assert (site / "_static" / "styles" / name).resolve().is_file(), name


def test_every_icon_of_the_theme_has_its_glyph(site):
    styles = (site / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    words = {
        word
        for path in [*site.rglob("*.html"), *site.glob("_static/scripts/*.js")]
        for word in re.findall(
            r"\bfa(?:[srb]|-solid|-brands) (fa-[a-z-]+)", path.read_text("utf-8")
        )
    }
    codes = {
        word: re.search(rf"\.{word}(?:[:,][^{{}}]*)?\{{(?:--fa|content):\"\\([0-9a-f]+)", styles)
        for word in words
    }
    assert len(words) > 10
    speed = (ROOT / "book" / "_ext" / "hccspeed.py").read_text(encoding="utf-8")
    glyphs = {*re.findall(r"\bf[0-9a-f]{3}\b", speed.partition("GLYPHS")[2].partition("\n)")[0])}
    assert {found[1] for found in codes.values()} <= glyphs
    used = set(re.findall(r"--pst-icon-[a-z-]+:\"(.)\"", styles))
    assert {f"{ord(glyph):04x}" for glyph in used} <= glyphs
    fonts = site / "_static" / "vendor" / "fontawesome" / "webfonts"
    assert {path.name for path in fonts.iterdir()} == {"fa-solid-900.woff2", "fa-brands-400.woff2"}
    assert all(path.stat().st_size < 5000 for path in fonts.iterdir())


def test_every_result_leads_to_its_place(site):
    paths = sorted(RESULTS.glob("*.csv"))
    assert paths, "data/results holds no file: run `make notebooks`"
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            places = {row["where"] for row in csv.DictReader(file)}
        for place in places:
            notebook, _, anchor = place.partition("#")
            page = page_of(site, f"notebooks/{notebook}.html")
            assert anchor in page.anchors, f"{path.name}: no anchor {anchor!r} in {notebook}"
