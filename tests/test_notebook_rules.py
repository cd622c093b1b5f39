"""The house rules of the notebooks, as a test. They read the files and run nothing."""

import ast
import base64
import json
import re
from functools import cache

import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS, ROOT

from hccbook.display import SHORTEST_ALT
from hccbook.reported import DATA

#: Lines of a cell that a reader sees, and of one whose source is folded.
LONGEST_CELL, LONGEST_FOLDED = 15, 40
#: A code cell with this tag belongs to the code cell before it: no sentence in between.
CONTINUES = "continues"
#: How JupyterLab folds the section below a heading, as the tag ``fold-out`` does on the site.
COLLAPSED = "jp-MarkdownHeadingCollapsed"
#: The only cell metadata that may be stored; the rest is noise of one machine or one run.
CELL_METADATA = {"tags", "mystnb", "jupyter", "editable", "deletable", COLLAPSED}
#: Outputs that nbval compares. It skips PNG and JPEG: a changed picture would pass.
COMPARED = {"text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml"}
NOISE = {
    "a path of one machine": r"/(?:home|root|Users|tmp|work|usr|opt)/\w|[A-Z]:\\\\",
    "a memory address": r"\b0x[0-9a-f]{6,}",
    "a time stamp": r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d",
}
NETWORK = {
    "a shell command or an installation": r"(?m)^\s*[!%]|\bpip install|\bconda install|subprocess",
    "the network": r"https?://|\b(?:urllib|requests|httpx|socket|ftplib)\b",
}
HIDDEN_CHANCE = {
    "NumPy's global generator": r"np\.random\.(?!default_rng|Generator|SeedSequence)\w+",
    "a generator without a seed": r"default_rng\(\s*\)|SeedSequence\(\s*\)|random_state\s*=\s*None",
    "Python's global generator": r"(?m)^\s*(?:import random|from random import)",
}

#: Functions whose default leaves the order among ties to the processor.
ORDERS = {"argsort", "sort_values"}

#: A figure says which of these it is made of.
MADE_OF = ("synthetic", "simulated", "printed", "real patients")
#: A zero with a sign, with either minus: no range such as 0-0.5, no -0.05, no 1e-05.
SIGNED_ZERO = r"(?<![\w.−–-])[-−]0+(?:\.0+)?(?:[eE][+-]?0+)?(?![\w]|[.,]\d)"
#: What may hold a decimal number in prose: formulas, code, and links.
NOT_PROSE = r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|doi:[^\s\]]+"


@cache
def read(path):
    """Return a notebook. Every rule reads it, and none may change it."""
    return json.loads(path.read_text(encoding="utf-8"))


def cells(path, kind=None):
    return [cell for cell in read(path)["cells"] if kind is None or cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return cell["metadata"].get("tags", [])


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def pieces(output):
    """Return the texts of one output by type, streams as their name."""
    if output["output_type"] == "stream":
        return {output["name"]: "".join(output["text"])}
    data = output.get("data", {})
    return {k: "".join(v) if isinstance(v, list | str) else str(v) for k, v in data.items()}


@cache
def figures(path):
    """Return every image of the outputs, with the whole text of its figure."""
    found = []
    for output in outputs(path):
        page = BeautifulSoup(pieces(output).get("text/html", ""), "html.parser")
        for image in page.find_all("img"):
            around = image.find_parent("figure") or image
            found.append((image, f"{image.get('alt', '')} {around.get_text(' ')}"))
    return found


def drawings(path):
    """Return the pictures, unpacked."""
    sources = [image["src"].partition("base64,")[2] for image, _ in figures(path)]
    return [base64.b64decode(source).decode("utf-8", "replace") for source in sources]


@cache
def output_texts(path):
    """Return the texts of the outputs without the pictures."""
    texts = (text for output in outputs(path) for text in pieces(output).values())
    return [re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", text) for text in texts]


def stored_texts(path):
    """Return all that is stored beside the source: outputs, pictures unpacked, and metadata."""
    metadata = [read(path)["metadata"], *(cell["metadata"] for cell in cells(path))]
    return [*map(json.dumps, metadata), *output_texts(path), *drawings(path)]


def shown_texts(path):
    """Return what a reader sees of the outputs: texts, alt texts, and the words in figures."""
    words = (re.findall(r"<!--(.*?)-->", drawing, flags=re.DOTALL) for drawing in drawings(path))
    return [*output_texts(path), *map("\n".join, words)]


def matches(patterns, texts):
    """Yield what is found in the texts of patterns that must not be there."""
    for text in texts:
        for what, pattern in patterns.items():
            if found := re.search(pattern, text):
                yield f"{what}: …{text[max(0, found.start() - 40) : found.end() + 40]}…"


def of_the_notebook(path):
    """Tell what is wrong with its name, its title, its order and its metadata."""
    metadata, (first, *_) = read(path)["metadata"], cells(path)
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    unknown = {key for cell in cells(path) for key in cell["metadata"]} - CELL_METADATA
    rules = {
        "a name of lower-case words and hyphens": re.fullmatch(
            r"[a-z0-9]+(-[a-z0-9]+)*", path.stem
        ),
        "its title first": first["cell_type"] == "markdown" and re.match(r"# \S", source(first)),
        "`make notebooks`": counts == list(range(1, len(counts) + 1)) and outputs(path),
        "the kernel python3": metadata["kernelspec"]["name"] == "python3",
        "plain metadata": set(metadata) <= {"kernelspec", "language_info"} and not unknown,
        "the second cell that says what a single notebook lacks": "run `make lab`"
        in source(cells(path)[1])
        and tags(cells(path)[1]) == ["remove-cell"],
        "no version of one machine": "version" not in metadata.get("language_info", {}),
    }
    yield from (rule for rule, kept in rules.items() if not kept)


def of_outputs(path):
    for output in outputs(path):
        if output["output_type"] == "error" or "stderr" in pieces(output):
            yield f"an error or a warning: {output}"
        if unseen := set(pieces(output)) - COMPARED - {"stdout", "stderr"}:
            yield f"nbval does not compare {unseen}; show figures with display.show"
    for image, text in figures(path):
        if len(image.get("alt", "").strip()) < SHORTEST_ALT:
            yield f"alt too short: {image.get('alt')!r}"
        if not any(word in text.lower() for word in MADE_OF):
            yield f"alt and caption name none of {MADE_OF}: {image.get('alt')!r}"


def of_cells(path):
    folds = {
        "hide-cell": {"source_hidden": True, "outputs_hidden": True},
        "hide-input": {"source_hidden": True},
        "remove-cell": {"source_hidden": True},
    }
    for cell in cells(path, "code"):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        fold = next((folds[tag] for tag in tags(cell) if tag in folds), None)
        if len(lines) > (LONGEST_FOLDED if fold else LONGEST_CELL):
            yield f"{len(lines)} lines, starting with {lines[0]!r}"
        if cell["metadata"].get("jupyter") != fold:
            yield f"not folded alike on the site and in JupyterLab: {lines[0]!r}"
    for cell in cells(path, "markdown"):
        if ("fold-out" in tags(cell)) != cell["metadata"].get(COLLAPSED, False):
            yield f"not folded alike on the site and in JupyterLab: {source(cell)[:60]!r}"
        if "fold-out" in tags(cell) and not re.match("##+ ", source(cell)):
            yield f"a fold-out without a heading: {source(cell)[:60]!r}"
    story = [cell for cell in cells(path) if {CONTINUES, "remove-cell"}.isdisjoint(tags(cell))]
    for place, cell in enumerate(story):
        beside = story[max(place - 1, 0)], story[min(place + 1, len(story) - 1)]
        if cell.get("outputs") and {x["cell_type"] for x in beside} != {"markdown"}:
            yield f"no text before or after the cell {source(cell)[:60]!r}"


def of_texts(path):
    yield from matches(NOISE, stored_texts(path))
    # The second cell names the book's address, and fetches nothing.
    code = [cell for cell in cells(path, "code") if "remove-cell" not in tags(cell)]
    yield from matches(NETWORK | HIDDEN_CHANCE, map(source, code))
    # The sign of a zero hangs on a last bit, which differs from processor to processor.
    yield from matches({"a zero with a sign": SIGNED_ZERO}, shown_texts(path))
    # A number in a sentence is computed (display.say) or read from the register.
    for cell in cells(path, "markdown"):
        prose = re.sub(NOT_PROSE, "", source(cell), flags=re.DOTALL)
        yield from re.findall(r"\d+\.\d+[^.\n]{0,30}", prose)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_the_rules(path):
    rules = of_the_notebook, of_outputs, of_cells, of_texts
    faults = [f"{rule.__name__}: {fault}" for rule in rules for fault in rule(path)]
    assert not faults, "\n".join([f"{path.stem}:", *faults])


def unstable(code):
    """Yield each call that leaves the order among ties to the processor."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ORDERS:
            given = {word.arg: word.value for word in node.keywords}
            by = given.get("by", node.args[0] if node.args else None)
            # By several columns pandas is stable, and takes no kind.
            several = isinstance(by, ast.List) and len(by.elts) > 1
            if not several and getattr(given.get("kind"), "value", None) != "stable":
                yield ast.unparse(node)


def test_ties_are_in_the_same_order_on_every_processor():
    code = [source(cell) for path in NOTEBOOKS for cell in cells(path, "code")]
    code += [path.read_text(encoding="utf-8") for path in (ROOT / "hccbook").rglob("*.py")]
    assert not [call for text in code for call in unstable(text)]
    wrong = "x.argsort()", "np.argsort(x, axis=1)", "t.sort_values('a')", "t.sort_values(['a'])"
    assert all([*unstable(text)] for text in wrong)
    assert not [*unstable("t.sort_values(['a', 'b']); x.argsort(kind='stable')")]


def test_every_notebook_is_in_the_contents():
    there = {
        path
        for path in (ROOT / "notebooks").glob("*.ipynb")
        if not re.search(r"-Copy\d+$|^Untitled\d*$", path.stem)  # as JupyterLab names copies
    }
    assert there == set(NOTEBOOKS)


def test_zeros_with_a_sign_are_recognised():
    for text in ("-0.00", "−0", " -0.0)", ">-0<", "P −0.000.", "(-0e+00", "to -0,", "x,-0.0,y"):
        assert re.search(SIGNED_ZERO, text), text
    for text in ("0-0.5", "-0.05", "1e-05", "2026-01-05", "−0.30", "a-0", "0–0", "-01"):
        assert not re.search(SIGNED_ZERO, text), text


def test_no_zero_with_a_sign_is_a_result():
    for path in [*(DATA / "results").glob("*.csv"), *DATA.rglob("scorecard.json")]:
        found = [*matches({path.name: SIGNED_ZERO}, [path.read_text(encoding="utf-8")])]
        assert not found


def test_the_package_formats_decimals_without_a_signed_zero():
    """With ``z`` or :func:`hccbook.estimate.format_number`; errors and doctests are not shown."""
    for path in sorted((ROOT / "hccbook").rglob("*.py")):
        if "cohorts" in path.parts:  # its messages are errors
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        code = [line for line in lines if ">>>" not in line and not line.lstrip().startswith("...")]
        without = r"\{[^{}]*[^{}:`]:\.(?:\d|\{\w+\})[fge]\}(?!\"``)"
        assert not [*matches({f"{path.stem}, a format without z": without}, code)]
