"""What printed survival times say about how they were measured."""

import math

from .. import _checks
from ..estimate import printed as as_printed
from .arguments import plain, positive
from .check import Check

#: Days in a month as programs define it.
MONTHS = {
    "30 days": 30.0,
    "30.4 days": 30.4,
    "30.42 days": 30.42,
    "365/12 days": 365 / 12,
    "365.25/12 days": 365.25 / 12,
    "30.44 days": 30.44,
    "30.5 days": 30.5,
    "4 weeks": 28.0,
}


def month_lengths(months, lengths=None):
    """Ask which definition of a month prints all given times from whole days.

    A patient's time is a whole number of days. A median is such a time, or lies half way
    between two of them. Divided by the length of a month and rounded, only some numbers
    can be printed.

    Parameters
    ----------
    months : sequence of str
        Printed times in months.
    lengths : mapping of str to float, optional
        Definitions of a month, in days; :data:`MONTHS` when left out.

    Returns
    -------
    pandas.DataFrame
        A row for each definition; a column for each printed time with the days that
        print so (halves allowed, ``None`` if there are none), and ``fits``: all print.
    """
    import pandas as pd

    numbers = [plain("months", month, 0) for month in _checks.listed("months", months)]
    lengths = _checks.mapping("lengths", MONTHS if lengths is None else lengths)
    if not lengths:
        raise ValueError("lengths: expected at least one definition of a month, got none")
    rows = {}
    for name, length in lengths.items():
        _checks.real("lengths", length)
        if not 0 < length < math.inf:
            raise ValueError(f"lengths: expected days above 0, got {length!r} for {name!r}")
        days = {}
        for number in numbers:
            first = max(0, math.ceil(2 * float(number.low) * length - 1e-9))
            last = math.floor(2 * float(number.high) * length + 1e-9)
            # A whole day needs no second patient: prefer it to a half.
            found = sorted((h / 2 for h in range(first, last + 1)), key=lambda d: (d % 1, d))
            days[str(number)] = found[0] if found else None
        rows[name] = days
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("month")
    return frame.assign(fits=frame.notna().all(axis=1))


def survival_at_median(n, follow_up, median):
    """Check a median survival against a median follow-up that is longer than it.

    If "median follow-up" were the median of all observed times, at least half of the
    patients would have been followed for that long, dead or alive. Fewer than half could
    have died before, and the Kaplan-Meier curve could not have come down to one half, but
    for one arrangement of an even number of patients. The other reading, reverse
    Kaplan-Meier (Schemper and Smith, 1996), has no such limit.

    Parameters
    ----------
    n : int
        Number of patients.
    follow_up, median : str
        Printed median follow-up and median survival, in one unit.

    Returns
    -------
    Check
        Of ``median``: ``computed`` is the smallest value that the curve can have there
        when the follow-up is that of all observed times; ``upper`` is 1. ``contradicted``
        if it stays above one half, ``compatible`` otherwise.
    """
    n = _checks.whole("n", n, 1)
    observed, number = positive("follow_up", follow_up), positive("median", median)
    before = n if number.high >= observed.low else n // 2
    smallest = 1 - before / n
    return Check.of(
        "survival against follow-up",
        number,
        (smallest, smallest, 1.0),
        f"with a median observed time of {follow_up}, at most {before} of {n} patients can have "
        f"died by {median}: the curve there is at least {smallest:z.3f}",
        "contradicted" if smallest > 0.5 else "compatible",
    )


def censored_before_median(n, events):
    """Return how many patients must be censored before a Kaplan-Meier curve can reach one half.

    Let c patients be censored before the death that brings the curve to one half or below.
    The numbers at risk are smallest, and so is the curve, if all c are censored before the
    first death. Then the product telescopes: after k deaths the curve is at
    ``1 - k / (n - c)``. With at most ``events`` deaths, one half needs ``n - c <= 2 events``.

    Parameters
    ----------
    n, events : int
        Patients, and deaths in the whole follow-up.

    Returns
    -------
    int
        ``max(0, n - 2 events)``, which is attained. Patients censored at the time of that death
        were at risk there and do not count.

    Examples
    --------
    >>> censored_before_median(110, 48)
    14
    """
    n, events = _checks.whole("n", n, 1), _checks.whole("events", events, 1)
    if events > n:
        raise ValueError(f"events: expected at most n = {n}, got {events}")
    return max(0, n - 2 * events)


def median_of_union(median, parts, censoring=False):
    """Check a median of all patients against the medians of groups that make them up.

    Before the smallest median of the parts less than half of every part has had the event,
    and so less than half of all; at the largest median at least half of every part has. So the
    median of all lies between them. This holds as well for medians half way between the two
    middle times: if half of every part is below the smallest median, the lower middle time of
    all is the largest of the parts', the upper one is some part's, and so their mean is at
    least the median of that part. The largest median is the mirror image.

    Parameters
    ----------
    median : str
        The printed median of all.
    parts : sequence of str
        The printed medians of groups that hold each patient once.
    censoring : bool
        Whether the medians are Kaplan-Meier medians of partly censored times. These need not
        obey: where censoring differs between the parts, the curve of all is no mixture of
        their curves, and its median can lie outside.

    Returns
    -------
    Check
        ``lower`` and ``upper`` are the smallest and the largest median of the parts. Outside
        them ``contradicted``, or ``untestable`` with ``censoring``; otherwise ``compatible``.
    """
    _checks.flag("censoring", censoring)
    whole, *groups = (
        as_printed(time, name)
        for name, time in [
            ("median", median),
            *(("parts", x) for x in _checks.listed("parts", parts)),
        ]
    )
    for name, number in [("median", whole), *(("parts", group) for group in groups)]:
        if number.value <= 0:
            raise ValueError(f"{name}: expected a printed time above 0, got {str(number)!r}")
    low, high = min(group.low for group in groups), max(group.high for group in groups)
    outside = whole.high < low or whole.low > high
    verdict = ("untestable" if censoring else "contradicted") if outside else "compatible"
    why = f"{median} is {'outside' if outside else 'within'} the medians of the parts"
    if outside and censoring:
        why += "; censoring that differs between them can do that"
    found = float(low), math.nan, float(high)  # bounds have no best guess
    return Check.of("median of a union", whole, found, why, verdict)
