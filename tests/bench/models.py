"""Prediction models: their choice, calibration and use."""

from functools import partial

import numpy as np

from hccbook import prediction

from . import data, loops
from .r import R
from .rivals import CHANCE, EXACT, gap, installed, some
from .timing import Bound, Case, Rival

EARLY = 1e-3  # how far from the minimum glmnet stops


def lasso(n, p, with_saga):
    """A LASSO logistic path and its choice by ten folds."""
    x, y, fold = data.radiomics(n, p)
    ours = partial(prediction.lasso_path, x, y, folds=fold)
    lambdas = ours().table["lambda"].to_numpy()
    small = n < 100

    def selected(path, its):
        return gap(path.model()[1:] != 0, its != 0)

    def coefficients(path, its):
        return gap(path.model()[1:], its)

    others = [
        Rival(
            "glmnet (cv.glmnet)",
            R("lasso", x=x, y=y, fold=fold + 1),
            target=1 / 6 if small else None,
            # The larger one keeps a tiny coefficient that is 0 at the minimum: it stops early.
            same=selected if small else coefficients,
            within=0.0 if small else EARLY,
        ),
        Bound("a product with the data for each λ and fold", partial(_products, x, y, lambdas)),
    ]
    if with_saga:
        saga = partial(loops.lasso, x, y, fold, lambdas)
        target = 15 if small else None
        others.insert(0, Rival("scikit-learn's saga", saga, target, selected, within=0.0))
    return Case(f"LASSO logistic path, 10 folds, {n:,} × {p}", ours, *others)


def _products(x, y, lambdas):
    for _ in range(11 * lambdas.size):
        x.T @ y


def few_predictors(n):
    """A small logistic model with limits from the profile of the likelihood."""
    from statsmodels.api import Logit, add_constant

    x, y, _ = data.radiomics(n, 5)
    return Case(
        f"Logistic model of five predictors, profile limits, n = {n:,}",
        partial(prediction.logistic, x, y),
        Rival(
            "statsmodels (no profile limits)",
            lambda: Logit(y, add_constant(x)).fit(disp=0),
            same=lambda a, b: gap(a.table["coefficient"], b.params),
            within=EXACT,
        ),
        Rival(
            "R (glm, confint)",
            R("confint", x=x, y=y),
            same=lambda a, b: gap(a.table[["lower", "upper"]].iloc[1:], b.reshape(2, 5).T),
            within=EARLY,  # it interpolates
        ),
    )


def optimism(run):
    """The optimism of a logistic model."""
    n = 110
    x, y, _ = data.radiomics(n, 5)
    return Case(
        f"Optimism of a logistic model of five predictors, 500 resamples, n = {n}",
        partial(prediction.logistic_optimism, x, y),
        Rival(
            f"scikit-learn loop{some(run, 500)}",
            partial(loops.logistic_optimism, x, y, run),
            same=lambda a, b: abs(2 * a.loc["auc", "corrected"] - 1 - b),
            within=2 * CHANCE,
            part=run / 500,
        ),
        Rival(
            "rms (validate)",
            R("lrm", x=x, y=y),
            same=lambda a, b: gap([2 * a.loc["auc", "corrected"] - 1], b),
            within=2 * CHANCE,
        ),
        Bound("drawing the patients", lambda: np.random.default_rng(0).integers(n, size=(500, n))),
    )


def net_benefit(n):
    """A decision curve."""
    y, risk = data.risks(n)
    dca, at = installed("dcurves", "dca"), np.arange(100) / 100
    return Case(
        f"Net benefit at 100 thresholds, n = {n:,}",
        partial(prediction.net_benefit, y, risk, at),
        Rival(
            "dcurves",
            dca and partial(_dcurves, dca, y, risk),
            target=100 if n >= 10**5 else None,
            same=lambda a, b: gap(a["model"], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, risk)),
    )


def _dcurves(dca, y, risk):
    import pandas as pd

    frame, at = pd.DataFrame({"y": y, "risk": risk}), np.arange(100) / 100
    curves = dca(data=frame, outcome="y", modelnames=["risk"], thresholds=at)
    return curves.loc[curves["model"] == "risk", "net_benefit"]


def smooth(n):
    """A smooth calibration curve."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    y, risk = data.risks(n)
    order = np.argsort(risk)
    return Case(
        f"Smooth calibration curve, n = {n:,}",
        partial(prediction.smooth_calibration, y, risk),
        Rival(
            "statsmodels (lowess)",
            partial(lowess, y, risk, frac=2 / 3, it=0, delta=0.01 * np.ptp(risk)),
            same=lambda a, b: gap(a["rate"], b[:, 1]),
            within=1e-6,
        ),
        Rival(
            "R (lowess)",
            R("lowess", y=y[order], risk=risk[order]),
            same=lambda a, b: gap(a["rate"], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, risk)),
    )


CASES = (
    partial(lasso, 78, 100, with_saga=True),
    partial(lasso, 1000, 100, with_saga=False),
    partial(few_predictors, 110),
    partial(optimism, 100),
    partial(net_benefit, 1000),
    partial(net_benefit, 100_000),
    partial(smooth, 110),
    partial(smooth, 10_000),
)
