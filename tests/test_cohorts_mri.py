"""The MRI cohorts: their statistics by other libraries, patients sound; the recipe's tools."""

from functools import cache
from itertools import product

import lifelines
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines.statistics import logrank_test

from hccbook import accuracy, cohorts, indices, reported, response
from hccbook.cohorts import mri
from hccbook.cohorts.mri import candidates, course, models
from hccbook.estimate import Printed

MEASURES, FEATURES = mri.ASSUMED["measures"], mri.ASSUMED["flags"]
#: Of the candidates, what is neither in the columns below nor drawn as a measure.
OTHERS = {"progression", "new_lesion", "high_risk", "progressed", *FEATURES, *mri.PREDICTORS}
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

made = cache(lambda reading, seed: cohorts.build("mri", "all", seed, reading))
each = pytest.mark.parametrize(("reading", "seed"), list(product(mri.READINGS, range(4))))


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
def test_other_libraries_find_the_same(reading, seed):
    frame = made(reading, seed)
    found, achieved = values(frame), mri.achieved(frame)
    assert set(achieved) == set(found)
    for key, value in found.items():
        same = value if isinstance(value, str) else pytest.approx(value, abs=CLOSE)
        assert achieved[key] == same, key


@each
def test_measurements_are_plausible(reading, seed):
    frame = made(reading, seed)
    measured = set(mri.ASSUMED["candidates"]) - OTHERS - set(PLAUSIBLE)
    limits = {name: MEASURES[name]["range"] for name in measured} | PLAUSIBLE
    limits |= {name: kind["range"] for name, kind in mri.ASSUMED["predictors"].items()}
    for name, ends in limits.items():
        assert frame[name].between(*ends).all(), (name, frame[name].min(), frame[name].max())
    for name, flag in FEATURES.items():
        assert abs(frame[name].sum() - flag["share"] * len(frame)) < 1, name
    assert not frame.duplicated(list(mri.PREDICTORS[:2])).any(), "two patients have one scan"
    for visit in ("before", "week8"):
        least, mean, most = (frame[f"adc_{x}_{visit}"] for x in ("min", "mean", "max"))
        assert ((least < mean) & (mean < most)).all()
        assert (frame[f"enhancing_sum_{visit}"] <= frame[f"diameter_sum_{visit}"]).all()


@each
def test_indices_follow_from_their_parts(reading, seed):
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
def test_the_event_is_progression_and_all_signs_are_as_assumed(reading, seed):
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
def test_responses_are_those_of_the_lesions(reading, seed):
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
def test_progression_follows_the_scans(reading, seed):
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


def steps_of(n0, n1, cohorts, seed=0):
    """Return cohorts with many ties in the third predictor."""
    rng, size = np.random.default_rng(seed), (cohorts, n0 + n1)
    ends = ((100, 300, 1), (900, 1600, 1), (5, 25, 20))
    return np.array([step * rng.integers(low, high, size) for low, high, step in ends])


def test_statistics_are_those_of_statsmodels_and_delong():
    steps, y, turned = steps_of(30, 40, 12), np.repeat([0, 1], [30, 40]), 0
    found, _ = models.statistics(steps, 40)
    for k in range(12):
        x = sm.add_constant(steps[:, k].T.astype(float))
        for model, places in models.MODELS.items():
            fit = sm.Logit(y, x[:, [0, *(1 + place for place in places)]]).fit(disp=0)
            area = accuracy.auc(y, fit.fittedvalues.round(10))
            for field, value in (("printed", area.value), ("lower", area.lower)):
                assert found[f"{model}.{field}"][k] == pytest.approx(value, abs=CLOSE), model
            turned += model == "clinical" and fit.params[1] < 0
        signs = [kind["sign"] for kind in mri.ASSUMED["predictors"].values()]
        for name, value in zip(mri.PREDICTORS, fit.tvalues[1:] * signs, strict=True):
            assert found[f"z.{name}"][k] == pytest.approx(value, abs=1e-5)
    assert 0 < turned < 12


def test_noise_does_not_tell_the_outcome():
    rng, outcome = np.random.default_rng(0), np.repeat([0, 1], [32, 46])
    apart = []
    for _ in range(200):
        noise = candidates._noise(rng, outcome)
        apart.append(noise[outcome == 1].mean() - noise[outcome == 0].mean())
    assert max(map(abs, apart)) < mri.ASSUMED["noise"]
    assert min(apart) < 0 < max(apart)
