"""2×2 tables and proportions with confidence limits."""

from .. import _checks
from ..estimate import Estimate


def proportion(count, n, level=0.95, method="exact"):
    """Proportion with its confidence limits (from ``scipy.stats.binomtest``).

    Parameters
    ----------
    count, n : int
        Patients with the property, and all patients.
    level : float, default 0.95
        Confidence level.
    method : {"exact", "wilson"}
        Clopper-Pearson (Biometrika 1934;26:404; covers at least ``level``) or Wilson's score
        interval (J Am Stat Assoc 1927;22:209; covers ``level`` on average), without continuity
        correction.

    Returns
    -------
    Estimate
        Fraction, its limits and n.

    Examples
    --------
    >>> print(proportion(0, 10))
    0.000 (95 % CI 0.000 to 0.308)
    """
    from scipy.stats import binomtest

    _checks.one_of("method", method, ("exact", "wilson"))
    _checks.level(level)
    count, n = _checks.whole("count", count), _checks.whole("n", n, 1)
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    limits = binomtest(count, n).proportion_ci(level, method)
    return Estimate(count / n, float(limits.low), float(limits.high), level, n=n)
