"""What I², the P of its test, the number of studies and pooled intervals allow together.

``I² = max(0, 100 (Q - df) / Q)`` per cent, with Cochran's Q on ``df = k - 1`` degrees of
freedom (Higgins and Thompson, 2002). Q takes its weights from the variances within studies,
whether the studies are then pooled by fixed or by random effects. A program that takes I² from
another estimate of the variance between studies, as metafor does with REML and every other
method but DerSimonian and Laird's, prints another number: of Q nothing follows from that one.
"""

import math

import numpy as np

from .. import _checks
from ..estimate import Z95
from .arguments import judged, ordered, percent, positive, probability
from .check import Check, Range, bounded, ends
from .further import reread
from .means import between, least_between, most_between
from .ratios import chi_square_p, exp, log_and_error, over, standard_error

#: What an I² from another variance between studies allows: any Q, and any other I².
ANY_P, ANY_I2 = (("I² from τ²", Range(0, math.nan, most)) for most in (1, 100))
#: The largest Q between subgroups is looked for at every corner of their boxes.
MOST_SUBGROUPS = 16


def i2_of(q, df):
    """Return I² in per cent."""
    return 100 * max(0.0, 1 - over(df, q))


def q_from_i2(i2, k):
    """Return the range of Cochran's Q that a printed I² (in per cent) of ``k`` studies implies.

    It is ``(k - 1) / (1 - I² / 100)``. Every Q up to ``k - 1`` gives an I² of 0, so where I²
    prints as 0 the range begins at 0, and its value ``k - 1`` (the mean of Q for studies that do
    not differ) is no more than one of many.

    Examples
    --------
    >>> q_from_i2("50", 3)
    Range(low=3.9603960396039604, value=4.0, high=4.040404040404041)
    """
    number, df = percent("i2", i2), _checks.whole("k", k, 2) - 1
    q = Range.of(lambda x: float(100 * df / (100 - x)) if x < 100 else math.inf, number)
    return q if number.low > 0 else q._replace(low=0.0)


def heterogeneity_p(i2, k, p, *, without="none"):
    """Check the P value of the test for heterogeneity against I² and the number of studies.

    ``computed`` is the upper tail of the chi-square distribution with ``k - 1`` degrees of
    freedom at Q. A verdict other than ``contradicted`` means that one and the same Q prints both
    numbers. An I² printed as 0 only bounds P from below: the verdict is then ``compatible`` or
    ``contradicted``. Readings that ``without`` does not rule out: I² from τ².
    """
    number, q, verdict = probability("p", p), q_from_i2(i2, k), None
    found = Range.of(lambda x: float(chi_square_p(x, k - 1)), q)
    if q.low:
        size, chance = f"Q = {q:z.2f}", f"P = {found:z.2g}"
    else:
        size, chance = f"Q is at most {q.high:z.2f}", f"P is at least {found.low:z.2g}"
        verdict = bounded(number, found.low, found.high)
    why = f"{size} on {k - 1} degrees of freedom, so {chance}"
    check = Check.of("heterogeneity", number, found, why, verdict)
    return reread(check, number, [ANY_P], without)


def study_counts(i2, p, k_max=30):
    """Return every number of studies up to ``k_max`` with which I² and its P can print together.

    I² must be of Q.

    Examples
    --------
    >>> study_counts("65", "0.04"), study_counts("0", "0.39")
    ([4], [2, 3, 4])
    """
    sizes = range(2, _checks.whole("k_max", k_max, 2) + 1)
    checks = ((k, heterogeneity_p(i2, k, p, without="all")) for k in sizes)
    return [k for k, check in checks if check.verdict != "contradicted"]


def q_partition(i2, k, subgroups, *, without="none"):
    """Check the I² of all studies against I² and pooled ratio of each subgroup.

    With inverse-variance weights Q of all studies is exactly the sum of Q within the subgroups
    and Q between them, ``sum w (y - mean)**2``, where y is the pooled log ratio of a subgroup
    by *fixed* effects, w its inverse variance and the mean weighted by w (Borenstein and
    others, 2009, chapter 19). A subgroup pooled by random effects prints another ratio and
    another interval, of which nothing follows here.

    ``subgroups`` are 2 to 16 tuples ``(i2, k, ratio, lower, upper)``, whose k add up: printed I² in
    per cent, number of studies (at least 2), and the printed fixed-effect ratio with its limits.
    Readings that ``without`` does not rule out: I² from τ².
    """
    number, k = judged(percent, "i2", i2), _checks.whole("k", k, 2)
    if not isinstance(subgroups, list | tuple) or not 2 <= len(subgroups) <= MOST_SUBGROUPS:
        raise ValueError(f"subgroups: expected 2 to {MOST_SUBGROUPS} tuples, got {subgroups!r}")
    inside, pooled = [], []
    for group in subgroups:
        if not isinstance(group, list | tuple) or len(group) != 5:
            raise ValueError(f"subgroups: expected (i2, k, ratio, lower, upper), got {group!r}")
        try:
            inside.append(q_from_i2(*group[:2]))
        except ValueError as error:
            raise ValueError(f"subgroups, {error}") from None
        pooled.append(log_and_error("subgroups", group[2:]))
    if (total := sum(int(group[1]) for group in subgroups)) != k:
        raise ValueError(f"subgroups: expected k = {k} studies together, got {total}")
    # Q between subgroups is the least of sum w (y - c)² over c, so it never falls as a weight
    # grows: each end belongs to all weights at one end.
    mean, error = (Range(*map(np.array, ends(x))) for x in zip(*pooled, strict=True))
    outside = Range(
        float(least_between(mean, error.high**-2.0)),
        float(between(mean.value, error.value**-2.0)),
        float(most_between(mean, error.low**-2.0)) if error.low.min() > 0 else math.inf,
    )
    inside = Range(*map(math.fsum, ends(inside)))
    found = Range.of(lambda a, b: i2_of(a + b, k - 1), inside, outside)
    why = f"Q is {inside.value:z.2f} within and {outside.value:z.2f} between subgroups, so "
    why += f"I² of {k} studies is {found.value:z.1f} % ({found.low:z.1f} to {found.high:z.1f})"
    check = Check.of("Q total, within and between", number, found, why)
    return reread(check, number, [ANY_I2], without)


def events_for_two_studies(i2, lower, upper):
    r"""Return the fewest events of two studies whose random-effects interval prints so.

    Let two studies have variances :math:`s_1^2 = uS` and :math:`s_2^2 = (1 - u) S` and results
    that differ by d, so that :math:`Q = d^2 / S`. DerSimonian and Laird's (1986)
    :math:`\tau^2 = \max(0, (Q - 1) S / 2)` beyond Q = 1 solves :math:`S + 2\tau^2 = d^2`, as do
    those of the restricted likelihood and of Paule and Mandel. The pooled variance is then
    :math:`V = (u (1 - u) + (Q^2 - 1) / 4) S / Q`. The log hazard ratio of a binary marker,
    adjusted or not, has a variance of at least 4 / events (Schoenfeld, 1981). So both studies have

    .. math:: \frac{4}{s_1^2} + \frac{4}{s_2^2}
        = \frac{4}{QV} \left(1 + \frac{Q^2 - 1}{4 u (1 - u)}\right) \ge \frac{4Q}{V}

    events or more, with equality for two equal studies: Q times those of a fixed-effect interval
    as wide (:func:`events_needed`); here at the widest interval (of a normal, not a t
    distribution) and the smallest I² (in per cent) that print so.

    Examples
    --------
    >>> events_for_two_studies("0", "0.50", "2.00"), events_for_two_studies("75", "0.50", "2.00")
    (32, 124)
    """
    q, se = q_from_i2(i2, 2), standard_error(lower, upper)
    return math.ceil(4 * max(1.0, q.low) / se.high**2)


def random_effects_check(i2, lower, upper, patients):
    """Check whether two studies' pooled interval can be one of random effects.

    No patient has more than one event, so the standard error of the pooled log hazard ratio
    is at least ``2 sqrt(max(1, Q) / patients)``, as :func:`events_for_two_studies` shows. The
    check is of ``upper``: ``computed`` is the least upper limit of a random-effects interval that
    begins at ``lower``, were every patient to have the event; the range has no upper end.
    ``contradicted`` if the events needed exceed the patients, else ``compatible``.
    """
    patients = _checks.whole("patients", patients, 1)
    q, (near, far) = q_from_i2(i2, 2), ordered(lower, upper, positive)
    events = events_for_two_studies(i2, lower, upper)
    least = Range.of(
        lambda limit, x: float(limit) * exp(4 * Z95 * math.sqrt(max(1.0, x) / patients)), near, q
    )
    why = f"at I² {i2} % random effects need at least {events} events for {lower} to {upper}; "
    why += f"with {patients} patients an interval from {lower} reaches at least {least.low:z.2f}"
    found, verdict = least._replace(high=math.inf), bounded(far, least.low, math.inf)
    return Check.of("random-effects interval", far, found, why, verdict)
