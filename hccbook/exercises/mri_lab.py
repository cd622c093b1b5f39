"""Exercises of the MRI lab: penalties, optimism, the past, power, scans."""

import math

from .exercise import exercise

_Z, _Z_POWER, _Z_ONE_SIDED = 1.959964, 0.841621, 1.644854  # normal quantiles: 97.5, 80, 95 %


@exercise(
    "mri-lab.1",
    tolerance=0.001,
    praise="A third of the features, for an error that is not clearly larger.",
    hint="Smallest error plus its standard error is the limit; the largest lambda within it.",
)
def lambda_1se(path):
    """Return the largest lambda with an error within one standard error of the smallest."""
    penalties, errors = path["lambda"], path["error"]
    best = errors.index(min(errors))
    limit = errors[best] + path["standard error"][best]
    right = max(x for x, error in zip(penalties, errors, strict=True) if error <= limit)
    return right, {
        "That is lambda.min, with the smallest error. Now go one standard error up.": (
            penalties[best]
        ),
        "That is the largest error allowed. Which lambda has an error up to there?": limit,
        "That error is small enough too, but the rule takes the *largest* such lambda.": (
            min(penalties)
        ),
        "Its error is more than one standard error above the smallest. The standard error"
        " that counts is that of the smallest error.": penalties[1],
        "That is one step up from lambda.min. Go on while the error stays within one"
        " standard error.": penalties[3],
        "That is its error. Give the lambda.": errors[penalties.index(right)],
    }


@exercise(
    "mri-lab.2",
    tolerance=0.002,
    praise="What the models of the resamples lose, your model will lose too.",
    hint="Optimism: mean AUC in the own resample minus mean AUC in all patients.",
)
def corrected_auc(apparent, own, test):
    """Return an AUC less its optimism."""
    return apparent - (own - test), {
        "That is the AUC of the resamples' models, made with fewer different patients."
        " Use it only for the optimism.": test,
        "That is the optimism. Subtract it.": own - test,
        "The optimism is the loss of the *same* models, from their resample to all"
        " patients.": apparent - (own - apparent),
        "You added the optimism. The apparent AUC is too high already.": apparent + own - test,
        "You began with the AUC in the resamples. Correct the apparent AUC of your model.": (
            own - (apparent - test)
        ),
        "Right in per cent; give it as a number between 0 and 1.": 100 * (apparent - (own - test)),
    }


@exercise(
    "mri-lab.3",
    tolerance=0.002,
    praise="It looks like a useful marker, and knows nothing about the future.",
    hint="Mean over the progression group: the early win every pair, the others half.",
)
def auc_of_the_past(group, early):
    """Return the AUC of a marker that wins for the early ones and is random for the others."""
    auc = (early + (group - early) / 2) / group
    return auc, {
        "So it is for those who are left to predict. The early ones count here too.": 0.5,
        "Those pairs are won. The others are won half of the time.": early / group,
        "It is perfect for the past only. How do the later ones compare with those under"
        " control?": 1.0,
        "One half belongs only to those who were not early, not to all.": early / group + 0.5,
        "Right in per cent; give it as a number between 0 and 1.": 100 * auc,
    }


@exercise(
    "mri-lab.4",
    tolerance=1.5,
    praise="Events, not patients: with censoring it takes more patients.",
    hint="4 (1.96 + 0.84)² over the square of the natural logarithm of the hazard ratio.",
)
def events_for_power(short, long):
    """Return the number of events by Schoenfeld's formula, rounded up."""
    z, log_ratio = _Z + _Z_POWER, math.log(long / short)

    def events(top, log_ratio=log_ratio):
        return math.ceil(top / log_ratio**2)

    return events(4 * z**2), {
        "That gives a power of one half: the estimate is as often above the limit as"
        " below it. Add the 0.84 of 80 %.": events(4 * _Z**2),
        "That is the one-sided test. Two-sided takes 1.96.": (
            events(4 * (_Z_ONE_SIDED + _Z_POWER) ** 2)
        ),
        "The 4 is missing: it stands for two groups of one half each.": events(z**2),
        "You took the logarithm to base 10. It is the natural one.": (
            events(4 * z**2, math.log10(long / short))
        ),
        "The sum of the two quantiles is squared too.": events(4 * z),
        "The formula counts the events of both groups together.": 2 * events(4 * z**2),
    }


@exercise(
    "mri-lab.5",
    tolerance=0.1,
    praise="It lies between two scans: no scan is needed in the week of the median.",
    hint="Hazard = -log(1 - 40/150) per eight weeks; median = log 2 / hazard.",
)
def median_from_scans(seen, intervals, weeks):
    """Return the exponential median from scans at equal distances."""
    share = seen / intervals
    mean = -weeks / math.log(1 - share)
    median = mean * math.log(2)
    return median, {
        "That takes the share as the hazard, as if everybody were followed to the scan."
        " The hazard is -log(1 - share) over the length.": weeks * math.log(2) / share,
        "That is the mean. The median is log 2 times it.": mean,
        "That is in intervals. Give it in weeks.": median / weeks,
        "That is the scan that would show it. The median lies before it.": (
            weeks * math.ceil(median / weeks)
        ),
        "That is the mean time to the scan that shows progression.": weeks / share,
        "That is in months. Give it in weeks.": median * 7 / (365.25 / 12),
        "That is the hazard a week. The median is log 2 over it.": 1 / mean,
        "Right in whole weeks; give one decimal.": round(median),
    }
