"""Response of tumours to treatment by RECIST 1.1, mRECIST and iRECIST.

From lesion measurements to the response at each visit (:func:`timepoints`), the best response of
each patient (:func:`best_response`), the rates of a cohort (:func:`response_rates`) and the
agreement of two sets of criteria (:func:`agreement`). Bad input raises a ValueError that names the
argument, the value and what was expected.
"""

from .lesions import STATUSES
from .rules import CRITERIA, timepoints
from .summary import RESPONSES, Agreement, agreement, best_response, response_rates

__all__ = [
    "CRITERIA",
    "RESPONSES",
    "STATUSES",
    "Agreement",
    "agreement",
    "best_response",
    "response_rates",
    "timepoints",
]
__dir__ = __all__.copy
