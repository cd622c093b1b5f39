"""Exercises of the primer on printed numbers."""

import math
from itertools import combinations

from .. import _checks
from ..estimate import printed
from .exercise import exercise

#: Exercise 1 of the primer has groups below this size.
LARGEST_GROUP = 60


def shared_percentages(seed):
    """Return three made-up percentages of one group of patients.

    Parameters
    ----------
    seed : int
        From 0 on; each seed has its own percentages.

    Returns
    -------
    list of str
        Printed without decimals. The smallest group that can print all three is larger than
        the smallest that can print any two of them.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number of at least 0.
    """
    import numpy as np

    rng = np.random.default_rng(_checks.whole("seed", seed))
    while True:
        n = int(rng.integers(20, LARGEST_GROUP))
        counts = rng.choice(np.arange(1, n), 3, replace=False)
        percents = [f"{100 * count / n:z.0f}" for count in counts]
        _, pairs, all_three, multiple = _smallest_groups(percents)
        if max(pairs) < all_three < multiple:
            return percents


def _smallest_groups(percents):
    """Return the smallest groups that print one, two, all three; the first's common multiple."""
    from ..audit import denominators

    groups = [set(denominators([percent], LARGEST_GROUP)) for percent in percents]
    alone = [min(sizes) for sizes in groups]
    pairs = [min(one & other) for one, other in combinations(groups, 2)]
    return alone, pairs, min(set.intersection(*groups)), math.lcm(*alone)


@exercise(
    "reading-printed-numbers.1",
    tolerance=0,
    praise="Each percentage alone fits many groups; together they leave few.",
    hint="For each n, is there a whole k with 100 k / n in the box of each percentage?",
)
def smallest_group(seed):
    """Return the smallest group that prints all three percentages."""
    alone, pairs, all_three, multiple = _smallest_groups(shared_percentages(seed))
    return all_three, {
        "That group prints two of the three. Is the third a count of it as well?": pairs,
        "That group prints one of the three. The same patients must print all.": alone,
        "A common multiple of the three smallest groups works, but rounding lets a"
        " smaller group do.": multiple,
        "A hundred patients can print any whole percentage. Fewer can print these three.": 100,
    }


def p_value(ratio, lower, upper, scale=math.log, width=2 * 1.96):
    """Return the two-sided P of a ratio against 1, its interval read on a scale."""
    from ..audit import two_sided_p

    distance = scale(float(ratio)) - scale(1.0)
    return float(two_sided_p(distance / standard_error(lower, upper, scale, width)))


def standard_error(lower, upper, scale=math.log, width=2 * 1.96):
    """Return the standard error behind an interval, on a scale."""
    return (scale(float(upper)) - scale(float(lower))) / width


@exercise(
    "reading-printed-numbers.2",
    tolerance=0.001,
    praise="The interval holds the standard error, and so the test.",
    hint="se = (log upper - log lower) / (2 · 1.96), z = log ratio / se, then both tails.",
)
def p_from_interval(ratio, lower, upper):
    """Return the P value that belongs to a ratio and its interval."""
    p = p_value(ratio, lower, upper)
    return p, {
        "You worked on the scale of the ratio."
        " Its interval is symmetric on the log scale.": p_value(ratio, lower, upper, scale=float),
        "That is one-sided. A P value counts results as far on the other side of 1, too.": p / 2,
        "The interval reaches 1.96 standard errors to *each* side: divide by 2 · 1.96.": (
            p_value(ratio, lower, upper, width=1.96)
        ),
        "That is the middle of the distribution. P is what lies in its two tails.": 1 - p,
        "That is z. What share of a normal distribution is at least as far from 0?": (
            math.log(float(ratio)) / standard_error(lower, upper)
        ),
    }


@exercise(
    "reading-printed-numbers.3",
    # The printed limits alone give one more than the widest interval that prints so.
    tolerance=1,
    praise="An interval so narrow needs more deaths than the paper has.",
    hint="se = (log upper - log lower) / (2 · 1.96), and se² is at least 4 / events.",
)
def events_behind_interval(lower, upper):
    """Return the events without which the interval of a hazard ratio cannot be so narrow."""
    from ..audit import events_needed

    se = standard_error(lower, upper)
    return events_needed(lower, upper), {
        "Divide by the *square* of the standard error: information adds up, not precision.": 4 / se,
        "A quarter of that is missing somewhere: each event adds at most 1/4 to the"
        " information, and the interval is 2 · 1.96 standard errors wide.": 1 / se**2,
        "Half the width is not the standard error: it is 1.96 of them.": (
            4 / standard_error(lower, upper, width=2) ** 2
        ),
        "The standard error is that of the *log* hazard ratio: take logs of the limits.": (
            4 / standard_error(lower, upper, scale=float) ** 2
        ),
    }


@exercise(
    "reading-printed-numbers.4",
    tolerance=0.002,
    praise="A coefficient below 0 is an odds ratio below 1, never one below 0.",
    hint="The odds ratio is exp(coefficient); z is no part of it.",
)
def odds_ratio(coefficient, z):
    """Return the odds ratio of a coefficient."""
    log_ratio, z = float(coefficient), float(z)
    return math.exp(log_ratio), {
        "That is the coefficient, the *log* odds ratio. Undo the logarithm.": log_ratio,
        "That is z: coefficient over standard error. An odds ratio is never below 0.": z,
        "You took the exponential of z. The log odds ratio is in the other column.": math.exp(z),
        "That compares the other way round. A negative coefficient lowers the odds.": (
            math.exp(-log_ratio)
        ),
        "That is the standard error of the coefficient. What is exp(coefficient)?": log_ratio / z,
        "1 + x is close to exp(x) only while x is close to 0.": 1 + log_ratio,
    }


@exercise(
    "reading-printed-numbers.5",
    tolerance=0,
    praise="I² gives Q for each number of studies, and only one such Q prints this P.",
    hint="For each k take Q = (k - 1) / (1 - I²) and its chi-square P on k - 1 degrees.",
)
def number_of_studies(i2, p):
    """Return the number of studies behind an I² and its P value."""
    from ..audit import chi_square_p, study_counts

    share, number = float(i2) / 100, printed(p)

    def first(q):
        return next(k for k in range(2, 100) if number.admits(chi_square_p(q(k), k - 1)))

    right = study_counts(i2, p)[0]
    return right, {
        "That is k - 1, the degrees of freedom. How many studies is that?": right - 1,
        "In Q = (k - 1) / (1 - I²) you put k in place of k - 1.": first(lambda k: k / (1 - share)),
        "You divided by I². It is 1 - I² that equals (k - 1) / Q.": (
            first(lambda k: (k - 1) / share)
        ),
    }


@exercise(
    "reading-printed-numbers.6",
    tolerance=0.0002,
    praise="No predictions with this AUC score less, however they are scaled.",
    hint="k = (1 - AUC) · (smaller class); the squared errors add up to k M / (k + M).",
)
def least_brier(positives, negatives, auc):
    """Return the floor that an AUC puts under the Brier score."""
    n, small, large = positives + negatives, *sorted((positives, negatives))
    even = positives * negatives / n**2

    def squares(one, other):
        misplaced = (1 - auc) * one
        return misplaced * other / (misplaced + other)

    return squares(small, large) / n, {
        "No score is below that, but the floor is higher: k M / (k + M), over n.": (1 - auc) * even,
        "That is the score of one prediction for all. Predictions that sort do better.": even,
        "You let each misplaced patient cost 1. With a compromise each costs M / (k + M).": (
            (1 - auc) * small / n
        ),
        "You misplaced patients of the larger class. Those of the smaller are cheaper.": (
            squares(large, small) / n
        ),
        "That is the sum of the squared errors. The score is their mean.": squares(small, large),
        "That is the share of pairs in the wrong order. What must they cost at least?": 1 - auc,
    }
