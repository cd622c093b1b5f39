"""The TIPM score, ALBI and AFP: the 2×2 tables of Table 3 and the areas of Table 4."""

from functools import cache

import numpy as np

from ...audit import tables_within
from ...indices import albi
from .. import calibration as cal
from .register import RATES

#: What no public number fixes.
ASSUMED = cal.Assumptions("tipm", "markers")

#: Albumin in g/L that no liver makes.
MOST_ALBUMIN = 70

#: Starts of the search for one area, and exchanges of each.
STARTS, TRIES = 60, 1500

#: Exchanges and rounds of the search for the joint statistics.
CHANGES, ROUNDS = 6000, 400


def table3(cohort, sizes, printed):
    """Return the only 2×2 table that prints the rates of a cohort: ``tp, fp, fn, tn``."""
    return dict(
        _table3(sizes, **{x: printed(f"table3.{row}.{cohort}") for row, x in RATES.items()})
    )


@cache
def _table3(sizes, **rates):
    fits = tables_within(*sizes[::-1], **rates)
    if len(fits) != 1:
        raise ValueError(f"rates: expected one 2×2 table that prints them, got {len(fits)}")
    return fits[0]


def afp(rng, cohort, outcome, high, area):
    """Draw AFP on either side of its cut-off, and move it until its area prints."""
    values = np.empty(outcome.size)
    for flag, name in enumerate(("low", "high")):
        low, top = ASSUMED["afp"][name]
        members = high == flag
        values[members] = low * (top / low) ** rng.random(members.sum())
    values[values.argsort()[outcome.size - ASSUMED["afp_at_limit"] :]] = top
    values = np.where(high == 1, np.round(values), np.round(values, 1))
    sides = high if cohort == "training" else np.zeros_like(high)
    labels = _labels(rng, outcome, values, sides, area)
    both = np.column_stack([values, high])
    _exchange(rng, both, outcome, labels, sides)
    return both[:, 0], both[:, 1].astype(int)


def _labels(rng, outcome, marker, group, area):
    """Return outcomes with which the area prints; few patients leave few areas to choose from."""
    for _ in range(STARTS):
        try:
            return cal.reach_auc(rng, outcome, marker, group, area, TRIES)
        except cal.Miss as miss:
            last = miss
        for g in np.unique(group):
            members = np.flatnonzero(group == g)
            i, j = (rng.choice(members[outcome[members] == label]) for label in (0, 1))
            outcome = outcome.copy()
            outcome[[i, j]] = outcome[[j, i]]
    raise last


def _exchange(rng, values, outcome, labels, group):
    """Exchange rows of values until they belong to the outcomes of ``labels``."""
    for g in np.unique(group):
        to_well = np.flatnonzero((labels == 0) & (outcome == 1) & (group == g))
        to_ill = np.flatnonzero((labels == 1) & (outcome == 0) & (group == g))
        a, b = rng.permutation(to_well), rng.permutation(to_ill)
        values[a], values[b] = values[b].copy(), values[a].copy()


def albumin_and_bilirubin(rng, outcome, columns, scored, area):
    """Move albumin and bilirubin between the outcomes until the area of ALBI prints.

    Only for cohorts in which no table tells them by outcome. Whose albumin is beyond belief
    gets no score and does not count for the area.
    """
    both = np.column_stack([columns["alb"], columns["tbil"]])
    out = np.flatnonzero((both[:, 0] > MOST_ALBUMIN) & ((scored == 1) | (outcome == 1)))
    places = rng.permutation(np.flatnonzero((scored == 0) & (outcome == 0)))[: out.size]
    both[out], both[places] = both[places], both[out]
    inside = np.flatnonzero(both[:, 0] <= MOST_ALBUMIN)
    rows = both[inside]
    ill = outcome[inside]
    labels = _labels(rng, ill, albi(*rows.T), np.zeros(inside.size), area)
    _exchange(rng, rows, ill, labels, np.zeros(inside.size))
    both[inside] = rows
    columns["alb"], columns["tbil"] = both.T


def score(frame):
    """Return the TIPM score in points."""
    points = ASSUMED["points"]
    table = {
        "softer": 1 - np.asarray(frame["tumour_stiffer"]),
        "nlr_high": np.asarray(frame["nlr_high"]),
        **{x: np.rint(10 * np.asarray(frame[x], dtype=float)) for x in ("diameter", "alb")},
    }
    hundredths = ASSUMED["offset"] + sum(points[name] * table[name] for name in points)
    return hundredths / 100


class _AreaOfSome(cal.AreaAim):
    """An area under the curve of some of the patients, from that of all.

    The others stand below all of them, TIN below TIE. So every TIN patient who counts wins
    against every TIE patient who does not, and that is all they change.
    """

    def __init__(self, weights, area, inside, outcome):
        super().__init__(weights[None], [area])
        ill, well = outcome == 1, outcome == 0
        self.all_pairs = ill.sum() * well.sum()
        self.pairs = inside[ill].sum() * inside[well].sum()
        self.won = inside[ill].sum() * (1 - inside[well]).sum()

    def statistics(self, sums, areas):
        """Return the area."""
        return (areas * self.all_pairs - self.won) / self.pairs


class _TableAim(cal.JointAim):
    """As many patients of either outcome are at or above the cut-off as Table 3 has."""

    def __init__(self, weights, cutoff, table):
        self.weights, self.cutoff = weights, cutoff
        wanted = np.array([table["fp"], table["tp"]], dtype=float)
        super().__init__(wanted - 0.25, wanted + 0.25, wanted, [0.25, 0.25])

    def adds(self, rows, outcome):
        high = (rows * self.weights).sum(axis=1) >= self.cutoff
        return np.column_stack([high & (outcome == 0), high & (outcome == 1)]).astype(float)

    def statistics(self, sums, areas):
        return sums


#: Columns of the table that :func:`fit` permutes. One more follows: 0 for patients with a score,
#: of the others 1 for TIE and 2 for TIN.
TABLE = ("tumour_stiffer", "nlr_high", "diameter", "alb", "tbil")
#: What a patient keeps together.
BLOCKS = (("tumour_stiffer",), ("nlr_high",), ("diameter",), ("alb", "tbil"), ("tbil",))


def fit(rng, cohort, outcome, columns, scored, cells, printed, *, only_bilirubin=False):
    """Exchange values between patients of one outcome until the scores print as wanted."""
    place = {name: k for k, name in enumerate(TABLE)}
    table = np.column_stack([columns[name] for name in TABLE]).astype(float)
    # Whole tenths, so that sums of points are exact.
    tenths, bilirubin = [place["diameter"], place["alb"]], place["tbil"]
    table[:, tenths] = np.rint(10 * table[:, tenths])
    table[:, bilirubin] = np.log10(table[:, bilirubin])
    table = np.column_stack([table, (1 - scored) * (1 + outcome)])
    rows = columns["alb"] <= MOST_ALBUMIN
    table, outcome, scored = table[rows], outcome[rows], scored[rows]
    weights = np.zeros((2, table.shape[1]))
    points = ASSUMED["points"]
    weights[0, place["tumour_stiffer"]] = -points["softer"]
    for name in ("nlr_high", "diameter", "alb"):
        weights[0, place[name]] = points[name]
    weights[1, place["tbil"]], weights[1, place["alb"]] = 0.66, -0.0085
    weights[0, -1] = -1e6
    cutoff = 100 * float(printed("results.roc.cutoff")) - ASSUMED["offset"] - points["softer"]
    combined, liver = (printed(f"table4.{cohort}.{x}.auc") for x in ("combined", "albi"))
    aims = [
        _TableAim(weights[0], cutoff, cells),
        _AreaOfSome(weights[0], combined, scored, outcome),
        cal.AreaAim(weights[1:], [liver]),
    ]
    blocks = BLOCKS[-1:] if only_bilirubin else BLOCKS
    found = cal.permute(
        rng, table, outcome, [[place[x] for x in block] for block in blocks], aims, CHANGES, ROUNDS
    )
    found[:, tenths] = np.round(found[:, tenths] / 10, 1)
    found[:, bilirubin] = np.round(10 ** found[:, bilirubin], 1)
    for name, k in place.items():
        columns[name][rows] = found[:, k]
