"""Percentages against counts, and the 2×2 tables that printed rates allow.

The idea is that of the GRIM test (Brown and Heathers, 2017): a share of ``n`` people
can only take ``n + 1`` values, so a printed percentage can be impossible. It has power
only while ``n`` is below ``10 ** (decimals + 2)``; beyond, every percentage is possible.
"""

import numpy as np

from .. import _checks
from ..estimate import printed as as_printed
from .check import Check

#: More decimals would overflow whole-number arithmetic, and no paper prints them.
MOST_DECIMALS = 9

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


def _percent(name, value):
    number = as_printed(value, name)
    if number.decimals > MOST_DECIMALS:
        raise ValueError(f"{name}: expected at most {MOST_DECIMALS} decimals, got {value!r}")
    if number.relation != "=" or not 0 <= number.value <= 100:
        raise ValueError(f"{name}: expected a printed percentage from 0 to 100, got {value!r}")
    return number


def _prints(number, count, n):
    """Say where ``count`` of ``n`` prints as ``number`` per cent, in whole-number arithmetic."""
    scale = 10**number.decimals
    distance = np.abs(100 * scale * count - int(number.value * scale) * n)
    return (n > 0) & (2 * distance <= n)


def _fits(cells, numbers):
    """Say which 2×2 tables print all rates; ``cells`` are arrays or counts."""
    fits = np.ones(np.shape(cells["tp"]), dtype=bool)
    for name, number in numbers.items():
        above, below = (sum(cells[key] for key in keys) for keys in RATES[name])
        fits &= _prints(number, above, below)
    return fits


def counts(percent, n):
    """Return every count of ``n`` that prints as a percentage.

    Parameters
    ----------
    percent : str
        The printed percentage, such as ``"89.4"``.
    n : int
        The denominator, at least 1.

    Returns
    -------
    list of int
        Empty when no whole number of ``n`` people is that percentage.

    Raises
    ------
    ValueError
        If ``percent`` is not a printed percentage or ``n`` not a whole number above 0.

    Examples
    --------
    >>> counts("78.18", 110), counts("89.4", 86)
    ([86], [])
    """
    number, n = _percent("percent", percent), _checks.whole("n", n, 1)
    count = np.arange(n + 1)
    return count[_prints(number, count, n)].tolist()


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

    Raises
    ------
    ValueError
        If ``percents`` is empty or holds anything but printed percentages.
    """
    percents = _checks.listed("percents", percents)
    numbers = [_percent("percents", percent) for percent in percents]
    sizes = range(1, _checks.whole("n_max", n_max, 1) + 1)
    return [n for n in sizes if all(counts(number, n) for number in numbers)]


def percentage(percent, count, n):
    """Check a printed percentage against a count.

    Parameters
    ----------
    percent : str
        The printed percentage.
    count, n : int
        Numerator and denominator.

    Returns
    -------
    Check
        Counts are exact, so nothing but an equal print is forgiven: the verdict is
        ``exact`` or ``contradicted``.

    Raises
    ------
    ValueError
        As :func:`counts`, or if ``count`` is not a whole number from 0 to ``n``.
    """
    number, n = _percent("percent", percent), _checks.whole("n", n, 1)
    count = _checks.whole("count", count)
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    value = 100 * count / n
    possible = bool(_prints(number, np.array(count), n))
    return Check(
        "percentage and count",
        str(number),
        value,
        value,
        value,
        "exact" if possible else "contradicted",
        f"{count} of {n} is {value:.{number.decimals + 2}f} %",
    )


def tables(n, **rates):
    """Return every 2×2 table of ``n`` patients that prints the given rates.

    Parameters
    ----------
    n : int
        Number of patients.
    **rates : str
        Printed percentages by name: any of ``sensitivity``, ``specificity``, ``ppv``,
        ``npv``, ``false_omission`` (outcome among test-negatives), ``accuracy``,
        ``prevalence``, ``precision`` (the same as ``ppv``) and ``f1``, the F1 score
        ``2 tp / (2 tp + fp + fn)`` in per cent.

    Returns
    -------
    pandas.DataFrame
        Columns ``tp, fp, fn, tn``; a row for each possible table, empty if there is none.

    Raises
    ------
    ValueError
        If a rate has an unknown name or is not a printed percentage, or none is given.

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
    numbers = {name: _percent(name, value) for name, value in rates.items()}
    found = []
    for ill in range(n + 1):
        tp, tn = (a.ravel() for a in np.meshgrid(np.arange(ill + 1), np.arange(n - ill + 1)))
        cells = {"tp": tp, "fp": n - ill - tn, "fn": ill - tp, "tn": tn}
        fits = _fits(cells, numbers)
        found.append(np.column_stack([cells[key][fits] for key in ("tp", "fp", "fn", "tn")]))
    return pd.DataFrame(np.concatenate(found), columns=["tp", "fp", "fn", "tn"])


def tables_within(positives, negatives, **rates):
    """Return every 2×2 table of at most so many patients of each class that prints the rates.

    For papers whose rates are of fewer patients than the cohort has.

    Parameters
    ----------
    positives, negatives : int
        Patients with and without the outcome in the whole cohort.
    **rates : str
        Printed percentages by name, as for :func:`tables`; ``sensitivity`` and ``specificity``
        among them.

    Returns
    -------
    list of dict
        Tables with ``tp, fp, fn, tn``, the largest first; at least one true positive.

    Raises
    ------
    ValueError
        If a number of patients is not a whole number of at least 1, a rate has an unknown name
        or is not a printed percentage, or sensitivity or specificity is not given.

    Examples
    --------
    >>> tables_within(5, 7, sensitivity="75", specificity="66.7", accuracy="70")
    [{'tp': 3, 'fp': 2, 'fn': 1, 'tn': 4}]
    """
    sizes = _checks.whole("positives", positives, 1), _checks.whole("negatives", negatives, 1)
    if not {"sensitivity", "specificity"} <= set(rates) <= set(RATES):
        raise ValueError(
            "rates: expected sensitivity, specificity and some of "
            f"{sorted(RATES)}, got {sorted(rates)}"
        )
    numbers = {name: _percent(name, value) for name, value in rates.items()}
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
        The printed percentage.
    table : mapping
        Counts ``tp, fp, fn, tn``; a row of :func:`tables` will do.
    name : str
        Which rate, a key of :data:`RATES`.

    Returns
    -------
    Check

    Raises
    ------
    ValueError
        If ``name`` is unknown, ``printed`` is no percentage, or ``table`` lacks a cell or
        has nobody in the denominator.
    """
    _checks.one_of("name", name, sorted(RATES))
    cells = ("tp", "fp", "fn", "tn")
    table = _checks.mapping("table", table, cells)
    cells = {key: _checks.whole(f"table, {key}", table[key]) for key in cells}
    above, below = (sum(cells[key] for key in keys) for keys in RATES[name])
    if not below:
        raise ValueError(f"table: expected patients in the denominator of {name}, got {cells}")
    return percentage(_percent("printed", printed), above, below)
