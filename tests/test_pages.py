"""What a reader meets: analysis in view, plumbing folded, true times, links that lead somewhere."""

import json
import re

import pages
import pytest
from conftest import NOTEBOOKS, ROOT

#: Shares, minutes and columns that no page may pass.
MOST_PLUMBING, LONGEST_PAGE, WIDEST_LINE = 0.15, 45, 80
#: Of the statistical calls in view of a replication, those of the field's libraries.
LEAST_LIBRARY = 2 / 3

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@each_notebook
def test_a_page_is_what_it_says(path):
    count = pages.measure(path)
    assert pages.stated(path) == count["minutes"] <= LONGEST_PAGE, count
    assert count["plumbing"] <= MOST_PLUMBING * count["lines"], count
    assert count["longest"] <= WIDEST_LINE
    if path.stem.endswith("-replication"):
        assert count["library"] >= LEAST_LIBRARY * (count["library"] + count["ours"]), count


def slug(heading):
    """Return the anchor of a heading, as the site and JupyterLab make it."""
    words = re.sub(r"[`*_$]|\]\([^)]*\)|\[", "", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(path):
    """Return the anchors of a notebook or a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        found = json.loads(text)["cells"]
        found = (c for c in found if c["cell_type"] == "markdown")
        text = "\n\n".join("".join(cell["source"]) for cell in found)
    return {slug(heading) for heading in re.findall(r"(?m)^#+ (.+)$", text)}


@each_notebook
def test_links_lead_to_files_and_headings(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    # Terms and citations are plain links: a role would show its braces in JupyterLab.
    assert not re.findall(r"\{[a-z:]+\}`", text)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = link.partition("#")
        if "://" in link or place.endswith(("glossary.md", "bibliography.md")):
            continue  # the build knows the terms and the citations
        target = (path.parent / place).resolve() if place else path
        assert target.is_file(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


PLANTED = [
    ("markdown", "# One\n\n**Time** 5 minutes. Six words [in all](a.md).", []),
    ("code", "import numpy as np\nfrom scipy import stats\nfrom hccbook import meta", []),
    ("code", "p = stats.norm.sf(1)\n# a remark\nq = meta.pool(p)\nsay(p)\nax.plot(q)", []),
    ("code", "for x in q:\n    card.record(x)\n    y = stats.norm(x).pdf(1)", []),
    ("code", "say('folded')", ["hide-input"]),
    ("code", "stats.norm.sf(2)", ["hide-cell"]),
    ("code", "exercises.check('a.1', None)", []),
    ("markdown", "a <details>\n<summary>b c</summary>\n\nd e f\n\n</details>", []),
    ("markdown", "## Proof\n\nmore words", ["fold-out"]),
    ("code", "meta.pool(3)", []),
    ("markdown", "## Next", []),
]


def test_measures_count_what_is_seen(tmp_path):
    path = tmp_path / "one.ipynb"
    cells = [
        {"cell_type": kind, "source": text.splitlines(True), "metadata": {"tags": tags}}
        for kind, text, tags in PLANTED
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    count = pages.measure(path)
    # Words: 9 of the first cell, 3 outside of the fold, 1 of each heading.
    expected = {"words": 14, "cells": 5, "exercises": 1, "lines": 8, "plumbing": 3}
    assert {name: count[name] for name in expected} == expected
    assert (count["library"], count["ours"], count["minutes"]) == (2, 1, 5)
    assert pages.stated(path) == 5
