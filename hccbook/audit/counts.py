"""Percentages against counts, sums of counts, and the 2×2 tables that printed rates allow.

The idea is that of the GRIM test (Brown and Heathers, 2017): a share of ``n`` people
can only take ``n + 1`` values, so a printed percentage can be impossible. It has power
only while ``n`` is below ``10 ** (decimals + 2)``; beyond, every percentage is possible.
Counts are exact: a verdict is ``exact`` or ``contradicted``.
"""

import math

import numpy as np

from .. import _checks
from . import arguments
from .arguments import CELLS, cells
from .check import Check

#: Rates of a 2×2 table: numerator and denominator as columns of ``tables``, summed.
RATES = {
    "sensitivity": (("tp",), ("tp", "fn")),
    "specificity": (("tn",), ("tn", "fp")),
    "ppv": (("tp",), ("tp", "fp")),
    "npv": (("tn",), ("tn", "fn")),
    "false_omission": (("fn",), ("fn", "tn")),
    "accuracy": (("tp", "tn"), ("tp", "fp", "fn", "tn")),
    "prevalence": (("tp", "fn"), ("tp", "fp", "fn", "tn")),
    # Of machine learning: another name, and the harmonic mean of ppv and sensitivity.
    "precision": (("tp",), ("tp", "fp")),
    "f1": (("tp", "tp"), ("tp", "tp", "fp", "fn")),
}


def _prints(number, above, n):
    """Say where ``above`` of ``n`` prints as ``number`` per cent, in whole-number arithmetic."""
    fits = n > 0
    for end, side in ((number.low, 1), (number.high, -1)):
        if math.isfinite(end):
            fits = fits & (side * (100 * end.denominator * above - end.numerator * n) >= 0)
    return fits


def _fraction(table, name):
    """Return numerator and denominator of a rate; the table holds arrays or counts."""
    return (sum(table[key] for key in keys) for keys in RATES[name])


def _fits(table, numbers):
    """Say which 2×2 tables print all rates; their cells are arrays or counts."""
    return np.all([_prints(x, *_fraction(table, name)) for name, x in numbers.items()], axis=0)


def _percents(rates, *needed):
    """Return printed rates by name, the needed ones among them."""
    if not rates or not {*needed} <= {*rates} <= {*RATES}:
        least = f", {' and '.join(needed)} among them" if needed else ""
        raise ValueError(f"rates: expected some of {sorted(RATES)}{least}, got {sorted(rates)}")
    return {name: arguments.share(name, value) for name, value in rates.items()}


def counts(percent, n):
    """Return every count of ``n`` that prints as a percentage: a list, perhaps empty.

    Examples
    --------
    >>> counts("78.18", 110), counts("89.4", 86)
    ([86], [])
    """
    number, n = arguments.share("percent", percent), _checks.whole("n", n, 1)
    found = np.arange(n + 1)
    return found[_prints(number, found, n)].tolist()


def denominators(percents, n_max):
    """Return every ``n`` up to ``n_max`` of which all printed percentages can be counts."""
    numbers = [arguments.share("percents", x) for x in _checks.listed("percents", percents)]
    sizes = range(1, _checks.whole("n_max", n_max, 1) + 1)
    return [n for n in sizes if all(counts(number, n) for number in numbers)]


def percentage(percent, count, n):
    """Check a printed percentage against a count of ``n``."""
    number, n = arguments.share("percent", percent), _checks.whole("n", n, 1)
    count = _checks.whole("count", count)
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    value = 100 * count / n
    why = f"{count} of {n} is {value:.{number.decimals + 2}f} %"
    verdict = "exact" if _prints(number, count, n) else "contradicted"
    return Check.of("percentage and count", number, (value,) * 3, why, verdict)


def total(printed, parts):
    """Check a printed count against its parts: groups that share nobody and leave nobody out.

    Examples
    --------
    >>> total("1,508", ["1,000", "508"]).verdict
    'exact'
    """
    number = arguments.judged(arguments.count, "printed", printed)
    parts = [arguments.count("parts", part) for part in _checks.listed("parts", parts)]
    value = sum(part.value for part in parts)
    why = f"{' + '.join(map(str, parts))} = {value}"
    verdict = "exact" if value == number.value else "contradicted"
    return Check.of("sum of parts", number, (value,) * 3, why, verdict)


def tables(n, **rates):
    """Return every 2×2 table of ``n`` patients that prints the given rates.

    Parameters
    ----------
    n : int
    **rates : str
        Printed percentages by name: any of ``sensitivity``, ``specificity``, ``ppv``,
        ``npv``, ``false_omission`` (outcome among test-negatives), ``accuracy``,
        ``prevalence``, ``precision`` (the same as ``ppv``) and ``f1``, the F1 score
        ``2 tp / (2 tp + fp + fn)`` in per cent.

    Returns
    -------
    pandas.DataFrame
        Columns ``tp, fp, fn, tn``, and a row for each table.

    Examples
    --------
    >>> tables(10, sensitivity="75", specificity="66.7")
       tp  fp  fn  tn
    0   3   2   1   4
    """
    import pandas as pd

    n, numbers, found = _checks.whole("n", n, 1), _percents(rates), []
    for ill in range(n + 1):
        tp, tn = (a.ravel() for a in np.meshgrid(np.arange(ill + 1), np.arange(n - ill + 1)))
        table = {"tp": tp, "fp": n - ill - tn, "fn": ill - tp, "tn": tn}
        found.append(np.column_stack(list(table.values()))[_fits(table, numbers)])
    return pd.DataFrame(np.concatenate(found), columns=list(CELLS))


def tables_within(positives, negatives, **rates):
    """Return every 2×2 table of at most so many patients of each class that prints the rates.

    For papers whose rates are of fewer patients than the cohort has. Rates are as for
    :func:`tables`, sensitivity and specificity among them. The tables are mappings, the largest
    first, each with a true positive.
    """
    sizes = _checks.whole("positives", positives, 1), _checks.whole("negatives", negatives, 1)
    numbers = _percents(rates, "sensitivity", "specificity")
    ill, well = (
        [(n, k) for n in range(1, size + 1) for k in counts(rates[name], n)]
        for size, name in zip(sizes, ("sensitivity", "specificity"), strict=True)
    )
    found = (
        {"tp": tp, "fp": healthy - tn, "fn": sick - tp, "tn": tn}
        for sick, tp in ill
        for healthy, tn in well
        if tp
    )
    return sorted((x for x in found if _fits(x, numbers)), key=lambda x: -sum(x.values()))


def rate(printed, table, name):
    """Check one printed rate, a key of :data:`RATES`, against a row of :func:`tables`."""
    _checks.one_of("name", name, sorted(RATES))
    table = cells(table)
    above, below = _fraction(table, name)
    if not below:
        raise ValueError(f"table: expected patients in the denominator of {name}, got {table}")
    return percentage(arguments.share("printed", printed), above, below)
