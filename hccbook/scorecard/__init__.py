"""One line for each printed number: how it was recomputed, and whether it fits."""

from ..audit.check import VERDICTS
from .lines import EVIDENCE, FIELDS, Scorecard, computed_text, label, verdict
from .results import (
    FATES,
    as_json,
    load,
    readable,
    strongest,
    totals,
    uncovered,
    write_json,
)

__all__ = [
    "EVIDENCE",
    "FATES",
    "FIELDS",
    "VERDICTS",
    "Scorecard",
    "as_json",
    "computed_text",
    "label",
    "load",
    "readable",
    "strongest",
    "totals",
    "uncovered",
    "verdict",
    "write_json",
]
__dir__ = __all__.copy
