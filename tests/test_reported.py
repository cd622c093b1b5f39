"""hccbook.reported: the register is sound and complete, and a damaged one is noticed."""

import re
from itertools import product

import pandas as pd
import pytest

from hccbook import reported
from hccbook.estimate import Printed
from hccbook.reported import _unaccounted

PAPERS, WORDS = reported.papers(), reported.contract()["words"]


INVENTORIES = {
    paper: reported.strings(reported.DATA / "reported" / f"{paper}.tokens.csv", reported.TOKENS)
    for paper in PAPERS
}
# The registers are damaged in many rows at once: completeness works row by row.


@pytest.mark.parametrize("paper", PAPERS)
def test_missing_rows_are_noticed(paper):
    frame, inventory = reported.load(paper), INVENTORIES[paper]
    assert reported.completeness(paper) == []
    cells = frame[[*reported.FIELDS, "group"]].agg(" ".join, axis=1)
    # Rows of words have no digits to miss; the lines of the scorecard name them.
    needed = set(cells.index[cells.str.contains(r"\d")])
    problems = _unaccounted(frame.iloc[:0], inventory)
    named = [re.search(r": not in (\S+), \w+$", problem) for problem in problems]
    assert all(named)
    assert {match[1] for match in named} == needed
    for id in sorted(needed)[::25]:
        alone = _unaccounted(frame.drop(id), inventory)
        assert alone == [problem for problem in problems if f": not in {id}, " in problem]


def damage(cell, nth, step):
    """Return a cell with its nth digit changed."""
    place = [i for i, letter in enumerate(cell) if letter.isdigit()][nth]
    return cell[:place] + str((int(cell[place]) + step) % 10) + cell[place + 1 :]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_wrong_digit_is_noticed(paper):
    frame, inventory, missed = reported.load(paper), INVENTORIES[paper], []
    for column in (*reported.FIELDS, "group"):
        digits = frame[column].str.count("[0-9]")
        for nth, step in product(range(digits.max()), range(1, 10)):
            damaged = frame[digits > nth].copy()
            damaged[column] = [damage(cell, nth, step) for cell in damaged[column]]
            problems = _unaccounted(damaged, inventory[inventory["id"].isin(damaged.index)])
            strange = {x.partition(": ")[0] for x in problems}
            lost = {x.rpartition(": not in ")[2].partition(",")[0] for x in problems}
            for id, cell in damaged[column].items():
                if f"{id}, {column}" not in strange or id not in lost:
                    missed.append(f"{id}, {column}: {cell}")
    assert not missed


@pytest.mark.parametrize("paper", PAPERS)
def test_every_string_needs_a_row_or_a_reason(paper):
    frame, inventory = reported.load(paper), INVENTORIES[paper]
    bare = inventory.assign(id="", column="", reason="")
    strings = [f"string {s.position} ({s.token}): " for s in bare.itertuples()]
    problems = _unaccounted(frame.iloc[:0], bare)
    assert problems == [f"{string}no row and no reason" for string in strings]
    claims = inventory[inventory["id"] != ""].assign(column="colour")
    named = {problem for problem in _unaccounted(frame, claims) if "colour" in problem}
    assert named == {
        f"string {s.position} ({s.token}): not in {s.id}, colour" for s in claims.itertuples()
    }


def test_digit_strings_of_a_text():
    text = "In 1,508 patients (95% CI: 0.165-0.438), Mg2+ of 12.83; P<0.001, or 3, 4."
    expected = ["1,508", "95", "0.165", "0.438", "2", "12.83", "0.001", "3", "4"]
    assert reported.digit_strings(text) == expected
    assert reported.digit_strings("none") == []


@pytest.mark.parametrize("paper", PAPERS)
def test_rows_and_numbers_are_found_by_id(paper):
    for id, row in reported.load(paper).iterrows():
        assert reported.row(id).equals(row)
        for field in reported.FIELDS:
            if row[field]:
                assert reported.text(id, field) == row[field]
            if row[field] and row[field] not in WORDS:
                assert reported.number(id, field) == float(Printed(row[field]))


def test_what_is_handed_out_is_a_copy():
    id = "magnesium.derivation.n"
    frame, row = reported.load("magnesium"), reported.row(id)
    frame.loc[id, "printed"] = row["printed"] = "0"
    assert reported.text(id) == "110"


def change(id, column, value):
    return lambda frame: frame.__setitem__(column, frame[column].where(frame["id"] != id, value))


HR = "magnesium.derivation.pfs.hr"
CONTENTS = [
    (lambda f: f.drop(columns="unit"), r"header: expected the columns .*'unit'"),
    (lambda f: f[list(f)[::-1]], r"header: expected the columns"),
    (lambda f: pd.concat([f, f[f["id"] == HR]]), rf"{HR}, id: expected unique ids"),
    (change(HR, "id", ""), r", id: expected text, got ''"),
    (change(HR, "kind", "guess"), rf"{HR}, kind: expected one of .* got 'guess'"),
    (change(HR, "quantity", "odds"), rf"{HR}, quantity: expected one of .* got 'odds'"),
    (change(HR, "printed", ""), rf"{HR}, printed: expected one printed number .* got ''"),
    (change(HR, "printed", "0,2,69"), rf"{HR}, printed: .* got '0,2,69'"),
    (change(HR, "printed", "smaller"), rf"{HR}, printed: .* got 'smaller'"),
    (change(HR, "p", "0.0.1"), rf"{HR}, p: .* got '0.0.1'"),
    (change(HR, "level", "x"), rf"{HR}, level: .* got 'x'"),
    (change(HR, "lower", ""), rf"{HR}, lower: expected both confidence limits or none"),
    (change(HR, "upper", ""), rf"{HR}, lower: expected both confidence limits or none"),
]


FILES = [
    (lambda raw: b"", "not a readable CSV file"),
    (lambda raw: raw.replace(b"mmol", b"mm\xf6l"), "not a readable CSV file"),
    (lambda raw: raw + b'"open', "not a readable CSV file"),
    (lambda raw: raw + b"a,b" + b"," * 20 + b"\n", r"row 24: expected 15 cells, got 22"),
    (lambda raw: raw + b"a,b,c,auc\n", "row 24: expected 15 cells, got 4"),
]


def test_damaged_contents_and_files_are_named(tmp_path):
    path = tmp_path / "damaged.csv"
    raw = (reported.DATA / "reported" / "magnesium.csv").read_bytes()
    for damage, message in CONTENTS:
        frame = reported.load("magnesium").reset_index()
        damaged = damage(frame)
        (frame if damaged is None else damaged).to_csv(path, index=False)
        with pytest.raises(ValueError, match=rf"damaged\.csv, {message}"):
            reported.read(path)
    for damage, message in FILES:
        path.write_bytes(damage(raw))
        with pytest.raises(ValueError, match=rf"damaged\.csv.*{message}"):
            reported.read(path)
