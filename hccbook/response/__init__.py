"""Response of tumours to treatment by RECIST 1.1, mRECIST and iRECIST.

From lesion measurements to the response at each visit (:func:`timepoints`), the best response of
each patient (:func:`best_response`) and the rates of a cohort (:func:`response_rates`). Bad input
raises a ValueError that names the argument, the value and what was expected.
"""

from .._names import names
from .lesions import STATUSES
from .rules import CRITERIA, timepoints
from .summary import RESPONSES, best_response, response_rates

__all__ = names(globals())
__dir__ = __all__.copy
