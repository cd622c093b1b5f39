"""Checks of a reader's answers, with a hint that fits the mistake made."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

from . import _checks
from .estimate import printed


@dataclass(frozen=True)
class Exercise:
    """One exercise: its answer, and what known mistakes lead to.

    Parameters
    ----------
    answer : callable
        Computes the right answer from the exercise's data.
    tolerance : float
        Largest difference that still counts as right.
    praise : str
        What a right answer shows.
    mistakes : tuple of (callable, str)
        What a known mistake would compute, and the hint that fits it.
    hint : str
        For any other wrong answer.
    """

    answer: Callable[..., float]
    tolerance: float
    praise: str
    mistakes: tuple
    hint: str


def _shares(seed):
    """Return sensitivity, specificity, and positive predictive value at 0.80 mmol/L."""
    from . import cohorts

    patients = cohorts.load("magnesium", "derivation", seed, reading="medians")
    positive, controlled = patients["magnesium"] >= 0.80, patients["disease_control"] == 1
    above = patients["magnesium"] > 0.80
    return {
        "sensitivity": (positive & controlled).sum() / controlled.sum(),
        "specificity": (~positive & ~controlled).sum() / (~controlled).sum(),
        "ppv": (positive & controlled).sum() / positive.sum(),
        "strict": (above & controlled).sum() / controlled.sum(),
    }


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
        percents = [f"{100 * count / n:.0f}" for count in counts]
        groups = _groups(percents)
        pairs = max(_smallest(groups, *places) for places in _PAIRS)
        if pairs < _smallest(groups, 0, 1, 2) < _common_multiple(groups):
            return percents


#: Places of two of three percentages.
_PAIRS = ((0, 1), (0, 2), (1, 2))


def _groups(percents):
    """Return for each percentage the sizes of all groups of which it is a count."""
    from .audit import denominators

    return [set(denominators([percent], LARGEST_GROUP)) for percent in percents]


def _own_groups(seed):
    return _groups(shared_percentages(seed))


def _smallest(groups, *places):
    return min(set.intersection(*(groups[place] for place in places)))


def _common_multiple(groups):
    """Return the least common multiple of the smallest groups of each percentage."""
    return math.lcm(*(min(sizes) for sizes in groups))


def _p(ratio, lower, upper, scale=math.log, width=2 * 1.96):
    """Return the two-sided P of a ratio against 1, its interval read on a scale."""
    from .audit import two_sided_p

    ratio, lower, upper, null = (scale(float(x)) for x in (ratio, lower, upper, 1))
    return float(two_sided_p((ratio - null) * width / (upper - lower)))


def _error(lower, upper, scale=math.log, width=2 * 1.96):
    return (scale(float(upper)) - scale(float(lower))) / width


def _events(lower, upper):
    from .audit import events_needed

    return events_needed(lower, upper)


def _studies(i2, p, q=None):
    """Return the first number of studies that prints P, with the right Q or another rule."""
    from .audit import chi_square_p, study_counts

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
    "magnesium-lab.1": Exercise(
        answer=lambda apparent: 0.0,
        tolerance=0.02,
        praise="In new patients a useless marker is a coin, wherever it is cut.",
        mistakes=(
            (
                lambda apparent: apparent,
                "That is J in the patients who chose the cut-off. New patients did not choose it.",
            ),
            (
                lambda apparent: apparent / 2,
                "Taking some of it away is a guess. What can a useless marker know about a patient"
                " it never saw?",
            ),
            (
                lambda apparent: 0.5,
                "0.5 is the AUC of a useless marker. J = sensitivity + specificity - 1.",
            ),
        ),
        hint="What are sensitivity and specificity of a coin that says yes with probability q?",
    ),
    "magnesium-lab.2": Exercise(
        answer=lambda median_high, median_low, shape: (median_low / median_high) ** shape,
        tolerance=0.005,
        praise="Among Weibull curves the ratio of medians is the hazard ratio only for shape 1.",
        mistakes=(
            (
                lambda median_high, median_low, shape: median_low / median_high,
                "That is the ratio of medians: right for a shape of 1. Which shape is given here?",
            ),
            (
                lambda median_high, median_low, shape: (median_high / median_low) ** shape,
                "Check the direction: the group with the longer median has the lower hazard.",
            ),
            (
                lambda median_high, median_low, shape: median_high / median_low,
                "Two things: the longer median goes with the lower hazard, and the shape is not 1.",
            ),
            (
                lambda median_high, median_low, shape: shape * median_low / median_high,
                "The shape is an exponent of time, not a factor.",
            ),
            (
                lambda median_high, median_low, shape: (median_low / median_high) ** (1 / shape),
                "You took the root. Which of time and hazard carries the exponent?",
            ),
            (
                lambda median_high, median_low, shape: 100 * (median_low / median_high) ** shape,
                "Right in per cent; give the ratio itself.",
            ),
        ),
        hint="Write S(t) = exp(-(t/scale)^shape), put S = 1/2 for both groups, divide the hazards.",
    ),
    "magnesium-lab.3": Exercise(
        answer=lambda seed: _shares(seed)["sensitivity"],
        tolerance=0.0005,
        praise="Another cut-off, another sensitivity: it is a property of the test and its cut.",
        mistakes=(
            (
                lambda seed: _shares(seed)["specificity"],
                "That is the specificity. Sensitivity looks at patients with disease control only.",
            ),
            (
                lambda seed: _shares(seed)["ppv"],
                "You divided by the patients above the cut-off. Sensitivity divides by the patients"
                " with disease control.",
            ),
            (
                lambda seed: _shares(seed)["strict"],
                "Patients exactly at the cut-off count as high: use >=.",
            ),
            (
                lambda seed: 100 * _shares(seed)["sensitivity"],
                "Right in per cent; give it as a share between 0 and 1.",
            ),
        ),
        hint="Among patients with disease control, what share has magnesium at or above 0.80?",
    ),
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
        answer=_p,
        tolerance=0.001,
        praise="The interval holds the standard error, and so the test.",
        mistakes=(
            (
                lambda **given: _p(**given, scale=float),
                "You worked on the scale of the ratio. Its interval is symmetric on the log scale.",
            ),
            (
                lambda **given: _p(**given) / 2,
                "That is one-sided. A P value counts results as far on the other side of 1, too.",
            ),
            (
                lambda **given: _p(**given, width=1.96),
                "The interval reaches 1.96 standard errors to *each* side: divide by 2 · 1.96.",
            ),
            (
                lambda **given: 1 - _p(**given),
                "That is the middle of the distribution. P is what lies in its two tails.",
            ),
            (
                lambda ratio, lower, upper: math.log(float(ratio)) / _error(lower, upper),
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
                lambda lower, upper: 4 / _error(lower, upper),
                "Divide by the *square* of the standard error: information adds up, not precision.",
            ),
            (
                lambda lower, upper: 1 / _error(lower, upper) ** 2,
                "A quarter of that is missing somewhere: each event adds at most 1/4 to the"
                " information, and the interval is 2 · 1.96 standard errors wide.",
            ),
            (
                lambda lower, upper: 4 / _error(lower, upper, width=2) ** 2,
                "Half the width is not the standard error: it is 1.96 of them.",
            ),
            (
                lambda lower, upper: 4 / _error(lower, upper, scale=float) ** 2,
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


def check(name, answer, **given):
    """Check an answer and show the result, with a hint if it is wrong.

    Parameters
    ----------
    name : str
        Name of the exercise, a key of :data:`EXERCISES`.
    answer : float or None
        The reader's answer; ``None`` means none yet.
    **given
        What the exercise's text gives, such as ``seed=7``.

    Returns
    -------
    bool or None
        Whether it is right; ``None`` without an answer.

    Raises
    ------
    ValueError
        If the name is unknown, or the answer is not a finite number.
    """
    from .display import say

    if name not in EXERCISES:
        raise ValueError(f"name: expected one of {sorted(EXERCISES)}, got {name!r}")
    if answer is None:
        say("**… No answer yet.** Put your number in place of `None` and run the cell again.")
        return None
    if isinstance(answer, bool) or not isinstance(answer, Real) or not math.isfinite(answer):
        raise ValueError(f"answer: expected a number, got {answer!r}")
    exercise = EXERCISES[name]

    def near(value):
        return abs(answer - value) <= exercise.tolerance

    if near(exercise.answer(**given)):
        say(f"**✓ Right.** {exercise.praise}")
        return True
    hints = [hint for mistake, hint in exercise.mistakes if near(mistake(**given))]
    say(f"**✗ Not yet.** {hints[0] if hints else exercise.hint}")
    return False


def student_seed(name):
    """Return a seed of one's own, so that every student works on another cohort.

    Parameters
    ----------
    name : str
        A name or a student number; case and outer spaces do not matter.

    Returns
    -------
    int
        From 1 to 1,000,000, the same on every machine.

    Raises
    ------
    ValueError
        If ``name`` is empty.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name: expected a name, got {name!r}")
    digest = hashlib.sha256(name.strip().casefold().encode()).hexdigest()
    return int(digest, 16) % 1_000_000 + 1
