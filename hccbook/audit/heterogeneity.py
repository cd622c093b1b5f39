"""What I², the P of its test, the number of studies and pooled intervals allow together.

``I² = max(0, 100 (Q - df) / Q)`` per cent, with Cochran's Q on ``df = k - 1`` degrees of
freedom (Higgins and Thompson, 2002). Q takes its weights from the variances within studies,
whether the studies are then pooled by fixed or by random effects. A program that takes I² from
another estimate of the variance between studies prints another number.
"""

import math
from itertools import pairwise, product

import numpy as np

from .. import _checks
from .check import Check, judge
from .counts import _percent
from .ratios import (
    Range,
    _limits,
    _logs,
    _over,
    _probability,
    _ratio,
    chi_square_p,
    standard_error,
)

#: The largest Q between subgroups is looked for at every corner of their boxes.
MOST_SUBGROUPS = 16

#: Beyond, the exponential is no longer a floating-point number.
LARGEST_LOG = 700


def _i2(q, df):
    return 100 * max(0.0, 1 - _over(df, q))


def q_from_i2(i2, k):
    """Return the Cochran's Q that a printed I² of ``k`` studies implies.

    Parameters
    ----------
    i2 : str
        The printed I² in per cent.
    k : int
        Number of studies, at least 2.

    Returns
    -------
    Range
        ``(k - 1) / (1 - I² / 100)`` with its rounding range. Every Q up to ``k - 1`` gives
        an I² of 0, so where I² prints as 0 the range begins at 0, and its value ``k - 1``
        (the mean of Q for studies that do not differ) is no more than one of many.

    Raises
    ------
    ValueError
        If ``i2`` is not a printed percentage or ``k`` not a whole number of at least 2.

    Examples
    --------
    >>> q_from_i2("50", 3)
    Range(low=3.9603960396039604, value=4.0, high=4.040404040404041)
    """
    number, df = _percent("i2", i2), _checks.whole("k", k, 2) - 1
    low, value, high = (
        float(100 * df / (100 - share)) if share < 100 else math.inf
        for share in (number.low, number.value, number.high)
    )
    return Range(low if number.low > 0 else 0.0, value, high)


def heterogeneity_p(i2, k, p):
    """Check the P value of the test for heterogeneity against I² and the number of studies.

    Parameters
    ----------
    i2 : str
        The printed I² in per cent.
    k : int
        Number of studies, at least 2.
    p : str
        The printed P value of Cochran's Q.

    Returns
    -------
    Check
        ``computed`` is the upper tail of the chi-square distribution with ``k - 1`` degrees of
        freedom at Q. P falls as Q grows, so a verdict other than ``contradicted`` means that
        one and the same Q prints both numbers. An I² printed as 0 only bounds P from below:
        the verdict is then ``compatible`` or ``contradicted``.

    Raises
    ------
    ValueError
        As :func:`q_from_i2`, or if ``p`` is no P value.
    """
    number, q = _probability(p), q_from_i2(i2, k)
    high, value, low = (float(chi_square_p(statistic, k - 1)) for statistic in q)
    verdict = judge(number, value, low, high)
    if not q.low and verdict != "contradicted":
        verdict = "compatible"
    size = (
        f"Q = {q.value:z.2f} ({q.low:z.2f} to {q.high:z.2f})"
        if q.low
        else f"Q is at most {q.high:z.2f}"
    )
    chance = (
        f"P = {value:z.2g} ({low:z.2g} to {high:z.2g})" if q.low else f"P is at least {low:z.2g}"
    )
    return Check(
        "heterogeneity",
        str(number),
        value,
        low,
        high,
        verdict,
        f"{size} on {k - 1} degrees of freedom, so {chance}",
    )


def study_counts(i2, p, k_max=30):
    """Return every number of studies with which I² and its P value can print together.

    Parameters
    ----------
    i2 : str
        The printed I² in per cent.
    p : str
        The printed P value of Cochran's Q.
    k_max : int
        The largest number of studies to try.

    Returns
    -------
    list of int
        Empty when no number of studies from 2 to ``k_max`` fits.

    Raises
    ------
    ValueError
        As :func:`heterogeneity_p`, or if ``k_max`` is not a whole number of at least 2.

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
        return q_from_i2(_percent("subgroups, i2", i2), k)
    if i2 is not None:
        raise ValueError(f"subgroups, i2: expected None for one study, got {i2!r}")
    return Range(0.0, 0.0, 0.0)


def _weighted_squares(effects, weights):
    """Return the sum of ``weights * (effects - their weighted mean)**2`` along the last axis."""
    mean = effects @ weights / weights.sum()
    return (effects - mean[..., None]) ** 2 @ weights


def _between(effects, errors):
    """Return the range of Q between pooled log ratios, given the boxes of both.

    The sum is the least of ``sum w (y - c)**2`` over c, so it never falls as a weight grows:
    each end belongs to all weights at one end. It is convex in the effects, so that its
    largest value is at a corner of their box.
    """
    if len(effects) < 2:
        return Range(0.0, 0.0, 0.0)
    low, value, high = np.array(effects).T
    largest, middle, smallest = np.array(errors).T
    most = math.inf
    if largest.min() > 0:
        corners = np.array(list(product(*zip(low, high, strict=True))))
        most = float(_weighted_squares(corners, largest**-2.0).max())
    # Least: each effect goes to its end nearest to c. In c that is a convex sum of parabolas,
    # and the effects that reach c count for nothing.
    weights, least = smallest**-2.0, math.inf
    for a, b in pairwise(np.sort(np.concatenate([low, high]))):
        nearest = np.clip((a + b) / 2, low, high)
        away = nearest != (a + b) / 2
        if not away.any():
            return Range(0.0, float(_weighted_squares(value, middle**-2.0)), most)
        c = np.clip(np.average(nearest[away], weights=weights[away]), a, b)
        least = min(least, float(weights[away] @ (nearest[away] - c) ** 2))
    return Range(least, float(_weighted_squares(value, middle**-2.0)), most)


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
    i2 : str
        The printed I² of all studies in per cent.
    k : int
        Number of all studies.
    subgroups : sequence of tuple
        One ``(i2, k, ratio, lower, upper)`` for each subgroup: printed I² (``None`` for a
        subgroup of one study), number of studies, and the printed fixed-effect ratio with
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

    Raises
    ------
    ValueError
        As :func:`q_from_i2` and :func:`standard_error`; if ``subgroups`` are not 2 to 16
        tuples of five; if a ratio comes without limits, or the other way round; or if the
        subgroups' numbers of studies do not add up to ``k``.
    """
    _checks.flag("pooled", pooled)
    number, k = _percent("i2", i2), _checks.whole("k", k, 2)
    if not isinstance(subgroups, list | tuple) or not 2 <= len(subgroups) <= MOST_SUBGROUPS:
        raise ValueError(
            f"subgroups: expected a list of 2 to {MOST_SUBGROUPS} tuples, got {subgroups!r}"
        )
    within, effects, errors = [], [], []
    for group in subgroups:
        if not isinstance(group, list | tuple) or len(group) != 5:
            raise ValueError(f"subgroups: expected (i2, k, ratio, lower, upper), got {group!r}")
        within.append(_within(*group[:2]))
        ratio, lower, upper = group[2:]
        if (ratio is None) != (lower is None) or (lower is None) != (upper is None):
            raise ValueError(f"subgroups: expected all or none of ratio and limits, got {group!r}")
        if pooled and ratio is not None:
            effects.append(_logs(_ratio("subgroups, ratio", ratio)))
            errors.append(standard_error(lower, upper, level))
    if (total := sum(int(group[1]) for group in subgroups)) != k:
        raise ValueError(f"subgroups: expected k = {k} studies together, got {total}")
    inside = Range(*(math.fsum(ends) for ends in zip(*within, strict=True)))
    between = _between(effects, errors)
    complete = len(effects) == len(subgroups)
    if not complete:
        between = between._replace(high=math.inf)
    q = Range(*(a + b for a, b in zip(inside, between, strict=True)))
    low, value, high = (_i2(end, k - 1) for end in q)
    verdict = judge(number, value, low, high)
    if not complete and verdict != "contradicted":
        verdict = "compatible"
    return Check(
        "Q total, within and between",
        str(number),
        value,
        low,
        high,
        verdict,
        f"Q is {'' if complete else 'at least '}{inside.value:z.2f} within and "
        f"{between.value:z.2f} between subgroups, so I² of {k} studies is "
        f"{'' if complete else 'at least '}{value:z.1f} % ({low:z.1f} to {high:z.1f})",
    )


def two_study_random_effects(i2, lower, upper, level="95"):
    r"""Return what two studies' variances add up to if their interval is of random effects.

    Let two studies have variances :math:`s_1^2 + s_2^2 = S` and results that differ by d, so
    that :math:`Q = d^2 / S`. DerSimonian and Laird's (1986) divisor is then
    :math:`\sum w - \sum w^2 / \sum w = 2 / S`, and their
    :math:`\tau^2 = \max(0, (Q - 1) S / 2)`: beyond Q = 1 it solves :math:`S + 2\tau^2 = d^2`.
    So do the restricted likelihood, which for two studies is that of one normal difference
    with variance :math:`S + 2\tau^2`, and Paule and Mandel's equation
    :math:`d^2 / (S + 2\tau^2) = 1`. The pooled variance is, with :math:`s_1^2 = uS`,

    .. math:: V = \frac{(s_1^2 + \tau^2)(s_2^2 + \tau^2)}{S + 2\tau^2}
        = \frac{S}{Q} \left(u (1 - u) + \frac{Q^2 - 1}{4}\right),

    which lies between :math:`(Q^2 - 1) S / (4Q)`, one study without error, and
    :math:`QS / 4`, two equal studies. Up to Q = 1 it lies between 0 and :math:`S / 4`.

    Parameters
    ----------
    i2 : str
        The printed I² of the two studies in per cent.
    lower, upper : str
        Printed confidence limits of the pooled ratio (of a normal, not a t distribution).
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    Range
        Of S, on the log scale; the value is that of two equal studies, the high end infinite
        where Q can be 1 or less.

    Raises
    ------
    ValueError
        As :func:`q_from_i2` and :func:`standard_error`.
    """
    q, se = q_from_i2(i2, 2), standard_error(lower, upper, level)
    low, value = 4 * se.low**2 / q.high, 4 * se.value**2 / q.value
    high = 4 * se.high**2 * q.low / (q.low**2 - 1) if q.low > 1 else math.inf
    return Range(low, value, high)


def events_for_two_studies(i2, lower, upper, level="95"):
    r"""Return the fewest events of two studies whose random-effects interval prints so.

    Each study gives the log hazard ratio of a binary marker, whose variance is at least
    4 / events (Schoenfeld, 1981), adjusted or not: adjusting only takes information away.
    In the notation of :func:`two_study_random_effects` the two studies have at least
    :math:`4 / s_1^2 + 4 / s_2^2 = 4 / (S u (1 - u))` events, which is

    .. math:: \frac{4}{QV} \left(1 + \frac{Q^2 - 1}{4 u (1 - u)}\right) \ge \frac{4Q}{V},

    with equality for two equal studies. So beyond Q = 1 random effects need Q times the events
    of a fixed-effect interval as wide, for which :func:`events_needed` holds.

    Parameters
    ----------
    i2 : str
        The printed I² of the two studies in per cent.
    lower, upper : str
        Printed confidence limits of the pooled hazard ratio.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    int
        Events needed in both studies together, at the widest interval and the smallest I²
        that print so.

    Raises
    ------
    ValueError
        As :func:`two_study_random_effects`.

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
    i2 : str
        The printed I² of the two studies in per cent.
    lower, upper : str
        Printed confidence limits of the pooled hazard ratio of a binary marker.
    patients : int
        Patients in both studies together.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    Check
        Of ``upper``: ``computed`` is the least upper limit of a random-effects interval that
        begins at ``lower``, were every patient to have the event; the ``upper`` end of the
        range is infinite. The verdict is ``contradicted`` if the events needed exceed the
        patients, else ``compatible``.

    Raises
    ------
    ValueError
        As :func:`two_study_random_effects`, or if ``patients`` is not a whole number of at
        least 1.
    """
    patients = _checks.whole("patients", patients, 1)
    q, (near, far, z) = q_from_i2(i2, 2), _limits(lower, upper, level)
    events = events_for_two_studies(i2, lower, upper, level)
    widths = (4 * z * math.sqrt(max(1.0, x) / patients) for x in (q.low, q.value))
    low, value = (
        float(limit) * (math.exp(width) if width < LARGEST_LOG else math.inf)
        for limit, width in zip((near.low, near.value), widths, strict=True)
    )
    return Check(
        "random-effects interval",
        str(far),
        value,
        low,
        math.inf,
        "contradicted" if low > far.high else "compatible",
        f"at I² {i2} % random effects need at least {events} events for {lower} to {upper}; "
        f"with {patients} patients an interval from {lower} reaches at least {low:z.2f}",
    )
