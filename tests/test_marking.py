"""A student's own patients and numbers, the answers that are kept, and the marks of a class."""

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS, ROOT

from hccbook import __main__ as command
from hccbook import cohorts, display, exercises
from hccbook.exercises import answers, marking, notebooks, own

pytestmark = pytest.mark.long

EXERCISES = exercises.load()
EACH = [name for name, exercise in EXERCISES.items() if exercise.each]
#: Counts, shares of few patients, small groups: so many of thirty students may share an answer.
SHARED = {"magnesium-lab.3": 4, "primer-survival.4": 5, "reading-printed-numbers.1": 8}
#: Exercises whose text is a table or an array that only the notebook makes.
BY_HAND = {"cxcl17-lab.1", "magnesium-lab.1", "primer-accuracy.4"}


@pytest.fixture
def said(monkeypatch, tmp_path):
    lines = []
    monkeypatch.setattr(display, "say", lambda *texts: lines.extend(texts))
    monkeypatch.setattr(answers, "_CURRENT", {"student": None})
    monkeypatch.chdir(tmp_path)
    return lines


@pytest.fixture
def quick(monkeypatch):
    """Seeds without a look at the patients, which would take a third of a second an id."""
    monkeypatch.setattr(own, "_seed", lambda name: own._hashed(name) % 1_000_000 + 1)
    for cached in (marking._solved, own._given):
        cached.cache_clear()
    yield
    for cached in (marking._solved, own._given):
        cached.cache_clear()


def truth(name, student):
    """Return the right answer of a student as it would be typed, and the known mistakes."""
    given = own.given(name, student) if EXERCISES[name].each else None
    given = notebooks.of_the_book()[name] if given is None else given
    solution, mistakes = EXERCISES[name].solve(**given)
    return np.asarray(solution).tolist(), [np.asarray(value).tolist() for value, _ in mistakes]


# Patients and numbers of one's own


def test_an_id_whose_patients_let_a_mistake_pass_is_drawn_again():
    first = own._hashed("student 005") % 1_000_000 + 1
    exercise = EXERCISES["primer-prediction.3"]
    solution, mistakes = exercise.solve(seed=first)
    assert any(exercise.near(value, solution).all() for value, _ in mistakes)
    assert exercises.student_seed("student 005") == 481154 != first
    solution, mistakes = exercise.solve(seed=481154)
    assert not any(exercise.near(value, solution).all() for value, _ in mistakes)
    # An id that needs it not is left as it was.
    assert exercises.student_seed("a student") == own._hashed("a student") % 1_000_000 + 1


def test_a_seed_is_the_same_however_an_id_is_typed():
    assert exercises.student_seed("  ÅSE   öz ") == exercises.student_seed("A\u030ase O\u0308z")
    for wrong in ("", "  ", None, 7):
        with pytest.raises(ValueError, match="name: expected text"):
            exercises.student_seed(wrong)


@pytest.mark.parametrize("name", [name for name in EACH if not EXERCISES[name].of_seed])
def test_own_numbers_can_be_solved_and_tell_mistakes_apart(name):
    exercise = EXERCISES[name]
    for number in range(250 if name != "il6-sii-lab.4" else 50):
        solution, mistakes = exercise.solve(**own.given(name, f"student {number}"))
        assert np.isfinite(solution).all()
        for value, hint in mistakes:
            assert not exercise.near(value, solution).all(), (number, hint)


@pytest.mark.parametrize("name", EACH)
def test_in_a_class_of_thirty_few_share_an_answer(name, quick):
    assert len(EACH) == 41
    solved = [EXERCISES[name].solve(**own.given(name, f"s{x}"))[0] for x in range(30)]
    shared = Counter(tuple(np.round(np.ravel(x), 9)) for x in solved)
    assert max(shared.values()) <= SHARED.get(name, 2), shared


def test_own_patients_are_those_that_the_notebook_loads(quick):
    given = own.given("primer-survival.4", "Ada")
    seed = own.student_seed("Ada")
    mine = cohorts.load("magnesium", "derivation", seed, reading="medians")
    there = mine.query(f"high_magnesium == 1 and pfs_months >= {given['month']}")
    assert EXERCISES["primer-survival.4"].solve(**given)[0] == len(there)


def test_numbers_that_cannot_be_drawn_are_no_endless_search(monkeypatch):
    bad = exercises.Exercise(
        "x", 0, "", "", given=["x"], own={"x": "draw(1, 9)"}, mistakes={"x": ""}
    )
    monkeypatch.setitem(EXERCISES, "bad.1", bad)
    with pytest.raises(RuntimeError, match=r"bad.1: .* lets a mistake pass"):
        own.given("bad.1", "Ada")


def test_a_student_is_told_ones_own_numbers_and_judged_by_them(said, quick):
    name, text = "mri-lab.3", {"group": 50, "early": 20}
    exercises.student("Ada")
    given = own.given(name, "Ada")
    assert given != text
    assert exercises.check(name, None, **text) is None
    yours = f"group = `{given['group']}`, early = `{given['early']}`."
    assert said.pop().endswith(f" **Yours instead of the text's:** {yours}")
    assert exercises.check(name, 0.7, **text) is False
    assert said.pop().endswith(yours)
    assert exercises.check(name, truth(name, "Ada")[0], **text) is True
    assert exercises.student() == own.student_seed("Ada")
    assert exercises.student("A student") == exercises.student() == own.student_seed("a student")
    assert exercises.check(name, 0.7, **text) is True
    exercises.student("Ada")
    assert exercises.student("A student") == own.student_seed("a student")
    assert exercises.check(name, 0.7, **text) is True


def test_patients_of_somebody_else_are_not_judged(said, quick):
    seed = exercises.student("Ada")
    assert exercises.check("il6-sii-lab.3", (1, 1, 1), seed=seed + 1) is None
    assert said == [f"These are not your patients: yours have the seed {seed}."]
    assert exercises.check("il6-sii-lab.3", truth("il6-sii-lab.3", "Ada")[0], seed=seed) is True


# Answers that are kept


def test_without_an_id_nothing_is_written(said, tmp_path):
    exercises.student("a student")
    exercises.check("reading-intervals.4", 0.3, ratio="0.50", upper="0.80")
    assert not list(tmp_path.iterdir())


def test_each_answer_is_kept_with_verdict_and_mistake(said, quick, tmp_path):
    exercises.student(" Ada   L. ")
    name, text = "reading-intervals.4", {"ratio": "0.50", "upper": "0.80"}
    right, (mirror, *_) = truth(name, "Ada L.")
    for answer in (None, mirror, mirror, "about \ud800 half", np.float64(right)):
        exercises.check(name, answer, **text)
    exercises.check("tipm-lab.3", np.array([1.0, np.nan, 2.0]), beta=0.9, z=2.25)
    (path,) = tmp_path.iterdir()
    assert path.name == f"answers-ada_l_-{own._hashed('ada l.'):064x}"[:23] + ".json"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["student"] == "Ada L."
    mistake, nonsense, last = told["answers"][name]
    assert mistake == {
        "answer": mirror,
        "right": False,
        "hint": next(iter(EXERCISES[name].mistakes.values())),
    }
    assert nonsense["hint"].startswith("Expected a number")
    assert last == {"answer": right, "right": True, "hint": ""}
    assert told["answers"]["tipm-lab.3"][0]["answer"] == [1.0, "nan", 2.0]


IDS = (
    "Åse Öz",
    "名前",
    "हिन्दी",
    "../../etc/passwd",
    "a/b",
    "a:b",
    "a\\b",
    "CON",
    ".",
    "🧪" * 90,
    "ж" * 300,
    "ж" * 301,
)


def test_any_id_makes_a_safe_name_of_a_file_and_no_two_the_same(tmp_path):
    names = [answers.file_of(name) for name in IDS]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not set(name) & set('/\\:*?"<>| ')
        (tmp_path / f"damaged-1-{name}").write_text("x", encoding="utf-8")
    assert names[1:3] == ["answers-名前.json", "answers-हिन्दी.json"]
    assert answers.file_of("ÅSE ÖZ ") == names[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', "[" * 5000, "\ufeff{}"])
def test_a_damaged_file_is_set_aside_and_told(said, quick, tmp_path, text):
    path = tmp_path / "answers-ada.json"
    exercises.student("Ada")
    for number in (1, 2):
        path.write_text(text, encoding="utf-8")
        exercises.check("primer-survival.1", 0.5 + number)
        aside = tmp_path / f"damaged-{number}-answers-ada.json"
        assert said[-1] == (
            f"`answers-ada.json` could not be read. It is kept as `{aside.name}`; a new one begins."
        )
        assert aside.read_text(encoding="utf-8") == text
        assert "primer-survival.1" in answers.parse(path.read_text(encoding="utf-8"))["answers"]


def test_a_file_is_written_whole_or_not_at_all(said, quick, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    exercises.student("Ada")
    exercises.check("primer-survival.1", 0.6)
    before = (tmp_path / "answers-ada.json").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    assert exercises.check("primer-survival.1", 8 / 15) is True
    words = "Your answer was checked, but not kept: `answers-ada.json`, No space left on device."
    assert said[-1] == words
    assert [path.name for path in tmp_path.iterdir()] == ["answers-ada.json"]
    assert (tmp_path / "answers-ada.json").read_bytes() == before


# A class


def marked(capsys, *paths):
    """Mark by the command; return the tables by name, the page, and what was printed."""
    assert command.main(["mark", *map(str, paths), "--out", "out of it"]) == 0
    tables = {}
    for name in ("marks", "canvas", "problems"):
        with open(f"out of it/{name}.csv", encoding="utf-8-sig", newline="") as file:
            tables[name] = list(csv.reader(file))
    with open("out of it/marks.html", encoding="utf-8") as file:
        return tables, BeautifulSoup(file.read(), "html.parser"), capsys.readouterr().out


def test_a_class_of_two_hundred(said, quick, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(marking, "CHUNK", 1000)
    names = ("reading-intervals.4", "primer-survival.1", "tipm-lab.3")
    students = [f"Student {number:03}" for number in range(200)]
    for number, student in enumerate(students):
        told = {"format": 1, "student": student, "answers": {}}
        for name in names:
            right, mistakes = truth(name, student)
            tries = (
                [right],
                [mistakes[0], mistakes[1], right, 99.0],
                [mistakes[0], mistakes[0]],
                ["no idea", None],
            )[number % 4]
            # What the file says of an answer counts for nothing.
            told["answers"][name] = [{"answer": x, "right": True, "hint": ""} for x in tries]
        if number % 5:
            del told["answers"]["tipm-lab.3"]
        path = tmp_path / "in" / f"{student}_assignsubmission" / answers.file_of(student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(told), encoding="utf-8")
    tables, page, printed = marked(capsys, tmp_path / "in")
    assert printed.startswith("200 students marked, 0 problems")
    head, *rows = tables["marks"]
    order = ("primer-survival.1", "reading-intervals.4", "tipm-lab.3")
    assert head == ["id", *order, "total", "attempts"]
    for number, row in enumerate(rows):
        good, third = int(number % 4 < 2), number % 5 == 0
        answered = 2 + third
        cells = [str(good), str(good), str(good) if third else ""]
        assert row == [
            students[number],
            *cells,
            str(answered * good),
            str(answered * (1, 3, 2, 2)[number % 4]),
        ]
    first, *_ = marking.summary(marking.mark([tmp_path / "in"])[0])
    name, answered, right, mean, hints = first
    assert (name, answered, right, mean) == ("primer-survival.1", 200, 100, 2.0)
    known = [*EXERCISES[name].mistakes.values()]
    counts = dict(hints)
    assert (counts[known[0]], counts[known[1]]) == (100, 50)
    assert sum(counts.values()) == 100 + 50 + 2 * 50
    assert tables["canvas"][1][-1] == "3"
    assert tables["canvas"][2] == ["Student 000", "", "Student 000", "", "", "3"]
    students_, exercises_, problems_ = page.find_all("table")
    assert not problems_.tbody.find_all("tr")
    assert len(students_.find_all("tr")) == 201
    assert f"100: {known[0]}" in exercises_.get_text()


def test_marks_are_the_same_in_several_processes(tmp_path, said, capsys, monkeypatch):
    lines = ["id,exercise,answer"]
    lines += [f"{who},primer-survival.1,{x}" for who in "ABCDE" for x in (0.6, 0.5333)]
    (tmp_path / "class.csv").write_text("\n".join(lines), encoding="utf-8")
    one = marked(capsys, tmp_path / "class.csv")
    monkeypatch.setattr(marking, "CHUNK", 1)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert marked(capsys, tmp_path / "class.csv")[0] == one[0]
    assert one[0]["marks"][1:] == [[who, "1", "1", "2"] for who in "ABCDE"]


def test_rows_that_cannot_be_used_are_listed_with_their_text(said, quick, tmp_path, capsys):
    right = truth("tipm-lab.3", "Ada")[0]
    rows = [
        ["ID", " Exercise", "Answer", "remark"],
        ["=1+1", "primer-survival.1", "0.6", ""],
        ["Ada", "tipm-lab.3", str(tuple(right)), ""],
        [" ada ", "primer-survival.1", "0,5333", "decimal comma"],
        ["<b>Bo</b>", "primer-survival.1", "about half", ""],
        ["Bo", "primer-survival.9", "1", ""],
        ["", "primer-survival.1", "1", ""],
        ["Bo", "primer-survival.1", "", ""],
        ["Bo", "primer-survival.1"],
        ["@x", "primer-accuracy.4", "0.12", ""],
        [],
    ]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (tmp_path / "class.csv").write_bytes(("\ufeff" + text.getvalue()).encode())
    tables, page, printed = marked(capsys, tmp_path / "class.csv")
    assert printed.startswith("4 students marked, 5 problems")
    assert tables["marks"] == [
        ["id", "primer-survival.1", "tipm-lab.3", "total", "attempts"],
        ["<b>Bo</b>", "0", "", "0", "1"],
        ["'=1+1", "0", "", "0", "1"],
        ["'@x", "", "", "0", "0"],
        ["Ada", "1", "1", "2", "2"],
    ]
    assert [row[0] for row in tables["problems"][1:]] == [
        *(f"class.csv, line {line}" for line in (6, 7, 8, 9)),
        "'@x",
    ]
    assert tables["problems"][1][2] == "1.0"
    assert tables["problems"][4][2] == "Bo,primer-survival.1"
    assert not page.find("b")
    assert "<b>Bo</b>" in page.get_text()


def test_a_table_of_an_office_program(said, quick, tmp_path, capsys):
    right = " ".join(f"{x:.4f}".replace(".", ",") for x in truth("tipm-lab.3", "Åse")[0])
    text = f"id;exercise;answer\r\nÅse;primer-survival.1;0,5333\r\nÅse;tipm-lab.3;{right}\r\n"
    (tmp_path / "class.csv").write_bytes(text.encode("cp1252"))
    tables, *_ = marked(capsys, tmp_path / "class.csv")
    assert tables["marks"][1] == ["Åse", "1", "1", "2", "2"]


def notebook(path, *cells, tags=()):
    """Write a notebook with some cells of code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [{"cell_type": "code", "source": x, "metadata": {}, "outputs": []} for x in cells]
    made[-1]["metadata"]["tags"] = list(tags)
    path.write_text(json.dumps({"cells": made}), encoding="utf-8")


def test_notebooks_are_read_and_not_run(said, quick, tmp_path, capsys):
    top = tmp_path / "submitted"
    name, right = "mri-lab.3", truth("mri-lab.3", "Ada")[0]
    check = f'exercises.check("{name}", answer, group=50, early=20)'
    notebook(
        top / "ada" / "week-1" / "mri-lab.ipynb",
        'from hccbook import exercises\nopen("run", "w")\nexercises.student("Ada")',
        f"answer = {right!r}\n{check}",
        f"%magic exercises.\nanswer = 1\n{check}",
        f"answer = 0.1\n{check}",
        tags=["hide-cell"],
    )
    # Who gives no id has the numbers of the text.
    notebook(top / "bo" / "week-1" / "mri-lab.ipynb", f"answer = (20 + 30 / 2) / 50\n{check}")
    notebook(top / "bo" / "week-1" / ".ipynb_checkpoints" / "mri-lab.ipynb", f"answer = 1\n{check}")
    notebook(top / "cy" / "week-1" / "mri-lab.ipynb", f"answer = mean()\n{check}")
    notebook(top / "di" / "week-1" / "a.ipynb", f'exercises.student("Ada")\nanswer = None\n{check}')
    (top / "ed" / "week-1").mkdir(parents=True)
    (top / "ed" / "week-1" / "b.ipynb").write_text("no notebook", encoding="utf-8")
    notebook(tmp_path / "loose" / "c.ipynb", f"answer = 1\n{check}")
    tables, *_ = marked(capsys, top, tmp_path / "loose")
    assert tables["marks"][1:] == [
        ["Ada", "1", "1", "1"],
        ["bo", "1", "1", "1"],
        ["cy", "", "0", "0"],
    ]
    problems = {where: what for where, what, _ in tables["problems"][1:]}
    assert "only running the notebook" in problems["cy/week-1/mri-lab.ipynb"]
    assert problems["ada/week-1/mri-lab.ipynb"] == "1 of its cells with checks are no Python"
    assert "of 'Ada' is in the folder of 'di'" in problems["di/week-1/a.ipynb"]
    assert "expected a notebook" in problems["ed/week-1/b.ipynb"]
    assert "no id in the notebook" in problems["c.ipynb"]
    assert not list(tmp_path.rglob("run"))


def test_a_file_of_answers_counts_before_its_notebook(said, quick, tmp_path, capsys):
    code = 'exercises.check("primer-survival.1", answer)'
    text = f'exercises.student("Ada")\nanswer = 0.6\n{code}'
    notebook(tmp_path / "in" / "a.ipynb", text, f"answer = mean()\n{code}")
    assert marked(capsys, tmp_path / "in")[0]["marks"][1] == ["Ada", "0", "0", "1"]
    told = {"format": 1, "student": "Ada", "answers": {"primer-survival.1": [{"answer": 8 / 15}]}}
    (tmp_path / "in" / "z-answers-ada.json").write_text(json.dumps(told), encoding="utf-8")
    tables, _, printed = marked(capsys, tmp_path / "in")
    assert tables["marks"][1] == ["Ada", "1", "1", "1"]
    assert "0 problems" in printed


WRITTEN = {
    "-0.5": -0.5,
    "(1 / 0.64, 1 / 0.91)": (1 / 0.64, 1 / 0.91),
    "0.84 - (0.88 - 0.79) * 2": 0.84 - (0.88 - 0.79) * 2,
    "x": 7,
    "x * 10": 70,
}


def answer_of(text):
    """Return what a cell with this answer is read as."""
    code = f'x = 7\ny = [0]\nanswer = {text}\nexercises.check("mri-lab.3", answer, group=50)'
    cell = {"cell_type": "code", "source": code, "metadata": {}}
    (call,) = notebooks.calls([cell]).checks
    assert call.given == {"group": 50}
    return call.answer


@pytest.mark.parametrize("text", WRITTEN)
def test_an_answer_that_is_written_out_is_read(text):
    assert answer_of(text) == WRITTEN[text]


CODE = ("'a' * 10000000000", "[0] * 10**10", "y * 10000000000", "9**9**9", "open('run', 'w')")
CODE += ("().x", "1 / 0", "z", "[i for i in (1, 2)]", "exercises.load()", "'a' + 1")


@pytest.mark.parametrize("text", CODE)
def test_an_answer_that_only_code_could_tell_is_not_run(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert answer_of(text) is notebooks.COMPUTED
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_a_file_of_answers_is_a_problem(said, quick, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    good = {"format": 1, "student": "Ada", "answers": {"primer-survival.1": [{"answer": 0.6}, 7]}}
    files = {
        "answers-ada.json": json.dumps(good),
        "answers-ada-2.json": json.dumps(good),
        "answers-x.json": "{",
        "other.json": "{",
        "old.csv": "id\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "answers-y.json").write_bytes(b"\xff")
    tables, *_ = marked(capsys, folder)
    assert tables["marks"][1:] == [["Ada", "0", "0", "2"]]
    said_ = sorted(what for _, what, _ in tables["problems"][1:])
    assert said_[0].startswith("Expecting property name")
    assert said_[1:3] == ["another file of 'Ada': both are counted", "expected text in UTF-8"]
    assert said_[3:] == ["primer-survival.1: expected an attempt"] * 2
    (tmp_path / "empty").mkdir()
    assert "no files of answers" in marked(capsys, tmp_path / "empty")[0]["problems"][1][1]


@pytest.mark.parametrize(("content", "what"), [("a,b\n1,2\n", "missing"), ("", "missing")])
def test_a_table_without_its_columns(said, tmp_path, capsys, content, what):
    (tmp_path / "class.csv").write_text(content, encoding="utf-8")
    assert what in marked(capsys, tmp_path / "class.csv")[0]["problems"][1][1]


def test_a_path_that_is_not_there_is_said(said, capsys):
    assert command.main(["mark", "nowhere"]) == 2
    assert "paths: expected a file or a folder, got 'nowhere'" in capsys.readouterr().err


def test_almost_every_exercise_can_be_marked():
    known = {name for name in EXERCISES if EXERCISES[name].each} | set(notebooks.of_the_book())
    assert set(EXERCISES) - known == BY_HAND
    for path in NOTEBOOKS:
        for call in notebooks.calls(notebooks.parse(path.read_text(encoding="utf-8"))).checks:
            assert call.answer in (None, notebooks.COMPUTED) or path.stem == "il6-sii-lab"


def test_the_page_can_be_read_by_everybody(said, quick, tmp_path, capsys):
    (tmp_path / "class.csv").write_text(
        "id,exercise,answer\nAda,primer-survival.1,1\nAda,x,1\n", encoding="utf-8"
    )
    _, page, _ = marked(capsys, tmp_path / "class.csv")
    assert page.html["lang"] == "en"
    assert not page.find_all(["script", "link", "img"])
    assert "http" not in str(page)
    assert [x["id"] for x in page.find_all("h2")] == ["Students", "Exercises", "Problems"]
    for table in page.find_all("table"):
        box = table.parent
        assert box["tabindex"] == "0"
        assert page.find(id=box["aria-labelledby"]).name == "h2"
        assert all(x.get_text() for x in table.thead.find_all("th"))
        assert all(row.th.get_text() for row in table.tbody.find_all("tr"))


def test_marking_starts_from_a_terminal(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "hccbook", "mark", str(tmp_path), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.startswith("0 students marked, 1 problems")
