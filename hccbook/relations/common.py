"""What the ties of several papers share: checks that take nothing but printed strings."""

import math

from .. import audit
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


def at_most(printed, other, reason):
    """Check that a number is no larger than another.

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
    """
    limit, sides = as_printed(level, "level").value, []
    for p in ps:
        number = as_printed(p, "p")
        strictly = number.high <= limit if number.relation == "<" else number.high < limit
        sides.append(True if strictly else False if number.low >= limit else None)
    wanted = word != "not significant"
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
    word : {"highest", "lowest", "higher", "shorter", "poorer"}
        What is said of the first number of each row; ``"highest"`` and ``"higher"`` ask for
        the largest, the others for the smallest.
    *rows : sequence of str
        Printed numbers; the first of each row is the one that is spoken of.

    Returns
    -------
    Check
        ``exact``, ``compatible`` where two numbers of a row can be equal, or ``contradicted``.
    """
    sign = 1 if word in {"highest", "higher"} else -1
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


def auc_limit(end, limit, auc, lower, upper, positives, negatives):
    """Check one confidence limit of an AUC: near the typical one, no farther than the widest.

    The typical one is that of Hanley and McNeil (1982). The variance of an AUC of A is at most
    A (1 - A) / m with m patients in the smaller group (Birnbaum and Klose, 1957).

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
    typical, area = getattr(audit.auc_interval(auc, *sizes), end), float(as_printed(auc))
    half = 1.96 * math.sqrt(area * (1 - area) / min(sizes))
    low, high = (area - half, area) if end == "lower" else (area, area + half)
    normal = audit.auc_interval_readings(auc, lower, upper)["verdict"].iloc[0]
    verdict = judge(limit, typical, low, high) if normal != "contradicted" else "untestable"
    return Check(
        "AUC interval",
        limit,
        typical,
        low,
        high,
        verdict,
        f"normal interval: typical {typical:.3f}, possible {low:.3f} to {high:.3f}",
    )
