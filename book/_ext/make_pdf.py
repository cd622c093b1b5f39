"""The whole book as one PDF: ``make pdf`` lays the built pages behind each other and prints them.

Every page of the contents becomes a chapter: its anchors get the number of the chapter in front,
its links lead to where the pages are now. The browser prints twice: only then are the numbers of
the pages known that the contents give.
"""

import os
import re
import sys
from html import escape
from pathlib import Path
from posixpath import join, normpath
from shutil import which
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
#: What only a screen can do, and code that the page folds away.
NEEDLESS = (
    "script, button, .tag_hide-input > details, .tag_hide-cell > details > summary, .headerlink, "
    ".hcc-tips, .hcc-controls, .hcc-interactive, .core-path, .prev-next-footer"
)
#: Pages of entries with short lines: they are set in two columns.
NARROW = ("book/glossary", "book/api", "book/bibliography")
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
STYLE = Path(__file__).with_suffix(".css")
_PAGE = re.compile(rb"(\d+) 0 obj\s*<</Type /Page\b")
_PLACE = re.compile(rb"/(chapter-\d+) \[(\d+) 0 R")
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
_NODE = re.compile(rb"\(node(\d{8})\)")


def chapters(site):
    """Return the pages to bind, each with the caption of the part that it opens, and its chapter.

    Below a chapter are pages that the contents name, and those that the site has of its own, such
    as the lists behind the scorecard.
    """
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [(contents["root"], None, None)]
    named = {entry["file"] for part in contents["parts"] for entry in part["chapters"]}
    for part in contents["parts"]:
        for place, entry in enumerate(part["chapters"]):
            name = entry["file"]
            found.append((name, None if place else part["caption"], None))
            below = [section["file"] for section in entry.get("sections", ())]
            beside = {
                path.with_suffix("").relative_to(site) for path in site.glob(f"{name}-*.html")
            }
            below += sorted({path.as_posix() for path in beside} - named)
            found += [(page, None, name) for page in below]
    return found


class Book:
    """The pages of a site, bound.

    Parameters
    ----------
    site : pathlib.Path
        The folder of the built site.
    pages : list of (str, str or None, str or None)
        Names of pages without suffix, each with the caption of the part that it opens, and the
        name of the chapter that it belongs to if it does not begin one.
    """

    def __init__(self, site, pages):
        self.site, self.pages = site, pages
        self.ids = {f"{page[0]}.html": f"chapter-{n}" for n, page in enumerate(pages, start=1)}
        self.titles, self.articles = {}, []
        for name in self.ids:
            self.articles.append(self.article(name))

    def article(self, name):
        """Return the text of a page, fit to stand among the others."""
        path = self.site / name
        if not path.is_file():
            raise ValueError(f"site: expected the page {name} in {self.site}; run make book first")
        article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").article
        for part in article.select(NEEDLESS):
            part.decompose()
        for fold in article.find_all("details"):
            fold["open"] = ""
            if not fold.summary:  # a solution: the browser would make up a summary
                fold.unwrap()
        for part in article.find_all(True):
            for attribute in REFERRING:
                del part[attribute]
            if part.get("id"):
                part["id"] = f"{self.ids[name]}-{part['id']}"
            if part.get("href"):
                self.lead(part, name)
            if part.get("src") and not part["src"].startswith("data:"):
                part["src"] = (path.parent / unquote(part["src"])).resolve().as_uri()
        for anchor in article.select("a[name]"):
            anchor["id"] = f"{self.ids[name]}-{anchor['name']}"
        self.titles[name] = article.h1.get_text(" ", strip=True)
        article["id"], article["class"] = self.ids[name], ["bd-article"]
        if name.startswith(NARROW):
            article["class"].append("narrow")
        return article

    def lead(self, link, name):
        """Let a link lead to the chapter that the page has become."""
        to = urlsplit(link["href"])
        if to.scheme or to.netloc:
            return
        page = normpath(join(Path(name).parent.as_posix(), to.path)) if to.path else name
        if page in self.ids:
            link["href"] = "#" + "-".join(filter(None, (self.ids[page], to.fragment)))
        elif link.name == "a":
            link.unwrap()  # a file beside the page: paper has none

    def contents(self, numbers):
        """Return the lines of the contents: each chapter with its page."""
        lines = []
        for (name, caption, chapter), id in zip(self.pages, self.ids.values(), strict=True):
            below = ' class="below"' if chapter else ""
            if caption:
                lines.append(f'<li class="part">{escape(caption)}</li>')
            lines.append(
                f'<li{below}><a href="#{id}">{escape(self.titles[name + ".html"])}</a><i></i>'
                f"<span>{numbers.get(id, '000')}</span></li>"
            )
        return lines

    def html(self, numbers=None):
        """Return the book as one page; ``numbers`` are the pages of its chapters."""
        title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
        heads, chapters = [], []
        for (name, _, chapter), article in zip(self.pages, self.articles, strict=True):
            id = self.ids[f"{chapter or name}.html"]
            head = css_text(self.titles[f"{chapter or name}.html"])
            heads.append(f"#{article['id']} {{ page: {id}; }}")
            heads.append(f"@page {id} {{ @top-left {{ content: {head}; }} }}")
            chapters.append(f'<div class="{"below" if chapter else "chapter"}">{article}</div>')
        return "\n".join(
            [
                "<!doctype html>",
                '<html lang="en" data-theme="light" class="book"><head><meta charset="utf-8">',
                f"<title>{escape(title)}</title>",
                *self.styles(),
                "<style>",
                STYLE.read_text(encoding="utf-8"),
                *heads,
                "</style></head>",
                '<body><main class="bd-main"><div class="bd-content"><nav class="book-contents">',
                f'<p class="book-title">{escape(title)}</p><h1>Contents</h1><ol>',
                *self.contents(numbers or {}),
                "</ol></nav>",
                *chapters,
                "</div></main></body></html>\n",
            ]
        )

    def styles(self):
        """Return the links to the site's styles."""
        page = self.site / self.pages[0][0]
        soup = BeautifulSoup(page.with_suffix(".html").read_text(encoding="utf-8"), "html.parser")
        for link in soup.select("link[rel=stylesheet]"):
            path = (page.parent / link["href"].partition("?")[0]).resolve()
            yield f'<link rel="stylesheet" href="{path.as_uri()}">'


def css_text(words):
    """Return words as a string of CSS."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def places(pdf):
    """Return the number of the page on which each chapter of a PDF begins, counted from one."""
    order = {int(number): n for n, number in enumerate(_PAGE.findall(pdf), start=1)}
    return {name.decode(): order[int(page)] for name, page in _PLACE.findall(pdf)}


def bind(book, page, folder):
    """Print a book with a browser's page; return the PDF.

    The file says nothing about when it was made: the same site gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers, before = {}, None
    while numbers != before:
        before = numbers
        (folder / "book.html").write_text(book.html(numbers), encoding="utf-8")
        page.goto((folder / "book.html").as_uri())
        page.evaluate("document.fonts.ready.then(() => 0)")
        pdf = page.pdf(format="A4", prefer_css_page_size=True, outline=True, tagged=True)
        numbers = places(pdf)
    # The browser counts its nodes from where it happens to be; their order is what matters.
    rank = {node: n for n, node in enumerate(sorted(set(_NODE.findall(pdf))))}
    pdf = _NODE.sub(lambda node: b"(node%08d)" % rank[node[1]], pdf)
    return _DATES.sub(rb"/\1 (D:20260101000000", pdf)


def main(target="_build/book.pdf"):
    """Bind the built site to the file that is named."""
    from playwright.sync_api import sync_playwright

    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    binary = next((path for name in names if name and (path := which(name))), None)
    if binary is None:
        sys.exit(
            "The PDF needs Chromium (Debian: apt-get install chromium), or its path in CHROMIUM."
        )
    path, site = ROOT / target, ROOT / "_build" / "html"
    book = Book(site, chapters(site))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        pdf = bind(book, browser.new_page(), path.parent)
        browser.close()
    path.write_bytes(pdf)
    print(f"{path.relative_to(ROOT)}: {len(_PAGE.findall(pdf))} pages, {len(pdf) / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
