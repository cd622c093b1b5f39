"""hccbook.injection: errors put in must be seen; numbers without error must pass."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hccbook import injection, relations, reported
from hccbook.estimate import Printed
from hccbook.injection import _change_digit, error_free, inject

PAPERS = reported.papers()
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

every_paper = pytest.mark.parametrize("paper", PAPERS)


checked = cache(relations.checks)


@cache
def changed():
    return inject(CHANGES, SEED)


@cache
def members(paper):
    return [one for section in relations.load(paper).values() for one in section]


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


def test_a_seed_makes_its_changes_and_more_than_there_are_numbers_take_each_again(monkeypatch):
    monkeypatch.setattr(reported, "papers", lambda: ["mri", "radiotherapy"])
    once = {line[:2] for line in checked("radiotherapy") if line.check.verdict == "exact"}
    frame = inject(60, 3)
    pd.testing.assert_frame_equal(frame, inject(60, 3))
    assert not frame.equals(inject(60, 4))
    again = frame[frame["paper"] == "radiotherapy"].groupby(["id", "field"]).size()
    assert set(again.index) == once
    assert again.max() - again.min() <= 1 < again.max()


def test_every_kind_is_simulated():
    assert set(injection.SIMULATED) == set(relations.kinds.KINDS)


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
