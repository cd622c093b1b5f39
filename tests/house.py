"""Measures of the package's house: ``python tests/house.py`` prints them as tables."""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hccbook"
KINDS = ("code", "docstring", "comment", "blank")
LONGEST_FILE = 420
#: What reads in an afternoon: printed numbers, the register, the judge, relations, the scorecard.
CORE = (
    "estimate",
    "reported",
    "audit.check",
    "audit.counts",
    "relations",
    "scorecard",
    "display",
)
#: From the ground up. A room imports from its own floor and from those below it.
FLOORS = (
    # display knows formats and captions, and nothing of statistics or of the book
    ("_checks", "_names", "_newton", "_ties", "_threads", "estimate", "display", "numerics"),
    ("accuracy", "survival", "prediction", "lasso", "nomogram", "meta", "response", "indices"),
    ("audit", "simulate"),
    ("reported", "relations", "coverage", "scorecard", "studies", "reconstruction"),
    ("findings", "guidelines"),
    ("cohorts", "exercises", "injection"),
    ("figures",),
    ("__main__",),
)
#: Imports every module; prints which files that opened, and what completion then shows of each
#: room beyond its ``__all__``.
LOADED = """
import json, pkgutil, sys
from importlib import import_module
import hccbook
root, opened = sys.argv[1], set()
def watch(event, arguments):
    name = str(arguments[0]) if event == "open" else ""
    ours = name.startswith(root) and "/.venv/" not in name and "/__pycache__/" not in name
    if ours and not name.endswith((".py", ".pyc")):
        opened.add(name[len(root) + 1:])
sys.addaudithook(watch)
for module in pkgutil.walk_packages(hccbook.__path__, "hccbook."):
    import_module(module.name)
shown = [
    f"{room}.{name}"
    for room in hccbook._MODULES
    for module in [import_module(f"hccbook.{room}")]
    for name in dir(module)
    if not name.startswith("_") and name not in getattr(module, "__all__", ())
]
print(json.dumps([sorted(opened), shown]))
"""


@cache
def modules():
    """Return the syntax tree of every module, by its name below the package."""
    trees = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        trees[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return trees


@cache
def path_of(module):
    """Return the file of a module."""
    flat = PACKAGE.joinpath(*module.split(".")).with_suffix(".py") if module else PACKAGE
    return flat if flat.is_file() else PACKAGE.joinpath(*module.split("."), "__init__.py")


def room(module):
    """Return the room of a module: the first part of its name."""
    return module.partition(".")[0]


def documented(tree):
    """Yield every node that can hold a docstring, with the docstring's own node."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            yield node, node.body[0]


@cache
def kinds(module):
    """Count the lines of a module by kind."""
    text = path_of(module).read_text(encoding="utf-8")
    lines = text.splitlines()
    kind = ["blank" if not line.strip() else "code" for line in lines]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.line.strip().startswith("#"):
            kind[token.start[0] - 1] = "comment"
    for _, string in documented(modules()[module]):
        kind[string.lineno - 1 : string.end_lineno] = ["docstring"] * (
            string.end_lineno - string.lineno + 1
        )
    return Counter(kind)


def rooms():
    """Return the lines of each room by kind."""
    found = defaultdict(Counter)
    for module in modules():
        found[room(module) or "__init__"] += kinds(module)
    return dict(found)


def lines(*names):
    """Return the number of lines of the modules that are, or lie in, those named."""
    inside = [m for m in modules() if any(m == name or m.startswith(f"{name}.") for name in names)]
    return sum(sum(kinds(module).values()) for module in inside)


def long_files():
    """Return the files that are too long to be read in one go."""
    return [f"{m} ({n})" for m in modules() if (n := sum(kinds(m).values())) > LONGEST_FILE]


def imports(module, tree):
    """Yield what a module imports of the package, and the name that is taken from it."""
    package = module.split(".") if path_of(module).name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("hccbook."):
                    yield node, alias.name.removeprefix("hccbook."), None
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = [p for p in package if p][: len(package) - node.level + 1] + base
            elif base[:1] == ["hccbook"]:
                base = base[1:]
            else:
                continue
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                whole = inner in modules()
                yield node, inner if whole else ".".join(base), None if whole else alias.name


def links():
    """Return every import inside the package: module, module imported, name, at the top or not."""
    return [
        (module, other, name, node in tree.body)
        for module, tree in modules().items()
        for node, other, name in imports(module, tree)
        if other
    ]


def circles():
    """Return modules that need each other when they load, and rooms that do so at any time."""
    files, floors = defaultdict(set), defaultdict(set)
    for module, other, _, top in links():
        if top and other != module:
            files[module].add(other)
        if room(module) and room(module) != room(other):
            floors[f"room {room(module)}"].add(f"room {room(other)}")
    return [name for graph in (files, floors) for name in graph if name in reached(graph, name)]


def reached(graph, start):
    """Return what can be reached from a node of a graph."""
    found, left = set(), list(graph.get(start, ()))
    while left:
        if (node := left.pop()) not in found:
            found.add(node)
            left += graph.get(node, ())
    return found


def upward():
    """Return the imports that lead to a higher floor."""
    floor = {name: height for height, names in enumerate(FLOORS) for name in names}
    pairs = {(room(a), room(b)) for a, b, *_ in links() if room(a) and room(a) != room(b)}
    return [f"{a} -> {b}" for a, b in sorted(pairs) if floor[b] > floor[a]]


def private_doors():
    """Return the uses of names with an underscore that belong to another module or room."""
    found = set()
    for module, tree in modules().items():
        known = {}
        for node, other, name in imports(module, tree):
            away = room(other) != room(module)
            # A private module serves its own room; a private name serves its own module.
            inner = away and any(part.startswith("_") for part in other.split(".")[1:])
            if inner or (other != module and (name or "").startswith("_")):
                found.add(f"{module}: {other}{'.' + name if name else ''}")
            if name is None:
                for alias in node.names:
                    if alias.name.rpartition(".")[2] == other.rpartition(".")[2]:
                        known[alias.asname or alias.name] = other
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                other = known.get(node.value.id)
                if (
                    other
                    and re.match("_[^_]", node.attr)
                    and f"{other}.{node.attr}" not in modules()
                ):
                    found.add(f"{module}: {other}.{node.attr}")
    return sorted(found)


def loaded():
    """Return the files that importing the package opens, and the names that completion shows."""
    command = [sys.executable, "-c", LOADED, str(ROOT)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def words(tree):
    """Return every name that a piece of code uses; what a list ``__all__`` says is no use."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    return found


@cache
def shown():
    """Return the names that readers meet: in code of notebooks, in spans of code on pages."""
    pages = [path for path in (ROOT / "book").glob("*.md") if path.name != "api.md"]
    texts = [path.read_text(encoding="utf-8") for path in [*pages, *ROOT.glob("*.md")]]
    found = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                found |= set(re.findall(r"\w+", source))
            else:
                texts.append(source)
    for text in texts:
        for span in re.findall(r"(?s)```.*?```|`[^`\n]+`", text):
            found |= set(re.findall(r"\w+", span))
    return found


def definitions():
    """Yield the functions, classes and public methods of the package, with their module."""
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield module, node.name, node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        yield module, f"{node.name}.{inner.name}", inner


def kept(node):
    """Return whether a decorator that is called with a name keeps what it decorates."""
    calls = [call for call in node.decorator_list if isinstance(call, ast.Call)]
    return any(call.args and isinstance(call.args[0], ast.Constant) for call in calls)


def unreached():
    """Return the public names that no notebook, page, command, recipe or other code uses."""
    uses = Counter()
    for module, tree in modules().items():
        for node in tree.body:
            if path_of(module).name == "__init__.py" and isinstance(node, ast.ImportFrom):
                continue
            # What a definition says of itself is no use; but methods of a class use each other.
            own = {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else set()
            uses.update(words(node) - own)
    recipes = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "data").rglob("*.toml"))
    known = shown() | set(uses) | set(re.findall(r"\w+", recipes))
    return [
        f"{module}.{name}"
        for module, name, node in definitions()
        if "_" not in {part[0] for part in name.split(".")}
        and name.rpartition(".")[2] not in known
        and not kept(node)
    ]


def ceremony():
    """Return the definitions with a numpydoc docstring that readers never call."""
    return [
        f"{module}.{name}"
        for module, name, node in definitions()
        if re.search(r"(?m)^-{3,}$", ast.get_docstring(node) or "")
        and name.rpartition(".")[2] not in shown()
    ]


def measures():
    """Return every measure that is held: a number, and what it counts."""
    total = sum(rooms().values(), Counter())
    opened, completed = loaded()
    lists = {
        "files that are too long": long_files(),
        "import circles": circles(),
        "imports that lead up": upward(),
        "private names of another module": private_doors(),
        "files read at import": opened,
        "names that nobody reaches": unreached(),
        "numpydoc that only the package reads": ceremony(),
        "names that completion should not show": completed,
    }
    return {
        "lines": (total.total(), []),
        "lines of code": (total["code"], []),
        "lines of the core": (lines(*CORE), []),
        **{name: (len(found), found) for name, found in lists.items()},
    }


def main():
    """Print the tables."""
    print(f"{'room':16}{'all':>8}" + "".join(f"{kind:>11}" for kind in KINDS))
    found = rooms()
    for name, count in [*sorted(found.items()), ("all", sum(found.values(), Counter()))]:
        print(f"{name:16}{count.total():8}" + "".join(f"{count[kind]:11}" for kind in KINDS))
    print()
    for name, (number, names) in measures().items():
        print(f"{number:6}  {name}")
        for each in names:
            print(f"{'':10}{each}")


if __name__ == "__main__":
    main()
