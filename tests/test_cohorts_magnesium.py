"""The magnesium cohorts: their statistics by other libraries, patients sound."""

from functools import cache
from itertools import product

import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from sklearn.metrics import roc_auc_score

from hccbook import cohorts, reported
from hccbook.cohorts import calibration, magnesium

made = cache(lambda *kind: cohorts.build("magnesium", kind[0], kind[2], kind[1]))
each = pytest.mark.parametrize(
    ("split", "reading", "seed"),
    list(product(cohorts.splits()["magnesium"], magnesium.READINGS, range(6))),
)


def values(frame, split):
    """Compute every number of the report by libraries that the recipe does not use."""
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


@each
def test_other_libraries_find_the_same(split, reading, seed):
    frame = made(split, reading, seed)
    found, achieved = values(frame, split), magnesium.achieved(frame, split)
    assert set(achieved) == set(found)
    for key, value in found.items():
        # lifelines takes one end where the curve is at one half between two events, and ends
        # Cox's model early.
        close = {"abs": 0.5} if "median" in key[0] else {"rel": 1e-4}
        assert achieved[key] == pytest.approx(value, **close), key


@each
def test_patients_are_sound(split, reading, seed):
    frame = made(split, reading, seed)
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
