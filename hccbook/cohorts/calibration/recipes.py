"""What every recipe does: read its targets and nothing else, and try again when one is missed."""

import re
import tomllib
from collections import UserDict
from contextlib import contextmanager
from functools import cache, reduce
from itertools import product
from operator import getitem

import numpy as np

from ... import _checks, reported
from .search import Miss

#: Cohorts that are tried before a recipe gives up.
ATTEMPTS = 60


def reader(wanted):
    """Return a function that reads targets from the register and nothing else."""

    def printed(id, field="printed"):
        if field not in wanted.get(id, ()):
            raise KeyError(f"{id} ({field}) is held out")
        return reported.text(id, field)

    return printed


def until_met(stream, attempt):
    """Do a step of a recipe with new random numbers until it meets its targets.

    ``stream`` is a ``SeedSequence``, ``attempt`` takes a generator and raises :class:`Miss`.
    """
    for child in stream.spawn(ATTEMPTS):
        try:
            return attempt(np.random.default_rng(child))
        except Miss as miss:
            last = miss
    seed = np.ravel(stream.entropy)[0]
    raise RuntimeError(f"seed {seed}: no cohort meets its targets ({last})")


@cache
def _recipe(paper):
    path = reported.DATA / "recipes" / f"{paper}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def targets(paper, split, reading):
    """Return the printed numbers that a cohort is built to have: fields by register id."""
    return {id: fields for id, fields, _ in _listed(paper, "targets", split, reading)}


def misses(paper, split, reading):
    """Return printed numbers that no cohort has with its targets: why, by id and field."""
    return {
        (id, field): why
        for id, fields, why in _listed(paper, "misses", split, reading)
        for field in fields
    }


def _listed(paper, kind, split, reading):
    """Yield the ids of a kind of entries with their fields, and why they stand there."""
    for entry in _recipe(paper).get(kind, ()):
        for name, value in (("split", split), ("reading", reading)):
            allowed = entry.get(name, value)
            if value not in ([allowed] if isinstance(allowed, str) else allowed):
                break
        else:
            for line in entry["ids"]:
                pattern, _, fields = line.partition(": ")
                for id in _expanded(pattern.replace("{split}", split)):
                    yield (
                        f"{paper}.{id}",
                        tuple(fields.split(", ")) if fields else ("printed",),
                        (entry.get("why")),
                    )


def _expanded(pattern):
    """Return what a pattern stands for: one of each list in braces."""
    parts = re.split(r"[{}]", pattern)
    return ["".join(parts) for parts in product(*(part.split(",") for part in parts))]


class Assumptions(UserDict):
    """What a recipe assumes, from ``data/recipes``, read when it is first asked for."""

    def __init__(self, paper, *groups):
        self._where = paper, groups

    @property
    def data(self):
        """The mapping itself, the same for all who ask."""
        paper, groups = self._where
        return reduce(getitem, groups, _recipe(paper)["assumed"])


@contextmanager
def assuming(assumed, changes, path="assumed"):
    """Change some of a recipe's assumptions for a while; those inside groups by mappings."""
    before = []
    try:
        _change(assumed, changes, path, before)
        yield
    finally:
        for group, name, value in reversed(before):
            group[name] = value


def _change(group, changes, path, before):
    """Change a group of assumptions, and note what they were."""
    for name, value in _checks.mapping(path, changes).items():
        if name not in group:
            raise ValueError(f"{path}: expected some of {', '.join(map(str, group))}, got {name!r}")
        if isinstance(group[name], dict):
            _change(group[name], value, f"{path}[{name!r}]", before)
        else:
            before.append((group, name, group[name]))
            group[name] = value
