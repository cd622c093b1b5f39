"""R's numbers, printed numbers, and what the tests that compare with them share."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.stats import norm

from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way
SLACK = 1e-9  # relative; the ends of a box are fractions, the formula works on floats
Z95 = norm.ppf(0.975)
REFERENCE = Path(__file__).parents[1] / "data" / "reference"
#: What a refusal says where an estimate is not finite.
NOT_FINITE = ("infinite", "separat", "constant", "at least one event", "both groups")
#: R's words, and those of JSON.
WORDS = {"NA": "NaN", "NaN": "NaN", "Inf": "Infinity", "-Inf": "-Infinity"}


def numbers(name):
    """Return what R found."""
    text = (REFERENCE / f"{name}.json").read_text(encoding="utf-8")
    for word, said in WORDS.items():
        text = text.replace(f'"{word}"', said)
    return json.loads(text)


def frames(name):
    """Return the data sets of a table, by name."""
    return dict(list(pd.read_csv(REFERENCE / f"{name}.csv").groupby("dataset")))


def arrays(name):
    """Return the columns of each data set."""
    columns = {key: frame.drop(columns="dataset") for key, frame in frames(name).items()}
    return {key: [x.to_numpy() for _, x in frame.items()] for key, frame in columns.items()}


def near(ours, theirs, rel=0.0, abs=0.0):
    """Expect numbers that agree; NaN agrees with NaN."""
    ours, theirs = (np.asarray(x, dtype=float) for x in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, rel, abs)


def refused(cases):
    """Expect ValueErrors; each case is their message, the function, its arguments."""
    for message, function, *arguments in cases:
        with pytest.raises(ValueError, match=f"^{message}"):
            function(*arguments)


def finite(function, *arguments, **options):
    """Call, and let hypothesis drop cases without a finite estimate."""
    try:
        return function(*arguments, **options)
    except ValueError as error:
        assume(not any(word in str(error) for word in NOT_FINITE))
        raise


@st.composite
def outcomes(draw, low, high, smallest=2, largest=30):
    """Draw outcomes of both classes, and whole numbers with ties."""
    n = draw(st.integers(smallest, largest))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < y.sum() < n)
    return y, np.array(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)))


def text(value, decimals):
    return f"{float(value):.{decimals}f}"


def tight(value):
    """Print a number so finely that its rounding does not count."""
    return text(value, 14 if value > 1e-2 else 25)


def box(printed, smallest=-np.inf):
    """Return the smallest and the largest number that prints so."""
    number = Printed(printed)
    return max(smallest, float(number.low)), float(number.high)
