"""Best overall response of each patient, and the response rates of a cohort."""

from .. import _checks
from ..accuracy import proportion

_OBJECTIVE = ("CR", "iCR", "PR", "iPR")
_STABLE = ("SD", "iSD", "non-CR/non-PD", "non-iCR/non-iUPD")

#: All responses that a patient or a visit can have, best first.
RESPONSES = (*_OBJECTIVE, *_STABLE, "iUPD", "PD", "iCPD", "NE")

#: Of the visits up to progression the first of these is the best; else it is NE.
_BEST = (*_OBJECTIVE, *_STABLE, "iCPD", "PD", "iUPD")


def best_response(visits, stable_days=42):
    """Best overall response of each patient.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row a patient and visit with ``patient``, ``day`` (days since the start of treatment)
        and ``response``, as :func:`timepoints` returns. ``baseline`` rows count for nothing, but a
        patient who has no other is NE.
    stable_days : float, default 42
        Day from which stable disease counts. RECIST 1.1 leaves 6 to 8 weeks to the protocol; 0
        lets any visit count.

    Returns
    -------
    pandas.Series
        ``response``, indexed by patient in order of appearance.

    Notes
    -----
    Only visits up to the first PD (iCPD) count; iUPD ends nothing. The best is CR, else PR, else
    SD (or non-CR/non-PD) at some visit on or after ``stable_days``, else PD (iCPD, iUPD), else NE.
    An early SD followed by PD is PD, one followed by nothing is NE. CR and PR need not be
    confirmed, which RECIST 1.1 demands of trials without a control group.

    Eisenhauer et al., Eur J Cancer 2009;45:228, section 4.5. Seymour et al., Lancet Oncol
    2017;18:e143, table 3.
    """
    import pandas as pd

    _checks.real("stable_days", stable_days)
    _checks.frame("visits", visits, ("patient", "day", "response"))
    if visits["patient"].isna().any() or visits.duplicated(["patient", "day"]).any():
        raise ValueError("visits: expected one row a patient and day, got two, or no patient")
    day = _checks.vector("day", visits["day"])
    response = _checks.labels("response", visits["response"], ("baseline", *RESPONSES))
    patients = {}
    for patient, *visit in zip(visits["patient"].tolist(), day.tolist(), response, strict=True):
        patients.setdefault(patient, []).append(visit)
    found = [_best(patient, sorted(rows), stable_days) for patient, rows in patients.items()]
    index = pd.Index(patients, name="patient", tupleize_cols=False)
    return pd.Series(found, index, object, "response")


def response_rates(responses, level=0.95):
    """Objective response rate and disease control rate with exact confidence limits.

    Parameters
    ----------
    responses : array_like of str, shape (n,)
        Best response of each patient, as from :func:`best_response`.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        Rows ``orr`` (CR, PR) and ``dcr`` (CR, PR, SD, non-CR/non-PD, and their i-counterparts);
        columns ``value``, ``lower``, ``upper`` (fractions), ``count`` and ``n`` (patients).
        Everybody is in the denominator: NE counts as no response, as RECIST 1.1 demands
        (Eisenhauer et al., Eur J Cancer 2009;45:228, section 4.7). Limits as of
        :func:`~hccbook.accuracy.proportion`.

    Examples
    --------
    >>> response_rates(["CR", "PR", "SD", "NE"])["value"].tolist()
    [0.5, 0.75]
    """
    import pandas as pd

    responses = _checks.labels("responses", responses, RESPONSES)
    rows = []
    for kind in (_OBJECTIVE, _OBJECTIVE + _STABLE):
        count = sum(x in kind for x in responses)
        rate = proportion(count, len(responses), level)
        rows.append((rate.value, rate.lower, rate.upper, count, rate.n))
    index = pd.Index(["orr", "dcr"], name="rate")
    return pd.DataFrame(rows, index, ["value", "lower", "upper", "count", "n"])


def _best(patient, visits, stable_days):
    """Return the best of the visits of one patient: day and response, in order."""
    met = set()
    for day, response in visits:
        if response not in _STABLE or day >= stable_days:
            met.add(response)
        if response in {"PD", "iCPD"}:
            break
    if len({"i" in response for _, response in visits if response not in {"baseline", "NE"}}) > 1:
        raise ValueError(f"response: expected RECIST or iRECIST of patient {patient!r}, got both")
    return next((response for response in _BEST if response in met), "NE")
