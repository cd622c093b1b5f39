"""True results, printed and rounded, are never contradicted; and changed digits still are."""

import csv
import inspect
import json
import re
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hccbook import audit, reported
from hccbook.injection import _change_digit

pytestmark = pytest.mark.long

CORPUS = reported.DATA / "corpus"
#: Parameters that take whole numbers, not printed ones.
WHOLE = {"n", "k", "positives", "negatives", "tp", "fp", "fn", "tn", "sizes", "count", "events"}
CELLS = ("tp", "fp", "fn", "tn")
RATES = ("sensitivity", "specificity", "ppv", "npv")
#: Changed at random, with this seed, in so many rows of a check at most.
SEED, CHANGES = 2026, 100


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def rows():
    """Return the questions; ``told`` are the readings that a paper's methods rule out."""
    told = {row["by"]: row["without"] for row in read_csv(CORPUS / "methods.csv")}
    found = read_csv(CORPUS / "corpus.csv")
    return [x | {"told": told.get(x["by"], ""), "texts": x["arguments"].split("; ")} for x in found]


def table(text):
    if " " in text:
        return [[int(x) for x in row.split()] for row in text.split("|")]
    return dict(zip(CELLS, map(int, text.split("|")), strict=True))


def subgroup(text):
    i2, k, *ratio = text.split("|")
    return i2, int(k), *ratio


def read(name, text):
    """Return an argument as the audit takes it."""
    if name == "table":
        return table(text)
    many = name in ("means", "sds", "sizes", "before", "df", "first", "second", "others")
    values = [int(x) if name in WHOLE else x for x in text.split("|")]
    return values if many else values[0]


def contradicts(check, texts, told):
    """Say whether the audit contradicts what is printed."""
    name, _, part = check.partition(" ")
    if name == "tables":
        rates = dict(zip(RATES, texts[1].split("|"), strict=True))
        return audit.tables(int(texts[0]), **rates).empty
    if name == "study_counts":
        return int(texts[2]) not in audit.study_counts(*texts[:2], 99)
    if name == "events_needed":
        return audit.events_needed(*texts[:2]) > int(texts[2])
    function = getattr(audit, name)
    if name == "q_partition":
        groups = [subgroup(text) for text in texts[2:]]
        found = function(texts[0], int(texts[1]), groups, without=told or "none")
    else:
        named = dict(text.split("=") for text in texts if "=" in text)
        parameters = inspect.signature(function).parameters
        if told and "without" in parameters:
            named["without"] = told
        found = function(*map(read, parameters, [x for x in texts if "=" not in x]), **named)
    if isinstance(found, audit.Check):
        return found.verdict == "contradicted"
    if isinstance(found, dict):
        return any(x.verdict == "contradicted" for key, x in found.items() if part in ("", key))
    return (found["verdict"] == "contradicted").all()


def alarm(row, texts):
    """Say whether the audit contradicts what is printed, or why it does not take it."""
    try:
        return contradicts(row["check"], texts, row["told"]) and "contradicted"
    except ValueError as error:
        return str(error)


def test_no_true_result_is_contradicted():
    asked, alarms = Counter(), defaultdict(list)
    for row in rows():
        kind = f"{row['by']}, {row['check']}"
        asked[kind] += 1
        if found := alarm(row, row["texts"]):
            alarms[kind].append(f"{row['id']} {row['arguments']}: {found}")
    assert len({row["id"] for row in rows()}) > 2000
    said = [f"{kind}: {len(x)} of {asked[kind]}, {x[:2]}" for kind, x in alarms.items()]
    assert not alarms, "\n".join(said)


def printed(check, texts):
    """Return the places of printed numbers, of which a digit can be changed."""
    names = [*inspect.signature(getattr(audit, check.partition(" ")[0])).parameters]
    places = [at for at, text in enumerate(texts) if re.match("[-<>.]*[0-9]", text)]
    whole = {at for at in places if at < len(names) and names[at] in {*WHOLE, "table", "k_max"}}
    return [at for at in places if at not in whole and check != "q_partition"]


def detection():
    """Change one digit of printed numbers, and count how often the audit sees it.

    By check, and by whether the methods rule out the readings that can save a number.
    """
    rng, by_check = np.random.default_rng(SEED), defaultdict(list)
    for row in rows():
        if places := printed(row["check"], row["texts"]):
            function = getattr(audit, row["check"].partition(" ")[0])
            told = row["told"] and "without" in inspect.signature(function).parameters
            by_check[row["check"], "told" if told else ""].append((row, places))
    seen = []
    for (check, told), asked in sorted(by_check.items()):
        n, found, bare = min(CHANGES, len(asked)), 0, []
        for one in rng.choice(len(asked), n, replace=False):
            row, places = asked[one]
            texts, at = [*row["texts"]], rng.choice(places)
            parts = texts[at].split("|")
            part = rng.integers(len(parts))
            parts[part] = _change_digit(parts[part], rng)
            texts[at] = "|".join(parts)
            found += bool(alarm(row, texts))
            if not alarm(alone := {**row, "told": "all"}, row["texts"]):
                bare.append(bool(alarm(alone, texts)))
        seen.append((check, told, n, len(bare), sum(bare), found))
    return pd.DataFrame(seen, columns=["check", "methods", "changed", "sound", "bare", "seen"])


def test_changed_digits_are_still_seen():
    stored = pd.read_csv(CORPUS / "detection.csv", keep_default_na=False)
    found = detection()
    assert found.iloc[:, :5].equals(stored.iloc[:, :5])
    fewer = found["seen"] < stored["least"]
    assert not fewer.any(), found.assign(least=stored["least"])[fewer].to_string()


def test_errors_that_others_documented_are_found_and_sound_numbers_pass():
    for row in read_csv(reported.DATA / "known-errors.csv"):
        *values, named = json.loads(row["arguments"])
        found = getattr(audit, row["check"])(*values, **named)
        wrong = found.verdict == "contradicted" if row["check"] != "tables" else found.empty
        assert wrong == (row["expected"] == "contradicted"), row["id"]


if __name__ == "__main__":  # stores the table, with the numbers below which it must not fall
    found = detection()
    found["least"] = (found["seen"] - 2).clip(lower=0)
    found.to_csv(CORPUS / "detection.csv", index=False)
