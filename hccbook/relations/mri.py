"""Ties of the MRI paper: two groups, three areas under the ROC curve, one printed twice."""

from functools import partial

from .. import audit
from . import common
from .tie import Tie

MODELS = ("imaging", "clinical", "combined")
CONTROL, PROGRESSION = "response.control.n", "response.progression.n"

AUCS = {x: (f"roc.{x}.auc", (f"roc.{x}.auc", "lower"), (f"roc.{x}.auc", "upper")) for x in MODELS}

TIES = {
    "do-the-groups-add-up": [
        Tie(CONTROL, common.part, (CONTROL, "n", PROGRESSION)),
        Tie(PROGRESSION, common.part, (PROGRESSION, "n", CONTROL)),
    ],
    "the-areas-and-their-intervals": [
        *[Tie(f"roc.{x}.auc", common.centred, AUCS[x], evidence="summary") for x in MODELS],
        *[
            Tie(
                f"roc.{x}.auc",
                partial(common.auc_limit, end),
                ((f"roc.{x}.auc", end), *AUCS[x], CONTROL, PROGRESSION),
                end,
                "summary",
            )
            for x in MODELS
            for end in ("lower", "upper")
        ],
        Tie(
            "key-findings.roc.combined.auc",
            audit.same,
            ("key-findings.roc.combined.auc", "roc.combined.auc"),
        ),
    ],
    "what-a-small-p-value-needs": [
        Tie(
            "key-findings.pfs.direction",
            lambda word, high, low: common.first_of(word, (high, low)),
            ("key-findings.pfs.direction", "pfs.median.high-risk", "pfs.median.low-risk"),
        ),
    ],
    "what-cannot-be-checked": [
        Tie(
            f"key-findings.logistic.{x}",
            lambda word, p: common.significance(word, "0.05", p),
            (f"key-findings.logistic.{x}", f"logistic.{x}.p"),
        )
        for x in ("t2-sir", "adc")
    ],
}

#: Why nothing bears on a number that no tie judges: by a part of its id.
REASONS = {
    "logistic": "no odds ratio or interval printed",
    "pfs.median": "no interval, no sizes",
    "pfs.p": "fits if the hazard ratio is not the ratio of medians",
}
