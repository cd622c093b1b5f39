"""The relations of a paper, read from ``data/relations/<paper>.toml`` and checked."""

import inspect
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from .. import _checks, reported
from .common import size
from .kinds import KINDS, TABLES
from .patterns import PATTERN, PLACEHOLDER, Addresses, fill

DATA = reported.DATA / "relations"
PARTS = ("lists", "names", "sections", "untestable")
EVIDENCE = ("arithmetic", "summary")
#: What a kind says of one of its cells: ``#`` whole, its key, ``*`` a list, ``?`` optional.
WORD = re.compile(r"(#?)(@|[a-z0-9-]+)(?::[a-z]+)?(\**)(\??)")
#: Quantities that are whole numbers by nature, which are not rounded.
WHOLE = ("count", "newcastle-ottawa score", "number of patients", "number of studies")


@dataclass(frozen=True)
class Relation:
    """One relation between printed numbers.

    Parameters
    ----------
    id, field : str
        The number that is judged: register id without the paper's name, and column.
    function : callable
        Takes the printed strings of ``cells`` in order, and returns the
        :class:`hccbook.audit.Check` of the judged number.
    cells : list
        The cells that are read, pairs of id and field; lists or dicts of them where the
        function takes several at once.
    evidence : {"arithmetic", "summary"}
        ``"arithmetic"`` where nothing is assumed.
    kind : str
        Name of a kind of relation, such as ``"percentage"``.
    sizes : list of int
        Places in ``cells`` of what the function takes as whole numbers.
    options : dict
        Further arguments of the function.
    """

    id: str
    field: str
    function: Callable
    cells: list
    evidence: str = "arithmetic"
    kind: str = ""
    sizes: list = field(default_factory=list)
    options: dict = field(default_factory=dict)

    def reads(self):
        """Return the cells that are read, as one list of pairs of id and field."""
        found = []
        _each(self.cells, found.append)
        return found

    def check(self, cells):
        """Run the check on printed strings by id and field."""
        for cell in self.reads():
            if not cells.get(cell):
                raise ValueError(f"cells: {self.id} reads {cell}, where nothing is printed")
        texts = _each(self.cells, cells.get)
        for place in self.sizes:
            texts[place] = _each(texts[place], size)
        return self.function(*texts, **self.options)


def _each(item, change):
    """Return cells, or lists or dicts of them, each changed."""
    if isinstance(item, list):
        return [_each(part, change) for part in item]
    if isinstance(item, dict):
        return {key: _each(part, change) for key, part in item.items()}
    return change(item)


def load(paper):
    """Return the relations of one paper.

    Parameters
    ----------
    paper : str
        Short name, such as ``"tipm"``.

    Returns
    -------
    dict of str to list of Relation
        By section of the chapter that shows them.

    Raises
    ------
    ValueError
        If there is no such paper, or its file breaks the format; the message names the file,
        the entry and the key.
    """
    return {section: list(found) for section, found in _file(paper).sections.items()}


def find(paper, pattern):
    """Return what the placeholders of a pattern stand for in one paper.

    Parameters
    ----------
    paper : str
        Short name.
    pattern : str
        Register id without the paper's name and with one or two placeholders, such as
        ``"table2.{row}.{level}.all.count"``. The lists of the paper's file are known.

    Returns
    -------
    list of str, or dict of str to list of str
        The values in the order of their list or else of the register; with two placeholders
        those of the second by each value of the first.

    Raises
    ------
    ValueError
        If there is no such paper, or the pattern has another number of placeholders.
    """
    addresses = _file(paper).addresses
    _checks.text("pattern", pattern)
    names = [match[2] for match in PLACEHOLDER.finditer(pattern) if not match[1]]
    _must(len(names) in (1, 2), "pattern", "one or two placeholders", pattern)
    order = dict.fromkeys(names, pattern)
    rows = sorted(addresses.bindings(pattern), key=lambda row: addresses.place(row, order))
    if len(names) == 1:
        return [row[names[0]] for row in rows]
    found = {}
    for row in rows:
        found.setdefault(row[names[0]], []).append(row[names[1]])
    return found


def reasons(paper):
    """Return why nothing bears on a number that no relation judges, by a part of its id."""
    return _file(paper).tables.get("untestable", {})


def _file(paper):
    _checks.one_of("paper", paper, reported.papers())
    return _read(paper)


@cache
def _read(paper):
    return File(DATA / f"{paper}.toml", paper)


class File:
    """A file of relations, checked and applied to the register of its paper."""

    def __init__(self, path, paper):
        try:
            self.tables = tomllib.loads(path.read_text(encoding="utf-8"))
            _check_tables(self.tables)
            lists, names = (self.tables.get(x, {}) for x in ("lists", "names"))
            self.addresses = Addresses(paper, lists, names)
            for part in self.tables.get("untestable", {}):
                fine = any(part in f"{paper}.{id}" for id in self.addresses.frame.index)
                _must(fine, f"untestable.{part}", "part of an id", part)
            self.sections = {
                section: [
                    relation
                    for number, block in enumerate(blocks, 1)
                    for relation in self._block(f"sections.{section}, block {number}", block)
                ]
                for section, blocks in self.tables.get("sections", {}).items()
            }
        except OSError:
            raise ValueError(f"{path.name}: expected a file of relations, got none") from None
        except ValueError as error:  # also what is no TOML or no UTF-8
            raise ValueError(f"{path.name}, {error}") from None

    def _block(self, where, block):
        """Return the relations of one block, sorted by the values of its placeholders."""
        order, found = {}, []
        for kind, entries in block.items():
            _must(kind in KINDS, f"{where}, {kind}", f"one of {sorted(KINDS)}", kind)
            for entry in _listed(entries):
                _check_entry(f"{where}, {kind}", KINDS[kind], entry)
                patterns = _patterns(KINDS[kind], entry)
                for match in (x for pattern in patterns for x in PLACEHOLDER.finditer(pattern)):
                    if not match[1]:
                        order.setdefault(match[2], match.string)
                rows = [{}]
                for pattern in patterns:
                    more = [(row, self.addresses.bindings(fill(pattern, row))) for row in rows]
                    rows = [row | values for row, added in more for values in added]
                made = [
                    (row, relation)
                    for row in rows
                    for relation in self._relations(f"{where}, {kind}", kind, entry, row)
                ]
                _must(made, f"{where}, {kind}", "something printed at all its cells", patterns)
                found += made
        found.sort(key=lambda pair: self.addresses.place(pair[0], order))
        return [relation for _, relation in found]

    def _relations(self, where, kind, entry, row):
        """Yield the relations of an entry, its placeholders filled in."""
        for turn in KINDS[kind]:
            if turn.judged not in _listed(entry.get("only", turn.judged)):
                continue
            words = [WORD.fullmatch(x) for x in turn.cells.split()]
            words = [x for x in words if x[2] in entry or not x[4]]
            cells = ["@" if x[2] == "@" else self._cells(x[0], entry, row) for x in words]
            judged = self._cells(turn.judged, entry, row)
            if None in (judged, *cells):
                continue
            sizes = [place for place, word in enumerate(words) if word[1]]
            options = {
                key: fill(value, row) if isinstance(value, str) else value
                for key, value in entry.items()
                if key in _options([turn])
            }
            for name, cell in judged.items() if isinstance(judged, dict) else [("", judged)]:
                about = self.addresses.frame.loc[cell[0]]
                _must(about["kind"] == "result", f"{where}, {turn.judged}", "a result", cell[0])
                for key, value in (("name", name), ("whole", about["quantity"] in WHOLE)):
                    if key in _parameters(turn.function):
                        options = {**options, key: value}
                reads = [cell if item == "@" else item for item in cells]
                evidence = entry.get("evidence", turn.evidence)
                yield Relation(*cell, turn.function, reads, evidence, kind, sizes, options)

    def _cells(self, word, entry, row):
        """Return the cells of one word of a kind; None if one is not printed."""
        _, key, stars, _ = WORD.fullmatch(word).groups()
        end = "".join(re.findall(":[a-z]+", word))
        value = entry[key]
        found = _each(value, lambda x: self.addresses.resolve(fill(x, row) + end, row))
        if isinstance(found, dict):
            return None if None in found.values() else found
        if found is None or (isinstance(value, list) and None in found):
            return None
        if isinstance(value, list):
            found = [x for item in found for x in _listed(item)]
        for _ in range(len(stars) - _depth(value)):
            found = [found]
        return found


def _depth(value):
    """Return how many lists deep the cells of a value lie."""
    if isinstance(value, list):
        return 1
    return len({match[0] for match in PLACEHOLDER.finditer(value) if match[1]})


def _listed(value):
    return value if isinstance(value, list) else [value]


def _keys(turns):
    """Return the keys of the cells of a kind: how many lists deep, and whether optional."""
    words = [word for turn in turns for word in (turn.judged, *turn.cells.split())]
    found = {}
    for _, key, stars, optional in (WORD.fullmatch(word).groups() for word in words):
        found[key] = len(stars), bool(optional)
    return {key: needs for key, needs in found.items() if key != "@"}


def _options(turns):
    """Return what an entry can tell the functions of a kind beside the cells."""
    return {
        name: x
        for turn in turns
        for name, x in _parameters(turn.function).items()
        if x.kind == x.KEYWORD_ONLY and name not in ("name", "whole")
    }


@cache
def _parameters(function):
    return inspect.signature(function).parameters


def _patterns(turns, entry):
    """Return every pattern of an entry, as written."""
    found = [entry[key] for key in entry if key in _keys(turns)]
    return [
        x for item in found for x in (item.values() if isinstance(item, dict) else _listed(item))
    ]


def _must(fine, where, expected, got):
    if not fine:
        raise ValueError(f"{where}: expected {expected}, got {got!r}")


def _text(value):
    return isinstance(value, str) and value != ""


def _check_tables(tables):
    """Refuse unknown tables, and values of another type."""
    for table, entries in tables.items():
        _must(table in PARTS, table, f"one of {list(PARTS)}", table)
        _must(isinstance(entries, dict), table, "a table", entries)
        for key, value in entries.items():
            where = f"{table}.{key}"
            if table == "sections":
                fine = isinstance(value, list) and all(isinstance(x, dict) for x in value)
                _must(fine, where, f"blocks [[{where}]]", value)
            elif table == "lists":
                _check_list(where, key, value)
            elif table == "names":
                _check_pattern(where, key)
                _check_pattern(where, value)
            else:
                _must(_text(value), where, "text", value)


def _check_list(where, name, value):
    """Refuse a list that is neither words nor a look-up in the register."""
    if not isinstance(value, dict):
        fine = isinstance(value, list) and value and all(map(_text, value))
        _must(fine, where, "a list of words, or a table with an id", value)
        return
    for key, text in {"id": None, **value}.items():
        _must(key in reported.COLUMNS, f"{where}, {key}", f"one of {reported.COLUMNS}", key)
        _must(_text(text), f"{where}, {key}", "text", text)
    _check_pattern(f"{where}, id", value["id"])
    _must(f"{{{name}}}" in value["id"], f"{where}, id", f"a pattern with {{{name}}}", value["id"])


def _check_pattern(where, pattern):
    fine = isinstance(pattern, str) and PATTERN.fullmatch(pattern)
    _must(fine, where, "an id such as 'table1.{row}.count' or 'os.hr:upper'", pattern)


def _check_entry(where, turns, entry):
    """Refuse an entry with unknown or missing keys, or values of another type."""
    _must(isinstance(entry, dict), where, "a table", entry)
    keys, options = _keys(turns), _options(turns)
    allowed = sorted({*keys, *options, "only", "evidence"})
    words = {"only": [turn.judged for turn in turns], "evidence": list(EVIDENCE)}
    for key, value in entry.items():
        here = f"{where}, {key}"
        _must(key in allowed, here, f"one of {allowed}", key)
        if key in keys:
            table = isinstance(value, dict)
            _must(table == (key in TABLES), here, "a table" if key in TABLES else "ids", value)
            for pattern in _patterns(turns, {key: value}):
                _check_pattern(here, pattern)
            depth, most = 0 if table else _depth(value), keys[key][0]
            _must(
                depth <= most, here, f"at most {most} lists in lists" if most else "one id", value
            )
        elif key in words:
            fine = all(word in words[key] for word in _listed(value))
            _must(fine, here, f"some of {words[key]}", value)
        else:
            kind = int if options[key].annotation is int else str
            _must(type(value) is kind, here, "a number" if kind is int else "text", value)
    needed = [key for key, (_, optional) in keys.items() if not optional]
    needed += [key for key, x in options.items() if x.default is x.empty]
    for key in needed:
        _must(key in entry, f"{where}, {key}", "this key", sorted(entry))
    tokens = {match.groups() for x in _patterns(turns, entry) for match in PLACEHOLDER.finditer(x)}
    for how, name in tokens:
        fine = how != "other" or (None, name) in tokens
        _must(fine, where, f"{{{name}}} beside {{other {name}}}", sorted(entry))
