"""Diagnostic accuracy: AUCs, their comparison, and cut-offs."""

from functools import partial

import numpy as np

from hccbook import accuracy

from . import data, loops
from .r import R
from .rivals import CHANCE, EXACT, gap, installed, some
from .timing import Bound, Case, Rival


def auc(n):
    """An AUC with DeLong's interval."""
    from sklearn.metrics import roc_auc_score

    y, marker, _ = data.markers(n)
    return Case(
        f"AUC with DeLong interval, n = {n:,}",
        partial(accuracy.auc, y, marker),
        Rival(
            "scikit-learn (no interval)",
            partial(roc_auc_score, y, marker),
            same=lambda a, b: abs(a.value - b),
            within=EXACT,
        ),
        Rival(
            "pROC",
            R("auc", y=y, marker=marker),
            same=lambda a, b: gap([a.lower, a.value, a.upper], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, marker)),
    )


def paired(n):
    """DeLong's test of two AUCs in the same patients."""
    y, first, second = data.markers(n)
    large, delong = n >= 10**6, installed("MLstatkit", "Delong_test")
    return Case(
        f"Two AUCs, paired DeLong test, n = {n:,}",
        partial(accuracy.delong_paired, y, first, second),
        Rival(
            "pROC (roc() of both, roc.test())",
            R("delong", y=y, first=first, second=second),
            target=4 if large else None,
            same=lambda a, b: gap(a[["difference", "z"]], b),
            within=EXACT,
        ),
        Rival(
            "MLstatkit",
            delong and partial(delong, y, first, second),
            target=5 if large else None,
            same=lambda a, b: abs(abs(a["z"]) - abs(b[0])),
            within=EXACT,
        ),
        Bound("one sort of each", lambda: [np.sort(marker) for marker in (first, second)]),
    )


def cutoff(n, run):
    """The optimism of a Youden cut-off."""
    y, marker, _ = data.markers(n)
    others = [
        Rival(
            f"scikit-learn loop{some(run, 500)}",
            partial(loops.youden_optimism, y, marker, run),
            target=80 if n == 78 else None,
            same=lambda a, b: abs(a["optimism"] - b),
            within=CHANCE,
            part=run / 500,
        )
    ]
    if n == 78:
        few = R("youden", y=y, marker=marker)
        others.append(Rival(f"cutpointr{some(100, 500)}", few, target=1000, part=100 / 500))
    return Case(
        f"Optimism of a Youden cut-off, 500 resamples, n = {n:,}",
        partial(accuracy.youden_optimism, y, marker),
        *others,
        Bound("drawing the patients", partial(_drawn, 500, n)),
    )


def _drawn(resamples, n):
    return np.random.default_rng(0).integers(n, size=(resamples, n))


CASES = (
    partial(auc, 110),
    partial(auc, 100_000),
    partial(paired, 110),
    partial(paired, 1_000_000),
    partial(cutoff, 78, 500),
    partial(cutoff, 10_000, 50),
)
