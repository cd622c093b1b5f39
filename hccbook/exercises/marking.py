"""Marks of a class: each student's right answers are computed anew, whatever was handed in."""

import csv
import io
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from . import notebooks, own
from .exercise import load
from .handed_in import read
from .judging import judge
from .marks_page import page

#: Students marked by one process at a time; fewer than some of these are marked by this one.
CHUNK = 10


class Mark(NamedTuple):
    """How a student did in one exercise."""

    right: bool
    #: Answers up to the right one, or all of them.
    attempts: int
    #: What is said of the wrong ones, in order.
    hints: tuple


def mark(paths):
    """Return marks by id and exercise, and what could not be used."""
    found = read(paths)
    jobs = [(found.names[key], dict(found.answers[key])) for key in sorted(found.names)]
    if len(jobs) > 4 * CHUNK:
        from joblib import Parallel, delayed

        chunks = [jobs[at : at + CHUNK] for at in range(0, len(jobs), CHUNK)]
        done = Parallel(n_jobs=-1)(delayed(_of_students)(chunk) for chunk in chunks)
    else:
        done = [_of_students(jobs)]
    marks = {student: each for students, _ in done for student, each in students.items()}
    return marks, found.problems + [problem for _, problems in done for problem in problems]


def _of_students(jobs):
    marks, problems = {}, []
    for student, by_exercise in jobs:
        marks[student] = {}
        for name, tries in by_exercise.items():
            try:
                marks[student][name] = _of_one(student, name, tries)
            except ValueError as error:
                answers = ", ".join(f"{answer!r}" for answer, _ in tries)
                problems.append((student, f"{name}: {error}", f"{answers:.500}"))
    return marks, problems


def _of_one(student, name, tries):
    hints = []
    for answer, with_own in tries:
        each = load()[name].of_seed or (load()[name].each and with_own)
        found = judge(load()[name], answer, *_solved(name, student if each else None, with_own))
        if found.right:
            return Mark(True, len(hints) + 1, tuple(hints))
        hints.append(found.hint)
    return Mark(False, len(hints), tuple(hints))


@lru_cache(maxsize=512)
def _solved(name, student, with_own):
    """Return the right answer and the mistakes, of a student or, for None, of the book's text."""
    if student is not None:
        given = own.given(name, student) if with_own else {"seed": own.student_seed(student)}
    else:
        given = notebooks.of_the_book().get(name)
    if given is None:
        raise ValueError("its numbers are worked out in the notebook, so look at the answer there")
    return load()[name].solve(**given)


def _order(exercise):
    notebook, _, number = exercise.rpartition(".")
    return notebook, int(number)


def table(marks):
    """Return a line for each student: 1 or 0 for each exercise, their total, all attempts."""
    names = sorted({name for each in marks.values() for name in each}, key=_order)
    rows = [("id", *names, "total", "attempts")]
    for student, each in marks.items():
        cells = [int(each[name].right) if name in each else "" for name in names]
        attempts = sum(one.attempts for one in each.values())
        rows.append((student, *cells, sum(one.right for one in each.values()), attempts))
    return rows


def for_canvas(marks):
    """Return the totals as Canvas imports them, with the id as that of the student system."""
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    _, *names, _, _ = table(marks)[0]
    rows = [(*head, "Exercises"), ("    Points Possible", *[""] * 4, len(names))]
    return rows + [
        (student, "", student, "", "", sum(one.right for one in each.values()))
        for student, each in marks.items()
    ]


def summary(marks):
    """Return of each exercise: answered, right, mean attempts, hints and how many got them."""
    by_exercise = defaultdict(list)
    for each in marks.values():
        for name, one in each.items():
            by_exercise[name].append(one)
    rows = []
    for name in sorted(by_exercise, key=_order):
        ones = by_exercise[name]
        hints = Counter(hint for one in ones for hint in dict.fromkeys(one.hints))
        mean = sum(one.attempts for one in ones) / len(ones)
        often = sorted(hints.items(), key=lambda pair: (-pair[1], pair[0]))
        rows.append((name, len(ones), sum(one.right for one in ones), mean, often))
    return rows


def as_csv(rows):
    """Return rows as CSV in which no text starts a formula of a spreadsheet."""
    text = io.StringIO()
    safe = [[f"'{x}" if str(x)[:1] in {*"=+-@\t\r"} else x for x in row] for row in rows]
    csv.writer(text, lineterminator="\n").writerows(safe)
    return text.getvalue()


def write(paths, out="marks"):
    """Write marks, problems and a page for whoever marks, and print what was found."""
    marks, problems = mark(paths)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "marks.csv": table(marks),
        "canvas.csv": for_canvas(marks),
        "problems.csv": [("where", "what", "text"), *problems],
    }
    for name, rows in tables.items():
        # A spreadsheet takes a table for UTF-8 only if it begins with a mark.
        (folder / name).write_text(as_csv(rows), encoding="utf-8-sig", newline="\n")
    text = page(table(marks), summary(marks), problems)
    (folder / "marks.html").write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(marks)} students marked, {len(problems)} problems: see {folder}")
