"""The TIPM score, ALBI and AFP: the 2×2 tables of Table 3 and the areas of Table 4."""

from functools import cache

import numpy as np

from ...audit import tables_within
from ...indices import albi
from .. import calibration as cal
from .baseline import sizes_of

#: What no public number fixes.
ASSUMED = cal.Part("tipm", "assumed", "markers")

#: Albumin in g/L that no liver makes.
MOST_ALBUMIN = 70

#: Starts of the search for one area, and exchanges of each.
STARTS, TRIES = 60, 1500

#: Exchanges and rounds of the search for the joint statistics.
CHANGES, ROUNDS = 6000, 400


def table3(cohort, printed):
    """Return the only 2×2 table that prints the rates of a cohort: ``tp, fp, fn, tn``."""
    rows = ("sensitivity", "specificity", "accuracy", "precision", "f1-score")
    rates = {x.removesuffix("-score"): printed(f"table3.{x}.{cohort}") for x in rows}
    return _table3(sizes_of(cohort, printed), **rates)


@cache
def _table3(sizes, **rates):
    fits = tables_within(*sizes[::-1], **rates)
    if len(fits) != 1:
        raise ValueError(f"rates: expected one 2×2 table that prints them, got {len(fits)}")
    return fits[0]


def afp(rng, cohort, outcome, columns, printed):
    """Draw AFP on either side of its cut-off, and move it until its area prints."""
    values, high = np.empty(outcome.size), columns["afp_200"]
    for flag, name in enumerate(("low", "high")):
        low, top = ASSUMED["afp"][name]
        members = high == flag
        values[members] = low * (top / low) ** rng.random(members.sum())
    values[values.argsort(kind="stable")[outcome.size - ASSUMED["afp_at_limit"] :]] = top
    values = np.where(high == 1, np.round(values), np.round(values, 1))
    both, group = np.column_stack([values, high]), high if cohort == "training" else 0 * high
    _reach(rng, both, outcome, values, group, printed(f"table4.{cohort}.afp.auc"))
    columns["afp"], columns["afp_200"] = both.T


def albumin_and_bilirubin(rng, cohort, outcome, columns, scored, printed):
    """Move albumin and bilirubin between the outcomes until the area of ALBI prints.

    Only for cohorts in which no table tells them by outcome. Whose albumin is beyond belief
    gets no score and does not count for the area.
    """
    both = np.column_stack([columns["alb"], columns["tbil"]])
    out = np.flatnonzero((both[:, 0] > MOST_ALBUMIN) & ((scored == 1) | (outcome == 1)))
    places = rng.permutation(np.flatnonzero((scored == 0) & (outcome == 0)))[: out.size]
    both[out], both[places] = both[places], both[out]
    inside = both[:, 0] <= MOST_ALBUMIN
    rows, area = both[inside], printed(f"table4.{cohort}.albi.auc")
    _reach(rng, rows, outcome[inside], albi(*rows.T), np.zeros(len(rows)), area)
    both[inside] = rows
    columns["alb"], columns["tbil"] = both.T


def _reach(rng, rows, outcome, marker, group, area):
    """Exchange rows between the outcomes of a group until the area under the marker's curve prints.

    Few patients leave few areas to choose from; then it starts again with another exchange.
    """
    labels = outcome
    for _ in range(STARTS):
        try:
            labels = cal.reach_auc(rng, labels, marker, group, area, TRIES)
            break
        except cal.NotReached as error:
            last = error
        for g in np.unique(group):
            members = np.flatnonzero(group == g)
            i, j = (rng.choice(members[labels[members] == label]) for label in (0, 1))
            labels = labels.copy()
            labels[[i, j]] = labels[[j, i]]
    else:
        raise last
    for g in np.unique(group):
        to_well = np.flatnonzero((labels == 0) & (outcome == 1) & (group == g))
        to_ill = np.flatnonzero((labels == 1) & (outcome == 0) & (group == g))
        a, b = rng.permutation(to_well), rng.permutation(to_ill)
        rows[a], rows[b] = rows[b].copy(), rows[a].copy()


def score(frame):
    """Return the TIPM score in points, from columns of a cohort."""
    points = (each * frame[name] for name, each in ASSUMED["points"].items())
    return np.round(ASSUMED["offset"] + sum(points), 2)


#: Columns that :func:`fit` permutes. Two more follow: the logarithm of bilirubin, and 0 for
#: patients with a score, of the others 1 for TIE and 2 for TIN.
TABLE = ("tumour_stiffer", "nlr_high", "diameter", "alb", "tbil")
#: What moves together: albumin with bilirubin, and bilirubin alone too.
BILIRUBIN = [4, 5]
BLOCKS = [[0], [1], [2], [3, *BILIRUBIN], BILIRUBIN]


def fit(rng, cohort, outcome, columns, scored, cells, printed, blocks):
    """Exchange values between patients of one outcome until the scores print as wanted."""
    more = np.log10(columns["tbil"]), (1 - scored) * (1 + outcome)
    rows = columns["alb"] <= MOST_ALBUMIN
    table = np.column_stack([*(columns[x] for x in TABLE), *more])[rows]
    outcome, scored = outcome[rows], scored[rows]
    points = [ASSUMED["points"].get(x, 0) for x in TABLE]
    weights = np.array([[*points, 0, -1e6], [0, 0, 0, -0.085, 0, 0.66, 0]])
    cutoff = float(printed("results.roc.cutoff")) - ASSUMED["offset"]
    # The area among those with a score, as the area among all: the others stand below them, TIN
    # below TIE, so a TIN patient with a score wins against all TIE patients without one.
    ill, well = (scored[outcome == label] for label in (1, 0))
    scale, shift = ill.sum() * np.array([well.sum(), (1 - well).sum()]) / (ill.size * well.size)
    low, high, middle, slack = np.array(
        cal.boxes([printed(f"table4.{cohort}.{x}.auc") for x in ("combined", "albi")])
    )
    for ends in (low, high, middle):
        ends[0] = shift + scale * ends[0]
    slack[0] *= scale
    counts = np.array([cells["fp"], cells["tp"]])
    parts = (counts - 0.25, low), (counts + 0.25, high), (counts, middle), ([0.25] * 2, slack)
    aim = cal.Aim(*map(np.concatenate, parts))
    found = cal.permute(rng, table, outcome, blocks, weights, cutoff, aim, CHANGES, ROUNDS)
    for name, values in zip(TABLE, found.T, strict=False):
        columns[name][rows] = values
