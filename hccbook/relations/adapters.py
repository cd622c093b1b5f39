"""Adapters: checks in the shape that a kind of relation needs, in the order of the kinds.

What any reader can call by itself stands in :mod:`hccbook.audit`; here its results are turned,
joined and put into words.
"""

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache

from .. import _checks, audit
from ..audit import Check, Range
from ..audit.arguments import count as as_count
from ..audit.arguments import probability
from ..audit.check import bounded
from ..estimate import Z95, as_printed


def size(text):
    """Return a printed number of patients or studies as an int."""
    return int(as_count("size", text).value)


def computed(printed, number, note, *, family="text and table", most=None):
    """Return the check of a printed whole number against a computed one."""
    return Check.of(family, printed, (number, number, number if most is None else most), note)


def ranged(family, printed, fits, note, low=math.nan, high=math.nan):
    """Return a check that computes no value, only whether the number fits and perhaps a range."""
    verdict = "compatible" if fits else "contradicted"
    return Check.of(family, printed, (low, math.nan, high), note, verdict)


def share(percent, n):
    """Check that a percentage is one of some whole number of ``n`` patients."""
    # A percentage that cannot be, such as one above 100, is judged by a count that can.
    nearest = min(max(round(float(as_printed(percent)) * n / 100), 0), n)
    found = audit.counts(percent, n) or [nearest]
    return audit.percentage(percent, found[0], n)


def share_or_cut(percent, n):
    """Check a share of ``n`` patients, rounded or cut off after its last decimal."""
    check, number = share(percent, n), as_printed(percent)
    if check.verdict == "exact":
        return check
    first = math.ceil(number.value * n / 100)
    if first * 100 >= (number.value + number.unit) * n:
        return replace(check, explanation=f"{check.explanation}; nor is it one cut off")
    note = f"no count of {n} rounds to it; cut off after its last decimal, {first} of {n} gives it"
    return Check.of(check.family, percent, (100 * first / n,) * 3, note, "compatible")


def count(printed, percent, n):
    """Check a count against its printed percentage; ``compatible`` if others print so too."""
    found, number = audit.counts(percent, n), size(printed)
    verdict = "contradicted" if number not in found else "compatible"
    verdict = "exact" if found == [number] else verdict
    ends = min(found, default=math.nan), max(found, default=math.nan)
    value = found[0] if len(found) == 1 else math.nan
    note = f"{percent} % of {n} is a count of {' or '.join(map(str, found)) or 'no whole number'}"
    return Check.of("percentage and count", printed, (ends[0], value, ends[1]), note, verdict)


def part(printed, total, others):
    """Check one part of a whole against the whole and the other parts."""
    left = size(total) - sum(map(size, others))
    note = f"{total} less {' and '.join(others)} is {left}"
    return computed(printed, left, note, family="sum of parts")


def same(printed, other, *, whole, thousands=","):
    """Check a number that is printed twice; ``thousands`` is the mark between thousands."""
    check = audit.same(printed.replace(thousands, ","), other, whole)
    return replace(check, printed=printed)


def rows(printed, rows, less=0, *, note, but: int = 0):
    """Check a printed number of rows of a table, but for some; ``note`` may name {n} and {less}."""
    return computed(printed, len(rows) - less - but, note.format(n=len(rows), less=less))


def rows_between(printed, rows, *, lowest: int, highest: int, what):
    """Check a printed number of rows with a whole number from ``lowest`` to ``highest``."""
    found = sum(lowest <= number <= highest for number in rows)
    return computed(printed, found, f"{found} of {len(rows)} {what} are from {lowest} to {highest}")


def at_least(printed, other, *, reason):
    """Check that a number is no smaller than another, for a reason in a few words."""
    low, high = as_printed(other, "other").low, as_printed(printed, "printed").high
    note = f"at least {other}: {reason}"
    return ranged("order", printed, high >= low, note, float(low), math.inf)


def at_most(printed, other, *, reason, whole=False):
    """Check that a number is no larger than another, for a reason in a few words."""
    low, high = as_printed(printed, "printed").low, as_printed(other, "other").high
    low, high = (size(printed), size(other)) if whole else (low, high)
    note = f"at most {other}: {reason}"
    return ranged("order", printed, low <= high, note, -math.inf, float(high))


def below(p, alpha):
    """Say whether a P value is below a level of significance; None if rounding leaves it open."""
    number, limit = as_printed(p, "p"), as_printed(alpha, "alpha").value
    strictly = number.high <= limit if number.relation == "<" else number.high < limit
    return True if strictly else False if number.low >= limit else None


#: What is said of P values, and whether they are then below the level.
SIGNIFICANT = {"significant": True, "independent": True, "not significant": False}
#: What is said of the first of several numbers, and the sign that it gives to differences.
FIRST = {"highest": 1, "higher": 1, "lowest": -1, "lower": -1, "shorter": -1, "poorer": -1}


def significance(word, ps, alpha="0.05"):
    """Check what is said about significance of every P value in ``ps``.

    ``exact`` if all are on the side that the word says, ``compatible`` if one may be on
    either side, else ``contradicted``.
    """
    _checks.one_of("word", word, SIGNIFICANT)
    sides = {p: below(p, alpha) for p in ps}
    wrong = [p for p in ps if sides[p] not in (None, SIGNIFICANT[word])]
    verdict = "contradicted" if wrong else "compatible" if None in sides.values() else "exact"
    said = f"{len(ps) - len(wrong)} of {len(ps)} P values" if len(ps) > 1 else f"P = {ps[0]}"
    note = f"{said} against {alpha}" + (f"; otherwise {', '.join(wrong)}" if wrong else "")
    return Check("text and table", word, "" if wrong else word, None, None, verdict, note)


def number_significant(printed, ps, alpha="0.05"):
    """Check a printed number of significant P values against the P values."""
    sides = [below(p, alpha) for p in ps]
    number = sides.count(True)
    note = f"{number} of {len(ps)} P values are below {alpha}"
    return computed(printed, number, note, most=number + sides.count(None))


def rank(word, rows, *, of=""):
    """Check that one number is the highest, or the lowest, of its row in every row.

    ``word`` is said of the first number of each row: ``"highest"`` and ``"higher"`` ask for the
    largest, the other keys of :data:`FIRST` for the smallest. The check is ``exact``,
    ``compatible`` where two numbers of a row can be equal, or ``contradicted``. ``of`` says what
    the numbers are of.
    """
    _checks.one_of("word", word, FIRST)
    pairs = [(as_printed(first), as_printed(x)) for first, *others in rows for x in others]
    doubtful = [(a, b) for a, b in pairs if not FIRST[word] * (a.value - b.value) > 0]
    against = [f"{a} against {b}" for a, b in doubtful if a.low > b.high or b.low > a.high]
    verdict = "contradicted" if against else "compatible" if doubtful else "exact"
    note = f"in {len(rows)} rows" if len(rows) > 1 else f"{rows[0][0]} against {rows[0][1]}"
    note = f"not so: {', '.join(against)}" if against else note
    note = f"{of}: {note}" if of else note
    return Check("text and table", word, "" if against else word, None, None, verdict, note)


def group_mean(printed, n, all_mean, means, ns):
    """Check the mean of one group against the mean of all and those of the other groups."""
    _checks.whole("n", n, 1)

    def left(whole, *others):
        sums = sum(k * mean for k, mean in zip(ns, others, strict=True))
        return ((n + sum(ns)) * whole - sums) / n

    found = Range.of(left, *map(as_printed, [all_mean, *means]))
    note = f"the mean of all and of the others leave {found:z.2f}"
    return Check.of("pooled mean", printed, found, note)


def group_sd(printed, mean, n, all_sd, means, sds, ns):
    """Check the SD of one group through the SD of all."""
    check = audit.pooled_sd(all_sd, [mean, *means], [printed, *sds], [n, *ns])
    note = f"with it the SD of all is {check.computed:z.2f}, printed {all_sd}"
    return ranged("pooled SD", printed, check.verdict != "contradicted", note)


def sd_within(sd, mean, longest, n):
    """Check an SD of times that are at least 0 and at most the longest."""
    return audit.sd_in_range(sd, mean, "0", longest, n)


def wald_limit(printed, beta, z, lower, upper, *, end):
    """Check one limit of a coefficient, at the lower or upper ``end``, by its Wald statistic."""
    return audit.wald_limits(beta, z, lower, upper)[end]


def proportion_limit(printed, percent, other, n, *, end):
    """Check one limit of a percentage, at the lower or upper ``end``, by the usual methods."""
    limits = (printed, other) if end == "lower" else (other, printed)
    return audit.proportion_limits(percent, *limits, n)[end]


def ratio_as_z(value, coefficient, p, *, without="none"):
    """Check a number that is headed as a ratio as the Wald statistic of its coefficient."""
    found = audit.coefficient_p(value, p, without=without)
    z, b = as_printed(value), as_printed(coefficient)
    # A coefficient that prints as zero may have either sign.
    opposite = (z.low > 0 and b.high < 0) or (z.high < 0 and b.low > 0)
    verdict = "contradicted" if opposite or found.verdict == "contradicted" else "compatible"
    note = f"read as z it has P = {found.computed:z.2g}, printed {p}"
    return Check.of("odds ratio as z", z, map(float, (z.low, z, z.high)), note, verdict)


def interaction(p, ratios):
    """Check the P of interaction as that of two separate fits; other models stay possible."""
    check = audit.interaction_p(*map(tuple, ratios), p)
    if check.verdict != "contradicted" or not probability("p", p).possible:
        return check
    note = f"{check.explanation}; an interaction with the score itself is another test"
    return replace(check, verdict="untestable", explanation=note)


def i2_of_p(i2, k, p, *, without="none"):
    """Check I² against the P value of Q: some Q must print both."""
    check = audit.heterogeneity_p(i2, k, p, without=without)
    note = f"with P {p} it fits {audit.study_counts(i2, p)} studies"
    if check.verdict == "untestable":
        return Check.of(check.family, i2, (math.nan,) * 3, check.explanation, check.verdict)
    return ranged(check.family, i2, check.verdict != "contradicted", note)


def enough_events(lower, upper, ns, i2="0"):
    """Check that ``ns`` patients can have so narrow an interval; with I², of two studies."""
    check = audit.random_effects_check(i2, lower, upper, n := sum(ns))
    need, how = audit.events_for_two_studies(i2, lower, upper), f" by random effects at I² {i2} %"
    why = f"needs {need} events or more{how * (i2 != '0')}, of {n} patients (a marker cut in two)"
    return replace(check, family="events of an interval", explanation=why)


def studies_of_subgroups(k, i2, i2s, ks, ratios, *, without="none"):
    """Check a number of studies against Q of all studies, within and between subgroups."""
    groups = [(own, n, *ratio) for own, n, ratio in zip(i2s, ks, ratios, strict=True)]
    check = audit.q_partition(i2, size(k), groups, without=without)
    note = f"with fixed effects in each subgroup {check.explanation}; printed {i2} %"
    if check.verdict == "untestable":
        return Check.of(check.family, k, (math.nan,) * 3, note, check.verdict)
    return ranged(check.family, k, check.verdict != "contradicted", note)


@cache
def tables(given, groups):
    """Return the 2×2 tables of ``n`` patients that print the given rates, the largest first.

    Or those of at most so many ``positives`` and ``negatives``.
    """
    if len(groups) == 1:
        return audit.tables(*groups, **dict(given)).to_dict("records")
    return audit.tables_within(*groups, **dict(given))


def rate(printed, given, *groups, name):
    """Check one rate against the 2×2 tables that print the given rates."""
    found = tables(tuple(given.items()), groups)
    most = "at most " if len(groups) > 1 else ""
    family = "2×2 table" if most else "percentage and count"
    if not found:
        note = f"no 2×2 table of {most}{sum(groups)} patients gives {', '.join(given.values())} %"
        return ranged(family, printed, False, note)
    checks = [audit.rate(printed, table, name) for table in found]
    check = next((x for x in checks if x.verdict == "exact"), checks[0])
    if not most:
        return check
    own = sum(found[0].values())
    note = f"{check.explanation}, in a table of {own} patients; the cohort has {sum(groups)}"
    return replace(check, family=family, explanation=note)


def _some(given, groups):
    if not (found := tables(tuple(given.items()), groups)):
        raise ValueError("rates: expected a 2×2 table that prints them, got none")
    return found


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
    verdict = bounded(as_printed(brier), least, math.inf)
    return replace(check, computed=least, lower=least, upper=1.0, verdict=verdict)


def centred(auc, lower, upper):
    """Check that an AUC is in the middle of its interval, on the plain or the log-odds scale.

    ``untestable`` if it is on neither but inside: an interval of a bootstrap need not be centred.
    """
    family = "centre of the interval"
    *readings, any_inside = audit.auc_interval_readings(auc, lower, upper).itertuples()
    for x in readings:
        if x.verdict != "contradicted":
            found = x.lower, x.centre, x.upper
            return Check.of(family, auc, found, f"{x.why}: {x.centre:z.4f}", x.verdict)
    outside = any_inside.verdict == "contradicted"
    note = "not half way between the limits on the plain or the log-odds scale; "
    note += "it is outside them" if outside else "an interval from a bootstrap need not be"
    verdict = "contradicted" if outside else "untestable"
    return Check.of(family, auc, (math.nan,) * 3, note, verdict)


def auc_limit(limit, auc, lower, upper, positives, negatives, *, end):
    """Check one confidence limit of an AUC, at the lower or upper ``end``.

    It is near the typical one, that of Hanley and McNeil (1982), and no farther than the
    widest: DeLong's estimate of the variance of an AUC of A is at most A (1 - A) / (m - 1) with
    m patients in the smaller group, as the variances of the two sets of placements add up to
    A (1 - A) at most. ``untestable`` if the interval is not centred: it is no normal one.
    """
    if (smaller := min(positives, negatives)) < 2:
        raise ValueError(f"positives, negatives: expected at least 2 in each, got {smaller}")
    typical = getattr(audit.auc_interval(auc, positives, negatives), end)
    area, side = as_printed(auc), -1 if end == "lower" else 1
    ends = [min(max(float(x), 0.0), 1.0) for x in (area.low, area.high)]
    # A ± 1.96 √(A (1 - A) / (m - 1)) grows with A but near the end it points to: take both.
    widest = [x + side * Z95 * math.sqrt(x * (1 - x) / (smaller - 1)) for x in ends]
    low, high = (min(widest), ends[1]) if end == "lower" else (ends[0], max(widest))
    normal = audit.auc_interval_readings(auc, lower, upper)["verdict"].iloc[0]
    note = f"normal interval: typical {typical:z.3f}, possible {low:z.3f} to {high:z.3f}"
    verdict = "untestable" if normal == "contradicted" else None
    if verdict and (share := audit.resampled_beyond(auc, limit, positives, negatives)) < 0.025:
        note += f"; no bootstrap percentile: at most {100 * share:z.1f} % of resamples are beyond"
    return Check.of("AUC interval", limit, (low, typical, high), note, verdict)


def paired_areas(p, areas):
    """Check that the first AUC of each row can differ so from all others, with its limits.

    The comparison that needs the highest correlation decides. Its standard errors are those of
    the printed intervals, if these are normal ones, which an interval cut off at 1 is not.
    """
    if any(as_printed(text).value == 1 for row in areas for area in row for text in area):
        note = "a limit of 1 is cut off and gives no standard error"
        return Check.of("correlation of two AUCs", p, (math.nan,) * 3, note, "untestable")
    found = [
        (audit.auc_correlation(tuple(first), tuple(other), p), first, other)
        for first, *others in areas
        for other in others
    ]
    check, *pair = max(found, key=lambda x: (x[0].verdict == "contradicted", x[0].computed))
    note = f"against an AUC of {pair[1][0]}: {check.explanation}"
    if all(centred(*x).verdict != "untestable" for x in pair):
        return replace(check, explanation=note)
    note += "; the printed intervals are no normal ones"
    return replace(check, verdict="untestable", explanation=note)


def kappa(printed, first, percent, n):
    """Check Cohen's kappa against how many of ``n`` respond by each of two sets of criteria.

    ``first`` is the count by one, ``percent`` the share by the other.
    """
    values = []
    for second in audit.counts(percent, n):
        if first == second and first in (0, n):
            continue  # chance alone agrees in all: there is no kappa
        chance = Fraction(first * second + (n - first) * (n - second), n**2)
        for both in range(max(0, first + second - n), min(first, second) + 1):
            agreed = Fraction(n - first - second + 2 * both, n)
            values.append((agreed - chance) / (1 - chance))
    if not values:
        raise ValueError(
            f"percent: expected a share of {n} patients that leaves a kappa, got {percent!r}"
        )
    fits = [value for value in values if as_printed(printed).admits(value)]
    if fits:
        found = Range(min(values), fits[0], max(values))
        note = "with these shares kappa is between {0:z.2f} and {2:z.2f}".format(*map(float, found))
        return Check.of("agreement", printed, found, note, "compatible")
    note = "no count of patients who agree on response gives it; over all categories it is free"
    return Check.of("agreement", printed, (math.nan,) * 3, note, "untestable")
