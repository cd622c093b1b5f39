"""One line for each printed number: how it was recomputed, and whether it fits."""

import csv
import errno
import io
import json
import math
import os
import re
from collections import Counter
from pathlib import Path

from . import _checks, reported
from .audit.check import VERDICTS, Check, judge
from .estimate import format_p
from .estimate import printed as as_printed

__all__ = [
    "EVIDENCE",
    "FATES",
    "FIELDS",
    "Scorecard",
    "as_json",
    "computed_text",
    "label",
    "load",
    "readable",
    "strongest",
    "totals",
    "uncovered",
    "verdict",
    "write_json",
]
__dir__ = __all__.copy

RESULTS = reported.DATA / "results"
#: Evidence classes, strongest first.
EVIDENCE = ("arithmetic", "summary", "held-out", "calibrated", "untestable")
#: What :func:`totals` says of a printed number: a verdict, or that it was only built into cohorts.
FATES = (*VERDICTS[:-1], "calibrated", VERDICTS[-1])
COLUMNS = ("id", "field", "evidence", "verdict", "computed", "lower", "upper", "where", "note")
#: Printed numbers of a register row that get a scorecard line each.
FIELDS = ("printed", "lower", "upper", "p")
#: Errors of a folder in which nothing can be written.
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
#: All lines as data for other programs; made from the results files and the register.
JSON = "scorecard.json"


def verdict(printed, computed, lower=None, upper=None, evidence="arithmetic"):
    """Return the verdict on one printed number.

    That of :func:`hccbook.audit.judge` for ``arithmetic`` and ``summary``. For ``held-out``, where
    the range is the central 95 % over cohorts: ``compatible`` or ``missed``; a synthetic cohort
    proves no contradiction. For ``calibrated``: ``exact``, ``rounding`` or ``missed``.
    """
    _checks.one_of("evidence", evidence, EVIDENCE)
    if evidence == "untestable":
        return "untestable"
    number = as_printed(printed, "printed")
    _checks.real("computed", computed)
    if evidence == "held-out":
        if lower is None or upper is None:
            raise ValueError("lower, upper: expected the central 95 % over cohorts, got none")
        _checks.real("lower", lower)
        _checks.real("upper", upper)
        if lower > upper:
            raise ValueError(f"lower: expected at most upper = {upper}, got {lower}")
        return "compatible" if number.high >= lower and number.low <= upper else "missed"
    if evidence == "calibrated":
        close = number.admits(computed) or (
            number.relation == "=" and abs(computed - number.value) <= 2 * number.unit
        )
        return ("exact" if number.admits(computed) else "rounding") if close else "missed"
    return judge(number, computed, lower, upper)


class Scorecard:
    """The scorecard lines of one notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook, without ``.ipynb``; results go to
        ``data/results/<notebook>.csv``.

    Raises
    ------
    ValueError
        If the name is not lower-case words joined by hyphens.
    """

    def __init__(self, notebook):
        words = isinstance(notebook, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", notebook)
        if not words:
            raise ValueError(f"notebook: expected a name such as 'a-lab', got {notebook!r:.60}")
        self.notebook = notebook
        self.lines = []
        self._shown = 0

    def record(
        self,
        id,
        computed=None,
        evidence="arithmetic",
        *,
        at=None,
        field="printed",
        lower=None,
        upper=None,
        note="",
    ):
        """Add a line for one printed number.

        Parameters
        ----------
        id : str
            Register id.
        computed : float, str or Check
            The recomputed value. A :class:`hccbook.audit.Check` brings its own range and
            verdict. A string is compared with a printed word (``"longer"``).
        evidence : str
            One of :data:`EVIDENCE`.
        at : str, optional
            Anchor of the heading in this notebook under which the number is computed; that
            of the line before when left out.
        field : {"printed", "lower", "upper", "p"}
            Which number of the register row.
        lower, upper : float, optional
            The allowed or central range.
        note : str
            One short sentence for the reader of the scorecard.

        Raises
        ------
        ValueError
            If the id, field or evidence class is unknown, or the line is there already; if
            ``at`` is no anchor; if ``computed`` is missing, of the wrong type, or a check of
            another number than the one printed here.
        """
        _checks.one_of("field", field, FIELDS)
        _checks.one_of("evidence", evidence, EVIDENCE)
        cell = reported.text(id, field)
        if at is None and self.lines:
            where = self.lines[-1]["where"]
        elif isinstance(at, str) and re.fullmatch(r"[^\s#]+", at):
            where = f"{self.notebook}#{at}"
        else:
            raise ValueError(f"at: expected the anchor of a heading, got {at!r:.60}")
        if not isinstance(note, str):
            raise ValueError(f"note: expected a sentence, got {note!r:.60}")
        if any((x["id"], x["field"], x["evidence"]) == (id, field, evidence) for x in self.lines):
            raise ValueError(f"id: {id} ({field}) has a line with evidence {evidence!r} already")
        if isinstance(computed, Check):
            allowed = {"arithmetic", "summary", computed.verdict} & set(EVIDENCE)
            _checks.one_of("evidence", evidence, sorted(allowed))
            if computed.printed != cell:
                raise ValueError(
                    f"computed: expected a check of {cell!r}, got one of {computed.printed!r}"
                )
            word, note = computed.verdict, note or computed.explanation
            computed, lower, upper = computed.computed, computed.lower, computed.upper
        elif computed is None or evidence == "untestable":
            if evidence != "untestable":
                raise ValueError("computed: expected a value, got None")
            word = "untestable"
        elif cell in reported.WORDS:
            if not isinstance(computed, str):
                raise ValueError(
                    f"computed: expected a word, as {cell!r} is printed, got {computed!r:.60}"
                )
            fits = "exact" if evidence == "calibrated" else "compatible"
            word = fits if computed == cell else "missed"
        else:
            word = verdict(cell, computed, lower, upper, evidence)
        self.lines.append(
            {
                "id": id,
                "field": field,
                "evidence": evidence,
                "verdict": word,
                "computed": _number(computed),
                "lower": _number(lower),
                "upper": _number(upper),
                "where": where,
                "note": note,
            }
        )

    def record_interval(self, id, value, lower, upper, evidence, *, at=None):
        """Add three lines: a printed estimate and its two confidence limits.

        Parameters
        ----------
        id : str
            Register id of a row with confidence limits.
        value, lower, upper : float
            The recomputed estimate and limits.
        evidence, at : str
            As for :meth:`record`.
        """
        for name, number in (("value", value), ("lower", lower), ("upper", upper)):
            _checks.real(name, number)
            field = "printed" if name == "value" else name
            self.record(id, number, evidence, field=field, at=at)

    def show(self):
        """Show the lines added since the last call, as a table."""
        import pandas as pd

        from .display import badge, table

        rows = []
        for line in self.lines[self._shown :]:
            cell = reported.text(line["id"], line["field"])
            rows.append(
                {
                    "printed number": label(line["id"], line["field"]),
                    "verdict": badge("vd", line["verdict"]),
                    "they print": cell,
                    "we get": computed_text(line),
                    "evidence": badge("ev", line["evidence"]),
                }
            )
        self._shown = len(self.lines)
        if not rows:
            raise ValueError("show: expected new lines since the last call, got none")
        table(pd.DataFrame(rows), "Scorecard: printed and recomputed", index=False)

    def save(self, folder=None):
        """Write the lines to ``data/results/<notebook>.csv``, or compare with it.

        With the environment variable ``HCCBOOK_RESULTS=check`` nothing is written: the
        file must hold these lines already. The tests run so.

        Parameters
        ----------
        folder : path-like, optional
            Where to write; ``data/results`` when left out.

        Returns
        -------
        str
            A sentence that says what was done; nothing is stored where nothing can be written.

        Raises
        ------
        ValueError
            In check mode, if the file differs.
        """
        path = _folder(folder) / f"{self.notebook}.csv"
        rows = [list(COLUMNS), *([line[c] for c in COLUMNS] for line in self.lines)]
        if os.environ.get("HCCBOOK_RESULTS") == "check":
            stored = _read(path)
            for number, (old, new) in enumerate(zip(stored, rows, strict=False), 1):
                if old != new:
                    raise ValueError(f"{path.name}, line {number}: stored {old}, computed {new}")
            if len(stored) != len(rows):
                raise ValueError(f"{path.name}: {len(stored)} lines stored, {len(rows)} computed")
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            try:
                _write(path, text.getvalue())
            except OSError as error:
                if error.errno not in _READ_ONLY:
                    raise
                return f"{len(self.lines)} scorecard lines, not stored: data/results is read-only"
        return f"{len(self.lines)} scorecard lines in data/results/{path.name}"


def _folder(folder):
    """Return the folder to write to."""
    if folder is None:
        return RESULTS
    if not isinstance(folder, str | Path) or not Path(folder).is_dir():
        raise ValueError(f"folder: expected a folder that is there, got {folder!r:.60}")
    return Path(folder)


def _write(path, text):
    """Write beside, then move: a reader never sees half a file."""
    beside = path.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def _read(path):
    if not path.is_file():
        raise ValueError(f"path: expected {path.name}, which is not there; run `make notebooks`")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name}: not a readable CSV file ({error})") from None


def _number(value):
    """Return a value as the results file holds it: six significant digits, NaN as nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    if math.isnan(value):
        return ""
    return f"{float(value):z.6g}"


def computed_text(line):
    """Return the computed value and range of a line for a reader: four significant digits.

    Parameters
    ----------
    line : mapping
        With ``field``, ``computed``, ``lower`` and ``upper`` as the results file holds them.

    Returns
    -------
    str
    """
    line = _checks.mapping("line", line, ("field", "computed", "lower", "upper"))

    def short(text):
        try:
            number = float(text)
        except ValueError:
            return text
        return format_p(number) if line["field"] == "p" else f"{number:z.4g}"

    computed, lower, upper = (short(line[name]) for name in ("computed", "lower", "upper"))
    if lower == upper or not lower:
        return computed or lower or "–"
    return f"{computed} ({lower} to {upper})" if computed else f"{lower} to {upper}"


def _link(where):
    """Return a link to where a number is computed; its words tell links apart."""
    from .display import Markup

    notebook, _, anchor = where.partition("#")
    words = f"{notebook}: {anchor}".replace("-", " ")
    return Markup(f'<a href="{notebook}.html#{anchor}">{words}</a>')


def label(id, field="printed"):
    """Return a short readable name of one printed number.

    Parameters
    ----------
    id, field : str
        As for :func:`hccbook.reported.text`.

    Returns
    -------
    str
        Such as ``"derivation: hazard ratio, high against low magnesium, PFS (P)"``.

    Raises
    ------
    ValueError
        If the id is unknown, or the field has no scorecard line.
    """
    row = reported.row(id)
    _checks.one_of("field", field, FIELDS)
    part = {"printed": "", "lower": " (lower limit)", "upper": " (upper limit)", "p": " (P)"}
    words = [row["quantity"], row["group"], row["outcome"]]
    name = ", ".join(word for word in dict.fromkeys(words) if word not in {"", "all"})
    return ("" if row["cohort"] == "all" else f"{row['cohort']}: ") + name + part[field]


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

    from .display import Markup, badge

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
    for path in sorted(RESULTS.glob("*.csv")):
        header, *rows = _read(path) or [[]]
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
    _write(_folder(folder) / JSON, as_json())
