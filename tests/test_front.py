"""The front page, and what tells others of the book."""

import os
import re
import struct
import subprocess
import sys
import tomllib

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import PAGES, ROOT, toc_pages

from hccbook import figures, reported, scorecard
from hccbook.display import ICONS

BASE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
STATIC = ROOT / "book" / "_static"


@pytest.fixture(scope="module")
def front(site):
    text = (site / "book" / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def totals():
    return scorecard.totals("verdict").loc[list(reported.papers()), list(figures.MARKS)]


def drawn(svg):
    """Return how many marks of each kind a drawing has."""
    found = {}
    for path in svg.find_all("path"):
        word = path["class"][0].removeprefix("mark-")
        found[word] = found.get(word, 0) + path["d"].count("M")
    return found


def test_the_figure_has_one_mark_for_every_printed_number(front):
    heads, drawings = front.select(".front-figure dt"), front.select(".front-figure dd svg")
    titles = {reported.title(paper): paper for paper in reported.papers()}
    assert len(heads) == len(titles)
    alt = front.select_one(".front-figure [role=img]")["aria-label"]
    for head, svg in zip(heads, drawings, strict=True):
        title = head.find(string=True, recursive=False).strip()
        expected = totals().loc[titles[title]]
        assert drawn(svg) == expected[expected > 0].to_dict()
        assert f"{title}: " + ", ".join(f"{n} {w}" for w, n in expected.items() if n) in alt
    assert f"each of {totals().to_numpy().sum()} printed numbers" in alt


def test_the_cards_count_by_verdict(front):
    cards = front.select(".sd-card")
    titles = {reported.title(paper): paper for paper in reported.papers()}
    assert {card.select_one(".sd-card-title").get_text(strip=True) for card in cards} == {*titles}
    for card in cards:
        expected = totals().loc[titles[card.select_one(".sd-card-title").get_text(strip=True)]]
        said = [" ".join(x.get_text(" ", strip=True).split()) for x in card.select(".count")]
        assert said == [f"{n} {ICONS[word]} {word}" for word, n in expected.items() if n]
        assert len(card.select("a[href*='/notebooks/'], a[href*='notebooks/']")) >= 3


def test_three_buttons_and_three_findings(front):
    assert [x.get_text() for x in front.select("a.front-button")] == ["Read", "Run", "Teach"]
    text = front.article.get_text()
    for id in ("tipm.table4.training.combined.brier", "magnesium.derivation.roc.sensitivity"):
        assert reported.text(id) in text
    assert "{" not in front.article.get_text().replace("\\{", "")


def test_the_picture_of_the_readme_is_up_to_date():
    code = "import hccfront; print(hccfront.svg_of_the_readme(), end='')"
    place, env = ROOT / "book" / "_ext", os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    words = [sys.executable, "-c", code]
    made = subprocess.run(words, cwd=place, env=env, stdout=subprocess.PIPE, check=True).stdout
    made = made.decode("utf-8")
    stored = (STATIC / "numbers.svg").read_text(encoding="utf-8")
    assert made == stored, "run: python book/_ext/hccfront.py"
    # The marks, and one of each kind in the legend.
    found = drawn(BeautifulSoup(stored, "html.parser"))
    assert found == (totals().sum() + 1).to_dict()
    assert "book/_static/numbers.svg" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*PAGES, "404.html"])
def test_pages_say_what_they_are(site, name):
    soup = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
    if name == "404.html":
        links = [link["href"] for link in soup.find_all("a")]
        assert links
        assert all(link.startswith(BASE) for link in links)
        assert all((site / link.removeprefix(BASE)).is_file() for link in links)
        assert not soup.find_all(["script", "link", "img"])
        return
    told = {x.get("name") or x.get("property"): x.get("content") for x in soup.find_all("meta")}
    if name not in {"search.html", "genindex.html"}:
        assert 20 < len(told["description"]) <= 160, told["description"]
        assert told["og:url"] == BASE + name
        assert told["og:image"] == f"{BASE}_static/card.png"
    assert soup.find("link", rel="canonical")["href"] == BASE + name
    assert (site / name).parent.joinpath(soup.find("link", rel="icon")["href"]).resolve().is_file()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"Version {version}, " in soup.select_one("footer p.version, .version").get_text()
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["url"]) == (version, BASE)


def test_the_list_of_pages_and_the_card(site, tmp_path):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert re.findall(r"<loc>(.*?)</loc>", text) == sorted(f"{BASE}{x}.html" for x in toc_pages())
    data = (site / "_static" / "card.png").read_bytes()
    code = "import hccfront, sys; hccfront.write_card(sys.argv[1])"
    place, env = ROOT / "book" / "_ext", os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", code, tmp_path / "card.png"], cwd=place, env=env, check=True
    )
    assert (tmp_path / "card.png").read_bytes() == data
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
