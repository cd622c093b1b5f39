"""Recipes that are told in a file alone: an invented trial, built from what it prints."""

import numpy as np
import pandas as pd
import pytest

from hccbook import cohorts, reported
from hccbook.cohorts import calibration
from hccbook.estimate import Printed

#: Register id, quantity and the printed cells of an invented trial.
PRINTED = """
arm.control.n,number of patients,58,,,
arm.treated.n,number of patients,60,,,
response.control.count,count,9,,,
response.treated.count,count,21,,,
age.control.mean,mean,61.2,,,
age.control.sd,standard deviation,9.8,,,
age.treated.mean,mean,60.4,,,
age.treated.sd,standard deviation,10.3,,,
afp.control.mean,mean,310,,,
afp.control.sd,standard deviation,420,,,
afp.treated.mean,mean,287,,,
afp.treated.sd,standard deviation,390,,,
roc.auc,auc,0.64,,,
os.control.median,median,11.2,,,
os.treated.median,median,15.4,,,
os.hr,hazard ratio,0.68,0.45,1.03,0.07
"""
RECIPE = """
[[targets]]
ids = [
  "arm.{control,treated}.n", "response.{control,treated}.count", "roc.auc",
  "{age,afp}.{control,treated}.{mean,sd}",
  "os.{control,treated}.median", "os.hr: printed, lower, upper",
]

[groups]
column = "treated"
names = ["control", "treated"]
n = "arm.{group}.n"

[columns]
age = { mean = "age.{group}.mean", sd = "age.{group}.sd" }
afp = { mean = "afp.{group}.mean", sd = "afp.{group}.sd" }
responded = { count = "response.{group}.count", auc = "roc.auc", marker = "afp" }
os = { median = "os.{group}.median", hr = "os.hr" }

[assumed]
age = { resolution = 1, range = [25, 88] }
afp = { resolution = "1", range = [1, 60000] }
os = { days_per_month = 30.4375, shape = 1.1, followed = [6, 36] }
"""


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """A folder of data with the trial alone, and a function that writes another recipe."""
    for folder in ("reported", "recipes"):
        (tmp_path / folder).mkdir()
    rows = [line.split(",") for line in PRINTED.strip().splitlines()]
    frame = pd.DataFrame("", index=range(len(rows)), columns=reported.contract()["columns"])
    frame[["id", "quantity", "printed", "lower", "upper", "p"]] = rows
    frame["id"], frame["cohort"], frame["kind"] = "trial." + frame["id"], "all", "result"
    frame.to_csv(tmp_path / "reported" / "trial.csv", index=False)
    monkeypatch.setattr(reported, "DATA", tmp_path)

    def write(recipe):
        (tmp_path / "recipes" / "trial.toml").write_text(recipe, encoding="utf-8")
        calibration.told.cache_clear()
        cohorts._make.cache_clear()

    write(RECIPE)
    yield write
    for cached in (calibration.told, cohorts._make, reported._load):
        cached.cache_clear()


@pytest.mark.parametrize("seed", range(6))
def test_every_target_prints_and_nothing_else_is_read(trial, seed):
    assert cohorts.splits() == {"trial": ("all",)}
    report = cohorts.report("trial", seed=seed)
    assert report["met"].all(), report
    assert len(report) == 18
    frame = cohorts.load("trial", seed=seed)
    assert [*frame] == ["patient", "treated", "age", "afp", "responded", "os_days", "os_event"]
    # By hand, without the recipe's own statistics.
    treated = frame[frame["treated"] == 1]
    assert treated["responded"].sum() == 21
    assert Printed("60.4").admits(treated["age"].mean())
    assert Printed("10.3").admits(treated["age"].std())
    assert frame["afp"].between(1, 60000).all()
    assert frame["os_days"].between(1, 36 * 30.4375 + 1).all()


@pytest.mark.long
def test_seeds_and_assumptions_make_other_cohorts(trial):
    first = cohorts.load("trial", seed=3)
    pd.testing.assert_frame_equal(first, cohorts.build("trial", seed=3), check_exact=True)
    assert not first.equals(cohorts.load("trial", seed=4))
    longer = cohorts.load("trial", seed=3, assumed={"os": {"followed": [12, 60]}})
    assert longer["os_days"].max() > 37 * 30.4375


def test_three_groups_without_a_ratio(trial):
    three = RECIPE.replace('"treated"]', '"treated", "control"]').replace(', hr = "os.hr"', "")
    trial(three.replace(', "os.hr: printed, lower, upper"', ""))
    frame = cohorts.load("trial")
    assert np.bincount(frame["treated"]).tolist() == [58, 60, 58]
    assert cohorts.report("trial")["met"].all()


def test_halves_of_all_patients_with_printed_shares_by_a_time(trial):
    shares = RECIPE.replace(
        'median = "os.{group}.median", hr = "os.hr"', 'rate = "os.{group}.median"'
    )
    shares = shares.replace(', "os.hr: printed, lower, upper"', "").replace(
        "shape = 1.1", "shape = 1.1, at = 24"
    )
    trial(
        shares.replace('n = "arm.{group}.n"', 'n = "arm.treated.n"')
        .replace('"arm.{control,treated}.n"', '"arm.treated.n"')
        .replace('age = { mean = "age.{group}.mean", sd = "age.{group}.sd" }\n', "")
        .replace("age = { resolution = 1, range = [25, 88] }\n", "")
    )
    frame = cohorts.load("trial", seed=1)
    assert np.bincount(frame["treated"]).tolist() == [30, 30]
    for treated, printed in enumerate(("11.2", "15.4")):
        part = frame[frame["treated"] == treated].sort_values(
            ["os_days", "os_event"], ascending=[True, False]
        )
        left = np.arange(len(part), 0, -1)  # by hand: no ties among events
        died = part["os_event"] * (part["os_days"] <= 24 * 30.4375)
        assert Printed(printed).admits(100 - 100 * (1 - died / left).prod())


WRONG = {
    ('mean = "age.{group}.mean", ', ""): r"columns.age: expected count .*or mean and sd or median",
    ('sd = "age.{group}.sd" }', 'sd = "age.{group}.sd", hr = "os.hr" }'): "columns.age: expected",
    ('marker = "afp"', 'marker = "os"'): r"columns.responded, marker: expected one of .*age.*afp",
    (', auc = "roc.auc", marker = "afp"', ', auc = "roc.auc"'): "columns.responded, marker: ",
    ("resolution = 1, range = [25, 88]", "resolution = 1"): "assumed.age: expected",
    ("shape = 1.1", "shap = 1.1"): "assumed.os: expected",
    ("30.4375", "1"): "days_per_month: no whole day prints as 11.2 months",
}


@pytest.mark.parametrize("change", WRONG)
def test_a_recipe_that_cannot_be_meant_is_refused(trial, change):
    assert change[0] in RECIPE
    trial(RECIPE.replace(*change))
    with pytest.raises(ValueError, match=WRONG[change]):
        cohorts.load("trial")


def test_what_is_held_out_is_not_read(trial):
    trial(RECIPE.replace(', "os.hr: printed, lower, upper"', ""))
    with pytest.raises(KeyError, match=r"trial.os.hr \(printed\) is held out"):
        cohorts.load("trial")
