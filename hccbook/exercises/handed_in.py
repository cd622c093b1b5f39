"""What a class handed in: files of answers, tables, notebooks. Nothing in them is run."""

import csv
import io
import re
from collections import defaultdict
from pathlib import Path

from . import answers, notebooks
from .exercise import load
from .own import plain

COLUMNS = ("id", "exercise", "answer")


class HandedIn:
    """Answers by student and exercise, in the order read, and what could not be used."""

    def __init__(self):
        #: Ids as they were written first, by their plain form.
        self.names = {}
        #: By plain id and exercise: pairs of an answer, and whether one's own numbers were shown.
        self.answers = defaultdict(lambda: defaultdict(list))
        #: Plain ids and exercises with a file of answers: it knows more than the notebook.
        self.filed = set()
        #: Where, what is wrong, and the text itself, so that it is not lost.
        self.problems = []

    def problem(self, where, what, text=""):
        """Note what could not be used."""
        self.problems.append((str(where), str(what), f"{text:.500}"))

    def add(self, where, student, exercise, answer, own=True):
        """Add an answer, or note why not."""
        if not isinstance(exercise, str) or exercise not in load():
            self.problem(where, f"no exercise {exercise!r:.60}", repr(answer))
        elif answer is notebooks.COMPUTED:
            self.problem(where, f"{exercise}: only running the notebook could tell the answer")
        else:
            self.answers[self.meet(student)][exercise].append((answer, own))

    def meet(self, student):
        """Note that a student handed something in; return the plain id."""
        self.names.setdefault(plain(student), " ".join(student.split()))
        return plain(student)


def read(paths):
    """Read tables, files of answers and notebooks, and folders of the latter two, as one class."""
    found = HandedIn()
    kinds = {".json": _from_answers, ".csv": _from_table, ".ipynb": _from_notebook}
    for top in map(Path, paths):
        if not top.exists():
            raise ValueError(f"paths: expected a file or a folder, got {str(top)!r}")
        inside = sorted(filter(_is_meant, top.rglob("*"))) if top.is_dir() else [top]
        inside.sort(key=lambda path: path.suffix != ".json")
        if not inside:
            found.problem(top, "no files of answers and no notebooks in this folder")
        for path in inside:
            where = path.relative_to(top) if path != top else path.name
            try:
                if path.suffix not in kinds:
                    raise ValueError("expected .csv, .json or .ipynb")
                kinds[path.suffix](found, where, path)
            except (ValueError, OSError) as error:
                found.problem(where, error)
    return found


def _is_meant(path):
    # Course systems write names of their own before that of the file.
    ours = path.suffix == ".ipynb" or re.search(r"answers-.*\.json$", path.name)
    return bool(ours) and path.is_file() and ".ipynb_checkpoints" not in path.parts


def _text(path):
    """Return a file's text; a table that an office program saved may be in letters of Windows."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if path.suffix == ".csv":
            return raw.decode("cp1252", errors="replace")
        raise ValueError("expected text in UTF-8") from None


def _from_answers(found, where, path):
    told = answers.parse(_text(path))
    if plain(told["student"]) in found.names:
        found.problem(where, f"another file of {told['student']!r:.60}: both are counted")
    found.meet(told["student"])
    for exercise, attempts in told["answers"].items():
        found.filed.add((plain(told["student"]), exercise))
        for attempt in attempts:
            if isinstance(attempt, dict) and "answer" in attempt:
                found.add(where, told["student"], exercise, attempt["answer"])
            else:
                found.problem(where, f"{exercise}: expected an attempt", repr(attempt))


def _from_table(found, where, path):
    text = _text(path)
    head = text.partition("\n")[0]
    # Where a comma is the decimal sign, office programs set semicolons between columns.
    mark = ";" if ";" in head and "," not in head else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        head = [name.strip().casefold() for name in next(rows, [])]
        if missing := [name for name in COLUMNS if name not in head]:
            raise ValueError(f"expected columns {', '.join(COLUMNS)}; missing {missing}")
        for row in rows:
            line, cells = (
                f"{where}, line {rows.line_num}",
                dict(zip(head, map(str.strip, row), strict=False)),
            )
            if not any(cells.values()):
                continue
            student, exercise, answer = (cells.get(name, "") for name in COLUMNS)
            if len(row) != len(head) or not student or not answer:
                what = f"expected {len(head)} cells, with id and answer"
                found.problem(line, what, mark.join(row))
            else:
                found.add(line, student.removeprefix("'"), exercise, _typed(answer, exercise, mark))
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from None


def _typed(text, exercise, mark):
    """Return the numbers of a cell; text that is none stays as it is, to be judged so."""
    bare, told = text.strip("()[] ").replace("−", "-"), load().get(exercise)
    several = told is not None and bool(told.parts)
    parts = re.split(r"[;\s]+" if mark == ";" else r"[;,\s]+", bare) if several else [bare]
    try:
        numbers = [float(part.replace(",", ".")) for part in parts]
    except ValueError:
        return text
    return numbers if several else numbers[0]


def _from_notebook(found, where, path):
    typed, own, checks, unread = notebooks.calls(notebooks.parse(_text(path)))
    # As nbgrader lays them out: submitted/<student>/<assignment>/<notebook>.
    *_, top, folder, _, _ = ("", "", "", *path.resolve().parts)
    folder = folder if top == "submitted" else None
    if typed and folder and plain(typed) != plain(folder):
        found.problem(where, f"the notebook of {typed!r:.60} is in the folder of {folder!r:.60}")
    if not (student := typed or folder):
        raise ValueError("no id in the notebook, and no folder submitted/<student>/<assignment>")
    key = found.meet(student)
    if unread:
        found.problem(where, f"{unread} of its cells with checks are no Python")
    for call in checks:
        if call.answer is not None and (key, str(call.exercise)) not in found.filed:
            found.add(where, student, call.exercise, call.answer, own)
