"""Best overall response of each patient, and the response rates of a cohort."""

from itertools import takewhile

from .. import _checks
from ..accuracy import proportion

_OBJECTIVE = ("CR", "iCR", "PR", "iPR")
_STABLE = ("SD", "iSD", "non-CR/non-PD", "non-iCR/non-iUPD")

#: What confirms a response.
_CONFIRMING = {"CR": ("CR",), "PR": ("PR", "CR"), "iCR": ("iCR",), "iPR": ("iPR", "iCR")}

#: All responses that a patient or a visit can have, best first.
RESPONSES = (*_OBJECTIVE, *_STABLE, "iUPD", "PD", "iCPD", "NE")

#: Of the visits up to progression the first of these is the best; else it is NE.
_BEST = (*_OBJECTIVE, *_STABLE, "iCPD", "PD", "iUPD")


def best_response(visits, stable_days=42, confirm_days=None):
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
    confirm_days : float, optional
        Days, usually 28, after which CR and PR must be seen again to count. RECIST 1.1 demands it
        of trials without a control group.

    Returns
    -------
    pandas.Series
        ``response``, indexed by patient in order of appearance.

    Notes
    -----
    Only visits up to the first PD (iCPD) count; iUPD ends nothing. The best is CR, else PR, else
    SD (or non-CR/non-PD) at some visit on or after ``stable_days``, else PD (iCPD, iUPD), else NE.
    An early SD followed by PD is PD, one followed by nothing is NE. A patient without target
    lesions has no SD; one with visits of both kinds has SD before non-CR/non-PD.

    *Confirmed* is a CR by a later CR and a PR by a later PR or CR, with nothing but such and NE
    between them; RECIST sets no number of NE. What is not confirmed counts as SD of its own day.
    After a CR any disease, PR and SD included, is PD. So CR and then SD or PR is SD if the CR was
    seen on or after ``stable_days``, else PD. If small lesions had been overlooked at the CR,
    RECIST has it changed to PR: do so in ``visits``.

    Eisenhauer et al., Eur J Cancer 2009;45:228, table 3 with its footnote. Seymour et al., Lancet
    Oncol 2017;18:e143, table 3. The R package admiralonco calls CR and then SD or PR always SD.
    """
    import pandas as pd

    _checks.real("stable_days", stable_days)
    if confirm_days is not None:
        _checks.real("confirm_days", confirm_days)
    _checks.frame("visits", visits, ("patient", "day", "response"))
    if visits["patient"].isna().any() or visits.duplicated(["patient", "day"]).any():
        raise ValueError("visits: expected one row a patient and day, got two, or no patient")
    day = _checks.vector("day", visits["day"])
    response = _checks.labels("response", visits["response"], ("baseline", *RESPONSES))
    patients = {}
    for patient, *visit in zip(visits["patient"].tolist(), day.tolist(), response, strict=True):
        patients.setdefault(patient, []).append(visit)
    limits = stable_days, confirm_days
    found = [_best(patient, sorted(rows), *limits) for patient, rows in patients.items()]
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


def _best(patient, visits, stable_days, confirm_days):
    """Return the best of the visits of one patient: day and response, in order."""
    if len({"i" in response for _, response in visits if response not in {"baseline", "NE"}}) > 1:
        raise ValueError(f"response: expected RECIST or iRECIST of patient {patient!r}, got both")
    if confirm_days is not None:
        visits = _confirmed(visits, confirm_days)
    met = set()
    for day, response in visits:
        if response not in _STABLE or day >= stable_days:
            met.add(response)
        if response in {"PD", "iCPD"}:
            break
    return next((response for response in _BEST if response in met), "NE")


def _confirmed(visits, confirm_days):
    """Return the visits with SD for what no later one confirms, and PD for what follows a CR."""
    labels = [response for _, response in visits]
    stable = next((x for x in labels if x in _STABLE), None)
    first = labels.index("CR") if "CR" in labels else len(labels)
    rows = [
        (day, "PD" if k > first and label in {"PR", *_STABLE} else label)
        for k, (day, label) in enumerate(visits)
    ]
    return [
        (day, label if _counts(rows[k:], confirm_days) else stable or f"{label[:-2]}SD")
        for k, (day, label) in enumerate(rows)
    ]


def _counts(rows, confirm_days):
    """Say whether the first of the visits needs no confirmation, or has it."""
    (start, label), *later = rows
    same = _CONFIRMING.get(label)
    row = takewhile(lambda visit: visit[1] in (*same, "NE"), later)
    return not same or any(x != "NE" and day - start >= confirm_days for day, x in row)
