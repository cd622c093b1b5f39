"""Exercises of the MRI lab: penalties, optimism, the past, power, scans."""

import math

from .exercise import Exercise

_Z, _Z_POWER, _Z_ONE_SIDED = 1.959964, 0.841621, 1.644854  # normal quantiles: 97.5, 80, 95 %


def _lambda_1se(path):
    """Return the largest lambda with an error within one standard error of the smallest."""
    best = _best(path)
    limit = path["error"][best] + path["standard error"][best]
    return max(x for x, e in zip(path["lambda"], path["error"], strict=True) if e <= limit)


def _best(path):
    """Return the place of the smallest error."""
    return path["error"].index(min(path["error"]))


def _mixture(group, early):
    """Return the AUC of a marker that wins for the early ones and is random for the others."""
    return (early + (group - early) / 2) / group


def _events(short, long, z=_Z + _Z_POWER):
    """Return the number of events by Schoenfeld's formula, rounded up."""
    return math.ceil(4 * z**2 / math.log(long / short) ** 2)


def _median(seen, intervals, weeks):
    """Return the exponential median from scans at equal distances."""
    return -weeks * math.log(2) / math.log(1 - seen / intervals)


EXERCISES = {
    "mri-lab.1": Exercise(
        answer=_lambda_1se,
        tolerance=0.001,
        praise="A third of the features, for an error that is not clearly larger.",
        mistakes=(
            (
                lambda path: path["lambda"][_best(path)],
                "That is lambda.min, with the smallest error. Now go one standard error up.",
            ),
            (
                lambda path: path["error"][_best(path)] + path["standard error"][_best(path)],
                "That is the largest error allowed. Which lambda has an error up to there?",
            ),
            (
                lambda path: min(path["lambda"]),
                "That error is small enough too, but the rule takes the *largest* such lambda.",
            ),
            (
                lambda path: path["lambda"][1],
                "Its error is more than one standard error above the smallest. The standard error"
                " that counts is that of the smallest error.",
            ),
            (
                lambda path: path["lambda"][3],
                "That is one step up from lambda.min. Go on while the error stays within one"
                " standard error.",
            ),
            (
                lambda path: path["error"][path["lambda"].index(_lambda_1se(path))],
                "That is its error. Give the lambda.",
            ),
        ),
        hint="Smallest error plus its standard error is the limit; the largest lambda within it.",
    ),
    "mri-lab.2": Exercise(
        answer=lambda apparent, own, test: apparent - (own - test),
        tolerance=0.002,
        praise="What the models of the resamples lose, your model will lose too.",
        mistakes=(
            (
                lambda apparent, own, test: test,
                "That is the AUC of the resamples' models, made with fewer different patients."
                " Use it only for the optimism.",
            ),
            (lambda apparent, own, test: own - test, "That is the optimism. Subtract it."),
            (
                lambda apparent, own, test: apparent - (own - apparent),
                "The optimism is the loss of the *same* models, from their resample to all"
                " patients.",
            ),
            (
                lambda apparent, own, test: apparent + own - test,
                "You added the optimism. The apparent AUC is too high already.",
            ),
            (
                lambda apparent, own, test: own - (apparent - test),
                "You began with the AUC in the resamples. Correct the apparent AUC of your model.",
            ),
            (
                lambda apparent, own, test: 100 * (apparent - (own - test)),
                "Right in per cent; give it as a number between 0 and 1.",
            ),
        ),
        hint="Optimism: mean AUC in the own resample minus mean AUC in all patients.",
    ),
    "mri-lab.3": Exercise(
        answer=_mixture,
        tolerance=0.002,
        praise="It looks like a useful marker, and knows nothing about the future.",
        mistakes=(
            (
                lambda group, early: 0.5,
                "So it is for those who are left to predict. The early ones count here too.",
            ),
            (
                lambda group, early: early / group,
                "Those pairs are won. The others are won half of the time.",
            ),
            (
                lambda group, early: 1.0,
                "It is perfect for the past only. How do the later ones compare with those under"
                " control?",
            ),
            (
                lambda group, early: early / group + 0.5,
                "One half belongs only to those who were not early, not to all.",
            ),
            (
                lambda group, early: 100 * _mixture(group, early),
                "Right in per cent; give it as a number between 0 and 1.",
            ),
        ),
        hint="Mean over the progression group: the early win every pair, the others half.",
    ),
    "mri-lab.4": Exercise(
        answer=_events,
        tolerance=1.5,
        praise="Events, not patients: with censoring it takes more patients.",
        mistakes=(
            (
                lambda short, long: _events(short, long, _Z),
                "That gives a power of one half: the estimate is as often above the limit as"
                " below it. Add the 0.84 of 80 %.",
            ),
            (
                lambda short, long: _events(short, long, _Z_ONE_SIDED + _Z_POWER),
                "That is the one-sided test. Two-sided takes 1.96.",
            ),
            (
                lambda short, long: math.ceil((_Z + _Z_POWER) ** 2 / math.log(long / short) ** 2),
                "The 4 is missing: it stands for two groups of one half each.",
            ),
            (
                lambda short, long: math.ceil(
                    4 * (_Z + _Z_POWER) ** 2 / math.log10(long / short) ** 2
                ),
                "You took the logarithm to base 10. It is the natural one.",
            ),
            (
                lambda short, long: math.ceil(4 * (_Z + _Z_POWER) / math.log(long / short) ** 2),
                "The sum of the two quantiles is squared too.",
            ),
            (
                lambda short, long: 2 * _events(short, long),
                "The formula counts the events of both groups together.",
            ),
        ),
        hint="4 (1.96 + 0.84)² over the square of the natural logarithm of the hazard ratio.",
    ),
    "mri-lab.5": Exercise(
        answer=_median,
        tolerance=0.1,
        praise="It lies between two scans: no scan is needed in the week of the median.",
        mistakes=(
            (
                lambda seen, intervals, weeks: weeks * math.log(2) * intervals / seen,
                "That takes the share as the hazard, as if everybody were followed to the scan."
                " The hazard is -log(1 - share) over the length.",
            ),
            (
                lambda seen, intervals, weeks: -weeks / math.log(1 - seen / intervals),
                "That is the mean. The median is log 2 times it.",
            ),
            (
                lambda seen, intervals, weeks: _median(seen, intervals, 1),
                "That is in intervals. Give it in weeks.",
            ),
            (
                lambda seen, intervals, weeks: (
                    weeks * math.ceil(_median(seen, intervals, weeks) / weeks)
                ),
                "That is the scan that would show it. The median lies before it.",
            ),
            (
                lambda seen, intervals, weeks: weeks * intervals / seen,
                "That is the mean time to the scan that shows progression.",
            ),
            (
                lambda seen, intervals, weeks: _median(seen, intervals, weeks) * 7 / (365.25 / 12),
                "That is in months. Give it in weeks.",
            ),
            (
                lambda seen, intervals, weeks: math.log(2) / _median(seen, intervals, weeks),
                "That is the hazard a week. The median is log 2 over it.",
            ),
            (
                lambda seen, intervals, weeks: round(_median(seen, intervals, weeks)),
                "Right in whole weeks; give one decimal.",
            ),
        ),
        hint="Hazard = -log(1 - 40/150) per eight weeks; median = log 2 / hazard.",
    ),
}
