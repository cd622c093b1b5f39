"""The site's search, so that printed numbers are found, and chapters before the API."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.search.en import SearchEnglish

from hccbook import reported

#: A number with a decimal point becomes one word, such as n0d00907: the search drops digits.
_NUMBER = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?![\w.]*\d)")

_SPLITTER = r"""
function splitQuery(query) {
  return query
    .replace(/(^|[^\p{L}\p{N}_.])(\d+)[.\u00b7](\d+)(?![\p{L}\p{N}_.]*\d)/gu, "$1n$2d$3")
    .split(/[^\p{L}\p{N}_\p{Emoji_Presentation}]+/gu)
    .filter((term) => term);
}
"""


class Search(SearchEnglish):
    """English, with the numbers that the papers print."""

    js_splitter_code = _SPLITTER

    def init(self, options):
        """Learn the numbers of the registers."""
        super().init(options)
        cells = (cell for paper in reported.papers() for cell in reported.cells(paper).values())
        self.numbers = {number for cell in cells for number in _NUMBER.findall(cell)}

    def split(self, input):
        """Split a text into words; a printed number is one."""

        def word(number):
            return (
                "n{}d{}".format(*number.groups()) if number.groups() in self.numbers else number[0]
            )

        return super().split(_NUMBER.sub(word, input))


def part_cells(app, doctree, docname):
    """Put a space between the cells of a table: the index would read them as one word."""
    for node in doctree.findall(nodes.raw):
        if "<t" in (text := node.astext()):
            node[:] = [nodes.Text(re.sub(r"(?=<t[dh]\b)", "\n", text))]


def setup(app):
    """Register the language with Sphinx."""
    app.add_search_language(Search)
    app.connect("doctree-resolved", part_cells)
    app.config.html_search_scorer = str(Path(__file__).with_name("scorer.js"))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
