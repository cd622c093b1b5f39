"""Checks of rates, areas under the curve, Brier scores and agreement, on printed strings."""

import math
from dataclasses import replace
from functools import cache

from .. import audit
from ..audit import Check, judge
from ..estimate import printed as as_printed
from .common import undecided


def tables(given, *groups):
    """Return the 2×2 tables of ``n`` patients that print the given rates, the largest first.

    Or those of at most so many ``positives`` and ``negatives``.
    """
    return _tables(tuple(given.items()), groups)


@cache
def _tables(given, groups):
    if len(groups) == 1:
        return audit.tables(*groups, **dict(given)).to_dict("records")
    return audit.tables_within(*groups, **dict(given))


def _some(given, groups):
    if not (found := tables(given, *groups)):
        raise ValueError("rates: expected a 2×2 table that prints them, got none")
    return found


def rate(printed, given, *groups, name):
    """Check one rate against the 2×2 tables that print the given rates."""
    found = tables(given, *groups)
    checks = [audit.rate(printed, table, name) for table in found]
    most = "at most " if len(groups) > 1 else ""
    family = "2×2 table" if most else "percentage and count"
    if not checks:
        note = f"no 2×2 table of {most}{sum(groups)} patients prints {', '.join(given.values())} %"
        return undecided(family, printed, "contradicted", note)
    check = next((x for x in checks if x.verdict == "exact"), checks[0])
    if not most:
        return check
    own = sum(found[0].values())
    note = f"{check.explanation}, in a table of {own} patients; the cohort has {sum(groups)}"
    return replace(check, family=family, explanation=note)


def area(auc, given, *groups, curve="any curve"):
    """Check an AUC against its bounds; ``curve`` is "best cut-off" where that was chosen."""
    found = [audit.auc_bounds(**table, auc=auc)[curve] for table in _some(given, groups)]
    return next((check for check in found if check.verdict == "compatible"), found[0])


def brier_of_area(brier, positives, negatives, auc):
    """Check a Brier score against the lowest one with this AUC."""
    return audit.brier_bounds(brier, positives, negatives, auc=auc)["area"]


def brier_of_table(brier, given, positives, negatives):
    """Check a Brier score against the errors of a 2×2 table, whoever the missing patients are."""
    table = _some(given, (positives, negatives))[0]
    check = audit.brier_bounds(brier, positives, negatives, table=table)["2×2 table"]
    # The patients who are not in the table may have been predicted without any error.
    least = check.lower * sum(table.values()) / (positives + negatives)
    verdict = "contradicted" if as_printed(brier).high < least else "compatible"
    return replace(check, computed=least, lower=least, upper=1.0, verdict=verdict)


def centred(auc, lower, upper):
    """Check that an AUC is in the middle of its interval, on the plain or the log-odds scale.

    ``untestable`` if it is on neither: an interval from a bootstrap need not be centred.
    """
    found = audit.auc_interval_readings(auc, lower, upper).iloc[:2]
    for x in found.itertuples():
        if x.verdict != "contradicted":
            note = f"{x.why}: {x.centre:z.4f}"
            family = "centre of the interval"
            return Check(family, auc, x.centre, x.lower, x.upper, x.verdict, note)
    note = (
        "not half way between the limits on the plain or the log-odds scale; an interval from "
        "a bootstrap need not be"
    )
    return undecided("centre of the interval", auc, "untestable", note)


def auc_limit(end):
    """Return the check of one confidence limit of an AUC.

    It is near the typical one, that of Hanley and McNeil (1982), and no farther than the
    widest: DeLong's estimate of the variance of an AUC of A is at most A (1 - A) / (m - 1) with
    m patients in the smaller group, as the variances of the two sets of placements add up to
    A (1 - A) at most. ``untestable`` if the interval is not centred: it is no normal one.
    """

    def check(limit, auc, lower, upper, positives, negatives):
        groups = positives, negatives
        if min(groups) < 2:
            raise ValueError(f"positives, negatives: expected at least 2 in each, got {groups}")
        typical, area = getattr(audit.auc_interval(auc, *groups), end), as_printed(auc)
        ends = [min(max(float(x), 0.0), 1.0) for x in (area.low, area.high)]
        halves = [1.96 * math.sqrt(x * (1 - x) / (min(groups) - 1)) for x in ends]
        # A ± 1.96 √(A (1 - A) / (m - 1)) grows with A but near the end it points to: take both.
        if end == "lower":
            low, high = min(x - half for x, half in zip(ends, halves, strict=True)), ends[1]
        else:
            low, high = ends[0], max(x + half for x, half in zip(ends, halves, strict=True))
        normal = audit.auc_interval_readings(auc, lower, upper)["verdict"].iloc[0]
        verdict = judge(limit, typical, low, high) if normal != "contradicted" else "untestable"
        note = f"normal interval: typical {typical:z.3f}, possible {low:z.3f} to {high:z.3f}"
        return Check("AUC interval", limit, typical, low, high, verdict, note)

    return check


def paired_areas(p, areas):
    """Check that the first AUC of each row can differ so from all others, with its limits.

    The comparison that needs the highest correlation decides. Its standard errors are those of
    the printed intervals, if these are normal ones, which an interval cut off at 1 is not.
    """
    if any(as_printed(text).value == 1 for row in areas for area in row for text in area):
        note = "a limit of 1 is cut off and gives no standard error"
        return undecided("correlation of two AUCs", p, "untestable", note)
    found = []
    for first, *others in areas:
        for other in others:
            check = audit.auc_correlation(tuple(first), tuple(other), p)
            normal = all(centred(*x).verdict != "untestable" for x in (first, other))
            found.append((check, normal, other[0]))
    check, normal, other = max(found, key=lambda x: (x[0].verdict == "contradicted", x[0].computed))
    note = f"against an AUC of {other}: {check.explanation}"
    if normal:
        return replace(check, explanation=note)
    note += "; the printed intervals are no normal ones"
    return replace(check, verdict="untestable", explanation=note)


def kappa(printed, first, percent, n):
    """Check Cohen's kappa against how many of ``n`` respond by each of two sets of criteria.

    ``first`` is the count by one, ``percent`` the share by the other.
    """
    values = []
    for second in audit.counts(percent, n):
        chance = (first * second + (n - first) * (n - second)) / n**2
        for both in range(max(0, first + second - n), min(first, second) + 1):
            agreed = (n - first - second + 2 * both) / n
            values.append((agreed - chance) / (1 - chance))
    if not values:
        raise ValueError(f"percent: expected a share of {n} patients, got {percent!r}")
    fits = [value for value in values if as_printed(printed).admits(value)]
    if fits:
        note = f"with these shares kappa is between {min(values):z.2f} and {max(values):z.2f}"
        return Check("agreement", printed, fits[0], min(values), max(values), "compatible", note)
    note = "no count of patients who agree on response prints so; over all categories it is free"
    return undecided("agreement", printed, "untestable", note)
