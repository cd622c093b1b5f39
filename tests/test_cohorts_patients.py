"""The cohorts of each paper: their numbers by other libraries, their patients sound."""

from itertools import product

import lifelines
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from hccbook import accuracy, audit, cohorts, indices, reported, response
from hccbook.cohorts import calibration, magnesium, mri, radiotherapy, tipm
from hccbook.cohorts.mri import course
from hccbook.estimate import Printed

pytestmark = pytest.mark.long

RECIPES = {"magnesium": magnesium, "mri": mri, "radiotherapy": radiotherapy, "tipm": tipm}


def each(paper, seeds):
    """Try every cohort of a paper with some seeds."""
    splits, readings = cohorts.splits()[paper], RECIPES[paper].READINGS
    kinds = product(splits, readings, range(seeds))
    return pytest.mark.parametrize(("split", "reading", "seed"), list(kinds))


def of_magnesium(frame, split, reading):
    groups = [frame[frame["high_magnesium"] == k] for k in (0, 1)]
    controlled, high = frame["disease_control"] == 1, frame["high_magnesium"]
    columns = ["pfs_days", "progressed", "high_magnesium"]
    cox = CoxPHFitter().fit(frame[columns], *columns[:2], fit_options={"precision": 1e-9})
    hr = cox.summary.loc["high_magnesium"]
    curves = [KaplanMeierFitter().fit(x["pfs_days"], x["progressed"]) for x in groups]
    test = logrank_test(*(x[name] for name in columns[:2] for x in groups))
    found = {
        ("n", "printed"): len(frame),
        ("dcr", "printed"): 100 * controlled.mean(),
        ("roc.sensitivity", "printed"): 100 * high[controlled].mean(),
        ("roc.specificity", "printed"): 100 - 100 * high[~controlled].mean(),
        ("roc.auc", "printed"): roc_auc_score(controlled, frame["magnesium"]),
        ("pfs.hr", "printed"): hr["exp(coef)"],
        ("pfs.hr", "lower"): hr["exp(coef) lower 95%"],
        ("pfs.hr", "upper"): hr["exp(coef) upper 95%"],
        ("pfs.hr", "p"): test.p_value,
    }
    for word, group, curve in zip(("low", "high"), groups, curves, strict=True):
        found[f"dcr.{word}", "printed"] = 100 * group["disease_control"].mean()
        found[f"pfs.median.{word}", "printed"] = curve.median_survival_time_ / 30
    found = {(f"magnesium.{split}.{id}", field): x for (id, field), x in found.items()}
    # The cut-off lies half way between neighbouring measured values of the two groups.
    cutoff = (groups[0]["magnesium"].max() + groups[1]["magnesium"].min()) / 2
    return found | {("magnesium.derivation.roc.cutoff", "printed"): cutoff}


@each("magnesium", 6)
def test_patients_of_magnesium_are_sound(split, reading, seed):
    frame = cohorts.load("magnesium", split, seed, reading)
    assert frame["age"].between(30, 85).all()
    assert frame["magnesium"].between(0.4, 1.3).all()
    cutoff = reported.number("magnesium.derivation.roc.cutoff")
    assert ((frame["magnesium"] >= cutoff) == (frame["high_magnesium"] == 1)).all()
    assert (frame["pfs_months"] == (frame["pfs_days"] / 30).round(4)).all()
    assert (frame["pfs_days"] >= magnesium.ASSUMED["first_scan_day"]).all()
    assert frame.loc[frame["progressed"] == 1, "pfs_days"].is_unique
    assert frame.loc[frame["disease_control"] == 0, "progressed"].all()
    shares = magnesium.ASSUMED["prevalence"]
    assert all(abs(frame[x].sum() - share * len(frame)) < 1 for x, share in shares.items())


def test_a_follow_up_that_nobody_can_have_ends_in_an_error(monkeypatch):
    monkeypatch.setattr(calibration.recipes, "ATTEMPTS", 5)
    short = {"follow_up_days": {"derivation": [[1, 2], [3, 4]]}}
    with pytest.raises(RuntimeError, match="no cohort meets its targets"):
        cohorts.build("magnesium", "derivation", assumed=short)


MEASURES, FEATURES = mri.ASSUMED["measures"], mri.ASSUMED["flags"]
#: Of the candidates, what is neither in the columns below nor drawn as a measure.
OTHERS = {"progression", "new_lesion", "high_risk", "progressed", *FEATURES, *mri.PREDICTORS}
#: Plausible least and largest values of what the measures in ``candidates`` do not limit.
MEASURED = {
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


def of_mri(frame, split, reading):
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


@each("mri", 4)
def test_measurements_are_plausible(split, reading, seed):
    frame = cohorts.load("mri", split, seed, reading)
    measured = set(mri.ASSUMED["candidates"]) - OTHERS - set(MEASURED)
    limits = {name: MEASURES[name]["range"] for name in measured} | MEASURED
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


@each("mri", 4)
def test_indices_follow_from_their_parts(split, reading, seed):
    frame = cohorts.load("mri", split, seed, reading)
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


@each("mri", 4)
def test_the_event_is_progression_and_all_signs_are_as_assumed(split, reading, seed):
    frame = cohorts.load("mri", split, seed, reading)
    fit = sm.Logit(frame["progression"], sm.add_constant(frame[list(mri.PREDICTORS)])).fit(disp=0)
    for name, kind in mri.ASSUMED["predictors"].items():
        assert fit.params[name] * kind["sign"] > 0, name
    above = fit.fittedvalues > fit.fittedvalues.median()
    assert (above == (frame["high_risk"] == 1)).all()
    assert frame["high_risk"].sum() == len(frame) // 2


def visits_of(frame):
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
    judged = response.timepoints(visits_of(frame), criteria="mRECIST")
    last = judged.groupby("patient", sort=False)["response"].last()
    assert list(last) == list(frame["response"])
    early = judged[(judged["day"] > 0) & (judged["response"] == "PD")]
    first = early.groupby("patient")["day"].first()
    progressed = frame.set_index("patient")["response_days"]
    assert (first == progressed[first.index]).all()


@each("mri", 4)
def test_responses_are_those_of_the_lesions(split, reading, seed):
    frame = cohorts.load("mri", split, seed, reading)
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


@each("mri", 4)
def test_progression_follows_the_scans(split, reading, seed):
    frame = cohorts.load("mri", split, seed, reading)
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


EVENTS = [f"grade_{name}" for name in radiotherapy.ASSUMED["adverse"]]
#: Limits of what a patient can have, both allowed.
PLAUSIBLE = {
    "age": (25, 85),
    "dose_gy": (30, 66),
    "fractions": (5, 33),
    "radiotherapy_start": (0, 60),
    "radiotherapy_end": (4, 110),
    "ici_start": (0, 80),
    "ici_cycles": (1, 120),
    "baseline_mm": (20, 220),
    "best_mm": (0, 400),
    "best_change": (-100, 100),
    "response_day": (28, 300),
    "pfs_days": (28, 2500),
    "os_days": (42, 2500),
}


def medians(frame):
    """Return the three medians in months by lifelines: OS, PFS and the reverse one."""
    columns = ("os", "died", 1), ("pfs", "progressed", 1), ("os", "died", 0)
    return [
        KaplanMeierFitter()
        .fit(frame[f"{time}_months"], frame[event] == value)
        .median_survival_time_
        for time, event, value in columns
    ]


def of_radiotherapy(frame, split, reading):
    os, pfs, reverse = medians(frame)
    severe, period = frame[EVENTS] >= 3, (frame["included"].min(), frame["included"].max())
    assert [day[5:7] for day in period] == ["01", "12"]
    found = {
        "n": len(frame),
        "period.start": int(period[0][:4]),
        "period.end": int(period[1][:4]),
        "dose.median": frame["dose_gy"].median(),
        "ici.weeks": 3,
        "response.rate": 100 * frame["responded"].mean(),
        "followup.median": {"reverse": reverse, "observed": frame["os_months"].median()}[reading],
        "os.median": os,
        "pfs.median": pfs,
        "recurrence.in-field.count": (frame["pfs_event"] == 1).sum(),
        "adverse.severe.rate": 100 * severe.any(axis=1).mean(),
        "adverse.thrombocytopenia.rate": 100 * severe["grade_thrombocytopenia"].mean(),
    }
    for name in ("metastasis", "pvtt"):
        found[f"{name}.count"] = frame[name].sum()
        found[f"{name}.percent"] = 100 * frame[name].mean()
    most = {"dermatitis": (frame[EVENTS] > 0).sum(), "thrombocytopenia": severe.sum()}
    for name, count in most.items():
        assert count.idxmax() == f"grade_{name}"
        key = f"radiotherapy.adverse.{name}.rank", "printed"
        found[f"adverse.{name}.rank"] = reported.text(*key)
    return {(f"radiotherapy.{id}", "printed"): value for id, value in found.items()}


@pytest.mark.parametrize("seed", range(5))
def test_in_the_second_reading_half_die_and_the_others_live_on(seed):
    frame = cohorts.load("radiotherapy", seed=seed, reading="observed").sort_values(
        "os_days", kind="stable"
    )
    half = len(frame) // 2
    assert frame["died"].iloc[:half].all()
    before, after = frame["os_months"].iloc[[half - 1, half]]
    assert Printed(reported.text("radiotherapy.os.median")).admits(before)
    # Nobody's follow-up ends between the median and as long after the median follow-up.
    assert after - before > 2 * (reported.number("radiotherapy.followup.median") - 17.1)


@pytest.mark.parametrize("seed", range(5))
def test_what_one_reading_has_the_other_has_not(seed):
    key = "radiotherapy.followup.median", "printed"
    for reading in radiotherapy.READINGS:
        found = radiotherapy.achieved(cohorts.load("radiotherapy", seed=seed, reading=reading))[key]
        assert set(found) == set(radiotherapy.READINGS)
        met = [
            name
            for name in radiotherapy.READINGS
            if Printed(reported.text(*key)).admits(found[name])
        ]
        assert met == [reading]


def test_every_column_is_in_the_dictionary():
    text = (reported.DATA.parent / "book" / "data-dictionary.md").read_text(encoding="utf-8")
    section = text.split("### Radiotherapy")[1].split("\n## ")[0].split("\n### ")[0]
    assert [name for name in cohorts.load("radiotherapy") if f"`{name}`" not in section] == []


@each("radiotherapy", 5)
def test_patients_are_plausible(split, reading, seed):
    frame = cohorts.load("radiotherapy", split, seed, reading)
    for name, limits in PLAUSIBLE.items():
        assert frame[name].dropna().between(*limits).all(), name
    assert frame[EVENTS].isin(range(5)).all(axis=None)
    for name in ("pfs", "os"):
        months = (frame[f"{name}_days"] / radiotherapy.DAYS_PER_MONTH).round(4)
        assert (frame[f"{name}_months"] == months).all()
    for name, share in radiotherapy.ASSUMED["prevalence"].items():
        assert abs(frame[name].sum() - share * len(frame)) < 1
    assert (frame.loc[frame["metastasis"] == 0, "recurrent"] == 1).all()
    regimens = {*map(tuple, radiotherapy.ASSUMED["regimens"]), (55, 22), (55, 25)}
    assert set(zip(frame["dose_gy"], frame["fractions"], strict=True)) <= regimens
    shares = pd.Series({x: y for x, (y, _) in radiotherapy.ASSUMED["adverse"].items()})
    common = (frame[EVENTS] > 0).mean().rename(lambda name: name.removeprefix("grade_"))
    assert (common - shares).abs().max() < 0.01
    # Who responds lives longer without progression, as one would expect.
    means = frame.groupby("responded")["pfs_days"].mean()
    assert means[1] > means[0]


@each("radiotherapy", 5)
def test_dates_and_treatments_follow_one_another(split, reading, seed):
    frame = cohorts.load("radiotherapy", split, seed, reading)
    start = pd.to_datetime(frame["included"])
    assert start.is_monotonic_increasing
    assert (start.dt.weekday < 5).all()
    for name in ("radiotherapy_start", "radiotherapy_end"):
        assert ((start + pd.to_timedelta(frame[name], unit="D")).dt.weekday < 5).all()
    weeks = (frame["radiotherapy_end"] - frame["radiotherapy_start"] + 1) / 7
    assert (5 * weeks >= frame["fractions"] - 2).all()
    assert (frame["radiotherapy_end"] - frame["radiotherapy_start"] >= frame["fractions"] - 1).all()
    # Day 0 is that of the first treatment; on a weekend radiotherapy waits.
    first = frame[["radiotherapy_start", "ici_start"]].min(axis=1)
    assert (first == 0).all()
    assert (frame["ici_last"] == frame["ici_start"] + 21 * (frame["ici_cycles"] - 1)).all()
    for name in ("radiotherapy_end", "ici_last"):
        assert (frame[name] < frame["pfs_days"]).all()
    # Without toxicity the ICI goes on until the next dose would have come too late.
    on = frame[frame["ici_stopped"] != "toxicity"]
    assert (on["ici_last"] + 21 >= on["pfs_days"]).all()
    words = {0: "ongoing", 1: "progression", 2: "progression", 3: "death"}
    assert (on["ici_stopped"] == on["pfs_event"].map(words)).all()
    toxic = frame[frame["ici_stopped"] == "toxicity"]
    assert (toxic[EVENTS].max(axis=1) >= 3).all()
    # Data end after the last inclusion, and not in the future of the paper.
    last = start + pd.to_timedelta(frame["os_days"], unit="D")
    assert last.max() < pd.Timestamp("2025-01-01")


@each("radiotherapy", 5)
def test_progression_death_and_follow_up_agree(split, reading, seed):
    frame = cohorts.load("radiotherapy", split, seed, reading)
    assert (frame["pfs_days"] <= frame["os_days"]).all()
    died = frame["died"] == 1
    assert frame.loc[died, "progressed"].all()
    event = frame["pfs_event"]
    assert (frame["progressed"] == (event > 0)).all()
    assert (frame["pfs_days"] < frame["os_days"])[event.isin([1, 2])].all()
    assert (frame["pfs_days"] == frame["os_days"])[event.isin([0, 3])].all()
    assert died[event == 3].all()
    assert not died[event == 0].any()
    in_field = frame["in_field_event"]
    assert ((in_field == 1) == (event == 1)).all()
    assert ((in_field == 2) == (died & (event != 1))).all()
    end = frame["pfs_days"].where(event == 1, frame["os_days"])
    assert (frame["in_field_days"] == end).all()


@each("radiotherapy", 5)
def test_responses_are_those_of_recist(split, reading, seed):
    frame = cohorts.load("radiotherapy", split, seed, reading)
    change = 100 * (frame["best_mm"] - frame["baseline_mm"]) / frame["baseline_mm"]
    assert (frame["best_change"] == change.round(1)).all()
    scans = pd.concat(
        [
            pd.DataFrame({"patient": frame["patient"], "day": day, "diameter": frame[name]})
            for day, name in ((0, "baseline_mm"), (60, "best_mm"))
        ]
    ).assign(lesion="all", target=True)
    found = response.timepoints(scans)
    found = found[found["day"] == 60].set_index("patient")["response"]
    assert (frame["best_response"].to_numpy() == found.loc[frame["patient"]].to_numpy()).all()
    responded = frame["responded"] == 1
    assert (responded == frame["best_response"].isin(["CR", "PR"])).all()
    # Also from the rounded change of a waterfall plot.
    assert (responded == (frame["best_change"] <= -30)).all()
    assert (frame["response_day"].notna() == responded).all()
    assert (frame["response_day"] < frame["pfs_days"])[responded].all()
    treated = frame[["radiotherapy_end", "ici_start"]].max(axis=1)
    assert (frame["response_day"] >= treated + 28)[responded].all()
    progressive = frame[frame["best_response"] == "PD"]
    assert (progressive["pfs_event"] == 2).all()
    # The recurrence in the field is one after a response.
    assert responded[frame["pfs_event"] == 1].all()


COHORTS = cohorts.splits()["tipm"][:3]
#: The readings that change every cohort; the coefficients change the training cohort only.
QUICK = [("marginals", 0), ("marginals", 1), ("marginals", 2), ("deaths", 0), ("deaths", 1)]
MADE = [*QUICK, ("coefficients", 0), ("coefficients", 1), ("coefficients", 2)]
#: Least and largest plausible value of what the recipe's measurements do not limit.
OF_TIPM = {
    "nlr": (0.5, 20),
    "tumour_sites_stiffer": (0, 9),
    "liver_sites_stiffer": (0, 3),
    "afp": (1, 60500),
    "os_days": (42, 185),
}
OF_TIPM |= {x: (kind["least"], kind["most"]) for x, kind in tipm.MEANS.items() if x != "alb"}
of_each = pytest.mark.parametrize(
    ("split", "reading", "seed"), [(x, *y) for x in COHORTS for y in MADE]
)


def of_tipm(frame, split, reading):
    name = f"tipm.{{}}.{split}"
    scored = frame[frame["tipm_score"].notna()]
    high, tin = scored["tipm_score"] >= 160, scored["tin"] == 1
    believed = frame[frame["alb"] <= 70]
    albi = 0.66 * np.log10(believed["tbil"]) - 0.085 * believed["alb"]
    found = {
        f"tipm.table4.{split}.combined.auc": roc_auc_score(tin, scored["tipm_score"]),
        f"tipm.table4.{split}.albi.auc": roc_auc_score(believed["tin"], albi),
        f"tipm.table4.{split}.afp.auc": roc_auc_score(frame["tin"], frame["afp"]),
        name.format("table3.sensitivity"): 100 * high[tin].mean(),
        name.format("table3.specificity"): 100 * (~high[~tin]).mean(),
        name.format("table3.accuracy"): 100 * (high == tin).mean(),
        name.format("table3.precision"): 100 * tin[high].mean(),
        name.format("table3.f1-score"): 200 * (high & tin).sum() / (high.sum() + tin.sum()),
    }
    groups = {"high": scored[high], "low": scored[~high]}
    for word, group in groups.items():
        curve = KaplanMeierFitter().fit(group["os_days"], group["died"])
        found[f"tipm.results.os.{split}.median.{word}"] = curve.median_survival_time_
    columns = [groups[x][y] for y in ("os_days", "died") for x in ("high", "low")]
    found[f"tipm.results.os.{split}.p"] = logrank_test(*columns).p_value
    return {(id, "printed"): value for id, value in found.items()}


@pytest.mark.parametrize("seed", range(6))
def test_the_logistic_model_prints(seed):
    frame = cohorts.load("tipm", "training", seed, "coefficients")
    names = {"nlr": "nlr_high", "delta-t": "tumour_stiffer", "satellite-nodule": "no_nodule"}
    frame["no_nodule"] = 1 - frame["satellite_nodule"]
    rows = ["nlr", "delta-t", "satellite-nodule", "alt", "plt", "alb", "ggt", "pt", "diameter"]
    table = sm.add_constant(frame[[names.get(row, row) for row in rows]].astype(float))
    fit = sm.Logit(frame["tin"], table).fit(disp=0)
    for row in rows:
        beta, z = (f"tipm.table2.{row}.multivariable.{x}" for x in ("beta", "or"))
        assert Printed(reported.text(beta)).admits(fit.params[names.get(row, row)])
        assert Printed(reported.text(z)).admits(fit.tvalues[names.get(row, row)])


@of_each
def test_patients_of_tipm_are_sound(split, reading, seed):
    frame = cohorts.load("tipm", split, seed, reading)
    assert set(frame["cohort"]) == {split}
    for name, (low, high) in OF_TIPM.items():
        assert frame[name].between(low, high).all(), (name, frame[name].min(), frame[name].max())
    assert ((frame["nlr"] > 3) == frame["nlr_high"]).all()
    assert ((frame["afp"] > 200) == frame["afp_200"]).all()
    assert ((frame["tumour_sites_stiffer"] >= 5) == frame["tumour_stiffer"]).all()
    assert ((frame["liver_sites_stiffer"] >= 2) == frame["liver_stiffer"]).all()
    # One albumin makes the SD of the internal cohort.
    beyond = frame[~frame["alb"].between(20, 61)]
    assert len(beyond) == (split == "internal")
    assert beyond["tipm_score"].isna().all()


@of_each
def test_the_score_is_that_of_its_four_variables(split, reading, seed):
    frame = cohorts.load("tipm", split, seed, reading)
    points = (
        50 * (1 - frame["tumour_stiffer"])
        + 30 * frame["nlr_high"]
        + 9 * (frame["diameter"] - 4)
        + 3.3 * (60 - frame["alb"])
    )
    scored = frame["tipm_score"].notna()
    tables = {"training": 143, "internal": 62, "external": 101}
    assert scored.sum() == tables[split]
    np.testing.assert_allclose(frame["tipm_score"][scored], points[scored], atol=1e-9)
    assert (frame["high_score"].notna() == scored).all()
    assert ((frame["tipm_score"] >= 160) == (frame["high_score"] == 1)).all()


@pytest.mark.parametrize(("reading", "seed"), QUICK)
def test_responses_follow_from_the_measurements(reading, seed):
    frame, scans = cohorts.load("tipm", "all", seed, reading), tipm.lesions("all", seed, reading)
    plain = {"iCR": "CR", "iPR": "PR", "iSD": "SD", "iCPD": "PD", "iUPD": "PD"}
    for criteria in response.CRITERIA:
        column = criteria.split()[0].lower()
        best = response.best_response(response.timepoints(scans, criteria)).replace(plain)
        assert best.tolist() == frame[column].tolist(), criteria
    assert ((frame["mrecist"] == "PD") == (frame["tin"] == 1)).all()
    for name in ("recist", "irecist"):
        kappa = cohen_kappa_score(frame["mrecist"], frame[name])
        assert Printed(reported.text(f"tipm.results.kappa.mrecist-{name}")).admits(kappa)


@pytest.mark.parametrize("split", COHORTS)
def test_measurements_are_possible(split):
    frame, scans = cohorts.load("tipm", split), tipm.lesions(split)
    last = scans["patient"].map(frame.set_index("patient")["os_days"])
    assert (scans["day"] <= last.clip(upper=182)).all()
    assert (scans["enhancing"] <= scans["diameter"]).all()
    first = scans[(scans["day"] == 0) & (scans["lesion"] == "T1")].set_index("patient")["diameter"]
    np.testing.assert_allclose(first, 10 * frame.set_index("patient")["diameter"], atol=0.5)
    pd.testing.assert_frame_equal(tipm.lesions(split), scans)
    assert not tipm.lesions(split, 1).equals(scans)


def test_all_patients_are_those_of_the_three_cohorts():
    whole, *parts = (cohorts.load("tipm", x) for x in ("all", *COHORTS))
    assert len(whole) == 327
    assert list(whole["patient"]) == list(range(1, 328))
    both = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(whole.drop(columns="patient"), both.drop(columns="patient"))


def test_the_brier_score_of_a_cohort_keeps_its_floor():
    key = "tipm.table4.training.combined.brier", "printed"
    found = tipm.achieved(cohorts.load("tipm", "training"), "training")[key]
    auc = reported.text("tipm.table4.training.combined.auc")
    assert found > audit.brier_bounds("0.0907", 40, 103, auc=auc)["area"].lower


#: What computes a cohort's numbers by libraries that its recipe does not use.
FOUND = {"magnesium": of_magnesium, "mri": of_mri, "radiotherapy": of_radiotherapy, "tipm": of_tipm}


@pytest.mark.parametrize("paper", FOUND)
def test_other_libraries_find_the_same(paper):
    kinds = product(cohorts.splits()[paper], RECIPES[paper].READINGS, range(4))
    if paper == "tipm":
        kinds = [(split, *made) for split in COHORTS for made in MADE]
    for split, reading, seed in kinds:
        frame = cohorts.load(paper, split, seed, reading)
        found, achieved = FOUND[paper](frame, split, reading), RECIPES[paper].achieved(frame, split)
        assert set(found) == set(achieved) or paper == "tipm"
        for key, value in found.items():
            number = achieved[key][reading] if isinstance(achieved[key], dict) else achieved[key]
            # lifelines takes one end where a curve is at one half between two events, and ends
            # Cox's model early.
            days = ".median." in key[0] and paper != "mri"
            close = {"abs": 0.5} if days else {"rel": 1e-4}
            same = value if isinstance(value, str) else pytest.approx(value, **close)
            assert number == same, (key, split, reading, seed)
