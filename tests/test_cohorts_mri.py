"""The MRI cohorts: their targets met, patients sound, nothing else looked at."""

import math

import lifelines
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines.statistics import logrank_test

from hccbook import accuracy, cohorts, indices, reported, response
from hccbook.cohorts import calibration, mri
from hccbook.cohorts.mri import candidates, course, models
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")

READINGS = mri.READINGS
MADE = [(reading, seed) for reading in READINGS for seed in range(4)]
CELLS = {
    (id, field)
    for id, row in reported.load("mri").iterrows()
    for field in reported.FIELDS
    if row[field]
}
FLAGS = ["progression", "new_lesion", "high_risk", "progressed", *candidates.FLAGS]
COLUMNS = [
    *("patient", "progression", "response", "response_days", "new_lesion", "high_risk"),
    *("pfs_days", "pfs_months", "progressed", "progression_days", "scan_days"),
    *mri.CANDIDATES,
    "enhancing_sum_response",
]
#: Plausible least and largest values of what the measures in ``candidates`` do not limit.
PLAUSIBLE = {
    "neutrophils": (0.3, 30),
    "plr": (8, 1300),
    "lmr": (0.2, 35),
    "sii": (10, 12000),
    "pni": (29, 68),
    "albi": (-4, -0.5),
    "child_pugh": (5, 9),
    "adc_min_before": (0.2, 2.2),
    "adc_min_week8": (0.2, 2.4),
    "adc_max_before": (0.6, 4.4),
    "adc_max_week8": (0.6, 4.8),
    "diameter_sum_week8": (1, 600),
    "enhancing_sum_before": (10, 260),
    "enhancing_sum_week8": (1, 600),
    "enhancing_sum_response": (0, 900),
}
#: Of a statistic that two programs compute.
CLOSE = 1e-7

each = pytest.mark.parametrize(("reading", "seed"), MADE)


@pytest.fixture(scope="module")
def made():
    """Return a function that gives a cohort, built once for all tests here."""
    store = {}

    def get(reading=READINGS[0], seed=0):
        if (reading, seed) not in store:
            store[reading, seed] = mri.make("all", seed, reading)
        return store[reading, seed].copy()

    return get


@pytest.fixture
def register(monkeypatch):
    """Return a function that changes cells of the register for this test."""
    frame = reported.load("mri")

    def change(cells):
        for (id, field), text in cells.items():
            frame.loc[id, field] = text
        monkeypatch.setattr(reported, "_load", lambda paper: frame)

    return change


def wanted(reading):
    return {(id, field) for id, fields in mri.targets("all", reading).items() for field in fields}


def test_seed_zero_is_stored_byte_for_byte(made):
    path = reported.DATA / "cohorts" / "mri-all.csv"
    assert path.read_bytes() == made().to_csv(index=False, lineterminator="\n").encode()
    pd.testing.assert_frame_equal(cohorts.load("mri"), made(), check_exact=True)


@pytest.mark.parametrize("reading", READINGS)
def test_the_same_seed_gives_the_same_patients(made, reading):
    np.random.seed(1)  # noqa: NPY002, no hidden randomness
    again = mri.make("all", 1, reading)
    pd.testing.assert_frame_equal(again, made(reading, 1), check_exact=True)
    assert not again.equals(made(reading, 2))


def values(frame):
    """Compute every number of the register by programs that the recipe does not use."""
    y, found = frame["progression"], {}
    chosen = {"imaging": mri.PREDICTORS[:2], "clinical": mri.PREDICTORS[2:]}
    for model, names in (chosen | {"combined": mri.PREDICTORS}).items():
        design = sm.add_constant(frame[list(names)])
        fit = sm.GLM(y, design, family=sm.families.Binomial()).fit(tol=1e-12)
        area = accuracy.auc(y, fit.fittedvalues)
        for field, value in zip(
            ("printed", "lower", "upper"), (area.value, area.lower, area.upper), strict=True
        ):
            found[f"mri.roc.{model}.auc", field] = value
    found["mri.key-findings.roc.combined.auc", "printed"] = area.value
    for name, column in zip(("t2-sir", "adc", "nlr"), mri.PREDICTORS, strict=True):
        found[f"mri.logistic.{name}.p", "printed"] = fit.pvalues[column]
        word = "significant" if fit.pvalues[column] < 0.05 else "not significant"
        found[f"mri.key-findings.logistic.{name}", "printed"] = word
    del found["mri.key-findings.logistic.nlr", "printed"]
    groups = [frame[frame["high_risk"] == k] for k in (0, 1)]
    follow_up = [(group["pfs_months"], group["progressed"]) for group in groups]
    medians = [lifelines.KaplanMeierFitter().fit(*x).median_survival_time_ for x in follow_up]
    for name, value in zip(("low", "high"), medians, strict=True):
        found[f"mri.pfs.median.{name}-risk", "printed"] = value
    word = "shorter" if medians[1] < medians[0] else "not shorter"
    found["mri.key-findings.pfs.direction", "printed"] = word
    (low, low_event), (high, high_event) = follow_up
    test = logrank_test(low, high, low_event, high_event)
    found["mri.pfs.p", "printed"] = test.p_value
    for name, count in (("control", (y == 0).sum()), ("progression", y.sum())):
        found[f"mri.response.{name}.n", "printed"] = int(count)
    return found | {("mri.n", "printed"): len(frame)}


@each
def test_every_target_prints_as_the_paper_has_it(made, reading, seed):
    found = values(made(reading, seed))
    assert wanted(reading) <= set(found)
    for key in wanted(reading):
        text = reported.text(*key)
        value = found[key]
        met = value == text if isinstance(value, str) else Printed(text).admits(round(value, 12))
        assert met, (key, value)


@each
def test_achieved_is_what_other_programs_say(made, reading, seed):
    frame = made(reading, seed)
    found, achieved = values(frame), mri.achieved(frame)
    assert set(achieved) == set(found)
    for key, value in found.items():
        if isinstance(value, str):
            assert achieved[key] == value, key
        else:
            assert achieved[key] == pytest.approx(value, abs=CLOSE), key


@each
def test_columns_are_complete_plausible_and_as_precise_as_measured(made, reading, seed):
    frame = made(reading, seed)
    assert list(frame) == COLUMNS
    assert not frame.isna().any(axis=None)
    assert list(frame["patient"]) == list(range(1, len(frame) + 1))
    for name in FLAGS:
        assert set(frame[name]) == {0, 1}, name
    measures = candidates.BLOOD | candidates.SCANS
    for name, kind in mri.ASSUMED["predictors"].items():
        assert frame[name].between(*kind["range"]).all(), name
        decimals = round(-math.log10(kind["resolution"]))
        assert (frame[name] == frame[name].round(decimals)).all(), name
    for name in set(mri.CANDIDATES) - set(FLAGS) - set(mri.PREDICTORS) - set(PLAUSIBLE):
        measure = measures[name]
        assert frame[name].between(measure.least, measure.most).all(), name
        assert (frame[name] == frame[name].round(measure.decimals)).all(), name
        assert frame[name].dtype == (float if measure.decimals else np.int64), name
    for name, ends in PLAUSIBLE.items():
        assert frame[name].between(*ends).all(), (name, frame[name].min(), frame[name].max())
    for name, (share, _) in candidates.FLAGS.items():
        assert abs(frame[name].sum() - share * len(frame)) < 1, name
    for group in (frame["progression"], frame["high_risk"]):
        assert (np.diff(group) != 0).sum() > 2, "patients stand in order of their group"


@each
def test_indices_follow_from_their_parts(made, reading, seed):
    frame = made(reading, seed)
    neutrophils, lymphocytes, platelets, albumin, bilirubin = (
        frame[x] for x in ("neutrophils", "lymphocytes", "platelets", "albumin", "bilirubin")
    )
    expected = {
        "nlr": (neutrophils / lymphocytes).round(2),
        "plr": indices.plr(platelets, lymphocytes).round(1),
        "sii": indices.sii(platelets, neutrophils, lymphocytes).round(1),
        "pni": indices.pni(albumin, lymphocytes).round(1),
        "albi": indices.albi(albumin, bilirubin).round(2),
        "lmr": (lymphocytes / frame["monocytes"]).round(2),
    }
    for name, column in expected.items():
        assert (frame[name] == column).all(), name
    points = 5 + (albumin <= 35) + (bilirubin >= 34) + (bilirubin > 50) + frame["ascites"]
    assert (frame["child_pugh"] == points).all()


@each
def test_scans_agree_with_themselves(made, reading, seed):
    frame = made(reading, seed)
    for visit in ("before", "week8"):
        least, mean, most = (frame[f"adc_{x}_{visit}"] for x in ("min", "mean", "max"))
        assert (least < mean).all()
        assert (mean < most).all()
        assert (frame[f"enhancing_sum_{visit}"] <= frame[f"diameter_sum_{visit}"]).all()


@each
def test_the_event_is_progression_and_all_signs_are_as_assumed(made, reading, seed):
    frame = made(reading, seed)
    fit = sm.Logit(frame["progression"], sm.add_constant(frame[list(mri.PREDICTORS)])).fit(disp=0)
    for name, kind in mri.ASSUMED["predictors"].items():
        assert fit.params[name] * kind["sign"] > 0, name
    above = fit.fittedvalues > fit.fittedvalues.median()
    assert (above == (frame["high_risk"] == 1)).all()
    assert frame["high_risk"].sum() == len(frame) // 2


def visits(frame):
    """Return lesion measurements at the three visits of each patient, all in one lesion."""
    rows = []
    for patient in frame.itertuples(index=False):
        sums = {
            0: patient.enhancing_sum_before,
            56: patient.enhancing_sum_week8,
            patient.response_days: patient.enhancing_sum_response,
        }
        for day, length in sums.items():
            row = {"patient": patient.patient, "day": day, "diameter": length, "enhancing": length}
            rows.append({**row, "lesion": "sum", "target": True, "new": False, "status": None})
        if patient.new_lesion:
            row = {"patient": patient.patient, "day": patient.response_days, "lesion": "new"}
            rows.append({**row, "target": False, "new": True, "status": "present"})
    return pd.DataFrame(rows)


def assert_responses(frame):
    judged = response.timepoints(visits(frame), criteria="mRECIST")
    last = judged.groupby("patient", sort=False)["response"].last()
    assert list(last) == list(frame["response"])
    early = judged[(judged["day"] > 0) & (judged["response"] == "PD")]
    first = early.groupby("patient")["day"].first()
    progressed = frame.set_index("patient")["response_days"]
    assert (first == progressed[first.index]).all()


@each
def test_no_two_patients_have_the_same_scan(made, reading, seed):
    assert not made(reading, seed).duplicated(list(mri.PREDICTORS[:2])).any()


@each
def test_responses_are_those_of_the_lesions(made, reading, seed):
    frame = made(reading, seed)
    assert_responses(frame)
    assert ((frame["response"] == "PD") == (frame["progression"] == 1)).all()
    counts = frame["response"].value_counts()
    for name, count in mri.ASSUMED["disease_control"].items():
        assert counts[name] == count
    assert not frame.loc[frame["response"] != "PD", "new_lesion"].any()


def test_responses_hold_for_small_lesions_too():
    rng, n = np.random.default_rng(0), 400
    progression, days = rng.integers(0, 2, n), rng.integers(28, 448, n)
    days = np.where(progression == 0, days + 113, days)
    frame = pd.DataFrame(course.lesions(rng, progression, days, rng.integers(10, 26, n)))
    frame.insert(0, "patient", range(n))
    assert_responses(frame)
    assert (frame["diameter_sum_week8"] >= frame["enhancing_sum_week8"]).all()


@each
def test_progression_follows_the_scans(made, reading, seed):
    frame = made(reading, seed)
    every, progressed = 56, frame["progressed"] == 1
    worse = frame["progression"] == 1
    assert (frame["pfs_months"] == (frame["pfs_days"] / mri.DAYS_PER_MONTH).round(4)).all()
    assert (frame["pfs_days"] >= mri.ASSUMED["earliest_day"]).all()
    assert frame.loc[progressed, "pfs_days"].is_unique
    # Seen at the next scan; without progression the last scan is before the end.
    late = frame["scan_days"] - frame["pfs_days"]
    assert late[progressed].between(0, every - 1).all()
    assert late[~progressed].between(1 - every, 0).all()
    assert (frame["scan_days"] % every == 0).all()
    assert (frame["scan_days"] > 0).all()
    assert (frame["progression_days"] >= frame["pfs_days"]).all()
    assert ((frame["progression_days"] == frame["pfs_days"]) == progressed).all()
    # The response of progression is that scan; disease control was seen twice, and before.
    assert progressed[worse].all()
    assert (frame["response_days"] == frame["scan_days"])[worse].all()
    assert (frame["response_days"] < frame["pfs_days"])[~worse].all()
    assert (frame["response_days"] >= 2 * every)[~worse].all()


@pytest.mark.parametrize("reading", READINGS)
def test_targets_are_listed_and_the_rest_is_held_out(reading):
    frame = cohorts.targets("mri", "all", reading)
    assert set(zip(frame["id"], frame["field"], strict=True)) == wanted(reading)
    assert wanted(reading) < CELLS
    p = {(f"mri.logistic.{name}.p", "printed") for name in ("t2-sir", "adc", "nlr")}
    limits = {(f"mri.roc.{x}.auc", end) for x in models.MODELS for end in ("lower", "upper")}
    limits -= set(calibration.misses("mri", "all", "intervals"))
    assert (p <= wanted(reading)) == (reading == "p")
    assert (limits <= wanted(reading)) == (reading == "intervals")
    other = limits if reading == "p" else p
    assert not other & wanted(reading)


@pytest.mark.parametrize("reading", READINGS)
def test_a_recipe_reads_its_targets_and_nothing_else(made, register, monkeypatch, reading):
    aims, read = wanted(reading), set()
    # "held out" is no number: whoever reads it stumbles.
    register(dict.fromkeys(CELLS - aims, "held out"))
    text = reported.text

    def watched(id, field="printed"):
        read.add((id, field))
        return text(id, field)

    monkeypatch.setattr(reported, "text", watched)
    frame = mri.make("all", 1, reading)
    pd.testing.assert_frame_equal(frame, made(reading, 1), check_exact=True)
    # Words follow from the numbers beside them.
    words = {key for key in aims if reported.text(*key) in reported.WORDS}
    assert read - words == aims - words
    assert read <= aims


CHANGED = {
    "p": [
        ("n", "printed", "79"),
        ("response.control.n", "printed", "33"),
        ("response.progression.n", "printed", "47"),
        ("key-findings.roc.combined.auc", "printed", "0.812"),
        ("pfs.median.high-risk", "printed", "5.2"),
        ("pfs.median.low-risk", "printed", "6.8"),
        ("pfs.p", "printed", "< 0.0000001"),
        ("roc.imaging.auc", "printed", "0.749"),
        ("roc.clinical.auc", "printed", "0.617"),
        ("roc.combined.auc", "printed", "0.814"),
        ("logistic.t2-sir.p", "printed", "0.006"),
        ("logistic.adc.p", "printed", "0.007"),
        ("logistic.nlr.p", "printed", "0.011"),
    ],
    "intervals": [
        ("roc.imaging.auc", "lower", "0.642"),
        ("roc.imaging.auc", "upper", "0.859"),
        ("roc.clinical.auc", "lower", "0.488"),
        ("roc.combined.auc", "lower", "0.716"),
        ("roc.combined.auc", "upper", "0.907"),
    ],
}


@pytest.mark.parametrize(
    ("reading", "id", "field", "text"),
    [(reading, *row) for reading, rows in CHANGED.items() for row in rows],
)
def test_a_target_changes_the_cohort_or_is_refused(
    made, register, monkeypatch, reading, id, field, text
):
    key = f"mri.{id}", field
    assert key in wanted(reading)
    assert reported.text(*key) != text
    register({key: text})
    monkeypatch.setattr(calibration.recipes, "ATTEMPTS", 2)
    try:
        frame = mri.make("all", 1, reading)
    except (ValueError, RuntimeError):  # numbers that no patients have together
        return
    assert not frame.equals(made(reading, 1))


def test_every_number_that_is_a_target_is_changed_above():
    changed = {(f"mri.{id}", field) for rows in CHANGED.values() for id, field, _ in rows}
    aims = set().union(*map(wanted, READINGS))
    assert changed == {key for key in aims if reported.text(*key) not in reported.WORDS}


BAD = [
    ({("mri.n", "printed"): "77"}, "n: expected 78 patients, as many as in both groups, got 77"),
    (
        {("mri.key-findings.roc.combined.auc", "printed"): "0.812"},
        r"mri\.key-findings\.roc\.combined\.auc: expected the abstract's, got 0\.812",
    ),
]


@pytest.mark.parametrize(("cells", "message"), BAD)
def test_numbers_that_contradict_each_other_are_named(register, cells, message):
    register(cells)
    with pytest.raises(ValueError, match=f"^{message}"):
        mri.make("all", 0)


@pytest.mark.parametrize("reading", READINGS)
def test_report_says_what_is_met_and_what_cannot_be(reading):
    frame = cohorts.report("mri", "all", 0, reading)
    aimed = frame["why"] == ""
    assert set(zip(frame["id"], frame["field"], strict=True)) >= wanted(reading)
    assert frame.loc[aimed, "met"].all()
    assert not frame.loc[~aimed, "met"].any()
    assert (~aimed).sum() == len(calibration.misses("mri", "all", reading))


def test_the_clinical_interval_is_the_delong_interval_of_no_cohort():
    id, names = "mri.roc.clinical.auc", ("control", "progression")
    area, lower, upper = (Printed(reported.text(id, x)) for x in ("printed", "lower", "upper"))
    well, ill = (int(reported.text(f"mri.response.{name}.n")) for name in names)
    pairs = 2 * well * ill
    # An area is a whole number of half pairs, and the middle of its limits.
    areas = [k / pairs for k in range(pairs + 1) if area.admits(k / pairs)]
    middles = float(lower.low + upper.low) / 2, float(lower.high + upper.high) / 2
    assert areas
    assert not any(middles[0] <= x <= middles[1] for x in areas)
    # By how much: with the printed lower limit the upper one is a unit too high at least.
    least = min(2 * x - float(lower.high) for x in areas)
    assert 0 < least - float(upper.high) < float(upper.unit)


# The tools of the recipe


def fits(n0=9, n1=14, cohorts=6, seed=0):
    """Return models and cohorts with many ties in the third predictor."""
    rng, outcome = np.random.default_rng(seed), np.repeat([0, 1], [n0, n1])
    steps = [
        rng.integers(100, 300, (cohorts, n0 + n1)),
        rng.integers(900, 1600, (cohorts, n0 + n1)),
        20 * rng.integers(5, 25, (cohorts, n0 + n1)),
    ]
    return models.Fits(outcome), np.array(steps), outcome


def test_statistics_are_those_of_statsmodels_and_delong():
    tool, steps, y = fits(30, 40, cohorts=12)
    found, _ = tool.statistics(steps)
    found = pd.DataFrame(found, columns=models.STATISTICS)
    turned = 0
    for k in range(steps.shape[1]):
        x = sm.add_constant(steps[:, k].T.astype(float))
        for model, columns in (
            ("imaging", [0, 1, 2]),
            ("clinical", [0, 3]),
            ("combined", [0, 1, 2, 3]),
        ):
            fit = sm.Logit(y, x[:, columns]).fit(disp=0)
            area = accuracy.auc(y, fit.fittedvalues.round(10))
            for field, value in (("printed", area.value), ("lower", area.lower)):
                assert found[f"{model}.{field}"][k] == pytest.approx(value, abs=CLOSE), model
            if model == "clinical":
                turned += fit.params[1] < 0
        signs = [kind["sign"] for kind in mri.ASSUMED["predictors"].values()]
        z = fit.tvalues[1:] * signs
        for name, value in zip(mri.PREDICTORS, z, strict=True):
            assert found[f"z.{name}"][k] == pytest.approx(value, abs=1e-5)
    assert 0 < turned < steps.shape[1]


def test_one_step_from_nearby_is_good_enough_to_compare():
    tool, steps, _ = fits(32, 46, cohorts=1)
    exact, betas = tool.statistics(steps)
    changed = np.tile(steps, (1, 3, 1))
    for row, pair in enumerate(([(0, 0), (1, 5)], [(2, 40), (2, 70)], [(0, 0), (2, 40)])):
        for column, who in pair:
            changed[column, row, who] += 20
    near, _ = tool.statistics(changed, start=betas, newton=1)
    after, _ = tool.statistics(changed)
    np.testing.assert_allclose(near[:, :9], after[:, :9], atol=0.01)
    np.testing.assert_allclose(near[:, 9:], after[:, 9:], atol=0.05)
    assert np.abs(near - after)[:, 9:].max() < np.abs(exact - after)[:, 9:].max() / 10


def test_an_aim_in_p_values_is_one_in_z():
    aim = models.ModelAim({"z.nlr": "0.013", "imaging.printed": "0.751"})
    names = [models.STATISTICS[k] for k in aim.columns]
    assert names == [*(f"z.{x}" for x in mri.PREDICTORS), "imaging.printed"]
    for p, z, met in (("0.013", 2.4838, True), ("0.0136", 2.4679, False)):
        assert 2 * (1 - 0.5 * math.erfc(-z / math.sqrt(2))) == pytest.approx(float(p), abs=1e-5)
        # The others need no more than a sign.
        assert (aim.outside(np.array([[1, 9, z, 0.751]]))[0] == 0) == met
    assert aim.outside(np.array([[-0.1, 9, 2.4838, 0.751]]))[0] > 0


def test_an_aim_out_of_reach_is_a_miss():
    effort = models.EFFORT["intervals"]._replace(rounds=3)
    aim = models.ModelAim({"imaging.printed": "0.751", "combined.printed": "0.651"})
    tool = models.Fits(np.repeat([0, 1], [32, 46]))
    with pytest.raises(calibration.Miss, match="half intervals outside after 3 rounds"):
        models.predictors(np.random.default_rng(0), tool, aim, effort)


def test_blood_counts_have_the_ratio_that_is_given():
    for nlr in (0.8, 0.81, 2.37, 4.99, 12.0):
        for lymphocytes in (0.4, 0.47, 0.99, 1.35, 3.5):
            first, second = candidates._counts(nlr, lymphocytes)
            assert round(first / second, 2) == nlr
            assert 0.4 <= second <= 3.5
            assert abs(second - lymphocytes) < 0.3


def test_noise_does_not_tell_the_outcome():
    rng, outcome = np.random.default_rng(0), np.repeat([0, 1], [32, 46])
    apart = []
    for _ in range(200):
        noise = candidates._noise(rng, outcome)
        apart.append(noise[outcome == 1].mean() - noise[outcome == 0].mean())
    assert max(map(abs, apart)) < mri.ASSUMED["noise"]
    assert min(apart) < 0 < max(apart)
