"""What every recipe does: read its targets and nothing else, and try again when one is missed."""

import numpy as np

from ... import reported
from .aims import Miss

#: Cohorts that are tried before a recipe gives up.
ATTEMPTS = 50


def reader(wanted):
    """Return a function that reads targets from the register and nothing else.

    Parameters
    ----------
    wanted : dict of str to tuple of str
        Fields by register id.

    Returns
    -------
    callable
        From ``id, field="printed"`` to the printed text; ``KeyError`` for what is held out.
    """

    def printed(id, field="printed"):
        if field not in wanted.get(id, ()):
            raise KeyError(f"{id} ({field}) is held out")
        return reported.text(id, field)

    return printed


def until_met(seed, key, attempt):
    """Return the first cohort that meets its targets.

    Parameters
    ----------
    seed : int
        The reader's seed.
    key : int
        Number of the split or reading, so that each has random numbers of its own.
    attempt : callable
        From a generator to a cohort; it raises :class:`Miss` where a target is not reached.

    Returns
    -------
    object
        What ``attempt`` returns.

    Raises
    ------
    RuntimeError
        If no attempt of :data:`ATTEMPTS` is met.
    """
    for child in np.random.SeedSequence([seed, key]).spawn(ATTEMPTS):
        try:
            return attempt(np.random.default_rng(child))
        except Miss as miss:
            last = miss
    raise RuntimeError(f"seed {seed}: no cohort meets its targets ({last})")
