"""Exercises of the TIPM lab: events, candidates, odds ratios, Brier scores, medians."""

import math

from .exercise import exercise


@exercise(
    "tipm-lab.1",
    tolerance=0.5,
    praise="And this is a rule of thumb for the least, not a promise.",
    hint="Variables times ten gives the events; the share says how many patients have them.",
)
def patients_for_variables(variables, per_variable, share):
    """Return the patients among whom there are so many events for each variable."""
    events = variables * per_variable
    return events / share, {
        "That is the number of events. Only one patient in four has one.": events,
        "Those are the events among 120 patients. How many patients have 120 events?": (
            events * share
        ),
        "You divided by the share without the event. Divide by the share with it.": (
            events / (1 - share)
        ),
    }


@exercise(
    "tipm-lab.2",
    tolerance=0.005,
    praise="Two studies in three of nothing have something to print.",
    hint="First the chance that none passes: each fails with 0.95, independently.",
)
def chance_of_one_passing(candidates):
    """Return the chance that a useless candidate or more has a P below 0.05."""
    none = 0.95**candidates
    return 1 - none, {
        "That is the number expected to pass. It is no probability: with more candidates"
        " it goes above 1.": 0.05 * candidates,
        "That is the chance that none passes. One minus it.": none,
        "That is the chance of one given candidate.": 0.05,
        "That is the chance that all of them pass.": 0.05**candidates,
        "Right in per cent; give it as a probability between 0 and 1.": 100 * (1 - none),
    }


@exercise(
    "tipm-lab.3",
    tolerance=0.02,
    praise="The limits are not even about the ratio: they are even about its logarithm.",
    hint="SE = coefficient / z; limits: coefficient ± 1.96 SE; then the exponential of each.",
    parts=("odds ratio", "lower limit", "upper limit"),
)
def wald_limits(beta, z):
    """Return the odds ratio with its Wald limits."""
    se, width = beta / z, 1.959964

    def limits(half):
        return beta, beta - half, beta + half

    def ratios(half):
        return tuple(math.exp(value) for value in limits(half))

    return ratios(width * se), {
        "Those are the coefficient and its limits. Take the exponential of all three.": (
            limits(width * se)
        ),
        "You added to the odds ratio. The interval is even about the coefficient: add"
        " there, then take the exponential.": (
            tuple(math.exp(beta) + side * width * se for side in (0, -1, 1))
        ),
        "Those limits are one standard error away. For 95 % it takes 1.96.": ratios(se),
        "You took z for the standard error. It is the coefficient divided by it.": (
            ratios(width * z)
        ),
    }


@exercise(
    "tipm-lab.4",
    tolerance=0.0005,
    praise="The other patients may be predicted perfectly; these alone cost that much.",
    hint="Best common risk: the share of events among them. Sum the squares, divide by all.",
)
def least_brier_of_misplaced(fn, fp, n):
    """Return the least Brier score with so many patients on the wrong side of a cut-off."""
    misplaced = fn + fp
    squares = fn * fp / misplaced
    return squares / n, {
        "That is the score of risks of 0 and 1. Risks nearer the cut-off cost less.": misplaced / n,
        "That is the cost of a risk of one half for all of them. There is a better one.": (
            misplaced / 4 / n
        ),
        "That is the sum of the squares. The score is their mean over all patients.": squares,
        "That is the mean over the misplaced patients. The others count too, with 0.": (
            squares / misplaced
        ),
    }


@exercise(
    "tipm-lab.5",
    tolerance=0,
    praise="More than half of the living had left before the median.",
    hint="If all leave before the first death: deaths divided by those left must be one half.",
)
def least_censored(n, deaths):
    """Return how many must have left if so few deaths make a median."""
    return n - 2 * deaths, {
        "Those are all who lived. Some may have been followed beyond the median.": n - deaths,
        "Those deaths are lacking to one half of all. Censoring does not add deaths: it"
        " takes patients from the denominator, and how many must go?": n / 2 - deaths,
        "So many may stay at most. How many must have left?": 2 * deaths,
    }
