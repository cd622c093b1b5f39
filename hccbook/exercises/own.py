"""Seeds of one's own: one rule for notebooks, answer keys and marking."""

import hashlib
from functools import lru_cache
from itertools import count, islice

import numpy as np

from .. import _checks
from .exercise import load
from .reading import plain

#: So many seeds of an id are tried before something must be wrong with the exercises.
MOST_DRAWS = 40


def draws(name):
    """Yield the seeds that an id may have, from 1 to 1,000,000, in the order they are tried."""
    for number in count():
        text = plain(name) + (f"\n{number}" if number else "")
        yield int(hashlib.sha256(text.encode()).hexdigest(), 16) % 1_000_000 + 1


def tells_apart(exercise, seed):
    """Tell whether in a student's exercise no known mistake leads to the right answer."""
    with np.errstate(all="ignore"):
        solution, mistakes = exercise.solve(seed=seed)
        apart = not any(exercise.near(mistake, solution).all() for mistake, _ in mistakes)
    return bool(np.isfinite(solution).all() and apart)


def student_seed(name):
    """Return a seed of one's own, so that every student works on another cohort.

    An id whose patients would let a mistake pass in some exercise is drawn again.

    Parameters
    ----------
    name : str
        A name or a student number, in any letters; case and spaces around do not matter.

    Returns
    -------
    int
        From 1 to 1,000,000, the same on every machine.
    """
    _checks.text("name", name)
    return _seed(plain(name))


@lru_cache(maxsize=4096)
def _seed(name):
    own = [exercise for exercise in load().values() if exercise.own]
    for seed in islice(draws(name), MOST_DRAWS):
        if all(tells_apart(exercise, seed) for exercise in own):
            return seed
    raise RuntimeError(f"no seed of {MOST_DRAWS} keeps every exercise apart from its mistakes")
