"""What I², the P of its test, the number of studies and pooled intervals allow together.

``I² = max(0, 100 (Q - df) / Q)`` per cent, with Cochran's Q on ``df = k - 1`` degrees of
freedom (Higgins and Thompson, 2002). Q takes its weights from the variances within studies,
whether the studies are then pooled by fixed or by random effects. A program that takes I² from
another estimate of the variance between studies prints another number.
"""

import math

import numpy as np

from .. import _checks
from .arguments import critical, ordered, percent, positive, probability
from .check import Check, Range, judge
from .comparisons import between, least_between, most_between
from .ratios import chi_square_p, exp, logs, over, standard_error

#: The largest Q between subgroups is looked for at every corner of their boxes.
MOST_SUBGROUPS = 16


def i2_of(q, df):
    """Return I² in per cent."""
    return 100 * max(0.0, 1 - over(df, q))


def q_from_i2(i2, k):
    """Return the Cochran's Q that a printed I² of ``k`` studies implies.

    Parameters
    ----------
    i2 : str
        The printed I² in per cent.
    k : int
        Number of studies.

    Returns
    -------
    Range
        ``(k - 1) / (1 - I² / 100)`` with its rounding range. Every Q up to ``k - 1`` gives
        an I² of 0, so where I² prints as 0 the range begins at 0, and its value ``k - 1``
        (the mean of Q for studies that do not differ) is no more than one of many.

    Examples
    --------
    >>> q_from_i2("50", 3)
    Range(low=3.9603960396039604, value=4.0, high=4.040404040404041)
    """
    number, df = percent("i2", i2), _checks.whole("k", k, 2) - 1
    q = Range.of(lambda x: float(100 * df / (100 - x)) if x < 100 else math.inf, number)
    return q if number.low > 0 else q._replace(low=0.0)


def heterogeneity_p(i2, k, p):
    """Check the P value of the test for heterogeneity against I² and the number of studies.

    Parameters
    ----------
    i2, k, p
        I² in per cent and P of Cochran's Q as printed, and the number of studies.

    Returns
    -------
    Check
        ``computed`` is the upper tail of the chi-square distribution with ``k - 1`` degrees of
        freedom at Q. P falls as Q grows, so a verdict other than ``contradicted`` means that
        one and the same Q prints both numbers. An I² printed as 0 only bounds P from below:
        the verdict is then ``compatible`` or ``contradicted``.
    """
    number, q = probability("p", p), q_from_i2(i2, k)
    high, value, low = (float(chi_square_p(statistic, k - 1)) for statistic in q)
    found, verdict = Range(low, value, high), judge(number, value, low, high)
    if q.low:
        size, chance = f"Q = {q:z.2f}", f"P = {found:z.2g}"
    else:
        size, chance = f"Q is at most {q.high:z.2f}", f"P is at least {low:z.2g}"
        verdict = verdict if verdict == "contradicted" else "compatible"
    why = f"{size} on {k - 1} degrees of freedom, so {chance}"
    return Check.of("heterogeneity", number, found, why, verdict)


def study_counts(i2, p, k_max=30):
    """Return every number of studies with which I² and its P value can print together.

    Parameters
    ----------
    i2, p : str
        As for :func:`heterogeneity_p`.
    k_max : int
        The largest number of studies to try.

    Returns
    -------
    list of int

    Examples
    --------
    >>> study_counts("65", "0.04"), study_counts("0", "0.39")
    ([4], [2, 3, 4])
    """
    sizes = range(2, _checks.whole("k_max", k_max, 2) + 1)
    return [k for k in sizes if heterogeneity_p(i2, k, p).verdict != "contradicted"]


def _within(i2, k):
    """Return Q within a subgroup, which is 0 where there is one study and so no I²."""
    if _checks.whole("subgroups, k", k, 1) > 1:
        return q_from_i2(percent("subgroups, i2", i2), k)
    if i2 is not None:
        raise ValueError(f"subgroups, i2: expected None for one study, got {i2!r}")
    return Range(0.0, 0.0, 0.0)


def _q_between(effects, errors):
    """Return the range of Q between pooled log ratios, given the boxes of both."""
    if len(effects) < 2:
        return Range(0.0, 0.0, 0.0)
    # It is the least of sum w (y - c)² over c, so it never falls as a weight grows: each end
    # belongs to all weights at one end.
    mean, error = (Range(*np.transpose(boxes)) for boxes in (effects, errors))
    return Range(
        float(least_between(mean, error.high**-2.0)),
        float(between(mean.value, error.value**-2.0)),
        float(most_between(mean, error.low**-2.0)) if error.low.min() > 0 else math.inf,
    )


def q_partition(i2, k, subgroups, pooled=True, level="95"):
    """Check the I² of all studies against I² and pooled ratio of each subgroup.

    With inverse-variance weights Q of all studies is exactly the sum of Q within the subgroups
    and Q between them, ``sum w (y - mean)**2``, where y is the pooled log ratio of a subgroup
    by *fixed* effects, w its inverse variance and the mean weighted by w (Borenstein and
    others, 2009, chapter 19). A subgroup pooled by random effects prints another ratio and
    another interval: pass ``None`` for its three numbers. Since Q between subgroups is at
    least 0, and no smaller than between some of them, a least Q of all studies still follows.

    Parameters
    ----------
    i2, k
        The printed I² of all studies in per cent, and their number.
    subgroups : sequence of tuple
        2 to 16 tuples ``(i2, k, ratio, lower, upper)``, whose k add up: printed I² (``None`` for
        a subgroup of one study), number of studies, and the printed fixed-effect ratio with
        its confidence limits (``None`` where not known).
    pooled : bool
        ``False`` leaves all the ratios out.
    level : str
        Printed confidence level of the limits in per cent.

    Returns
    -------
    Check
        ``computed`` is the I² of all studies in per cent. If all ratios are known, the verdict
        is that of :func:`judge`. Otherwise ``computed`` leaves the unknown part of Q out,
        ``upper`` is 100, and the verdict is ``compatible`` or ``contradicted``.
    """
    _checks.flag("pooled", pooled)
    number, k = percent("i2", i2), _checks.whole("k", k, 2)
    if not isinstance(subgroups, list | tuple) or not 2 <= len(subgroups) <= MOST_SUBGROUPS:
        raise ValueError(
            f"subgroups: expected a list of 2 to {MOST_SUBGROUPS} tuples, got {subgroups!r}"
        )
    inside, effects, errors = [], [], []
    for group in subgroups:
        if not isinstance(group, list | tuple) or len(group) != 5:
            raise ValueError(f"subgroups: expected (i2, k, ratio, lower, upper), got {group!r}")
        inside.append(_within(*group[:2]))
        ratio, lower, upper = group[2:]
        if (ratio is None) != (lower is None) or (lower is None) != (upper is None):
            raise ValueError(f"subgroups: expected all or none of ratio and limits, got {group!r}")
        if pooled and ratio is not None:
            effects.append(logs("subgroups, ratio", ratio))
            errors.append(standard_error(lower, upper, level))
    if (total := sum(int(group[1]) for group in subgroups)) != k:
        raise ValueError(f"subgroups: expected k = {k} studies together, got {total}")
    inside = Range.of(lambda *ends: math.fsum(ends), *inside)
    outside, complete = _q_between(effects, errors), len(effects) == len(subgroups)
    if not complete:
        outside = outside._replace(high=math.inf)
    q = Range.of(lambda a, b: a + b, inside, outside)
    found = Range.of(lambda x: i2_of(x, k - 1), q)
    verdict = judge(number, found.value, found.low, found.high)
    if not complete and verdict != "contradicted":
        verdict = "compatible"
    least = "" if complete else "at least "
    why = (
        f"Q is {least}{inside.value:z.2f} within and {outside.value:z.2f} between subgroups, so "
        f"I² of {k} studies is {least}{found.value:z.1f} % ({found.low:z.1f} to {found.high:z.1f})"
    )
    return Check.of("Q total, within and between", number, found, why, verdict)


def events_for_two_studies(i2, lower, upper, level="95"):
    r"""Return the fewest events of two studies whose random-effects interval prints so.

    Let two studies have variances :math:`s_1^2 + s_2^2 = S` and results that differ by d, so
    that :math:`Q = d^2 / S`. DerSimonian and Laird's (1986) divisor is then
    :math:`\sum w - \sum w^2 / \sum w = 2 / S`, and their
    :math:`\tau^2 = \max(0, (Q - 1) S / 2)`: beyond Q = 1 it solves :math:`S + 2\tau^2 = d^2`.
    So do the restricted likelihood, which for two studies is that of one normal difference
    with variance :math:`S + 2\tau^2`, and Paule and Mandel's equation
    :math:`d^2 / (S + 2\tau^2) = 1`. The pooled variance is, with :math:`s_1^2 = uS`,

    .. math:: V = \frac{(s_1^2 + \tau^2)(s_2^2 + \tau^2)}{S + 2\tau^2}
        = \frac{S}{Q} \left(u (1 - u) + \frac{Q^2 - 1}{4}\right).

    Each study gives the log hazard ratio of a binary marker, whose variance is at least
    4 / events (Schoenfeld, 1981), adjusted or not: adjusting only takes information away.
    The two studies then have at least
    :math:`4 / s_1^2 + 4 / s_2^2 = 4 / (S u (1 - u))` events, which is

    .. math:: \frac{4}{QV} \left(1 + \frac{Q^2 - 1}{4 u (1 - u)}\right) \ge \frac{4Q}{V},

    with equality for two equal studies. So beyond Q = 1 random effects need Q times the events
    of a fixed-effect interval as wide, for which :func:`events_needed` holds.

    Parameters
    ----------
    i2 : str
        The printed I² of the two studies in per cent.
    lower, upper, level : str
        Printed confidence limits of the pooled hazard ratio (of a normal, not a t
        distribution), and their level in per cent.

    Returns
    -------
    int
        Events needed in both studies together, at the widest interval and the smallest I²
        that print so.

    Examples
    --------
    >>> events_for_two_studies("0", "0.50", "2.00"), events_for_two_studies("75", "0.50", "2.00")
    (32, 124)
    """
    q, se = q_from_i2(i2, 2), standard_error(lower, upper, level)
    return math.ceil(4 * max(1.0, q.low) / se.high**2)


def random_effects_check(i2, lower, upper, patients, level="95"):
    """Check whether two studies' pooled interval can be one of random effects.

    No patient has more than one event, so the standard error of the pooled log hazard ratio
    is at least ``2 sqrt(max(1, Q) / patients)``, as :func:`events_for_two_studies` shows.

    Parameters
    ----------
    i2, lower, upper, level : str
        As for :func:`events_for_two_studies`.
    patients : int
        Patients in both studies together.

    Returns
    -------
    Check
        Of ``upper``: ``computed`` is the least upper limit of a random-effects interval that
        begins at ``lower``, were every patient to have the event; the ``upper`` end of the
        range is infinite. The verdict is ``contradicted`` if the events needed exceed the
        patients, else ``compatible``.
    """
    patients = _checks.whole("patients", patients, 1)
    q, (near, far) = q_from_i2(i2, 2), ordered(lower, upper, positive)
    z, events = critical(level), events_for_two_studies(i2, lower, upper, level)
    low, value = (
        float(limit) * exp(4 * z * math.sqrt(max(1.0, x) / patients))
        for limit, x in ((near.low, q.low), (near.value, q.value))
    )
    return Check.of(
        "random-effects interval",
        far,
        (low, value, math.inf),
        f"at I² {i2} % random effects need at least {events} events for {lower} to {upper}; "
        f"with {patients} patients an interval from {lower} reaches at least {low:z.2f}",
        "contradicted" if low > far.high else "compatible",
    )
