"""What is known of the studies in the meta-analysis, each number with its source.

``data/studies/il6-sii.csv`` holds one number a row. Its ``source`` is ``printed`` (in the
meta-analysis), ``abstract`` (in the abstract of the study) or ``paper`` (in the full text of the
study: rows that a reader adds, and that go before all others). What is solved for is called
``implied``; it never stands in the file, so that no imagined number can pass for a published one.
What breaks the file's contract is refused with a ``ValueError`` that names row (the header is
row 1) and column.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from . import _checks, audit, reported
from .estimate import as_printed

__all__ = [
    "Ranges",
    "best",
    "check_ratio",
    "high_against_low",
    "load",
    "names",
    "ranges",
    "tabulated",
]
__dir__ = __all__.copy

FILE = reported.DATA / "studies" / "il6-sii.csv"
#: Columns that say what a row is about, and columns that hold numbers as printed.
KEY, NUMBERS = ("study", "marker", "endpoint", "quantity"), ("value", "lower", "upper", "p")
COLUMNS = (*KEY, *NUMBERS, "direction", "source", "reference", "note")
#: Quantities whose value is a word, and quantities whose value is a number.
WORDS = ("country", "direction", "endpoints", "treatment")
QUANTITIES = ("cut-off", "events", "hazard ratio", "patients", "quality score")
QUANTITIES += ("median of high marker", "median of low marker")
MARKERS, ENDPOINTS = ("IL-6", "SII"), ("PFS", "OS")
#: Which group a hazard ratio is of, against which.
DIRECTIONS = ("high_vs_low", "low_vs_high")
#: Sources, the one that is believed first in front.
SOURCES = ("paper", "abstract", "printed")
#: Hazard ratios and standard errors of their logarithms that are thought possible at all.
LARGEST_RATIO, LARGEST_SE = 10.0, 1.0


class Ranges(NamedTuple):
    """What is known of the log hazard ratios (high against low marker) of k studies.

    ``effect`` and ``se``, of shape (k, 2), hold the least and largest log hazard ratio and standard
    error of each; ``source`` is ``"paper"`` or ``"abstract"`` where the ratio is published, else
    ``"implied"``.
    """

    studies: tuple
    effect: np.ndarray
    se: np.ndarray
    source: tuple

    @property
    def given(self):
        """Which ratios are published, shape (k,)."""
        return np.array([source != "implied" for source in self.source])


def names():
    """Return the studies in the order of Table I, such as ``{"du-2024": "Du 2024"}``."""
    rows = reported.load("il6-sii")
    rows = rows[rows.index.str.fullmatch(r"il6-sii\.table1\.[a-z0-9-]+\.n")]
    return {id.split(".")[-2]: cohort for id, cohort in rows["cohort"].items()}


def load():
    """Return what is known of the studies: a frame of :data:`COLUMNS`, strings as printed."""
    frame = reported.strings(FILE, COLUMNS)
    studies = tuple(names())
    for number, row in enumerate(frame.to_dict("records"), 2):
        _check(row, f"{FILE.name}, row {number} ({row['study']})", studies)
    # A study may have several cut-offs.
    again = frame.duplicated([*KEY, "source"]) & (frame["quantity"] != "cut-off")
    if again.any():
        row = frame[again].iloc[0]
        where = f"{FILE.name}, row {row.name + 2} ({row['study']})"
        raise ValueError(f"{where}: expected each number once from each source")
    return frame


def _check(row, where, studies):
    """Check one row of the file against its contract."""
    allowed = {
        "study": studies,
        "marker": MARKERS,
        "endpoint": ("", *ENDPOINTS),
        "quantity": WORDS + QUANTITIES,
        "direction": ("", *DIRECTIONS),
        "source": SOURCES,
    }
    if row["quantity"] == "direction":
        allowed["value"] = ("worse", "better")
    for column, words in allowed.items():
        _word(row[column], words, f"{where}, {column}")
    directed = row["quantity"] in {"hazard ratio", "direction"}
    for column in ("value", "reference", *(("endpoint", "direction") if directed else ())):
        if not row[column].strip():
            raise ValueError(f"{where}, {column}: expected one for {row['quantity']}, got none")
    if row["quantity"] == "hazard ratio":
        check_ratio(row, where)
    elif row["quantity"] in QUANTITIES:
        _numbers(row, where)


def _word(cell, words, where):
    """Reject a word that does not exist."""
    if cell not in words:
        raise ValueError(f"{where}: expected one of {list(words)}, got {cell!r}")


def _numbers(row, where):
    """Return the numbers that a row prints, all above 0 and the limits both or none."""
    found = {name: as_printed(row[name], f"{where}, {name}") for name in NUMBERS if row.get(name)}
    for name, number in found.items():
        if number.value <= 0:
            raise ValueError(f"{where}, {name}: expected a number above 0, got {number}")
    if "value" not in found:
        raise ValueError(f"{where}, value: expected a number, got none")
    if ("lower" in found) != ("upper" in found):
        raise ValueError(f"{where}, lower: expected both confidence limits or none")
    return found


def check_ratio(row, where="row"):
    """Check one hazard ratio, its limits, P value and direction, and return its numbers by name.

    ``row`` maps ``value``, ``lower``, ``upper``, ``p`` if there is one, and ``direction``, one of
    :data:`DIRECTIONS`, to what is printed. A wrong direction cannot be found so. Error messages
    name ``where`` it stands.
    """
    row = _checks.mapping(where, row, ("direction",))
    _word(row["direction"], DIRECTIONS, f"{where}, direction")
    found = _numbers(row, where)
    if "p" in found and found["p"].value > 1:
        raise ValueError(f"{where}, p: expected a number between 0 and 1, got {found['p']}")
    if "lower" in found:
        low, ratio, high = (found[name] for name in ("lower", "value", "upper"))
        if not low.high < high.low:
            raise ValueError(f"{where}, lower: expected less than upper = {high}, got {low}")
        if not (low.low <= ratio.high and ratio.low <= high.high):
            raise ValueError(f"{where}, value: expected a ratio from {low} to {high}, got {ratio}")
    return found


def high_against_low(row):
    """Return a hazard ratio with its lower and upper limit, high against low marker.

    ``row`` is as for :func:`check_ratio`, with both limits. Turning a ratio round makes its upper
    limit the lower one.
    """
    found = check_ratio(row)
    if "lower" not in found:
        raise ValueError("row, lower: expected confidence limits, got none")
    ratio, lower, upper = (float(found[name]) for name in ("value", "lower", "upper"))
    if row["direction"] == "low_vs_high":
        return 1 / ratio, 1 / upper, 1 / lower
    return ratio, lower, upper


def tabulated(frame, marker, endpoint):
    """Return the names of studies that report a marker and an endpoint, in the file's order.

    ``frame`` is as of :func:`load`, the others are of :data:`MARKERS` and :data:`ENDPOINTS`.
    """
    rows = best(frame, marker, endpoint, "endpoints")["value"]
    return [study for study, reported in rows.items() if endpoint in reported.split(";")]


def best(frame, marker, endpoint, quantity):
    """Return one quantity of the studies, each from its best source.

    The frame is indexed by study and has only those that have it. ``frame``, ``marker`` and
    ``endpoint``, which may be empty in the file, are as for :func:`tabulated`.
    """
    _checks.frame("frame", frame, COLUMNS)
    _checks.one_of("marker", marker, MARKERS)
    _checks.one_of("endpoint", endpoint, ENDPOINTS)
    _checks.one_of("quantity", quantity, WORDS + QUANTITIES)
    rows = frame[
        (frame["marker"] == marker)
        & (frame["quantity"] == quantity)
        & frame["endpoint"].isin(["", endpoint])
    ]
    order = rows["source"].map(SOURCES.index).sort_values(kind="stable").index
    return rows.loc[order].drop_duplicates("study").sort_index().set_index("study")


def ranges(frame, marker, endpoint, as_printed=()):
    """Return what is known of the log hazard ratios of an analysis.

    Parameters
    ----------
    frame, marker, endpoint
        As for :func:`tabulated`.
    as_printed : sequence of str
        Studies whose ratio is taken as its authors print it, whichever group it is of, and whose
        direction is left free: what a meta-analysis has if nobody turns it round.

    Notes
    -----
    A published ratio with limits leaves the range of their rounding. Otherwise a standard error is
    at most 1 and at least ``2 / sqrt(events)``, with patients in place of unknown events: the log
    hazard ratio of a marker that is cut in two has a variance of at least 4 / events (Schoenfeld,
    Biometrics 1983;39:499), adjusted or not. A ratio without limits bounds its standard error by
    its P value; no ratio at all is one between 1/10 and 10, on the side of 1 that an abstract
    tells.
    """
    studies = tabulated(frame, marker, endpoint)
    if not isinstance(as_printed, tuple) or as_printed:
        as_printed = _checks.labels("as_printed", as_printed, studies)
    quantities = ("hazard ratio", "direction", "patients", "events")
    table = {name: best(frame, marker, endpoint, name) for name in quantities}
    found = []
    for study in studies:
        rows = {name: best.loc[study] for name, best in table.items() if study in best.index}
        found.append(_range(rows, study not in as_printed))
    effect, se, source = ([part[place] for part in found] for place in range(3))
    return Ranges(tuple(studies), np.array(effect), np.array(se), tuple(source))


def _range(rows, turned):
    """Return what a log ratio and its standard error can be, and where the ratio is published."""
    count = rows.get("events", rows["patients"])["value"]
    bounds = [2 / math.sqrt(float(as_printed(count))), LARGEST_SE]
    if (row := rows.get("hazard ratio")) is None:
        span, row = [-math.log(LARGEST_RATIO), math.log(LARGEST_RATIO)], rows.get("direction")
        if row is not None and turned:
            above = (row["value"] == "worse") == (row["direction"] == "high_vs_low")
            span[0 if above else 1] = 0.0
        return span, bounds, "implied"
    ratio = as_printed(row["value"])
    span = [math.log(ratio.low), math.log(ratio.high)]
    if row["lower"]:
        found = audit.standard_error(row["lower"], row["upper"])
        bounds = [found.low, found.high]
    elif row["p"] and (largest := float(as_printed(row["p"]).high)) < 1:
        # |log ratio| / se is at least the quantile of the largest P value that prints so.
        bounds[1] = min(bounds[1], max(map(abs, span)) / -float(ndtri(largest / 2)))
    if turned and row["direction"] == "low_vs_high":
        span = [-span[1], -span[0]]
    return span, bounds, row["source"]
