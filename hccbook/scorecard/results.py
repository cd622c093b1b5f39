"""The scorecard of all notebooks: loaded, made readable, counted, and as JSON."""

import json
import math
from collections import Counter

from .. import _checks, reported
from ..audit.check import VERDICTS
from . import files
from .files import COLUMNS, folder_of, read_rows, write_whole
from .lines import EVIDENCE, FIELDS, computed_text, label

#: What :func:`totals` says of a printed number: a verdict, or that it was only built into cohorts.
FATES = (*VERDICTS[:-1], "calibrated", VERDICTS[-1])


def _link(where):
    """Return a link to where a number is computed; its words tell links apart."""
    from ..display import Markup

    notebook, _, anchor = where.partition("#")
    words = f"{notebook}: {anchor}".replace("-", " ")
    return Markup(f'<a href="{notebook}.html#{anchor}">{words}</a>')


def readable(lines):
    """Return lines as a reader sees them, the ones that do not fit first.

    Parameters
    ----------
    lines : pandas.DataFrame
        As :func:`load` returns them, or some of them.

    Returns
    -------
    pandas.DataFrame
        One row a line, for :func:`hccbook.display.table`: contradicted lines, then missed
        ones, then the rest in the order of ``lines``.
    """
    import html

    import pandas as pd

    from ..display import Markup, badge

    _checks.frame("lines", lines, ("paper", *COLUMNS), empty=True)
    rank = lines["verdict"].map({"contradicted": 0, "missed": 1}).fillna(2)
    rows = []
    for line in lines.loc[rank.sort_values(kind="stable").index].to_dict("records"):
        place = html.escape(reported.row(line["id"])["location"])
        name = html.escape(label(line["id"], line["field"]))
        note = f"{html.escape(line['note'])}<br>" if line["note"] else ""
        rows.append(
            {
                "paper": line["paper"],
                "printed number": Markup(f"{name}<small>{place}</small>"),
                "verdict": badge("vd", line["verdict"]),
                "printed": reported.text(line["id"], line["field"]),
                "computed": computed_text(line),
                "evidence": badge("ev", line["evidence"]),
                "how": Markup(note + _link(line["where"])),
            }
        )
    return pd.DataFrame(rows)


def load():
    """Return all results, in the order of the register.

    Returns
    -------
    pandas.DataFrame
        One row a scorecard line, with ``paper`` and the columns of the results files; sorted
        by paper, place in the register, and strength of evidence.

    Raises
    ------
    ValueError
        If a file is no results file, or names a register id, field, evidence class or verdict
        that is unknown; the message names file and column.
    """
    import pandas as pd

    words = {"id": _register().index, "field": FIELDS, "evidence": EVIDENCE, "verdict": VERDICTS}
    ranks = {name: {word: rank for rank, word in enumerate(known)} for name, known in words.items()}
    frames = []
    for path in sorted(files.RESULTS.glob("*.csv")):
        header, *rows = read_rows(path) or [[]]
        if tuple(header) != COLUMNS:
            raise ValueError(f"{path.name}: expected the columns {list(COLUMNS)}, got {header}")
        for number, row in enumerate(rows, 2):
            if len(row) != len(COLUMNS):
                raise ValueError(f"{path.name}, row {number}: expected {len(COLUMNS)} cells")
        frame = pd.DataFrame(rows, columns=COLUMNS, dtype=str)
        for column, known in ranks.items():
            if unknown := set(frame[column]) - set(known):
                raise ValueError(f"{path.name}, {column}: unknown {sorted(unknown)}")
        frames.append(frame)
    lines = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    by = ["id", "field", "evidence"]
    lines = lines.sort_values(by, key=lambda column: column.map(ranks[column.name]))
    lines.insert(0, "paper", lines["id"].str.split(".").str[0])
    return lines.reset_index(drop=True)


def _register():
    import pandas as pd

    return pd.concat([reported.load(paper) for paper in reported.papers()])


def uncovered():
    """Return the ``(id, field)`` of every printed number of kind ``result`` without a line."""
    register, lines = _register(), load()
    results = register[register["kind"] == "result"]
    numbers = {(id, field) for id, row in results.iterrows() for field in FIELDS if row[field]}
    return sorted(numbers - set(zip(lines["id"], lines["field"], strict=True)))


def strongest(lines):
    """Return one line for each printed number: that of its strongest evidence.

    A contradiction goes before any other line: no other evidence can undo it.

    Parameters
    ----------
    lines : pandas.DataFrame
        As :func:`load` returns them, or some of them.

    Returns
    -------
    pandas.DataFrame
        Rows of ``lines``, in their order.
    """
    _checks.frame("lines", lines, ("id", "field", "evidence", "verdict"), empty=True)
    strength = lines["evidence"].map(EVIDENCE.index).mask(lines["verdict"] == "contradicted", -1)
    order = strength.sort_values(kind="stable").index
    return lines[lines.index.isin(lines.loc[order].drop_duplicates(["id", "field"]).index)]


def totals(by="verdict"):
    """Count rows, printed numbers and their fate for each paper.

    Each printed number counts once, with its line of :func:`strongest` evidence. Numbers of
    the design or of the literature count only if they have a line. A number that was only built
    into cohorts counts as ``calibrated`` and not with its verdict, which would be by construction.

    Parameters
    ----------
    by : {"verdict", "evidence"}
        What the printed numbers are split by.

    Returns
    -------
    pandas.DataFrame
        A row for each paper of the register, then ``all papers``. Columns: ``register rows``;
        ``results``, the rows of kind ``result``; ``printed numbers``; ``tested``, those with
        evidence, which ``calibrated`` and ``untestable`` are not; one for each of :data:`FATES`
        or each evidence class; and ``no line``. These last columns add up to
        ``printed numbers``.

    Raises
    ------
    ValueError
        If ``by`` is another word.
    """
    import pandas as pd

    words = {"verdict": FATES, "evidence": EVIDENCE}
    _checks.one_of("by", by, words)
    register, shown = _register(), strongest(load())
    evidence = shown["evidence"]
    built = shown["verdict"].mask(evidence == "calibrated", "calibrated")
    shown = shown.assign(verdict=built)
    missing = [id for id, _ in uncovered()]
    groups = {
        "register rows": register.index,
        "results": register.index[register["kind"] == "result"],
        "printed numbers": [*shown["id"], *missing],
        "tested": shown.loc[~evidence.isin(["calibrated", "untestable"]), "id"],
        **{word: shown.loc[shown[by] == word, "id"] for word in words[by]},
        "no line": missing,
    }
    counts = {name: Counter(id.partition(".")[0] for id in ids) for name, ids in groups.items()}
    frame = pd.DataFrame(counts, index=pd.Index(reported.papers(), name="paper"))
    frame = frame.fillna(0).astype(int)
    frame.loc["all papers"] = frame.sum()
    return frame


def as_json():
    """Return the whole scorecard as JSON, for other programs.

    An object with ``about``, a sentence; ``verdicts`` and ``evidence``, the words in their order;
    ``counts``, the :func:`totals` of each paper by both; and ``lines``, one object a scorecard
    line in the order of :func:`load`, one text line each. Printed numbers are strings, as printed.
    Computed numbers are numbers with six significant digits, ``null`` where there is none, and
    strings where they are words or infinite.
    """
    counts = {}
    by_verdict, by_evidence = totals("verdict"), totals("evidence")
    for paper in by_verdict.index:
        cells = {name: int(count) for name, count in by_verdict.loc[paper].items()}
        counts[paper] = {name: cells[name] for name in cells if name not in FATES}
        counts[paper]["verdict"] = {word: cells[word] for word in FATES}
        counts[paper]["evidence"] = {word: int(by_evidence.loc[paper, word]) for word in EVIDENCE}
    head = {
        "about": "One line for each check of a printed number; counts are of printed numbers,"
        " each by its contradiction or else its strongest evidence.",
        "verdicts": VERDICTS,
        "evidence": EVIDENCE,
        "counts": counts,
    }
    register = _register()
    lines = [_json_line(line, register.loc[line["id"]]) for line in load().to_dict("records")]
    start = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    body = ",\n".join(json.dumps(line, ensure_ascii=False, allow_nan=False) for line in lines)
    return f'{start},\n "lines": [\n{body}\n]\n}}\n'


def _json_line(line, row):
    """Join one line to its row of the register."""
    joined = {"paper": line["paper"], "id": line["id"], "field": line["field"]}
    for name in ("cohort", "location", "quantity", "group", "outcome", "unit"):
        joined[name] = row[name]
    joined["printed"] = row[line["field"]]
    joined |= {"evidence": line["evidence"], "verdict": line["verdict"]}
    for name in ("computed", "lower", "upper"):
        joined[name] = _json_number(line[name])
    return joined | {"where": line["where"], "note": line["note"]}


def _json_number(text):
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and "e" not in text else number


def write_json(folder=None):
    """Write :func:`as_json` to ``scorecard.json``, in ``data/results`` if no folder is given."""
    write_whole(folder_of(folder) / files.JSON, as_json())
