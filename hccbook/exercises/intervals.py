"""What a confidence interval holds, computed rightly or as a known mistake would."""

import math


def p_value(ratio, lower, upper, scale=math.log, width=2 * 1.96):
    """Return the two-sided P of a ratio against 1, its interval read on a scale."""
    from ..audit import two_sided_p

    ratio, lower, upper, null = (scale(float(x)) for x in (ratio, lower, upper, 1))
    return float(two_sided_p((ratio - null) * width / (upper - lower)))


def standard_error(lower, upper, scale=math.log, width=2 * 1.96):
    """Return the standard error behind an interval, on a scale."""
    return (scale(float(upper)) - scale(float(lower))) / width
