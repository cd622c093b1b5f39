"""hccbook.prediction.lasso_path against glmnet and cv.glmnet, and the conditions of a minimum."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import REFERENCE, near, numbers

from hccbook import prediction

SAME = 1e-12  # the same sums in another order
# Coefficients in units of their columns' standard deviations, scores: glmnet stops when a round
# of coordinate descent changes nothing more than 1e-22 of the deviance, and keeps risks between
# 1e-9 and 1 - 1e-9. Ours solve the equations to 1e-10 (test_conditions_of_a_minimum).
GLMNET = 1e-8
GLMNET_ERROR = 1e-7  # differences of scores over the folds
SATURATED = 1e-6  # where risks reach glmnet's limits, and coefficients some 30
OWN_LAMBDAS = 0.06  # largest relative difference that lambdas of their own in the folds make
MINIMUM = 1e-9  # slopes relative to lambda

R, DATA = numbers("lasso"), pd.read_csv(REFERENCE / "lasso.csv")
Y, FOLD, X = DATA["y"].to_numpy(), DATA["fold"].to_numpy(), DATA.iloc[:, 2:]
properties = settings(max_examples=12)


def awkward():
    """Columns that are constant, copies, dummies of one variable, or of unusual size."""
    third = X["x3"]
    columns = {"constant": 1.0, "first": X["x1"], "copy": 2 * X["x1"] + 3, "mirror": -X["x1"]}
    columns |= {"rare": X["x2"] > 2.5, "a": third < -0.5, "b": (third >= -0.5) & (third < 0.5)}
    columns |= {"c": third >= 0.5, "huge": 1e6 + 1e4 * X["x4"], "tiny": X["x5"] / 1e6}
    return pd.DataFrame(columns | {"rounded": X["x6"].round()})


CASES = {
    "wide": (X, Y, FOLD, {}),
    "tall": (X.iloc[:, :12], Y, FOLD, {}),
    "small": (X.iloc[:25, :30], Y[:25], np.arange(25) % 10, {}),
    "awkward": (awkward(), Y, FOLD, {}),
    "separated": (X.iloc[:, :8], X["x1"] + X["x2"] > 0.5, FOLD, {"ratio": 1e-5}),
    "options": (X.iloc[:, :20], Y, (FOLD + 1) // 2, {"lambdas": 30, "ratio": 0.05}),
}


@pytest.fixture(scope="module")
def paths():
    """Each case is fitted once."""
    return {
        name: prediction.lasso_path(x, y, folds=fold, **options)
        for name, (x, y, fold, options) in CASES.items()
    }


def same_model(path, sd, at, theirs, within):
    near(path.model(at).iloc[1:] * sd, np.array(theirs)[1:] * sd, abs=within)


def test_path_and_its_choice_as_cv_glmnet(paths):
    assert set(CASES) == set(R) - {"versions"}
    for case, path in paths.items():
        expected, table = R[case], path.table
        x = np.asarray(CASES[case][0], dtype=float)
        sd, names = x.std(axis=0), path.coefficients.columns[1:]
        rough = {"separated": SATURATED}.get(case, GLMNET)
        # It ends where glmnet's ends.
        near(table["lambda"], expected["lambda"], rel=SAME)
        near(table["deviance_ratio"], expected["deviance_ratio"], abs=GLMNET)
        same_model(path, sd, table["lambda"].iloc[-1], expected["last"], rough)
        same_model(path, sd, *expected["between"].values(), GLMNET)
        if case != "awkward":  # there glmnet leaves some 1e-15 of a copy of a column
            assert table["nonzero"].to_list() == expected["nonzero"]
        near(table["cv_deviance"], expected["cv_deviance"], rel=rough)
        near(table["cv_se"], expected["cv_se"], rel=max(rough, GLMNET_ERROR))
        for at, key in (("lambda_min", "at_min"), ("lambda_1se", "at_1se")):
            theirs, own = np.array(expected[key]), expected["own"]
            near(getattr(path, at), expected[at], rel=SAME)
            near(getattr(path, at), own[at], rel=SAME)
            same_model(path, sd, at, theirs, rough)
            some = np.abs(theirs[1:]) * sd > GLMNET
            assert path.selected(at) == list(names[some])
        near(path.predict(CASES[case][0].iloc[:5], "lambda_min"), expected["risk"], abs=GLMNET)
        # Lambdas of their own in the folds change little.
        gap = np.abs(table["cv_deviance"] / np.array(own["cv_deviance"]) - 1).max()
        assert 10 * GLMNET < gap < OWN_LAMBDAS


def test_columns_that_say_nothing_new_have_no_coefficient(paths):
    coefficients = paths["awkward"].coefficients
    assert (coefficients[["constant", "copy", "mirror"]] == 0).all(axis=None)
    assert (coefficients["first"].iloc[1:] != 0).all()
    # Separated classes have finite coefficients.
    path = paths["separated"]
    assert np.isfinite(path.coefficients).all(axis=None)
    assert path.table["deviance_ratio"].iloc[-2] < 0.999 < path.table["deviance_ratio"].iloc[-1]


def test_hardly_overlapping_classes_have_a_minimum():
    """Linear predictors of several hundred."""
    for seed in (94, 196, 233):
        rng = np.random.default_rng(seed)
        x = np.exp(2 * rng.normal(size=(15, 7)))
        gap = x[:, 0] - x[:, 0].mean()
        y = (rng.random(15) < 1 / (1 + np.exp(-2 * gap / gap.std()))).astype(float)
        y[:4], x[:3, 0] = [0, 0, 1, 1], [0, 1, 3]
        prediction.lasso_path(x, y, folds=np.arange(15) % 4, lambdas=12)


@st.composite
def patients(draw):
    """Columns of several kinds, more or fewer than patients."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, p = draw(st.integers(15, 30)), draw(st.integers(1, 35))
    kind = draw(st.sampled_from(["normal", "rare", "skewed", "dummies", "collinear"]))
    x = rng.normal(size=(n, p))
    if kind == "rare":
        x = (x > 1.2).astype(float)
    elif kind == "skewed":
        x = np.exp(2 * x)
    elif kind == "dummies":
        x = np.column_stack([np.eye(4)[rng.integers(0, 4, n)], x > 0, -x[:, 0], x])
    elif kind == "collinear":
        x = rng.normal(size=(n, 2)) @ rng.normal(size=(2, p)) + 1e-4 * x
    first = x[:, 0] - x[:, 0].mean()
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * first / max(first.std(), 1e-9)))).astype(float)
    y[:4] = [0, 0, 1, 1]
    x[:3, 0] = [0, 1, 3]  # something varies
    return x, y, np.arange(n) % 4  # a fold without both classes is not among these


@given(patients())
@properties
def test_conditions_of_a_minimum(case):
    """Slope -lambda·sign where a coefficient is not 0, within ±lambda where it is."""
    x, y, fold = case
    path = prediction.lasso_path(x, y, folds=fold, lambdas=25)
    sd = np.where(np.ptp(x, axis=0) == 0, np.inf, x.std(axis=0))
    for at in map(float, path.table["lambda"].iloc[::6]):
        residual, beta = path.predict(x, at) - y, path.model(at).to_numpy()[1:]
        slope = (x.T @ residual / y.size) / sd / at
        assert abs(residual.mean() / at) < MINIMUM
        assert np.abs(slope[beta != 0] + np.sign(beta[beta != 0])).max(initial=0) < MINIMUM
        assert np.abs(slope[beta == 0]).max(initial=0) < 1 + MINIMUM


def test_folds_of_one_patient_are_averaged_over_patients():
    n = 15
    x, y = X.iloc[:n, :3], Y[:n]
    path = prediction.lasso_path(x, y, folds=n, lambdas=5)
    assert sorted(path.folds) == list(range(n))
    # By hand: the model without a patient, its deviance there.
    each = []
    for k in range(n):
        others, alone = np.flatnonzero(path.folds != k), np.flatnonzero(path.folds == k)
        inner = prediction.lasso_path(x.iloc[others], y[others], folds=3, lambdas=100, ratio=0.01)
        at = min(path.lambda_min, inner.table["lambda"].iloc[0])
        risk = inner.predict(x.iloc[alone], at)[0]
        each.append(-2 * np.log(risk if y[alone[0]] else 1 - risk))
    row = path.table[path.table["lambda"] == path.lambda_min].iloc[0]
    rough = 1e-3  # interpolation between 100 lambdas
    expected = [np.mean(each), np.std(each, ddof=1) / n**0.5]
    near(row[["cv_deviance", "cv_se"]], expected, rel=rough)


def test_folds_are_even_and_follow_the_seed():
    x = X.iloc[:, :3]
    one, again, other = (prediction.lasso_path(x, Y, lambdas=3, seed=s) for s in (1, 1, 2))
    assert sorted(np.bincount(one.folds)) == [7, 7, *[8] * 8]
    assert (one.folds == again.folds).all()
    assert (one.folds != other.folds).any()
    sequence = prediction.lasso_path(x, Y, lambdas=3, seed=np.random.SeedSequence(1))
    assert (sequence.folds == one.folds).all()


def test_arrays_and_frames_are_the_same(paths):
    (x, y, fold, options), path = CASES["options"], paths["options"]
    bare = prediction.lasso_path(x.to_numpy(), y, folds=fold, **options)
    assert list(bare.coefficients.columns[:3]) == ["intercept", "x1", "x2"]
    pd.testing.assert_frame_equal(bare.table, path.table)
    shuffled = x.iloc[:4, ::-1].assign(more=0)
    assert (path.predict(shuffled) == bare.predict(x.to_numpy()[:4])).all()
