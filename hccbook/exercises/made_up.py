"""Made-up results as papers print them, for exercises in which each student has another one."""

import math
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from .. import _checks, audit
from ..estimate import Z95

#: Groups that print made-up percentages are smaller than this.
LARGEST_GROUP = 60
#: Ways to word a result, and whether they compare low against high.
WORDINGS = (
    ("Hazard ratio for {endpoint}, low against high {marker}: {numbers}.", True),
    ("Hazard ratio for {endpoint}, high against low {marker}: {numbers}.", False),
    ("{endpoint}, {marker} (reference: high): hazard ratio {numbers}.", True),
    ("{endpoint}, {marker} (reference: low): hazard ratio {numbers}.", False),
    ("Patients with low {marker}, compared with high: {endpoint}, hazard ratio {numbers}.", True),
)


class Finding(NamedTuple):
    """A made-up result of a study: the sentence, the numbers in it, and what they compare."""

    text: str
    ratio: str
    lower: str
    upper: str
    low_first: bool


def made_up_finding(seed):
    """Return a made-up sentence with a hazard ratio, as an abstract might print it.

    Parameters
    ----------
    seed : int
        From 0 on; each seed has its own sentence.

    Returns
    -------
    Finding
        ``text``, the sentence; ``ratio``, ``lower``, ``upper``, as printed in it, with 95 %
        limits; ``low_first``, whether they compare low against high. Neither the wording nor the
        direction tells on which side of 1 the ratio lies.
    """
    rng = np.random.default_rng(_checks.whole("seed", seed))
    marker, endpoint = rng.choice(["SII", "IL-6"]), rng.choice(["PFS", "OS"])
    wording, low_first = WORDINGS[rng.integers(len(WORDINGS))]
    # Away from 1, where turning round would change nothing.
    effect, error = rng.choice([-1, 1]) * rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.3)
    ratio, lower, upper = (f"{math.exp(effect + x * error):z.2f}" for x in (0, -Z95, Z95))
    numbers = f"{ratio} (95 % CI {lower} to {upper})"
    text = wording.format(marker=marker, endpoint=endpoint, numbers=numbers)
    return Finding(text, ratio, lower, upper, low_first)


def shared_percentages(seed):
    """Return three made-up percentages of one group of patients.

    Parameters
    ----------
    seed : int
        From 0 on; each seed has its own percentages.

    Returns
    -------
    list of str
        Printed without decimals. The smallest group that can print all three is larger than
        the smallest that can print any two of them.
    """
    rng = np.random.default_rng(_checks.whole("seed", seed))
    while True:
        n = int(rng.integers(20, LARGEST_GROUP))
        counts = rng.choice(np.arange(1, n), 3, replace=False)
        percents = [f"{100 * count / n:z.0f}" for count in counts]
        groups = smallest_groups(percents)
        if max(groups["two"]) < groups["all"] < groups["multiple"]:
            return percents


@cache
def _sizes(percent):
    return frozenset(audit.denominators([percent], LARGEST_GROUP))


def smallest_groups(percents):
    """Return the smallest groups that print one, two, all three; the first's common multiple."""
    sizes = [_sizes(percent) for percent in percents]
    one = [min(group) for group in sizes]
    two = [min(a & b) for a, b in combinations(sizes, 2)]
    return {
        "one": one,
        "two": two,
        "all": min(frozenset.intersection(*sizes)),
        "multiple": math.lcm(*one),
    }
