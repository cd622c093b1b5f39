"""Exercises of the primer on printed numbers."""

import math

from .. import _checks
from ..estimate import printed
from .exercise import Exercise
from .intervals import p_value, standard_error

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
        groups = _groups(percents)
        pairs = max(_smallest(groups, *places) for places in _PAIRS)
        if pairs < _smallest(groups, 0, 1, 2) < _common_multiple(groups):
            return percents


#: Places of two of three percentages.
_PAIRS = ((0, 1), (0, 2), (1, 2))


def _groups(percents):
    """Return for each percentage the sizes of all groups of which it is a count."""
    from ..audit import denominators

    return [set(denominators([percent], LARGEST_GROUP)) for percent in percents]


def _own_groups(seed):
    return _groups(shared_percentages(seed))


def _smallest(groups, *places):
    return min(set.intersection(*(groups[place] for place in places)))


def _common_multiple(groups):
    """Return the least common multiple of the smallest groups of each percentage."""
    return math.lcm(*(min(sizes) for sizes in groups))


def _events(lower, upper):
    from ..audit import events_needed

    return events_needed(lower, upper)


def _studies(i2, p, q=None):
    """Return the first number of studies that prints P, with the right Q or another rule."""
    from ..audit import chi_square_p, study_counts

    if q is None:
        return study_counts(i2, p)[0]
    share, number = float(i2) / 100, printed(p)
    return next(k for k in range(2, 100) if number.admits(chi_square_p(q(k, share), k - 1)))


def _least_brier(positives, negatives, auc, swapped=False):
    """Return the floor under a Brier score; with the two classes swapped, a common mistake."""
    small, large = sorted((positives, negatives), reverse=swapped)
    misplaced = (1 - auc) * small
    return misplaced * large / (misplaced + large) / (positives + negatives)


EXERCISES = {
    "reading-printed-numbers.1": Exercise(
        answer=lambda seed: _smallest(_own_groups(seed), 0, 1, 2),
        tolerance=0,
        praise="Each percentage alone fits many groups; together they leave few.",
        mistakes=(
            *(
                (
                    lambda seed, places=places: _smallest(_own_groups(seed), *places),
                    "That group prints two of the three. Is the third a count of it as well?",
                )
                for places in _PAIRS
            ),
            *(
                (
                    lambda seed, place=place: _smallest(_own_groups(seed), place),
                    "That group prints one of the three. The same patients must print all.",
                )
                for place in range(3)
            ),
            (
                lambda seed: _common_multiple(_own_groups(seed)),
                "A common multiple of the three smallest groups works, but rounding lets a"
                " smaller group do.",
            ),
            (
                lambda seed: 100,
                "A hundred patients can print any whole percentage. Fewer can print these three.",
            ),
        ),
        hint="For each n, is there a whole k with 100 k / n in the box of each percentage?",
    ),
    "reading-printed-numbers.2": Exercise(
        answer=p_value,
        tolerance=0.001,
        praise="The interval holds the standard error, and so the test.",
        mistakes=(
            (
                lambda **given: p_value(**given, scale=float),
                "You worked on the scale of the ratio. Its interval is symmetric on the log scale.",
            ),
            (
                lambda **given: p_value(**given) / 2,
                "That is one-sided. A P value counts results as far on the other side of 1, too.",
            ),
            (
                lambda **given: p_value(**given, width=1.96),
                "The interval reaches 1.96 standard errors to *each* side: divide by 2 · 1.96.",
            ),
            (
                lambda **given: 1 - p_value(**given),
                "That is the middle of the distribution. P is what lies in its two tails.",
            ),
            (
                lambda ratio, lower, upper: math.log(float(ratio)) / standard_error(lower, upper),
                "That is z. What share of a normal distribution is at least as far from 0?",
            ),
        ),
        hint="se = (log upper - log lower) / (2 · 1.96), z = log ratio / se, then both tails.",
    ),
    "reading-printed-numbers.3": Exercise(
        answer=_events,
        # The printed limits alone give one more than the widest interval that prints so.
        tolerance=1,
        praise="An interval so narrow needs more deaths than the paper has.",
        mistakes=(
            (
                lambda lower, upper: 4 / standard_error(lower, upper),
                "Divide by the *square* of the standard error: information adds up, not precision.",
            ),
            (
                lambda lower, upper: 1 / standard_error(lower, upper) ** 2,
                "A quarter of that is missing somewhere: each event adds at most 1/4 to the"
                " information, and the interval is 2 · 1.96 standard errors wide.",
            ),
            (
                lambda lower, upper: 4 / standard_error(lower, upper, width=2) ** 2,
                "Half the width is not the standard error: it is 1.96 of them.",
            ),
            (
                lambda lower, upper: 4 / standard_error(lower, upper, scale=float) ** 2,
                "The standard error is that of the *log* hazard ratio: take logs of the limits.",
            ),
        ),
        hint="se = (log upper - log lower) / (2 · 1.96), and se² is at least 4 / events.",
    ),
    "reading-printed-numbers.4": Exercise(
        answer=lambda coefficient, z: math.exp(float(coefficient)),
        tolerance=0.002,
        praise="A coefficient below 0 is an odds ratio below 1, never one below 0.",
        mistakes=(
            (
                lambda coefficient, z: float(coefficient),
                "That is the coefficient, the *log* odds ratio. Undo the logarithm.",
            ),
            (
                lambda coefficient, z: float(z),
                "That is z: coefficient over standard error. An odds ratio is never below 0.",
            ),
            (
                lambda coefficient, z: math.exp(float(z)),
                "You took the exponential of z. The log odds ratio is in the other column.",
            ),
            (
                lambda coefficient, z: math.exp(-float(coefficient)),
                "That compares the other way round. A negative coefficient lowers the odds.",
            ),
            (
                lambda coefficient, z: float(coefficient) / float(z),
                "That is the standard error of the coefficient. What is exp(coefficient)?",
            ),
            (
                lambda coefficient, z: 1 + float(coefficient),
                "1 + x is close to exp(x) only while x is close to 0.",
            ),
        ),
        hint="The odds ratio is exp(coefficient); z is no part of it.",
    ),
    "reading-printed-numbers.5": Exercise(
        answer=_studies,
        tolerance=0,
        praise="I² gives Q for each number of studies, and only one such Q prints this P.",
        mistakes=(
            (
                lambda i2, p: _studies(i2, p) - 1,
                "That is k - 1, the degrees of freedom. How many studies is that?",
            ),
            (
                lambda i2, p: _studies(i2, p, lambda k, share: k / (1 - share)),
                "In Q = (k - 1) / (1 - I²) you put k in place of k - 1.",
            ),
            (
                lambda i2, p: _studies(i2, p, lambda k, share: (k - 1) / share),
                "You divided by I². It is 1 - I² that equals (k - 1) / Q.",
            ),
        ),
        hint="For each k take Q = (k - 1) / (1 - I²) and its chi-square P on k - 1 degrees.",
    ),
    "reading-printed-numbers.6": Exercise(
        answer=_least_brier,
        tolerance=0.0002,
        praise="No predictions with this AUC score less, however they are scaled.",
        mistakes=(
            (
                lambda positives, negatives, auc: (
                    (1 - auc) * positives * negatives / (positives + negatives) ** 2
                ),
                "No score is below that, but the floor is higher: k M / (k + M), over n.",
            ),
            (
                lambda positives, negatives, auc: (
                    positives * negatives / (positives + negatives) ** 2
                ),
                "That is the score of one prediction for all. Predictions that sort do better.",
            ),
            (
                lambda positives, negatives, auc: (
                    (1 - auc) * min(positives, negatives) / (positives + negatives)
                ),
                "You let each misplaced patient cost 1. With a compromise each costs M / (k + M).",
            ),
            (
                lambda **given: _least_brier(**given, swapped=True),
                "You misplaced patients of the larger class. Those of the smaller are cheaper.",
            ),
            (
                lambda positives, negatives, auc: (
                    _least_brier(positives, negatives, auc) * (positives + negatives)
                ),
                "That is the sum of the squared errors. The score is their mean.",
            ),
            (
                lambda positives, negatives, auc: 1 - auc,
                "That is the share of pairs in the wrong order. What must they cost at least?",
            ),
        ),
        hint="k = (1 - AUC) · (smaller class); the squared errors add up to k M / (k + M).",
    ),
}
