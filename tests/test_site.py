"""The built pages, read as files."""

import csv
import re
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import PAGES, ROOT

from hccbook.display import ICONS, SHORTEST_ALT
from hccbook.scorecard import EVIDENCE

LONGEST_ALT = 1500
OUTSIDE_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")
RESULTS = sorted((ROOT / "data" / "results").glob("*.csv"))
DOCUMENTS = [page for page in PAGES if page not in {"search.html", "genindex.html"}]


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def page_of(site, name):
    path = site / name
    assert path.is_file(), f"{name} is in _toc.yml but not in the site"
    return soup(path)


def anchors(page):
    return {tag["id"] for tag in page.select("[id]")} | {
        tag["name"] for tag in page.select("a[name]")
    }


def test_no_page_beyond_the_contents(site):
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    built = {name for name in built if not name.startswith(("_static/", "_sources/"))}
    assert built == {*PAGES, "index.html"}


#: How many parts the elements of MathML with a fixed number of them have.
PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2}
PARTS |= {"munderover": 3}


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_well_formed(site, name):
    for element in page_of(site, name).select(", ".join(f"math {tag}" for tag in PARTS)):
        parts = element.find_all(True, recursive=False)
        assert len(parts) == PARTS[element.name], str(element)


def test_first_page_leads_to_the_welcome(site):
    refresh = soup(site / "index.html").find("meta", attrs={"http-equiv": "Refresh"})
    target = refresh["content"].partition("url=")[2]
    assert (site / target).is_file()


@pytest.mark.parametrize("name", PAGES)
def test_has_title_language_and_one_heading(site, name):
    page = page_of(site, name)
    assert page.title.get_text(strip=True)
    assert page.html["lang"] == "en"
    headings = [heading.get_text(strip=True) for heading in page.find_all("h1")]
    assert len(headings) == 1, f"expected one main heading, got {headings}"


@pytest.mark.parametrize("name", PAGES)
def test_heading_levels_do_not_jump(site, name):
    headings = page_of(site, name).select("article :is(h1, h2, h3, h4, h5, h6)")
    for before, after in pairwise(headings):
        assert int(after.name[1]) <= int(before.name[1]) + 1, after.get_text()


@pytest.mark.parametrize("name", PAGES)
def test_every_image_says_what_it_shows(site, name):
    for image in page_of(site, name).find_all("img"):
        alt = image.get("alt", "").strip()
        if image.find_parent("figure", class_="hcc-figure"):
            assert SHORTEST_ALT <= len(alt) <= LONGEST_ALT, f"alt of {len(alt)} characters: {alt!r}"
        assert alt, f"no alt: {str(image)[:120]}"


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_has_its_text(site, name):
    for formula in page_of(site, name).find_all("math"):
        assert formula.get("alttext", "").strip(), str(formula)[:200]


@pytest.mark.parametrize("name", PAGES)
def test_loads_nothing_from_elsewhere(site, name):
    page = page_of(site, name)
    loaded = [
        tag.get("src") for tag in page.select("script, img, iframe, source, video, audio, embed")
    ]
    loaded += [tag.get("href") for tag in page.select("link") if tag.get("rel") != ["canonical"]]
    loaded += re.findall(
        r"url\(([^)]*)\)", " ".join(tag.get_text() for tag in page.select("style"))
    )
    outside = [link for link in loaded if link and re.match(r"(https?:)?//", link.strip("'\""))]
    assert not outside


def test_style_sheets_load_nothing_from_elsewhere(site):
    for path in site.rglob("*.css"):
        found = re.findall(
            r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)", path.read_text("utf-8")
        )
        assert not found, f"{path.name} loads {found}"


@pytest.mark.parametrize("name", PAGES)
def test_no_broken_link(site, name):
    page, here = page_of(site, name), site / name
    broken = []
    for tag in page.select("[href], [src]"):
        link = urlsplit(tag.get("href") or tag.get("src"))
        if link.scheme or link.netloc:
            continue
        target = (here.parent / unquote(link.path)).resolve() if link.path else here
        if not target.is_file():
            broken.append(f"{link.path}: no such file")
        elif link.fragment and unquote(link.fragment) not in anchors(soup(target)):
            broken.append(f"{link.path}#{link.fragment}: no such anchor")
    assert not broken


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(site, name):
    ids = [tag["id"] for tag in page_of(site, name).select("[id]")]
    assert not {id for id in ids if ids.count(id) > 1}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_markup_left_in_the_text(site, name):
    article = BeautifulSoup(str(page_of(site, name).article), "html.parser")
    for tag in article(["pre", "code", "script", "style", "math"]):
        tag.decompose()
    text = article.get_text(" ")
    left = re.findall(r"\{[a-z:]+\}`|:::\{|```|\$\$|\\begin\{|\{\{", text)
    assert not left


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_table_shows_a_missing_value_raw(site, name):
    for cell in page_of(site, name).select("table.hcc-table td, table.dataframe td"):
        assert cell.get_text(strip=True) not in {"nan", "NaN", "None", "<NA>", "inf"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_badges_are_known_and_have_icon_and_word(site, name):
    for badge in page_of(site, name).select(".ev, .vd"):
        word = next(c for c in badge["class"] if c not in {"ev", "vd"}).partition("-")[2]
        assert word in ICONS, f"unknown badge {badge}"
        if "ev" in badge["class"]:
            assert word in EVIDENCE
        assert badge.get_text(" ", strip=True) == f"{ICONS[word]} {word}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_table_can_be_scrolled_and_has_a_name(site, name):
    names = []
    for table in page_of(site, name).select("article table"):
        box = table.find_parent(attrs={"role": "region"})
        assert box is not None, str(table)[:200]
        assert box["tabindex"] == "0"
        names.append(box["aria-label"])
    assert len(set(names)) == len(names)


#: Bytes of the longest page.
HEAVIEST = 1_000_000


@pytest.mark.parametrize("name", PAGES)
def test_page_is_not_heavy(site, name):
    assert (site / name).stat().st_size < HEAVIEST


def test_the_scorecard_offers_its_data_beside_it(site):
    page = page_of(site, "notebooks/scorecard.html")
    assert [link["href"] for link in page.select("a.download")] == ["scorecard.json"]
    stored = ROOT / "data" / "results" / "scorecard.json"
    assert (site / "notebooks" / "scorecard.json").read_bytes() == stored.read_bytes()
    assert not (site / "_downloads").exists()


@pytest.mark.parametrize("name", PAGES)
def test_only_pages_with_filters_load_their_script(site, name):
    page = page_of(site, name)
    scripts = [tag for tag in page.select("script[src]") if "filter.js" in tag["src"]]
    assert len(scripts) == bool(page.select("table.hcc-filter"))
    assert all(tag.has_attr("defer") for tag in scripts)


def test_there_are_results():
    assert RESULTS, "data/results holds no file: run `make notebooks`"


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_every_result_leads_to_its_place(site, path):
    with path.open(newline="", encoding="utf-8") as file:
        places = {row["where"] for row in csv.DictReader(file)}
    for place in places:
        notebook, _, anchor = place.partition("#")
        page = page_of(site, f"notebooks/{notebook}.html")
        assert anchor in anchors(page), f"{path.name}: no anchor {anchor!r} in {notebook}"


@pytest.mark.parametrize("name", [page for page in DOCUMENTS if page.startswith("notebooks/")])
def test_binder_opens_the_right_notebook(site, name):
    links = [tag["href"] for tag in page_of(site, name).select('a[href*="mybinder.org"]')]
    assert links
    assert all(link.endswith(f"lab/tree/{name.replace('.html', '.ipynb')}") for link in links)
