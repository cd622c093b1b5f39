"""Pages that load fast: scripts wait, icons are few, long tables are drawn on demand.

The theme's scripts block the page that they belong to; here they wait for it. Its search index
is loaded by the page that searches. The style sheets become one, without the nine rules of ten
that nothing in the book is styled by. Of a long table (``table.hcc-filter``) the page holds the
first rows; ``filter.js`` draws the others from a script beside the page, which works without a
server. Without JavaScript the same rows stand on pages of their own, one for each paper.
"""

import json
import os
import re
from base64 import b64decode
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from shutil import copy

import tinycss2
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)

#: The rows of a long table that stand in the page itself.
FIRST_ROWS = 25
#: Scripts that inline ones need at once.
_AT_ONCE = "documentation_options.js"
_SEARCHING = ("searchtools.js", "language_data.js", "searchindex.js")
#: Style sheets, in the order in which pages load them, and the one that they become.
STYLES = (
    "styles/theme.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "togglebutton.css",
    "copybutton.css",
    "mystnb.*.css",
    "exercise.css",
    "sphinx-design.min.css",
    "hcc.css",
    "paper.css",
)
JOINED = "styles/site.css"
#: The theme's icon fonts (Font Awesome Free 6, SIL Open Font License 1.1), cut down to the glyphs
#: that pages show: ``pyftsubset FONT --unicodes=… --flavor=woff2 --layout-features=``.
ICONS = Path(__file__).with_name("icons")
GLYPHS = (
    "f002 f00d f010 f019 f03a f042 f054 f057 f058 f05a f062 f064 f06a f071 f078 f09b "
    "f0c9 f0d7 f0eb f0f3 f104 f105 f107 f135 f15b f185 f186 f1c1 f296 f303 f35d"
)


def defer_scripts(soup, page):
    """Let no script wait for the network before the text is shown, and none search unasked."""
    for script in soup.find_all("script", src=True):
        name = script["src"].rpartition("/")[2].partition("?")[0]
        if name in _SEARCHING and page != "search":
            script.decompose()
        elif name != _AT_ONCE:
            script["defer"] = ""
    # What is deferred is fetched after the style sheets, not before them.
    for link in soup.select('link[rel="preload"][as="script"]'):
        link.decompose()


def add_play(soup, page):
    """Load the scripts of what a reader can play with on a page, and none elsewhere."""
    names = {place["data-play"] for place in soup.select(".hcc-play[data-play]")}
    up = "../" * page.count("/")
    for name in ["core", *sorted(names)] if names else []:
        script = soup.new_tag("script", src=f"{up}_static/play/{name}.js", defer="")
        soup.body.append(script)


def join_styles(soup, page):
    """Load one style sheet in place of all."""
    links = soup.find_all("link", rel="stylesheet")
    names = [link["href"].partition("_static/")[2].partition("?")[0] for link in links]
    if len(names) != len(STYLES) or not all(map(fnmatch, names, STYLES)):
        logger.warning("style sheets: expected %s, got %s", STYLES, names, location=page)
        return
    links[0]["href"] = links[0]["href"].partition("_static/")[0] + f"_static/{JOINED}"
    for link in links[1:]:
        link.decompose()


def used_words(folder):
    """Return the classes and ids of all pages, and every word of a script: it may add one."""
    words = set()
    for path in [*folder.rglob("*.html"), *folder.glob("_static/**/*.js")]:
        text = path.read_text(encoding="utf-8")
        parts = re.findall(r'\b(?:class|id)="([^"]*)"', text) if path.suffix == ".html" else [text]
        words.update(word for part in parts for word in re.findall(r"[\w-]+", part))
    return words


def parsed(path):
    """Return the rules of a style sheet, the files that it names as seen from the joined one."""

    def moved(place):
        return f"url({os.path.relpath(path.parent / place[2], home)})"

    (home,) = (x for x in path.resolve().parents if x.name == "_static")
    home /= Path(JOINED).parent
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"url\(([\"']?)(?!data:)([^)\"']+)\1\)", moved, text)
    return tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)


def slim(rules, words, folder):
    """Yield, as text, those rules of a style sheet that something in the book is styled by."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = []
            for selector in _split(rule.prelude):
                text = tinycss2.serialize(selector)
                # What a selector must not be need not exist.
                plain = re.sub(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)", "", text)
                if words.issuperset(re.findall(r"[.#](-?[A-Za-z_][\w-]*)", plain)):
                    selectors.append(text.strip())
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if text := "".join(slim(inner, words, folder)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword == "import":
            path = folder / next(x.value for x in rule.prelude if x.type in {"string", "url"})
            yield from slim(parsed(path), words, folder)
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            text = rule.serialize()
            fonts = re.findall(r"url\([\"']?([^)\"']+\.woff2)", text)
            if not fonts or (folder / fonts[0]).resolve().is_file():
                yield text


def _split(tokens):
    """Part a list of selectors at its commas."""
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def write_styles(app, exception):
    """Write the one style sheet of the site."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    words, texts = used_words(Path(app.outdir)), []
    for pattern in STYLES:
        (path,) = static.resolve().glob(pattern)
        texts.append("\n".join(slim(parsed(path), words, static / "styles")))
    (static / JOINED).write_text("\n".join(texts) + "\n", encoding="utf-8")


def size_images(soup):
    """Say how large each picture is, so that the text below it does not jump."""
    for image in soup.select("article img[src^='data:image/svg']"):
        start = b64decode(image["src"].partition(",")[2][:2000]).decode("utf-8", "ignore")
        for side in ("width", "height"):
            if found := re.search(rf'<svg[^>]*\b{side}="([\d.]+)pt"', start):
                image[side] = round(float(found[1]) * 4 / 3)  # points to CSS pixels


def label_cells(table):
    """Give each cell the head of its column: on a phone a row becomes a card."""
    heads = table.thead.find_all("th")
    # Rows that a style sheet shows as cards would be no table to a screen reader.
    table["role"] = "table"
    for head in heads:
        head["role"] = "columnheader"
    for part in table.find_all(["thead", "tbody"]):
        part["role"] = "rowgroup"
    for row in table.find_all("tr"):
        row["role"] = "row"
    for row in table.tbody.find_all("tr"):
        for cell, head in zip(row.find_all(["td", "th"]), heads, strict=True):
            cell["role"], cell["data-label"] = "cell", head.get_text(" ", strip=True)


def words_of(cell):
    """Return the words of a cell, without the icon of its badge."""
    hidden = {id(text) for icon in cell.select("[aria-hidden]") for text in icon.strings}
    return " ".join("".join(x for x in cell.strings if id(x) not in hidden).split())


def slug(words):
    """Return the part of an address for a name."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


@cache
def long_tables(env):
    """Return the long table of each page that has one, and where its parts are."""
    found = {}
    for page in env.found_docs:
        for raw in env.get_doctree(page).findall(nodes.raw):
            if "hcc-filter" in raw.astext():
                table = BeautifulSoup(raw.astext(), "html.parser").table
                label_cells(table)
                found[page] = table
    return found


def parts(page, table):
    """Return the page of each value of the first column, its title, and its rows."""
    groups = {}
    for row in table.tbody.find_all("tr"):
        groups.setdefault(row.find(["td", "th"]).get_text(" ", strip=True), []).append(row)
    return {f"{page}-{slug(words)}": (words, groups[words]) for words in sorted(groups)}


def shorten_table(soup, page, env):
    """Keep the first rows of a long table, and lead to the others."""
    if page not in long_tables(env):
        return
    table, whole = soup.select_one("article table.hcc-filter"), long_tables(env)[page]
    label_cells(table)
    for row in table.tbody.find_all("tr")[FIRST_ROWS:]:
        row.decompose()
    table["data-rows"] = len(whole.tbody.find_all("tr"))
    line = soup.new_tag("p", attrs={"class": "hcc-parts"})
    line.append(f"{table['data-rows']} lines; all those of one paper on a page: ")
    for place, (name, (words, rows)) in enumerate(parts(page, whole).items()):
        link = soup.new_tag("a", href=f"{name.rpartition('/')[2]}.html")
        link.string = f"{words} ({len(rows)})"
        line.extend([", ", link] if place else [link])
    line.append(".")
    (table.find_parent(class_="pst-scrollable-table-container") or table).insert_before(line)
    # What can be chosen, and where the rows are, for a script that loads them when they are wanted.
    table["data-source"] = f"{page.rpartition('/')[2]}-rows.js"
    rows = [row.find_all(["td", "th"]) for row in whole.tbody.find_all("tr")]
    for place, head in enumerate(table.thead.find_all("th")):
        if head.has_attr("data-filter"):
            values = {words_of(row[place]) for row in rows}
            head["data-filter"] = json.dumps(sorted(values), ensure_ascii=False)


def write_rows(app, exception):
    """Write the rows of each long table as a script, which a page without a server can load."""
    if exception is not None or app.builder.format != "html":
        return
    for page, table in long_tables(app.env).items():
        rows = [
            [cell.decode_contents() for cell in row.find_all(["td", "th"])]
            for row in table.tbody.find_all("tr")
        ]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        path = Path(app.outdir, f"{page}-rows.js")
        path.write_text(f"window.hccRows = {text};\n", encoding="utf-8")
    vendor = Path(app.outdir, "_static", "vendor", "fontawesome", "webfonts")
    for font in ICONS.glob("*.woff2"):
        copy(font, vendor)
    for font in {path.name for path in vendor.glob("fa-*")} - {x.name for x in ICONS.iterdir()}:
        (vendor / font).unlink()


def pages_of_parts(app):
    """Yield a page for each part of a long table."""
    for page, table in long_tables(app.env).items():
        for name, (words, rows) in parts(page, table).items():
            title = f"{app.env.titles[page].astext().partition(':')[0]}: {words}"
            whole = f'<a href="{page.rpartition("/")[2]}.html">all papers, with filters</a>'
            body = (
                f"<section><h1>{title}</h1><p>{len(rows)} lines. See also {whole}.</p>"
                f'<table class="hcc-table hcc-part"><caption>{words}</caption>{table.thead}'
                f"<tbody>{''.join(map(str, rows))}</tbody></table></section>"
            )
            yield name, {"title": title, "body": body, "meta": {}}, "page.html"


def setup(app):
    """Register the parts with Sphinx."""
    app.connect("html-collect-pages", pages_of_parts)
    app.connect("build-finished", write_rows)
    app.connect("build-finished", write_styles, priority=900)  # when all scripts are in place
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
