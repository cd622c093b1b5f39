"""The TIPM cohorts: statistics by other libraries, patients plausible, responses derived."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from hccbook import audit, cohorts, reported, response
from hccbook.cohorts import tipm
from hccbook.estimate import Printed

COHORTS = cohorts.splits()["tipm"][:3]
#: The readings that change every cohort; the coefficients change the training cohort only.
QUICK = [("marginals", 0), ("marginals", 1), ("marginals", 2), ("deaths", 0), ("deaths", 1)]
MADE = [*QUICK, ("coefficients", 0), ("coefficients", 1), ("coefficients", 2)]
#: Least and largest plausible value of what the recipe's measurements do not limit.
PLAUSIBLE = {
    "nlr": (0.5, 20),
    "tumour_sites_stiffer": (0, 9),
    "liver_sites_stiffer": (0, 3),
    "afp": (1, 60500),
    "os_days": (42, 185),
}
PLAUSIBLE |= {x: (kind["least"], kind["most"]) for x, kind in tipm.MEANS.items() if x != "alb"}
each = pytest.mark.parametrize(("split", "made_as"), list(product(COHORTS, MADE)))


@pytest.fixture(scope="module")
def made():
    """Return a function that gives a copy of a cohort."""
    return lambda split, made_as=("marginals", 0): tipm.make(split, made_as[1], made_as[0]).copy()


def values(frame, split):
    """Compute what a cohort is built to have, by other libraries than the recipe's."""
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
    return found


@each
def test_other_libraries_find_the_same(split, made_as, made):
    for id, value in values(made(split, made_as), split).items():
        assert Printed(reported.text(id)).admits(round(value, 9)), (id, value)


@pytest.mark.parametrize("seed", range(6))
def test_the_logistic_model_prints(seed, made):
    frame = made("training", ("coefficients", seed))
    names = {"nlr": "nlr_high", "delta-t": "tumour_stiffer", "satellite-nodule": "no_nodule"}
    frame["no_nodule"] = 1 - frame["satellite_nodule"]
    rows = ["nlr", "delta-t", "satellite-nodule", "alt", "plt", "alb", "ggt", "pt", "diameter"]
    table = sm.add_constant(frame[[names.get(row, row) for row in rows]].astype(float))
    fit = sm.Logit(frame["tin"], table).fit(disp=0)
    for row in rows:
        beta, z = (f"tipm.table2.{row}.multivariable.{x}" for x in ("beta", "or"))
        assert Printed(reported.text(beta)).admits(fit.params[names.get(row, row)])
        assert Printed(reported.text(z)).admits(fit.tvalues[names.get(row, row)])


@each
def test_patients_are_sound(split, made_as, made):
    frame = made(split, made_as)
    assert set(frame["cohort"]) == {split}
    for name, (low, high) in PLAUSIBLE.items():
        assert frame[name].between(low, high).all(), (name, frame[name].min(), frame[name].max())
    assert ((frame["nlr"] > 3) == frame["nlr_high"]).all()
    assert ((frame["afp"] > 200) == frame["afp_200"]).all()
    assert ((frame["tumour_sites_stiffer"] >= 5) == frame["tumour_stiffer"]).all()
    assert ((frame["liver_sites_stiffer"] >= 2) == frame["liver_stiffer"]).all()
    # One albumin makes the SD of the internal cohort.
    beyond = frame[~frame["alb"].between(20, 61)]
    assert len(beyond) == (split == "internal")
    assert beyond["tipm_score"].isna().all()


@each
def test_the_score_is_that_of_its_four_variables(split, made_as, made):
    frame = made(split, made_as)
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
def test_responses_follow_from_the_measurements(reading, seed, made):
    frame, scans = made("all", (reading, seed)), tipm.lesions("all", seed, reading)
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
def test_measurements_are_possible(split, made):
    frame, scans = made(split), tipm.lesions(split)
    last = scans["patient"].map(frame.set_index("patient")["os_days"])
    assert (scans["day"] <= last.clip(upper=182)).all()
    assert (scans["enhancing"] <= scans["diameter"]).all()
    first = scans[(scans["day"] == 0) & (scans["lesion"] == "T1")].set_index("patient")["diameter"]
    np.testing.assert_allclose(first, 10 * frame.set_index("patient")["diameter"], atol=0.5)
    pd.testing.assert_frame_equal(tipm.lesions(split), scans)
    assert not tipm.lesions(split, 1).equals(scans)


def test_all_patients_are_those_of_the_three_cohorts(made):
    whole, parts = made("all"), [made(x) for x in COHORTS]
    assert len(whole) == 327
    assert list(whole["patient"]) == list(range(1, 328))
    both = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(whole.drop(columns="patient"), both.drop(columns="patient"))


def test_the_brier_score_of_a_cohort_keeps_its_floor(made):
    key = "tipm.table4.training.combined.brier", "printed"
    found = tipm.achieved(made("training"), "training")[key]
    auc = reported.text("tipm.table4.training.combined.auc")
    assert found > audit.brier_bounds("0.0907", 40, 103, auc=auc)["area"].lower
