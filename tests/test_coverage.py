"""The coverage study: its files agree, and the scorecard widens and judges by them."""

import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from hccbook import coverage, reported
from hccbook.scorecard import Scorecard

sys.path.append(str(ROOT / "tests"))
from coverage_study import lines, sets, widening

HR = "magnesium.derivation.pfs.hr"  # printed 0.269


def test_factors_are_those_of_the_lines():
    found = widening.table(widening.read()).set_index("kind")
    pd.testing.assert_frame_equal(found, coverage.factors(), check_dtype=False)


def test_every_line_needs_what_its_range_says():
    for name in ("base", "varied"):
        every = widening.read(name)
        for row in every[every["scale"] != "word"].sample(200, random_state=1).itertuples():
            found = lines.needed(row.truth, row.low, row.median, row.high, row.scale)
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
    found = lines.needed(text, *ends, scale)
    assert found == pytest.approx(factor, abs=0.01)
    if not 0 < found < np.inf:
        return
    inside = []
    for times in (0.99, 1.01):
        table = pd.DataFrame({"scale": [scale], "factor": [times * found]}, index=["x"])
        monkeypatch.setattr(coverage, "_table", lambda table=table: table)
        low, high = sorted(coverage.widened("x", *ends))
        box = reported_box(text)
        inside.append(low <= box[1] and box[0] <= high)
    assert inside == [False, True]


def reported_box(text):
    from hccbook.estimate import printed

    return float(printed(text).low), float(printed(text).high)


def test_the_scorecard_says_only_what_was_measured(monkeypatch):
    told = {"scale": "log", "factor": 2.0, "test": 0.97, "calibrated": True}
    rows = {"good": told, "poor": told | {"test": 0.9, "calibrated": False}}
    table = pd.DataFrame(rows).T.astype({"factor": float, "test": float})
    monkeypatch.setattr(coverage, "_table", lambda: table)
    expected = {
        ("good", 0.35, 0.3, 0.4): ("held-out", "compatible"),
        ("good", 0.45, 0.4, 0.5): ("held-out", "missed"),
        ("poor", 0.35, 0.3, 0.4): ("held-out", "compatible"),
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
    assert line["note"] == "no evidence: coverage not measured"
    with pytest.raises(ValueError, match="kind: expected one of good, poor, got 'bad'"):
        Scorecard("a-lab").record(HR, 0.3, "held-out", lower=0.2, upper=0.4, kind="bad", at="x")
