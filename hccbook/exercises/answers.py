"""A student's answers, in a plain file beside the notebook; nothing leaves the machine."""

import hashlib
import json
import math
import os
from pathlib import Path
from unicodedata import category

from .own import plain

FORMAT = 1
_CURRENT = {"student": None}


def current():
    """Return the id that was set, or None."""
    return _CURRENT["student"]


def set_current(name):
    """Set whose answers are kept from here on."""
    _CURRENT["student"] = name and " ".join(name.split())


def file_of(name):
    """Return the name of a student's file: letters of any language stay, others are told apart."""
    # Signs on a letter are letters too: names of many languages need them.
    safe = (x if x in "-_" or x.isalnum() or category(x)[0] == "M" else "_" for x in plain(name))
    short = "".join(safe)[:40]
    if short != plain(name):
        short += "-" + hashlib.sha256(plain(name).encode()).hexdigest()[:8]
    return f"answers-{short}.json"


def keep(exercise, answer, found):
    """Add an answer and what was found to the student's file; say so if it cannot be written."""
    from ..display import say

    path = Path(file_of(current()))
    attempt = {"answer": _plain(answer), "right": found.right, "hint": found.hint}
    try:
        try:
            told = parse(path.read_text(encoding="utf-8")) if path.exists() else None
        except (ValueError, OSError):
            aside = _free(path)
            path.replace(aside)
            say(f"`{path.name}` could not be read. It is kept as `{aside.name}`; a new one begins.")
            told = None
        told = told or {"format": FORMAT, "student": current(), "answers": {}}
        attempts = told["answers"].setdefault(exercise, [])
        if not attempts or attempts[-1] != attempt:  # to run a cell again is no attempt
            attempts.append(attempt)
            _write(path, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        say(f"Your answer was checked, but not kept: `{path.name}`, {error.strerror}.")


def parse(text):
    """Return what a file of answers holds, or say what is wrong with it."""
    try:
        told = json.loads(text)
    except RecursionError:
        raise ValueError("expected JSON of a few levels") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError(f"expected a file of answers, format {FORMAT}")
    if not isinstance(told.get("student"), str) or not plain(told["student"]):
        raise ValueError("student: expected an id")
    lists = told.get("answers")
    if not isinstance(lists, dict) or not all(isinstance(x, list) for x in lists.values()):
        raise ValueError("answers: expected a list of attempts for each exercise")
    return told


def _plain(value):
    """Return an answer in JSON's own types; what has no such form as it would be typed."""
    if hasattr(value, "tolist") and not isinstance(value, str):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    finite = isinstance(value, float) and math.isfinite(value)
    return value if finite or isinstance(value, int | str) else f"{value!r:.200}"


def _free(path):
    """Return a name beside a damaged file that nothing has yet."""
    number = 1
    while (aside := path.with_name(f"damaged-{number}-{path.name}")).exists():
        number += 1
    return aside


def _write(path, text):
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
