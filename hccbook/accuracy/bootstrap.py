"""Bootstrap of AUCs, of their difference, and of the optimism of a chosen cut-off.

A sample of patients is only needed as how many of them have each value of the marker, with and
without the outcome. These counts are made for many samples at once.
"""

import math

import numpy as np

from .. import _checks
from ..estimate import Estimate
from .common import cells, from_zero, over_error, p_normal, patients, tally, twice_below

_BLOCK = 2**16  # patients drawn at a time: some 2 MB, which a processor's cache holds


def auc_bootstrap(y, marker, resamples=2000, stratified=True, level=0.95, seed=0):
    """Percentile bootstrap interval of an AUC.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; higher means more likely positive.
    resamples : int, default 2000
        Number of bootstrap samples of n patients.
    stratified : bool, default True
        Draw the patients with and without the outcome apart, so that every sample has as many
        of each as the data; else draw from all patients.
    level : float, default 0.95
        Confidence level.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    Estimate
        AUC of the patients themselves, the quantiles of the AUCs of the samples at
        (1 - ``level``) / 2 from either end (linear between order statistics: type 7), and n.

    Raises
    ------
    ValueError
        As :func:`auc`; if ``resamples`` is not a positive integer, ``stratified`` not true or
        false, or ``seed`` not a seed; if no sample has both classes.

    Notes
    -----
    As ``ci.auc(method = "bootstrap")`` of R's pROC, which however reports the median of the
    samples as the estimate. If not stratified, samples with one class only are left out. Memory
    does not grow with ``resamples``. Perfect separation and a constant marker have an interval
    without width, which says nothing; with a single patient in a class the limits are NaN, for
    every sample repeats that patient.

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. Stratified: Robin
    et al., BMC Bioinformatics 2011;12:77.

    Examples
    --------
    >>> print(auc_bootstrap([0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 4, 5]))
    0.833 (95 % CI 0.444 to 1.000)
    """
    _checks.level(level)
    y, marker = patients(y, marker=marker)
    value, each = _resampled_auc(y, [marker], resamples, stratified, seed)
    return Estimate(value, *_percentiles(y, each, level), level, n=y.size)


def auc_difference_bootstrap(y, first, second, resamples=2000, stratified=True, level=0.95, seed=0):
    """Percentile bootstrap interval of the difference of two AUCs in the same patients.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    first, second : array_like of float, shape (n,)
        The markers; higher means more likely positive.
    resamples, stratified, level, seed
        As in :func:`auc_bootstrap`. Both markers see the same samples of patients.

    Returns
    -------
    Estimate
        AUC of ``first`` minus AUC of ``second``, its limits, n, and ``p``: two-sided, normal,
        of the difference over the standard deviation of the differences of the samples.

    Raises
    ------
    ValueError
        As :func:`auc_bootstrap`.

    Notes
    -----
    ``p`` is that of ``roc.test(method = "bootstrap")`` of R's pROC. Limits and ``p`` are two
    methods, and need not agree on significance. Markers that place every patient alike have
    P = 1; if the difference is not 0 but the same in all samples, or there is one sample only,
    P is NaN. With a single patient in a class limits and P are NaN.

    References
    ----------
    As :func:`auc_bootstrap`. P: Hanley & McNeil, Radiology 1983;148:839, with the standard error
    of the bootstrap.
    """
    _checks.level(level)
    y, *markers = patients(y, first=first, second=second)
    value, each = _resampled_auc(y, markers, resamples, stratified, seed)
    lower, upper = _percentiles(y, each, level)
    se = math.nan
    if each.size > 1 and not math.isnan(lower):
        # 0 without rounding if no pair of patients varies: each then adds -1, -1/2, 0, 1/2 or 1.
        se = float(each.std(ddof=1))
    return Estimate(value, lower, upper, level, p_normal(over_error(value, se)), y.size)


def youden_optimism(y, marker, resamples=500, seed=0):
    """Optimism of the maximal Youden index, by Harrell's bootstrap.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.
    resamples : int, default 500
        Number of bootstrap samples of n patients. Memory does not grow with it.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.Series
        ``apparent`` (J at the cut-off chosen on all patients), ``optimism`` (mean over the
        resamples of J there minus J of the same cut-off in all patients) and ``corrected``
        (their difference).

    Raises
    ------
    ValueError
        As :func:`auc`; if ``resamples`` is not a positive integer or ``seed`` not a seed; if no
        resample has both classes.

    Notes
    -----
    Each resample chooses among the cut-offs of the whole sample; among ties it takes the first,
    that is the lowest. Resamples with one class only are left out.

    References
    ----------
    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5.
    """
    import pandas as pd

    y, marker = patients(y, marker=marker)
    values, cell = cells(y, marker)
    whole, pairs = _scaled_youden(tally(cell, values.size))
    gaps = []
    for drawn in _samples([np.arange(y.size)], resamples, seed):
        counts = _counts(cell, values.size, drawn)
        scaled, size = _scaled_youden(counts[counts.any(axis=2).all(axis=1)])
        best = scaled.argmax(axis=1)
        gaps.append(scaled.max(axis=1) / size - whole[best] / pairs)
    apparent, optimism = whole.max() / pairs, np.mean(_some(np.concatenate(gaps), resamples))
    return pd.Series({"apparent": apparent, "optimism": optimism, "corrected": apparent - optimism})


def _resampled_auc(y, markers, resamples, stratified, seed):
    """Return the AUC, or the first minus the second, of the patients and of each sample."""
    _checks.flag("stratified", stratified)
    strata = [np.flatnonzero(y == k) for k in (0, 1)] if stratified else [np.arange(y.size)]
    tables = [(cell, values.size) for values, cell in (cells(y, marker) for marker in markers)]
    (value,) = _areas([tally(*table)[None] for table in tables])
    each = [
        _areas([_counts(*table, drawn) for table in tables])
        for drawn in _samples(strata, resamples, seed)
    ]
    return float(value), _some(np.concatenate(each), resamples)


def _areas(counts):
    """Return the AUC of each sample with both classes, or that of two markers' difference.

    For each marker, counts of shape (samples, 2, values). The difference is taken in whole
    numbers (halves of concordant pairs).
    """
    sizes = counts[0].sum(axis=2)
    pairs = sizes[:, 0] * sizes[:, 1]
    wins = [np.einsum("sv,sv->s", c[:, 1], twice_below(c[:, 0])) for c in counts]
    both = pairs > 0
    return (wins[0] - sum(wins[1:]))[both] / (2 * pairs[both])


def _percentiles(y, each, level):
    """Return the limits; NaN with a single patient in a class."""
    if min(y.sum(), (1 - y).sum()) == 1:
        return math.nan, math.nan
    tail = (1 - level) / 2
    return (float(x) for x in np.quantile(each, [tail, 1 - tail]))


def _samples(strata, resamples, seed):
    """Yield bootstrap samples in blocks: one row a sample, the patients drawn in each stratum.

    Each stratum has a random stream of its own that is read sample by sample, so that the size
    of the blocks changes nothing.
    """
    resamples, seed = _checks.whole("resamples", resamples, 1), _checks.seed(seed)
    streams = [np.random.Generator(np.random.PCG64(seed).jumped(k)) for k in range(len(strata))]
    rows = max(1, _BLOCK // sum(stratum.size for stratum in strata))
    for done in range(0, resamples, rows):
        block = min(rows, resamples - done)
        drawn = [
            stratum[stream.integers(stratum.size, size=(block, stratum.size))]
            for stratum, stream in zip(strata, streams, strict=True)
        ]
        yield np.concatenate(drawn, axis=1)


def _counts(cell, values, drawn):
    """Count the patients of each sample by class and value; shape (samples, 2, values)."""
    samples = len(drawn)
    numbered = cell[drawn] + 2 * values * np.arange(samples)[:, None]
    counts = np.bincount(numbered.ravel(), minlength=2 * values * samples)
    return counts.reshape(samples, 2, values)


def _some(each, resamples):
    """Reject samples none of which has both classes."""
    if not each.size:
        raise ValueError(f"resamples: expected one or more with both classes, got 0 of {resamples}")
    return each


def _scaled_youden(counts):
    """Youden J × n1 × n0 at every cut-off, and n1 × n0, from counts (..., without/with, value)."""
    below = from_zero(counts)
    tn, fn = below[..., 0, :], below[..., 1, :]
    n0, n1 = tn[..., -1:], fn[..., -1:]
    return tn * n1 - fn * n0, (n1 * n0)[..., 0]
