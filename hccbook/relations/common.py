"""Checks that take nothing but printed strings: counts, order, words, means and ratios."""

import math
from dataclasses import replace

from .. import _checks, audit
from ..audit import Check, judge
from ..estimate import printed as as_printed


def size(text):
    """Return a printed number of patients or studies as an int."""
    number = as_printed(text, "size")
    if number.relation != "=" or number.decimals or number.value < 0:
        raise ValueError(f"size: expected a printed whole number, got {text!r}")
    return int(number.value)


def undecided(family, printed, verdict, note, lower=math.nan, upper=math.nan):
    """Return a check that computes no value, only a verdict and perhaps a range."""
    return Check(family, printed, math.nan, lower, upper, verdict, note)


def computed(family, printed, number, note, most=None):
    """Return the check of a printed whole number against a computed one."""
    most = number if most is None else most
    return Check(family, printed, number, number, most, judge(printed, number, number, most), note)


# Counts and percentages


def share(percent, n):
    """Check that a percentage is one of some whole number of ``n`` patients."""
    found = audit.counts(percent, n) or [round(float(as_printed(percent)) * n / 100)]
    return audit.percentage(percent, found[0], n)


def share_or_cut(percent, n):
    """Check a share of ``n`` patients, rounded or cut off after its last decimal."""
    check = share(percent, n)
    if check.verdict == "exact":
        return check
    number = as_printed(percent)
    first = math.ceil(number.value * n / 100)
    if first * 100 >= (number.value + number.unit) * n:
        return replace(check, explanation=f"{check.explanation}; nor is it one cut off")
    note = f"no count of {n} rounds to it; cut off after its last decimal, {first} of {n} prints so"
    value = 100 * first / n
    return Check(check.family, percent, value, value, value, "compatible", note)


def count(printed, percent, n):
    """Check a count against its printed percentage; ``compatible`` if others print so too."""
    found, number = audit.counts(percent, n), size(printed)
    verdict = "contradicted" if number not in found else "compatible"
    return Check(
        "percentage and count",
        printed,
        found[0] if len(found) == 1 else math.nan,
        min(found, default=math.nan),
        max(found, default=math.nan),
        "exact" if found == [number] else verdict,
        f"{percent} % of {n} is a count of {' or '.join(map(str, found)) or 'no whole number'}",
    )


def part(printed, total, others):
    """Check one part of a whole against the whole and the other parts."""
    left = size(total) - sum(map(size, others))
    note = f"{total} less {' and '.join(others)} is {left}"
    return computed("sum of parts", printed, left, note)


def same(printed, other, *, whole, thousands=","):
    """Check a number that is printed twice; ``thousands`` is the mark between thousands."""
    check = audit.same(
        printed.replace(thousands, ",") if thousands != "," else printed, other, whole
    )
    return replace(check, printed=printed)


# The number of rows of a table


def rows(printed, rows, *, place):
    """Check a printed number against the number of rows of a table."""
    return computed("text and table", printed, len(rows), f"{place} has {len(rows)}")


def rows_but_one(printed, rows, *, place):
    """Check a printed number of rows of which one is left out."""
    note = f"one of the {len(rows)} {place} is left out"
    return computed("text and table", printed, len(rows) - 1, note)


def rows_less(printed, rows, less, *, place):
    """Check a printed number of rows that are not among so many others."""
    number = len(rows) - less
    return computed("text and table", printed, number, f"{len(rows)} {place} less {less}")


def rows_between(printed, rows, *, lowest: int, highest: int, what):
    """Check a printed number of rows with a whole number from ``lowest`` to ``highest``."""
    found = sum(lowest <= number <= highest for number in rows)
    note = f"{found} of {len(rows)} {what} are from {lowest} to {highest}"
    return computed("text and table", printed, found, note)


# Order and words


def at_least(printed, other, *, reason):
    """Check that a number is no smaller than another, for a reason in a few words."""
    low, high = as_printed(other, "other").low, as_printed(printed, "printed").high
    verdict = "compatible" if high >= low else "contradicted"
    note = f"at least {other}: {reason}"
    return undecided("order", printed, verdict, note, float(low), math.inf)


def at_most(printed, other, *, reason, whole=False):
    """Check that a number is no larger than another, for a reason in a few words."""
    if whole:
        low, high = size(printed), size(other)
    else:
        low, high = as_printed(printed, "printed").low, as_printed(other, "other").high
    verdict = "compatible" if low <= high else "contradicted"
    note = f"at most {other}: {reason}"
    return undecided("order", printed, verdict, note, -math.inf, float(high))


def below(p, level):
    """Say whether a P value is below a level; None if rounding leaves it open."""
    number, limit = as_printed(p, "p"), as_printed(level, "level").value
    strictly = number.high <= limit if number.relation == "<" else number.high < limit
    return True if strictly else False if number.low >= limit else None


#: What is said of P values, and whether they are then below the level.
SIGNIFICANT = {"significant": True, "independent": True, "not significant": False}
#: What is said of the first of several numbers, and the sign that it gives to differences.
FIRST = {"highest": 1, "higher": 1, "lowest": -1, "lower": -1, "shorter": -1, "poorer": -1}


def significance(word, ps, level="0.05"):
    """Check what is said about significance of every P value in ``ps``.

    ``exact`` if all are on the side that the word says, ``compatible`` if one may be on
    either side, else ``contradicted``.
    """
    _checks.one_of("word", word, SIGNIFICANT)
    wanted, sides = SIGNIFICANT[word], [below(p, level) for p in ps]
    wrong = [p for p, side in zip(ps, sides, strict=True) if side is not None and side != wanted]
    verdict = "contradicted" if wrong else "compatible" if None in sides else "exact"
    said = f"{len(ps) - len(wrong)} of {len(ps)} P values" if len(ps) > 1 else f"P = {ps[0]}"
    note = f"{said} against {level}" + (f"; otherwise {', '.join(wrong)}" if wrong else "")
    return Check("text and table", word, "" if wrong else word, None, None, verdict, note)


def number_significant(printed, ps, level="0.05"):
    """Check a printed number of significant P values against the P values."""
    sides = [below(p, level) for p in ps]
    number = sides.count(True)
    note = f"{number} of {len(ps)} P values are below {level}"
    return computed("text and table", printed, number, note, number + sides.count(None))


def first_of(word, *rows):
    """Check that one number is the highest, or the lowest, of its row in every row.

    Parameters
    ----------
    word : {"highest", "higher", "lowest", "lower", "shorter", "poorer"}
        What is said of the first number of each row; ``"highest"`` and ``"higher"`` ask for
        the largest, the others for the smallest.
    *rows : sequence of str
        Printed numbers; the first of each row is the one that is spoken of.

    Returns
    -------
    Check
        ``exact``, ``compatible`` where two numbers of a row can be equal, or ``contradicted``.

    Raises
    ------
    ValueError
        If ``word`` is another one.
    """
    _checks.one_of("word", word, FIRST)
    sign = FIRST[word]
    verdict, against = "exact", []
    for first, *others in rows:
        for other in others:
            a, b = as_printed(first), as_printed(other)
            if sign * (a.value - b.value) <= 0:
                if a.low <= b.high and b.low <= a.high:
                    verdict = "compatible" if verdict == "exact" else verdict
                else:
                    verdict = "contradicted"
                    against.append(f"{first} against {other}")
    note = f"in {len(rows)} rows" if len(rows) > 1 else f"{rows[0][0]} against {rows[0][1]}"
    return Check(
        "text and table",
        word,
        word if verdict != "contradicted" else "",
        None,
        None,
        verdict,
        f"not so: {', '.join(against)}" if against else note,
    )


def rank(word, rows, *, of=""):
    """Check that the first number of each row is what the word says."""
    check = first_of(word, *rows)
    return replace(check, explanation=f"{of}: {check.explanation}") if of else check


# Means and standard deviations


def group_mean(printed, n, all_mean, means, ns):
    """Check the mean of one group against the mean of all and those of the other groups."""
    overall, others = as_printed(all_mean), [as_printed(mean) for mean in means]

    def solve(whole, parts):
        rest = sum(k * mean for k, mean in zip(ns, parts, strict=True))
        return float(((n + sum(ns)) * whole - rest) / n)

    value = solve(overall.value, [x.value for x in others])
    low = solve(overall.low, [x.high for x in others])
    high = solve(overall.high, [x.low for x in others])
    note = f"the mean of all and of the others leave {value:z.2f} ({low:z.2f} to {high:z.2f})"
    return Check("pooled mean", printed, value, low, high, judge(printed, value, low, high), note)


def group_sd(printed, mean, n, all_sd, means, sds, ns):
    """Check the SD of one group through the SD of all."""
    check = audit.pooled_sd(all_sd, [mean, *means], [printed, *sds], [n, *ns])
    verdict = "contradicted" if check.verdict == "contradicted" else "compatible"
    note = f"with it the SD of all is {check.computed:z.2f}, printed {all_sd}"
    return undecided("pooled SD", printed, verdict, note)


def sd_within(sd, mean, longest, n):
    """Check an SD of times that are at least 0 and at most the longest."""
    return audit.sd_in_range(sd, mean, "0", longest, n)


# Ratios and coefficients


def wald_limit(end):
    """Return the check of one limit of a coefficient against its Wald statistic."""

    def check(printed, coefficient, z, lower, upper):
        return audit.wald_limits(coefficient, z, lower, upper)[end]

    return check


def ratio_as_z(value, coefficient, p):
    """Check a number that is headed as a ratio as the Wald statistic of its coefficient."""
    found = audit.coefficient_p(value, p)
    z, b = as_printed(value), as_printed(coefficient)
    # A coefficient that prints as zero may have either sign.
    opposite = (z.low > 0 and b.high < 0) or (z.high < 0 and b.low > 0)
    verdict = "contradicted" if opposite or found.verdict == "contradicted" else "compatible"
    note = f"read as z it has P = {found.computed:z.2g}, printed {p}"
    return Check("odds ratio as z", value, *map(float, (z, z.low, z.high)), verdict, note)


def interaction(p, ratios):
    """Check the P of interaction as that of two separate fits; other models stay possible."""
    check = audit.interaction_p(*map(tuple, ratios), p)
    if check.verdict != "contradicted":
        return check
    note = f"{check.explanation}; an interaction with the score itself is another test"
    return replace(check, verdict="untestable", explanation=note)


# Heterogeneity


def i2_of_p(i2, k, p):
    """Check I² against the P value of Q: some Q must print both."""
    check, found = audit.heterogeneity_p(i2, k, p), audit.study_counts(i2, p)
    verdict = "compatible" if k in found else "contradicted"
    return undecided(check.family, i2, verdict, f"with P {p} it fits {found} studies")


def studies_of_subgroups(k, i2, i2s, ks, ratios):
    """Check a number of studies against Q of all studies, within and between subgroups."""
    groups = [(own, number, *ratio) for own, number, ratio in zip(i2s, ks, ratios, strict=True)]
    check = audit.q_partition(i2, size(k), groups)
    verdict = "contradicted" if check.verdict == "contradicted" else "compatible"
    note = f"with fixed effects in each subgroup {check.explanation}; printed {i2} %"
    return undecided(check.family, k, verdict, note)
