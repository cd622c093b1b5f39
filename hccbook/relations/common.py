"""What the ties of several papers share: checks that take nothing but printed strings."""

import math

from .. import _checks, audit
from ..audit.check import Check, judge
from ..estimate import printed as as_printed


def size(text):
    """Return a printed number of patients or studies as an int.

    Parameters
    ----------
    text : str

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If ``text`` is not a printed whole number.
    """
    number = as_printed(text, "size")
    if number.relation != "=" or number.decimals or number.value < 0:
        raise ValueError(f"size: expected a printed whole number, got {text!r}")
    return int(number.value)


def percentage(percent, count, n):
    """Check a percentage against its printed count and denominator.

    Parameters
    ----------
    percent, count, n : str

    Returns
    -------
    Check
    """
    return audit.percentage(percent, size(count), size(n))


def share(percent, n):
    """Check that a percentage is one of some whole number of ``n`` patients.

    Parameters
    ----------
    percent, n : str

    Returns
    -------
    Check
        Against the nearest count.
    """
    n = size(n)
    found = audit.counts(percent, n) or [round(float(as_printed(percent)) * n / 100)]
    return audit.percentage(percent, found[0], n)


def count(printed, percent, n):
    """Check a count against its printed percentage.

    Parameters
    ----------
    printed, percent, n : str

    Returns
    -------
    Check
        ``compatible`` where several counts print as the percentage, this one among them.
    """
    found, number = audit.counts(percent, size(n)), size(printed)
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


def part(printed, whole, *others):
    """Check one part of a whole against the whole and the other parts.

    Parameters
    ----------
    printed, whole, *others : str
        Printed counts.

    Returns
    -------
    Check
    """
    left = size(whole) - sum(size(other) for other in others)
    return Check(
        "sum of parts",
        printed,
        left,
        left,
        left,
        judge(printed, left),
        f"{whole} less {' and '.join(others)} is {left}",
    )


def same_count(printed, other):
    """Check a count that is printed twice.

    Parameters
    ----------
    printed, other : str

    Returns
    -------
    Check
        ``exact`` or ``contradicted``.
    """
    return audit.same(printed, other, whole=True)


def at_least(printed, other, reason):
    """Check that a number is no smaller than another.

    Parameters
    ----------
    printed, other : str
    reason : str
        Why it must be so, in a few words.

    Returns
    -------
    Check
        ``compatible`` or ``contradicted``.
    """
    low, high = as_printed(other, "other").low, as_printed(printed, "printed").high
    return Check(
        "order",
        printed,
        math.nan,
        float(low),
        math.inf,
        "compatible" if high >= low else "contradicted",
        f"at least {other}: {reason}",
    )


def at_most(printed, other, reason, whole=False):
    """Check that a number is no larger than another.

    Parameters
    ----------
    printed, other : str
    reason : str
        Why it must be so, in a few words.
    whole : bool
        Whether both are whole numbers by nature, which are not rounded.

    Returns
    -------
    Check
        ``compatible`` or ``contradicted``.
    """
    if whole:
        low, high = size(printed), size(other)
    else:
        low, high = as_printed(printed, "printed").low, as_printed(other, "other").high
    return Check(
        "order",
        printed,
        math.nan,
        -math.inf,
        float(high),
        "compatible" if low <= high else "contradicted",
        f"at most {other}: {reason}",
    )


def below(p, level):
    """Say whether a P value is below a level, as far as its rounding lets see.

    Parameters
    ----------
    p, level : str

    Returns
    -------
    bool or None
        None if it may be on either side: ``"0.050"`` at 0.05, or ``"< 0.1"``.
    """
    number, limit = as_printed(p, "p"), as_printed(level, "level").value
    strictly = number.high <= limit if number.relation == "<" else number.high < limit
    return True if strictly else False if number.low >= limit else None


#: What is said of P values, and whether they are then below the level.
SIGNIFICANT = {"significant": True, "independent": True, "not significant": False}
#: What is said of the first of several numbers, and the sign that it gives to differences.
FIRST = {"highest": 1, "higher": 1, "lowest": -1, "lower": -1, "shorter": -1, "poorer": -1}


def significance(word, level, *ps):
    """Check what is said about significance against the P values it is said of.

    Parameters
    ----------
    word : str
        ``"significant"`` (or ``"independent"``, of a predictor in a model) or
        ``"not significant"``, said of each.
    level : str
        Printed significance level; its sign, if there is one, does not matter.
    *ps : str
        Printed P values.

    Returns
    -------
    Check
        ``exact`` if every P value is on the side that the word says, ``compatible`` if one
        may be on either side, else ``contradicted``.

    Raises
    ------
    ValueError
        If ``word`` is another one.
    """
    _checks.one_of("word", word, SIGNIFICANT)
    wanted, sides = SIGNIFICANT[word], [below(p, level) for p in ps]
    wrong = [p for p, side in zip(ps, sides, strict=True) if side is not None and side != wanted]
    open_ = [p for p, side in zip(ps, sides, strict=True) if side is None]
    verdict = "contradicted" if wrong else "compatible" if open_ else "exact"
    said = f"{len(ps) - len(wrong)} of {len(ps)} P values" if len(ps) > 1 else f"P = {ps[0]}"
    return Check(
        "text and table",
        word,
        word if not wrong else "",
        None,
        None,
        verdict,
        f"{said} against {level}" + (f"; otherwise {', '.join(wrong)}" if wrong else ""),
    )


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


def limit(printed, estimate, other):
    """Check one confidence limit of a ratio against the estimate and the other limit.

    Parameters
    ----------
    printed, estimate, other : str

    Returns
    -------
    Check
    """
    return audit.mirror(estimate, printed, other)


def centred(auc, lower, upper):
    """Check that an AUC is in the middle of its interval, on the plain or the log-odds scale.

    Parameters
    ----------
    auc, lower, upper : str

    Returns
    -------
    Check
        ``untestable`` if it is on neither: an interval from a bootstrap need not be centred.
    """
    found = audit.auc_interval_readings(auc, lower, upper).iloc[:2]
    for reading in found.itertuples():
        if reading.verdict != "contradicted":
            return Check(
                "centre of the interval",
                auc,
                reading.centre,
                reading.lower,
                reading.upper,
                reading.verdict,
                f"{reading.why}: {reading.centre:z.4f}",
            )
    return Check(
        "centre of the interval",
        auc,
        math.nan,
        math.nan,
        math.nan,
        "untestable",
        "not half way between the limits on the plain or the log-odds scale; an interval from "
        "a bootstrap need not be",
    )


def auc_limit(end, limit, auc, lower, upper, positives, negatives):
    """Check one confidence limit of an AUC: near the typical one, no farther than the widest.

    The typical one is that of Hanley and McNeil (1982). DeLong's estimate of the variance of an
    AUC of A is at most A (1 - A) / (m - 1) with m patients in the smaller group: the variances
    of the two sets of placements add up to A (1 - A) at most.

    Parameters
    ----------
    end : {"lower", "upper"}
    limit, auc, lower, upper, positives, negatives : str
        The printed limit, the AUC with its interval, and numbers of patients in the two groups.

    Returns
    -------
    Check
        ``untestable`` if the interval is not centred on the AUC: it is no normal one.
    """
    sizes = size(positives), size(negatives)
    if min(sizes) < 2:
        raise ValueError(f"positives, negatives: expected at least 2 in each, got {sizes}")
    typical, area = getattr(audit.auc_interval(auc, *sizes), end), as_printed(auc)
    ends = [min(max(float(x), 0.0), 1.0) for x in (area.low, area.high)]
    halves = [1.96 * math.sqrt(x * (1 - x) / (min(sizes) - 1)) for x in ends]
    # A ± 1.96 √(A (1 - A) / (m - 1)) grows with A but near the end it points to: take both.
    if end == "lower":
        low, high = min(x - half for x, half in zip(ends, halves, strict=True)), ends[1]
    else:
        low, high = ends[0], max(x + half for x, half in zip(ends, halves, strict=True))
    normal = audit.auc_interval_readings(auc, lower, upper)["verdict"].iloc[0]
    verdict = judge(limit, typical, low, high) if normal != "contradicted" else "untestable"
    return Check(
        "AUC interval",
        limit,
        typical,
        low,
        high,
        verdict,
        f"normal interval: typical {typical:z.3f}, possible {low:z.3f} to {high:z.3f}",
    )
