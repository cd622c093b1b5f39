"""hccbook.display: what it shows is escaped, described, and the same every time."""

import base64
import json
import math
import re
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

mpl.use("Agg")

import matplotlib.pyplot as plt

from hccbook import display, scorecard

ALT = "A line from 0.2 to 0.8, and <b>\"quoted\"</b> text & 'more' of it."
CAPTION = "What <i>it</i> shows & why."


@pytest.fixture
def shown(monkeypatch):
    """Collect the HTML that is shown."""
    codes = []
    monkeypatch.setattr(display, "_emit", codes.append)
    return codes


class Reader(HTMLParser):
    """Elements with their attributes, and the text of each."""

    def __init__(self, code):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(code)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.append([tag, dict(attributes), ""])
        if tag != "img":
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag):
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data):
        for place in self.open:
            self.elements[place][2] += data

    def all(self, tag):
        return [element[1:] for element in self.elements if element[0] == tag]


def figure():
    fig, ax = plt.subplots()
    ax.plot([0, 1], [0.2, 0.8])
    ax.set_title("title")
    ax.fill_between([0, 1], [0, 0], [1, 1], clip_path=ax.patch)
    return fig


def svg(code):
    ((attributes, _),) = Reader(code).all("img")
    return base64.b64decode(attributes["src"].removeprefix("data:image/svg+xml;base64,")).decode()


def test_figures_and_tables_have_captions_that_name_synthetic_patients(shown):
    display.show(figure(), ALT, CAPTION, synthetic=False)
    display.table(pd.DataFrame({"a": [1]}), CAPTION)
    display.show(figure(), ALT, CAPTION, synthetic=True)
    display.table(pd.DataFrame({"a": [1]}), CAPTION, synthetic=True)
    readers, label = [Reader(code) for code in shown], "Synthetic patients."
    captions = [
        x.all(tag)[0][1] for x in readers for tag in ("caption", "figcaption") if x.all(tag)
    ]
    assert captions == [CAPTION, CAPTION, f"{label} {CAPTION}", f"{label} {CAPTION}"]
    spans = [[text for _, text in reader.all("span")] for reader in readers]
    assert spans == [[], [], [label], [label]]
    assert readers[0].all("img")[0][0]["alt"] == ALT
    assert {tag for tag, *_ in readers[0].elements} == {"figure", "img", "figcaption"}
    assert svg(shown[0]).startswith("<?xml")


def test_the_same_figure_gives_the_same_bytes(shown):
    for _ in range(2):
        display.show(figure(), ALT, CAPTION, synthetic=False)
        assert not plt.get_fignums()
        plt.rcParams["svg.hashsalt"] = "other"
    assert shown[0] == shown[1]
    assert not re.search("<dc:date>", svg(shown[0]))
    plt.rcdefaults()


def test_last_bits_of_a_figure_are_not_shown(shown):
    for last_bit in (0, 1e-14):
        fig = plt.figure()
        for side in (0.1 + last_bit, 0.6):
            axes = fig.add_axes((side, 0.1, 0.3, 0.8))
            axes.plot([0, 1], [0, 1], "o", markersize=6 + last_bit)
        display.show(fig, ALT, CAPTION, synthetic=False)
    assert shown[0] == shown[1]
    # Each clip path is still its own, and every name that is used is there.
    named = re.findall(r'\bid="(n\d+)"', svg(shown[0]))
    used = set(re.findall(r'(?:url\(|href=")#(n\d+)', svg(shown[0])))
    assert len(named) == len(set(named)) > 2
    assert used == set(named)


def test_a_table_is_escaped_scoped_and_formatted(shown):
    frame = pd.DataFrame(
        {
            "name <1>": ["<script>alert(1)</script>", display.badge("vd", "exact")],
            "float": [1.23456, math.nan],
            "other": np.array([0.5, math.inf]),
            "count": [110, 48],
            "flag": [True, False],
            "gap": [None, pd.NA],
            "when": [pd.NaT, "a & b"],
        },
        index=pd.Index([0.785, "<low>"], name="cut-off <mmol/L>"),
    )
    display.table(frame, CAPTION, digits={"float": 3, "other": 0})
    (code,) = shown
    reader = Reader(code)
    heads = [(attributes["scope"], text) for attributes, text in reader.all("th")]
    columns = [("col", "cut-off <mmol/L>"), *[("col", name) for name in frame]]
    assert heads == [*columns, ("row", "0.785"), ("row", "<low>")]
    cells = [(attributes.get("class", ""), text) for attributes, text in reader.all("td")]
    assert [text for _, text in cells] == [
        *("<script>alert(1)</script>", "1.235", "0", "110", "True", "–", "–"),
        *("✓ exact", "–", "∞", "48", "False", "–", "a & b"),
    ]
    assert [text for kind, text in cells if kind] == ["1.235", "0", "110", "–", "∞", "48"]
    assert not reader.all("script")


def test_a_table_without_index_or_index_name(shown):
    frame = pd.DataFrame({"a": [1.0, 2.5]})
    display.table(frame, CAPTION, digits=1, index=False)
    display.table(frame, CAPTION)
    bare, indexed = (Reader(code) for code in shown)
    assert [text for _, text in bare.all("th")] == ["a"]
    assert [text for _, text in bare.all("td")] == ["1.0", "2.5"]
    # An empty corner is no header.
    assert [text for _, text in indexed.all("th")] == ["a", "0", "1"]
    assert [text for _, text in indexed.all("td")] == ["", "1.00", "2.50"]


def test_columns_to_choose_by_are_marked(shown):
    frame = pd.DataFrame({"paper": ["a", "b"], "note": ["x", "y"], "verdict": ["exact", "missed"]})
    display.table(frame, CAPTION, filters=["verdict", "paper"], index=False)
    display.table(frame, CAPTION)
    first, second = (Reader(code) for code in shown)
    marked, unmarked = (
        [text for attributes, text in reader.all("th") if "data-filter" in attributes]
        for reader in (first, second)
    )
    assert (marked, unmarked) == (["paper", "verdict"], [])
    assert first.all("table")[0][0]["class"] == "hcc-table hcc-filter"
    assert second.all("table")[0][0]["class"] == "hcc-table"


def test_every_class_and_verdict_has_a_badge():
    known = {"ev": {*scorecard.EVIDENCE}, "vd": {*scorecard.FATES}}
    assert {kind: {*words} for kind, words in display.BADGES.items()} == known
    for kind, words in known.items():
        for word in display.ICONS:
            if word not in words:
                with pytest.raises(ValueError, match=f"word: expected one of .*, got '{word}'"):
                    display.badge(kind, word)
                continue
            badge = display.badge(kind, word)
            assert isinstance(badge, display.Markup)
            outer, icon = Reader(badge).all("span")
            assert outer == [{"class": f"{kind} {kind}-{word}"}, f"{display.ICONS[word]} {word}"]
            assert icon == [{"aria-hidden": "true"}, display.ICONS[word]]


def test_tables_results_and_scorecard_show_no_signed_zero(shown):
    display.table(pd.DataFrame({"x": [-1e-9, -0.0, -0.006]}), CAPTION)
    assert re.findall(r"<td[^>]*>(.*?)</td>", shown[0])[-3:] == ["0.00", "0.00", "-0.01"]
    assert scorecard._stored(-0.0) == "0"
    line = {"field": "printed", "computed": "-0", "lower": "-0.0", "upper": "1"}
    assert scorecard.computed_text(line) == "0 (0 to 1)"


@pytest.mark.parametrize(
    ("field", "computed", "lower", "upper", "said"),
    [
        ("p", "0.0123", "-inf", "0.0234", "0.012 (at most 0.023)"),
        ("upper", "4.7693", "4.34945", "inf", "4.769 (at least 4.349)"),
        ("printed", "", "-inf", "9", "at most 9"),
    ],
)
def test_an_open_range_is_told_in_words(field, computed, lower, upper, said):
    line = {"field": field, "computed": computed, "lower": lower, "upper": upper}
    assert scorecard.computed_text(line) == said


def test_what_is_played_with_starts_from_rounded_numbers(shown):
    frame = pd.DataFrame({"a": [1.0]})
    given = {"x": np.array([0.1 + 0.2, -1e-300]), "n": np.int64(3), "name": 'a "quoted" <word>'}
    display.play("forest", given, frame, "A caption", synthetic=True)
    (code,) = shown
    box = BeautifulSoup(code, "html.parser").find(class_="hcc-play")
    assert box["data-play"] == "forest"
    assert "Synthetic patients." in box.table.caption.text
    assert json.loads(box["data-given"]) == {"x": [0.3, -1e-300], "n": 3, "name": given["name"]}
    for wrong in ({"x": float("nan")}, {"x": object()}):
        with pytest.raises(ValueError, match=r"^given: expected text and finite numbers"):
            display.play("forest", wrong, frame, "A caption")
