"""hccbook.prediction's net benefit against R, dcurves and its own laws."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hccbook import prediction

SAME = 1e-12  # the same formula; the reference files have 15 digits

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "benefit.json").read_text(encoding="utf-8"))["curves"]
DCURVES = pd.read_csv(REFERENCE / "benefit.csv")
INPUT = {
    name: (frame["y"].to_numpy(), frame["risk"].to_numpy())
    for name, frame in pd.read_csv(REFERENCE / "calibration.csv").groupby("dataset")
}
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)
#: Thresholds in hundredths, so that risks in hundredths tie with them.
hundredths = st.lists(st.integers(0, 99), min_size=1, max_size=12)


@st.composite
def patients(draw, largest=30):
    """Outcomes of both classes and risks in hundredths, from 0 to 100."""
    n = draw(st.integers(2, largest))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < y.sum() < n)
    return y, np.array(draw(st.lists(st.integers(0, 100), min_size=n, max_size=n)))


def test_every_data_set_has_its_reference():
    assert set(INPUT) == set(R) == set(DCURVES["dataset"])


@pytest.mark.parametrize("dataset", INPUT)
def test_net_benefit_as_in_r(dataset):
    ours = prediction.net_benefit(*INPUT[dataset], R[dataset]["threshold"])
    for column in ("tp", "fp", "model", "all"):
        assert ours[column].to_numpy() == pytest.approx(np.array(R[dataset][column]), abs=SAME)
    assert (ours["none"] == 0).all()


@pytest.mark.parametrize("dataset", INPUT)
def test_net_benefit_as_in_dcurves(dataset):
    theirs = DCURVES[DCURVES["dataset"] == dataset].set_index("model")
    model = theirs.loc["risk"]
    ours = prediction.net_benefit(*INPUT[dataset], model["threshold"])
    assert ours["model"].to_numpy() == pytest.approx(model["net_benefit"].to_numpy(), abs=SAME)
    all_treated = theirs.loc["all", "net_benefit"].to_numpy()
    assert ours["all"].to_numpy() == pytest.approx(all_treated, abs=SAME)


def test_net_benefit_by_hand():
    """Ten patients of whom 4 are ill; 3 ill and 1 well are treated at 20 %."""
    y = np.repeat([1, 0], [4, 6])
    risk = [0.9, 0.6, 0.2, 0.1, 0.4, 0.1, 0.1, 0.1, 0.05, 0.0]
    row = prediction.net_benefit(y, risk, [0.2]).iloc[0]
    assert (row["tp"], row["fp"]) == (3, 1)  # a risk at the threshold is treated
    assert row["model"] == pytest.approx(3 / 10 - 1 / 10 / 4, abs=SAME)
    assert row["all"] == pytest.approx(4 / 10 - 6 / 10 / 4, abs=SAME)


@properties
@given(patients(), hundredths)
def test_net_benefit_is_the_formula(case, at):
    y, percent = case
    curve = prediction.net_benefit(y, percent / 100, np.array(at) / 100)
    n = y.size
    for row, t in zip(curve.itertuples(), (Fraction(t, 100) for t in at), strict=True):
        treated = percent >= 100 * t
        tp, fp = int((treated & (y == 1)).sum()), int((treated & (y == 0)).sum())
        model = (tp - fp * t / (1 - t)) / n
        everyone = (int(y.sum()) - int((1 - y).sum()) * t / (1 - t)) / n
        assert (row.tp, row.fp) == (tp, fp)
        expected = [float(model), float(everyone)]
        assert [row.model, row.all] == pytest.approx(expected, abs=SAME, rel=SAME)


@properties
@given(patients(), hundredths)
def test_laws_of_the_curve(case, at):
    y, percent = case
    at = np.array(sorted(at)) / 100
    share = y.mean()
    curve = prediction.net_benefit(y, percent / 100, at)
    # No model is better than a perfect one, and it is worth the prevalence everywhere.
    perfect = prediction.net_benefit(y, y, at)
    assert perfect["model"].to_numpy() == pytest.approx(share, abs=SAME)
    assert (curve["model"] <= share + SAME).all()
    # One risk for all, the prevalence: the better of all and none.
    null = prediction.net_benefit(y, np.full(y.size, share), at)
    best = np.maximum(null["all"], null["none"]).to_numpy()
    assert null["model"].to_numpy() == pytest.approx(best, abs=SAME)
    # A risk of 1 for all, and one below every threshold.
    everyone = prediction.net_benefit(y, np.ones(y.size), at)
    assert everyone["model"].to_numpy() == pytest.approx(everyone["all"].to_numpy(), abs=SAME)
    above = at[at > 0]
    if above.size:
        assert (prediction.net_benefit(y, np.zeros(y.size), above)["model"] == 0).all()
    assert (np.diff(curve["tp"]) <= 0).all()
    assert (np.diff(curve["fp"]) <= 0).all()


@properties
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
    at, resamples = [0.2, 0.4, 0.6], 2000
    ours = prediction.net_benefit(y, risk, at, resamples, seed=1)
    rng, values = np.random.default_rng(2), []
    for _ in range(resamples):
        drawn = rng.integers(y.size, size=y.size)
        values.append(
            [
                np.where(risk[drawn] >= t, np.where(y[drawn] == 1, 1, -t / (1 - t)), 0).mean()
                for t in at
            ]
        )
    # Four standard errors of the difference of two simulated 2.5 % quantiles, each
    # sqrt(0.025 · 0.975 / 2000) / density, with the normal density there, 0.058 / SD.
    allowed = 4 * 2**0.5 * (0.025 * 0.975 / resamples) ** 0.5 / 0.058 * np.std(values, axis=0)
    for column, end in (("lower", 0.025), ("upper", 0.975)):
        theirs = np.quantile(values, end, axis=0)
        assert (np.abs(ours[column].to_numpy() - theirs) < allowed).all()


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


Y, RISK = [0, 1, 0, 1], [0.2, 0.3, 0.4, 0.5]
BAD = [
    (([], [], [0.1]), "y: expected one or more values"),
    (([0, 0], [0, 1], [0.1]), "y: expected both classes 0 and 1, got only 0"),
    (([0, 1], [0, 30], [0.1]), "risk: .* from 0 to 1, got 30 at position 1"),
    ((Y, RISK, [0.5, 1]), "thresholds: .* at least 0 and below 1, got 1 at position 1"),
    ((Y, RISK, [-0.1]), "thresholds: .* got -0.1"),
    ((Y, RISK, []), "thresholds: expected one or more values in a row"),
    ((Y, RISK, 0.5), "thresholds: expected one or more values"),
    ((Y, RISK, [0.1], -1), "resamples: .* at least 0, got -1"),
    ((Y, RISK, [0.1], 0.5), "resamples: .* got 0.5"),
]


def test_bad_input_is_named():
    for arguments, message in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            prediction.net_benefit(*arguments)
