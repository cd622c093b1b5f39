"""Patterns of register ids, and what their placeholders stand for.

``{x}`` is one word of an id, the part between two dots, or one entry of a list of that name;
``{all x}`` stands for every value, ``{other x}`` for every other value than the one at hand.
"""

import re
from fnmatch import fnmatchcase

from .. import reported

PLACEHOLDER = re.compile(r"\{(?:(all|other) )?([a-z0-9-]+)\}")


class Addresses:
    """The printed cells of one paper by address, ``id:field``.

    ``lists`` gives values to placeholders: words, or ``{"id": pattern, column: glob}`` for
    what is found in the register; ``names`` gives short names to ids.
    """

    def __init__(self, paper, lists, names):
        rows = reported.load(paper).to_dict("index").items()
        self.rows = {id.removeprefix(f"{paper}."): row for id, row in rows}
        self.cells = {f"{id}:{field}": (id, field) for id, field in reported.cells(paper)}
        self.lists, self._known = {}, {}
        for name, values in lists.items():
            self.lists[name] = self._found(name, **values) if isinstance(values, dict) else values
        for short, id in names.items():
            if not (found := list(self.expand([id]))):
                raise ValueError(f"names.{short}: expected the id of a printed number, got {id!r}")
            for _, bound in found:
                if (new := address(fill(short, bound))) in self.cells or PLACEHOLDER.search(new):
                    raise ValueError(f"names.{short}: expected a new name, got {new!r}")
                self.cells[new] = self.resolve(id, bound)
        self._known = {}

    def _found(self, name, id, **columns):
        """Return the values of a list that is looked up in the register."""
        rows = self.rows
        found = {
            bound[name]: None
            for _, bound in self.expand([id])
            if all(fnmatchcase(rows[self.resolve(id, bound)[0]][x], y) for x, y in columns.items())
        }
        if not found:
            raise ValueError(f"lists.{name}: expected rows of the register, got none")
        return list(found)

    def values(self, name, pattern):
        """Return what a placeholder can be: its list, or the words that the register has there."""
        if name in self.lists:
            return self.lists[name]

        def group(match):
            either = "|".join(map(re.escape, self.lists.get(match[2], ()))) or "[^.:]+"
            return f"({either})" if match[2] == name else f"(?:{either})"

        if (key := (name, pattern)) not in self._known:
            parts = re.split(r"(\{[^}]*\})", address(pattern))
            words = [group(x) if (x := PLACEHOLDER.fullmatch(y)) else re.escape(y) for y in parts]
            found = map(re.compile("".join(words)).fullmatch, self.cells)
            self._known[key] = list(dict.fromkeys(match[1] for match in found if match))
        return self._known[key]

    def expand(self, patterns, bound=None, place=None):
        """Yield what ``{x}`` can be so that all is printed: its place and its value, by name.

        Values go by their lists, else as in the register.
        """
        bound, place = bound or {}, place or {}
        filled = (PLACEHOLDER.finditer(fill(pattern, bound)) for pattern in patterns)
        match = next((x for matches in filled for x in matches if not x[1]), None)
        if match:
            for number, value in enumerate(self.values(match[2], match.string)):
                values = {**bound, match[2]: value}
                yield from self.expand(patterns, values, {**place, match[2]: number})
        elif None not in [self.resolve(pattern, bound) for pattern in patterns]:
            yield place, bound

    def resolve(self, pattern, bound):
        """Return the cell at an address, or lists of cells, one level for each ``all``.

        None if nothing is printed there; ``bound`` holds the values that are filled in.
        """
        pattern = address(fill(pattern, bound))
        match = PLACEHOLDER.search(pattern)
        if not match:
            return self.cells.get(pattern)
        values = self.values(match[2], pattern)
        if match[1] == "other":
            if match[2] not in bound:
                raise ValueError(f"{pattern}: expected {{{match[2]}}} beside it, got none")
            values = [value for value in values if value != bound[match[2]]]
        parts = [self.resolve(pattern.replace(match[0], value), bound) for value in values]
        return parts if parts and None not in parts else None


def address(pattern):
    """Return a pattern with its field; the printed number when left out."""
    return pattern if ":" in pattern else f"{pattern}:printed"


def fill(pattern, bound):
    """Return a pattern with values filled in for ``{x}``."""
    return PLACEHOLDER.sub(lambda x: x[0] if x[1] else bound.get(x[2], x[0]), pattern)
