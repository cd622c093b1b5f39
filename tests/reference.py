"""R's numbers, and what the tests that compare with them share."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
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
