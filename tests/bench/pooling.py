"""Meta-analysis."""

from functools import partial

import numpy as np

from hccbook import meta

from . import data, loops
from .r import R
from .rivals import EXACT, gap, installed, some
from .timing import Bound, Case, Rival

MANY, LOOP = 10_000, 300
SEARCH = 1e-3  # of tau²: how near other programs come to the maximum of the likelihood


def one():
    """One meta-analysis."""
    from statsmodels.stats.meta_analysis import combine_effects

    (effect,), (se,) = data.studies(1)
    return Case(
        "One meta-analysis of 12 studies, REML, Hartung-Knapp",
        partial(meta.pool, effect, se, hartung_knapp=True),
        Rival(
            "statsmodels (Paule-Mandel)",
            lambda: combine_effects(effect, se**2, method_re="iterated", use_t=True),
        ),
        Rival(
            "metafor",
            R("rma", effect=effect[None], se=se[None]),
            same=lambda a, b: gap([a.value, a.se, a.tau2], b),
            within=SEARCH,
        ),
    )


def many():
    """Ten thousand meta-analyses."""
    effect, se = data.studies(MANY)
    likelihood = installed("pymare.estimators", "VarianceBasedLikelihoodEstimator")
    few = {"effect": effect[:LOOP], "se": se[:LOOP]}
    return Case(
        f"{MANY:,} meta-analyses of 12 studies, REML, Hartung-Knapp",
        partial(meta.pool, effect, se, hartung_knapp=True),
        Rival(
            "PyMARE",
            likelihood and partial(_pymare, likelihood, effect, se),
            target=5,
            same=lambda a, b: gap(a.tau2, b),
            within=SEARCH,
        ),
        Rival(
            f"metafor in a loop{some(LOOP, MANY)}",
            R("rma_loop", **few),
            target=500,
            same=lambda a, b: gap(np.transpose([a.value, a.se, a.tau2])[:LOOP], b.reshape(-1, 3)),
            within=SEARCH,
            part=LOOP / MANY,
        ),
        Bound("a weighted mean of each", lambda: np.average(effect, axis=1, weights=se)),
    )


def _pymare(estimator, effect, se):
    fitted = estimator(method="REML").fit(effect.T, se.T**2, np.ones((effect.shape[1], 1)))
    summary = fitted.summary()
    summary.get_fe_stats()
    return np.ravel(summary.tau2)


def by_moments():
    """Ten thousand meta-analyses by DerSimonian and Laird."""
    from statsmodels.stats.meta_analysis import combine_effects

    effect, se = data.studies(MANY)
    moments = partial(combine_effects, method_re="dl")
    return Case(
        f"{MANY:,} meta-analyses of 12 studies, DerSimonian-Laird",
        partial(meta.pool, effect, se, method="dl"),
        Rival(
            f"statsmodels in a loop{some(LOOP, MANY)}",
            partial(loops.in_a_loop, moments, effect, se, LOOP),
            same=lambda a, b: gap(a.tau2[:LOOP], [max(0.0, each.tau2) for each in b]),
            within=EXACT,
            part=LOOP / MANY,
        ),
        Bound("a weighted mean of each", lambda: np.average(effect, axis=1, weights=se)),
    )


CASES = (one, many, by_moments)
