"""hccbook.cohorts: the same patients every time, their targets met, nothing else looked at."""

from importlib import import_module
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hccbook import accuracy, audit, cohorts, reported, survival
from hccbook.cohorts import calibration, magnesium
from hccbook.estimate import Printed

SPLITS = cohorts.SPLITS["magnesium"]

MADE = [
    (split, reading, seed)
    for split, reading in product(SPLITS, magnesium.READINGS)
    for seed in range(6)
]
#: Quick to build: every one of them again, with another register.
QUICK = [("derivation", "cox"), ("derivation", "medians"), ("validation", "medians")]
CELLS = {
    (id, field)
    for id, row in reported.load("magnesium").iterrows()
    for field in reported.FIELDS
    if row[field]
}


def wanted(split, reading):
    chosen = magnesium.targets(split, reading)
    return {(id, field) for id, fields in chosen.items() for field in fields}


@pytest.fixture
def register(monkeypatch):
    """Return a function that changes cells of the register for this test."""
    frame = reported.load("magnesium")

    def change(cells):
        for (id, field), text in cells.items():
            frame.loc[id, field] = text
        monkeypatch.setattr(reported, "_load", lambda paper: frame)

    return change


@pytest.fixture(scope="module")
def made():
    """Return a function that gives a cohort, built once for all tests here."""
    store = {}

    def get(split, reading="cox", seed=0):
        key = split, reading, seed
        if key not in store:
            store[key] = magnesium.make(split, seed, reading)
        return store[key].copy()

    return get


@pytest.mark.parametrize("split", SPLITS)
def test_seed_zero_is_stored_byte_for_byte(made, split):
    text = made(split).to_csv(index=False, lineterminator="\n")
    path = reported.DATA / "cohorts" / f"magnesium-{split}.csv"
    assert path.read_bytes() == text.encode()
    pd.testing.assert_frame_equal(cohorts.load("magnesium", split), made(split), check_exact=True)


@pytest.mark.parametrize(("split", "reading"), [*QUICK, ("validation", "cox")])
def test_the_same_seed_gives_the_same_patients(made, split, reading):
    np.random.seed(1)  # noqa: NPY002, no hidden randomness
    again = magnesium.make(split, 1, reading)
    pd.testing.assert_frame_equal(again, made(split, reading, 1), check_exact=True)
    assert not again.equals(made(split, reading, 2))


def test_what_is_handed_out_is_a_copy(made):
    for seed in (0, 1):
        first = cohorts.load("magnesium", "derivation", seed)
        first["magnesium"] = 0
        again = cohorts.load("magnesium", "derivation", seed)
        pd.testing.assert_frame_equal(again, made("derivation", seed=seed))


def values(frame, split):
    """Compute every number that some recipe calibrates, by register id and field."""
    low, high = (frame[frame["high_magnesium"] == k] for k in (0, 1))
    follow = [frame[name] for name in ("pfs_days", "progressed", "high_magnesium")]
    hr = survival.cox_two_groups(*follow)
    controlled = frame["disease_control"] == 1
    ids = {
        "n": {"printed": len(frame)},
        "dcr": {"printed": 100 * controlled.mean()},
        "dcr.low": {"printed": 100 * low["disease_control"].mean()},
        "dcr.high": {"printed": 100 * high["disease_control"].mean()},
        "roc.specificity": {"printed": 100 * (frame[~controlled]["high_magnesium"] == 0).mean()},
        "roc.auc": {"printed": accuracy.auc(frame["disease_control"], frame["magnesium"]).value},
        "pfs.hr": {
            "printed": hr.value,
            "lower": hr.lower,
            "upper": hr.upper,
            "p": survival.logrank(*follow)[1],
        },
    }
    for name, group in (("low", low), ("high", high)):
        median = survival.median(group["pfs_days"], group["progressed"]).value
        ids[f"pfs.median.{name}"] = {"printed": median / magnesium.DAYS_PER_MONTH}
    found = {
        (f"magnesium.{split}.{id}", field): value
        for id, fields in ids.items()
        for field, value in fields.items()
    }
    # The cut-off lies half way between neighbouring measured values of the two groups.
    cutoff = (low["magnesium"].max() + high["magnesium"].min()) / 2
    return found | {("magnesium.derivation.roc.cutoff", "printed"): cutoff}


@pytest.mark.parametrize(("split", "reading", "seed"), MADE)
def test_every_target_prints_as_the_paper_has_it(made, split, reading, seed):
    frame = made(split, reading, seed)
    found = values(frame, split)
    assert wanted(split, reading) <= set(found)
    for key in wanted(split, reading):
        assert Printed(reported.text(*key)).admits(round(found[key], 12)), (key, found[key])


@pytest.mark.parametrize(("split", "reading", "seed"), MADE)
def test_patients_are_sound(made, split, reading, seed):
    frame = made(split, reading, seed)
    assert list(frame) == [
        *("patient", "magnesium", "high_magnesium", "disease_control"),
        *("pfs_days", "pfs_months", "progressed", "age"),
        *magnesium.ASSUMED["prevalence"],
    ]
    assert not frame.isna().any(axis=None)
    decimals = {"magnesium", "pfs_months"}
    for name, column in frame.items():
        assert column.dtype == (float if name in decimals else np.int64), name
    for name in (
        "high_magnesium",
        "disease_control",
        "progressed",
        *magnesium.ASSUMED["prevalence"],
    ):
        assert set(frame[name]) == {0, 1}, name
    assert list(frame["patient"]) == list(range(1, len(frame) + 1))
    assert frame["age"].between(30, 85).all()
    assert frame["magnesium"].between(0.4, 1.3).all()
    assert (frame["magnesium"] == frame["magnesium"].round(2)).all()
    cutoff = reported.number("magnesium.derivation.roc.cutoff")
    assert ((frame["magnesium"] >= cutoff) == (frame["high_magnesium"] == 1)).all()
    assert (frame["pfs_months"] == (frame["pfs_days"] / 30).round(4)).all()
    uncontrolled = frame["disease_control"] == 0
    assert frame.loc[uncontrolled, "progressed"].all()
    for name, share in magnesium.ASSUMED["prevalence"].items():
        assert abs(frame[name].sum() - share * len(frame)) < 1
    groups = frame["high_magnesium"].to_numpy()
    assert (np.diff(groups) != 0).sum() > 2, "patients stand in order of their group"


@pytest.mark.parametrize(("split", "reading", "seed"), MADE)
def test_follow_up_begins_at_the_scans(made, split, reading, seed):
    frame, first = made(split, reading, seed), magnesium.ASSUMED["first_scan_day"]
    assert (frame["pfs_days"] >= first).all()


@pytest.mark.parametrize(("split", "reading", "seed"), MADE)
def test_no_two_events_fall_on_one_day(made, split, reading, seed):
    frame = made(split, reading, seed)
    assert frame.loc[frame["progressed"] == 1, "pfs_days"].is_unique


@pytest.mark.parametrize(("split", "reading"), [*QUICK, ("validation", "cox")])
def test_targets_are_listed_and_the_rest_is_held_out(split, reading):
    frame = cohorts.targets("magnesium", split, reading)
    assert set(zip(frame["id"], frame["field"], strict=True)) == wanted(split, reading)
    for id, field, text in frame.itertuples(index=False):
        assert text == reported.text(id, field)
    assert wanted(split, reading) < CELLS
    hr = {(f"magnesium.{split}.pfs.hr", field) for field in ("printed", "lower", "upper")}
    assert (hr <= wanted(split, reading)) == (reading == "cox")
    assert ("magnesium.derivation.roc.sensitivity", "printed") not in wanted(split, reading)


@pytest.mark.parametrize(("split", "reading"), [*QUICK, ("validation", "cox")])
def test_a_recipe_reads_its_targets_and_nothing_else(made, register, monkeypatch, split, reading):
    targets, read = wanted(split, reading), set()
    # "held out" is no number: whoever reads it stumbles.
    register(dict.fromkeys(CELLS - targets, "held out"))
    text = reported.text

    def watched(id, field="printed"):
        read.add((id, field))
        return text(id, field)

    monkeypatch.setattr(reported, "text", watched)
    frame = magnesium.make(split, 1, reading)
    pd.testing.assert_frame_equal(frame, made(split, reading, 1), check_exact=True)
    # How the validation cohort divides is assumed, and its size with it.
    assert targets - {("magnesium.validation.n", "printed")} <= read <= targets


def test_a_recipe_that_asks_for_more_is_stopped(monkeypatch):
    fewer = magnesium.targets("derivation")
    del fewer["magnesium.derivation.roc.auc"]
    monkeypatch.setattr(magnesium, "targets", lambda *_: fewer)
    with pytest.raises(KeyError, match=r"magnesium\.derivation\.roc\.auc \(printed\) is held out"):
        magnesium.make("derivation", 0)


HELD_OUT = sorted(
    key for key in CELLS - wanted("derivation", "cox") if key[0].startswith("magnesium.derivation")
)


def test_a_held_out_number_changes_nothing(made, register):
    for id, field in HELD_OUT:
        register({(id, field): "1"})
    frame = magnesium.make("derivation", 1)
    pd.testing.assert_frame_equal(frame, made("derivation", seed=1), check_exact=True)


@pytest.mark.parametrize(
    ("id", "field", "text"),
    [
        ("n", "printed", "111"),
        ("dcr", "printed", "77.27"),
        ("dcr.low", "printed", "33"),
        ("dcr.high", "printed", "95.00"),
        ("roc.specificity", "printed", "83.3"),
        ("roc.cutoff", "printed", "0.795"),
        ("roc.auc", "printed", "0.868"),
        ("pfs.median.high", "printed", "12.80"),
        ("pfs.median.low", "printed", "3.50"),
        ("pfs.hr", "printed", "0.268"),
        ("pfs.hr", "lower", "0.166"),
        ("pfs.hr", "upper", "0.437"),
    ],
)
def test_a_target_changes_the_cohort_or_is_refused(made, register, id, field, text):
    key = f"magnesium.derivation.{id}", field
    assert key in wanted("derivation", "cox")
    assert reported.text(*key) != text
    register({key: text})
    try:
        frame = magnesium.make("derivation", 1)
    except (ValueError, RuntimeError, IndexError):  # numbers that no patients can have together
        return
    assert not frame.equals(made("derivation", seed=1))


def test_every_target_of_the_derivation_cohort_is_changed_above():
    (mark,) = test_a_target_changes_the_cohort_or_is_refused.pytestmark
    changed = {(f"magnesium.derivation.{id}", field) for id, field, _ in mark.args[1]}
    assert changed == wanted("derivation", "cox")


@pytest.mark.parametrize("call", [cohorts.load, cohorts.build, cohorts.targets, cohorts.report])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"paper": "magnesia"}, r"paper: expected one of .*, got 'magnesia'"),
        ({"paper": None}, r"paper: expected one of .*, got None"),
        ({"split": "test"}, r"split: expected one of .*, got 'test'"),
        ({"split": ""}, "split: .* got ''"),
        ({"reading": "odds"}, r"reading: expected one of .*, got 'odds'"),
    ],
)
def test_unknown_cohorts_are_named(call, arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call(**{"paper": "magnesium"} | arguments)


@pytest.mark.parametrize("paper", sorted(cohorts.SPLITS))
def test_the_first_split_and_reading_are_taken_when_left_out(paper):
    split = cohorts.SPLITS[paper][0]
    reading = import_module(f"hccbook.cohorts.{paper}").READINGS[0]
    for call in (cohorts.targets, cohorts.load, cohorts.report):
        seed = {} if call == cohorts.targets else {"seed": 0}
        expected = call(paper, split, **seed, reading=reading)
        pd.testing.assert_frame_equal(call(paper), expected, check_exact=True)


@pytest.mark.parametrize("seed", [-1, 1.5, True, False, "0", None, np.nan])
def test_impossible_seeds_are_refused(seed):
    with pytest.raises(ValueError, match=r"^seed: expected a whole number of at least 0, got "):
        cohorts.load("magnesium", seed=seed)


@pytest.mark.parametrize(("split", "reading"), [*QUICK, ("validation", "cox")])
def test_report_says_what_is_met_and_what_cannot_be(split, reading):
    frame = cohorts.report("magnesium", split, 0, reading)
    aimed = frame["why"] == ""
    assert set(zip(frame["id"], frame["field"], strict=True)) >= wanted(split, reading)
    assert frame.loc[aimed, "met"].all()
    assert not frame.loc[~aimed, "met"].any()
    assert (~aimed).sum() == len(calibration.misses("magnesium", split, reading))


def test_report_measures_the_miss():
    frame = cohorts.report("magnesium", "validation").set_index(["id", "field"])
    p = frame.loc[("magnesium.validation.pfs.hr", "p"), "achieved"]
    fields = ("printed", "lower", "upper", "p")
    check = audit.logrank_p_bounds(
        *(reported.text("magnesium.validation.pfs.hr", f) for f in fields)
    )
    assert check.lower <= p <= check.upper


def test_assumptions_can_be_changed_for_one_cohort():
    usual = cohorts.build("mri", seed=1)
    changed = cohorts.load("mri", seed=1, assumed={"spread": (1, 1), "disease_control": {"CR": 5}})
    assert (changed["response"] == "CR").sum() == 5
    assert not changed["nlr"].equals(usual["nlr"])
    pd.testing.assert_frame_equal(cohorts.build("mri", seed=1), usual, check_exact=True)


def test_changed_assumptions_are_not_remembered():
    usual = cohorts.load("tipm", "internal", seed=1)
    high = {"baseline": {"nlr": {"high": (2.5, 3.6)}}}
    changed = cohorts.load("tipm", "internal", seed=1, assumed=high)
    assert changed.loc[changed["nlr_high"] == 1, "nlr"].min() >= 2.5**2 > 3
    pd.testing.assert_frame_equal(cohorts.build("tipm", "internal", seed=1), usual)


@pytest.mark.parametrize(
    ("assumed", "message"),
    [
        ({"speed": 1}, r"^assumed: expected some of .*spread.*, got 'speed'"),
        ({"disease_control": {"NE": 1}}, r"^assumed\['disease_control'\]: .* got 'NE'"),
        ({"disease_control": 3}, r"^assumed\['disease_control'\]: expected a mapping"),
        ([("spread", 1)], "^assumed: expected a mapping"),
    ],
)
def test_unknown_assumptions_are_refused_and_nothing_is_changed(assumed, message):
    before = str(dict(import_module("hccbook.cohorts.mri").ASSUMED))
    if isinstance(assumed, dict):
        assumed = {"noise": 0.2, **assumed}
    with pytest.raises(ValueError, match=message):
        cohorts.build("mri", assumed=assumed)
    assert str(dict(import_module("hccbook.cohorts.mri").ASSUMED)) == before


@pytest.mark.parametrize("paper", sorted(cohorts.SPLITS))
def test_recipe_files_say_what_the_register_knows(paper):
    recipe = calibration.recipes._recipe(paper)
    readings = import_module(f"hccbook.cohorts.{paper}").READINGS
    cells = {
        (id, field)
        for id, row in reported.load(paper).iterrows()
        for field in reported.FIELDS
        if row[field]
    }
    assert set(recipe) <= {"targets", "misses", "assumed"}
    for kind, keys in (("targets", set()), ("misses", {"why"})):
        for entry in recipe.get(kind, ()):
            assert {"ids"} | keys <= set(entry) <= {"ids", "split", "reading"} | keys
            for name, known in (("split", cohorts.SPLITS[paper]), ("reading", readings)):
                assert set(np.atleast_1d(entry.get(name, known[0]))) <= set(known)
    for split, reading in product(cohorts.SPLITS[paper], readings):
        aimed = {
            (id, field)
            for id, fields in calibration.targets(paper, split, reading).items()
            for field in fields
        }
        missed = set(calibration.misses(paper, split, reading))
        assert aimed | missed <= cells
        assert not aimed & missed


def test_patterns_of_ids_stand_for_all_in_braces():
    expanded = calibration.recipes._expanded
    assert expanded("a.{b,c}.{d,e}") == ["a.b.d", "a.b.e", "a.c.d", "a.c.e"]
    assert expanded("{b,c}-d") == ["b-d", "c-d"]
    assert expanded("plain") == ["plain"]
