"""hccbook.prediction's net benefit against R, dcurves and its own laws."""

from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from reference import arrays, frames, near, numbers, outcomes

from hccbook import prediction

SAME = 1e-12  # the same formula; the reference files have 15 digits
R, DCURVES, INPUT = numbers("benefit")["curves"], frames("benefit"), arrays("calibration")
#: Outcomes of both classes and risks in hundredths, from 0 to 100.
patients = partial(outcomes, 0, 100)
#: Thresholds in hundredths, so that risks in hundredths tie with them.
hundredths = st.lists(st.integers(0, 99), min_size=1, max_size=12)


def test_net_benefit_as_in_r_and_dcurves():
    assert set(INPUT) == set(R) == set(DCURVES)
    for dataset, case in INPUT.items():
        expected = R[dataset]
        ours = prediction.net_benefit(*case, expected["threshold"])
        for column in ("tp", "fp", "model", "all"):
            near(ours[column], expected[column], abs=SAME)
        assert (ours["none"] == 0).all()
        theirs = DCURVES[dataset].set_index("model")
        ours = prediction.net_benefit(*case, theirs.loc["risk", "threshold"])
        for column, name in (("model", "risk"), ("all", "all")):
            near(ours[column], theirs.loc[name, "net_benefit"], abs=SAME)


@given(patients(), hundredths)
def test_net_benefit_is_the_formula(case, at):
    y, percent = case
    curve = prediction.net_benefit(y, percent / 100, np.array(at) / 100)
    n, ill = y.size, int(y.sum())
    for row, t in zip(curve.itertuples(), (Fraction(t, 100) for t in at), strict=True):
        treated = percent >= 100 * t  # a risk at the threshold is treated
        tp, fp = int((treated & (y == 1)).sum()), int((treated & (y == 0)).sum())
        assert (row.tp, row.fp) == (tp, fp)
        expected = [(a - b * t / (1 - t)) / n for a, b in ((tp, fp), (ill, n - ill))]
        near([row.model, row.all], expected, abs=SAME, rel=SAME)


@given(patients(), hundredths, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(case, at, random):
    y, percent = case
    order = random.sample(range(y.size), y.size)
    one = prediction.net_benefit(y, percent / 100, np.array(at) / 100, 20)
    other = prediction.net_benefit(y[order], percent[order] / 100, np.array(at) / 100, 20)
    pd.testing.assert_frame_equal(one, other)
    places = random.sample(range(len(at)), len(at))
    turned = prediction.net_benefit(y, percent / 100, np.array(at)[places] / 100, 20)
    pd.testing.assert_frame_equal(turned, one.iloc[places].reset_index(drop=True))


def test_limits_as_by_drawing_patients():
    """The same distribution as a bootstrap of the patients, one after the other."""
    y, risk = INPUT["external"]
    at, resamples = np.array([0.2, 0.4, 0.6]), 20_000
    ours = prediction.net_benefit(y, risk, at, resamples, seed=1)
    gains = np.where(risk[:, None] >= at, np.where(y[:, None] == 1, 1, -at / (1 - at)), 0)
    drawn = np.random.default_rng(2).integers(y.size, size=(resamples, y.size))
    values = gains[drawn].mean(axis=1)
    # Four standard errors of the difference of two simulated 2.5 % quantiles, each
    # sqrt(0.025 · 0.975 / 20000) / density, with the normal density there, 0.058 / SD.
    allowed = 4 * 2**0.5 * (0.025 * 0.975 / resamples) ** 0.5 / 0.058 * np.std(values, axis=0)
    theirs = np.quantile(values, [0.025, 0.975], axis=0)
    assert (np.abs(ours[["lower", "upper"]].to_numpy().T - theirs) < allowed).all()


def test_limits_depend_on_the_seed_alone():
    y, risk = INPUT["external"]
    first, again, other = (
        prediction.net_benefit(y, risk, [0.1, 0.5], 200, seed=s)
        for s in (3, np.random.SeedSequence(3), 4)
    )
    pd.testing.assert_frame_equal(first, again)
    assert first["lower"].to_list() != other["lower"].to_list()
    assert ((first["lower"] < first["model"]) & (first["model"] < first["upper"])).all()
    assert "lower" not in prediction.net_benefit(y, risk, [0.1])
