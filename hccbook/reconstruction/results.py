"""Pooled results as printed, the boxes that their rounding allows, and sets that print them."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, ndtri

from .. import _checks, audit, meta, reported
from ..estimate import printed

Z = 1.959963984540054


class Result(NamedTuple):
    """A pooled result as printed.

    Parameters
    ----------
    name : str
    members : tuple of int
        Positions of its studies.
    method : {"fixed", "dl"}
        As for :func:`hccbook.meta.pool`.
    ratio, lower, upper : str
        Pooled ratio with its 95 % limits.
    p, i2, q_p : str or None
        P value of the ratio, I² in per cent, P value of Q; ``None`` where not to be used. Of the
        last two one is needed.
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


def boxes(result):
    """Return what the log ratio, its log limits, ``|log ratio| / se`` and Q may be.

    Parameters
    ----------
    result : Result

    Returns
    -------
    ndarray, shape (5, 2)
        Least and largest values that print so; infinite where nothing is printed.

    Raises
    ------
    ValueError
        If a number is not printed as one, there is no heterogeneity, or I² and its P value have
        no Q in common.
    """
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

    Raises
    ------
    ValueError
        If a row is not in the register, or ``without`` names another number.
    """
    for name in without:
        _checks.one_of("without", name, ("p", "i2", "q_p"))
    ratio, spread = f"{paper}.{stem}.hr", f"{paper}.{stem}.i2"
    cells = {"p": (ratio, "p"), "i2": (spread, "printed"), "q_p": (spread, "p")}
    found = {name: reported.text(*cell) for name, cell in cells.items() if name not in without}
    limits = (reported.text(ratio, field) for field in ("printed", "lower", "upper"))
    return Result(stem, tuple(members), method, *limits, **found)


def _tail(text, quantile):
    """Return the range of a statistic whose upper tail prints as ``text``."""
    if text is None:
        return -math.inf, math.inf
    number = printed(text, "p")
    low, high = max(0.0, float(number.low)), min(1.0, float(number.high))
    return quantile(high), quantile(low) if low > 0 else math.inf


def statistics(effect, se, result):
    """Return what a result would print, for many sets.

    Parameters
    ----------
    effect, se : ndarray, shape (..., k)
    result : Result

    Returns
    -------
    ndarray, shape (..., 5)
        Log ratio, log limits, ``|log ratio| / se`` and Q, as in :func:`boxes`.
    """
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
