"""Sets of studies that print all results, drawn fairly."""

import math

import numpy as np

from .. import _checks
from ..estimate import Z95
from .results import Sets, of_studies, ranges, reproduces

#: Candidates for the first result are drawn so many at a time.
BATCH = 100_000
_ALPHA = 0.5  # of the Dirichlet distribution that shares of the weight are proposed from
_STEP = 1e-6  # of a derivative, relative


def draw(effect, se, given, results, sets=1000, tries=1_000_000, seed=0):
    r"""Draw sets of studies that print all results.

    Parameters
    ----------
    effect, se : array_like, shape (k, 2)
        Ranges of the log ratios and of their standard errors.
    given : array_like of bool, shape (k,)
        Studies whose numbers are published and so drawn from their ranges, not solved for.
    results : sequence of Result
        In the order in which they are met; small ones first.
    sets, tries, seed : int
        The most sets to return, and candidates for the first result, in batches of :data:`BATCH`.

    Notes
    -----
    Log ratio and log standard error are uniform in their ranges, all independent; this is
    conditioned on the print. Of the sets that print everything each has the same chance, also to
    be there twice. The proposal for the new studies of a result: its log limits uniform
    in their rounding boxes, Q uniform in its own; shares p of the weight from a Dirichlet
    distribution; a direction e uniform on the sphere :math:`\sum e_i \sqrt{p_i} = 0`. With the
    weight W of the new studies they then are :math:`w_i = p_i W` and
    :math:`y_i = c + r e_i / \sqrt{w_i}`, where W solves the printed width and c and r solve the
    printed ratio and Q. The ratio of the uniform density to that of the proposal is
    :math:`\prod w_i^{-1/2}\, W^{1/2} r^{k-2} \prod p_i^{-\alpha}\, |d \log W / d s|` divided by
    the Jacobian of (ratio, Q) in (c, r). Candidates that miss a range or a number are dropped, the
    others drawn again by that ratio (sequential importance resampling: Gordon, Salmond & Smith,
    IEE Proc F 1993;140:107).

    A single new study has no direction: its Q only has to fit. With random effects the ratio
    above then is exact up to where inside the rounding boxes a set lies.
    """
    import pandas as pd

    effect, se = ranges(effect, se)
    given = _checks.sequence("given", given)
    if given.shape != (len(effect),) or given.dtype != bool:
        raise ValueError(f"given: expected True or False for each study, got {given!r:.60}")
    for name, value in (("sets", sets), ("tries", tries), ("seed", seed)):
        _checks.whole(name, value, int(name != "seed"))
    results, rng = of_studies(results, len(given)), np.random.default_rng(seed)
    counts = np.zeros((len(results), 2), dtype=int)
    found, kept = [], 0
    for start in range(0, tries, BATCH):
        size = min(BATCH, tries - start)
        found.append(_batch(rng, effect, se, given, results, size, counts))
        kept += len(found[-1][0])
        if kept >= sets:
            break
    y, s, log_weight = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if kept:
        rows = _resample(rng, np.exp(log_weight - log_weight.max()), min(sets, kept))
        y, s = y[rows], s[rows]
    names = [result.name for result in results]
    return Sets(y, s, steps=pd.DataFrame(counts, names, ["tried", "matched"]))


def _resample(rng, weight, size):
    """Return positions drawn by weight, by systematic resampling."""
    steps = (np.arange(size) + rng.random()) / size * weight.sum()
    return np.minimum(np.searchsorted(np.cumsum(weight), steps), len(weight) - 1)


def _batch(rng, effect, se, given, results, size, counts):
    """Return the sets of one batch with their log weights; adds to ``counts``."""
    k = len(given)
    y, s = np.full((size, k), np.nan), np.full((size, k), np.nan)
    known = given.copy()
    y[:, known] = rng.uniform(*effect[known].T, (size, known.sum()))
    s[:, known] = np.exp(rng.uniform(*np.log(se[known]).T, (size, known.sum())))
    log_weight, level = np.zeros(size), 0.0
    for place, result in enumerate(results):
        members = np.array(result.members)
        new, old = members[~known[members]], members[known[members]]
        with np.errstate(all="ignore"):
            if new.size:
                log_weight = log_weight + _solve(rng, y, s, new, old, result)
            # NaN, where there is no solution, is outside of every range.
            inside = ((y[:, new] >= effect[new, 0]) & (y[:, new] <= effect[new, 1])).all(1)
            inside &= ((s[:, new] >= se[new, 0]) & (s[:, new] <= se[new, 1])).all(1)
        inside = np.flatnonzero(inside & np.isfinite(log_weight))
        inside = inside[reproduces(y[inside], s[inside], result)] if inside.size else inside
        counts[place] += len(y), inside.size
        known[new] = True
        y, s, log_weight = y[inside], s[inside], log_weight[inside]
        if not inside.size:
            break
        if place < len(results) - 1:
            weight = np.exp(log_weight - log_weight.max())
            level += log_weight.max() + math.log(weight.sum() / size)
            rows = _resample(rng, weight, size)
            y, s, log_weight = y[rows], s[rows], np.zeros(size)
    return y, s, log_weight + level


def _solve(rng, y, s, new, old, result):
    """Fill in the new studies of a result, and return their log weights."""
    n, k = len(y), len(new)
    box = result.boxes
    lower, upper = (rng.uniform(*box[row], n) for row in (1, 2))
    mean, error, q = (lower + upper) / 2, (upper - lower) / (2 * Z95), rng.uniform(*box[4], n)
    p = rng.dirichlet(np.full(k, _ALPHA), n) if k > 1 else np.ones((n, 1))
    w_old = s[:, old] ** -2.0
    excess = np.maximum(0, q - (k + len(old) - 1)) if result.method == "dl" else np.zeros(n)
    total, tau2, slope = _weight(error**-2.0, p, w_old, excess)
    w = p * total[:, None]
    y[:, new], log_jacobian = _effects(rng, mean, q, w, y[:, old], w_old, tau2)
    s[:, new] = 1 / np.sqrt(w)
    log_weight = (np.log(total) - np.log(w).sum(1)) / 2 - log_jacobian + np.log(slope / error)
    return log_weight - (_ALPHA * np.log(p).sum(1) if k > 1 else 0)


def _weight(target, p, w_old, excess):
    """Return the weight of the new studies, of which p are shares, with tau² and a slope."""
    # ``target`` is 1 / se² of the pooled effect. tau² is DerSimonian and Laird's, with ``excess``
    # for Q - df; the slope is |d log weight / d log se|.
    w1, w2, p2 = w_old.sum(1), (w_old**2).sum(1), (p**2).sum(1)

    def precision(total):
        s1 = w1 + total
        # One study alone has no tau².
        tau2 = np.where(excess > 0, excess / (s1 - (w2 + total**2 * p2) / s1), 0.0)
        new = total[:, None] * p
        parts = (w / (1 + w * tau2[:, None]) for w in (w_old, new))
        return sum(part.sum(1) for part in parts), tau2

    if not excess.any():
        total = target - w1
    elif not w_old.size:
        total = target / (p / (1 + p * (excess / (1 - p2))[:, None])).sum(1)
    else:
        low, high = np.full(len(p), 1e-3), np.full(len(p), 1e7)  # wide enough for any study
        for _ in range(45):
            total = np.sqrt(low * high)
            above = precision(total)[0] > target
            low, high = np.where(above, low, total), np.where(above, total, high)
    here, tau2 = precision(total)
    slope = np.log(precision(total * (1 + _STEP))[0] / here) / _STEP
    return total, tau2, 2 / np.abs(slope)


def _effects(rng, mean, q, w, y_old, w_old, tau2):
    """Return the effects of the new studies, whose weights are w, and a log Jacobian."""
    # It is that of (ratio, Q) in centre and radius, divided by radius**(k - 2); for a single
    # study that of the ratio alone.
    n, k = w.shape
    a, a_old = (x / (1 + x * tau2[:, None]) for x in (w, w_old))
    whole = a.sum(1) + a_old.sum(1)
    share = a.sum(1) / whole
    centre = (mean - (a_old * y_old).sum(1) / whole) / share
    if k == 1:
        return centre[:, None], np.log(share)
    total = w.sum(1)
    root = np.sqrt(w / total[:, None])
    e = rng.normal(size=(n, k))
    e -= (e * root).sum(1, keepdims=True) * root
    e /= np.linalg.norm(e, axis=1, keepdims=True)
    # The pooled effect is share * centre + radius * bend + what the old studies add.
    bend = (a * e / np.sqrt(w)).sum(1) / whole
    radius, side = np.sqrt(q), 0.0
    if w_old.size:
        w1 = w_old.sum(1)
        middle = (w_old * y_old).sum(1) / w1
        q_old = (w_old * (y_old - middle[:, None]) ** 2).sum(1)
        # Q = q_old + radius² + h (gap - radius b)²
        h, gap, b = w1 * total / (w1 + total), centre - middle, bend / share
        half = h * gap * b / (1 + h * b * b)
        inner = half**2 - (h * gap**2 + q_old - q) / (1 + h * b * b)
        # Each of the two solutions with the same chance.
        radius = half + rng.choice((-1.0, 1.0), n) * np.sqrt(inner)
        radius[~(radius > 0)] = np.nan
        side = bend * h * (gap - radius * b)
    log_jacobian = np.log(2 * np.abs(share * radius - side)) - (k - 2) * np.log(radius)
    centre = centre - radius * bend / share
    return centre[:, None] + radius[:, None] * e / np.sqrt(w), log_jacobian
