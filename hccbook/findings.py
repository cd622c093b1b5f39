"""What an audit found in a paper, told first: ``data/findings/<paper>.toml`` as cards."""

import re
import tomllib
from functools import cache

from . import _checks, reported
from .display import ICONS, say

__all__ = ["PARTS", "cards", "load"]
__dir__ = __all__.copy

#: Parts of a card after its title, with the words that head them.
PARTS = {
    "printed": "Printed",
    "problem": "What does not fit",
    "mend": "What would mend it",
    "depends": "What depends on it",
}
#: Keys of one finding: a title, the verdict on its numbers ("none" if none rests on it), the
#: parts, printed numbers, and the section that computes it.
KEYS = ("title", "verdict", "numbers", *PARTS, "at")


@cache
def _read(paper):
    path = reported.DATA / "findings" / f"{paper}.toml"
    _checks.one_of("paper", paper, sorted(x.stem for x in path.parent.glob("*.toml")))
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    if set(told) != {"finding", "sound"}:
        raise ValueError(f"{path.name}: expected finding and sound, got {sorted(told)}")
    for number, one in enumerate(told["finding"], 1):
        if list(one) != list(KEYS):
            raise ValueError(f"{path.name}, finding {number}: expected {KEYS}, got {[*one]}")
    return told


def _filled(paper, text):
    """Put printed numbers in place of ``{id}`` and ``{id:field}``, the paper's name left out."""

    def printed(place):
        id, _, field = place[1].partition(":")
        return reported.text(f"{paper}.{id}", field or "printed")

    return re.sub(r"\{([^{}]+)\}", printed, text)


def load(paper):
    """Return the findings of a paper, most important first, and what is sound.

    Returns
    -------
    findings : list of dict
        With the keys :data:`KEYS`; printed numbers stand in the texts, and ``numbers`` holds
        pairs of a register id and a field.
    sound : list of str
        Sentences.
    """
    _checks.one_of("paper", paper, reported.papers())
    told = _read(paper)
    found = []
    for one in told["finding"]:
        texts = {key: _filled(paper, one[key]) for key in ("title", *PARTS)}
        split = (name.partition(":") for name in one["numbers"])
        pairs = [(f"{paper}.{id}", field or "printed") for id, _, field in split]
        found.append(one | texts | {"numbers": pairs})
    return found, [_filled(paper, text) for text in told["sound"]]


def cards(paper):
    """Show the findings of a paper as cards, each with a link to its computation."""
    findings, sound = load(paper)
    lines = []
    for number, one in enumerate(findings, 1):
        word = one["verdict"]
        lines += ['<div class="finding">', "", f"**{number}. {one['title']}**", ""]
        lines += [f"- *{head}:* {one[part]}" for part, head in PARTS.items()]
        card = f"On the scorecard these numbers are {ICONS.get(word)} *{word}*"
        if word == "none":
            card = "No verdict of the scorecard rests on this"
        lines += ["", f"{card} · [the computation](#{one['at']})", "", "</div>", ""]
    say(*lines, "**What is sound**", "", *(f"- {text}" for text in sound))
