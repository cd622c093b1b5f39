"""One line for each printed number: how it was recomputed, and whether it fits.

A notebook records and saves its lines as ``data/results/<notebook>.csv``; those of all notebooks
together are read again, shown, counted, and written as JSON.
"""

import html
import json
import math
import os
import re
from contextlib import suppress
from itertools import zip_longest

from . import _checks, coverage, reported
from .audit.check import VERDICTS, Check, judge
from .display import Markup, badge, table
from .estimate import format_p
from .reported import JUDGED

__all__ = [
    "EVIDENCE",
    "FATES",
    "VERDICTS",
    "Scorecard",
    "as_json",
    "computed_text",
    "label",
    "load",
    "readable",
    "totals",
    "write_json",
]
__dir__ = __all__.copy

#: Printed numbers of a register row that get a scorecard line each.
#: Evidence classes, strongest first.
EVIDENCE = ("patients", "arithmetic", "summary", "held-out", "calibrated", "untestable")
#: What :func:`totals` says of a printed number: a verdict, or that it was only built into cohorts.
FATES = (*VERDICTS[:-1], "calibrated", VERDICTS[-1])
RESULTS = reported.DATA / "results"
COLUMNS = ("id", "field", "evidence", "verdict", "computed", "lower", "upper", "where", "note")
#: All lines as data for other programs; made from the results files and the register.
JSON = "scorecard.json"


def _verdict(printed, computed, lower, upper, evidence):
    """Return the verdict on one printed number, or on a word.

    Of numbers it is that of the audit's judge for ``arithmetic`` and ``summary``. For ``held-out``,
    where the range is the central 95 % over cohorts: ``compatible`` or ``missed``, no proof; so for
    ``patients``, or ``exact``. For ``calibrated``: ``exact``, ``rounding`` or ``missed``. A word
    has no digits to agree in: it is ``exact`` only where it was built in.
    """
    if evidence == "untestable":
        return "untestable"
    if printed in reported.contract()["words"]:
        _checks.text("computed", computed)
        fits = "exact" if evidence == "calibrated" else "compatible"
        return fits if computed == printed else "missed"
    if evidence == "held-out" and (lower is None or upper is None):
        raise ValueError("lower, upper: expected the central 95 % over cohorts, got none")
    if evidence == "calibrated":
        lower, upper = -math.inf, math.inf
    word = judge(printed, computed, lower, upper)
    if evidence == "held-out" or (evidence == "patients" and word != "exact"):
        return "missed" if word == "contradicted" else "compatible"
    return "missed" if (evidence, word) == ("calibrated", "compatible") else word


class Scorecard:
    """The scorecard lines of one notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook, without ``.ipynb``: lower-case words joined by hyphens.
    """

    def __init__(self, notebook):
        if not isinstance(notebook, str) or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", notebook):
            raise ValueError(f"notebook: expected a name such as 'a-lab', got {notebook!r:.60}")
        self.notebook, self.lines, self._shown, self._changed = notebook, [], 0, {}

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
        kind=None,
        note="",
    ):
        """Add a line for one printed number; there is one for each class of evidence.

        Parameters
        ----------
        id : str
            Register id.
        computed : float, str or Check
            The recomputed value, or word. A :class:`hccbook.audit.Check` of this number brings
            its own range and verdict; one of another number is shown, and never stored.
        evidence : str
            One of :data:`EVIDENCE`; with ``"untestable"`` nothing need be computed.
        at : str, optional
            Anchor of the heading that shows it; that of the line before when left out.
        field : {"printed", "lower", "upper", "p"}
            Which number of the register row.
        lower, upper : float, optional
            The allowed or central range.
        kind : str, optional
            Of a held-out number: a row of :func:`hccbook.coverage.factors`, which widens its range.
            Without one nobody knows how often such a range holds the truth: ``"untestable"``.
        note : str
            One short sentence for the reader of the scorecard.
        """
        _checks.one_of("field", field, JUDGED)
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
            if (other := computed.printed) != cell:
                # A reader has changed an input: the verdict is shown, and nothing is kept.
                self._changed[label(id, field)] = (other, computed)
                return
            word, note = computed.verdict, note or computed.explanation
            computed, lower, upper = computed.computed, computed.lower, computed.upper
        else:
            silent, *told = coverage.known(evidence, kind, computed, lower, upper, note)
            lower, upper, note = told
            word = _verdict(cell, computed, lower, upper, evidence)
            if word in silent:
                evidence = word = "untestable"
        numbers = [_stored(value) for value in (computed, lower, upper)]
        line = (id, field, evidence, word, *numbers, where, note)
        self.lines.append(dict(zip(COLUMNS, line, strict=True)))

    def record_interval(self, id, value, lower, upper, evidence, *, at=None):
        """Add three lines: a printed estimate and its two confidence limits.

        Parameters
        ----------
        value, lower, upper : float
            The recomputed estimate and limits; all else as for :meth:`record`.
        """
        for field, number in (("printed", value), ("lower", lower), ("upper", upper)):
            self.record(id, number, evidence, field=field, at=at)

    def show(self):
        """Show the lines added since the last call, as a table."""
        import pandas as pd

        rows = [_for_reader(line) for line in self.lines[self._shown :]]
        self._shown = len(self.lines)
        if not rows and not self._changed:
            raise ValueError("show: expected new lines since the last call, got none")
        for name, (cell, check) in self._changed.items():
            words = badge("vd", check.verdict), Markup("<b>your number, not stored</b>")
            rows.append((name, words[0], cell, check.explanation, words[1]))
        frame = pd.DataFrame(rows)
        frame.columns = ["printed number", "verdict", "printed", "computed", "evidence"]
        table(frame, "Scorecard: printed and recomputed", index=False)

    def save(self):
        """Compare the lines with those stored in ``data/results/<notebook>.csv``.

        A reader may change what he likes: nothing is written, and the sentence that is returned
        says what differs. With the environment variable ``HCCBOOK_RESULTS=check``, as in the
        tests, a difference is an error; with ``write``, as in ``make notebooks``, the lines
        are stored.
        """
        import pandas as pd

        path, said = RESULTS / f"{self.notebook}.csv", f"{len(self.lines)} scorecard lines"
        wish = os.environ.get("HCCBOOK_RESULTS")
        if wish != "write" and not path.is_file():
            raise ValueError(f"{path.name}: expected it in data/results; run `make notebooks`")
        stored = path.read_text(encoding="utf-8") if path.is_file() else ""
        text = pd.DataFrame(self.lines, columns=COLUMNS).to_csv(index=False, lineterminator="\n")
        if wish == "write" and self._changed:
            raise ValueError(f"printed: expected the register's numbers, not {self._changed}")
        if wish == "write":
            _write_whole(path, text)
        elif stored != text:
            pairs = zip_longest(stored.split("\n"), text.split("\n"))
            different = [(n, *pair) for n, pair in enumerate(pairs, 1) if len({*pair}) > 1]
            if wish == "check":
                number, old, new = different[0]
                raise ValueError(f"{path.name}, line {number}: stored {old}, computed {new}")
            return f"{said}; {len(different)} differ from data/results/{path.name}, none is stored"
        return f"{said} in data/results/{path.name}"


def _write_whole(path, text):
    """Write beside, then move: a reader never sees half a file."""
    beside = path.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def _stored(value):
    """Return a value as the results file holds it: six significant digits, NaN as nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    return "" if math.isnan(value) else f"{float(value):z.6g}"


def computed_text(line):
    """Return value and range of a line of a results file for a reader: four significant digits."""
    line = _checks.mapping("line", line, ("field", "computed", "lower", "upper"))

    def short(text):
        try:
            number = float(text)
        except ValueError:
            return text
        is_p = line["field"] == "p" and math.isfinite(number)
        return format_p(number) if is_p else f"{number:z.4g}"

    computed, lower, upper = (short(line[name]) for name in ("computed", "lower", "upper"))
    if lower == upper or not lower:
        return computed or lower or "–"
    span = f"{lower} to {upper}"
    if line["lower"] == "-inf":
        span = f"at most {upper}"
    elif line["upper"] == "inf":
        span = f"at least {lower}"
    return f"{computed} ({span})" if computed else span


def label(id, field="printed"):
    """Return a short readable name of one printed number; the field is one that is judged.

    Examples
    --------
    >>> label("magnesium.derivation.pfs.hr", "p")
    'derivation: hazard ratio, high against low magnesium, PFS (P)'
    """
    row = reported.row(id)
    _checks.one_of("field", field, JUDGED)
    part = {"printed": "", "lower": " (lower limit)", "upper": " (upper limit)", "p": " (P)"}
    words = dict.fromkeys(row[["quantity", "group", "outcome"]])
    name = ", ".join(word for word in words if word not in {"", "all"}) + part[field]
    return name if row["cohort"] == "all" else f"{row['cohort']}: {name}"


def _for_reader(line):
    """Return what is said of a line: name, verdict, printed, computed, evidence."""
    key = line["id"], line["field"]
    words = badge("vd", line["verdict"]), badge("ev", line["evidence"])
    return label(*key), words[0], reported.text(*key), computed_text(line), words[1]


def load():
    """Return all results as a frame of text, a row for each scorecard line.

    Columns are ``paper`` and those of the results files (see the data dictionary); rows are sorted
    by paper, place in the register, and strength of evidence.
    """
    import pandas as pd

    words = {"id": _register()["id"], "field": JUDGED, "evidence": EVIDENCE, "verdict": VERDICTS}
    ranks = {name: {word: rank for rank, word in enumerate(known)} for name, known in words.items()}
    frames = [pd.DataFrame(columns=COLUMNS)]
    for path in sorted(RESULTS.glob("*.csv")):
        frame = reported.strings(path, COLUMNS)
        if (frame["where"] == "").any():  # the end of a row is missing
            raise ValueError(f"{path.name}, where: expected a heading in each row, got none")
        for column, known in ranks.items():
            if unknown := set(frame[column]) - set(known):
                raise ValueError(f"{path.name}, {column}: unknown {sorted(unknown)}")
        frames.append(frame)
    lines = pd.concat(frames, ignore_index=True)
    by = ["id", "field", "evidence"]
    lines = lines.sort_values(by, key=lambda column: column.map(ranks[column.name]), kind="stable")
    lines.insert(0, "paper", lines["id"].str.split(".").str[0])
    return lines.reset_index(drop=True)


def _register():
    """Return the registers of all papers, one below the other."""
    import pandas as pd

    rows = [reported.load(paper).reset_index().assign(paper=paper) for paper in reported.papers()]
    return pd.concat(rows, ignore_index=True)


def _joined(lines):
    """Join lines to the register: a row for each printed number and line, or without a line."""
    about = ["paper", "id", "cohort", "location", "quantity", "group", "outcome", "unit", "kind"]
    cells = _register().melt(about, JUDGED, "field", "text", ignore_index=False)
    cells = cells[cells["text"] != ""].sort_index(kind="stable").rename(columns={"text": "printed"})
    return cells.merge(lines, on=["paper", "id", "field"], how="left")


def readable(lines):
    """Return lines, as :func:`load` does, as a reader sees them, those that do not fit first."""
    import pandas as pd

    _checks.frame("lines", lines, ("paper", *COLUMNS), empty=True)
    rank = lines["verdict"].map({"contradicted": 0, "missed": 1}).fillna(2)
    rows = []
    for line in lines.loc[rank.sort_values(kind="stable").index].to_dict("records"):
        name, *shown = _for_reader(line)
        place = html.escape(reported.row(line["id"])["location"])
        note = f"{html.escape(line['note'])}<br>" if line["note"] else ""
        notebook, _, anchor = line["where"].partition("#")
        chapter = notebook.removeprefix(f"{line['paper']}-")  # the first column names the paper
        words = f"{chapter}: {anchor}".replace("-", " ")
        link = f'<a href="{notebook}.html#{anchor}">{words}</a>'
        name = Markup(f"{html.escape(name)}<small>{place}</small>")
        rows.append((reported.title(line["paper"]), name, *shown, Markup(note + link)))
    columns = ["paper", "printed number", "verdict", "printed", "computed", "evidence", "how"]
    return pd.DataFrame(rows, columns=columns)


def _strongest(lines):
    """Return one line for each printed number: a contradiction, or else its strongest evidence."""
    strength = lines["evidence"].map(EVIDENCE.index).mask(lines["verdict"] == "contradicted", -1)
    order = strength.sort_values(kind="stable").index
    return lines[lines.index.isin(lines.loc[order].drop_duplicates(["id", "field"]).index)]


def totals(by="verdict"):
    """Count rows, printed numbers and their fate for each paper.

    Each printed number counts once: with a contradiction, which no other evidence can undo, or
    else with its line of strongest evidence. Numbers of the design or of the literature count only
    if they have a line. A number that was only built into cohorts counts as ``calibrated`` and not
    with its verdict, which would be by construction.

    Parameters
    ----------
    by : {"verdict", "evidence"}
        What the printed numbers are split by.

    Returns
    -------
    pandas.DataFrame
        A row for each paper, ``papers without patients`` (a sum), the papers with them. Columns:
        ``register rows``; ``results``, the rows of kind ``result``; ``printed numbers``;
        ``tested``, those with evidence, which ``calibrated`` and ``untestable`` are not; then those
        by :data:`FATES` or evidence class and with ``no line``, which add up to the printed ones.
    """
    import pandas as pd

    words = {"verdict": FATES, "evidence": EVIDENCE}
    _checks.one_of("by", by, words)
    register, numbers = _register(), _joined(_strongest(load()))
    numbers = numbers[(numbers["kind"] == "result") | numbers["evidence"].notna()]
    fate = numbers[by].fillna("no line").mask(numbers["evidence"] == "calibrated", "calibrated")
    groups = {
        "register rows": register,
        "results": register[register["kind"] == "result"],
        "printed numbers": numbers,
        "tested": numbers[numbers["evidence"].isin(EVIDENCE[:4])],
        **{word: numbers[fate == word] for word in (*words[by], "no line")},
    }
    counts = {name: group["paper"].value_counts() for name, group in groups.items()}
    papers = pd.Index(reported.papers(), name="paper")
    frame = pd.DataFrame(counts, index=papers).fillna(0).astype(int)
    apart = [x for x in frame.index if (reported.DATA / "patients" / f"{x}.csv").is_file()]
    rest = frame.drop(apart)
    rest.loc["papers without patients"] = rest.sum()
    return pd.concat([rest, frame.loc[apart]])


def as_json():
    """Return the whole scorecard as JSON, for other programs.

    An object with a sentence ``about`` it, ``verdicts`` and ``evidence`` in their order, ``counts``
    (the :func:`totals` of each paper by both), and ``lines``, one object a scorecard line in the
    order of :func:`load`, one text line each. Printed numbers are strings, as printed; computed
    ones are numbers, ``null`` where there is none, and strings where they are words or infinite.
    """
    counts = totals().drop(columns=list(FATES)).to_dict("index")
    for by, words in (("verdict", FATES), ("evidence", EVIDENCE)):
        for paper, found in totals(by)[list(words)].to_dict("index").items():
            counts[paper][by] = found
    head = {
        "about": "One line for each check of a printed number; counts are of printed numbers,"
        " each by its contradiction or else its strongest evidence.",
        "verdicts": VERDICTS,
        "evidence": EVIDENCE,
        "counts": counts,
    }
    joined = _joined(load()).dropna().drop(columns="kind")
    joined.insert(2, "field", joined.pop("field"))
    lines = [_json_line(line) for line in joined.to_dict("records")]
    start = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return start + ',\n "lines": [\n' + ",\n".join(lines) + "\n]\n}\n"


def _json_line(line):
    for name in ("computed", "lower", "upper"):
        with suppress(ValueError):  # a word, or infinite
            line[name] = json.loads(line[name] or "null")
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def write_json():
    """Write :func:`as_json` to ``data/results/scorecard.json``."""
    _write_whole(RESULTS / JSON, as_json())
