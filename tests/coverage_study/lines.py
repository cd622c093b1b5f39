"""A held-out number: what is printed, the cohorts' range, and the factor that would cover it."""

import numpy as np

from hccbook.coverage import SCALES, central
from hccbook.estimate import as_printed

COHORTS, ENOUGH = 200, 195
#: A claim counts as seen if so many of the cohorts show it.
SEEN = 0.025


def p_text(p):
    """Print a P value: three decimals, or two digits below 0.001."""
    return f"{p:.3f}" if p >= 0.001 else np.format_float_positional(float(f"{p:.1e}"))


def line(kind, item, text, values, scale):
    """Return one held-out line, or None where it has no truth or no range."""
    values = np.asarray(values, dtype=float)
    if text is None or text == "nan" or np.isnan(values).mean() > 1 - ENOUGH / COHORTS:
        return None
    low, middle, high = central(values[~np.isnan(values)])
    return {
        "kind": kind,
        "item": item,
        "scale": scale,
        "truth": text,
        "low": low,
        "median": middle,
        "high": high,
        "needed": needed(text, low, middle, high, scale),
    }


def needed(text, low, middle, high, scale):
    """Return the factor on the distance from the median with which a range meets a print."""
    number, (to, _) = as_printed(text), SCALES[scale]
    ends = to(np.array([float(number.low), float(number.high)]))
    with np.errstate(divide="ignore", invalid="ignore"):
        a, m, b = (float(to(np.float64(x))) for x in (low, middle, high))
    a, b = min(a, b), max(a, b)
    first, last = min(ends), max(ends)
    if first <= m <= last:
        return 0.0
    off, room = (first - m, b - m) if first > m else (m - last, m - a)
    return off / room if room > 0 else np.inf


def claim(kind, item, word, words):
    """Return a line of words: it holds if enough cohorts show the word."""
    share = float(np.mean([x == word for x in words]))
    return {
        "kind": kind,
        "item": item,
        "scale": "word",
        "truth": word,
        "low": np.nan,
        "median": share,
        "high": np.nan,
        "needed": 0.0 if share >= SEEN else np.inf,
    }
