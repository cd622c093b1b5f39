"""Checks of arguments that several modules share; each names the argument it refuses."""

import math
from decimal import Decimal
from numbers import Real
from statistics import NormalDist

import numpy as np


def sequence(name, values):
    """Return ``values`` as an array of whatever they hold; refuse ragged and masked ones."""
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(f"{name}: expected values without gaps, got a masked array")
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected values in rows of one length, got {error}") from None


def numbers(name, values):
    """Return ``values`` as a float array of any shape; text and times are no numbers."""
    array = sequence(name, values)
    if array.dtype.kind == "O":
        for at, value in np.ndenumerate(array):
            if not is_number(value) and not isinstance(value, (bool, np.bool_, Decimal)):
                where = f" at position {at[0] if len(at) == 1 else at}" if at else ""
                raise ValueError(f"{name}: expected numbers without gaps, got {value!r:.60}{where}")
    elif array.dtype.kind not in "biuf" and array.size:
        raise ValueError(f"{name}: expected numbers, got {str(array.flat[0])!r:.60}")
    try:
        return array.astype(float)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers, got {error}") from None


def vector(name, values, binary=False):
    """Return ``values`` as a float array, or say what is wrong with them."""
    array = numbers(name, values)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name}: expected one or more values in a row, got shape {array.shape}")
    wrong = (array != 0) & (array != 1) if binary else ~np.isfinite(array)
    if wrong[at := int(wrong.argmax())]:
        expected = "0 or 1" if binary else "finite numbers"
        raise ValueError(f"{name}: expected {expected}, got {array[at]:g} at position {at}")
    return array


def matrix(name, values, numbered=range):
    """Return columns of numbers as an array (patient, column), and their names.

    Those of a frame are its own; those of an array are what ``numbered`` makes of their number.
    """
    table = sequence(name, values)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not len(table):
        raise ValueError(f"{name}: expected rows of patients and columns, got shape {table.shape}")
    framed = hasattr(values, "columns")
    names = list(values.columns if framed else numbered(table.shape[1]))
    columns = [
        vector(f"{name}[{label!r}]", values.iloc[:, at] if framed else table[:, at])
        for at, label in enumerate(names)
    ]
    return np.column_stack(columns) if columns else np.empty(table.shape), names


def together(binary=(), **named):
    """Return values of the same patients as float arrays; those named in ``binary`` are 0 or 1."""
    same_rows(**named)
    arrays = [vector(name, values, name in binary) for name, values in named.items()]
    first = next(iter(named))
    for name, array in zip(named, arrays, strict=True):
        same_length(name, array, first, arrays[0])
    return arrays


def same_rows(**named):
    """Reject pandas objects whose indexes differ: they would be paired by position."""
    indexed = [name for name, values in named.items() if hasattr(values, "iloc")]
    for name in indexed[1:]:
        if not named[name].index.equals(named[indexed[0]].index):
            raise ValueError(
                f"{name}: expected the index of {indexed[0]}, in the same order, got another"
            )


def listed(name, values):
    """Return one or more values as a list; a string would come apart into its letters."""
    try:
        found = [] if isinstance(values, (str, bytes)) else list(values)
    except TypeError:
        found = []
    if not found:
        raise ValueError(f"{name}: expected a list of one or more values, got {values!r:.60}")
    return found


def mapping(name, values, keys=()):
    """Return a mapping as a dict, or say what it is or lacks."""
    try:
        values = dict(values.items())
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"{name}: expected a mapping by name, got {values!r:.60}") from None
    if missing := [key for key in keys if key not in values]:
        raise ValueError(f"{name}: expected {', '.join(keys)}, got none of {missing}")
    return values


def labels(name, values, allowed=None):
    """Return one or more labels as a list, or say which one is missing or not allowed."""
    if sequence(name, values).ndim != 1 or not len(values):
        raise ValueError(f"{name}: expected one or more labels, got {values!r:.60}")
    any_label = allowed is None
    expected = "labels without gaps" if any_label else f"one of {', '.join(map(str, allowed))}"
    for at, value in enumerate(values := list(values)):
        if not is_label(value) or not (any_label or value in allowed):
            raise ValueError(f"{name}: expected {expected}, got {value!r:.60} at position {at}")
    return values


def is_label(value):
    """Return whether a value can name something: hashable, and not missing."""
    try:
        return value is not None and bool(value == value) and hash(value) is not None
    except (TypeError, ValueError):
        return False


def same_length(name, values, other_name, other):
    """Reject an array that is not as long as another."""
    if values.size != other.size:
        raise ValueError(
            f"{name}: expected {other.size} values, as many as {other_name}, got {values.size}"
        )


def both(name, values, what="classes"):
    """Reject a checked array of 0 and 1 that has one of them only."""
    if values.min() == values.max():
        raise ValueError(f"{name}: expected both {what} 0 and 1, got only {values[0]:g}")


def is_number(value):
    """Return whether a value is a real number; True, False and NumPy's times are none."""
    return isinstance(value, Real) and not isinstance(value, (bool, np.timedelta64))


def real(name, value):
    """Reject what is not a number; infinity is one, NaN is not."""
    try:
        good = is_number(value) and not math.isnan(value)
    except OverflowError:
        good = False
    if not good:
        raise ValueError(f"{name}: expected a number, got {value!r:.60}")


def whole(name, value, smallest=0, largest=2**63 - 1):
    """Return ``value`` as an int if it is a whole number of at least ``smallest``."""
    if not is_number(value) or not smallest <= value <= largest or value % 1:
        raise ValueError(
            f"{name}: expected a whole number of at least {smallest}, got {value!r:.60}"
        )
    return int(value)


def seed(value):
    """Return a ``numpy.random.SeedSequence``: the one given, or that of a whole number from 0."""
    if isinstance(value, np.random.SeedSequence):
        return value
    return np.random.SeedSequence(whole("seed", value, largest=float(2**1023)))


def flag(name, value):
    """Reject what is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name}: expected True or False, got {value!r:.60}")


def text(name, value):
    """Reject what is no text, or says nothing."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: expected text, got {value!r:.60}")


def one_of(name, value, allowed):
    """Reject an option, a word, that does not exist."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name}: expected one of {', '.join(allowed)}, got {value!r:.60}")


def frame(name, value, columns=(), empty=False):
    """Reject what is no data frame, is empty, lacks a column or has one twice."""
    if not hasattr(value, "iloc") or not hasattr(value, "columns") or not (empty or len(value)):
        raise ValueError(f"{name}: expected a data frame with rows, got {type(value).__name__}")
    if missing := [column for column in columns if column not in value]:
        raise ValueError(f"{name}: expected the columns {', '.join(columns)}, got no {missing}")
    if not value.columns.is_unique:
        raise ValueError(f"{name}: expected columns of different names, got {list(value.columns)}")


def level(value):
    """Reject a confidence level that is not between 0 and 1."""
    if not is_number(value) or not 0 < value < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {value!r:.60}")


def z(confidence):
    """Return the normal quantile of a two-sided confidence level."""
    level(confidence)
    return NormalDist().inv_cdf(0.5 + float(confidence) / 2)
