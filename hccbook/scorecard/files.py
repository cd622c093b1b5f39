"""The files of results: where they are, and how they are read and written."""

import csv
from pathlib import Path

from .. import reported

RESULTS = reported.DATA / "results"
COLUMNS = ("id", "field", "evidence", "verdict", "computed", "lower", "upper", "where", "note")
#: All lines as data for other programs; made from the results files and the register.
JSON = "scorecard.json"


def folder_of(folder):
    """Return the folder to write to."""
    if folder is None:
        return RESULTS
    if not isinstance(folder, str | Path) or not Path(folder).is_dir():
        raise ValueError(f"folder: expected a folder that is there, got {folder!r:.60}")
    return Path(folder)


def write_whole(path, text):
    """Write beside, then move: a reader never sees half a file."""
    beside = path.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def read_rows(path):
    """Return the rows of a results file."""
    if not path.is_file():
        raise ValueError(f"path: expected {path.name}, which is not there; run `make notebooks`")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name}: not a readable CSV file ({error})") from None
