"""Ranges of studies, and results that they have to print: checks of these arguments."""

import numpy as np

from .. import _checks


def results(results, k):
    """Check results of some of k studies."""
    if not results:
        raise ValueError("results: expected one or more, got none")
    for result in results:
        _checks.one_of("method", result.method, ("fixed", "dl"))
        if not set(result.members) <= set(range(k)):
            raise ValueError(f"members: expected positions below {k}, got {result}")


def ranges(effect, se, given):
    """Return ranges of log ratios and standard errors, and which are given, as arrays."""
    effect, se, given = np.asarray(effect, float), np.asarray(se, float), np.asarray(given)
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
