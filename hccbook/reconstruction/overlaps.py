r"""Two splits of the same studies: a proof that no studies can print both.

A draw that finds no set of studies proves nothing. Here the whole range of what is unknown is cut
into boxes, and a box is thrown away only if a bound shows that no set in it can print the results.
If no box is left, there is no such set.

Three facts carry the bounds. All results are of DerSimonian and Laird's random effects, with Q
beyond its degrees of freedom, so that :math:`\tau^2 = (Q - df) / C`, where
:math:`C = \sum w - \sum w^2 / \sum w` grows with each weight :math:`w_i = 1 / v_i`.

*Two studies.* Their variances add up to S, and a study whose variance is :math:`uS` lies

.. math:: \sqrt{V \, \frac{Q - 1 + 2u}{Q + 1 - 2u}}, \qquad
    S = \frac{VQ}{u (1 - u) + (Q^2 - 1) / 4},

from the pooled log ratio, whose variance is V. For beyond Q = 1 the difference of the two is
:math:`d^2 = QS = S + 2 \tau^2`; with :math:`v^* = v + \tau^2` the distance of one is
:math:`d \, v^*_1 / (v^*_1 + v^*_2)`, and V is :math:`v^*_1 v^*_2 / (v^*_1 + v^*_2)`.

*Contrasts.* If :math:`\sum h_i = 0`, then :math:`(\sum h_i y_i)^2 \le Q \sum h_i^2 v_i`, by Cauchy
and Schwarz, for :math:`\sum h_i y_i = \sum h_i (y_i - c)` for the c at which
:math:`\sum (y_i - c)^2 / v_i` is Q.

*Parts.* Q of a group is that of a part and of the rest, and what lies between their means.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .. import _checks
from .pairs import SLACK, Interval, contrast_variance, pieces, random_effects, shares_of, too_far

#: A proof is given up, and nothing decided, after so many boxes.
MOST_BOXES = 5_000_000
_CHUNK = 100_000
_SIZES = (8, 16, 32, 64, 96)  # how fine pairs are cut, one after the other
_SIDES = ("low", "high")


class Proof(NamedTuple):
    """What so many boxes have shown: no set of studies prints the results, or nothing."""

    excluded: bool
    boxes: int


def in_two_pairs(first, second, sides, least_se, largest_se=1.0):
    """Try to prove that one study cannot be in two pooled pairs at once.

    By the range of where the common study lies in either pair, for each variance of it.

    Parameters
    ----------
    first, second : Result
        Random-effects results of two studies each, with Q above 1.
    sides : tuple of {"low", "high"}
        Whether the common study is the one below or above the other, in the first and second.
    least_se, largest_se : float
        Bounds of the common study's standard error, which what the pairs print bounds from above
        as well; the least is also that of the other two.
    """
    sides = _checks.labels("sides", sides, _SIDES)
    if len(sides) != 2:
        raise ValueError(f"sides: expected two of {_SIDES}, got {sides!r}")
    (least, most), seen = _variances(least_se, largest_se), 0
    pairs = [random_effects(name, x, 2) for name, x in (("first", first), ("second", second))]
    most = min(most, *(pair.largest_variance() * (1 + SLACK) for pair in pairs))
    if most < least:
        return Proof(True, seen)
    edges = np.linspace(least, most, 65)
    t = Interval(edges[:-1], edges[1:])
    for size in _SIZES:
        ends = []
        for result, side in zip((first, second), sides, strict=True):
            place, total = pieces(result, size).place(side, t)
            fits = total.high - t.low >= least * (1 - SLACK)
            seen += fits.size
            low = np.where(fits, place.low, np.inf).min(axis=0, initial=np.inf)
            high = np.where(fits, place.high, -np.inf).max(axis=0, initial=-np.inf)
            ends.append(Interval(low, high))
        open_ = ~ends[0].meet(ends[1]).empty()
        if not open_.any():
            return Proof(True, seen)
        middle = ((t.low + t.high) / 2)[open_]
        t = Interval(
            np.concatenate([t.low[open_], middle]), np.concatenate([middle, t.high[open_]])
        )
    return Proof(False, seen)


def pair_in_group(pair, group, least_se, largest_se=1.0):
    """Try to prove that both studies of a pooled pair cannot belong to a larger group.

    Both are random-effects results with I² above 0; the standard errors are bounds for any study.
    By boxes of the variances: given these, what the other studies have to add to the pooled ratio
    puts Q of the group above a bound.
    """
    two, whole = random_effects("pair", pair, 2), random_effects("group", group)
    others = len(group.members) - 2
    if others < 1:
        raise ValueError(f"group: expected more than two studies, got {group}")
    least, most = _variances(least_se, largest_se)

    def possible(variances):
        t, rest = variances[0], variances[1:]
        down, total = two.distance(t)
        other = total - t
        fits = (other.high >= least * (1 - SLACK)) & (other.low <= most * (1 + SLACK))
        other = Interval(np.maximum(other.low, least), np.maximum(other.high, least))
        width, weights = _group(whole, [t, other, *rest])
        # The other study has the rest of S.
        up, _ = two.distance(other)
        middle = two.middle(t, total)
        added = sum(weights[2:])
        apart = whole.mean - two.mean
        gap = (apart + down) * weights[0] + (apart - up) * weights[1]
        gap = gap + (whole.mean - middle) * added
        precise = t.inverse() + other.inverse()
        room = contrast_variance(weights[2:], rest) + added.square() * precise.inverse()
        return fits & width & ~too_far(gap, whole.q - two.q, room)

    return _exhaust((least, most), 1 + others, possible)


def one_exchanged(first, second, places, least_se, largest_se=1.0):
    """Try to prove that two groups cannot have all studies in common but one each.

    Results and standard errors are as for :func:`pair_in_group`, of as many studies. ``places`` say
    where the study lies that is in the first group only, and that of the second: ``(pair, side)``,
    its own pair and ``"low"`` or ``"high"`` in it; ``None`` if nothing is known. By boxes of the
    variances of all studies: a pooled ratio and the place of the exchanged study give the mean of
    the common ones; both groups have to give the same.
    """
    groups = [random_effects("first", first), random_effects("second", second)]
    size = len(first.members)
    if size != len(second.members) or size < 3:
        raise ValueError(f"second: expected as many studies as the first, got {second}")
    places = _checks.listed("places", places)
    known = [None if place is None else _place(place) for place in places]
    if len(known) != 2 or known[0] is known[1] is None:
        raise ValueError(f"places: expected one or two places, got {places!r}")
    least, most = _variances(least_se, largest_se)

    def possible(variances):
        common, own = variances[: size - 1], variances[size - 1 :]
        kept = np.ones(len(own[0].low), dtype=bool)
        for a, b in pairwise(common):  # in order: they have no names
            kept &= a.low <= b.high
        inner, means, at = [], [], []
        for group, t, place in zip(groups, own, known, strict=True):
            width, weights = _group(group, [*common, t])
            shares = shares_of(weights)
            inner.append(shares_of(weights[:-1]))
            kept &= width
            if place is None:
                outside = shares
                continue
            where, total = place[0].place(place[1], t)
            gap = group.mean - where
            kept &= total.high - t.low >= least * (1 - SLACK)
            h = [*shares[:-1], shares[-1] - 1.0]
            kept &= ~too_far(gap, group.q, contrast_variance(h, [*common, t]))
            means.append(group.mean + weights[-1] * sum(weights[:-1]).inverse() * gap)
            at.append(where)
        if None in known:
            here = known.index(None)
            h = [a - b for a, b in zip(inner[1 - here], outside[:-1], strict=True)] + [-outside[-1]]
            gap = means[0] - groups[here].mean
            return kept & ~too_far(gap, groups[here].q, contrast_variance(h, [*common, own[here]]))
        return kept & _same_middle(groups, common, own, inner, means, at)

    return _exhaust((least, most), size + 1, possible)


def _place(place):
    """Return a pooled pair and on which side of it a study lies."""
    if not isinstance(place, tuple) or len(place) != 2:
        raise ValueError(f"places: expected pairs of a Result and a side, got {place!r}")
    _checks.one_of("places", place[1], _SIDES)
    return random_effects("places", place[0], 2), place[1]


def _variances(least_se, largest_se):
    """Return the least and largest variance of a study."""
    for name, value in (("least_se", least_se), ("largest_se", largest_se)):
        _checks.real(name, value)
    if not 0 < least_se < largest_se:
        raise ValueError(f"least_se: expected one from 0 to {largest_se}, got {least_se!r}")
    return least_se**2, largest_se**2


def _exhaust(variances, dimensions, possible):
    """Cut a box in two until no part is possible, or until there are too many."""
    low, high = np.log([[x] * dimensions for x in variances])
    stack, seen = [(np.array([low]), np.array([high]))], 0
    while stack:
        low, high = stack.pop()
        seen += len(low)
        if seen > MOST_BOXES:
            return Proof(False, seen)
        with np.errstate(all="ignore"):
            kept = possible([Interval(*np.exp(x)) for x in zip(low.T, high.T, strict=True)])
        low, high = low[kept], high[kept]
        at = np.arange(len(low)), (high - low).argmax(axis=1)
        below, above = high.copy(), low.copy()
        below[at] = above[at] = (low[at] + high[at]) / 2
        for start in range(0, len(low), _CHUNK):
            part = slice(start, start + _CHUNK)
            ends = [low[part], above[part]], [below[part], high[part]]
            stack.append(tuple(np.concatenate(end) for end in ends))
    return Proof(True, seen)


def _group(result, variances):
    """Return where a group's width can print, and its random-effects weights."""
    ends = []
    for end in ("high", "low"):
        w = [getattr(x.inverse(), end) for x in variances]
        ends.append(sum(w) - sum(x * x for x in w) / sum(w))
    df = len(variances) - 1
    tau2 = Interval((result.q.low - df) / ends[0], (result.q.high - df) / ends[1])
    weights = [(x + tau2).inverse() for x in variances]
    total = sum(weights)
    return ~total.meet(result.v.inverse()).empty(), weights


def _same_middle(groups, common, own, inner, means, at):
    """Say where the common studies can have one fixed-effect mean and one Q among them."""
    # Their means by the weights of either group are known; the fixed-effect mean is no further
    # from either than Q among them allows, and Q of each group is the latter and what its own
    # study adds.
    share = shares_of([x.inverse() for x in common])
    alone = sum(x.inverse() for x in common).inverse()
    apart = [
        contrast_variance([a - b for a, b in zip(share, x, strict=True)], common) for x in inner
    ]
    q = Interval(0.0, np.minimum(groups[0].q.high, groups[1].q.high))
    fits = True
    for _ in range(3):
        middle = Interval(-np.inf, np.inf)
        for mean, variance in zip(means, apart, strict=True):
            reach = np.sqrt(np.maximum(q.high, 0) * variance.high) * (1 + SLACK)
            middle = middle.meet(Interval(mean.low - reach, mean.high + reach))
        fits = fits & ~middle.empty()
        middle = Interval(np.minimum(middle.low, middle.high), np.maximum(middle.low, middle.high))
        left = Interval(0.0, np.inf)
        for group, t, place in zip(groups, own, at, strict=True):
            added = (middle - place).square() * (t + alone).inverse()
            left = left.meet(group.q - added)
        fits = fits & ~left.empty()
        q = left
    between = contrast_variance([a - b for a, b in zip(*inner, strict=True)], common)
    return fits & ~too_far(means[0] - means[1], q, between)
