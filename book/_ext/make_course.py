"""Hand-outs for a class as two zips: ``make course``.

Students get notebooks without solutions, slides and worksheets. Instructors get the solutions too,
and an answer key for each student of a roster. The same files give the same zips.
"""

import argparse
import csv
import html
import io
import json
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from bs4 import BeautifulSoup
from hccsite import add_icons, mend_frames, to_mathml, wrap_tables

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "teaching"
#: How the cell above a solution starts; cells of the solution are folded as a whole.
SOLUTION, FOLDED = "**Solution", "hide-cell"
FRAME = Path(__file__).with_suffix(".html")
STUDENTS = """Copy the folder notebooks over that of the book: they need its package and its data.
Pages in slides and worksheets open in any browser and need no network.
"""


def listed():
    """Return the notebooks of the contents by their names."""
    names = re.findall(r"notebooks/([\w-]+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return {name: notebook(name) for name in names}


@cache
def notebook(name):
    """Return a notebook as its file holds it."""
    path = ROOT / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise ValueError(f"name: expected a notebook of the book, got {name!r}")
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    """Return the text of a cell."""
    return "".join(cell["source"])


def split(book):
    """Return the cells of a notebook that students get, and those of its solutions."""
    kept, solutions, inside = [], [], False
    for cell in book["cells"]:
        head = cell["cell_type"] == "markdown" and source(cell).startswith(SOLUTION)
        inside = head or (inside and FOLDED in cell["metadata"].get("tags", ()))
        (solutions if inside else kept).append(cell)
    return kept, solutions


def as_file(book):
    """Return a notebook as bytes."""
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()


# Answer keys.


def roster(path):
    """Return the ids of a CSV file with a column ``id``."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if "id" not in (rows.fieldnames or ()):
            raise ValueError(f"roster: expected a column id, got {rows.fieldnames}")
        ids = [(row["id"] or "").strip() for row in rows]
    if "" in ids:
        raise ValueError(f"roster: expected an id in each row, row {ids.index('') + 1} has none")
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"roster: expected each id once, got {twice} more often")
    return ids


def keys(ids):
    """Return the right answers of each student as a table, head first."""
    from hccbook import exercises
    from hccbook.exercises.notebooks import of_the_book

    table = [("id", "seed", "exercise", "given", "answer", "tolerance")]
    for student in ids:
        for name, exercise in exercises.load().items():
            own = exercises.own_numbers(name, student)
            told = own or of_the_book().get(name)
            answer = "see the solution in the notebook"
            if told is not None:
                answer = written(exercise.solve(**told)[0])
            given = "; ".join(f"{key} = {x}" for key, x in own.items() if key != "seed")
            table.append((student, own.get("seed", ""), name, given, answer, exercise.tolerance))
    return table


def written(answer):
    """Return an answer of one number or of several as text."""
    return "; ".join(f"{number:.6g}" for number in np.ravel(answer).tolist())


def as_csv(table):
    """Return a table as the bytes of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode()


# Slides and worksheets.


def with_formulas(text):
    """Return Markdown with its formulas as MathML; code is left alone."""
    parts = re.split(r"(```.*?```|`[^`\n]*`)", text, flags=re.DOTALL)
    for place in range(0, len(parts), 2):
        for pattern, display in (
            (r"\$\$(.+?)\$\$", "block"),
            (r"(?<![\\$])\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?!\d)", "inline"),
        ):
            parts[place] = re.sub(
                pattern,
                lambda found, display=display: " ".join(to_mathml(found[1], display).split()),
                parts[place],
                flags=re.DOTALL,
            )
    return "".join(parts)


@cache
def exporter():
    """Return Jupyter's own converter, which shows outputs but no code."""
    from nbconvert import HTMLExporter

    return HTMLExporter(template_name="basic", exclude_input=True, exclude_output_prompt=True)


def rendered(cells):
    """Return cells as a piece of a page: no code, no links into the book."""
    import nbformat

    cells = json.loads(json.dumps(cells))
    for cell in cells:
        cell.pop("id", None)
        cell["source"] = with_formulas(source(cell))
        for output in cell.get("outputs", ()):
            if "text/markdown" in (data := output.get("data", {})):
                data["text/markdown"] = with_formulas("".join(data["text/markdown"]))
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    body, _ = exporter().from_notebook_node(nbformat.reads(json.dumps(whole), 4))
    soup = BeautifulSoup(body, "html.parser")
    for link in soup.find_all("a"):
        if "anchor-link" in link.get("class", ()):
            link.decompose()
        elif not link.get("href", "").startswith("https://"):
            link.unwrap()
    for aside in soup.find_all(["script", "link"]):
        aside.decompose()
    for heading in soup.find_all(re.compile("h[1-6]")):
        del heading["id"]
    for formula in soup.find_all("math", display="block"):  # a wide one scrolls, by keyboard too
        box = {"class": "formula", "tabindex": "0", "role": "group", "aria-label": "Formula"}
        formula.wrap(soup.new_tag("span", attrs=box))
    return soup


def sections(book):
    """Yield the heading and the cells of each section that a reader meets unfolded."""
    heading, cells, depth = None, [], None
    for cell in split(book)[0]:
        tags = set(cell["metadata"].get("tags", ()))
        found = re.match(r"(#+) (.*)", source(cell)) if cell["cell_type"] == "markdown" else None
        if found and depth and len(found[1]) <= depth:
            depth = None
        if "fold-out" in tags:
            depth = len(found[1])
        if depth or tags & {FOLDED, "remove-cell"}:
            continue
        # A cell that ends with the heading of the next section belongs to both.
        if cell["cell_type"] == "code":
            cells.append(cell)
            continue
        for part in filter(str.strip, re.split(r"(?m)^(?=#{1,4} )", source(cell))):
            if part.startswith("#"):
                if heading is not None:
                    yield heading, cells
                heading, cells = part.partition("\n")[0].lstrip("# "), []
            cells.append(cell | {"source": part})
    yield heading, cells


def slides(name, chosen):
    """Return the slides of a chapter: the sections chosen, cut after each output."""
    known = dict(sections(notebook(name)))
    if missing := [heading for heading in chosen if heading not in known]:
        raise ValueError(f"{name}: expected headings in view, got {missing}")
    title = next(iter(known))
    groups = [(title, "", [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}"}])]
    for heading in chosen:
        group, number = [], 1
        for cell in [*known[heading], None]:
            if cell is not None:
                group.append(cell)
            full = cell is None or bool(cell.get("outputs"))
            if full and any(c.get("outputs") or source(c).strip() for c in group if shown(c)):
                groups.append((heading, f" ({number})" if number > 1 else "", group))
                group, number = [], number + 1
    pieces = []
    for place, (heading, more, group) in enumerate(groups, 1):
        soup = rendered(group)
        for found in soup.find_all(re.compile("h[2-6]")):
            found.name = "h2"
        head = f"<h2>{html.escape(heading + more)}</h2>" if more else ""
        foot = f"<footer>{html.escape(title)} · {place} of {len(groups)}</footer>"
        pieces.append(f'<section id="slide-{place}" tabindex="-1">{head}{soup}{foot}</section>')
    return page(title, "\n".join(pieces), "slides")


def shown(cell):
    """Return whether a cell leaves anything on a slide."""
    return cell["cell_type"] == "markdown" or bool(cell.get("outputs"))


def sheet(path):
    """Return a page for teachers as one that prints: terms as words, no links into the book."""
    text = re.sub(r"\{term\}`([^`<]+?)(?: <[^>]*>)?`", r"\1", path.read_text(encoding="utf-8"))
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    return page(text.partition("\n")[0].lstrip("# "), str(rendered([cell])), "sheet")


def page(title, body, kind):
    """Return a whole page that needs nothing beside it."""
    text = FRAME.read_text(encoding="utf-8")
    for name, value in (("TITLE", html.escape(title)), ("KIND", kind), ("BODY", body)):
        text = text.replace(f"@{name}@", value)
    soup = BeautifulSoup(text, "html.parser")
    for step in (wrap_tables, mend_frames, add_icons):  # as on the site
        step(soup)
    return str(soup).encode()


# The zips.


def contents(ids):
    """Return the files of both zips by their names, students' first."""
    listing = tomllib.loads((ROOT / "data/teaching/slides.toml").read_text(encoding="utf-8"))
    both = {f"slides/{name}.html": slides(name, chosen) for name, chosen in listing.items()}
    for path in PAGES.glob("worksheet-*.md"):
        both[f"worksheets/{path.stem}.html"] = sheet(path)
    students = both | {"README.txt": STUDENTS.encode()}
    teachers = dict(both)
    for name, book in listed().items():
        students[f"notebooks/{name}.ipynb"] = as_file(book | {"cells": split(book)[0]})
        teachers[f"notebooks/{name}.ipynb"] = as_file(book)
    for name in ("solutions", "rubric"):
        teachers[f"worksheets/{name}.html"] = sheet(PAGES / f"{name}.md")
    if ids:
        teachers["keys.csv"] = as_csv(keys(ids))
    return {"course-students": students, "course-instructor": teachers}


def pack(found, folder):
    """Return the bytes of a zip: entries sorted, all with the same time."""
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name, content in sorted(found.items()):
            entry = ZipInfo(f"{folder}/{name}", date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            entry.create_system = 3  # as on Unix, wherever it is made
            packed.writestr(entry, content)
    return target.getvalue()


def main(arguments=None):
    """Write both zips; return 2 for a roster that cannot be read."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--roster", help="CSV file with a column id; without it, no answer keys")
    parser.add_argument("--to", type=Path, default=ROOT / "_build", help="folder of the zips")
    chosen = parser.parse_args(arguments)
    try:
        files = contents(roster(chosen.roster) if chosen.roster else [])
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    chosen.to.mkdir(parents=True, exist_ok=True)
    for folder, found in files.items():
        target = chosen.to / f"{folder}.zip"
        target.write_bytes(pack(found, folder))
        print(f"{target.name}: {len(found)} files, {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
