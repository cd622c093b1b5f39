"""Exercises of the meta-analysis lab: heterogeneity, directions, subgroups."""

import math
from typing import NamedTuple

from .. import _checks
from .exercise import exercise
from .reading_printed_numbers import p_value, standard_error


class Finding(NamedTuple):
    """A made-up result of a study: the sentence, the numbers in it, and what they compare."""

    text: str
    ratio: str
    lower: str
    upper: str
    low_first: bool


#: Ways to word a result, and whether they compare low against high.
_WORDINGS = (
    ("Hazard ratio for {endpoint}, low against high {marker}: {numbers}.", True),
    ("Hazard ratio for {endpoint}, high against low {marker}: {numbers}.", False),
    ("{endpoint}, {marker} (reference: high): hazard ratio {numbers}.", True),
    ("{endpoint}, {marker} (reference: low): hazard ratio {numbers}.", False),
    ("Patients with low {marker}, compared with high: {endpoint}, hazard ratio {numbers}.", True),
)


def made_up_finding(seed):
    """Return a made-up sentence with a hazard ratio, as an abstract might print it.

    Parameters
    ----------
    seed : int
        From 0 on; each seed has its own sentence.

    Returns
    -------
    Finding
        ``text``, the sentence; ``ratio``, ``lower``, ``upper``, as printed in it, with 95 %
        limits; ``low_first``, whether they compare low against high. Neither the wording nor the
        direction tells on which side of 1 the ratio lies.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number of at least 0.
    """
    import numpy as np

    rng = np.random.default_rng(_checks.whole("seed", seed))
    marker, endpoint = rng.choice(["SII", "IL-6"]), rng.choice(["PFS", "OS"])
    wording, low_first = _WORDINGS[rng.integers(len(_WORDINGS))]
    # Away from 1, where turning round would change nothing.
    effect, error = rng.choice([-1, 1]) * rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.3)
    ratio, lower, upper = (f"{math.exp(effect + x * error):z.2f}" for x in (0, -1.96, 1.96))
    numbers = f"{ratio} (95 % CI {lower} to {upper})"
    text = wording.format(marker=marker, endpoint=endpoint, numbers=numbers)
    return Finding(text, ratio, lower, upper, low_first)


def _turned(ratio, lower, upper):
    """Return a ratio and its limits the other way round."""
    return 1 / ratio, 1 / upper, 1 / lower


def _half_turned(ratio, lower, upper):
    """Return what goes wrong in turning a ratio round, by the hint that fits."""
    return {
        "The ratio is turned round, its limits are not. Does it still lie between them?": (
            (1 / ratio, lower, upper)
        ),
        "The limits are in the wrong order: 1 divided by the upper one is the *lower* one.": (
            (1 / ratio, 1 / lower, 1 / upper)
        ),
        "The limits are swapped, but not turned round: divide 1 by each.": (
            (1 / ratio, upper, lower)
        ),
        "The limits are turned round, the ratio is not.": (ratio, 1 / upper, 1 / lower),
        "A ratio is turned round by dividing, not by subtracting.": (
            (1 - ratio, 1 - upper, 1 - lower)
        ),
        "These are logarithms. The table wants ratios.": (
            tuple(math.log(x) for x in _turned(ratio, lower, upper))
        ),
    }


@exercise(
    "il6-sii-lab.1",
    tolerance=0.002,
    praise="The same I² in larger studies would be a smaller spread.",
    hint="v = 4 / events; solve I² = tau² / (tau² + v) for tau², then take the root.",
)
def spread_of_studies(i2, events):
    """Return the standard deviation between studies, for two equal groups in each."""
    share, within = float(i2) / 100, 4 / events
    tau = math.sqrt(share / (1 - share) * within)
    return tau, {
        "That is tau². Its root is on the scale of the log hazard ratios.": tau**2,
        "You took I² of the variance *within* studies. It is a share of the total:"
        " tau² / (tau² + v).": math.sqrt(share * within),
        "Turn the fraction round: tau² / v is I² / (1 - I²).": (
            math.sqrt((1 - share) / share * within)
        ),
        "The variance of a log hazard ratio is 4 / events in two equal groups, not 1 / events.": (
            tau / 2
        ),
        "That is the standard error of one study. It says nothing of their spread.": (
            math.sqrt(within)
        ),
        "That is I² itself, a share. The spread is in units of the log hazard ratio.": share,
    }


@exercise(
    "il6-sii-lab.2",
    tolerance=0.006,
    praise="Ratio and limits are turned round together, and the limits change places.",
    hint="High against low is 1 divided by low against high, for the ratio and both limits.",
    parts=("ratio", "lower limit", "upper limit"),
)
def turned_round(ratio, lower, upper):
    """Return a ratio and its limits as high against low."""
    printed = float(ratio), float(lower), float(upper)
    return _turned(*printed), {
        "That is low against high, as printed. The table wants high against low.": printed,
        **_half_turned(*printed),
    }


@exercise(
    "il6-sii-lab.3",
    tolerance=0.006,
    praise="Numbers as printed, direction beside them: the code turns what must be turned.",
    hint="Compare each number with the sentence, then read which group is the reference.",
    parts=("ratio", "lower limit", "upper limit"),
)
def finding_as_high_against_low(seed):
    """Return the numbers of a made-up finding as high against low."""
    _, *texts, low_first = made_up_finding(seed)
    printed = tuple(float(text) for text in texts)
    right = _turned(*printed) if low_first else printed
    return right, {
        "That compares low against high. Which group does the sentence name first, or as"
        " the reference? Enter its numbers as printed: the code turns them.": _turned(*right),
        **_half_turned(*printed),
    }


@exercise(
    "il6-sii-lab.4",
    tolerance=0.006,
    praise="Turned round, the study joins the others, and the average is what it should be.",
    hint="Change the sign of one effect, pool with DerSimonian and Laird, exponentiate.",
)
def pooled_with_stranger_turned(effect, se):
    """Return the pooled ratio after the study whose turning round makes Q smallest was turned."""
    import numpy as np

    from ..meta import pool

    places = np.arange(len(effect))
    strangest = np.argsort(pool((1 - 2 * np.eye(len(effect))) * effect, se, "fixed").q)

    def pooled(turn=None, omit=None, method="dl"):
        signs = np.where(places == turn, -1.0, 1.0)
        return math.exp(pool(signs * effect, se, method, where=places != omit).value)

    stranger = strangest[0]
    right = pooled(stranger)
    return right, {
        "That is the average with the study as it was entered.": pooled(),
        "You left the study out. Its patients count: turn it round and keep it.": (
            pooled(omit=stranger)
        ),
        "That is the logarithm of the pooled hazard ratio.": math.log(right),
        "You turned all the others. Then it is low against high.": 1 / right,
        'That is the fixed effect. Use method="dl".': pooled(stranger, method="fixed"),
        "You turned the wrong study. Without which one is the heterogeneity gone?": (
            [pooled(other) for other in strangest[1:7]]
        ),
    }


@exercise(
    "il6-sii-lab.5",
    tolerance=0.002,
    praise="One subgroup is significant, the other is not, and no difference is shown.",
    hint="z = (log ratio 1 - log ratio 2) / sqrt(se1² + se2²), then both tails.",
)
def p_of_interaction(first, second):
    """Return P of the difference of two ratios with limits."""
    from ..audit import two_sided_p

    def z(scale=math.log, both=math.hypot):
        one, two = (scale(float(group[0])) for group in (first, second))
        return (one - two) / both(*(standard_error(*x[1:], scale) for x in (first, second)))

    def p(**options):
        return float(two_sided_p(z(**options)))

    alone = p_value(*first), p_value(*second)
    return p(), {
        "That is one-sided. A P value counts differences the other way, too.": p() / 2,
        "You worked on the scale of the ratio. Take logarithms of ratios and limits.": (
            p(scale=float)
        ),
        "Add the *squares* of the standard errors, then take the root.": (
            p(both=lambda one, other: one + other)
        ),
        "Variances of a difference add up; they are not subtracted.": (
            p(both=lambda one, other: math.sqrt(abs(one**2 - other**2)))
        ),
        "That is the P value of the first subgroup alone.": alone[0],
        "That is the P value of the second subgroup alone.": alone[1],
        "The difference of two P values is not the P value of a difference.": (
            abs(alone[0] - alone[1])
        ),
        "That is z. What share of a normal distribution is at least as far from 0?": z(),
    }


@exercise(
    "il6-sii-lab.6",
    tolerance=0.02,
    praise="The mean is known better than what one more study will find.",
    hint="exp(log ratio + t · sqrt(tau² + se²)), with t of k - 2 degrees of freedom.",
)
def upper_limit_of_prediction(ratio, se, tau, k):
    """Return the upper limit of a prediction interval."""
    from scipy.special import stdtrit

    def limit(quantile, spread):
        return ratio * math.exp(quantile * spread)

    t, both = stdtrit(k - 2, 0.975), math.hypot(tau, se)
    return limit(t, both), {
        "That is the confidence limit of the mean. A new study has its own true ratio.": (
            limit(1.96, se)
        ),
        "1.96 takes tau as known. With so few studies use t with k - 2 degrees of freedom.": (
            limit(1.96, both)
        ),
        "The mean and tau are both estimated: k - 2 degrees of freedom, not k - 1.": (
            limit(stdtrit(k - 1, 0.975), both)
        ),
        "The mean itself is uncertain, too: add se² to tau² under the root.": limit(t, tau),
        "Add the squares of tau and se, then take the root.": limit(t, tau + se),
        "That is the logarithm of the limit.": math.log(limit(t, both)),
        "That is the lower limit.": limit(-t, both),
    }
