"""No search of a recipe hangs on a last bit, which processors and libraries disagree on.

Every statistic that a search looks at is shaken by a relative error that is a hundred times what
two processors differ by; the cohorts must stay the same byte for byte.
"""

import sys

import numpy as np
import pytest

from hccbook import cohorts
from hccbook.cohorts import tipm
from hccbook.cohorts.calibration import follow_up, permutations, search
from hccbook.cohorts.mri import models

measurements = sys.modules["hccbook.cohorts.calibration.measurements"]

SHAKE = 1e-13
#: Of each search: where its statistics come from.
STATISTICS = [
    (models, "statistics"),
    (models, "linear_predictor"),
    (follow_up, "cox"),
    (follow_up, "logrank"),
    (measurements._MomentAim, "statistics"),
    (measurements, "_sd"),
    (permutations._Exchanges, "_values"),
    (tipm.follow_up._Follow, "_survival"),
    (tipm.coefficients._Exchanges, "_residuals"),
    (tipm.coefficients._Exchanges, "_fit"),
]
CASES = [
    (paper, split, reading)
    for paper, splits in cohorts.splits().items()
    for split in splits
    for reading in cohorts._recipe(paper, split, None)[0].READINGS
    if (paper, split) != ("tipm", "all")  # the three others
]


def shaken(result, rng):
    """Return numbers, or numbers in tuples and dicts, with a small error; counts stay."""
    if isinstance(result, tuple):
        return tuple(shaken(part, rng) for part in result)
    if isinstance(result, dict):
        return {name: shaken(part, rng) for name, part in result.items()}
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return result * (1 + SHAKE * rng.uniform(-1, 1, result.shape))
    return result * (1 + SHAKE * rng.uniform(-1, 1)) if isinstance(result, float) else result


@pytest.fixture
def shake(monkeypatch):
    """Return a function that shakes all statistics from now on, and counts what it shook."""

    def start(seed):
        rng, calls = np.random.default_rng(seed), {}
        # What was drawn together for several cohorts must not be remembered.
        tipm.forget()

        def wrap(name, call):
            def wrapped(*args, **options):
                calls[name] += 1
                return shaken(call(*args, **options), rng)

            return wrapped

        for owner, name in STATISTICS:
            calls[name] = 0
            monkeypatch.setattr(owner, name, wrap(name, getattr(owner, name)))
        return calls

    return start


@pytest.mark.parametrize("seed", [0, 1])
def test_cohorts_do_not_hang_on_last_bits(shake, seed):
    drawn = {case: cohorts.build(*case[:2], seed, case[2]).to_csv() for case in CASES}
    calls = shake(seed)
    turned = [
        case for case in CASES if cohorts.build(*case[:2], seed, case[2]).to_csv() != drawn[case]
    ]
    assert not turned
    assert min(calls.values()) > 0, calls


def test_equally_good_changes_are_told_apart_by_their_place_alone():
    rng = np.random.default_rng(0)
    good = rng.uniform(0, 1e5, 1000)
    other = good * (1 + SHAKE * rng.uniform(-1, 1, 1000))
    assert np.mean(search.decisive(good) == search.decisive(other)) > 0.999
    assert np.abs(search.decisive(good) - good).max() < 1e-4
    assert search.decisive(np.array([0.0, np.inf])).tolist() == [0.0, np.inf]
