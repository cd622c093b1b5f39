"""The register: every number that a paper prints, as printed, with its place.

Bad input is refused by name, as everywhere: an unknown paper, id or field, a damaged file.
"""

import csv
import re
import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from . import _checks
from .estimate import as_printed

__all__ = [
    "DATA",
    "FIELDS",
    "JUDGED",
    "cells",
    "completeness",
    "contract",
    "digit_strings",
    "load",
    "number",
    "papers",
    "read",
    "results",
    "row",
    "text",
    "title",
]
__dir__ = __all__.copy

DATA = Path(__file__).resolve().parent.parent / "data"

#: Columns that hold printed numbers.
FIELDS = ("printed", "lower", "upper", "p", "level", "n")
#: Those of a result that are judged, each by itself.
JUDGED = FIELDS[:4]
#: Columns of an inventory of digit strings.
TOKENS = ("position", "section", "token", "id", "column", "reason")
#: Columns, and what a row may be about and say; the data dictionary explains each word.
CONTRACT = DATA / "register.toml"


@cache
def contract():
    """Return the ``columns`` of a register, and its ``kinds``, ``quantities`` and ``words``."""
    return tomllib.loads(CONTRACT.read_text(encoding="utf-8"))


def papers():
    """Return the short names of the papers in the register."""
    return sorted(path.stem for path in (DATA / "reported").glob("*.csv") if "." not in path.stem)


def title(paper):
    """Return what a reader calls a paper: its short name, if the contract has no other."""
    _checks.one_of("paper", paper, papers())
    return contract()["titles"].get(paper, paper)


def _validate(frame, source):
    """Check a frame of strings against the contract; name the first bad row and column."""
    allowed = contract()
    if repeated := frame.loc[frame["id"].duplicated(), "id"].tolist():
        raise ValueError(f"{source}, {repeated[0]}, id: expected unique ids, got this one twice")
    for row in frame.to_dict("records"):
        where = f"{source}, {row['id']}"
        for column, cell in row.items():
            if not isinstance(cell, str) or (column == "id" and not cell):
                raise ValueError(f"{where}, {column}: expected text, got {cell!r}")
        for column, words in (("kind", "kinds"), ("quantity", "quantities")):
            if (cell := row[column]) not in allowed[words]:
                raise ValueError(
                    f"{where}, {column}: expected one of {allowed[words]}, got {cell!r}"
                )
        for column in FIELDS:
            word = column in ("printed", "p") and row[column] in allowed["words"]
            if not word and (row[column] or column == "printed"):
                as_printed(row[column], f"{where}, {column}")
        if bool(row["lower"]) != bool(row["upper"]):
            raise ValueError(f"{where}, lower: expected both confidence limits or none")


def strings(path, columns):
    """Return a CSV file with these columns as a frame of text."""
    import pandas as pd

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{path.name}: not a readable CSV file ({error})") from None
    if header != list(columns):
        raise ValueError(f"{path.name}, header: expected the columns {columns}, got {header}")
    rows = [row for row in rows if row]
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(
                f"{path.name}, row {number}: expected {len(header)} cells, got {len(row)}"
            )
    return pd.DataFrame(rows, columns=header, dtype=str)


def read(path):
    """Read and check a CSV file with the columns of the data dictionary, as :func:`load` does."""
    if not isinstance(path, str | Path) or not Path(path).is_file():
        raise ValueError(f"path: expected a register file that is there, got {path!r:.60}")
    frame = strings(Path(path), contract()["columns"])
    _validate(frame, Path(path).name)
    return frame.set_index("id")


@cache
def _load(paper):
    return read(DATA / "reported" / f"{paper}.csv")


def load(paper):
    """Return the register of a paper, such as ``"magnesium"``, as a frame.

    One row a printed statistic, all strings as printed, indexed by ``id``.
    """
    _checks.one_of("paper", paper, papers())
    return _load(paper).copy()


def cells(paper):
    """Return every printed string of one paper, by id (without the paper's name) and field."""
    rows = load(paper)[list(FIELDS)].to_dict("index")
    texts = {(id.removeprefix(f"{paper}."), x): rows[id][x] for id in rows for x in FIELDS}
    return {cell: text for cell, text in texts.items() if text}


def results(paper):
    """Return id and field of each printed result of one paper, in the order of the register."""
    rows = load(paper).query("kind == 'result'").to_dict("index")
    return [(id, field) for id in rows for field in JUDGED if rows[id][field]]


def row(id):
    """Return the row of an id, such as ``"magnesium.derivation.pfs.hr"``, as a Series of text."""
    id = str(id)
    paper, known = id.partition(".")[0], papers()
    known = list(_load(paper).index) if paper in known else known
    if id not in known:
        near = get_close_matches(id, known, 3, 0.4)
        raise ValueError(f"id: expected an id of the register, got {id!r}; near: {near}")
    return _load(paper).loc[id].copy()


def text(id, field="printed"):
    """Return one printed number, exactly as printed; ``field`` is one of :data:`FIELDS`."""
    _checks.one_of("field", field, FIELDS)
    cell = row(id)[field]
    if cell == "":
        raise ValueError(f"field: {id} prints no {field!r}")
    return cell


def number(id, field="printed"):
    """Return one printed number, as :func:`text` does, as a float (without its ``<`` or ``>``)."""
    return float(as_printed(text(id, field), f"{id}, {field}"))


def digit_strings(text):
    """Return every digit string of a text, in order; ``1,508`` and ``12.83`` are one each."""
    if not isinstance(text, str):
        raise ValueError(f"text: expected text, got {text!r:.60}")
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def completeness(paper):
    """Return what does not agree of a paper's register and its inventory, ``<paper>.tokens.csv``.

    One sentence a problem: a string of digits with neither a cell nor a reason, one that its cell
    does not hold, and one in the register that is not in the paper.
    """
    path = DATA / "reported" / f"{paper}.tokens.csv"
    return _unaccounted(load(paper), strings(path, TOKENS))


def _unaccounted(frame, tokens):
    held = {
        (id, column, string): None
        for column in frame
        for id, cell in frame[column].items()
        for string in digit_strings(cell)
    }
    claimed, problems = {(x.id, x.column, x.token) for x in tokens.itertuples()}, []
    for x in tokens.itertuples():
        if not x.id and not x.reason:
            problems.append(f"string {x.position} ({x.token}): no row and no reason")
        elif x.id and (x.id, x.column, x.token) not in held:
            problems.append(f"string {x.position} ({x.token}): not in {x.id}, {x.column}")
    for id, column, string in held:
        if column in (*FIELDS, "group") and (id, column, string) not in claimed:
            problems.append(f"{id}, {column}: {string} is not in the paper")
    return problems
