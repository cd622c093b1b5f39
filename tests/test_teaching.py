"""Pages for teachers: their minutes, links and numbers; what ``make course`` hands out."""

import ast
import csv
import io
import json
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from math import exp, log, sqrt
from urllib.parse import unquote
from zipfile import ZipFile

import numpy as np
import pages
import pytest
from conftest import NOTEBOOKS, ROOT
from lifelines import KaplanMeierFitter
from scipy.stats import norm

from hccbook import exercises
from hccbook.exercises import answers as kept_answers
from hccbook.exercises import notebooks

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import hccsite
import make_course

pytestmark = pytest.mark.long

TEACHING = ROOT / "book" / "teaching"
SHEETS = ("worksheet-interval", "worksheet-table", "worksheet-kaplan-meier")
#: No plan gives more than this for a minute of reading.
SLOWEST = 12
CLASS_MINUTES = 90
IDS = ["Ada", "Åse Öz", "0042", "=1+1"]


@cache
def text(name):
    return (TEACHING / f"{name}.md").read_text(encoding="utf-8")


def slug(heading):
    """Return the anchor of a heading, as MyST makes it."""
    plain = re.sub(r"\{\w+\}|[*`]|\]\([^)]*\)", "", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@cache
def sections(path):
    """Return the minutes of each section of a notebook, by its anchor."""
    found, at = {}, None
    for kind, source, tags, unfolded in pages.cells(path):
        if kind == "code":
            shown = not {"hide-cell", "remove-cell"} & set(tags)
            found[at] += shown * (unfolded / pages.CELLS)
            found[at] += shown * pages.EXERCISE * ("exercises.check(" in source)
            continue
        for part in filter(None, re.split(r"(?m)^(?=#{1,4} )", source)):
            if heading := re.match(r"#+ (.*)", part):
                at = slug(heading[1])
                found[at] = 0
            found[at] += unfolded * len(pages.told(part)) / pages.WORDS
    return found


def links(content):
    """Return the files and anchors that a page leads to."""
    pairs = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", content)
    return [(path, anchor) for path, anchor in pairs]


def anchors(path):
    """Return the anchors of a page or a notebook."""
    if path.suffix == ".ipynb":
        return set(sections(path))
    heads = re.findall(r"(?m)^#+ (.*)", path.read_text(encoding="utf-8"))
    return {slug(head) for head in heads}


def tables(content):
    """Return the tables of a page: rows of cells, without the heads."""
    blocks = re.findall(r"(?m)(?:^\|.*\|\n?)+", content)
    rows = [
        [[c.strip() for c in line[1:-1].split("|")] for line in b.split("\n") if line]
        for b in blocks
    ]
    return [block[2:] for block in rows]


def minutes_of(where):
    """Return what a reader alone takes for the places that a plan's row names."""
    total = 0
    for path, anchor in links(where):
        if path.endswith(".ipynb"):
            full = (TEACHING / path).resolve()
            total += sections(full)[anchor] if anchor else pages.stated(full)
    return total


def field(week, name):
    return re.search(rf"(?m)^- \*\*{name}\.\*\* (.*)", week)[1]


# Links and references.


@pytest.mark.parametrize("path", sorted(TEACHING.glob("*.md")), ids=lambda p: p.stem)
def test_links_lead_somewhere(path):
    for target, anchor in links(path.read_text(encoding="utf-8")):
        full = (path.parent / target).resolve() if target else path
        assert full.is_file(), target
        assert not anchor or anchor in anchors(full), f"{target}#{anchor}"


def test_every_page_is_in_the_contents():
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"book/teaching/([\w-]+)", toc))
    assert listed == {path.stem for path in TEACHING.glob("*.md")}


def entries():
    bib = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    return dict(re.findall(r"(?ms)^@\w+\{(\w+),\n(.*?)^\}", bib))


def dois():
    found = {
        key: re.search(r"doi\s*=\s*\{(.*?)\}(?:,|\n)", body) for key, body in entries().items()
    }
    return {key: match[1] for key, match in found.items() if match}


def test_every_doi_has_the_form_of_one_and_stands_once():
    for key, doi in dois().items():
        assert re.fullmatch(r"10\.\d{4,9}/[^\s{}]+", doi), key
    assert len(set(dois().values())) == len(dois())


def test_readings_have_the_doi_of_the_bibliography():
    plans = text("plans")
    named = re.findall(r"\{cite:t\}`(\w+)` \(\[([^]]*)\]\((\S*?)\)\)[,;. ]", plans)
    assert len(named) >= 14
    assert len(named) == plans.count("{cite:t}")
    for key, shown, link in named:
        assert shown == dois()[key], key
        assert unquote(link) == f"https://doi.org/{shown}"
    # Those without one are said to have none.
    said = re.search(r"No DOI is known .*", plans)[0]
    assert not set(re.findall(r"\{cite:p\}`(\w+)`", said)) & set(dois())


# Plans.


def timetables():
    return [t for t in tables(text("plans")) if re.fullmatch(r"\d+:\d\d", t[0][0])]


@pytest.mark.parametrize(("number", "hours"), [(0, 8), (1, 2)])
def test_a_timetable_adds_up(number, hours):
    rows = timetables()[number]
    clock = [60 * int(row[0].split(":")[0]) + int(row[0].split(":")[1]) for row in rows]
    minutes = [int(row[1]) for row in rows]
    assert [b - a for a, b in pairwise(clock)] == minutes[:-1]
    assert sum(minutes) == 60 * hours
    end = clock[-1] + minutes[-1]
    assert f"Close at {end // 60}:{end % 60:02d}" in rows[-1][2]
    for row in rows:
        alone = minutes_of(row[3])
        assert alone <= int(row[1]) <= SLOWEST * alone or not alone, (row[2], alone)


def weeks():
    course = text("plans").partition("## A course of twelve weeks")[2].partition("\n## ")[0]
    return re.split(r"(?m)^### ", course)[1:]


def test_the_course_has_every_part_and_every_chapter():
    assert [int(re.match(r"Week (\d+):", week)[1]) for week in weeks()] == list(range(1, 13))
    for week in weeks():
        for name in (
            "Outcome",
            "Prepare",
            "Reading",
            "In class",
            "Ask",
            "What goes wrong",
            "Hand in",
        ):
            assert field(week, name), week[:20]
        assert "*Say:* " in field(week, "What goes wrong")
    used = {path.rpartition("/")[2] for week in weeks() for path, _ in links(week)}
    taught = {path.name for path in NOTEBOOKS} - {"scorecard.ipynb", "python-and-r.ipynb"}
    assert taught == {name for name in used if name.endswith(".ipynb")}


def test_the_table_of_weeks_says_what_the_weeks_say():
    course = text("plans").partition("## A course of twelve weeks")[2]
    table = tables(course)[0]
    for row, week in zip(table, weeks(), strict=True):
        assert row[0] == re.match(r"Week (\d+)", week)[1]
        for cell, name in ((row[2], "Prepare"), (row[3], "In class")):
            names = re.fullmatch(r"\{minutes:([\w+-]+)\}", cell)[1].split("+")
            paths = [path for path, _ in links(field(week, name)) if path.endswith(".ipynb")]
            assert [f"../../notebooks/{name}.ipynb" for name in names] == paths
            assert minutes_of(field(week, name)) <= CLASS_MINUTES


def test_minutes_of_several_chapters_are_added():
    source = ["{minutes:mri-audit+mri-lab} {minutes:mri-lab} {minutes:mri-lab+none-such}"]
    names = ("mri-audit", "mri-lab")
    first, second = (pages.stated(ROOT / "notebooks" / f"{name}.ipynb") for name in names)
    with pytest.raises(FileNotFoundError):
        hccsite.to_roles(None, "page", source)
    source = ["{minutes:mri-audit+mri-lab} {minutes:mri-lab}"]
    hccsite.to_roles(None, "page", source)
    assert source == [f"{first + second} {second}"]


# Worksheets, the rubric, misconceptions.


def answers(number):
    part = text("solutions").split("## Worksheet ")[number]
    found = {}
    for row in [row for table in tables(part) for row in table if len(row) == 2]:
        found[row[0]] = row[1].replace("−", "-").removesuffix(" %")
    return found


def prints(said, value):
    """Tell whether a value rounds to what is said."""
    digits = len(said.partition(".")[2])
    return f"{value:.{digits}f}" == said


def of_interval(ratio, lower, upper):
    se = log(upper / lower) / (2 * 1.96)
    return se, log(ratio) / se, 2 * norm.sf(abs(log(ratio) / se))


def test_worksheet_1():
    said = re.search(
        r"ratio .*? (\d\.\d+) \(95 % CI (\S+) to ([^;]+); P = (.*?)\)", text(SHEETS[0])
    )
    ratio, lower, upper, p = map(float, said.groups())
    se, z, right = of_interval(ratio, lower, upper)
    widest = of_interval(ratio + 0.005, lower - 0.005, upper + 0.005)[2]
    values = [log(ratio), log(lower), log(upper), sqrt(lower * upper), se, z, right, widest]
    values.append(np.ceil(4 / se**2))
    told = answers(1)
    assert len(told) == len(values)
    assert all(map(prints, told.values(), values))
    assert widest < p - 0.005  # rounding does not explain the printed one
    columns = tables(text(SHEETS[0]))[0]
    heads = re.search(r"\| z \|(.*)\|", text(SHEETS[0]))[1].split("|")
    for head, cell in zip(map(float, heads), columns[0][1:], strict=True):
        assert prints(cell, 2 * norm.sf(head))


def test_worksheet_2():
    (tp, fp), (fn, tn) = ([int(x) for x in row[1:]] for row in tables(text(SHEETS[1]))[0])
    n = tp + fp + fn + tn
    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    rare = re.search(r"only (\d+) % of patients respond", text(SHEETS[1]))
    share = int(rare[1]) / 100
    hits, alarms = sensitivity * share, (1 - specificity) * (1 - share)
    misses, rest = (1 - sensitivity) * share, specificity * (1 - share)
    printed = float(re.search(r"predictive value of ([\d.]+) %", text(SHEETS[1]))[1])
    numerator = [k for k in range(tp + fp) if round(100 * k / (tp + fp), 1) == printed]
    assert len(numerator) == 1
    shares = [sensitivity, specificity, tp / (tp + fp), tn / (tn + fn), (tp + tn) / n]
    values = [n, tp + fn, *(100 * x for x in shares), sensitivity + specificity - 1]
    values += [100 * hits / (hits + alarms), 100 * rest / (rest + misses)]
    values += [*numerator, 100 * numerator[0] / (tp + fn)]
    told = answers(2)
    assert len(told) == len(values)
    assert all(map(prints, told.values(), values)), values


def test_worksheet_3():
    (line,) = re.findall(r"(?m)^> (\d.*)", text(SHEETS[2]))
    times = np.array([float(x.strip("+ ")) for x in line.split(",")])
    event = np.array(["+" not in x for x in line.split(",")])
    fit = KaplanMeierFitter().fit(times, event)
    steps = fit.event_table[fit.event_table["observed"] > 0]
    part = text("solutions").split("## Worksheet ")[3]
    rows = [row for table in tables(part) for row in table if len(row) == 4]
    assert len(rows) == len(steps)
    for row, (month, step) in zip(rows, steps.iterrows(), strict=True):
        assert [int(x) for x in row[:3]] == [month, step["at_risk"], step["observed"]]
        assert prints(row[3], fit.predict(month))
    # A tie of event and censoring: those with events go first, also when the curve is turned.
    turned = KaplanMeierFitter().fit(times + 1e-6 * ~event, ~event)
    values = [fit.median_survival_time_, (times > 6).sum(), np.median(times[event])]
    values += [round(turned.median_survival_time_, 3), steps["at_risk"].iloc[-1]]
    told = answers(3)
    assert len(told) == len(values)
    assert all(map(prints, told.values(), values)), values


def test_the_rubric_and_its_marks():
    content = text("rubric")
    said = re.search(r"(?m)^> (Of 84 .*)", content)[1]
    (high, low), total = re.findall(r"(\d+) of (\d+)", said), int(re.search(r"Of (\d+)", said)[1])
    (a, n), (b, m) = map(int, high), map(int, low)
    assert a + b == int(re.search(r", (\d+) \(", said)[1])
    assert prints("36.9", 100 * 31 / total)
    assert prints("55.0", 100 * a / n)
    assert prints("19.6", 100 * b / m)
    assert n + m == 86 != total
    assert prints("20.5", 100 * b / (total - n))
    ratio, lower, upper = 0.48, 0.30, 0.95
    assert f"{ratio}, 95 % CI {lower:.2f} to {upper}" in said
    assert prints("0.53", sqrt(lower * upper))
    assert prints("0.01", of_interval(ratio, lower, upper)[2])
    assert prints("0.77", exp(2 * log(ratio) - log(lower)))
    marked = [t for t in tables(content) if t[-1][0] == "**Sum**"]
    assert len(marked) == 2
    for rows in marked:
        points = [int(row[1].strip("*")) for row in rows]
        assert sum(points[:-1]) == points[-1]
        assert all(0 <= point <= 3 for point in points[:-1])
    for sample in re.findall(r"## Sample \w\n\n> (.*)", content):
        assert len(sample.split()) <= 150


def test_there_are_enough_misconceptions_each_met_in_the_book():
    rows = tables(text("misconceptions"))[0]
    assert len(rows) >= 12
    for said, ask, where in rows:
        assert said.startswith('"')
        assert ask.endswith("?")
        assert [anchor for _, anchor in links(where) if anchor], where


def test_the_memory_of_a_class_adds_up():
    content = text("classroom")
    kernel = max(map(int, re.findall(r"\| (\d+) MiB \|", content)))
    server = int(re.search(r"started took (\d+) MiB", content)[1])
    one, three = (int(x) for x in re.search(r": (\d+) GB .*?, (\d+) GB if", content).groups())
    assert "limits.memory 1G" in content
    assert server + 3 * kernel <= 1024
    assert server + kernel <= 512
    # Room is left for the machine itself.
    assert 30 * (server + kernel) <= 0.9 * 1024 * one
    assert 30 * (server + 3 * kernel) <= 0.95 * 1024 * three


@pytest.mark.skipif(sys.platform != "linux", reason="the page states what Linux counts")
def test_the_memory_that_the_page_states_is_enough():
    """A kernel that ran a chapter holds no more than the page says, with some room."""
    stated = re.search(r"primer-survival\.ipynb\) \| (\d+) MiB", text("classroom"))
    name = ROOT / "notebooks" / "primer-survival.ipynb"
    cells = [c for c in json.loads(name.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    code = "from pathlib import Path\nfrom IPython.core.interactiveshell import InteractiveShell\n"
    code += "shell = InteractiveShell.instance()\n"
    code += "".join(f"shell.run_cell({''.join(c['source'])!r})\n" for c in cells)
    code += "print(Path('/proc/self/status').read_text())"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=name.parent, capture_output=True, text=True, check=True
    )
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", run.stdout)[1]) / 1024
    assert 0.5 < peak / int(stated[1]) < 1.5


# Hand-outs.


def calls(cells):
    """Yield the calls that check an answer: the exercise, and the answer as it is written."""
    for cell in cells:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse(make_course.source(cell))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.check":
                    yield node.args[0].value, ast.unparse(node.args[1])


def test_students_get_every_exercise_and_no_solution():
    asked, solved = [], []
    for book in make_course.listed().values():
        kept, solutions = make_course.split(book)
        asked += [name for name, _ in calls(kept)]
        solved += [name for name, _ in calls(solutions)]
        assert len(kept) + len(solutions) == len(book["cells"])
        assert not [c for c in kept if "Solution" in make_course.source(c)[:12]]
        # Nothing that is left needs a name that only a solution defines.
        made, known = set(), set()
        for cell, names in ((c, made) for c in solutions if c["cell_type"] == "code"):
            names |= names_of(cell, ast.Store)
        for cell in (c for c in kept if c["cell_type"] == "code"):
            known |= names_of(cell, ast.Store)
        for cell in (c for c in kept if c["cell_type"] == "code"):
            assert not names_of(cell, ast.Load) & (made - known)
    assert sorted(asked) == sorted(exercises.load())
    assert set(solved) == set(asked)


def names_of(cell, context):
    nodes = list(ast.walk(ast.parse(make_course.source(cell))))
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)}
    imported = {n.asname or n.name for n in nodes if isinstance(n, ast.alias)}
    return names | imported if context is ast.Store else names


def test_keys_are_the_checkers_answers(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kept_answers, "_CURRENT", {"student": None})
    head, *rows = make_course.keys(IDS)
    assert head == ("id", "seed", "exercise", "given", "answer", "tolerance")
    assert len(rows) == len(IDS) * len(exercises.load())
    computed = [row for row in rows if not row[4].startswith("see")]
    assert len(computed) > 0.9 * len(rows)
    told = notebooks.of_the_book()
    for student, seed, name, given, answer, _ in computed:
        numbers = tuple(map(float, answer.split("; ")))
        assert seed in ("", exercises.student_seed(student))
        whole = numbers if exercises.load()[name].parts else numbers[0]
        text = told.get(name) or dict.fromkeys(exercises.load()[name].given)
        text = {"seed": seed} if seed else text
        exercises.student(student)
        assert exercises.check(name, whole, **text), name
        if not given and not seed:
            exercises.student("a student")
            assert exercises.check(name, whole, **text), name
    own = {row[2]: {r[4] for r in rows if r[2] == row[2]} for row in rows if row[1] or row[3]}
    assert len(own) > 35
    assert all(len(found) > 1 for found in own.values())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name\nAda\n", "expected a column id, got \\['name'\\]"),
        ("", "expected a column id, got None"),
        ("id,x\nAda,1\n,2\n", "row 2 has none"),
        ("id\nAda\nBo\nAda\n", "got \\['Ada'\\] more often"),
    ],
)
def test_a_roster_that_cannot_be_read(tmp_path, content, said, capsys):
    path = tmp_path / "class.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        make_course.roster(path)
    assert make_course.main(["--roster", str(path), "--to", str(tmp_path)]) == 2
    assert "roster: expected" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.zip"))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("Kurs für Ärzte")
    path = folder / "class.csv"
    path.write_text("\ufeffid\n" + "\n".join(IDS) + "\n", encoding="utf-8")
    for place in ("one", "two"):
        assert make_course.main(["--roster", str(path), "--to", str(folder / place)]) == 0
    return folder


def test_the_same_files_give_the_same_zips(course):
    for name in ("course-students.zip", "course-instructor.zip"):
        assert (course / "one" / name).read_bytes() == (course / "two" / name).read_bytes()
        with ZipFile(course / "one" / name) as packed:
            entries = packed.infolist()
        assert [e.filename for e in entries] == sorted(e.filename for e in entries)
        assert {e.date_time for e in entries} == {(2026, 1, 1, 0, 0, 0)}


def test_what_the_zips_hold(course):
    with ZipFile(course / "one" / "course-students.zip") as packed:
        names = {name.partition("/")[2] for name in packed.namelist()}
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert {f"notebooks/{path.name}" for path in NOTEBOOKS} <= names
    assert {f"worksheets/{name}.html" for name in SHEETS} <= names
    assert not {name for name in names if "solution" in name or "keys" in name or "rubric" in name}
    assert b"**Solution" not in everything
    with ZipFile(course / "one" / "course-instructor.zip") as packed:
        keys = packed.read("course-instructor/keys.csv").decode()
        assert b"**Solution" in packed.read("course-instructor/notebooks/tipm-lab.ipynb")
        assert packed.read("course-instructor/worksheets/solutions.html")
        assert packed.read("course-instructor/worksheets/rubric.html")
    rows = list(csv.DictReader(io.StringIO(keys)))
    assert {row["id"] for row in rows} == set(IDS)


def test_slides_and_sheets_need_nothing_beside_them(course):
    with ZipFile(course / "one" / "course-instructor.zip") as packed:
        found = {
            name: packed.read(name).decode() for name in packed.namelist() if name.endswith("l")
        }
    assert len(found) >= 15
    for name, content in found.items():
        soup = make_course.BeautifulSoup(content, "html.parser")
        for tag in soup.find_all(["script", "img", "link", "iframe", "source"]):
            assert (tag.get("src") or tag.get("href") or "data:").startswith("data:"), name
        assert not re.search(r"@import|url\((?!['\"]?data:)", content), name
        assert len(soup.find_all("h1")) == 1, name
        assert len(soup.find_all("main")) == 1, name
        assert soup.html["lang"] == "en"
        # No role, no place of the frame, no list of lines instead of a text.
        assert not re.search(r"\{\w+\}`|@[A-Z]+@|\['", soup.get_text()), name
        assert not [
            m for m in soup.find_all(string=re.compile(r"\$[^\d\s]")) if not m.find_parent("code")
        ]
        if "/slides/" in name:
            slides = soup.find_all("section")
            assert len(slides) >= 4
            for slide in slides:
                assert slide.find(["h1", "h2"]), name
                assert len(slide.get_text(strip=True)) > 20
            assert soup.find("img") or soup.find("svg") or soup.find("table"), name


def test_a_heading_that_is_gone_is_named():
    with pytest.raises(ValueError, match="magnesium-lab: expected headings in view, got"):
        make_course.slides("magnesium-lab", ["No such heading"])
    with pytest.raises(ValueError, match="expected a notebook of the book, got 'none'"):
        make_course.slides("none", [])
