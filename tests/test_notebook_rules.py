"""The house rules of the notebooks, each a test. They read the files and run nothing."""

import base64
import json
import re
from functools import cache

import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS, ROOT

from hccbook.display import SHORTEST_ALT
from hccbook.reported import DATA

LONGEST_CELL = 15
PACKAGE = ROOT / "hccbook"
#: A code cell with this tag belongs to the code cell before it: no sentence in between.
CONTINUES = "continues"
#: The only cell metadata that may be stored; the rest is noise of one machine or one run.
CELL_METADATA = {"tags", "mystnb", "jupyter", "editable", "deletable"}
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

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


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
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            page = BeautifulSoup(pieces(output).get("text/html", ""), "html.parser")
            for image in page.find_all("img"):
                around = image.find_parent("figure") or image
                found.append((image, f"{image.get('alt', '')} {around.get_text(' ')}"))
    return found


def stored_texts(path):
    """Return all that is stored beside the source: outputs, pictures unpacked, and metadata."""
    book = read(path)
    yield json.dumps(book["metadata"])
    for cell in book["cells"]:
        yield json.dumps(cell["metadata"])
        for output in cell.get("outputs", []):
            for text in pieces(output).values():
                yield re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", text)
    for image, _ in figures(path):
        yield base64.b64decode(image["src"].partition("base64,")[2]).decode("utf-8", "replace")


def assert_free_of(patterns, texts):
    for what, pattern in patterns.items():
        for text in texts:
            found = re.search(pattern, text)
            assert not found, f"{what}: …{text[max(0, found.start() - 40) : found.end() + 40]}…"


def test_every_notebook_is_in_the_contents():
    there = {
        path
        for path in (ROOT / "notebooks").glob("*.ipynb")
        if not re.search(r"-Copy\d+$|^Untitled\d*$", path.stem)  # as JupyterLab names copies
    }
    assert there == set(NOTEBOOKS)


@every_notebook
def test_name_is_lower_case_words_and_hyphens(path):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)


@every_notebook
def test_ran_once_from_top_to_bottom(path):
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


@every_notebook
def test_outputs_are_stored(path):
    assert any(cell["outputs"] for cell in cells(path, "code")), "run `make notebooks`"


@every_notebook
def test_no_errors_and_no_warnings(path):
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            assert output["output_type"] != "error", output
            assert "stderr" not in pieces(output), pieces(output)


@every_notebook
def test_outputs_can_be_compared(path):
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            unseen = set(pieces(output)) - COMPARED - {"stdout"}
            assert not unseen, f"nbval does not compare {unseen}; show figures with display.show"


@every_notebook
def test_code_cells_are_short(path):
    for cell in cells(path, "code"):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        assert len(lines) <= LONGEST_CELL, f"{len(lines)} lines, starting with {lines[0]!r}"


@every_notebook
def test_a_sentence_before_and_after_each_output(path):
    story = [cell for cell in cells(path) if CONTINUES not in tags(cell)]
    kept = [cell["cell_type"] for cell in story]
    shows = {place: source(cell) for place, cell in enumerate(story) if cell.get("outputs")}
    for place, code in shows.items():
        before, after = kept[max(place - 1, 0)], kept[min(place + 1, len(kept) - 1)]
        assert before == "markdown", f"no text before the cell {code[:60]!r}"
        assert after == "markdown", f"no text after the cell {code[:60]!r}"


@every_notebook
def test_starts_with_its_title(path):
    first = cells(path)[0]
    assert first["cell_type"] == "markdown"
    assert re.match(r"# \S", source(first))


@every_notebook
def test_stores_nothing_of_one_machine_or_one_run(path):
    assert_free_of(NOISE, stored_texts(path))


@every_notebook
def test_metadata_is_plain(path):
    book = read(path)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    assert set(book["metadata"]) <= {"kernelspec", "language_info"}
    assert "version" not in book["metadata"].get("language_info", {}), "a version of one machine"
    for cell in book["cells"]:
        assert set(cell["metadata"]) <= CELL_METADATA


@every_notebook
def test_solutions_are_folded_in_jupyterlab_too(path):
    for cell in cells(path, "code"):
        if "hide-cell" in cell["metadata"].get("tags", ()):
            folded = {"source_hidden": True, "outputs_hidden": True}
            assert cell["metadata"].get("jupyter") == folded


@every_notebook
def test_every_image_says_what_it_shows(path):
    for image, _ in figures(path):
        alt = image.get("alt", "")
        assert len(alt.strip()) >= SHORTEST_ALT, f"alt too short: {alt!r}"


@every_notebook
def test_figures_say_what_they_are_made_of(path):
    for image, text in figures(path):
        words = ("synthetic", "simulated", "printed")
        assert any(word in text.lower() for word in words), (
            f"alt and caption name none of {words}: {image.get('alt')!r}"
        )


@every_notebook
def test_code_needs_no_network(path):
    assert_free_of(NETWORK, [source(cell) for cell in cells(path, "code")])


@every_notebook
def test_chance_has_a_seed(path):
    assert_free_of(HIDDEN_CHANCE, [source(cell) for cell in cells(path, "code")])


#: A zero with a sign, with either minus: no range such as 0-0.5, no -0.05, no 1e-05.
SIGNED_ZERO = r"(?<![\w.−–-])[-−]0+(?:\.0+)?(?:[eE][+-]?0+)?(?![\w]|[.,]\d)"


def shown_texts(path):
    """Return what a reader sees of the outputs: texts, alt texts, and the words in figures."""
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            for text in pieces(output).values():
                yield re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", text)
    for image, _ in figures(path):
        drawing = base64.b64decode(image["src"].partition("base64,")[2]).decode()
        yield "\n".join(re.findall(r"<!--(.*?)-->", drawing, flags=re.DOTALL))


@every_notebook
def test_no_zero_with_a_sign_is_shown(path):
    """Its sign hangs on a last bit, which differs from processor to processor."""
    assert_free_of({"a zero with a sign": SIGNED_ZERO}, shown_texts(path))


@pytest.mark.parametrize(
    "text", ["-0.00", "−0", " -0.0)", ">-0<", "P −0.000.", "(-0e+00", "to -0,", "x,-0.0,y"]
)
def test_zeros_with_a_sign_are_recognised(text):
    assert re.search(SIGNED_ZERO, text)


@pytest.mark.parametrize(
    "text", ["0-0.5", "-0.05", "1e-05", "2026-01-05", "−0.30", "a-0", "0–0", "-01"]
)
def test_other_numbers_are_no_zeros_with_a_sign(text):
    assert not re.search(SIGNED_ZERO, text)


def test_no_zero_with_a_sign_is_a_result():
    for path in [*(DATA / "results").glob("*.csv"), *DATA.rglob("scorecard.json")]:
        assert_free_of({path.name: SIGNED_ZERO}, [path.read_text(encoding="utf-8")])


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_the_package_formats_decimals_without_a_signed_zero(path):
    """With ``z`` or :func:`hccbook.estimate.number`; errors and doctests are not shown."""
    if "cohorts" in path.parts:  # its messages are errors
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if ">>>" not in line and not line.lstrip().startswith("...")]
    assert_free_of({"a format without z": r"\{[^{}]*[^{}:`]:\.(?:\d|\{\w+\})[fge]\}(?!\"``)"}, code)


#: What may hold a decimal number in prose: formulas, code, and links.
NOT_PROSE = r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|doi:[^\s\]]+"


@every_notebook
def test_prose_types_no_decimal_numbers(path):
    """A number in a sentence is computed (display.say) or read from the register."""
    for cell in cells(path, "markdown"):
        prose = re.sub(NOT_PROSE, "", source(cell), flags=re.DOTALL)
        assert not (found := re.findall(r"\d+\.\d+[^.\n]{0,30}", prose)), found
