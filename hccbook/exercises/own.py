"""What is a student's own: one rule for notebooks, answer keys and marking."""

import hashlib
import unicodedata
from functools import lru_cache

import numpy as np

from .. import _checks
from .exercise import load

#: The id in the book's own notebooks, which are nobody's.
NOBODY = "a student"
#: So many draws are tried before something must be wrong with an exercise.
MOST_DRAWS = 200


def plain(text):
    """Return text without what does not matter in an id: case, spaces, ways to write a letter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def student_seed(name):
    """Return a seed of one's own, so that every student works on another cohort.

    An id whose patients would let a known mistake pass in some exercise is drawn again.

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
    of_seed = [exercise for exercise in load().values() if exercise.of_seed]
    for number in range(MOST_DRAWS):
        text = name + (f"\n{number}" if number else "")
        seed = _hashed(text) % 1_000_000 + 1
        if all(exercise.drawn(seed, None) for exercise in of_seed):
            return seed
    raise RuntimeError(f"no seed of {MOST_DRAWS} keeps every exercise apart from its mistakes")


def given(name, student):
    """Return what an exercise gives a student instead of what its text does, by name."""
    return _given(name, plain(student))


@lru_cache(maxsize=4096)
def _given(name, student):
    exercise = load()[name]
    # Patients take a moment; whoever needs none has none built.
    seed = student_seed(student) if exercise.of_seed else None
    for number in range(MOST_DRAWS):
        rng = np.random.default_rng(_hashed(f"{name}\n{student}\n{number}"))

        def draw(low, high, decimals=0, rng=rng):
            """Draw a number between two others, both included."""
            scale = 10**decimals
            whole = int(rng.integers(round(low * scale), round(high * scale) + 1))
            return round(whole / scale, decimals) if decimals else whole

        if (found := exercise.drawn(seed, draw)) is not None:
            return found
    raise RuntimeError(f"{name}: {MOST_DRAWS} draws, and each lets a mistake pass")


def _hashed(text):
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
