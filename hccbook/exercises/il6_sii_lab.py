"""Exercises of the meta-analysis lab: heterogeneity, directions, subgroups."""

import math
from typing import NamedTuple

from .. import _checks
from .exercise import Exercise
from .intervals import p_value, standard_error


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


def _as_printed(ratio, lower, upper):
    return ratio, lower, upper


#: What goes wrong in turning a ratio round, and the hint that fits.
_HALF_TURNED = (
    (
        lambda ratio, lower, upper: (1 / ratio, lower, upper),
        "The ratio is turned round, its limits are not. Does it still lie between them?",
    ),
    (
        lambda ratio, lower, upper: (1 / ratio, 1 / lower, 1 / upper),
        "The limits are in the wrong order: 1 divided by the upper one is the *lower* one.",
    ),
    (
        lambda ratio, lower, upper: (1 / ratio, upper, lower),
        "The limits are swapped, but not turned round: divide 1 by each.",
    ),
    (
        lambda ratio, lower, upper: (ratio, 1 / upper, 1 / lower),
        "The limits are turned round, the ratio is not.",
    ),
    (
        lambda ratio, lower, upper: (1 - ratio, 1 - upper, 1 - lower),
        "A ratio is turned round by dividing, not by subtracting.",
    ),
    (
        lambda *numbers: tuple(math.log(x) for x in _turned(*numbers)),
        "These are logarithms. The table wants ratios.",
    ),
)


def _floats(ratio, lower, upper):
    return float(ratio), float(lower), float(upper)


def _found(seed, turn=None):
    """Return the numbers of a made-up finding, by default as high against low."""
    _, *numbers, low_first = made_up_finding(seed)
    turn = turn or (_turned if low_first else _as_printed)
    return turn(*_floats(*numbers))


def _other_way(seed):
    return _turned(*_found(seed))


def _spread(i2, events, share=lambda x: x / (1 - x)):
    """Return the standard deviation between studies, for two equal groups in each."""
    return math.sqrt(share(float(i2) / 100) * 4 / events)


def _pooled(effect, se, turn=None, omit=None, method="dl"):
    """Return the pooled ratio after one study, if any, was turned round or left out."""
    import numpy as np

    from ..meta import pool

    places = np.arange(len(effect))
    sign = np.where(places == turn, -1.0, 1.0)
    return math.exp(pool(sign * effect, se, method, where=places != omit).value)


def _stranger(effect, se, rank=0):
    """Return the study whose turning round makes Q smallest, or that of another rank."""
    import numpy as np

    from ..meta import pool

    signs = 1 - 2 * np.eye(len(effect))
    return int(np.argsort(pool(signs * effect, se, "fixed").q)[rank])


def _difference(first, second, scale=math.log, both=math.hypot):
    """Return z of the difference of two ratios with limits."""
    one, two = (float(group[0]) for group in (first, second))
    errors = [standard_error(*group[1:], scale=scale) for group in (first, second)]
    return (scale(one) - scale(two)) / both(*errors)


def _difference_p(first, second, **options):
    from ..audit import two_sided_p

    return float(two_sided_p(_difference(first, second, **options)))


def _prediction(ratio, se, tau, k, less=2, spread=math.hypot, side=1):
    """Return a limit of a prediction interval, or what becomes of it with another rule."""
    from scipy.special import stdtrit

    quantile = stdtrit(k - less, 0.975) if less else 1.96
    return ratio * math.exp(side * quantile * spread(tau, se))


EXERCISES = {
    "il6-sii-lab.1": Exercise(
        answer=_spread,
        tolerance=0.002,
        praise="The same I² in larger studies would be a smaller spread.",
        mistakes=(
            (
                lambda i2, events: _spread(i2, events) ** 2,
                "That is tau². Its root is on the scale of the log hazard ratios.",
            ),
            (
                lambda i2, events: _spread(i2, events, lambda x: x),
                "You took I² of the variance *within* studies. It is a share of the total:"
                " tau² / (tau² + v).",
            ),
            (
                lambda i2, events: _spread(i2, events, lambda x: (1 - x) / x),
                "Turn the fraction round: tau² / v is I² / (1 - I²).",
            ),
            (
                lambda i2, events: _spread(i2, events) / 2,
                "The variance of a log hazard ratio is 4 / events in two equal groups, not"
                " 1 / events.",
            ),
            (
                lambda i2, events: math.sqrt(4 / events),
                "That is the standard error of one study. It says nothing of their spread.",
            ),
            (
                lambda i2, events: float(i2) / 100,
                "That is I² itself, a share. The spread is in units of the log hazard ratio.",
            ),
        ),
        hint="v = 4 / events; solve I² = tau² / (tau² + v) for tau², then take the root.",
    ),
    "il6-sii-lab.2": Exercise(
        answer=lambda **given: _turned(*_floats(**given)),
        tolerance=0.006,
        praise="Ratio and limits are turned round together, and the limits change places.",
        mistakes=(
            (
                lambda **given: _floats(**given),
                "That is low against high, as printed. The table wants high against low.",
            ),
            *(
                (lambda mistake=mistake, **given: mistake(*_floats(**given)), hint)
                for mistake, hint in _HALF_TURNED
            ),
        ),
        hint="High against low is 1 divided by low against high, for the ratio and both limits.",
        parts=("ratio", "lower limit", "upper limit"),
    ),
    "il6-sii-lab.3": Exercise(
        answer=_found,
        tolerance=0.006,
        praise="Numbers as printed, direction beside them: the code turns what must be turned.",
        mistakes=(
            (
                _other_way,
                "That compares low against high. Which group does the sentence name first, or as"
                " the reference? Enter its numbers as printed: the code turns them.",
            ),
            *(
                (lambda seed, mistake=mistake: _found(seed, mistake), hint)
                for mistake, hint in _HALF_TURNED
            ),
        ),
        hint="Compare each number with the sentence, then read which group is the reference.",
        parts=("ratio", "lower limit", "upper limit"),
    ),
    "il6-sii-lab.4": Exercise(
        answer=lambda effect, se: _pooled(effect, se, turn=_stranger(effect, se)),
        tolerance=0.006,
        praise="Turned round, the study joins the others, and the average is what it should be.",
        mistakes=(
            (
                lambda effect, se: _pooled(effect, se),
                "That is the average with the study as it was entered.",
            ),
            (
                lambda effect, se: _pooled(effect, se, omit=_stranger(effect, se)),
                "You left the study out. Its patients count: turn it round and keep it.",
            ),
            (
                lambda effect, se: math.log(_pooled(effect, se, turn=_stranger(effect, se))),
                "That is the logarithm of the pooled hazard ratio.",
            ),
            (
                lambda effect, se: 1 / _pooled(effect, se, turn=_stranger(effect, se)),
                "You turned all the others. Then it is low against high.",
            ),
            (
                lambda effect, se: _pooled(effect, se, _stranger(effect, se), method="fixed"),
                'That is the fixed effect. Use method="dl".',
            ),
            *(
                (
                    lambda effect, se, rank=rank: _pooled(effect, se, _stranger(effect, se, rank)),
                    "You turned the wrong study. Without which one is the heterogeneity gone?",
                )
                for rank in range(1, 7)
            ),
        ),
        hint="Change the sign of one effect, pool with DerSimonian and Laird, exponentiate.",
    ),
    "il6-sii-lab.5": Exercise(
        answer=_difference_p,
        tolerance=0.002,
        praise="One subgroup is significant, the other is not, and no difference is shown.",
        mistakes=(
            (
                lambda **given: _difference_p(**given) / 2,
                "That is one-sided. A P value counts differences the other way, too.",
            ),
            (
                lambda first, second: _difference_p(first, second, scale=float),
                "You worked on the scale of the ratio. Take logarithms of ratios and limits.",
            ),
            (
                lambda first, second: _difference_p(first, second, both=lambda a, b: a + b),
                "Add the *squares* of the standard errors, then take the root.",
            ),
            (
                lambda first, second: _difference_p(
                    first, second, both=lambda a, b: math.sqrt(abs(a * a - b * b))
                ),
                "Variances of a difference add up; they are not subtracted.",
            ),
            (
                lambda first, second: p_value(*first),
                "That is the P value of the first subgroup alone.",
            ),
            (
                lambda first, second: p_value(*second),
                "That is the P value of the second subgroup alone.",
            ),
            (
                lambda first, second: abs(p_value(*first) - p_value(*second)),
                "The difference of two P values is not the P value of a difference.",
            ),
            (
                lambda **given: _difference(**given),
                "That is z. What share of a normal distribution is at least as far from 0?",
            ),
        ),
        hint="z = (log ratio 1 - log ratio 2) / sqrt(se1² + se2²), then both tails.",
    ),
    "il6-sii-lab.6": Exercise(
        answer=_prediction,
        tolerance=0.02,
        praise="The mean is known better than what one more study will find.",
        mistakes=(
            (
                lambda ratio, se, tau, k: _prediction(
                    ratio, se, tau, k, less=0, spread=lambda tau, se: se
                ),
                "That is the confidence limit of the mean. A new study has its own true ratio.",
            ),
            (
                lambda ratio, se, tau, k: _prediction(ratio, se, tau, k, less=0),
                "1.96 takes tau as known. With so few studies use t with k - 2 degrees of freedom.",
            ),
            (
                lambda ratio, se, tau, k: _prediction(ratio, se, tau, k, less=1),
                "The mean and tau are both estimated: k - 2 degrees of freedom, not k - 1.",
            ),
            (
                lambda ratio, se, tau, k: _prediction(
                    ratio, se, tau, k, spread=lambda tau, se: tau
                ),
                "The mean itself is uncertain, too: add se² to tau² under the root.",
            ),
            (
                lambda ratio, se, tau, k: _prediction(
                    ratio, se, tau, k, spread=lambda tau, se: tau + se
                ),
                "Add the squares of tau and se, then take the root.",
            ),
            (
                lambda ratio, se, tau, k: math.log(_prediction(ratio, se, tau, k)),
                "That is the logarithm of the limit.",
            ),
            (
                lambda ratio, se, tau, k: _prediction(ratio, se, tau, k, side=-1),
                "That is the lower limit.",
            ),
        ),
        hint="exp(log ratio + t · sqrt(tau² + se²)), with t of k - 2 degrees of freedom.",
    ),
}
