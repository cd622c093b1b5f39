"""What this site needs beyond Jupyter Book: terms, fold-outs, math, pages without flaws.

Notebooks link to glossary and bibliography as plain Markdown does, which JupyterLab
understands too; the site makes terms and citations of them, and folds the sections that a
notebook marks. Formulas become MathML while the site is built, so that no math script has to
be shipped. Every finished page is tidied: the theme's pages load scripts that nobody needs,
and leave gaps that readers with a screen reader or a phone fall into. And files for download
lie beside their page, at an address that stays.
"""

import html
import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from shutil import copy, rmtree
from xml.etree import ElementTree

import hccfront
import hccspeed
from bs4 import BeautifulSoup
from docutils import nodes
from hccpaper import keep_powers, number_figures
from latex2mathml.converter import Converter
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from hccbook.display import ICONS

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]

# Environments that the converter lacks, and how it can show them.
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|align|split|gathered|gather)\*?\}")
# Elements with a fixed number of children.
_FIXED = {"mfrac", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover"}
# What the converter takes for the name of a variable; an operator has space around it.
_SIGNS = {"±": "±", "~": "∼"}
#: A number as it stands in a table, with its point and decimals.
_NUMBER = re.compile(r"[<>≤≥]?\s*[-−+]?\d[\d,]*(\.\d+)?")
_EQUATION = re.compile(r"\\(?:begin|end)\{equation\*?\}")


def to_mathml(tex, display="inline"):
    r"""Convert TeX to MathML whose ``alttext`` is the TeX.

    Parameters
    ----------
    tex : str
        A formula without its dollar signs.
    display : {"inline", "block"}
        How the formula is set.

    Raises
    ------
    ValueError
        If the formula has a command that cannot be shown.
    """
    source = _EQUATION.sub("", _ALIGNED.sub(r"\\\1{align*}", tex)).strip()
    if r"\\" in source and r"\begin" not in source:
        source = rf"\begin{{align*}}{source}\end{{align*}}"
    try:
        math = Converter(display=display).convert_to_element(source)
    except Exception as error:  # the converter has a class of its own for every mistake
        raise ValueError(f"{type(error).__name__} in the formula {tex!r}") from error
    for element in math.iter():
        # The converter stores entities as text; browsers know lengths, not TeX's names.
        element.text = html.unescape(element.text or "") or None
        if element.tag == "mi" and element.text in _SIGNS:
            element.tag, element.text = "mo", _SIGNS[element.text]
        if element.get("width") == "negativethinmathspace":
            element.set("width", "-0.167em")
        if element.get("linebreak") or (element.text or "").startswith("\\"):
            raise ValueError(f"cannot show {element.text or 'the line break'!r} in {tex!r}")
    space_functions(math)
    math.set("alttext", " ".join(tex.split()))
    return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)


def space_functions(math):
    """Put the thin space of TeX between a function's name and a bare argument."""
    for parent in [element for element in math.iter() if element.tag not in _FIXED]:
        for place, (left, right) in reversed(list(enumerate(pairwise(parent), start=1))):
            if left.tag == "mi" and len(left.text or "") > 1 and right.tag != "mo":
                parent.insert(place, ElementTree.Element("mspace", width="0.167em"))


def _mathml_or_warning(node, display):
    try:
        return to_mathml(node.astext(), display)
    except ValueError as error:
        logger.warning("%s", error, location=node)
        return f"<code>{html.escape(node.astext())}</code>"


def to_roles(app, docname, source):
    """Turn links to glossary and bibliography into terms and citations, and fill in minutes."""

    def term(link):
        text, slug = link.groups()
        if slug not in terms(app.srcdir):
            logger.warning("no term %r in the glossary", slug, location=docname)
            return text
        return f"{{term}}`{text} <{terms(app.srcdir)[slug]}>`"

    def cite(link):
        return f"{{cite:{'p' if link[1].startswith('(') else 't'}}}`{link[2]}`"

    def minutes(place):
        names = place[1].split("+")
        found = [stated_minutes(ROOT / "notebooks" / f"{name}.ipynb") for name in names]
        return "?" if "?" in found else str(sum(map(int, found)))

    source[0] = re.sub(r"\{minutes:([\w+-]+)\}", minutes, source[0])
    source[0] = re.sub(r"\[([^\[\]]+)\]\(\.\./book/glossary\.md#([\w-]+)\)", term, source[0])
    source[0] = re.sub(r"\[([^\[\]]+)\]\(\.\./book/bibliography\.md#(\w+)\)", cite, source[0])


def stated_minutes(path):
    """Return the minutes that a notebook says it takes."""
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    found = re.search(r"\*\*Time\*\* (\d+)", "".join(first["source"]))
    return found[1] if found else "?"  # a test asks each notebook for its minutes


@cache
def terms(folder):
    """Return the terms of the glossary by the anchors that notebooks give them."""
    text = Path(folder, "book", "glossary.md").read_text(encoding="utf-8")
    listed = re.search(r"```\{glossary\}\n(.*?)\n```", text, flags=re.DOTALL)[1]
    names = re.findall(r"^[^\s:].*$", listed, flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"): name for name in names}


def visit_math(self, node):
    """Write an inline formula."""
    self.body.append(f'<span class="math">{_mathml_or_warning(node, "inline")}</span>')
    raise nodes.SkipNode


def visit_math_block(self, node):
    """Write a formula of its own line, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    number = get_node_equation_number(self, node) if node["number"] else None
    label = f"Formula {number}" if number else "Formula"
    # The formula scrolls inside this box on a phone, so the keyboard must reach it.
    self.body.append(f'<div class="formula" tabindex="0" role="group" aria-label="{label}">')
    self.body.append(_mathml_or_warning(node, "block") + "</div>")
    if number:
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


class Pages(BuiltinTemplateLoader):
    """Sphinx's templates, with every page tidied after it is rendered."""

    def init(self, builder, theme=None, dirs=None):
        """Remember where the glossary and the bibliography are."""
        super().init(builder, theme, dirs)
        self.builder = builder

    def render(self, template, context):
        """Render one template; a whole page is tidied, a fragment is not."""
        text = super().render(template, context)
        if not text.lstrip().lower().startswith("<!doctype html"):
            return text
        soup, page = BeautifulSoup(text, "html.parser"), context.get("pagename", "")
        hccspeed.shorten_table(soup, page, self.builder.env)
        for step in (
            drop_needless,
            wrap_tables,
            align_points,
            mend_heads,
            mend_frames,
            number_figures,
            keep_powers,
            add_icons,
            name_parts,
            name_files,
        ):
            step(soup)
        fold_sections(soup, folded(page))
        add_tips(soup, explanations(self.builder.env))
        add_path(soup, page, self.builder.env.titles)
        hccfront.describe(soup, page, self.builder.config.html_baseurl)
        hccfront.stamp(soup)
        hccspeed.size_images(soup)
        hccspeed.join_styles(soup, page)
        hccspeed.defer_scripts(soup, page)
        hccspeed.add_play(soup, page)
        return str(soup)


def drop_needless(soup):
    """Remove scripts without work (icons come from the web font) and contents without pages."""
    needless = ["fontawesome.js"]
    if not any("hcc-filter" in table.get("class", ()) for table in soup.find_all("table")):
        needless.append("filter.js")
    for script in soup.find_all("script"):
        if any(name in script.get("src", "") for name in needless):
            script.decompose()
    if printed := soup.find(id="jb-print-docs-body"):
        printed.decompose()


def wrap_tables(soup):
    """Let each table scroll inside a box that the keyboard reaches and that has a name."""
    for number, table in enumerate(soup.select("article table"), start=1):
        box = table.find_parent(class_="pst-scrollable-table-container")
        if box is None:
            box = table.wrap(soup.new_tag("div", attrs={"class": "pst-scrollable-table-container"}))
        title = table.caption or table.find_previous(["h1", "h2", "h3", "h4"])
        words = title.get_text(" ", strip=True).rstrip("# ") if title else ""
        box.attrs |= {"tabindex": "0", "role": "region", "aria-label": f"Table {number}: {words}"}


def mend_heads(soup):
    """Let column heads stand over their numbers."""
    for body in soup.select("article table > thead + tbody"):
        first = body.find("tr")
        heads = body.find_previous_sibling("thead").find_all(["th", "td"])
        for head, cell in zip(heads, first.find_all(["th", "td"]) if first else (), strict=False):
            if "number" in cell.get("class", []):
                head["class"] = "number"


def align_points(soup):
    """Let numbers of different precision stand with their points below each other."""
    for body in soup.select("article table.hcc-table:not(.hcc-filter, .hcc-part) > tbody"):
        for column in zip(
            *(row.find_all(["th", "td"]) for row in body.find_all("tr")), strict=False
        ):
            numbers = [(x, _NUMBER.fullmatch(x.get_text(strip=True))) for x in column]
            # Behind the whole part; the point is about half as wide as a digit.
            widths = [
                len(found[1] or ".") - (0.5 if found[1] else 1) for _, found in numbers if found
            ]
            for cell, found in numbers if len(set(widths)) > 1 else ():
                if found and cell.name == "td":
                    cell["class"] = [*cell.get("class", ()), "number"]
                    missing = max(widths) - len(found[1] or ".") + (0.5 if found[1] else 1)
                    cell["style"] = f"--missing: {missing:g}ch"


def mend_frames(soup):
    """Let what pandas leaves empty be no head, and what is missing a dash."""
    for cell in soup.select("article table :is(th, td)"):
        text = cell.get_text(strip=True)
        if cell.name == "th" and not text:
            cell.name = "td"
        elif text == "NaN":
            cell.string = "–"


def add_icons(soup):
    """Put the icon into badges that were written by hand, with the word alone."""
    for badge in soup.find_all(True):
        if {"ev", "vd"}.isdisjoint(badge.get("class", ())) or not badge.find_parent("article"):
            continue
        word = badge.get_text(strip=True)
        if word in ICONS:
            icon = soup.new_tag("span", attrs={"aria-hidden": "true"}, string=ICONS[word])
            badge.insert(0, icon, " ")


def name_parts(soup):
    """Give landmarks to what the theme leaves outside of any, and names that match."""
    roles = {
        "pst-skip-link": {"role": "navigation", "aria-label": "Skip"},
        "pst-primary-sidebar": {"role": "complementary", "aria-label": "Book"},
        "pst-secondary-sidebar": {"role": "complementary", "aria-label": "Page"},
    }
    for part in soup.find_all(True):
        classes = part.get("class", ())
        if part.name == "div" and "citation" in classes:
            part["role"] = "listitem"
        part.attrs |= roles.get(part.get("id"), {})
        # Speech control needs the visible words in the name: let the words be the name.
        if (part.name == "button" and "search-button-field" in classes) or (
            part.name == "summary" and part.parent.name == "details"
        ):
            del part["aria-label"]
        if part.name == "summary" and part.find(class_="toctree-toggle"):
            above = part.parent.find_previous_sibling("a")
            part["aria-label"] = f"Pages below: {above.get_text(' ', strip=True)}"


@cache
def folded(page):
    """Return the headings of a notebook's cells that are marked as fold-outs."""
    path = ROOT / f"{page}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.is_file() else []
    marked = (cell for cell in cells if "fold-out" in cell["metadata"].get("tags", ()))
    return {plain("".join(cell["source"]).partition("\n")[0].strip("# ")) for cell in marked}


def plain(heading):
    """Return a heading without its markup, with typewriter quotes: the site sets others."""
    return re.sub(r"[`*_$#]", "", heading).translate(str.maketrans("’‘“”", "''\"\"")).strip()


def fold_sections(soup, headings):
    """Fold each section that the notebook marks; its heading stays in view."""
    headings = set(headings)
    for heading in soup.select("article section > h2, article section > h3, article section > h4"):
        if (words := plain(heading.get_text())) not in headings:
            continue
        headings.remove(words)
        fold = soup.new_tag("details", attrs={"class": "fold-out"})
        summary = soup.new_tag("summary")
        inside = list(heading.next_siblings)
        heading.wrap(fold)
        heading.wrap(summary)
        fold.extend(inside)
    for words in headings:
        logger.warning("a fold-out that is no section of the page: %r", words)


@cache
def explanations(env):
    """Return what the glossary says, by its anchors."""
    items = {
        item: item.next_node(nodes.definition)
        for item in env.get_doctree("book/glossary").findall(nodes.definition_list_item)
    }
    return {
        f"glossary.html#{id}": text.astext()
        for item, text in items.items()
        for term in item.findall(nodes.term)
        for id in term["ids"]
    }


def add_tips(soup, told):
    """Lay the words of the glossary and of the bibliography beside the links that lead there."""
    tips, article = {}, soup.article
    # A citation brings its reference as a title, which keyboards and fingers do not reach.
    cited = article.select("a[title][href*='bibliography.html#']") if article else ()
    told = told | {link["href"].rpartition("/")[2]: link["title"] for link in cited}
    for link in article.select("a.reference[href]") if article else ():
        place = link["href"].rpartition("/")[2]
        if place not in told:
            continue
        if place not in tips:
            tips[place] = soup.new_tag(
                "span", attrs={"role": "tooltip", "id": f"tip-{len(tips) + 1}"}
            )
            tips[place].string = " ".join(told[place].split())
        link["aria-describedby"] = tips[place]["id"]
        del link["title"]
    if tips:
        box = soup.new_tag("div", attrs={"class": "hcc-tips", "hidden": ""})
        box.extend(tips.values())
        article.append(box)


@cache
def core_path():
    """Return the pages of the core path, in the order of the front page."""
    text = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    return re.findall(r"^\| \d+ \| \[.*?\]\(\.\./(notebooks/[\w-]+)\.ipynb\)", text, re.MULTILINE)


def add_path(soup, page, titles):
    """Lead from each page of the core path to the next."""
    pages = core_path()
    if page not in pages:
        return
    place, line = pages.index(page), soup.new_tag("p", attrs={"class": "core-path"})
    line.append(f"Core path, page {place + 1} of {len(pages)}. ")
    if place + 1 < len(pages):
        following = pages[place + 1]
        link = soup.new_tag("a", href=f"{following.rpartition('/')[2]}.html")
        link.string = titles[following].astext()
        line.extend(["Next: ", link])
    soup.article.append(line)


def name_files(soup):
    """Lead to files beside the page: Sphinx's own place for them changes with each path."""
    for link in soup.select("a.download[href]"):
        link["href"] = link["href"].rpartition("/")[2]


def place_files(app, exception):
    """Put each file that a page offers beside that page, under its own name."""
    if exception is None and app.builder.format == "html":
        for pages, place in app.env.dlfiles.values():
            source = Path(app.outdir, "_downloads", place)
            for page in pages if source.is_file() else ():  # not when nothing was out of date
                copy(source, Path(app.outdir, page).parent)
        rmtree(Path(app.outdir, "_downloads"), ignore_errors=True)


def drop_files(app, exception):
    """Remove what no page loads: the icon script and the maps for debugging scripts."""
    if exception is None and app.builder.format == "html":
        static = Path(app.outdir, "_static")
        for path in {*static.rglob("*.map"), *static.rglob("fontawesome.js*")}:
            path.unlink()


def setup(app):
    """Register the parts with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.add_js_file("filter.js", loading_method="defer")
    app.add_js_file("reader.js", loading_method="defer")
    app.connect("source-read", to_roles)
    app.connect("build-finished", place_files)
    app.connect("build-finished", drop_files)
    # Jupyter Book always sets it; the extension that would read it calls other hosts.
    app.add_config_value("comments_config", {}, "html")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
