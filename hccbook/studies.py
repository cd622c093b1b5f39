"""What is known of the studies in a meta-analysis, each number with its source.

``data/studies/<paper>.csv`` holds one number a row. Its ``source`` is ``printed`` (in the
meta-analysis), ``abstract`` (in the abstract of the study) or ``paper`` (in the full text of the
study: rows that a reader adds). What is solved for is called ``implied``; it never stands in the
file, so that no imagined number can pass for a published one. What breaks the file's contract is
refused with a ``ValueError`` that names row (the header is row 1) and column.
"""

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import _checks, audit, reported
from .estimate import printed

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

FOLDER = reported.DATA / "studies"
COLUMNS = (
    "study",
    "marker",
    "endpoint",
    "quantity",
    "value",
    "lower",
    "upper",
    "p",
    "direction",
    "source",
    "reference",
    "note",
)
#: Columns that hold numbers as printed.
NUMBERS = ("value", "lower", "upper", "p")
#: Quantities whose value is a word, and quantities whose value is a number.
WORDS = ("country", "direction", "endpoints", "treatment")
QUANTITIES = (
    "cut-off",
    "events",
    "hazard ratio",
    "median of high marker",
    "median of low marker",
    "patients",
    "quality score",
)
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


def names(paper="il6-sii"):
    """Return the studies of a meta-analysis as people call them.

    Parameters
    ----------
    paper : str
        Short name of a paper in the register.

    Returns
    -------
    dict of str to str
        Such as ``{"du-2024": "Du 2024"}``, in the order of Table I.
    """
    rows = reported.load(paper)
    rows = rows[rows.index.str.fullmatch(rf"{paper}\.table1\.[a-z0-9-]+\.n")]
    return {id.split(".")[-2]: cohort for id, cohort in rows["cohort"].items()}


def validate(frame, source="studies", paper="il6-sii"):
    """Check a frame of strings against the contract; ``source`` is named in error messages."""
    if not hasattr(frame, "itertuples"):
        raise ValueError(f"frame: expected a data frame, got {type(frame).__name__}")
    if tuple(frame.columns) != COLUMNS:
        raise ValueError(f"{source}, row 1: expected the columns {list(COLUMNS)}, got {[*frame]}")
    allowed = {
        "study": tuple(names(paper)),
        "marker": MARKERS,
        "endpoint": ("", *ENDPOINTS),
        "quantity": WORDS + QUANTITIES,
        "direction": ("", *DIRECTIONS),
        "source": SOURCES,
    }
    seen = set()
    for number, row in enumerate(frame.itertuples(index=False), 2):
        where = f"{source}, row {number}"
        if not all(isinstance(cell, str) for cell in row):
            raise ValueError(f"{where}: expected text in every column, got {list(row)}")
        where = f"{where} ({row.study})"
        for column, words in allowed.items():
            if (cell := getattr(row, column)) not in words:
                raise ValueError(f"{where}, {column}: expected one of {list(words)}, got {cell!r}")
        if not row.reference.strip():
            raise ValueError(f"{where}, reference: expected a DOI, an address or a place, got none")
        _row(where, row)
        key = (*row[:4], row.source)
        if row.quantity != "cut-off" and key in seen:
            raise ValueError(f"{where}: expected each number once from each source, got {key}")
        seen.add(key)


def _row(where, row):
    """Check the numbers of one row."""
    if row.quantity not in WORDS:
        _cells(where, row._asdict())
    elif not row.value.strip():
        raise ValueError(f"{where}, value: expected a word, got none")
    elif bool(row.lower) != bool(row.upper):
        raise ValueError(f"{where}, lower: expected both confidence limits or none")
    if row.quantity in {"hazard ratio", "direction"}:
        for column in ("endpoint", "direction"):
            if not getattr(row, column):
                raise ValueError(f"{where}, {column}: expected one for a {row.quantity}, got none")
    if row.quantity == "hazard ratio":
        check_ratio(row._asdict(), where)
    elif row.quantity == "direction" and row.value not in {"worse", "better"}:
        raise ValueError(f"{where}, value: expected 'worse' or 'better', got {row.value!r}")


def _cells(where, row):
    """Return the cells of a row that hold numbers, all above 0 and the limits both or none."""
    cells = {column: row.get(column, "") for column in NUMBERS}
    for column, cell in cells.items():
        if cell and printed(cell, f"{where}, {column}").value <= 0:
            raise ValueError(f"{where}, {column}: expected a number above 0, got {cell}")
    if not cells["value"]:
        raise ValueError(f"{where}, value: expected a number, got none")
    if bool(cells["lower"]) != bool(cells["upper"]):
        raise ValueError(f"{where}, lower: expected both confidence limits or none")
    return cells


def check_ratio(row, where="row"):
    """Check one hazard ratio: its limits, its P value and its direction.

    A ratio with the wrong direction beside it cannot be found so.

    Parameters
    ----------
    row : mapping of str to str
        ``value``, ``lower``, ``upper`` and ``direction``, as printed and one of
        :data:`DIRECTIONS`; ``p`` if there is one.
    where : str
        Named in error messages.
    """
    row = _checks.mapping(where, row, ("direction",))
    if row["direction"] not in DIRECTIONS:
        raise ValueError(
            f"{where}, direction: expected one of {list(DIRECTIONS)}, got {row['direction']!r}"
        )
    cells = _cells(where, row)
    if cells["p"] and printed(cells["p"]).value > 1:
        raise ValueError(f"{where}, p: expected a number between 0 and 1, got {cells['p']}")
    if not cells["lower"]:
        return
    low, ratio, high = (printed(cells[x]) for x in ("lower", "value", "upper"))
    if not low.high < high.low:
        raise ValueError(f"{where}, lower: expected less than upper = {high}, got {low}")
    if not (low.low <= ratio.high and ratio.low <= high.high):
        raise ValueError(f"{where}, value: expected a ratio from {low} to {high}, got {ratio}")


def high_against_low(row):
    """Return a hazard ratio with its limits, high against low marker.

    Parameters
    ----------
    row : mapping of str to str
        As for :func:`check_ratio`, with both limits.

    Returns
    -------
    tuple of float
        Ratio, lower and upper limit. Turning a ratio round makes its upper limit the lower one.
    """
    check_ratio(row)
    if not row["lower"]:
        raise ValueError("row, lower: expected confidence limits, got none")
    ratio, lower, upper = (float(printed(row[x])) for x in ("value", "lower", "upper"))
    if row["direction"] == "low_vs_high":
        return 1 / ratio, 1 / upper, 1 / lower
    return ratio, lower, upper


def load(path=None, paper="il6-sii"):
    """Return what is known of the studies of a meta-analysis.

    Parameters
    ----------
    path : path-like, optional
        A CSV file with the columns :data:`COLUMNS`; that of ``data/studies`` when left out. Who
        has the studies in full adds rows with the source ``paper``: they go before all others.
    paper : str
        Short name of the meta-analysis.

    Returns
    -------
    pandas.DataFrame
        One row a number, strings as printed.
    """
    import pandas as pd

    if not isinstance(path, str | Path | None):
        raise ValueError(f"path: expected the path of a file, got {path!r:.60}")
    _checks.one_of("paper", paper, reported.papers())
    path = Path(path or FOLDER / f"{paper}.csv")
    if not path.is_file():
        raise ValueError(f"path: expected a file of studies, got {path.name!r}, which is not there")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: not a readable CSV file ({error})") from None
    while rows and not rows[-1]:  # empty lines at the end
        rows.pop()
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(
                f"{path.name}, row {number}: expected {len(header)} cells, got {len(row)}"
            )
    frame = pd.DataFrame(rows, columns=header, dtype=str)
    validate(frame, path.name, paper)
    return frame


def tabulated(frame, marker, endpoint):
    """Return the studies that report a marker and an endpoint, in the order of the file.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`load` returns it.
    marker, endpoint : str
        Of :data:`MARKERS` and :data:`ENDPOINTS`.

    Returns
    -------
    list of str
    """
    _checks.frame("frame", frame, COLUMNS)
    _checks.one_of("marker", marker, MARKERS)
    _checks.one_of("endpoint", endpoint, ENDPOINTS)
    rows = frame[(frame["quantity"] == "endpoints") & (frame["marker"] == marker)]
    return [row.study for row in rows.itertuples() if endpoint in row.value.split(";")]


def best(frame, marker, endpoint, quantity):
    """Return one quantity of the studies, each from its best source.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`load` returns it.
    marker, endpoint, quantity : str
        As in the file; the endpoint may be empty there.

    Returns
    -------
    pandas.DataFrame
        Indexed by study; only studies that have it.
    """
    _checks.one_of("marker", marker, MARKERS)
    _checks.one_of("endpoint", endpoint, ENDPOINTS)
    _checks.one_of("quantity", quantity, WORDS + QUANTITIES)
    _checks.frame("frame", frame, COLUMNS)
    rows = frame[
        (frame["marker"] == marker)
        & (frame["quantity"] == quantity)
        & frame["endpoint"].isin(["", endpoint])
    ]
    order = rows["source"].map(SOURCES.index).sort_values(kind="stable").index
    return rows.loc[order].drop_duplicates("study").sort_index().set_index("study")


def ranges(frame, marker, endpoint, as_printed=(), directed=True):
    """Return what is known of the log hazard ratios of an analysis.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`load` returns it.
    marker, endpoint : str
        Which analysis.
    as_printed : sequence of str
        Studies whose ratio is taken as its authors print it, whichever group it is of: what a
        meta-analysis has if nobody turns it round.
    directed : bool
        Whether a direction that an abstract tells is believed. Studies in ``as_printed`` are
        left free.

    Returns
    -------
    Ranges
        A published ratio with limits leaves the range of their rounding. Otherwise a standard
        error is at most 1 and at least ``2 / sqrt(events)``, with patients in place of unknown
        events: the log hazard ratio of a marker that is cut in two has a variance of at least
        4 / events (Schoenfeld, Biometrics 1983;39:499), adjusted or not. A ratio without limits
        bounds its standard error by its P value; no ratio at all is one between 1/10 and 10.
    """
    _checks.flag("directed", directed)
    studies = tabulated(frame, marker, endpoint)
    if not isinstance(as_printed, tuple | list) or as_printed:
        as_printed = _checks.labels("as_printed", as_printed)
    if unknown := [study for study in as_printed if study not in studies]:
        raise ValueError(f"as_printed: expected studies of {studies}, got {unknown}")
    table = {
        name: best(frame, marker, endpoint, name)
        for name in ("hazard ratio", "direction", "patients", "events")
    }
    effect, se, source = [], [], []
    for study in studies:
        rows = {name: found.loc[study] for name, found in table.items() if study in found.index}
        count = rows.get("events", rows["patients"])["value"]
        bounds = [2 / math.sqrt(float(printed(count))), LARGEST_SE]
        span, kind = [-math.log(LARGEST_RATIO), math.log(LARGEST_RATIO)], "implied"
        turned = study not in as_printed
        if (row := rows.get("hazard ratio")) is not None:
            span, bounds = _published(row, bounds, turned)
            kind = row["source"]
        elif "direction" in rows and directed and turned:
            row = rows["direction"]
            above = (row["value"] == "worse") == (row["direction"] == "high_vs_low")
            span[0 if above else 1] = 0.0
        effect.append(span)
        se.append(bounds)
        source.append(kind)
    return Ranges(tuple(studies), np.array(effect), np.array(se), tuple(source))


def _published(row, bounds, turned):
    """Return the ranges of a published log ratio and of its standard error."""
    ratio = printed(row["value"])
    span = [math.log(ratio.low), math.log(ratio.high)]
    if row["lower"]:
        found = audit.standard_error(row["lower"], row["upper"])
        bounds = [found.low, found.high]
    elif row["p"] and (largest := float(printed(row["p"]).high)) < 1:
        # |log ratio| / se is at least the quantile of the largest P value that prints so.
        from scipy.special import ndtri

        bounds = [bounds[0], min(bounds[1], max(map(abs, span)) / -float(ndtri(largest / 2)))]
    if turned and row["direction"] == "low_vs_high":
        span = [-span[1], -span[0]]
    return span, bounds
