"""The radiotherapy cohorts: their statistics by other libraries, patients sound."""

from functools import cache
from itertools import product

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from hccbook import cohorts, reported, response, survival
from hccbook.cohorts import radiotherapy
from hccbook.estimate import Printed

SEEDS = range(5)
READINGS = radiotherapy.READINGS
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

made = cache(lambda reading, seed: cohorts.build("radiotherapy", "all", seed, reading))
each = pytest.mark.parametrize(("reading", "seed"), list(product(READINGS, SEEDS)))


def medians(frame):
    """Return the three medians in months by lifelines: OS, PFS and the reverse one."""
    columns = ("os", "died", 1), ("pfs", "progressed", 1), ("os", "died", 0)
    return [
        KaplanMeierFitter()
        .fit(frame[f"{time}_months"], frame[event] == value)
        .median_survival_time_
        for time, event, value in columns
    ]


@each
def test_other_libraries_find_the_same(reading, seed):
    frame = made(reading, seed)
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
    assert (frame[EVENTS] > 0).sum().idxmax() == "grade_dermatitis"
    assert severe.sum().idxmax() == "grade_thrombocytopenia"
    words = {f"adverse.{x}.rank" for x in ("dermatitis", "thrombocytopenia")}
    achieved = radiotherapy.achieved(frame)
    assert {(f"radiotherapy.{id}", "printed") for id in (*found, *words)} == set(achieved)
    for id, value in found.items():
        number = achieved[f"radiotherapy.{id}", "printed"]
        number = number[reading] if isinstance(number, dict) else number
        assert number == pytest.approx(value, abs=1e-3), id


@pytest.mark.parametrize("seed", SEEDS)
def test_conventions_of_the_median_agree_in_the_first_reading(seed):
    frame = made("reverse", seed)
    for time, event in (("os_days", "died"), ("pfs_days", "progressed")):
        both = [
            survival.median(frame[time], frame[event], convention=x).value
            for x in ("midpoint", "first")
        ]
        assert both[0] == both[1]
    follow_up = [
        survival.median_follow_up(frame["os_days"], frame["died"], convention=x, ties=y).value
        for x in ("midpoint", "first")
        for y in ("together", "events first")
    ]
    assert len({round(days / radiotherapy.DAYS_PER_MONTH, 1) for days in follow_up}) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_second_reading_half_die_and_the_others_live_on(seed):
    frame = made("observed", seed).sort_values("os_days", kind="stable")
    half = len(frame) // 2
    assert frame["died"].iloc[:half].all()
    before, after = frame["os_months"].iloc[[half - 1, half]]
    assert Printed(reported.text("radiotherapy.os.median")).admits(before)
    # Nobody's follow-up ends between the median and as long after the median follow-up.
    assert after - before > 2 * (reported.number("radiotherapy.followup.median") - 17.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_one_reading_has_the_other_has_not(seed):
    key = "radiotherapy.followup.median", "printed"
    for reading in READINGS:
        found = radiotherapy.achieved(made(reading, seed))[key]
        assert set(found) == set(READINGS)
        met = [name for name in READINGS if Printed(reported.text(*key)).admits(found[name])]
        assert met == [reading]


def test_every_column_is_in_the_dictionary():
    text = (reported.DATA.parent / "book" / "data-dictionary.md").read_text(encoding="utf-8")
    section = text.split("### Radiotherapy")[1].split("\n## ")[0].split("\n### ")[0]
    assert [name for name in made("reverse", 0) if f"`{name}`" not in section] == []


@each
def test_patients_are_plausible(reading, seed):
    frame = made(reading, seed)
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


@each
def test_dates_and_treatments_follow_one_another(reading, seed):
    frame = made(reading, seed)
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


@each
def test_progression_death_and_follow_up_agree(reading, seed):
    frame = made(reading, seed)
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


@each
def test_responses_are_those_of_recist(reading, seed):
    frame = made(reading, seed)
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
