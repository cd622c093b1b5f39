"""hccbook.cohorts.calibration: what each tool promises, checked by the libraries of the field."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hccbook import accuracy, audit, survival
from hccbook.cohorts import calibration as cal
from hccbook.cohorts.calibration import follow_up, search
from hccbook.estimate import Printed

SEEDS = range(4)
#: Sums in another order agree so far.
CLOSE = 1e-9


def prints(text, value):
    return Printed(text).admits(round(value, 10))


def test_distances_are_in_half_rounding_intervals():
    aim = cal.Aim(*cal.boxes(["0.50", "3.1"]))
    values = np.array([[0.51, 3.1], [0.50, 3.2], [0.49, 3.0], [math.nan, 3.1]])
    assert aim.outside(values) == pytest.approx([1, 1, 2, math.inf], abs=4 * search.MARGIN)
    assert aim.loss(values) == pytest.approx([2, 2, 4, math.inf])


@pytest.mark.parametrize("values", [60, 30])  # without ties, and with many
def test_an_area_is_reached_inside_the_groups_or_missed(values):
    rng = np.random.default_rng(0)
    marker, group = np.floor(np.arange(60) / (60 / values)), np.repeat([0, 1], 30)
    outcome = cal.outcome_in_groups(rng, group, (8, 22))
    for auc in ("0.700", "0.780"):
        reached = cal.reach_auc(rng, outcome, marker, group, auc)
        assert Printed(auc).admits(accuracy.auc(reached, marker).value)
        assert (np.bincount(group, reached) == (8, 22)).all()
    cells = 22, 8, 8, 22
    impossible = "0.990"
    assert audit.auc_bounds(*cells, impossible)["any curve"].verdict == "contradicted"
    with pytest.raises(cal.NotReached, match=r"AUC 0\.990 not reached"):
        cal.reach_auc(rng, outcome, marker, group, impossible, tries=2000)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 1)), min_size=1, max_size=30))
def test_the_fast_median_is_the_median(patients):
    days, event = np.array(patients).T
    for convention in ("midpoint", "first"):
        expected = survival.median(days, event, convention=convention).value
        assert cal.km_median(days, event, convention) == expected
        assert cal.km_median(days, event == 1, convention) == expected


@pytest.mark.parametrize("target", [100, 101, 250, 250.5])
def test_medians_are_set_or_missed(target):
    rng = np.random.default_rng(0)
    met = 0
    for _ in range(50):
        # Half days need S(t) = 0.5 from one event to the next, as without censoring.
        share = 0.7 if target == int(target) else 1
        days, event = rng.integers(10, 400, 30), (rng.random(30) < share).astype(int)
        try:
            moved = cal.set_median(days, event, target)
        except cal.NotReached:
            continue
        met += 1
        assert survival.median(moved, event).value == target
        assert len(set(moved[event == 1])) == event.sum()
    assert met
    with pytest.raises(cal.NotReached, match="the median is not reached"):
        cal.set_median(np.array([1, 2]), np.array([0, 0]), 5)


def cohort(seed, aim=None, n=60, censored=0.3, longer=100):
    """Return a cohort of two groups, group 1 with the longer follow-up."""
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1], [n // 3, n - n // 3])
    days = rng.permutation(np.arange(40, 40 + 5 * n, 5)) + longer * group + rng.integers(5, size=n)
    arguments = {
        "rng": rng,
        "aim": aim,
        "days": days,
        "event": (rng.random(n) >= censored).astype(int),
        "group": group,
        "earliest": np.full(n, 30),
        "latest": np.full(n, 900),
        "must_progress": np.arange(n) % 10 == 0,
    }
    arguments["event"][arguments["must_progress"]] = 1
    made = cal.Survival(**arguments)
    made.untie()
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_models_of_many_cohorts_are_those_of_each(seed):
    made = cohort(seed)
    rng = np.random.default_rng(seed)
    days = np.stack([rng.permutation(made.days.size) for _ in range(20)])
    event = np.tile(made.event, (20, 1))
    # Some are censored on the day of another's event: they were at risk there.
    for k, i in enumerate(np.flatnonzero(made.event == 0)[:20]):
        days[k, i] = days[k, np.flatnonzero(made.event == 1)[k % 5]]
    for start in (0.0, -2.0, 5.0):
        log_hr, error = follow_up.cox(days, event, made.group, start)
        for k in range(20):
            expected = survival.cox_two_groups(days[k], event[k], made.group)
            assert log_hr[k] == pytest.approx(math.log(expected.value), abs=CLOSE)
            width = math.log(expected.upper / expected.lower) / 2
            assert 1.959963984540054 * error[k] == pytest.approx(width, abs=CLOSE)
    p = [survival.logrank(days[k], event[k], made.group)[1] for k in range(20)]
    assert follow_up.logrank(days, event, made.group) == pytest.approx(p, abs=CLOSE)


def test_models_of_many_cohorts_say_where_there_is_no_estimate():
    days, group = np.array([[1, 2, 3, 4], [1, 2, 3, 4], [3, 4, 1, 2]]), np.array([0, 0, 1, 1])
    event = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1]])
    assert np.isnan(follow_up.cox(days, event, group)).all()
    alone = np.array([[1, 2]]), np.array([[0, 1]]), np.array([0, 1])
    assert np.isnan(follow_up.logrank(*alone)).all()


@pytest.mark.parametrize(
    ("aim", "texts"),
    [
        (cal.HazardRatioAim, ("0.512", "0.281", "0.934")),
        (cal.HazardRatioAim, ("0.61", "0.33", "1.13")),
        *((cal.LogRankAim, (p,)) for p in ("0.0371", "0.62", "< 0.001")),
    ],
)
@pytest.mark.parametrize(("seed", "changes"), [(5, 0), (0, 100), (1, 100), (3, 100)])
def test_survival_results_are_reached(aim, texts, seed, changes):
    made = cohort(seed, aim(*texts), longer=100 if aim is cal.HazardRatioAim else 50)
    before, medians = (made.days.copy(), made.event.copy()), made.medians()
    assert made.loss() > 0
    made.reach(changes)
    follow_up = made.days, made.event, made.group
    found = [survival.logrank(*follow_up)[1]]
    if aim is cal.HazardRatioAim:
        hr = survival.cox_two_groups(*follow_up)
        found = hr.value, hr.lower, hr.upper
    assert all(map(prints, texts, found))
    assert made.loss() == 0
    for group, kept in enumerate(medians):
        days, event = (x[made.group == group] for x in follow_up[:2])
        assert survival.median(days, event).value == kept
    assert len(set(made.days[made.event == 1])) == made.event.sum()
    changed = (made.days != before[0]) | (made.event != before[1])
    assert ((made.days >= made.earliest) & (made.days <= made.latest))[changed].all()
    assert made.event[made.must_progress].all()
    # What is reached already is left alone.
    again = made.days.copy(), made.event.copy()
    made.reach(changes)
    assert ((made.days == again[0]) & (made.event == again[1])).all()


GROUPS = np.repeat([0, 1, 2], [40, 25, 60])


@pytest.mark.parametrize(
    ("means", "sds", "resolution", "limits"),
    [
        (("59.3", "61.08", "58"), ("9.6", "10.21", "9"), "1", (18, 90)),
        (("39.9", "36.1", "41.2"), ("5.4", "3.8", "5.1"), "0.1", (15, 60)),
        (("160.9", "78.6", "86.1"), ("424.8", "110.6", "92.0"), "1", (8, 8000)),
        (("1.04", "1.10", "0.98"), ("0.12", "0.5", "0.101"), "0.01", (0.7, 5.0)),
        (("3120", "850", "2300"), ("8100", "2700", "6400"), "0.1", (0.6, 60500)),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_means_and_sds_print(seed, means, sds, resolution, limits):
    rng = np.random.default_rng(seed)
    group = rng.permutation(GROUPS)
    values = cal.measurements(rng, group, means, sds, resolution, *limits)
    for g, (mean, sd) in enumerate(zip(means, sds, strict=True)):
        assert prints(mean, values[group == g].mean())
        assert prints(sd, values[group == g].std(ddof=1))
    steps = values / float(resolution)
    assert np.abs(steps - np.round(steps)).max() < 1e-6
    assert limits[0] <= values.min()
    assert values.max() <= limits[1]
    assert len(set(values)) > 5
    if means[0] == "160.9":  # whose SD is far above the mean: most patients are as usual
        assert 20 < np.median(values[group == 0]) < 140
        assert (values[group == 0] == limits[0]).sum() < 8


def test_what_cannot_print_is_a_miss():
    texts = ("50.0", "52.0", "54.0"), ("9.0", "9.1", "9.2")
    union = [((0, 1), "55.0", "9.0")]  # a mean that no means of its groups make
    with pytest.raises(cal.NotReached, match="half intervals outside after"):
        cal.measurements(np.random.default_rng(0), GROUPS, *texts, "0.1", 5, 120, union)
    # So narrow an interval needs some hundred events.
    made = cohort(0, cal.HazardRatioAim("0.500", "0.400", "0.625"), n=20)
    medians, made.rounds = made.medians(), 3
    with pytest.raises(cal.NotReached, match="half intervals outside after"):
        made.reach(changes=50)
    assert made.medians() == medians
    assert len(set(made.days[made.event == 1])) == made.event.sum()
