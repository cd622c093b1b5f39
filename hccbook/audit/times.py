"""What printed survival times say about how they were measured."""

import math

from .. import _checks
from .arguments import count, judged, plain, positive, time
from .check import Check, bounded

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


def month_lengths(months):
    """Ask which definition of a month prints all given times from whole days.

    A patient's time is a whole number of days. A median is such a time, or lies half way
    between two of them. Divided by the length of a month and rounded, only some numbers
    can be printed. The frame has a row for each definition, a column for each printed time with
    the days that print so (halves allowed, ``None`` if there are none), and ``fits``: all print.
    """
    import pandas as pd

    numbers = [plain("months", month, 0) for month in _checks.listed("months", months)]

    def days(number, length):
        first = max(0, math.ceil(2 * float(number.low) * length - 1e-9))
        last = math.floor(2 * float(number.high) * length + 1e-9)
        # A whole day needs no second patient: prefer it to a half.
        found = sorted((h / 2 for h in range(first, last + 1)), key=lambda d: (d % 1, d))
        return found[0] if found else None

    columns = {str(x): [days(x, length) for length in MONTHS.values()] for x in numbers}
    frame = pd.DataFrame(columns, pd.Index(MONTHS, name="month"))
    return frame.assign(fits=frame.notna().all(axis=1))


def survival_at_median(n, follow_up, median):
    """Check a median survival against a median follow-up that is longer than it.

    If "median follow-up" were the median of all observed times, at least half of the
    patients would have been followed for that long, dead or alive. Fewer than half could
    have died before, and the Kaplan-Meier curve could not have come down to one half, but
    for one arrangement of an even number of patients. The other reading, reverse
    Kaplan-Meier (Schemper and Smith, 1996), has no such limit.

    ``computed`` is the smallest value that the curve can have at the median under the first
    reading; ``contradicted`` if it is above one half, ``compatible`` otherwise.
    """
    n = _checks.whole("n", n, 1)
    observed, number = positive("follow_up", follow_up), judged(positive, "median", median)
    before = n if number.high >= observed.low else n // 2
    smallest = 1 - before / n
    why = f"with a median observed time of {follow_up}, at most {before} of {n} patients can have "
    why += f"died by {median}: the curve there is at least {smallest:z.3f}"
    verdict = "contradicted" if smallest > 0.5 else "compatible"
    return Check.of("survival against follow-up", number, (smallest, smallest, 1), why, verdict)


def censored_before_median(n, events):
    """Return how many patients must be censored before a Kaplan-Meier curve can reach one half.

    Let c of n patients be censored before the death that brings the curve to one half or below.
    The curve is lowest if all c are censored before the first death: after k deaths it is at
    ``1 - k / (n - c)``. So with ``events`` deaths in all c is at least ``n - 2 events``, which is
    attained. Patients censored at the time of that death were at risk there and do not count.

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
    median of all lies between them, also where medians lie half way between two middle times.

    The ``parts`` hold each patient once. With ``censoring`` the medians are Kaplan-Meier medians of
    partly censored times: where that differs between the parts, the curve of all is no mixture of
    their curves, and its median can lie outside, which is then ``untestable``.
    """
    _checks.flag("censoring", censoring)
    whole = judged(time, "median", median)
    groups = [time("parts", part) for part in _checks.listed("parts", parts)]
    low, high = min(group.low for group in groups), max(group.high for group in groups)
    outside = bounded(whole, low, high) == "contradicted"
    verdict = "compatible" if not outside else "untestable" if censoring else "contradicted"
    why = f"{median} is {'outside' if outside else 'within'} the medians of the parts"
    why += "; censoring that differs between them can do that" if outside and censoring else ""
    found = low, math.nan, high  # bounds have no best guess
    return Check.of("median of a union", whole, found, why, verdict)


def at_risk(number, before, events=0):
    """Check a number at risk under a survival curve against those before it.

    ``before`` are the numbers at risk at earlier times, the patients at the start first;
    ``events`` are those before the time at hand. Nobody joins late, and who had the event has left.
    """
    left = [count("before", x).value for x in _checks.listed("before", before)]
    if (events := _checks.whole("events", events)) > left[0]:
        raise ValueError(f"events: expected at most the first of before, {before[0]}, got {events}")
    most = min(*left, left[0] - events)
    why = f"of {before[0]} patients with {events} events at most {most} are at risk"
    number = judged(count, "number", number)
    verdict = "compatible" if number.value <= most else "contradicted"
    return Check.of("numbers at risk", number, (0, math.nan, most), why, verdict)
