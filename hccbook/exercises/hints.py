"""Hints that fit any exercise: too few decimals, per cent, the sign, the scale."""

from decimal import Decimal

import numpy as np

#: A rounded answer this far off, relative to the right one, has too few digits to be called right.
_ROUGH = 0.05
#: What an answer may be by mistake, and what to say then.
_SCALES = (
    (lambda x: 100 * x, "That is the answer in per cent. The question asks for a share."),
    (lambda x: x / 100, "That is a share. The question asks for per cent."),
    (lambda x: -x, "The size is right. Look at the sign: which way does the difference go?"),
    (np.log, "That is the logarithm of the answer. Take the exponential."),
    (np.exp, "That is the exponential of the answer. The question asks for its logarithm."),
    (lambda x: 1 / x, "Upside down: that is one divided by the answer."),
)


def as_given(numbers, value):
    """Tell whether numbers are a value, each rounded to the decimals that it is given with."""
    value = np.broadcast_to(value, numbers.shape)
    return all(_rounded(x, v) for x, v in zip(numbers, value, strict=True))


def _rounded(number, value):
    decimals = max(0, -Decimal(repr(float(number))).normalize().as_tuple().exponent)
    # Half a unit of the last decimal that is given, on either side.
    return abs(number - value) <= 0.5 * 10.0**-decimals * (1 + 1e-9)


def too_few_decimals(numbers, solution):
    """Tell whether an answer is right as far as it goes, and goes too far for luck."""
    rough = np.abs(numbers - solution) <= _ROUGH * np.abs(solution)
    return bool(np.all(rough)) and as_given(numbers, solution)


def of_scale(solution, near):
    """Return the hint for an answer that is right on another scale, or None."""
    for change, hint in _SCALES:
        with np.errstate(all="ignore"):
            other = change(np.asarray(solution, dtype=float))
        # A solution such as 0 or 1, which the other scale leaves as it is, tells nothing.
        if np.isfinite(other).all() and not np.allclose(other, solution) and near(other).all():
            return hint
    return None
