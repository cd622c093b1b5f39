"""The register: every number that a paper prints, as printed, with its place."""

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from . import _checks
from .estimate import printed

__all__ = [
    "DATA",
    "FIELDS",
    "QUANTITIES",
    "WORDS",
    "completeness",
    "digit_strings",
    "load",
    "number",
    "papers",
    "read",
    "row",
    "text",
    "validate",
]
__dir__ = __all__.copy

DATA = Path(__file__).resolve().parent.parent / "data"

COLUMNS = (
    "id",
    "cohort",
    "location",
    "quantity",
    "group",
    "outcome",
    "printed",
    "lower",
    "upper",
    "p",
    "level",
    "unit",
    "n",
    "kind",
    "note",
)
#: Columns that hold printed numbers.
FIELDS = ("printed", "lower", "upper", "p", "level", "n")
KINDS = ("result", "design", "biblio")
#: What a row can be about; the data dictionary explains each word.
QUANTITIES = (
    "accuracy",
    "adverse event rate",
    "auc",
    "Brier score",
    "coefficient",
    "confidence level",
    "count",
    "cut-off",
    "date",
    "direction",
    "disease control rate",
    "distance",
    "dose",
    "F1 score",
    "field strength",
    "force",
    "hazard ratio",
    "I squared",
    "kappa",
    "mean",
    "median",
    "median dose",
    "median follow-up",
    "median survival",
    "newcastle-ottawa score",
    "number of folds",
    "number of patients",
    "number of records",
    "number of sites",
    "number of studies",
    "odds ratio",
    "P value",
    "percentage",
    "performance status",
    "precision",
    "pressure",
    "publication year",
    "rank",
    "response rate",
    "robustness",
    "sensitivity",
    "significance",
    "significance level",
    "software version",
    "specificity",
    "standard deviation",
    "threshold",
    "time window",
    "year",
)
#: Results that are words, not numbers.
WORDS = (
    "higher",
    "highest",
    "independent",
    "longer",
    "lowest",
    "more favorable",
    "most common",
    "not significant",
    "poorer",
    "robust",
    "shorter",
    "significant",
)


def papers():
    """Return the short names of the papers in the register."""
    return sorted(path.stem for path in (DATA / "reported").glob("*.csv") if "." not in path.stem)


def validate(frame, source="register"):
    """Check a register frame of strings against its contract; name the first bad row and column."""
    if not hasattr(frame, "itertuples"):
        raise ValueError(f"frame: expected a data frame, got {type(frame).__name__}")
    if tuple(frame.columns) != COLUMNS:
        raise ValueError(
            f"{source}, header: expected the columns {list(COLUMNS)}, got {list(frame)}"
        )
    if repeated := frame.loc[frame["id"].duplicated(), "id"].tolist():
        raise ValueError(f"{source}, {repeated[0]}, id: expected unique ids, got this one twice")
    for row in frame.itertuples(index=False):
        for column, cell in zip(COLUMNS, row, strict=True):
            if not isinstance(cell, str) or (column == "id" and not cell):
                raise ValueError(f"{source}, {row.id}, {column}: expected text, got {cell!r}")
        for column, allowed in (("kind", KINDS), ("quantity", QUANTITIES)):
            if getattr(row, column) not in allowed:
                raise ValueError(
                    f"{source}, {row.id}, {column}: expected one of {list(allowed)}, "
                    f"got {getattr(row, column)!r}"
                )
        for column in FIELDS:
            cell = getattr(row, column)
            if cell == "" and column != "printed":
                continue
            if column in {"printed", "p"} and cell in WORDS:
                continue
            printed(cell, f"{source}, {row.id}, {column}")
        if bool(row.lower) != bool(row.upper):
            missing = "upper" if row.lower else "lower"
            raise ValueError(
                f"{source}, {row.id}, {missing}: expected both confidence limits or none"
            )


def read(path):
    """Read and check one register file.

    Parameters
    ----------
    path : path-like
        A CSV file with the columns :data:`COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        Strings, indexed by ``id``.

    Raises
    ------
    ValueError
        If the file is missing or breaks the contract.
    """
    import pandas as pd

    if not isinstance(path, str | Path):
        raise ValueError(f"path: expected the path of a file, got {path!r:.60}")
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"path: expected a register file, got {path.name!r}, which is not there")
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: not a readable CSV file ({error})") from None
    validate(frame, path.name)
    return frame.set_index("id")


@cache
def _load(paper):
    return read(DATA / "reported" / f"{paper}.csv")


def load(paper):
    """Return the register of one paper.

    Parameters
    ----------
    paper : str
        Short name, such as ``"magnesium"``.

    Returns
    -------
    pandas.DataFrame
        One row a printed statistic, all strings as printed, indexed by ``id``.

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    _checks.one_of("paper", paper, papers())
    return _load(paper).copy()


def row(id):
    """Return one row of the register.

    Parameters
    ----------
    id : str
        Such as ``"magnesium.derivation.pfs.hr"``.

    Returns
    -------
    pandas.Series
        The strings of the row, by column name.

    Raises
    ------
    ValueError
        If the id is unknown; the message names the nearest ones.
    """
    id = str(id)
    paper, names = id.partition(".")[0], papers()
    known = _load(paper).index if paper in names else names
    if paper not in names or id not in known:
        near = get_close_matches(id, list(known), 3, 0.4)
        raise ValueError(f"id: expected an id of the register, got {id!r}; near: {near}")
    return _load(paper).loc[id].copy()


def text(id, field="printed"):
    """Return one printed number, exactly as printed.

    Parameters
    ----------
    id : str
        Register id.
    field : {"printed", "lower", "upper", "p", "level", "n"}
        Which number of the row.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the id or field is unknown, or nothing is printed there.
    """
    _checks.one_of("field", field, FIELDS)
    cell = row(id)[field]
    if cell == "":
        raise ValueError(f"field: {id} prints no {field!r}")
    return cell


def number(id, field="printed"):
    """Return one printed number, as :func:`text` does, as a float (without its ``<`` or ``>``)."""
    return float(printed(text(id, field), f"{id}, {field}"))


def digit_strings(text):
    """Return every digit string of a text, in order; ``1,508`` and ``12.83`` are one each."""
    if not isinstance(text, str):
        raise ValueError(f"text: expected text, got {text!r:.60}")
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def completeness(frame, tokens):
    """Compare the register of a paper with the inventory of its digit strings.

    ``tokens`` has a row for each digit string of the paper, in order: ``token``, and either ``id``
    and ``column`` of the register cell that holds it or the ``reason`` why it is no statistic.
    Returned is what does not agree, one sentence a problem.
    """
    _checks.frame("frame", frame, (*FIELDS, "group"), empty=True)
    _checks.frame("tokens", tokens, ("position", "token", "id", "column", "reason"), True)
    problems, claimed, rows = [], set(), frame.to_dict("index")
    for token in tokens.itertuples(index=False):
        if not token.id:
            if not token.reason:
                problems.append(f"string {token.position} ({token.token}): no row and no reason")
        elif token.id not in rows or token.column not in frame:
            problems.append(
                f"string {token.position} ({token.token}): no cell {token.id}, {token.column}"
            )
        elif token.token not in digit_strings(rows[token.id][token.column]):
            problems.append(f"string {token.position} ({token.token}): not in {token.id}")
        else:
            claimed.add((token.id, token.column, token.token))
    for id, cells in rows.items():
        for column in (*FIELDS, "group"):
            for string in digit_strings(cells[column]):
                if (id, column, string) not in claimed:
                    problems.append(f"{id}, {column}: {string} is not in the paper")
    return problems
