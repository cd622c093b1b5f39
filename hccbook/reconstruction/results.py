"""Pooled results as printed, the boxes that their rounding allows, and sets that print them."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, ndtri

from .. import _checks, audit, meta, reported
from ..estimate import as_printed


@dataclass(frozen=True)
class Result:
    """A pooled result as printed: method, ratio with its 95 % limits, P, I² in per cent and its P.

    ``members`` are the positions of its studies, ``method`` is ``"fixed"`` or ``"dl"`` as for
    :func:`hccbook.meta.pool`. Of ``i2`` and ``q_p`` one is needed; ``None`` is not to be used.
    """

    name: str
    members: tuple
    method: str
    ratio: str
    lower: str
    upper: str
    p: str | None = None
    i2: str | None = None
    q_p: str | None = None

    def __post_init__(self):
        """Reject what no studies can print."""
        _checks.one_of("method", self.method, ("fixed", "dl"))
        _checks.whole("members", len(self.members), 2)
        for at in self.members:
            _checks.whole("members", at)
        if len(set(self.members)) < len(self.members):
            raise ValueError(f"members: expected each study once, got {self.members}")
        if self.boxes[1, 0] > self.boxes[2, 1]:
            raise ValueError(f"lower: expected at most upper = {self.upper}, got {self.lower}")
        if not 0 <= self.boxes[4, 0] <= self.boxes[4, 1] < math.inf:
            raise ValueError(f"i2: expected one that can print with its P, got {self}")

    _replace = replace  # the name that named tuples, such as the sets, have for it

    def pool(self, effect, se):
        """Return what its studies pool to, of log ratios and standard errors (..., k)."""
        at = list(self.members)
        return meta.pool(effect[..., at], se[..., at], method=self.method)

    @cached_property
    def boxes(self):
        """Ends of the log ratio, its log limits, ``|log ratio| / se`` and Q, shape (5, 2).

        Infinite where nothing is printed.
        """
        rows = []
        for name in ("ratio", "lower", "upper"):
            number = as_printed(getattr(self, name), name)
            if number.low <= 0:
                raise ValueError(f"{name}: expected a number above 0, got {number}")
            rows.append((math.log(number.low), math.log(number.high)))
        least, most = _tail(self.p, lambda p: -float(ndtri(p / 2)))
        k = len(self.members)
        low, high = _tail(self.q_p, lambda p: float(chdtri(k - 1, p)))
        if self.i2 is not None:
            q = audit.q_from_i2(self.i2, k)
            low, high = max(low, q.low), min(high, q.high)
        return np.array([*rows, (max(0.0, least), most), (low, high)])


class Sets(NamedTuple):
    """Sets of studies, a row each: ``effect`` (log ratios) and ``se``, shape (n, k).

    NaN: the study is in no result. ``distance`` is that of the nearest set from the print, in
    half widths of rounding (root of the sum of squares). ``steps``, of a draw, is a frame:
    candidates tried for each result, and how many printed it.
    """

    effect: np.ndarray
    se: np.ndarray
    distance: float = 0.0
    steps: object = None


def _tail(text, quantile):
    """Return the range of a statistic whose upper tail prints as ``text``."""
    if text is None:
        return -math.inf, math.inf
    number = as_printed(text, "p")
    low, high = max(0.0, float(number.low)), min(1.0, float(number.high))
    return quantile(high), quantile(low) if low > 0 else math.inf


def from_register(stem, members, method, without=()):
    """Return a pooled :class:`Result` of the meta-analysis in the register.

    ``stem``, such as ``"il6.pfs.pooled"``, is that of the rows ``il6-sii.<stem>.hr`` and ``.i2``.
    ``without`` are printed numbers not to be used, since they fit no others: ``"p"``, ``"i2"``,
    ``"q_p"``.
    """
    ratio, spread = f"il6-sii.{stem}.hr", f"il6-sii.{stem}.i2"
    cells = {"p": (ratio, "p"), "i2": (spread, "printed"), "q_p": (spread, "p")}
    for name in without if isinstance(without, tuple) else _checks.listed("without", without):
        _checks.one_of("without", name, cells)
    found = {name: reported.text(*cell) for name, cell in cells.items() if name not in without}
    limits = (reported.text(ratio, field) for field in ("printed", "lower", "upper"))
    return Result(stem, tuple(_checks.listed("members", members)), method, *limits, **found)


def a_result(name, value):
    """Reject what is no pooled result."""
    if not isinstance(value, Result):
        raise ValueError(f"{name}: expected a Result, got {value!r:.60}")


def of_studies(results, k):
    """Return results as a list; each has to be one of some of k studies."""
    for result in _checks.listed("results", results):
        a_result("results", result)
        if max(result.members) >= k:
            raise ValueError(f"members: expected positions below {k}, got {result}")
    return list(results)


def arrays(effect, se, fits, expected):
    """Return log ratios and standard errors as arrays of one shape that fits."""
    found = {"effect": _checks.numbers("effect", effect), "se": _checks.numbers("se", se)}
    for name, array in found.items():
        if not fits(array) or array.shape != found["effect"].shape:
            raise ValueError(f"{name}: expected {expected}, got shape {array.shape}")
    return found.values()


def ranges(effect, se):
    """Return ranges of log ratios and standard errors as arrays of shape (k, 2)."""
    effect, se = arrays(effect, se, lambda x: x.ndim == 2 and x.shape[1] == 2, "shape (k, 2)")
    for name, array in (("effect", effect), ("se", se)):
        if not (np.isfinite(array).all() and (array[:, 0] <= array[:, 1]).all()):
            raise ValueError(f"{name}: expected finite ranges, least before largest, got {array}")
    if (se <= 0).any():
        raise ValueError(f"se: expected ranges above 0, got {se.min():g}")
    return effect, se


def statistics(effect, se, result):
    """Return what a result would print for many sets (..., k): numbers (..., 5) as in boxes."""
    last = max(result.members)
    expected = f"the studies {result.members} on the last axis"
    pooled = result.pool(*arrays(effect, se, lambda x: x.ndim and x.shape[-1] > last, expected))
    limits = (pooled.value, pooled.lower, pooled.upper, np.abs(pooled.statistic), pooled.q)
    return np.stack(limits, axis=-1)


def reproduces(effect, se, result):
    """Say which sets, shape (..., k), print a result: every number of it, as printed."""
    a_result("result", result)
    found = statistics(effect, se, result)
    return ((found >= result.boxes[:, 0]) & (found <= result.boxes[:, 1])).all(axis=-1)
