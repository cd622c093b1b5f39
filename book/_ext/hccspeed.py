"""Pages that load fast: scripts wait, icons are few, long tables are drawn on demand.

The theme's scripts block the page that they belong to; here they wait for it. Its search index
is loaded by the page that searches. Of a long table (``table.hcc-filter``) the page holds the
first rows; ``filter.js`` draws the others from a script beside the page, which works without a
server. Without JavaScript the same rows stand on pages of their own, one for each paper.
"""

import json
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from shutil import copy

from bs4 import BeautifulSoup
from docutils import nodes

#: The rows of a long table that stand in the page itself.
FIRST_ROWS = 25
#: Scripts that inline ones need at once.
_AT_ONCE = "documentation_options.js"
_SEARCHING = ("searchtools.js", "language_data.js", "searchindex.js")
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
    script = soup.new_tag("script", src=f"{page.rpartition('/')[2]}-rows.js", defer="")
    first = soup.find("script", src=re.compile(r"filter\.js"))
    first.insert_before(script)


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
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
