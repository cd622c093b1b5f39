"""hccbook.relations and hccbook.injection: what is judged, and that only errors are seen."""

import math
import re
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hccbook import audit, injection, relations, reported
from hccbook.estimate import Printed
from hccbook.injection import _change_digit, error_free, inject
from hccbook.relations import adapters, run
from hccbook.reported import JUDGED
from hccbook.scorecard import EVIDENCE

PAPERS = reported.papers()
#: How many relations each paper has: one that is lost in silence is seen here.
COUNTS = {
    "tipm": 1166,
    "il6-sii": 197,
    "magnesium": 17,
    "mri": 15,
    "radiotherapy": 10,
    "cxcl17": 10,
}
#: Chapters that were written by hand, apart from these relations.
BY_HAND = ("magnesium", "mri", "radiotherapy")
every_paper = pytest.mark.parametrize("paper", PAPERS)


checked, lined = cache(relations.all_lines), cache(relations.lines)


@cache
def members(paper):
    return [one for section in relations.load(paper).values() for one in section]


def results(paper):
    return set(reported.results(paper))


@every_paper
def test_relations_read_cells_that_are_there_and_judge_results(paper):
    cells, judged = reported.cells(paper), results(paper)
    assert len(members(paper)) == COUNTS[paper]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", group) for group in relations.load(paper))
    for member in members(paper):
        assert set(member.reads()) <= set(cells), member.id
        assert (member.id, member.field) in member.reads(), member.id
        assert (f"{paper}.{member.id}", member.field) in judged
        assert member.evidence in ("arithmetic", "summary")


@pytest.mark.long
@every_paper
def test_every_result_has_a_line_and_none_has_two_of_one_kind(paper):
    found = lined(paper)
    assert {(line.id, line.field) for line in found} == results(paper)
    assert max(Counter(line[:3] for line in found).values()) == 1
    assert {line.evidence for line in found} <= set(EVIDENCE)
    for line in [*checked(paper), *found]:
        assert line.check.printed == reported.text(line.id, line.field)
    for line in found:
        assert (line.evidence == "untestable") == (line.check.verdict == "untestable")
    # What no relation judges has a reason.
    judged = {(line.id, line.field) for line in checked(paper)}
    rest = [line.check for line in found if line[:2] not in judged]
    for check in rest:
        assert (check.family, check.verdict) == ("none", "untestable")
        assert check.explanation


@every_paper
def test_a_contradiction_counts_and_else_the_closest_check(paper):
    judged = {}
    for line in checked(paper):
        evidence = "untestable" if line.check.verdict == "untestable" else line.evidence
        judged.setdefault((line.id, line.field, evidence), []).append(line.check.verdict)
    for line in lined(paper):
        if line.section != run.REST:
            expected = min(judged[line[:3]], key=run.WEIGHT.index)
            assert line.check.verdict == expected
    # They are in the order of the register, and an audit can be repeated.
    order = {id: place for place, id in enumerate(reported.load(paper).index)}
    places = [(order[line.id], JUDGED.index(line.field)) for line in lined(paper)]
    assert places == sorted(places)
    assert repr(relations.lines(paper)) == repr(lined(paper))


@pytest.mark.parametrize("paper", BY_HAND)
def test_relations_agree_with_the_chapter_written_by_hand(paper):
    path = reported.DATA / "results" / f"{paper}-audit.csv"
    by_hand = pd.read_csv(path, dtype=str, keep_default_na=False)
    hand, judged = {}, {}
    for row in by_hand.itertuples():
        hand.setdefault((row.id, row.field), set()).add(row.verdict)
    for line in lined(paper):
        judged.setdefault((line.id, line.field), set()).add(line.check.verdict)
    assert set(hand) & results(paper) <= set(judged)
    refuted = [{x for x in found if "contradicted" in found[x]} for found in (hand, judged)]
    assert refuted[0] == refuted[1]
    for cell in set(hand) & set(judged):
        assert not {"exact", "contradicted"} <= hand[cell] | judged[cell], cell


def test_a_relation_says_where_nothing_is_printed():
    reads = {"@": ("a", "printed"), "#n": ("n", "upper")}
    member = relations.Relation("a", "printed", "share", "percent", adapters.share, reads, "", {})
    assert member.reads() == list(reads.values())
    assert member.check({("a", "printed"): "50", ("n", "upper"): "2"}).verdict == "exact"
    for cells in ({}, {("a", "printed"): "50"}, {("a", "printed"): "50", ("n", "upper"): ""}):
        with pytest.raises(ValueError, match=r"^cells: a reads .*nothing is printed"):
            member.check(cells)


def test_another_register():
    cells = reported.cells("radiotherapy")
    for count, expected in (("69", "exact"), ("68", "contradicted")):
        found = relations.all_lines("radiotherapy", {**cells, ("pvtt.count", "printed"): count})
        (line,) = (x for x in found if x.id == "radiotherapy.pvtt.percent")
        assert line[:3] == ("radiotherapy.pvtt.percent", "printed", "arithmetic")
        assert line.check.verdict == expected


def test_share_of_no_count_names_the_nearest():
    check = adapters.share("50.0", 7)
    assert (check.verdict, check.explanation) == ("contradicted", "4 of 7 is 57.143 %")
    none = adapters.count("3", "50.0", 7)
    assert (none.verdict, math.isnan(none.computed)) == ("contradicted", True)
    assert "no whole number" in none.explanation


@given(n=st.integers(1, 900), data=st.data())
def test_counts_and_percentages_agree(n, data):
    k, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    percent = f"{100 * k / n:.1f}"
    assert audit.percentage(percent, k, n).verdict == adapters.share(percent, n).verdict == "exact"
    found = adapters.count(str(k), percent, n)
    assert found.verdict == ("exact" if found.lower == found.upper else "compatible")
    assert found.lower <= k <= found.upper
    # The two see the same counts.
    checks = audit.percentage(percent, other, n), adapters.count(str(other), percent, n)
    assert len({check.verdict == "contradicted" for check in checks}) == 1


def test_an_interval_needs_patients():
    """Of two studies by random effects more, and all of them are counted together."""
    for patients, i2, expected in (
        ((58,), "0", "compatible"),  # 4 / se² is 57.07 at the widest interval that prints so
        ((57,), "0", "contradicted"),
        ((500, 378), "94", "compatible"),
        ((500, 377), "94", "contradicted"),
    ):
        check = adapters.enough_events("0.57", "1.59", patients, i2)
        assert check.verdict == expected
        assert f"of {sum(patients)} patients" in check.explanation


@pytest.mark.parametrize(
    ("printed", "other", "least", "most"),
    [
        ("6", "4", "compatible", "contradicted"),
        ("4", "6", "contradicted", "compatible"),
        ("5.0", "5", "compatible", "compatible"),
        ("< 3", "2", "compatible", "compatible"),
        ("> 3", "2", "compatible", "contradicted"),
        ("4.9", "5.0", "compatible", "compatible"),  # both may be 4.95
        ("4.8", "5.0", "contradicted", "compatible"),
    ],
)
def test_at_least_and_at_most(printed, other, least, most):
    for check, expected in (
        (adapters.at_least(printed, other, reason="a reason"), least),
        (adapters.at_most(other, printed, reason="a reason"), least),
        (adapters.at_most(printed, other, reason="a reason"), most),
    ):
        assert (check.verdict, check.family) == (expected, "order")
        assert "a reason" in check.explanation


@pytest.mark.parametrize(
    ("word", "level", "ps", "expected"),
    [
        ("significant", "0.05", ["0.049", "< 0.05", "<0.001"], "exact"),
        ("independent", "0.05", ["0.06"], "contradicted"),
        ("significant", "0.05", ["0.001", "0.06"], "contradicted"),
        ("significant", "0.05", ["0.05"], "compatible"),
        ("significant", "0.045", ["0.04"], "compatible"),  # it may be 0.045
        ("not significant", "0.05", ["0.05"], "compatible"),
        ("significant", "0.05", ["< 0.1"], "compatible"),
        ("not significant", "0.05", ["0.06", "> 0.05"], "exact"),
    ],
)
def test_significance(word, level, ps, expected):
    check = adapters.significance(word, ps, level)
    assert (check.verdict, check.printed) == (expected, word)
    assert check.computed == ("" if expected == "contradicted" else word)


@given(p=st.floats(0.0001, 0.9999), places=st.integers(2, 4))
def test_a_true_word_is_never_contradicted(p, places):
    printed = f"{p:.{places}f}"
    word = "significant" if p < 0.05 else "not significant"
    other = {"significant": "not significant"}.get(word, "significant")
    assert adapters.significance(word, [printed]).verdict != "contradicted"
    assert adapters.significance(other, [printed]).verdict != "exact"


@pytest.mark.parametrize(
    ("word", "rows", "expected"),
    [
        ("highest", [("3", "2", "1"), ("9", "8", "7")], "exact"),
        ("higher", [("3", "3")], "compatible"),
        ("highest", [("NR", "3")], "compatible"),
        ("lowest", [("3", "2", "1")], "contradicted"),
        ("shorter", [("5.0", "7.0")], "exact"),
        ("poorer", [("142", "178"), ("150", "140")], "contradicted"),
        ("highest", [("0.81", "0.811"), ("1", "9")], "contradicted"),
    ],
)
def test_rank(word, rows, expected):
    check = adapters.rank(word, rows)
    assert (check.verdict, check.printed) == (expected, word)


def test_a_number_printed_twice():
    assert adapters.same("1 508", "1,508", whole=True, thousands=" ").verdict == "exact"
    assert adapters.same("7", "6", whole=True).verdict == "contradicted"


def test_auc_limits():
    """Hanley and McNeil's example: 51 diseased, 58 normal, AUC 0.893, standard error 0.032."""
    sizes = 51, 58
    auc = "0.893", "0.830", "0.956"
    for end, limit in (("lower", auc[1]), ("upper", auc[2])):
        check = adapters.auc_limit(limit, *auc, *sizes, end=end)
        assert check.verdict in ("exact", "rounding")
        assert check.lower <= check.computed <= check.upper
    wide = "0.893", "0.700", "1.000"
    assert adapters.auc_limit(wide[1], *wide, *sizes, end="lower").verdict == "contradicted"
    askew = "0.893", "0.850", "0.990"
    assert adapters.auc_limit(askew[1], *askew, *sizes, end="lower").verdict == "untestable"
    with pytest.raises(ValueError, match=r"^positives, negatives: expected at least 2"):
        adapters.auc_limit("0.4", "0.5", "0.4", "0.6", 1, 9, end="lower")


def test_the_pair_of_areas_that_needs_the_highest_correlation_decides():
    good, near, far = (("0.90", "0.86", "0.94"), ("0.85", "0.80", "0.90"), ("0.60", "0.50", "0.70"))
    alone = {x[0]: audit.auc_correlation(good, x, "< 0.05") for x in (near, far)}
    for row in ([good, near, far], [good, far, near]):
        check = adapters.paired_areas("< 0.05", [row])
        assert (check.verdict, check.computed) == ("compatible", alone["0.85"].computed)
        assert check.explanation == f"against an AUC of 0.85: {alone['0.85'].explanation}"
    # A pair that no correlation allows refutes the sentence, though the other has a larger P.
    check = adapters.paired_areas("0.50", [[good, ("0.89", "0.84", "0.94"), far]])
    assert check.verdict == "contradicted"
    assert check.explanation.startswith("against an AUC of 0.60: ")


CHANGES, SEED = 300, 2026
#: Floors of the share of changes that are seen: measured with this seed, less a margin.
SEEN = {
    "percentage and count": 0.97,
    "sum of parts": 1.0,
    "pooled mean": 0.8,
    "pooled SD": 0.75,
    "text and table": 0.85,
    "test from counts": 0.8,
}
#: Simulated numbers for each relation: of a paper with many, which are of a few kinds, fewer.
ROUNDS, MANY = 12, 2400


@cache
def changed():
    return inject(CHANGES, SEED)


@st.composite
def printed_numbers(draw):
    places = draw(st.integers(0, 4))
    value = draw(st.integers(0, 10**7)) / 10**places
    comma = "," if draw(st.booleans()) else ""
    text = f"{value:{comma}.{places}f}"
    if not comma and places == 2 and draw(st.booleans()):
        text = text.replace(".", ",")
    return draw(st.sampled_from(["", "< ", "<", "-", "≥ "])) + text


@given(text=printed_numbers(), seed=st.integers(0, 2**32))
def test_one_digit_is_changed_and_nothing_else(text, seed):
    other = _change_digit(text, np.random.default_rng(seed))
    ((a, b),) = [(a, b) for a, b in zip(text, other, strict=True) if a != b]
    assert {a, b} <= set("0123456789")
    was, became = Printed(text), Printed(other)
    assert (became.relation, became.decimals) == (was.relation, was.decimals)
    assert became.value != was.value
    assert not re.match(r"[^0-9]*0[0-9]", other)


def test_every_neighbour_is_reached():
    rng = np.random.default_rng(1)
    found = {_change_digit("1.0", rng) for _ in range(400)}
    assert found == {f"{x}.0" for x in (0, *range(2, 10))} | {f"1.{x}" for x in range(1, 10)}
    assert "0,508" not in {_change_digit("1,508", rng) for _ in range(400)}
    assert {_change_digit("7", rng) for _ in range(200)} == set("012345689")


@pytest.mark.long
def test_changes_are_of_proven_numbers_and_spread_over_all_papers():
    frame = changed()
    assert len(frame) == CHANGES
    assert set(frame["paper"]) == set(PAPERS)
    lines = [line for paper in PAPERS for line in checked(paper)]
    proven, refuted = (
        {line[:2] for line in lines if line.check.verdict == word}
        for word in ("exact", "contradicted")
    )
    for row in frame.itertuples():
        assert (row.id, row.field) in proven - refuted
        assert reported.text(row.id, row.field) == row.was != row.became
        assert row.detected == bool(row.by)
        assert row.relations >= 1
    assert not frame.duplicated(["id", "field"]).any()


def test_share_of_changes_that_are_seen():
    frame = changed()
    assert frame["detected"].mean() >= 0.93
    by_family = frame.groupby("family")["detected"].agg(["size", "mean"])
    for family, floor in SEEN.items():
        size, seen = by_family.loc[family]
        assert (size >= 5, seen >= floor) == (True, True), family


@pytest.mark.long
def test_a_seed_makes_its_changes_and_more_than_there_are_numbers_take_each_again(monkeypatch):
    monkeypatch.setattr(reported, "papers", lambda: ["mri", "radiotherapy"])
    once = {line[:2] for line in checked("radiotherapy") if line.check.verdict == "exact"}
    frame = inject(60, 3)
    pd.testing.assert_frame_equal(frame, inject(60, 3))
    assert not frame.equals(inject(60, 4))
    again = frame[frame["paper"] == "radiotherapy"].groupby(["id", "field"]).size()
    assert set(again.index) == once
    assert again.max() - again.min() <= 1 < again.max()


def test_what_a_reading_saves_is_seen_without_it(monkeypatch):
    def untold(paper):
        found = relations.load(paper).items()
        return {name: [replace(one, options={}) for one in every] for name, every in found}

    monkeypatch.setattr(reported, "papers", lambda: ["cxcl17"])
    told = inject(100, 1)
    monkeypatch.setattr(injection, "load", untold)
    frame = inject(100, 1)
    assert frame["bare"].equals(told["bare"])
    assert (frame["bare"] >= frame["detected"]).all()
    assert (told["detected"] & ~frame["detected"]).sum() > 10


def test_every_kind_is_simulated():
    assert set(injection.SIMULATED) == set(relations.kinds.KINDS)


@pytest.mark.long
@every_paper
def test_numbers_without_error_are_printed_like_the_paper(paper):
    style, other = reported.cells(paper), []
    for one in members(paper)[:: 1 + len(members(paper)) // 400]:
        cells = error_free(one, style, np.random.default_rng(0))
        assert set(cells) == set(one.reads())
        for cell, text in cells.items():
            fixed = cell[1] == "p" or cell[0].endswith(".p") or not style[cell][-1].isdigit()
            if not fixed and one.options.get("thousands") is None:
                assert Printed(text).decimals == Printed(style[cell]).decimals, (one.id, cell)
        assert cells == error_free(one, style, np.random.default_rng(0))
        other.append(cells != error_free(one, style, np.random.default_rng(1)))
    assert np.mean(other) > 0.5


def test_p_values_without_error_have_two_decimals_or_more():
    """A P value printed as 0.0 would be below any other: too short for a check."""
    cells, rng = reported.cells("tipm"), np.random.default_rng(0)
    one = next(one for one in members("tipm") if one.judged == "ratio:p")
    for text, decimals in (("1", 2), ("0.5", 2), ("0.50", 2), ("0.5000", 4)):
        found = {error_free(one, {**cells, (one.id, "p"): text}, rng)[one.id, "p"] for _ in "12345"}
        assert {Printed(p).decimals for p in found} == {decimals}
        assert all(Printed(p).value > 0 for p in found)


@pytest.mark.long
@every_paper
def test_numbers_without_error_raise_no_alarm(paper):
    style, alarms = reported.cells(paper), []
    for seed in range(min(ROUNDS, MANY // len(members(paper)))):
        rng = np.random.default_rng(seed)
        for one in members(paper):
            # The tests of means are slow and never contradict.
            if one.kind != "p-of-means" or not seed:
                check = one.check(error_free(one, style, rng))
                if check.verdict == "contradicted":
                    alarms.append((seed, one.id, check.printed, check.explanation))
    assert alarms == []


def test_a_share_of_nobody_and_a_kappa_of_all_are_refused():
    with pytest.raises(ValueError, match=r"^n: expected a whole number of at least 1, got 0"):
        adapters.group_mean("1.0", 0, "1.0", ["1.0"], [2])
    with pytest.raises(ValueError, match=r"^percent: expected a share of 10 patients"):
        adapters.kappa("0.5", 10, "100", 10)
