"""Percentages against counts, sums of counts, and the 2×2 tables that printed rates allow.

The idea is that of the GRIM test (Brown and Heathers, 2017): a share of ``n`` people
can only take ``n + 1`` values, so a printed percentage can be impossible. It has power
only while ``n`` is below ``10 ** (decimals + 2)``; beyond, every percentage is possible.
"""

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
    scale = 10**number.decimals
    distance = np.abs(100 * scale * above - int(number.value * scale) * n)
    return (n > 0) & (2 * distance <= n)


def _fraction(table, name):
    """Return numerator and denominator of a rate; the table holds arrays or counts."""
    return (sum(table[key] for key in keys) for keys in RATES[name])


def _fits(table, numbers):
    """Say which 2×2 tables print all rates; their cells are arrays or counts."""
    fits = np.ones(np.shape(table["tp"]), dtype=bool)
    for name, number in numbers.items():
        fits &= _prints(number, *_fraction(table, name))
    return fits


def counts(percent, n):
    """Return every count of ``n`` that prints as a percentage.

    Parameters
    ----------
    percent : str
        The printed percentage, such as ``"89.4"``.
    n : int
        The denominator.

    Returns
    -------
    list of int
        Empty when no whole number of ``n`` people is that percentage.

    Examples
    --------
    >>> counts("78.18", 110), counts("89.4", 86)
    ([86], [])
    """
    number, n = arguments.percent("percent", percent), _checks.whole("n", n, 1)
    found = np.arange(n + 1)
    return found[_prints(number, found, n)].tolist()


def denominators(percents, n_max):
    """Return every ``n`` up to ``n_max`` of which all percentages can be counts.

    Parameters
    ----------
    percents : sequence of str
        Printed percentages that share one denominator.
    n_max : int
        The largest denominator to try.

    Returns
    -------
    list of int
    """
    numbers = [
        arguments.percent("percents", share) for share in _checks.listed("percents", percents)
    ]
    sizes = range(1, _checks.whole("n_max", n_max, 1) + 1)
    return [n for n in sizes if all(counts(number, n) for number in numbers)]


def percentage(percent, count, n):
    """Check a printed percentage against a count.

    Parameters
    ----------
    percent : str
    count, n : int
        Numerator and denominator.

    Returns
    -------
    Check
        Counts are exact: the verdict is ``exact`` or ``contradicted``.
    """
    number, n = arguments.percent("percent", percent), _checks.whole("n", n, 1)
    count = _checks.whole("count", count)
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    value = 100 * count / n
    why = f"{count} of {n} is {value:.{number.decimals + 2}f} %"
    verdict = "exact" if _prints(number, count, n) else "contradicted"
    return Check.of("percentage and count", number, (value,) * 3, why, verdict)


def total(printed, parts):
    """Check a printed count against the sum of its parts.

    Parameters
    ----------
    printed : str
    parts : sequence of str
        The printed counts of groups that share nobody and leave nobody out.

    Returns
    -------
    Check
        Counts are exact: the verdict is ``exact`` or ``contradicted``.

    Examples
    --------
    >>> total("1,508", ["1,000", "508"]).verdict
    'exact'
    """
    number = arguments.count("printed", printed)
    parts = [arguments.count("parts", part) for part in _checks.listed("parts", parts)]
    value = sum(part.value for part in parts)
    why = f"{' + '.join(str(part) for part in parts)} = {value}"
    verdict = "exact" if value == number.value else "contradicted"
    return Check.of("sum of parts", number, (float(value),) * 3, why, verdict)


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
        Columns ``tp, fp, fn, tn``; a row for each possible table, empty if there is none.

    Examples
    --------
    >>> tables(10, sensitivity="75", specificity="66.7")
       tp  fp  fn  tn
    0   3   2   1   4
    """
    import pandas as pd

    n = _checks.whole("n", n, 1)
    if not rates or set(rates) - set(RATES):
        raise ValueError(f"rates: expected some of {sorted(RATES)}, got {sorted(rates)}")
    numbers = {name: arguments.percent(name, value) for name, value in rates.items()}
    found = []
    for ill in range(n + 1):
        tp, tn = (a.ravel() for a in np.meshgrid(np.arange(ill + 1), np.arange(n - ill + 1)))
        table = {"tp": tp, "fp": n - ill - tn, "fn": ill - tp, "tn": tn}
        found.append(np.column_stack(list(table.values()))[_fits(table, numbers)])
    return pd.DataFrame(np.concatenate(found), columns=list(CELLS))


def tables_within(positives, negatives, **rates):
    """Return every 2×2 table of at most so many patients of each class that prints the rates.

    For papers whose rates are of fewer patients than the cohort has. Rates are as for
    :func:`tables`, sensitivity and specificity among them; the largest table comes first, and
    each has a true positive.
    """
    sizes = _checks.whole("positives", positives, 1), _checks.whole("negatives", negatives, 1)
    if not {"sensitivity", "specificity"} <= set(rates) <= set(RATES):
        raise ValueError(
            "rates: expected sensitivity, specificity and some of "
            f"{sorted(RATES)}, got {sorted(rates)}"
        )
    numbers = {name: arguments.percent(name, value) for name, value in rates.items()}
    ill, well = (
        [(n, k) for n in range(1, size + 1) for k in counts(rates[name], n)]
        for size, name in zip(sizes, ("sensitivity", "specificity"), strict=True)
    )
    found = [
        {"tp": tp, "fp": healthy - tn, "fn": sick - tp, "tn": tn}
        for sick, tp in ill
        for healthy, tn in well
        if tp
    ]
    fits = [table for table in found if _fits(table, numbers)]
    return sorted(fits, key=lambda table: -sum(table.values()))


def rate(printed, table, name):
    """Check one printed rate against a 2×2 table.

    Parameters
    ----------
    printed : str
    table : mapping
        Counts ``tp, fp, fn, tn``; a row of :func:`tables` will do.
    name : str
        A key of :data:`RATES`.

    Returns
    -------
    Check
    """
    _checks.one_of("name", name, sorted(RATES))
    table = cells(table)
    above, below = _fraction(table, name)
    if not below:
        raise ValueError(f"table: expected patients in the denominator of {name}, got {table}")
    return percentage(arguments.percent("printed", printed), above, below)
