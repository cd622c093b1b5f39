"""Patterns of register ids, and what their placeholders stand for.

``{x}`` is one word of an id, the part between two dots, or one entry of a list of that name;
``{all x}`` stands for every value, ``{other x}`` for every other value than the one at hand.
"""

import re
from fnmatch import fnmatchcase

from .. import reported

PLACEHOLDER = re.compile(r"\{(?:(all|other) )?([a-z0-9-]+)\}")
FIELD = f"(?:{'|'.join(reported.FIELDS)})"
PATTERN = re.compile(
    rf"(?:[a-z0-9.-]|{PLACEHOLDER.pattern})+(?::(?:{FIELD}|{PLACEHOLDER.pattern}))?"
)


class Addresses:
    """The printed cells of one paper by address, which is ``id`` or ``id:field``.

    ``lists`` gives values to placeholders: words, or ``{"id": pattern, column: glob}`` for
    what is found in the register; ``names`` gives short names to ids.
    """

    def __init__(self, paper, lists=None, names=None):
        frame = reported.load(paper)
        frame.index = frame.index.str.removeprefix(f"{paper}.")
        self.frame, self.lists, self._scanned = frame, {}, {}
        self.cells = {
            f"{id}:{field}": (id, field)
            for id, row in frame.iterrows()
            for field in reported.FIELDS
            if row[field]
        }
        for name, values in (lists or {}).items():
            self.lists[name] = self._found(name, **values) if isinstance(values, dict) else values
        for short, id in (names or {}).items():
            if not (bindings := self.bindings(id)):
                raise ValueError(f"names.{short}: expected the id of a printed number, got {id!r}")
            for bound in bindings:
                if (new := address(fill(short, bound))) in self.cells or PLACEHOLDER.search(new):
                    raise ValueError(f"names.{short}: expected a new name, got {new!r}")
                self.cells[new] = self.resolve(fill(id, bound), bound)
        self._scanned = {}

    def _found(self, name, id, **columns):
        """Return the values of a list that is looked up in the register."""
        found = [
            bound[name]
            for bound in self.bindings(id)
            if all(fnmatchcase(self.frame.at[fill(id, bound), x], y) for x, y in columns.items())
        ]
        if not found:
            raise ValueError(f"lists.{name}: expected rows of the register, got none")
        return list(dict.fromkeys(found))

    def _scan(self, pattern):
        """Return the placeholders of an address, and their values wherever something is printed."""
        if pattern not in self._scanned:
            tokens = []

            def group(match):
                if (token := match[0][1:-1]) in tokens:
                    return f"(?P=x{tokens.index(token)})"
                tokens.append(token)
                either = "|".join(map(re.escape, self.lists.get(match[2], ()))) or "[^.:]+"
                return f"(?P<x{len(tokens) - 1}>{either})"

            fits = re.compile(PLACEHOLDER.sub(group, pattern.replace(".", r"\."))).fullmatch
            rows = [match.groups() for cell in self.cells if (match := fits(cell))]
            self._scanned[pattern] = tokens, rows
        return self._scanned[pattern]

    def bindings(self, pattern):
        """Return the values that ``{x}`` can have, by name, so that something is printed there."""
        if not PLACEHOLDER.search(pattern):
            return [{}] if address(pattern) in self.cells else []
        tokens, rows = self._scan(address(pattern))
        plain = [place for place, token in enumerate(tokens) if " " not in token]
        found = dict.fromkeys(tuple(row[place] for place in plain) for row in rows)
        return [{tokens[x]: value for x, value in zip(plain, row, strict=True)} for row in found]

    def place(self, bound, order):
        """Return what sorts values of placeholders: by their lists, else as in the register.

        ``order`` names a pattern for each placeholder, the one that counts first before others.
        """
        known, places = {}, []
        for name, pattern in order.items():
            if name in bound:
                values = self._values(name, name, address(fill(pattern, known)))
                places.append(values.index(bound[name]))
                known[name] = bound[name]
        return places

    def _values(self, name, token, pattern):
        if name in self.lists:
            return self.lists[name]
        tokens, rows = self._scan(pattern)
        place = tokens.index(token)
        return list(dict.fromkeys(row[place] for row in rows))

    def resolve(self, pattern, bound):
        """Return the cell at an address, or lists of cells, one level for each ``all``.

        None if nothing is printed there; ``bound`` holds the values that are filled in.
        """
        pattern = address(pattern)
        match = PLACEHOLDER.search(pattern)
        if not match:
            return self.cells.get(pattern)
        values = self._values(match[2], match[0][1:-1], pattern)
        if match[1] == "other":
            values = [value for value in values if value != bound.get(match[2])]
        parts = [self.resolve(pattern.replace(match[0], value), bound) for value in values]
        return parts if parts and None not in parts else None


def address(pattern):
    """Return a pattern with its field; the printed number when left out."""
    return pattern if ":" in pattern else f"{pattern}:printed"


def fill(pattern, bound):
    """Return a pattern with values filled in for ``{x}``."""
    return PLACEHOLDER.sub(lambda x: x[0] if x[1] else bound.get(x[2], x[0]), pattern)
