"""What the front page shows of the scorecard, and what tells other programs of the book.

``{front:figure}`` on a page becomes one mark for every printed number, ``{front:counts:PAPER}``
the counts of a paper by verdict, and ``{printed:ID}`` a number of the register. Each page gets a
description, an address and a card for those who share it; the site a list of its pages.
"""

import html
import math
import re
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from hccbook import figures, reported, scorecard
from hccbook.display import ICONS

ROOT = Path(__file__).resolve().parents[2]
#: Marks in a line, and the units from one to the next.
PER_LINE, PITCH = 60, 10
#: The outline of each mark about its place, in SVG.
OUTLINES = {
    "contradicted": "m-3-3l6 6m0-6l-6 6",
    "missed": "m0-3.4l3.4 6.4h-6.8z",
    "compatible": "m-3-3h6v6h-6z",
    "rounding": "m0-3.6l3.6 3.6l-3.6 3.6l-3.6-3.6z",
    "exact": "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z",
    "calibrated": "m0-3.2v6.4",
    "untestable": "m-3.2 0h6.4",
}
#: The longest description that search engines show.
LONGEST = 155


@cache
def counts():
    """Return the printed numbers of each paper by verdict, in the order of the front page."""
    text = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    papers = re.findall(r"\{front:counts:([\w-]+)\}", text)
    totals = scorecard.totals("verdict").loc[papers, list(figures.MARKS)]
    return {
        paper: {word: int(number) for word, number in row.items() if number}
        for paper, row in totals.iterrows()
    }


def marks(found):
    """Return the marks of one paper as SVG: a path for each verdict."""
    words = [word for word, number in found.items() for _ in range(number)]
    places = {word: [] for word in found}
    for place, word in enumerate(words):
        x, y = PITCH * (place % PER_LINE) + 5, PITCH * (place // PER_LINE) + 5
        places[word].append(f"M{x} {y}{OUTLINES[word]}")
    paths = [f'<path class="mark-{word}" d="{"".join(all_)}"/>' for word, all_ in places.items()]
    lines = math.ceil(len(words) / PER_LINE)
    width = PITCH * min(PER_LINE, len(words))
    return (
        f'<svg viewBox="0 0 {PITCH * PER_LINE} {PITCH * lines}" aria-hidden="true"'
        f' focusable="false" data-width="{width}">{"".join(paths)}</svg>'
    )


def told(found):
    """Return counts by verdict as words."""
    return ", ".join(f"{number} {word}" for word, number in found.items())


def figure():
    """Return the figure of the front page: one mark for every printed number."""
    total = {word: sum(x.get(word, 0) for x in counts().values()) for word in OUTLINES}
    parts = [f"{reported.title(paper)}: {told(found)}" for paper, found in counts().items()]
    alt = f"One mark for each of {sum(total.values())} printed numbers. {'; '.join(parts)}."
    rows = [
        f"<dt>{reported.title(paper)} <small>{sum(found.values())}</small></dt>"
        f"<dd>{marks(found)}</dd>"
        for paper, found in counts().items()
    ]
    legend = [
        f'<li><svg viewBox="0 0 10 10"><path class="mark-{word}" d="M5 5{OUTLINES[word]}"/></svg>'
        f" {word} <small>{number}</small></li>"
        for word, number in total.items()
    ]
    return (
        f'<figure class="front-figure"><div role="img" aria-label="{html.escape(alt)}">'
        f'<dl aria-hidden="true">{"".join(rows)}</dl>'
        f'<ul aria-hidden="true">{"".join(legend)}</ul></div>'
        f"<figcaption>Each mark is a printed number, by paper and verdict:"
        f" {sum(total.values()):,} numbers of six papers.</figcaption></figure>"
    )


def fill(app, docname, source):
    """Put the figure, counts and printed numbers in their places."""

    def badges(place):
        found = counts()[place[1]]
        return " ".join(
            f'<span class="count">{number}&nbsp;<span class="vd vd-{word}">'
            f'<span aria-hidden="true">{ICONS[word]}</span> {word}</span></span>'
            for word, number in found.items()
        )

    def printed(place):
        id, _, field = place[1].partition("|")
        return reported.text(id, field or "printed")

    text = source[0].replace("{front:figure}", figure()) if "{front:" in source[0] else source[0]
    text = re.sub(r"\{front:counts:([\w-]+)\}", badges, text)
    source[0] = re.sub(r"\{printed:([\w.|-]+)\}", printed, text)


def svg_of_the_readme():
    """Return the figure as a picture of its own, readable on light and dark ground."""
    parts, top = [], 0
    for paper, found in counts().items():
        label = f"{reported.title(paper)}: {sum(found.values())}"
        parts.append(f'<text x="2" y="{top + 11}">{escape(label)}</text>')
        inner = re.sub(r"</?svg[^>]*>", "", marks(found))
        parts.append(f'<g transform="translate(0 {top + 16})">{inner}</g>')
        top += 26 + PITCH * math.ceil(sum(found.values()) / PER_LINE)
    total = {word: sum(x.get(word, 0) for x in counts().values()) for word in OUTLINES}
    for place, (word, number) in enumerate(total.items()):
        x, y = 150 * (place % 4) + 8, top + 6 + 18 * (place // 4)
        parts.append(f'<path class="mark-{word}" d="M{x} {y}{OUTLINES[word]}"/>')
        parts.append(f'<text x="{x + 9}" y="{y + 4}">{word} {number}</text>')
    height = top + 18 * math.ceil(len(total) / 4)
    style = (
        "text{font:12px sans-serif;fill:#6b7280}path{stroke-width:1.4;fill:none}"
        ".mark-exact{fill:#1f9d55}.mark-rounding{stroke:#1f9d55}.mark-compatible{fill:#3b82c4}"
        ".mark-missed{stroke:#d55e00}.mark-contradicted{stroke:#d55e00;stroke-width:2}"
        ".mark-calibrated,.mark-untestable{stroke:#808895}"
    )
    said = "; ".join(f"{reported.title(paper)}: {told(x)}" for paper, x in counts().items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PITCH * PER_LINE} {height}"'
        f' role="img"><title>One mark for each printed number. {escape(said)}.</title>'
        f"<style>{style}</style>{''.join(parts)}</svg>\n"
    )


def describe(soup, page, base):
    """Say in the head what a page is about, for search engines and for those who share it."""
    if not soup.head or not soup.article:
        return
    texts = (part.get_text(" ", strip=True) for part in soup.article.find_all(["p", "dd"]))
    text = next((x for x in texts if len(x) > 40), soup.title.get_text(strip=True))
    text = re.sub(r"\s+([.,;:?!)\]])", r"\1", " ".join(text.split()))
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition(" ")[0].rstrip(",;:") + " …"
    title = soup.title.get_text(" ", strip=True).partition(" — ")[0]
    for key, name, value in (
        ("name", "description", text),
        ("property", "og:title", title),
        ("property", "og:description", text),
        ("property", "og:type", "article"),
        ("property", "og:url", f"{base}{page}.html"),
        ("property", "og:image", f"{base}_static/card.png"),
        ("property", "og:image:alt", "One mark for each printed number, by paper and verdict"),
        ("name", "twitter:card", "summary_large_image"),
    ):
        soup.head.append(soup.new_tag("meta", attrs={key: name, "content": value}))


@cache
def version():
    """Return the book's version and its date, as the changelog heads them."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.search(r"(?m)^## \[([^\]]+)\] - (.+)$", text).groups()


def stamp(soup):
    """Put the version and its date at the foot of a page."""
    foot = soup.select_one(".footer .footer-item:has(.extra_footer), .extra_footer")
    if foot:
        line = soup.new_tag("p", attrs={"class": "version"})
        line.string = "Version {}, {}.".format(*version())
        foot.append(line)


def write_card(path):
    """Draw the picture that stands beside a shared link, 1200 by 630 pixels."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": "DejaVu Sans"}):
        fig = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
        fig.text(0.05, 0.84, "Biomarkers, Replicated", size=44, weight="bold", color="#14324f")
        fig.text(0.05, 0.75, "Every number that six papers print, checked", size=22, color="#444")
        ax = fig.add_axes((0.05, 0.06, 0.9, 0.62))
        words = [word for x in counts().values() for word, n in x.items() for _ in range(n)]
        for word, (mark, colour, filling) in figures.MARKS.items():
            at = [k for k, one in enumerate(words) if one == word]
            ax.plot(
                [k % 64 for k in at],
                [-(k // 64) for k in at],
                mark,
                color=colour,
                fillstyle=filling,
                markersize=8,
                linestyle="none",
            )
        ax.set_axis_off()
        fig.savefig(path, metadata={"Software": None})


def write_files(app, exception):
    """Write the list of pages for search engines, and the card."""
    if exception is not None or app.builder.format != "html":
        return
    base = app.config.html_baseurl
    pages = sorted(page for page in app.env.found_docs)
    urls = "".join(f"<url><loc>{escape(f'{base}{page}.html')}</loc></url>" for page in pages)
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n',
        encoding="utf-8",
    )
    write_card(Path(app.outdir, "_static", "card.png"))


def setup(app):
    """Register the parts with Sphinx."""
    app.connect("source-read", fill, priority=400)  # before links become roles
    app.connect("build-finished", write_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    (ROOT / "book" / "_static" / "numbers.svg").write_text(svg_of_the_readme(), encoding="utf-8")
