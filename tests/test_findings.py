"""Findings and guidelines: what audits open with, and what replications end with."""

import json
import re

import pytest
from conftest import ROOT
from test_pages import anchors

from hccbook import findings, guidelines, reported, scorecard

#: How many items each guideline has, by its own checklist.
ITEMS = {"REMARK": 20, "STARD": 34, "TRIPOD+AI": 52, "PRISMA": 42}
#: The paper of which only the numbers are at hand has none.
GUIDED = sorted({*reported.papers()} - {"cxcl17"})


@pytest.mark.parametrize("paper", reported.papers())
def test_every_contradicted_number_belongs_to_a_finding(paper):
    found, sound = findings.load(paper)
    assert sound
    audit = ROOT / "notebooks" / f"{paper}-audit.ipynb"
    lines = scorecard.load().query("paper == @paper")
    verdicts = lines.groupby(["id", "field"])["verdict"].agg(set).to_dict()
    for one in found:
        assert one["at"] in anchors(audit), one["title"]
        assert one["numbers"], one["title"]
        for number in one["numbers"] if one["verdict"] != "none" else ():
            assert one["verdict"] in verdicts[number], (one["title"], number)
    told = {number for one in found for number in one["numbers"]}
    contradicted = {number for number, words in verdicts.items() if "contradicted" in words}
    assert contradicted <= told


def test_cards_show_printed_numbers_and_link_to_the_computation(monkeypatch):
    said = []
    monkeypatch.setattr(findings, "say", lambda *lines: said.extend(lines))
    findings.cards("magnesium")
    text = "\n".join(said)
    assert reported.text("magnesium.derivation.roc.sensitivity") in text
    assert "](#" in text
    assert not re.search(r"\{[^}]*\}", text)


def test_a_card_on_which_no_verdict_rests_says_so(monkeypatch):
    said = []
    monkeypatch.setattr(findings, "say", lambda *lines: said.extend(lines))
    findings.cards("il6-sii")
    found, _ = findings.load("il6-sii")
    ends = [line for line in said if "[the computation](#" in line]
    silent = [line.startswith("No verdict of the scorecard rests on this") for line in ends]
    assert silent == [one["verdict"] == "none" for one in found]
    assert any(silent)
    assert not all(silent)


@pytest.mark.parametrize("paper", GUIDED)
def test_every_item_of_a_guideline_is_answered_at_the_end_of_the_replication(paper):
    items = guidelines.load(paper)
    for guideline, rows in items.groupby("guideline"):
        assert len(rows) == ITEMS[guideline]
    path = ROOT / "notebooks" / f"{paper}-replication.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert any(f'guidelines.show("{paper}")' in "".join(cell["source"]) for cell in cells)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("REMARK,20,yes,Conclusion,\n", "", "every item"),
        ("REMARK,20,yes", "REMARK,20,maybe", "REMARK 20, told: expected one of"),
        ("REMARK,20,yes,Conclusion", "REMARK,20,yes,", "REMARK 20, place: expected one"),
        ("told", "says", "header"),
    ],
)
def test_a_damaged_guideline_is_refused(tmp_path, monkeypatch, old, new, message):
    for name in ("items", "magnesium"):
        text = (guidelines.FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(guidelines, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=message):
        guidelines.load("magnesium")
