"""Ties of the radiotherapy paper: percentages of one number of patients, and two medians."""

from . import common
from .tie import Tie

N = "n"
COUNTED = ("metastasis", "pvtt")
RATES = ("response.rate", "adverse.severe.rate", "adverse.thrombocytopenia.rate")
DEATH = "progression-free survival ends at death at the latest, if both are followed alike"

TIES = {
    "counts-and-percentages": [
        *[
            Tie(f"{x}.percent", common.percentage, (f"{x}.percent", f"{x}.count", N))
            for x in COUNTED
        ],
        *[Tie(f"{x}.count", common.count, (f"{x}.count", f"{x}.percent", N)) for x in COUNTED],
        *[Tie(x, common.share, (x, N)) for x in RATES],
        Tie(
            "adverse.severe.rate",
            lambda any_event, one: common.at_least(any_event, one, "one event is among them"),
            ("adverse.severe.rate", "adverse.thrombocytopenia.rate"),
        ),
    ],
    "what-is-a-median-follow-up": [
        Tie(
            "os.median",
            lambda os, pfs: common.at_least(os, pfs, DEATH),
            ("os.median", "pfs.median"),
            evidence="summary",
        ),
        Tie(
            "pfs.median",
            lambda pfs, os: common.at_most(pfs, os, DEATH),
            ("pfs.median", "os.median"),
            evidence="summary",
        ),
    ],
}

#: Why nothing bears on a number that no tie judges: by a part of its id.
REASONS = {
    "dose": "no range or fractions printed",
    "followup": "method not printed; as observed time it fits only at the edge",
    "recurrence": "no times printed",
    "rank": "no other rates printed",
    "historical": "no historical results named",
}
