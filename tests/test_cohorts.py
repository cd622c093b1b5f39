"""hccbook.cohorts: the same patients every time, their targets met, nothing else looked at."""

import sys
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hccbook import cohorts, reported
from hccbook.cohorts import calibration, tipm
from hccbook.cohorts.calibration import follow_up, permutations, search
from hccbook.cohorts.mri import models
from hccbook.estimate import Printed

pytestmark = pytest.mark.long

RECIPES = {paper: cohorts._recipe(paper, None, None)[0] for paper in cohorts.splits()}
ALL = [
    (paper, *kind)
    for paper in RECIPES
    for kind in product(cohorts.splits()[paper], RECIPES[paper].READINGS)
]
#: Those that have nothing in common: the three of the TIPM paper are drawn together.
KINDS = [kind for kind in ALL if kind[0] != "tipm" or kind[1] == "all"]
each = pytest.mark.parametrize("kind", KINDS, ids="-".join)
every = pytest.mark.parametrize("kind", ALL, ids="-".join)


@cache
def cells(paper):
    """Return all printed numbers of a paper, by id and field."""
    rows = reported.load(paper).iterrows()
    return {(id, field) for id, row in rows for field in reported.FIELDS if row[field]}


def wanted(paper, split, reading):
    """Return what a cohort is built to have; of the TIPM paper all three together."""
    all_splits = cohorts.splits()[paper] if (paper, split) == ("tipm", "all") else (split,)
    chosen = [calibration.targets(paper, x, reading) for x in all_splits]
    return {(id, field) for x in chosen for id, fields in x.items() for field in fields}


def forget(paper):
    getattr(RECIPES[paper], "forget", lambda: None)()


def build(kind, seed=1):
    paper, split, reading = kind
    forget(paper)
    return cohorts.build(paper, split, seed, reading)


def kept(kind, seed=1):
    """Return a cohort that several tests look at."""
    return cohorts.load(*kind[:2], seed, kind[2])


@pytest.fixture
def register(monkeypatch):
    """Return a function that changes cells of the register for this test."""

    def change(cells):
        frame = reported.load(next(iter(cells))[0].partition(".")[0])
        for key, text in cells.items():
            frame.loc[key] = text
        monkeypatch.setattr(reported, "_load", lambda paper: frame)

    yield change
    forget("tipm")


def same(value, text, reading):
    """Say whether a cohort's number prints as the paper's, or is its word."""
    value = value[reading] if isinstance(value, dict) else value
    return value == text if isinstance(value, str) else Printed(text).admits(round(value, 9))


@pytest.mark.parametrize("seed", range(3))
@every
def test_every_target_prints_as_the_paper_has_it(kind, seed):
    paper, split, reading = kind
    found = RECIPES[paper].achieved(kept(kind, seed), split)
    for id, fields in calibration.targets(*kind).items():
        for field in fields:
            text = reported.text(id, field)
            assert same(found[id, field], text, reading), (id, field, found[id, field])


def decimals(column):
    return next(k for k in range(9) if np.allclose(column, column.round(k), 0, 1e-9, True))


@pytest.mark.parametrize("seed", range(1, 4))
@every
def test_columns_are_those_of_the_stored_cohort(kind, seed):
    stored, frame = cohorts.load(*kind[:2]), kept(kind, seed)
    pd.testing.assert_series_equal(frame.dtypes, stored.dtypes)
    assert list(frame["patient"]) == list(range(1, len(frame) + 1))
    for name, column in stored.items():
        if column.dtype == object:
            assert frame[name].map(type).eq(str).all(), name
            continue
        assert frame[name].isna().any() == column.isna().any(), name
        if column.dtype == float:
            assert decimals(frame[name]) <= decimals(column), name
        if set(column) == {0, 1}:
            assert set(frame[name]) == {0, 1}, name
            if column.mean() > 0.1:
                assert (np.diff(frame[name]) != 0).sum() > 2, f"patients stand in order of {name}"


@each
def test_the_same_seed_gives_the_same_patients(kind):
    first = kept(kind)
    np.random.seed(1)  # noqa: NPY002, no hidden randomness
    pd.testing.assert_frame_equal(build(kind), first, check_exact=True)
    assert not first.equals(kept(kind, 2))
    paper, split, reading = kind
    if split == cohorts.splits()[paper][-1]:
        others = set(RECIPES[paper].READINGS) - {reading}
        assert not any(first.equals(kept((paper, split, other))) for other in others)


@pytest.mark.parametrize("kind", [x for x in ALL if x[2] == RECIPES[x[0]].READINGS[0]])
def test_seed_zero_is_stored_byte_for_byte(kind):
    frame, (paper, split, _) = build(kind, 0), kind
    path = reported.DATA / "cohorts" / f"{paper}-{split}.csv"
    assert path.read_bytes() == frame.to_csv(index=False, lineterminator="\n").encode()
    pd.testing.assert_frame_equal(cohorts.load(paper, split), frame, check_exact=True)


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_handed_out_is_a_copy(seed):
    first = cohorts.load("radiotherapy", seed=seed)
    expected = first.copy()
    first["age"] = 0
    pd.testing.assert_frame_equal(cohorts.load("radiotherapy", seed=seed), expected)


#: Targets that are not read: how the validation cohort divides is assumed, and its size with it.
UNREAD = {("magnesium.validation.n", "printed")}


@each
def test_a_recipe_reads_its_targets_and_nothing_else(register, monkeypatch, kind):
    expected, read = kept(kind), set()
    # "held out" is no number: whoever reads it stumbles.
    register(dict.fromkeys(cells(kind[0]) - wanted(*kind), "held out"))
    reader = calibration.reader

    def watched(paper, split, reading):
        printed = reader(paper, split, reading)

        def noted(id, field="printed"):
            read.add((f"{paper}.{id}", field))
            return printed(id, field)

        return noted

    monkeypatch.setattr(calibration, "reader", watched)
    pd.testing.assert_frame_equal(build(kind), expected, check_exact=True)
    assert read <= wanted(*kind)
    if kind[0] != "tipm":  # whose tables print most counts more than once
        # Words follow from the numbers beside them.
        words = {x for x in wanted(*kind) if reported.text(*x) in reported.contract()["words"]}
        assert wanted(*kind) - UNREAD - words <= read


@each
def test_a_recipe_that_asks_for_more_is_stopped(monkeypatch, kind):
    paper, split, _ = kind
    id = {
        "cxcl17": f"cxcl17.{split}.rate.low",
        "magnesium": f"magnesium.{split}.pfs.median.low",
        "mri": "mri.pfs.p",
        "radiotherapy": "radiotherapy.os.median",
        "tipm": "tipm.results.os.training.median.low",
    }[paper]
    fewer = {x: ("printed", "lower", "upper", "p") for x, _ in wanted(*kind) if x != id}
    monkeypatch.setattr(calibration.recipes, "targets", lambda *_: fewer)
    with pytest.raises(KeyError, match=rf"{id} \(printed\) is held out"):
        build(kind)
    forget(paper)


#: Other texts, which patients can have together, for what a cohort is built to have.
CHANGED = {
    ("magnesium", "derivation", "cox"): """n 111, dcr 78.38, dcr.low 31.03, dcr.high 95.12,
        roc.specificity 83.3, roc.cutoff 0.795, roc.auc 0.868, pfs.median.high 12.80,
        pfs.median.low 3.50, pfs.hr 0.280, pfs.hr:lower 0.172, pfs.hr:upper 0.456""",
    ("mri", "all", "p"): """n 79, response.control.n 31, response.progression.n 48,
        key-findings.roc.combined.auc 0.814, pfs.median.high-risk 5.2, pfs.median.low-risk 6.8,
        pfs.p < 0.01, roc.imaging.auc 0.749, roc.clinical.auc 0.617, roc.combined.auc 0.814,
        logistic.t2-sir.p 0.006, logistic.adc.p 0.007, logistic.nlr.p 0.011""",
    ("mri", "all", "intervals"): """roc.imaging.auc:lower 0.642, roc.imaging.auc:upper 0.859,
        roc.clinical.auc:lower 0.488, roc.combined.auc:lower 0.716, roc.combined.auc:upper 0.907""",
    ("tipm", "internal", "marginals"): """table1.afp.high.internal.count 40,
        table1.age.internal.mean 53.7, table1.ostime.internal.sd 52.3,
        table4.internal.combined.auc 0.930, table4.internal.albi.auc 0.713,
        results.os.internal.median.high 139, results.os.internal.p 0.041, results.roc.cutoff 158""",
    ("tipm", "training", "coefficients"): """table2.alb.multivariable.beta -0.245,
        table2.pt.multivariable.or 1.62""",
}
for reading in RECIPES["radiotherapy"].READINGS:
    CHANGED["radiotherapy", "all", reading] = """n 110, period.start 2019, period.end 2022,
        metastasis.count 59, metastasis.percent 53.6, pvtt.count 68, pvtt.percent 61.8,
        dose.median 56, ici.weeks 2, response.rate 75.5, followup.median 19.4, os.median 17.6,
        pfs.median 12.0, recurrence.in-field.count 2, adverse.severe.rate 30.9,
        adverse.thrombocytopenia.rate 18.2"""

for tissue in cohorts.splits()["cxcl17"]:
    rates = f"{tissue}.rate.low 50.0, {tissue}.rate.high 80.0"
    CHANGED["cxcl17", tissue, "printed"] = f"n 230, {rates}"


def changed(kind):
    """Return the other texts by id and field."""
    paper, split, _ = kind
    stem = f"{paper}.{split}" if paper == "magnesium" else paper
    found = {}
    for part in CHANGED[kind].split(","):
        name, text = part.split(maxsplit=1)
        id, _, field = name.partition(":")
        found[f"{stem}.{id}", field or "printed"] = text
    return found


@pytest.mark.parametrize("kind", CHANGED, ids="-".join)
def test_other_targets_make_another_cohort(register, kind):
    (paper, split, reading), texts, before = kind, changed(kind), kept(kind)
    assert not [key for key, text in texts.items() if reported.text(*key) == text]
    register(texts)
    frame = build(kind)
    assert not frame.equals(before)
    found = RECIPES[paper].achieved(frame, split)
    for key, text in texts.items():
        assert same(found[key], text, reading), key


def test_every_number_that_is_a_target_is_changed_above():
    words = reported.contract()["words"]
    for paper in ("cxcl17", "magnesium", "mri", "radiotherapy"):
        kinds = [kind for kind in CHANGED if kind[0] == paper]
        aims = {key for kind in kinds for key in wanted(*kind) if reported.text(*key) not in words}
        assert {key for kind in kinds for key in changed(kind)} == aims


SEVERE = {"adverse.severe.rate": "20.4", "adverse.thrombocytopenia.rate": "3.7"}


@pytest.mark.parametrize(
    ("kind", "texts", "message"),
    [
        (KINDS[2], {"derivation.dcr": "77.27"}, "rates: expected one 2×2 table .* got 0"),
        (KINDS[6], {"n": "77"}, "n: expected 78 patients, as many as in both groups, got 77"),
        (
            KINDS[6],
            {"key-findings.roc.combined.auc": "0.812"},
            r"mri\.key-findings\.roc\.combined\.auc: expected the abstract's, got 0\.812",
        ),
        (KINDS[9], {"followup.median": "16.0"}, "followup.median: expected more than OS"),
        (KINDS[8], {"response.rate": "75.1"}, r"response.rate: expected one count of 108 .* \[\]"),
        (KINDS[8], {"adverse.severe.rate": "10.2"}, "adverse: expected 19 to 43 patients, got 11"),
        (KINDS[8], {"adverse.thrombocytopenia.rate": "3.7"}, "adverse: expected 4 to 28 patients"),
        (KINDS[8], SEVERE, "adverse.thrombocytopenia.rank: expected 'not the most .* got 'most"),
        (KINDS[8], {"pvtt.count": "68"}, "pvtt.percent: expected that of 68 in 108, got"),
    ],
)
def test_contradictions_are_named(register, kind, texts, message):
    register({(f"{kind[0]}.{id}", "printed"): text for id, text in texts.items()})
    with pytest.raises(ValueError, match=f"^{message}"):
        build(kind)


@every
def test_report_says_what_is_met_and_what_cannot_be(kind):
    paper, split, reading = kind
    report, targets = cohorts.report(paper, split, 0, reading), cohorts.targets(*kind)
    aimed, listed = report["why"] == "", {}
    for name, frame in (("targets", targets), ("aimed", report[aimed]), ("missed", report[~aimed])):
        listed[name] = set(zip(frame["id"], frame["field"], strict=True))
        assert [reported.text(*x) for x in zip(frame["id"], frame["field"], strict=True)] == list(
            frame["printed"]
        )
    assert listed["missed"] == set(calibration.out_of_reach(*kind))
    assert listed["aimed"] == listed["targets"] <= wanted(*kind) < cells(paper)
    assert listed["aimed"] == wanted(*kind) or (paper, split) == ("tipm", "all")
    assert (report["met"] == aimed).all()


def test_the_report_sees_what_is_not_met(monkeypatch):
    frame = build(("radiotherapy", "all", "reverse"))
    frame["grade_fatigue"] = frame["grade_fatigue"].clip(1)
    frame.loc[frame["responded"].idxmax(), "responded"] = 0
    monkeypatch.setattr(cohorts, "load", lambda *arguments: frame)
    found = cohorts.report("radiotherapy").set_index("id")
    missed = {"radiotherapy.response.rate", "radiotherapy.adverse.dermatitis.rank"}
    assert set(found.index[~found["met"]]) == missed
    assert found.loc["radiotherapy.adverse.dermatitis.rank", "achieved"] == "not the most common"


@pytest.mark.parametrize("paper", RECIPES)
def test_the_first_split_and_reading_are_taken_when_left_out(paper):
    first = cohorts.splits()[paper][0], RECIPES[paper].READINGS[0]
    for call in (cohorts.targets, cohorts.load, cohorts.report):
        expected = call(paper, first[0], reading=first[1])
        pd.testing.assert_frame_equal(call(paper), expected, check_exact=True)


def test_assumptions_can_be_changed_for_one_cohort():
    usual, held = cohorts.load("mri", seed=1), RECIPES["mri"].ASSUMED["measures"]
    assumed = {"disease_control": {"CR": 5}, "measures": {"afp": {"range": (1, 10)}}}
    changed = cohorts.load("mri", seed=1, assumed={"spread": (1, 1), **assumed})
    assert (changed["response"] == "CR").sum() == 5
    assert changed["afp"].max() == 10
    assert RECIPES["mri"].ASSUMED["measures"] is held
    assert held["afp"]["range"][1] > 10
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
    before = str(dict(RECIPES["mri"].ASSUMED))
    if isinstance(assumed, dict):
        assumed = {"noise": 0.2, **assumed}
    with pytest.raises(ValueError, match=message):
        cohorts.build("mri", assumed=assumed)
    assert str(dict(RECIPES["mri"].ASSUMED)) == before


@pytest.mark.parametrize("paper", RECIPES)
def test_recipe_files_say_what_the_register_knows(paper):
    recipe = calibration.recipes.told(paper)
    known = {"split": set(cohorts.splits()[paper]), "reading": set(RECIPES[paper].READINGS)}
    for kind, keys in (("targets", {"ids"}), ("out-of-reach", {"ids", "why"})):
        for entry in recipe.get(kind, ()):
            assert keys <= set(entry) <= keys | set(known) | {"each"}
            for name in set(known) & set(entry):
                assert set(np.atleast_1d(entry[name])) <= known[name]
    for split, reading in product(cohorts.splits()[paper], RECIPES[paper].READINGS):
        missed = set(calibration.out_of_reach(paper, split, reading))
        assert missed <= cells(paper) - wanted(paper, split, reading)


measurements = sys.modules["hccbook.cohorts.calibration.measurements"]

SHAKE = 1e-13
#: Of each search: where its statistics come from.
STATISTICS = [
    (models, "statistics"),
    (models, "linear_predictor"),
    (follow_up, "cox"),
    (follow_up, "logrank"),
    (measurements._MomentAim, "statistics"),
    (measurements, "_sd"),
    (permutations._Exchanges, "_values"),
    (tipm.follow_up._Follow, "_survival"),
    (tipm.coefficients._Exchanges, "_residuals"),
    (tipm.coefficients._Exchanges, "_fit"),
]


def shaken(result, rng):
    """Return numbers, or numbers in tuples and dicts, with a small error; counts stay."""
    if isinstance(result, tuple):
        return tuple(shaken(part, rng) for part in result)
    if isinstance(result, dict):
        return {name: shaken(part, rng) for name, part in result.items()}
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return result * (1 + SHAKE * rng.uniform(-1, 1, result.shape))
    return result * (1 + SHAKE * rng.uniform(-1, 1)) if isinstance(result, float) else result


@pytest.fixture
def shake(monkeypatch):
    """Return a function that shakes all statistics from now on, and counts what it shook."""

    def start(seed):
        rng, calls = np.random.default_rng(seed), {}
        # What was drawn together for several cohorts must not be remembered.
        tipm.forget()

        def wrap(name, call):
            def wrapped(*args, **options):
                calls[name] += 1
                return shaken(call(*args, **options), rng)

            return wrapped

        for owner, name in STATISTICS:
            calls[name] = 0
            monkeypatch.setattr(owner, name, wrap(name, getattr(owner, name)))
        return calls

    return start


@pytest.mark.parametrize("seed", [0, 1])
def test_cohorts_do_not_hang_on_last_bits(shake, seed):
    kinds = [kind for kind in ALL if kind[:2] != ("tipm", "all")]  # the three others
    drawn = [kept(kind, seed).to_csv() for kind in kinds]
    calls = shake(seed)
    found = [build(kind, seed).to_csv() for kind in kinds]
    assert found == drawn
    assert min(calls.values()) > 0, calls


def test_equally_good_changes_are_told_apart_by_their_place_alone():
    rng = np.random.default_rng(0)
    good = rng.uniform(0, 1e5, 1000)
    other = good * (1 + SHAKE * rng.uniform(-1, 1, 1000))
    assert np.mean(search.decisive(good) == search.decisive(other)) > 0.999
    assert np.abs(search.decisive(good) - good).max() < 1e-4
    assert search.decisive(np.array([0.0, np.inf])).tolist() == [0.0, np.inf]
