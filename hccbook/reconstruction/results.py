"""Pooled results as printed, the boxes that their rounding allows, and sets that print them."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, ndtri

from .. import _checks, audit, meta, reported
from ..audit.arguments import critical
from ..estimate import printed

Z = critical("95")


class Result(NamedTuple):
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


def a_result(name, value):
    """Reject what is no pooled result."""
    if not isinstance(value, Result):
        raise ValueError(f"{name}: expected a Result, got {value!r:.60}")


def sets(effect, se, result):
    """Return log ratios and standard errors as arrays that hold the studies of a result."""
    effect, se = _checks.numbers("effect", effect), _checks.numbers("se", se)
    for name, array in (("effect", effect), ("se", se)):
        if not array.ndim or array.shape[-1] <= max(result.members):
            raise ValueError(f"{name}: expected the studies {result.members}, got {array.shape}")
    if se.shape != effect.shape:
        raise ValueError(f"se: expected the shape {effect.shape} of effect, got {se.shape}")
    return effect, se


def check(results, k):
    """Check results of some of k studies."""
    for result in _checks.listed("results", results):
        a_result("results", result)
        _checks.one_of("method", result.method, ("fixed", "dl"))
        if not set(result.members) <= set(range(k)):
            raise ValueError(f"members: expected positions below {k}, got {result}")


def ranges(effect, se, given=None):
    """Return ranges of log ratios and standard errors, and which are given, as arrays."""
    effect, se = _checks.numbers("effect", effect), _checks.numbers("se", se)
    none = np.zeros(effect.shape[0] if effect.ndim else 1, dtype=bool)
    given = none if given is None else _checks.sequence("given", given)
    if given.ndim != 1 or given.dtype != bool:
        raise ValueError(f"given: expected True or False for each study, got {given!r:.60}")
    for name, array in (("effect", effect), ("se", se)):
        if array.shape != (len(given), 2):
            raise ValueError(f"{name}: expected shape ({len(given)}, 2), got {array.shape}")
        if not (np.isfinite(array).all() and (array[:, 0] <= array[:, 1]).all()):
            raise ValueError(f"{name}: expected finite ranges, least before largest, got {array}")
    if (se <= 0).any():
        raise ValueError(f"se: expected ranges above 0, got {se.min():g}")
    return effect, se, given


def boxes(result):
    """Return what the log ratio, its log limits, ``|log ratio| / se`` and Q may be.

    Parameters
    ----------
    result : Result
        With heterogeneity that I² and its P value have in common.

    Returns
    -------
    ndarray, shape (5, 2)
        Least and largest values that print so; infinite where nothing is printed.
    """
    a_result("result", result)
    k = _checks.whole("members", len(result.members), 2)
    rows = []
    for name in ("ratio", "lower", "upper"):
        number = printed(getattr(result, name), name)
        if number.low <= 0:
            raise ValueError(f"{name}: expected a number above 0, got {number}")
        rows.append((math.log(number.low), math.log(number.high)))
    least, most = _tail(result.p, lambda p: -float(ndtri(p / 2)))
    rows.append((max(0.0, least), most))
    low, high = _tail(result.q_p, lambda p: float(chdtri(k - 1, p)))
    if result.i2 is not None:
        q = audit.q_from_i2(result.i2, k)
        low, high = max(low, q.low), min(high, q.high)
    if not 0 <= low <= high < math.inf:
        raise ValueError(
            f"i2: expected one that {k} studies can print with P {result.q_p}, got {result.i2}"
        )
    return np.array([*rows, (low, high)])


def from_register(stem, members, method, without=(), paper="il6-sii"):
    """Return a pooled result of the register.

    Parameters
    ----------
    stem : str
        Such as ``"il6.pfs.pooled"``; the rows ``<paper>.<stem>.hr`` and ``.i2`` are read.
    members, method, paper
        As for :class:`Result`; of which paper.
    without : sequence of {"p", "i2", "q_p"}
        Printed numbers not to be used, since they fit no others.

    Returns
    -------
    Result
    """
    _checks.text("stem", stem)
    _checks.one_of("method", method, ("fixed", "dl"))
    _checks.one_of("paper", paper, reported.papers())
    members = tuple(_checks.whole("members", at) for at in _checks.listed("members", members))
    for name in without if isinstance(without, tuple) else _checks.listed("without", without):
        _checks.one_of("without", name, ("p", "i2", "q_p"))
    ratio, spread = f"{paper}.{stem}.hr", f"{paper}.{stem}.i2"
    cells = {"p": (ratio, "p"), "i2": (spread, "printed"), "q_p": (spread, "p")}
    found = {name: reported.text(*cell) for name, cell in cells.items() if name not in without}
    limits = (reported.text(ratio, field) for field in ("printed", "lower", "upper"))
    return Result(stem, members, method, *limits, **found)


def _tail(text, quantile):
    """Return the range of a statistic whose upper tail prints as ``text``."""
    if text is None:
        return -math.inf, math.inf
    number = printed(text, "p")
    low, high = max(0.0, float(number.low)), min(1.0, float(number.high))
    return quantile(high), quantile(low) if low > 0 else math.inf


def statistics(effect, se, result):
    """Return what a result would print for many sets (..., k): numbers (..., 5) as in boxes."""
    a_result("result", result)
    effect, se = sets(effect, se, result)
    members = list(result.members)
    pooled = meta.pool(effect[..., members], se[..., members], method=result.method)
    limits = (pooled.value, pooled.lower, pooled.upper, np.abs(pooled.statistic), pooled.q)
    return np.stack(limits, axis=-1)


def reproduces(effect, se, result):
    """Say which sets print a result: every number of it, at the printed precision.

    Parameters
    ----------
    effect, se : ndarray, shape (..., k)
    result : Result

    Returns
    -------
    ndarray of bool, shape (...)
    """
    box, found = boxes(result), statistics(effect, se, result)
    return ((found >= box[:, 0]) & (found <= box[:, 1])).all(axis=-1)
