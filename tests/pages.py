"""Measure the notebooks as a reader meets them: ``python tests/pages.py``.

A reader sees the Markdown outside of fold-outs, and the code that is not folded. Of that code
every statement is analysis or plumbing, and every call of statistics is one of the field's
libraries or one of ours.
"""

import ast
import json
import math
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Words and cells that a reader takes in a minute, and minutes for an exercise.
WORDS, CELLS, EXERCISE = 200, 3, 3
MEASURES = ("words", "cells", "exercises", "lines", "plumbing", "library", "ours")
#: Roots of the field's libraries, and our rooms that hold statistics.
LIBRARIES = {"lifelines", "sklearn", "statsmodels", "scipy", "firthmodels"}
OURS = {"accuracy", "indices", "meta", "prediction", "reconstruction", "response", "simulate"}
OURS |= {"studies", "survival"}
#: Rooms, objects and names whose statements say, draw, lay out or keep.
PLUMBING = {"card", "display", "figures", "scorecard", "plt", "ax", "axes", "fig"}
PLUMBING |= {"say", "show", "table", "progress", "label", "badge"}
LAYOUT = {"alt", "caption", "captions", "here", "note", "notes", "said", "words", "labels"}
LAYOUT |= {"lines", "title", "titles", "text", "texts", "colours", "colors"}


def cells(path):
    """Yield the cells of a notebook with whether a reader meets them unfolded."""
    depth = None
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        heading = re.match(r"(#+) ", text) if cell["cell_type"] == "markdown" else None
        if heading and depth and len(heading[1]) <= depth:
            depth = None
        if "fold-out" in tags:
            depth = len(heading[1])
            yield "markdown", text.partition("\n")[0], tags, True
            continue
        yield cell["cell_type"], text, tags, depth is None


def told(text):
    """Return the words of a Markdown cell that stand outside of its fold-outs."""
    text = re.sub(
        r"<details>.*?(<summary>.*?</summary>).*?</details>", r"\1", text, flags=re.DOTALL
    )
    text = re.sub(r"\]\([^)]*\)|<[^>]*>|[#*|`$]|:?-{3,}:?", " ", text)
    return text.split()


def root(node):
    """Return the name at the root of a call such as ``ax.plot(x)`` or ``Fitter().fit(x)``."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def imported(tree):
    """Yield each imported name with the package, or our room, that it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield (name.asname or name.name).partition(".")[0], name.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            top, _, rest = (node.module or "").partition(".")
            for name in node.names:
                room = (rest.partition(".")[0] or name.name) if top == "hccbook" else top
                yield name.asname or name.name, room


def kinds(tree, names):
    """Return how many calls of the libraries and of ours a tree has, and if it calls plumbing."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    # In ``Fitter().fit(x)`` two calls share one root: it is one step.
    inner = {id(n) for c in calls for n in ast.walk(c.func) if isinstance(n, ast.Call)}
    roots = [root(call) for call in calls if id(call) not in inner]
    places = [names.get(name, name) for name in roots]
    plumbing = any(x in PLUMBING for x in [*roots, *places])
    return sum(p in LIBRARIES for p in places), sum(p in OURS for p in places), plumbing


def leaves(body):
    """Yield the statements of a cell; of blocks and functions the head and what is inside."""
    for statement in body:
        inside = [x for part in ("body", "orelse") for x in getattr(statement, part, [])]
        if not inside:
            yield statement, statement.lineno, statement.end_lineno
        else:
            head = [x for x in ast.iter_child_nodes(statement) if not isinstance(x, ast.stmt)]
            yield ast.Module(head, []), statement.lineno, inside[0].lineno - 1
            yield from leaves(inside)


def is_plumbing(statement, called):
    """Tell whether a statement says, draws, lays out or keeps rather than analyses."""
    library, ours, plumbing = called
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    named = {n.id for t in targets if t for n in ast.walk(t) if isinstance(n, ast.Name)}
    return (plumbing and not library and not ours) or (bool(named) and named <= LAYOUT | PLUMBING)


@cache
def measure(path):
    """Return the measures of one notebook."""
    names, count = {}, dict.fromkeys(MEASURES, 0)
    longest = 0
    for kind, text, tags, unfolded in cells(path):
        if kind == "markdown":
            count["words"] += len(told(text)) if unfolded else 0
            continue
        tree = ast.parse(text)
        names |= dict(imported(tree))
        longest = max(longest, *map(len, text.splitlines()), 0)
        count["exercises"] += "hide-cell" not in tags and "exercises.check(" in text
        count["cells"] += unfolded and not {"hide-cell", "remove-cell"} & set(tags)
        if not unfolded or {"hide-cell", "hide-input", "remove-cell"} & set(tags):
            continue
        lines = [line.strip() for line in text.splitlines()]
        for statement, first, last in leaves(tree.body):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                continue
            size = len([x for x in lines[first - 1 : last] if x and x[0] != "#"])
            called = kinds(statement, names)
            count["lines"] += size
            count["plumbing"] += size * is_plumbing(statement, called)
            count["library"] += called[0]
            count["ours"] += called[1]
    return count | {"longest": longest, "minutes": minutes(count)}


def minutes(count):
    """Return the minutes that a page takes, as they are stated: in steps of five."""
    reading = count["words"] / WORDS + count["cells"] / CELLS + count["exercises"] * EXERCISE
    return max(5, 5 * math.ceil(reading / 5))


def stated(path):
    """Return the minutes that a notebook's first cell states, or None."""
    text = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    found = re.search(r"\*\*Time\*\* (\d+) minutes", text)
    return int(found[1]) if found else None


def main(paths):
    """Print the table."""
    heads = ["words", "cells", "lines", "plumbing", "library", "minutes", "stated", "longest"]
    print(f"{'':30}" + "".join(f"{head:>10}" for head in heads))
    for path in paths:
        m = measure(path)
        calls = m["library"] + m["ours"]
        shares = [m["plumbing"] / max(m["lines"], 1), m["library"] / max(calls, 1)]
        row = [m["words"], m["cells"], m["lines"], *(f"{100 * s:.0f} %" for s in shares)]
        row += [m["minutes"], stated(path) or "", m["longest"]]
        print(f"{path.stem:30}" + "".join(f"{x!s:>10}" for x in row))


if __name__ == "__main__":
    chosen = [ROOT / "notebooks" / f"{name}.ipynb" for name in sys.argv[1:]]
    main(chosen or sorted((ROOT / "notebooks").glob("*.ipynb")))
