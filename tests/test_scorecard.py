"""hccbook.scorecard and hccbook.coverage: verdicts, lines, files, and ranges widened."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coverage_study import sets, widening
from coverage_study.lines import needed
from reference import box

from hccbook import audit, coverage, display, reported, scorecard
from hccbook.scorecard import EVIDENCE, Scorecard, _strongest, _verdict

N = "magnesium.derivation.n"
DCR = "magnesium.derivation.dcr"
HR = "magnesium.derivation.pfs.hr"
WORD = "magnesium.validation.dcr"
NOT = "no evidence: coverage not measured"
UNKNOWN = "untestable", "untestable"


@pytest.fixture
def card():
    return Scorecard("a-lab")


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(scorecard, "RESULTS", tmp_path)
    monkeypatch.setenv("HCCBOOK_RESULTS", "write")
    return tmp_path


@pytest.mark.parametrize(
    ("printed", "computed", "limits", "evidence", "expected"),
    [
        ("0.30", 0.31, (0.29, 0.33), "arithmetic", "rounding"),
        ("0.30", 0.35, (0.31, 0.4), "arithmetic", "contradicted"),
        ("0.30", 0.30, (0.2, 0.5), "held-out", "compatible"),
        ("0.30", 0.35, (0.3049, 0.5), "held-out", "compatible"),
        ("0.30", 0.35, (0.3051, 0.5), "held-out", "missed"),
        ("0.30", 0.25, (0.2, 0.2951), "held-out", "compatible"),
        ("0.30", 0.25, (0.2, 0.2949), "held-out", "missed"),
        ("< 0.001", 0.01, (0.0011, 0.1), "held-out", "missed"),
        ("0.30", 0.3049, (), "calibrated", "exact"),
        ("0.30", 0.3051, (), "calibrated", "rounding"),
        ("0.30", 0.3201, (), "calibrated", "missed"),
        ("0.30", 0.2799, (), "calibrated", "missed"),
        ("< 0.001", 0.0009, (), "calibrated", "exact"),
        ("< 0.001", 0.0011, (), "calibrated", "missed"),
        ("0.30", 0.3049, (), "patients", "exact"),
        ("0.30", 0.31, (), "patients", "missed"),
        ("0.30", 0.31, (0.30, 0.37), "patients", "compatible"),
        ("lower", "lower", (), "patients", "compatible"),
        ("lower", "higher", (), "patients", "missed"),
        ("0.30", None, (), "untestable", "untestable"),
        ("higher", "higher", (), "calibrated", "exact"),
        ("higher", "lower", (), "calibrated", "missed"),
        ("higher", "higher", (), "held-out", "compatible"),
        ("higher", "lower", (), "held-out", "missed"),
        ("higher", "lower", (), "untestable", "untestable"),
    ],
)
def test_verdicts(printed, computed, limits, evidence, expected):
    lower, upper = limits or (None, None)
    assert _verdict(printed, computed, lower, upper, evidence) == expected


def test_lines_hold_what_was_computed(card):
    card.record(N, 110, at="patients", note="counted")
    card.record(HR, 0.26912345, "held-out", lower=0.1, upper=1 / 3, at="cox")
    card.record(HR, field="p", evidence="untestable")
    card.record(WORD, "higher", "held-out", at="response")
    lines = [list(line.values()) for line in card.lines]
    assert [tuple(line) for line in card.lines] == [scorecard.COLUMNS] * 4
    assert lines == [
        [N, "printed", "arithmetic", "exact", "110", "", "", "a-lab#patients", "counted"],
        [HR, "printed", *UNKNOWN, "0.269123", "0.1", "0.333333", "a-lab#cox", NOT],
        [HR, "p", "untestable", "untestable", "", "", "", "a-lab#cox", ""],
        [WORD, "printed", *UNKNOWN, "higher", "", "", "a-lab#response", NOT],
    ]


def test_a_check_brings_its_range_verdict_and_explanation(card):
    check = audit.percentage(reported.text(DCR), 86, 110)
    card.record(DCR, check, at="counts")
    card.record(DCR, check, "summary", at="counts", note="mine")
    first, second = card.lines
    assert (first["verdict"], first["note"]) == (check.verdict, check.explanation)
    assert float(first["computed"]) == pytest.approx(check.computed, rel=1e-5)  # six digits
    assert first["computed"] == first["lower"] == first["upper"]
    assert second["note"] == "mine"


def test_a_number_has_one_line_for_what_is_computed(card):
    with pytest.raises(ValueError, match=r"^show: expected new lines"):
        card.show()
    card.record(N, 110, at="x")
    card.record(N, 110, "held-out", lower=1, upper=200, at="x")
    with pytest.raises(ValueError, match=rf"id: {N} \(printed\) has a line with .*'arithmetic'"):
        card.record(N, 111, at="y")
    assert len(card.lines) == 2


def test_lines_are_shown_once(card, monkeypatch):
    codes = []
    monkeypatch.setattr(display, "_emit", codes.append)
    card.record(HR, 0.2691, lower=0.1, upper=0.5, at="x")
    card.record(N, 110, at="x")
    card.show()
    card.record(WORD, evidence="untestable")
    card.show()
    assert "0.2691 (0.1 to 0.5)" in codes[0]
    assert scorecard.label(HR) in codes[0]
    assert display.badge("vd", "exact") in codes[0]
    assert codes[0].count("<tr>") == 3
    assert codes[1].count("<tr>") == 2
    assert display.badge("vd", "untestable") in codes[1]


def fill(card):
    card.record(N, 110, at="x", note='a "quoted", comma')
    card.record(HR, 0.269, at="x")
    return card


def test_results_are_written_whole_or_not_at_all(results, card, monkeypatch):
    assert fill(card).save() == "2 scorecard lines in data/results/a-lab.csv"
    path = results / "a-lab.csv"
    raw = path.read_bytes()
    assert raw.decode().split("\n") == [
        ",".join(scorecard.COLUMNS),
        f'{N},printed,arithmetic,exact,110,,,a-lab#x,"a ""quoted"", comma"',
        f"{HR},printed,arithmetic,exact,0.269,,,a-lab#x,",
        "",
    ]
    card.save()
    assert path.read_bytes() == raw
    assert [p.name for p in results.iterdir()] == ["a-lab.csv"]

    def broken(path, text, **kwargs):
        path.write_bytes(b"half a li")
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_text", broken)
    with pytest.raises(OSError, match="disk full"):
        card.save()
    assert path.read_bytes() == raw


def test_check_mode_compares_and_writes_nothing(results, card, monkeypatch):
    fill(card).save()
    path = results / "a-lab.csv"
    raw = path.read_bytes()
    monkeypatch.setenv("HCCBOOK_RESULTS", "check")
    assert card.save().startswith("2 scorecard lines")
    first, second = card.lines
    changed = [[first, {**second, column: second[column] + "0"}] for column in scorecard.COLUMNS]
    for lines in (*changed, [first], [*card.lines, first], []):
        other = Scorecard("a-lab")
        other.lines = lines
        with pytest.raises(ValueError, match=r"a-lab\.csv, line \d: stored .*, computed "):
            other.save()
    with pytest.raises(ValueError, match=r"other\.csv: expected it in data/results"):
        Scorecard("other").save()
    assert path.read_bytes() == raw
    assert [p.name for p in results.iterdir()] == ["a-lab.csv"]
    path.write_bytes(raw.replace(b"110", b"111"))
    with pytest.raises(ValueError, match=r"line 2: stored .*,111,.*, computed .*,110,"):
        card.save()


def test_a_reader_may_change_an_input(results, card, monkeypatch):
    fill(card).save()
    monkeypatch.delenv("HCCBOOK_RESULTS")
    assert card.save() == "2 scorecard lines in data/results/a-lab.csv"
    raw, codes = (results / "a-lab.csv").read_bytes(), []
    monkeypatch.setattr(display, "_emit", codes.append)
    other = fill(Scorecard("a-lab"))
    other.record(WORD, evidence="untestable")
    check = audit.percentage("50.0", 3, 7)
    other.record("magnesium.derivation.dcr", check)
    other.show()
    assert "your number, not stored" in codes[0]
    assert display.badge("vd", check.verdict) in codes[0]
    assert other.save().startswith("3 scorecard lines; 2 differ from data/results/a-lab.csv")
    assert (results / "a-lab.csv").read_bytes() == raw
    monkeypatch.setenv("HCCBOOK_RESULTS", "write")
    with pytest.raises(ValueError, match=r"^printed: expected the register's numbers"):
        other.save()


def test_no_results_are_an_empty_scorecard(results):
    assert list(scorecard.load()) == ["paper", *scorecard.COLUMNS]
    assert scorecard.load().empty
    assert json.loads(scorecard.as_json())["lines"] == []
    numbers = {cell for paper in reported.papers() for cell in reported.results(paper)}
    assert scorecard.totals().drop("papers without patients")["no line"].sum() == len(numbers)
    card = Scorecard("a")
    for id, field in sorted(numbers):
        card.record(id, evidence="untestable", at="x", field=field)
    card.save()
    assert scorecard.totals().drop("papers without patients")["no line"].sum() == 0


@pytest.fixture
def mixed(results, monkeypatch):
    """Lines of two papers: several on one number, a number of the design, words, infinity."""
    told = {"scale": ["plain"], "factor": [1.0], "test": [0.96], "confirmed": [True]}
    monkeypatch.setattr(coverage, "_table", lambda: pd.DataFrame(told, index=["sound"]))
    first, second, wide = Scorecard("b"), Scorecard("a"), {"kind": "sound", "at": "z"}
    first.record(N, 110, "calibrated", at="x")
    first.record(HR, 0.269, "calibrated", at="x", note="<i> & so on")
    first.record(HR, 0.1, "held-out", lower=0.05, upper=0.2, kind="sound", at="x")
    first.record(HR, 0.2691, "summary", lower=0.1, upper=math.inf, at="x")
    first.record(HR, 0.2, field="lower", evidence="summary", at="x")
    first.record(HR, 0.165, "held-out", field="lower", lower=0.1, upper=0.2, **wide)
    first.record(HR, evidence="untestable", field="p")
    first.record(WORD, "higher", "held-out", kind="sound", at="y")
    second.record("mri.roc.clinical.auc", 0.5, "held-out", lower=0.4, upper=0.6, **wide)
    first.save()
    second.save()
    return results


def test_one_line_speaks_for_each_number(mixed):
    lines = scorecard.load()
    shown = _strongest(lines)
    keys = shown[["id", "field", "evidence", "verdict"]].apply(tuple, axis=1).tolist()
    assert keys == [
        (N, "printed", "calibrated", "exact"),
        (HR, "printed", "summary", "exact"),
        (HR, "lower", "summary", "contradicted"),
        (HR, "p", "untestable", "untestable"),
        (WORD, "printed", "held-out", "compatible"),
        ("mri.roc.clinical.auc", "printed", "held-out", "missed"),
    ]
    assert _strongest(lines[::-1]).equals(shown[::-1])
    assert _strongest(lines[lines["field"] == "lower"]).equals(shown[2:3])
    assert _strongest(lines[:0]).empty
    # A contradiction is not hidden by stronger evidence.
    refuted = lines[lines["id"] == HR].iloc[[0, 3]].assign(field="printed")
    refuted["evidence"] = ["arithmetic", "summary"]
    assert _strongest(refuted)["verdict"].tolist() == ["contradicted"]


def test_totals_count_each_number_once(mixed):
    totals = scorecard.totals()
    without = [paper for paper in reported.papers() if paper != "cxcl17"]
    assert list(totals.index) == [*without, "papers without patients", "cxcl17"]
    register = reported.load("magnesium")
    results = register[register["kind"] == "result"]
    # The number of patients is no result, but it has a line.
    printed = len(reported.results("magnesium")) + 1
    # It is exact by construction: it is not tested.
    assert totals.loc["magnesium"].to_dict() == {
        "register rows": len(register),
        "results": len(results),
        "printed numbers": printed,
        "tested": 3,
        **dict.fromkeys(scorecard.FATES, 1),
        "rounding": 0,
        "missed": 0,
        "no line": printed - 5,
    }
    assert totals.loc["mri", "missed"] == 1
    assert totals.loc["tipm", "no line"] == totals.loc["tipm", "printed numbers"] > 0


def test_totals_add_up():
    for by, words in (("verdict", scorecard.FATES), ("evidence", EVIDENCE)):
        totals = scorecard.totals(by)
        assert (totals[[*words, "no line"]].sum(axis=1) == totals["printed numbers"]).all()
        parts = totals.drop(index=["papers without patients", "cxcl17"])
        assert totals.loc["papers without patients"].equals(parts.sum())


def test_the_json_holds_every_line_with_its_row(mixed):
    whole = json.loads(scorecard.as_json())
    assert list(whole) == ["about", "verdicts", "evidence", "counts", "lines"]
    assert (whole["verdicts"], whole["evidence"]) == (list(audit.VERDICTS), list(EVIDENCE))
    lines, values = scorecard.load(), {}
    assert list(lines) == ["paper", *scorecard.COLUMNS]
    for line, stored in zip(whole["lines"], lines.to_dict("records"), strict=True):
        row = reported.row(stored["id"])
        for name in ("paper", "id", "field", "evidence", "verdict", "where", "note"):
            assert line[name] == stored[name]
        for name in ("cohort", "location", "quantity", "group", "outcome", "unit"):
            assert line[name] == row[name]
        assert line["printed"] == row[line["field"]]
        key = line["id"], line["field"], line["evidence"]
        values[key] = [line[name] for name in ("computed", "lower", "upper")]
    # In the order of the register, and of the strength of evidence.
    assert list(values.items()) == [
        ((N, "printed", "calibrated"), [110, None, None]),
        ((HR, "printed", "summary"), [0.2691, 0.1, "inf"]),
        ((HR, "printed", "held-out"), [0.1, 0.05, 0.2]),
        ((HR, "printed", "calibrated"), [0.269, None, None]),
        ((HR, "lower", "summary"), [0.2, None, None]),
        ((HR, "lower", "held-out"), [0.165, 0.1, 0.2]),
        ((HR, "p", "untestable"), [None, None, None]),
        ((WORD, "printed", "held-out"), ["higher", None, None]),
        (("mri.roc.clinical.auc", "printed", "held-out"), [0.5, 0.4, 0.6]),
    ]
    assert '"computed": 110,' in scorecard.as_json()


def test_the_json_holds_the_totals_and_is_written_byte_for_byte(mixed):
    counts = json.loads(scorecard.as_json())["counts"]
    by_verdict, by_evidence = scorecard.totals(), scorecard.totals("evidence")
    assert list(counts) == list(by_verdict.index)
    for paper, count in counts.items():
        verdicts, classes = count.pop("verdict"), count.pop("evidence")
        assert count | verdicts == by_verdict.loc[paper].to_dict()
        assert count | classes == by_evidence.loc[paper].to_dict()
    before = scorecard.load()
    scorecard.write_json()
    raw = (mixed / "scorecard.json").read_bytes()
    assert raw == scorecard.as_json().encode()
    assert raw.endswith(b"\n]\n}\n")
    assert raw.count(b'\n{"paper": ') == len(before)
    assert scorecard.load().equals(before)  # it is no results file


def test_the_stored_json_is_that_of_the_stored_results():
    stored = (scorecard.RESULTS / scorecard.JSON).read_text(encoding="utf-8")
    assert stored == scorecard.as_json(), "run `python -m hccbook checksums`"


def test_readers_see_first_what_does_not_fit(mixed):
    rows = scorecard.readable(scorecard.load())
    assert [len(rows), *rows["paper"][:2]] == [9, "Magnesium", "Magnesium"]
    words = [re.sub("<[^>]*>", "", badge).split()[1] for badge in rows["verdict"]]
    assert words[:4] == ["contradicted", "missed", "missed", "exact"]
    assert rows["paper"].tolist() == ["Magnesium"] * 2 + ["MRI"] + ["Magnesium"] * 6
    assert rows["printed"][0] == reported.text(HR, "lower")
    assert rows["computed"][0] == "0.2"
    row = rows[rows["how"].str.contains("so on")].iloc[0]
    assert row["how"] == '&lt;i&gt; &amp; so on<br><a href="b.html#x">b: x</a>'
    place = reported.row(HR)["location"]
    assert row["printed number"] == f"{scorecard.label(HR)}<small>{place}</small>"
    assert row["evidence"] == display.badge("ev", "calibrated")
    for column in ("printed number", "how"):
        assert all(isinstance(cell, display.Markup) for cell in rows[column])
    # Names of papers and words of the register are text, not markup.
    assert "<" not in re.sub("</?small>", "", "".join(rows["printed number"]))
    assert scorecard.readable(scorecard.load()[:0]).empty


def test_papers_have_names_and_links_leave_them_out():
    assert {*reported.contract()["titles"]} == {*reported.papers()}
    lines = scorecard.load()
    rows = scorecard.readable(lines[lines["where"] == "il6-sii-audit#how-many-studies"])
    assert set(rows["paper"]) == {"IL-6 and SII"}
    place = '<a href="il6-sii-audit.html#how-many-studies">audit: how many studies</a>'
    assert len(rows)
    assert rows["how"].str.endswith(place).all()


LINE = f"{N},printed,arithmetic,exact,110,,,a#x,\n"
HEAD = ",".join(scorecard.COLUMNS) + "\n"


def test_malformed_results_are_named(results):
    (results / "a.csv").write_bytes((HEAD + LINE).encode())
    assert len(scorecard.load()) == 1
    for text, message in (
        ("", "not a readable CSV file"),
        ("id,field\n", r"expected the columns .*got \['id', 'field'\]"),
        (HEAD + LINE.replace("printed", "colour"), r"field: unknown \['colour'\]"),
        (HEAD + LINE.replace("exact", "good"), r"verdict: unknown \['good'\]"),
        (HEAD + LINE.replace("arithmetic", "proof"), r"evidence: unknown \['proof'\]"),
        (HEAD + LINE.replace(N, "magnesium.x"), r"id: unknown \['magnesium.x'\]"),
        (HEAD + LINE + LINE.replace("a#x", ""), "where: expected a heading"),
        (HEAD + LINE + LINE.replace(",,,a#x", ""), r"row 3: expected 9 cells, got 6"),
        (HEAD + LINE + LINE.replace("110", "110,1"), r"row 3: expected \d+ cells, got \d+"),
    ):
        (results / "b.csv").write_bytes(text.encode())
        with pytest.raises(ValueError, match=rf"^b\.csv.*{message}"):
            scorecard.load()


def test_every_printed_result_has_a_line():
    lines = scorecard.load()
    numbers = {cell for paper in reported.papers() for cell in reported.results(paper)}
    assert not numbers - set(zip(lines["id"], lines["field"], strict=True))


def test_factors_are_those_of_the_lines():
    found = widening.table(widening.read()).set_index("kind")
    pd.testing.assert_frame_equal(found, coverage.factors(), check_dtype=False)


def test_every_line_needs_what_its_range_says():
    for name in ("base", "varied"):
        every = widening.read(name)
        for row in every[every["scale"] != "word"].sample(200, random_state=1).itertuples():
            found = needed(row.truth, row.low, row.median, row.high, row.scale)
            # Stored with four digits: of a narrow range the rest is lost.
            assert (
                found == pytest.approx(row.needed, rel=0.1, abs=0.1) or min(found, row.needed) > 20
            )


def test_halves_are_those_of_the_list_and_nothing_else_was_counted():
    halves = {(name, family): half for name, family, half, _ in sets.listed()}
    problems = pd.read_csv(sets.FOLDER / "problems.csv")
    keys = zip(problems["set"], problems["family"], strict=True)
    assert [halves[key] for key in keys] == list(problems["half"])
    base = widening.read()
    known = {(name, half) for (name, _), half in halves.items()}
    assert set(zip(base["set"], base["half"], strict=True)) <= known


def test_shares_count_each_set_once_and_factors_reach_what_is_wanted():
    frame = pd.DataFrame({"set": list("aaab"), "needed": [0.5, 2.0, 3.0, 0.9]})
    assert widening.share(frame) == pytest.approx((1 / 3 + 1) / 2)
    assert widening.factor_of(frame) == 3.0
    assert widening.factor_of(frame.assign(needed=0.1)) == 1.0
    base = widening.read()
    for kind, row in coverage.factors().iterrows():
        some = base[(base["kind"] == kind) & (base["half"] == "widening")]
        if row["scale"] != "word":
            assert widening.share(some, row["factor"]) >= 0.95 - 1e-9
            assert row["factor"] == 1 or widening.share(some, row["factor"] - 0.011) < 0.95


@pytest.mark.parametrize(
    ("text", "ends", "scale", "factor"),
    [
        ("5.0", (1, 2, 4), "plain", 1.475),
        ("1.0", (1, 2, 4), "plain", 0.95),
        ("2.0", (1, 2, 4), "plain", 0.0),
        ("8.0", (1, 2, 4), "log", np.log(7.95 / 2) / np.log(2)),
        ("0.99", (0.25, 0.5, 0.75), "arcsine", 2.53),
        ("0.001", (0.01, 0.1, 0.5), "normal", 1.64),
        ("7.0", (2, 2, 2), "plain", np.inf),
    ],
)
def test_what_a_range_needs_is_what_widens_it(monkeypatch, text, ends, scale, factor):
    found = needed(text, *ends, scale)
    assert found == pytest.approx(factor, abs=0.01)
    if not 0 < found < np.inf:
        return
    inside = []
    for times in (0.99, 1.01):
        table = pd.DataFrame({"scale": [scale], "factor": [times * found]}, index=["x"])
        monkeypatch.setattr(coverage, "_table", lambda table=table: table)
        low, high = sorted(coverage.widened("x", *ends))
        least, most = box(text)
        inside.append(low <= most and least <= high)
    assert inside == [False, True]


def test_the_scorecard_says_only_what_was_measured(monkeypatch):
    told = {"scale": "log", "factor": 2.0, "test": 0.97, "confirmed": True}
    rows = {"good": told, "poor": told | {"test": 0.9, "confirmed": False}}
    table = pd.DataFrame(rows).T.astype({"factor": float, "test": float})
    monkeypatch.setattr(coverage, "_table", lambda: table)
    expected = {
        ("good", 0.35, 0.3, 0.4): ("held-out", "compatible"),
        ("good", 0.45, 0.4, 0.5): ("held-out", "missed"),
        ("poor", 0.35, 0.3, 0.4): ("untestable", "untestable"),
        ("poor", 0.45, 0.4, 0.5): ("untestable", "untestable"),
        (None, 0.35, 0.3, 0.4): ("untestable", "untestable"),
        (None, 0.25, 0.2, 0.4): ("untestable", "untestable"),
    }
    assert reported.text(HR) == "0.269"
    for (kind, middle, low, high), (evidence, verdict) in expected.items():
        card = Scorecard("a-lab")
        card.record(HR, middle, "held-out", lower=low, upper=high, kind=kind, at="x")
        (line,) = card.lines
        assert (line["evidence"], line["verdict"]) == (evidence, verdict), (kind, low)
    assert line["note"] == NOT
    with pytest.raises(ValueError, match="kind: expected one of good, poor, got 'bad'"):
        Scorecard("a-lab").record(HR, 0.3, "held-out", lower=0.2, upper=0.4, kind="bad", at="x")
