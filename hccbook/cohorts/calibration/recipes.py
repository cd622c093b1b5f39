"""What every recipe does: read its targets and nothing else, and try again when one is missed."""

import re
import tomllib
from collections import UserDict
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, reduce
from itertools import product
from operator import getitem

import numpy as np

from ... import _checks, reported
from ...estimate import Estimate
from .search import NotReached

#: Cohorts that are tried before a recipe gives up.
ATTEMPTS = 60


@cache
def told(paper):
    """Return what a recipe's file tells."""
    path = reported.DATA / "recipes" / f"{paper}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def targets(paper, split, reading):
    """Return the printed numbers that a cohort is built to have: fields by register id."""
    return {id: fields for id, fields, _ in _listed(paper, "targets", split, reading)}


def out_of_reach(paper, split, reading):
    """Return printed numbers that no cohort has with its targets: why, by id and field."""
    listed = _listed(paper, "out-of-reach", split, reading)
    return {(id, field): why for id, fields, why in listed for field in fields}


def _listed(paper, kind, split, reading):
    """Yield the ids of a kind of entries with their fields, and why they stand there."""
    meant = {"split": split, "reading": reading}
    for entry in told(paper).get(kind, ()):
        if all(value in np.atleast_1d(entry.get(name, value)) for name, value in meant.items()):
            for each, line in product(entry.get("each", [""]), entry["ids"]):
                pattern, _, fields = line.partition(": ")
                pattern = pattern.replace("{split}", split).replace("{each}", each)
                for id in _expanded(pattern):
                    named = tuple((fields or "printed").split(", "))
                    yield f"{paper}.{id}", named, entry.get("why")


def _expanded(pattern):
    """Return what a pattern stands for: one of each list in braces."""
    parts = re.split(r"[{}]", pattern)
    return ["".join(parts) for parts in product(*(part.split(",") for part in parts))]


def reader(paper, split, reading):
    """Return a function that reads targets, by their id in the paper, and nothing else.

    ``split`` is one, or several of which all targets may be read.
    """
    wanted = {}
    for one in np.atleast_1d(split):
        wanted |= targets(paper, one, reading)
    register = reported.load(paper)[[*reported.FIELDS]].to_dict()

    def printed(id, field="printed"):
        id = f"{paper}.{id}"
        if field not in wanted.get(id, ()):
            raise KeyError(f"{id} ({field}) is held out")
        return register[field][id]

    return printed


def until_met(stream, attempt):
    """Do a step of a recipe with new random numbers until it meets its targets.

    ``stream`` is a ``SeedSequence``, ``attempt`` takes a generator and raises :class:`NotReached`.
    """
    for child in stream.spawn(ATTEMPTS):
        try:
            return attempt(np.random.default_rng(child))
        except NotReached as error:
            last = error
    seed = np.ravel(stream.entropy)[0]
    raise RuntimeError(f"seed {seed}: no cohort meets its targets ({last})")


def keyed(paper, found):
    """Return a cohort's statistics by register id and field.

    ``found`` has them by the id in the paper, or ``id: field``: a number, a word, an estimate
    with its limits, or a dict by reading.
    """
    values = {}
    for key, value in found.items():
        id, _, field = key.partition(": ")
        parts = {field or "printed": value}
        if isinstance(value, Estimate):
            parts = {"printed": value.value, "lower": value.lower, "upper": value.upper}
        for name, part in parts.items():
            values[f"{paper}.{id}", name] = part if isinstance(part, (str, dict)) else float(part)
    return values


def shuffled(rng, columns):
    """Return patients in random order, with a running number."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    frame = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    frame.insert(0, "patient", np.arange(1, len(frame) + 1))
    return frame


class Part(UserDict):
    """A part of a recipe's file in ``data/recipes``, read when it is first asked for."""

    def __init__(self, paper, *names):
        self._where = paper, names

    @property
    def data(self):
        """The mapping itself, the same for all who ask."""
        paper, names = self._where
        return reduce(getitem, names, told(paper))


@contextmanager
def assuming(assumed, changes):
    """Change some of a recipe's assumptions for a while; those inside groups by mappings."""
    # Somebody may hold a group: groups are replaced, never changed.
    before, changed = dict(assumed.data), deepcopy(dict(assumed.data))
    _change(changed, changes, "assumed")
    assumed.data.update(changed)
    try:
        yield
    finally:
        assumed.data.update(before)


def _change(group, changes, path):
    for name, value in _checks.mapping(path, changes).items():
        if name not in group:
            raise ValueError(f"{path}: expected some of {', '.join(map(str, group))}, got {name!r}")
        if isinstance(group[name], dict):
            _change(group[name], value, f"{path}[{name!r}]")
        else:
            group[name] = value
