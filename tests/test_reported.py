"""hccbook.reported: the register is sound and complete, and a damaged one is noticed."""

import re

import pandas as pd
import pytest

from hccbook import reported
from hccbook.estimate import Printed

PAPERS = reported.papers()


def tokens(paper):
    path = reported.DATA / "reported" / f"{paper}.tokens.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


#: Rows that print words only. No digit string can miss them, so they are listed.
WORDED = {
    "magnesium.derivation.subgroup.mvi-yes",
    "magnesium.derivation.subgroup.mvi-no",
    "magnesium.derivation.subgroup.metastasis-yes",
    "magnesium.derivation.subgroup.metastasis-no",
    "magnesium.derivation.cox.univariable",
    "magnesium.derivation.cox.multivariable",
    "magnesium.validation.dcr",
    "mri.key-findings.logistic.adc",
    "mri.key-findings.pfs.direction",
    "radiotherapy.adverse.dermatitis.rank",
    "radiotherapy.historical.direction",
    "il6-sii.abstract.il6.leave-one-out",
    "il6-sii.abstract.sii.os.subgroup.local-treatment",
    "il6-sii.abstract.sii.subgroup.others",
    "il6-sii.abstract-sr.il6.leave-one-out",
    "il6-sii.abstract-sr.sii.os.subgroup.local-treatment",
    "il6-sii.abstract-sr.sii.subgroup.others",
    "il6-sii.sii.pfs.leave-one-out.yao-2025",
    "il6-sii.sii.pfs.leave-one-out.others",
    "il6-sii.sii.os.leave-one-out",
    "il6-sii.il6.pfs.leave-one-out",
    "il6-sii.il6.os.leave-one-out",
    "il6-sii.discussion.sii.pfs.pooled",
    "il6-sii.discussion.sii.os.pooled",
    "il6-sii.discussion.sii.os.leave-one-out",
    "il6-sii.discussion.sii.os.subgroup.local-treatment",
    "il6-sii.discussion.sii.os.subgroup.no-local-treatment",
    "il6-sii.discussion.il6.pfs.pooled",
    "il6-sii.discussion.il6.os.pooled",
    "il6-sii.discussion.il6.leave-one-out",
    "il6-sii.conclusion.il6",
    "tipm.results.cohorts.significance",
    "tipm.results.univariable.nlr",
    "tipm.results.univariable.delta-t",
    "tipm.results.univariable.satellite-nodule",
    "tipm.results.univariable.alt",
    "tipm.results.univariable.alb",
    "tipm.results.univariable.plt",
    "tipm.results.univariable.ggt",
    "tipm.results.univariable.pt",
    "tipm.results.univariable.pta",
    "tipm.results.univariable.diameter",
    "tipm.results.multivariable.nlr",
    "tipm.results.multivariable.delta-t",
    "tipm.results.multivariable.alb",
    "tipm.results.multivariable.diameter",
    "tipm.results.roc.rank",
    "tipm.results.calibration.hosmer-lemeshow.rank",
    "tipm.results.calibration.brier.rank",
    "tipm.results.dca.rank",
    "tipm.results.kappa.direction",
    "tipm.results.os.direction",
    "tipm.subgroup.hbv.direction",
    "tipm.subgroup.hbv.significance",
    "tipm.subgroup.non-hbv.direction",
    "tipm.subgroup.non-hbv.significance",
    "tipm.subgroup.interaction.significance",
    "tipm.figure3.importance.rank",
    "tipm.figure5.auc.rank",
    "tipm.figure8.os.direction",
}
INVENTORIES = {paper: tokens(paper) for paper in PAPERS}


@pytest.mark.parametrize("paper", PAPERS)
def test_the_register_is_complete(paper):
    frame = reported.load(paper)
    assert len(frame)
    assert reported.completeness(frame, tokens(paper)) == []


def test_magnesium_is_there():
    assert "magnesium" in PAPERS
    assert not [paper for paper in PAPERS if "." in paper]


@pytest.mark.parametrize("paper", PAPERS)
def test_rows_of_words_are_those_listed(paper):
    cells = reported.load(paper)[[*reported.FIELDS, "group"]].agg(" ".join, axis=1)
    worded = set(cells.index[~cells.str.contains(r"\d")])
    assert worded == {id for id in WORDED if id.startswith(f"{paper}.")}


# The registers are damaged in many rows at once: completeness works row by row.


@pytest.mark.parametrize("paper", PAPERS)
def test_missing_rows_are_noticed(paper):
    frame, inventory = reported.load(paper), INVENTORIES[paper]
    needed = set(frame.index) - WORDED
    problems = reported.completeness(frame.iloc[:0], inventory)
    named = [re.search(r": no cell (\S+), \w+$", problem) for problem in problems]
    assert all(named)
    assert {match[1] for match in named} == needed
    for id in sorted(needed)[::25]:
        alone = reported.completeness(frame.drop(id), inventory)
        assert alone == [problem for problem in problems if f": no cell {id}, " in problem]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_wrong_digit_is_noticed(paper):
    frame, inventory, missed = reported.load(paper), INVENTORIES[paper], []
    for column in (*reported.FIELDS, "group"):
        places = [[i for i, c in enumerate(cell) if c.isdigit()] for cell in frame[column]]
        for nth in range(max(map(len, places))):
            damaged = frame[[len(place) > nth for place in places]].copy()
            claims = inventory[inventory["id"].isin(damaged.index)]
            cells = list(
                zip(damaged[column], [p[nth] for p in places if len(p) > nth], strict=True)
            )
            for step in range(1, 10):
                damaged[column] = [
                    cell[:place] + str((int(cell[place]) + step) % 10) + cell[place + 1 :]
                    for cell, place in cells
                ]
                problems = reported.completeness(damaged, claims)
                strange = {problem.partition(": ")[0] for problem in problems}
                lost = {problem.rpartition(": not in ")[2] for problem in problems}
                missed += [
                    f"{id}, {column}: {cell}"
                    for id, cell in damaged[column].items()
                    if f"{id}, {column}" not in strange or id not in lost
                ]
    assert not missed


@pytest.mark.parametrize("paper", PAPERS)
def test_every_string_needs_a_row_or_a_reason(paper):
    frame, inventory = reported.load(paper), INVENTORIES[paper]
    bare = inventory.assign(id="", column="", reason="")
    strings = [f"string {s.position} ({s.token}): " for s in bare.itertuples()]
    problems = reported.completeness(frame.iloc[:0], bare)
    assert problems == [f"{string}no row and no reason" for string in strings]
    claims = inventory[inventory["id"] != ""].assign(column="colour")
    named = {problem for problem in reported.completeness(frame, claims) if "colour" in problem}
    assert named == {
        f"string {s.position} ({s.token}): no cell {s.id}, colour" for s in claims.itertuples()
    }


def test_digit_strings_of_a_text():
    text = "In 1,508 patients (95% CI: 0.165-0.438), Mg2+ of 12.83; P<0.001, or 3, 4."
    expected = ["1,508", "95", "0.165", "0.438", "2", "12.83", "0.001", "3", "4"]
    assert reported.digit_strings(text) == expected
    assert reported.digit_strings("none") == []


def answer(function, *arguments):
    """Return what a function returns, or the words of its refusal."""
    try:
        return function(*arguments)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("paper", PAPERS)
def test_rows_and_numbers_are_found_by_id(paper):
    wrong = []
    for id, row in reported.load(paper).iterrows():
        if not reported.row(id).equals(row):
            wrong.append(id)
        for field in reported.FIELDS:
            text, number = answer(reported.text, id, field), answer(reported.number, id, field)
            if row[field] == "":
                right = text == number == f"field: {id} prints no '{field}'"
            elif row[field] in reported.WORDS:
                refused = rf"{re.escape(f'{id}, {field}')}: .* got '{row[field]}'"
                right = text == row[field] and re.match(refused, number)
            else:
                right = text == row[field] and number == float(Printed(row[field]))
            if not right:
                wrong.append(f"{id}, {field}: {text!r}, {number!r}")
    assert not wrong


def test_what_is_handed_out_is_a_copy():
    id = "magnesium.derivation.n"
    frame, row = reported.load("magnesium"), reported.row(id)
    frame.loc[id, "printed"] = row["printed"] = "0"
    assert reported.text(id) == "110"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reported.load("magnesia"), r"paper: expected one of .*, got 'magnesia'"),
        (lambda: reported.load("magnesium.tokens"), "paper: .*got 'magnesium.tokens'"),
        (lambda: reported.load(None), "paper: .*got None"),
        (lambda: reported.row("magnesium.derivation.m"), r"id: .*'magnesium\.derivation\.n'"),
        (lambda: reported.row("magnesium"), r"id: .*got 'magnesium'; near"),
        (lambda: reported.row("magnesum.derivation.n"), r"id: .*near: \['magnesium'\]"),
        (lambda: reported.row(["magnesium.derivation.n"]), "id: expected an id"),
        (lambda: reported.row(None), "id: expected an id .*got 'None'"),
        (lambda: reported.text("magnesium.derivation.n", "note"), "field: .*got 'note'"),
        (lambda: reported.read("nowhere.csv"), "path: .*'nowhere.csv', which is not there"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def change(id, column, value):
    return lambda frame: frame.__setitem__(column, frame[column].where(frame["id"] != id, value))


HR = "magnesium.derivation.pfs.hr"
CONTENTS = [
    (lambda f: f.drop(columns="unit"), r"header: expected the columns .*'unit'"),
    (lambda f: f.rename(columns={"unit": "units"}), r"header: .* got .*'units'"),
    (lambda f: f[list(f)[::-1]], r"header: expected the columns"),
    (lambda f: pd.concat([f, f[f["id"] == HR]]), rf"{HR}, id: expected unique ids"),
    (change(HR, "id", ""), r", id: expected text, got ''"),
    (change(HR, "kind", "guess"), rf"{HR}, kind: expected one of .* got 'guess'"),
    (change(HR, "quantity", "odds"), rf"{HR}, quantity: expected one of .* got 'odds'"),
    (change(HR, "printed", ""), rf"{HR}, printed: expected one printed number .* got ''"),
    (change(HR, "printed", "0,2,69"), rf"{HR}, printed: .* got '0,2,69'"),
    (change(HR, "printed", "smaller"), rf"{HR}, printed: .* got 'smaller'"),
    (change(HR, "p", "0.0.1"), rf"{HR}, p: .* got '0.0.1'"),
    (change(HR, "lower", "longer"), rf"{HR}, lower: .* got 'longer'"),
    (change(HR, "n", "many"), rf"{HR}, n: .* got 'many'"),
    (change(HR, "level", "x"), rf"{HR}, level: .* got 'x'"),
    (change(HR, "lower", ""), rf"{HR}, lower: expected both confidence limits or none"),
    (change(HR, "upper", ""), rf"{HR}, upper: expected both confidence limits or none"),
]


@pytest.mark.parametrize(("damage", "message"), CONTENTS)
def test_damaged_contents_are_named(tmp_path, damage, message):
    frame = reported.load("magnesium").reset_index()
    damaged = damage(frame)
    path = tmp_path / "damaged.csv"
    (frame if damaged is None else damaged).to_csv(path, index=False)
    with pytest.raises(ValueError, match=rf"damaged\.csv, {message}"):
        reported.read(path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: b"", "not a readable CSV file"),
        (lambda raw: b"\n\n", "not a readable CSV file"),
        (lambda raw: raw.replace(b"mmol", b"mm\xf6l"), "not a readable CSV file"),
        (lambda raw: raw + b'"open', "not a readable CSV file"),
        (lambda raw: raw + b"a,b" + b"," * 20 + b"\n", "not a readable CSV file"),
        (lambda raw: raw + b"a,b,c,auc\n", "a, kind: expected one of .* got ''"),
    ],
)
def test_damaged_files_are_named(tmp_path, damage, message):
    path = tmp_path / "damaged.csv"
    path.write_bytes(damage((reported.DATA / "reported" / "magnesium.csv").read_bytes()))
    with pytest.raises(ValueError, match=rf"damaged\.csv.*{message}"):
        reported.read(path)
