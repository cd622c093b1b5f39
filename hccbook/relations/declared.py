"""The relations of a paper, read from ``data/relations/<paper>.toml`` and checked."""

import inspect
import re
import tomllib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from .. import _checks, reported
from .adapters import size
from .kinds import FILLED_IN, KINDS, TABLES
from .patterns import PLACEHOLDER, Addresses

FOLDER = reported.DATA / "relations"
#: The tables of a file, and what stands in them by name.
PARTS = {
    "lists": "words, or a table with an id that has the list as placeholder, and other columns",
    "names": "the id of a printed number",
    "sections": "blocks in double brackets",
    "untestable": "text",
}
SOURCES = ("arithmetic", "summary")
#: What a kind says of one of its cells; see :class:`hccbook.relations.kinds.Judge`.
WORD = re.compile(r"#?(@|[a-z0-9-]+)((?::[a-z]+)?)(\**)(\??)")
#: Quantities that are whole numbers by nature, which are not rounded.
WHOLE = ("count", "newcastle-ottawa score", "number of patients", "number of studies")


@dataclass(frozen=True)
class Relation:
    """One relation: the printed number ``id`` (without the paper's name), ``field`` is judged.

    ``judged`` is what it is called in its kind. ``cells`` has a pair of id and field for each word
    of the kind, in lists or dicts where ``function`` takes several at once; ``options`` are its
    further arguments.
    """

    id: str
    field: str
    kind: str
    judged: str
    function: Callable
    cells: dict
    evidence: str
    options: dict

    def reads(self):
        """Return the cells that are read, as one list of pairs of id and field."""
        return _leaves(self.cells)

    def texts(self, cells):
        """Return what is printed in its cells, of printed strings by id and field."""
        for cell in self.reads():
            if not cells.get(cell):
                raise ValueError(f"cells: {self.id} reads {cell}, where nothing is printed")
        return _each(self.cells, cells.get)

    def check(self, cells):
        """Run the check on printed strings by id and field."""
        texts = self.texts(cells).items()
        read = [_each(text, size) if word[0] == "#" else text for word, text in texts]
        return self.function(*read, **self.options)


def _each(item, change):
    """Return cells, or lists or dicts of them, each changed."""
    if isinstance(item, list):
        return [_each(part, change) for part in item]
    if isinstance(item, dict):
        return {key: _each(part, change) for key, part in item.items()}
    return change(item)


def _leaves(item):
    """Return what lists and dicts hold, as one list."""
    if isinstance(item, dict):
        item = list(item.values())
    return [x for part in item for x in _leaves(part)] if isinstance(item, list) else [item]


def load(paper):
    """Return the relations of a paper: lists by the section of the chapter that shows them.

    What breaks the format of its file is refused by the names of file, entry and key.
    """
    return {section: list(found) for section, found in _file(paper)[1].items()}


def find(paper, pattern):
    """Return what the placeholders of a pattern stand for in one paper.

    ``pattern`` is a register id without the paper's name and with one or two placeholders, such as
    ``"table2.{row}.{level}.all.count"``. Returned are the values, in the order of their list in the
    paper's file or else of the register; of two placeholders those of the second, by the first.
    """
    addresses = _file(paper)[0]
    _checks.text("pattern", pattern)
    names = dict.fromkeys(match[2] for match in PLACEHOLDER.finditer(pattern) if not match[1])
    _must(len(names) in (1, 2), "pattern", "one or two placeholders", pattern)
    rows = [[bound[name] for name in names] for _, bound in addresses.expand([pattern])]
    if len(names) == 1:
        return [value for (value,) in rows]
    return {one: [b for a, b in rows if a == one] for one in dict.fromkeys(a for a, _ in rows)}


def reasons(paper):
    """Return why nothing bears on a number that no relation judges, by a part of its id."""
    return _file(paper)[2]


def _file(paper):
    _checks.one_of("paper", paper, reported.papers())
    return _read(paper)


@cache
def _read(paper):
    """Return the addresses of a paper, its relations by section, and reasons for the rest."""
    path = FOLDER / f"{paper}.toml"
    try:
        with _at(path.name):
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            _check_tables(tables)
            addresses = Addresses(paper, tables.get("lists", {}), tables.get("names", {}))
            for part in tables.get("untestable", {}):
                fine = any(part in f"{paper}.{id}" for id in addresses.rows)
                _must(fine, f"untestable.{part}", "part of an id", part)
            sections = {}
            for section, blocks in tables.get("sections", {}).items():
                sections[section] = []
                for number, block in enumerate(blocks, 1):
                    with _at(f"sections.{section}, block {number}"):
                        sections[section] += _block(addresses, block)
    except OSError:
        raise ValueError(f"{path.name}: expected a file of relations, got none") from None
    return addresses, sections, tables.get("untestable", {})


@contextmanager
def _at(where):
    """Name where an error is."""
    try:
        yield
    except ValueError as error:  # also what is no TOML or no UTF-8
        raise ValueError(f"{where}, {error}") from None


def _must(fine, name, expected, got):
    if not fine:
        raise ValueError(f"{name}: expected {expected}, got {got!r}")


def _block(addresses, block):
    """Return the relations of one block, sorted by the values of its placeholders."""
    found = []
    for kind, entries in block.items():
        _must(kind in KINDS, kind, f"one of {sorted(KINDS)}", kind)
        for entry in _listed(entries):
            with _at(kind):
                _check_entry(kind, entry)
                patterns = _leaves([entry[key] for key in keys(kind)[0] if key in entry])
                made = [
                    (place, relation)
                    for place, bound in addresses.expand(patterns)
                    for relation in _relations(addresses, kind, entry, bound)
                ]
                _must(made, "cells", "something printed at all of them", patterns)
                found += made
    order = dict.fromkeys(name for place, _ in found for name in place)
    found.sort(key=lambda pair: [pair[0][name] for name in order if name in pair[0]])
    return [relation for _, relation in found]


def _relations(addresses, kind, entry, bound):
    """Yield the relations of an entry, its placeholders filled in."""
    for judge in KINDS[kind]:
        if judge.judged not in _listed(entry.get("only", judge.judged)):
            continue
        words = [x for x in judge.cells.split() if WORD.fullmatch(x)[1] in ("@", *entry)]
        cells = {
            word: _cells(addresses, judge.judged if word == "@" else word, entry, bound)
            for word in words
        }
        if None in cells.values():
            continue
        judged = cells["@"]
        for name, cell in judged.items() if isinstance(judged, dict) else [("", judged)]:
            about = addresses.rows[cell[0]]
            _must(about["kind"] == "result", judge.judged, "a result", cell[0])
            filled = name, about["quantity"] in WHOLE, cell[1]
            known = entry | dict(zip(FILLED_IN, filled, strict=True))
            options = {key: known[key] for key in _options(judge.function) if key in known}
            evidence = entry.get("evidence", judge.evidence)
            reads = {**cells, "@": cell}
            yield Relation(*cell, kind, judge.judged, judge.function, reads, evidence, options)


def _cells(addresses, word, entry, bound):
    """Return the cells of one word of a kind; None if one is not printed."""
    key, end, stars, _ = WORD.fullmatch(word).groups()
    found = _each(entry[key], lambda pattern: addresses.resolve(pattern + end, bound))
    if isinstance(found, dict):
        return None if None in found.values() else found
    if found is None or None in found:
        return None
    if isinstance(entry[key], list):
        found = [x for item in found for x in _listed(item)]
    most, lists = len(stars), _depth(found)
    _must(lists <= most, key, f"at most {most} lists in lists" if most else "one id", entry[key])
    for _ in range(most - lists):
        found = [found]
    return found


def _depth(cells):
    """Return how many lists deep cells lie."""
    return 1 + _depth(cells[0]) if isinstance(cells, list) else 0


def _listed(value):
    return value if isinstance(value, list) else [value]


@cache
def _options(function):
    """Return what a check can be told beside its cells."""
    parameters = inspect.signature(function).parameters
    return {name: x for name, x in parameters.items() if x.kind == x.KEYWORD_ONLY}


def keys(kind):
    """Return the keys that an entry of a kind can have: of cells, and options; and the needed."""
    words = [
        WORD.fullmatch(word).groups()
        for judge in KINDS[kind]
        for word in (judge.judged, *judge.cells.split())
    ]
    cells = dict.fromkeys(key for key, *_ in words if key != "@")
    options = {k: x for judge in KINDS[kind] for k, x in _options(judge.function).items()}
    options = {key: x for key, x in options.items() if key not in FILLED_IN}
    spare = {key for key, *_, optional in words if optional}
    spare |= {key for key, x in options.items() if x.default is not x.empty}
    return cells, options, [key for key in (*cells, *options) if key not in spare]


def _check_tables(tables):
    """Refuse unknown tables, and values of another type."""
    columns = reported.contract()["columns"]
    for table, entries in tables.items():
        _must(table in PARTS, table, f"one of {[*PARTS]}", table)
        _must(isinstance(entries, dict), table, "a table", entries)
        for key, value in entries.items():
            match table, value:
                case "sections", list():
                    fine = all(isinstance(block, dict) for block in value)
                case "lists", list():
                    fine = value and all(isinstance(word, str) and word for word in value)
                case "lists", {"id": str(id)}:
                    fine = f"{{{key}}}" in id and set(value) <= set(columns)
                    fine = fine and all(isinstance(text, str) for text in value.values())
                case "names" | "untestable", str():
                    fine = value
                case _:
                    fine = False
            _must(fine, f"{table}.{key}", PARTS[table], value)


def _check_entry(kind, entry):
    """Refuse an entry with unknown or missing keys, or values of another type."""
    _must(isinstance(entry, dict), "entry", "a table", entry)
    cells, options, needed = keys(kind)
    words = {"only": [judge.judged for judge in KINDS[kind]], "evidence": SOURCES}
    allowed = sorted({*cells, *options, *words})
    for key, value in entry.items():
        _must(key in allowed, key, f"one of {allowed}", key)
        if key in words:
            fine = all(x in words[key] for x in _listed(value))
            _must(fine, key, f"some of {words[key]}", value)
        elif key in options:
            number = options[key].annotation is int
            fine = type(value) is (int if number else str)
            _must(fine, key, "a number" if number else "text", value)
        else:
            table = key in TABLES
            fine = isinstance(value, dict) == table and all(
                isinstance(x, str) for x in _leaves(value)
            )
            _must(fine, key, "a table of ids" if table else "ids", value)
    _must(set(needed) <= set(entry), "entry", f"the keys {needed}", sorted(entry))
