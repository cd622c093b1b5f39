"""Exercises of the TIPM lab: events, candidates, odds ratios, Brier scores, medians."""

import math

from .exercise import Exercise

_Z = 1.959964  # the 97.5 % quantile of the normal distribution


def _odds_ratio(beta, z):
    """Return the odds ratio with its Wald limits."""
    se = beta / z
    return tuple(math.exp(beta + side * _Z * se) for side in (0, -1, 1))


def _coefficient(beta, z):
    """Return the coefficient with its Wald limits."""
    return tuple(math.log(value) for value in _odds_ratio(beta, z))


EXERCISES = {
    "tipm-lab.1": Exercise(
        answer=lambda variables, per_variable, share: variables * per_variable / share,
        tolerance=0.5,
        praise="And this is a rule of thumb for the least, not a promise.",
        mistakes=(
            (
                lambda variables, per_variable, share: variables * per_variable,
                "That is the number of events. Only one patient in four has one.",
            ),
            (
                lambda variables, per_variable, share: variables * per_variable * share,
                "Those are the events among 120 patients. How many patients have 120 events?",
            ),
            (
                lambda variables, per_variable, share: variables * per_variable / (1 - share),
                "You divided by the share without the event. Divide by the share with it.",
            ),
        ),
        hint="Variables times ten gives the events; the share says how many patients have them.",
    ),
    "tipm-lab.2": Exercise(
        answer=lambda candidates: 1 - 0.95**candidates,
        tolerance=0.005,
        praise="Two studies in three of nothing have something to print.",
        mistakes=(
            (
                lambda candidates: 0.05 * candidates,
                "That is the number expected to pass. It is no probability: with more candidates"
                " it goes above 1.",
            ),
            (
                lambda candidates: 0.95**candidates,
                "That is the chance that none passes. One minus it.",
            ),
            (lambda candidates: 0.05, "That is the chance of one given candidate."),
            (
                lambda candidates: 0.05**candidates,
                "That is the chance that all of them pass.",
            ),
            (
                lambda candidates: 100 * (1 - 0.95**candidates),
                "Right in per cent; give it as a probability between 0 and 1.",
            ),
        ),
        hint="First the chance that none passes: each fails with 0.95, independently.",
    ),
    "tipm-lab.3": Exercise(
        answer=_odds_ratio,
        tolerance=0.02,
        praise="The limits are not even about the ratio: they are even about its logarithm.",
        mistakes=(
            (
                _coefficient,
                "Those are the coefficient and its limits. Take the exponential of all three.",
            ),
            (
                lambda beta, z: tuple(math.exp(beta) + side * _Z * beta / z for side in (0, -1, 1)),
                "You added to the odds ratio. The interval is even about the coefficient: add"
                " there, then take the exponential.",
            ),
            (
                lambda beta, z: tuple(math.exp(beta + side * beta / z) for side in (0, -1, 1)),
                "Those limits are one standard error away. For 95 % it takes 1.96.",
            ),
            (
                lambda beta, z: tuple(math.exp(beta + side * _Z * z) for side in (0, -1, 1)),
                "You took z for the standard error. It is the coefficient divided by it.",
            ),
        ),
        hint="SE = coefficient / z; limits: coefficient ± 1.96 SE; then the exponential of each.",
        parts=("odds ratio", "lower limit", "upper limit"),
    ),
    "tipm-lab.4": Exercise(
        answer=lambda fn, fp, n: fn * fp / (fn + fp) / n,
        tolerance=0.0005,
        praise="The other patients may be predicted perfectly; these alone cost that much.",
        mistakes=(
            (
                lambda fn, fp, n: (fn + fp) / n,
                "That is the score of risks of 0 and 1. Risks nearer the cut-off cost less.",
            ),
            (
                lambda fn, fp, n: (fn + fp) / 4 / n,
                "That is the cost of a risk of one half for all of them. There is a better one.",
            ),
            (
                lambda fn, fp, n: fn * fp / (fn + fp),
                "That is the sum of the squares. The score is their mean over all patients.",
            ),
            (
                lambda fn, fp, n: fn * fp / (fn + fp) ** 2,
                "That is the mean over the misplaced patients. The others count too, with 0.",
            ),
        ),
        hint="Best common risk: the share of events among them. Sum the squares, divide by all.",
    ),
    "tipm-lab.5": Exercise(
        answer=lambda n, deaths: n - 2 * deaths,
        tolerance=0,
        praise="More than half of the living had left before the median.",
        mistakes=(
            (
                lambda n, deaths: n - deaths,
                "Those are all who lived. Some may have been followed beyond the median.",
            ),
            (
                lambda n, deaths: n / 2 - deaths,
                "Those deaths are lacking to one half of all. Censoring does not add deaths: it"
                " takes patients from the denominator, and how many must go?",
            ),
            (
                lambda n, deaths: 2 * deaths,
                "So many may stay at most. How many must have left?",
            ),
        ),
        hint="If all leave before the first death: deaths divided by those left must be one half.",
    ),
}
