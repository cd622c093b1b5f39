"""Lines of one notebook: a verdict on each printed number that it computes."""

import csv
import errno
import io
import math
import os
import re

from .. import _checks, reported
from ..audit.check import Check, judge
from ..estimate import format_p
from ..estimate import printed as as_printed
from .files import COLUMNS, folder_of, read_rows, write_whole

#: Evidence classes, strongest first.
EVIDENCE = ("arithmetic", "summary", "held-out", "calibrated", "untestable")
#: Printed numbers of a register row that get a scorecard line each.
FIELDS = ("printed", "lower", "upper", "p")
#: Errors of a folder in which nothing can be written.
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


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

        from ..display import badge, table

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
        path = folder_of(folder) / f"{self.notebook}.csv"
        rows = [list(COLUMNS), *([line[c] for c in COLUMNS] for line in self.lines)]
        if os.environ.get("HCCBOOK_RESULTS") == "check":
            stored = read_rows(path)
            for number, (old, new) in enumerate(zip(stored, rows, strict=False), 1):
                if old != new:
                    raise ValueError(f"{path.name}, line {number}: stored {old}, computed {new}")
            if len(stored) != len(rows):
                raise ValueError(f"{path.name}: {len(stored)} lines stored, {len(rows)} computed")
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            try:
                write_whole(path, text.getvalue())
            except OSError as error:
                if error.errno not in _READ_ONLY:
                    raise
                return f"{len(self.lines)} scorecard lines, not stored: data/results is read-only"
        return f"{len(self.lines)} scorecard lines in data/results/{path.name}"


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
