"""Decision curves: the net benefit of treating the patients whose predicted risk is high."""

import numpy as np

from .. import _checks
from .._ties import merge_ties
from .calibration import outcome_and_risk


def net_benefit(y, risk, thresholds, resamples=0, seed=0):
    r"""Net benefit of a model, of treating all and of treating none, at each threshold.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome, 1 for a patient who should be treated.
    risk : array_like of float, shape (n,)
        Predicted risk, from 0 to 1; ``risk >= threshold`` is treated. The result of a test is
        a risk too: 1 if positive, 0 if negative.
    thresholds : array_like of float, shape (k,)
        Threshold probabilities, at least 0 and below 1.
    resamples : int, default 0
        Number of bootstrap samples of n patients for the limits; 0 for none.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.DataFrame
        One row a threshold, in the given order: ``threshold``; ``tp``, ``fp`` (treated patients
        with and without the outcome); ``model``, ``all``, ``none``, the net benefits, in true
        positives per patient. With ``resamples`` also ``lower`` and ``upper``, 95 % percentile
        limits of ``model``.

    Notes
    -----
    At the threshold t, which says that treating (1 - t)/t patients in vain is worth one treated
    rightly,

    .. math:: NB = \frac{TP}{n} - \frac{FP}{n} \frac{t}{1 - t}.

    The limits do not correct the optimism of a model that was fitted in the same patients.

    Vickers & Elkin, Med Decis Making 2006;26:565. Vickers et al., BMC Med Inform Decis Mak
    2008;8:53.
    """
    import pandas as pd

    resamples, seed = _checks.whole("resamples", resamples), _checks.seed(seed)
    y, risk = outcome_and_risk(y, risk)
    at = _checks.vector("thresholds", thresholds)
    if (wrong := (at < 0) | (at >= 1)).any():
        place = int(wrong.argmax())
        raise ValueError(
            "thresholds: expected numbers of at least 0 and below 1, "
            f"got {at[place]:g} at position {place}"
        )
    ill = y == 1
    both = merge_ties(np.concatenate([risk, at]))
    risk, ends = both[: risk.size], both[risk.size :]
    tp, fp = (x.size - np.searchsorted(np.sort(x), ends) for x in (risk[ill], risk[~ill]))
    n, events, odds = y.size, np.count_nonzero(ill), at / (1 - at)
    curve = {"threshold": at, "tp": tp, "fp": fp, "model": tp / n - fp / n * odds}
    curve |= {"all": events / n - (n - events) / n * odds, "none": np.zeros(at.size)}
    if resamples:
        drawn = _resampled(tp, fp, at, n, events, resamples, seed)
        curve["lower"], curve["upper"] = np.quantile(drawn, [0.025, 0.975], axis=0)
    return pd.DataFrame(curve)


def _resampled(tp, fp, at, n, events, resamples, seed):
    """Net benefits of bootstrap samples, shape (resamples, thresholds)."""
    # How many patients of each class fall between two thresholds is multinomial: the same as to
    # draw patients, at a cost that does not grow with them.
    at, first, place = np.unique(at, return_index=True, return_inverse=True)
    between = [
        -np.diff(above[first], prepend=size, append=0)
        for above, size in ((tp, events), (fp, n - events))
    ]
    drawn = np.random.default_rng(seed).multinomial(n, np.concatenate(between) / n, resamples)
    drawn = drawn.reshape(resamples, 2, -1)[:, :, ::-1].cumsum(axis=2)[:, :, -2::-1]
    return (drawn[:, 0] / n - drawn[:, 1] / n * (at / (1 - at)))[:, place]
