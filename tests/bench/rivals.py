"""What the cases share: rivals that may not be installed, and how far results are apart."""

from importlib import import_module

import numpy as np

EXACT = 1e-7  # largest difference where the method is the same
CHANCE = 0.03  # and where the random draws differ


def installed(module, name):
    """Return a function of another package, or None if the package is not installed."""
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError:
        return None


def gap(ours, its):
    """Return the largest difference of two arrays; what either has not is left out."""
    ours, its = np.asarray(ours, dtype=float), np.asarray(its, dtype=float)
    if ours.shape != its.shape:
        raise ValueError(f"its: expected the shape {ours.shape} of ours, got {its.shape}")
    return np.nanmax(np.abs(ours - its))


def some(n, all_of_them):
    """Say in a rival's name how many of its repetitions are run."""
    return "" if n == all_of_them else f" ({n:,} of {all_of_them:,} run)"
