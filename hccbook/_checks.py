"""Checks of arguments that several modules share; each names the argument it refuses."""

import math
from numbers import Real
from statistics import NormalDist

import numpy as np


def vector(name, values, binary=False):
    """Return ``values`` as a float array, or say what is wrong with them."""
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name}: expected one or more values in a row, got shape {array.shape}")
    if array.dtype.kind not in "biufO":
        raise ValueError(f"{name}: expected numbers, got {array[0]!r}")
    try:
        array = array.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers without gaps, got {error}") from None
    wrong = (array != 0) & (array != 1) if binary else ~np.isfinite(array)
    if wrong.any():
        expected, at = "0 or 1" if binary else "finite numbers", int(wrong.argmax())
        raise ValueError(f"{name}: expected {expected}, got {array[at]:g} at position {at}")
    return array


def same_length(name, values, other_name, other):
    """Reject an array that is not as long as another."""
    if values.size != other.size:
        raise ValueError(
            f"{name}: expected {other.size} values, as many as {other_name}, got {values.size}"
        )


def real(name, value):
    """Reject what is not a number; infinity is one, NaN is not."""
    if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value):
        raise ValueError(f"{name}: expected a number, got {value!r}")


def whole(name, value, smallest=0):
    """Return ``value`` as an int if it is a whole number of at least ``smallest``."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not smallest <= value < math.inf or value % 1:
        raise ValueError(f"{name}: expected a whole number of at least {smallest}, got {value!r}")
    return int(value)


def seed(value):
    """Return a seed: a ``numpy.random.SeedSequence`` as it is, or a whole number from 0."""
    return value if isinstance(value, np.random.SeedSequence) else whole("seed", value)


def one_of(name, value, allowed):
    """Reject an option that does not exist."""
    if value not in allowed:
        raise ValueError(f"{name}: expected one of {', '.join(allowed)}, got {value!r}")


def level(value):
    """Reject a confidence level that is not between 0 and 1."""
    if not isinstance(value, Real) or not 0 < value < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {value!r}")


def z(confidence):
    """Return the normal quantile of a two-sided confidence level."""
    level(confidence)
    return NormalDist().inv_cdf(0.5 + float(confidence) / 2)
