"""Ties of the magnesium paper: one 2×2 table behind its rates, two ratios with intervals."""

import math

from .. import audit
from ..audit.check import Check
from . import common
from .tie import Tie

N, ALL, HIGH, LOW = (f"derivation.{x}" for x in ("n", "dcr", "dcr.high", "dcr.low"))
ROC = "derivation.roc"


def _cells(n, dcr, high, low):
    """Return every 2×2 table of ``n`` patients that prints the three control rates."""
    found = audit.tables(common.size(n), prevalence=dcr, ppv=high, false_omission=low)
    return found.to_dict("records")


def _rate(name):
    """Return the check of one rate against the tables that print the control rates."""

    def check(printed, n, *rates):
        found = [audit.rate(printed, cells, name) for cells in _cells(n, *rates)]
        nothing = Check(
            "percentage and count",
            printed,
            math.nan,
            math.nan,
            math.nan,
            "contradicted",
            f"no 2×2 table of {n} patients prints {', '.join(rates)} %",
        )
        return next((x for x in found if x.verdict == "exact"), found[0] if found else nothing)

    return check


def _area(auc, *rates):
    """Check the AUC against the widest bounds that such a table leaves."""
    found = [audit.auc_bounds(**cells, auc=auc)["any curve"] for cells in _cells(*rates)]
    if not found:
        raise ValueError("rates: expected a 2×2 table that prints them, got none")
    return next((x for x in found if x.verdict == "compatible"), found[0])


def _ratio(cohort):
    return [(f"{cohort}.pfs.hr", field) for field in ("printed", "lower", "upper")]


COHORTS = ("derivation", "validation")

TIES = {
    "counts-from-percentages": [Tie(ALL, common.share, (ALL, N))],
    "the-table-behind-the-rates": [
        *[
            Tie(id, _rate(name), (id, N, ALL, HIGH, LOW))
            for id, name in ((HIGH, "ppv"), (LOW, "false_omission"))
        ],
        *[
            Tie(f"{ROC}.{x}", _rate(x), (f"{ROC}.{x}", N, ALL, HIGH, LOW))
            for x in ("sensitivity", "specificity")
        ],
    ],
    "the-area-under-the-curve": [Tie(f"{ROC}.auc", _area, (f"{ROC}.auc", N, ALL, HIGH, LOW))],
    "the-hazard-ratios-and-their-intervals": [
        *[
            Tie(
                f"{x}.pfs.hr",
                audit.mirror,
                (f"{x}.pfs.hr", (f"{x}.pfs.hr", end), (f"{x}.pfs.hr", far)),
                end,
                "summary",
            )
            for x in COHORTS
            for end, far in (("lower", "upper"), ("upper", "lower"))
        ],
        *[Tie(f"{x}.pfs.hr", audit.centre, tuple(_ratio(x)), evidence="summary") for x in COHORTS],
    ],
    "what-else-can-a-hazard-ratio-be": [
        *[
            Tie(
                f"{x}.pfs.hr",
                audit.ratio_of_medians,
                (f"{x}.pfs.hr", f"{x}.pfs.median.high", f"{x}.pfs.median.low"),
                evidence="summary",
            )
            for x in COHORTS
        ],
        Tie(
            "derivation.pfs.hr",
            audit.logrank_p_bounds,
            (*_ratio("derivation"), ("derivation.pfs.hr", "p")),
            "p",
            "summary",
        ),
    ],
}

#: Why nothing bears on a number that no tie judges: by a part of its id.
REASONS = {
    "cutoff": "nothing else bears on the cut-off",
    "median": "a median without its interval or numbers at risk",
    "subgroup": "no numbers printed",
    "cox": "no numbers printed",
    "validation.dcr": "no numbers printed",
    "pfs.hr": "no log-rank P of this interval; else free",
}
