"""Best overall response, response rates, and agreement of two sets of criteria."""

import math
from dataclasses import dataclass

import numpy as np

from .. import _checks
from ..accuracy import proportion
from ..estimate import Estimate

#: All responses that a patient or a visit can have, best first.
RESPONSES = (
    "CR",
    "iCR",
    "PR",
    "iPR",
    "SD",
    "iSD",
    "non-CR/non-PD",
    "non-iCR/non-iUPD",
    "iUPD",
    "PD",
    "iCPD",
    "NE",
)

_PLAIN = {"non-iCR/non-iUPD": "non-CR/non-PD", "iCR": "CR", "iPR": "PR", "iSD": "SD"}
_OBJECTIVE = {"CR", "PR"}
_CONTROL = _OBJECTIVE | {"SD", "non-CR/non-PD"}


def best_response(visits, confirm=False, confirm_days=28, stable_days=42):
    """Best overall response of each patient.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row a patient and visit with ``patient``, ``day`` (days since the start of treatment)
        and ``response``, as :func:`timepoints` returns. ``baseline`` rows count for nothing, but a
        patient who has no other is NE.
    confirm : bool, default False
        Whether CR and PR must be confirmed, as in trials without a control group.
    confirm_days : float, default 28
        Least number of days to the visit that confirms.
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
    SD (or non-CR/non-PD) if some visit on or after ``stable_days`` was that or better, else PD
    (iCPD, iUPD), else NE. With ``confirm``, a CR needs another CR at least ``confirm_days`` later,
    a PR another PR or CR, with nothing worse but NE between; one that is not confirmed can still
    be SD. This is table 3 of RECIST 1.1. An early SD followed by PD is PD, one followed by nothing
    is NE.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228, section 4.5 and table 3. Seymour et al., Lancet
    Oncol 2017;18:e143, table 3.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"patient": 1, "day": [56, 112], "response": ["PR", "SD"]})
    >>> [best_response(visits, confirm)[1] for confirm in (False, True)]
    ['PR', 'SD']
    """
    import pandas as pd

    for name, days in (("confirm_days", confirm_days), ("stable_days", stable_days)):
        _checks.real(name, days)
        if not days >= 0:
            raise ValueError(f"{name}: expected a number of at least 0, got {days!r}")
    _checks.flag("confirm", confirm)
    patients = {}
    for patient, day, response in _checked(visits):
        patients.setdefault(patient, []).append((day, response))
    least = confirm_days if confirm else None
    found = [_best(patient, sorted(rows), least, stable_days) for patient, rows in patients.items()]
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
        Everybody is in the denominator: NE counts as no response, as RECIST 1.1 demands.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228, section 4.7. Limits: Clopper & Pearson, Biometrika
    1934;26:404.

    Examples
    --------
    >>> response_rates(["CR", "PR", "SD", "NE"])["value"].tolist()
    [0.5, 0.75]
    """
    import pandas as pd

    responses = [_PLAIN.get(x, x) for x in _checks.labels("responses", responses, RESPONSES)]
    rows = []
    for kind in (_OBJECTIVE, _CONTROL):
        count = sum(x in kind for x in responses)
        rate = proportion(count, len(responses), level)
        rows.append((rate.value, rate.lower, rate.upper, count, rate.n))
    index = pd.Index(["orr", "dcr"], name="rate")
    return pd.DataFrame(rows, index, ["value", "lower", "upper", "count", "n"])


@dataclass(frozen=True, eq=False)
class Agreement:
    """How two sets of labels of the same patients agree.

    Parameters
    ----------
    table : pandas.DataFrame
        Patients by label of the first (rows) and of the second (columns).
    agreement : Estimate
        Share of patients with equal labels, with its exact limits.
    kappa : pandas.DataFrame
        Cohen's kappa: rows ``plain``, ``linear``, ``quadratic``; columns ``value``, ``lower``,
        ``upper``.
    """

    table: object
    agreement: Estimate
    kappa: object


def agreement(first, second, labels=None, level=0.95):
    """Agreement of two labels of each patient: table, per cent agreement and Cohen's kappa.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Two labels of each patient, such as the responses by two sets of criteria.
    labels : sequence, optional
        All labels in order. Needed unless they are responses (see :data:`RESPONSES`), which are
        taken best first, as far as they occur.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Agreement

    Notes
    -----
    Kappa and its standard error are those of ``statsmodels.stats.inter_rater.cohens_kappa``; the
    limits, kappa ± z·SE, may leave [-1, 1]. The weighted kappas take the labels as equally spaced
    steps in their order, so NE is the worst response there: leave such patients out if it is not
    meant. iCR and CR are two labels: rename them before criteria are compared. If one of the two
    gives everybody the same label, kappa is 0 and its limits are NaN; if both give the same one,
    kappa is NaN too.

    References
    ----------
    Cohen, Educ Psychol Meas 1960;20:37. Standard errors: Fleiss, Cohen & Everitt, Psychol Bull
    1969;72:323.

    Examples
    --------
    >>> result = agreement(["PR", "SD", "PD", "PR"], ["PR", "SD", "PD", "SD"])
    >>> print(f"{result.agreement.value:.2f} {result.kappa.loc['plain', 'value']:.3f}")
    0.75 0.636
    """
    import pandas as pd
    from statsmodels.stats.inter_rater import cohens_kappa

    z = _checks.z(level)
    if labels is not None:
        labels = _checks.labels("labels", labels)
        if len(labels) < 2 or len(set(labels)) < len(labels):
            raise ValueError(f"labels: expected two or more different labels, got {labels!r}")
    _checks.same_rows(first=first, second=second)
    pair = [
        _checks.labels(name, values, RESPONSES if labels is None else labels)
        for name, values in (("first", first), ("second", second))
    ]
    if len(pair[0]) != len(pair[1]):
        raise ValueError(
            f"second: expected {len(pair[0])} values, as many as first, got {len(pair[1])}"
        )
    if labels is None:
        labels = [x for x in RESPONSES if x in pair[0] or x in pair[1]]
    place = {label: k for k, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), int)
    np.add.at(counts, tuple([place[x] for x in values] for values in pair), 1)
    used = np.array([counts.sum(axis=1), counts.sum(axis=0)]) > 0  # labels that each of the two has
    rows = []
    for weights in (None, "linear", "quadratic"):
        value = error = math.nan
        if used.any(axis=0).sum() > 1:
            with np.errstate(all="ignore"):  # of a test of kappa = 0 that is not used here
                result = cohens_kappa(counts, wt=weights)
            value = float(result.kappa)
            if (used.sum(axis=1) > 1).all():
                error = math.sqrt(max(0.0, result.var_kappa))
        rows.append((value, value - z * error, value + z * error))
    return Agreement(
        pd.DataFrame(counts, pd.Index(labels, name="first"), pd.Index(labels, name="second")),
        proportion(int(counts.trace()), int(counts.sum()), level),
        pd.DataFrame(rows, ["plain", "linear", "quadratic"], ["value", "lower", "upper"]),
    )


def _checked(visits):
    """Return patient, day and response of every row."""
    _checks.frame("visits", visits, ("patient", "day", "response"))
    if visits["patient"].isna().any():
        raise ValueError("patient: expected no gaps, got one")
    if visits.duplicated(["patient", "day"]).any():
        raise ValueError("visits: expected one row a patient and day, got two")
    day = _checks.vector("day", visits["day"])
    response = _checks.labels("response", visits["response"], ("baseline", *RESPONSES))
    return zip(visits["patient"].tolist(), day.tolist(), response, strict=True)


def _best(patient, rows, confirm_days, stable_days):
    """Return the best of the (day, response) rows of one patient, in order."""
    rows = [(day, response) for day, response in rows if response != "baseline"]
    immune = {"i" in response for _, response in rows if response != "NE"}
    if len(immune) > 1:
        raise ValueError(f"response: expected RECIST or iRECIST of patient {patient!r}, got both")
    prefix = "i" if immune == {True} else ""
    ends = [k for k, (_, response) in enumerate(rows) if response in {"PD", "iCPD"}]
    rows = [(day, _PLAIN.get(x, x)) for day, x in rows[: ends[0] + 1 if ends else None]]
    for wanted in ({"CR"}, {"CR", "PR"}):
        if _met(rows, wanted, confirm_days):
            return prefix + ("PR" if "PR" in wanted else "CR")
    if any(x in _CONTROL and day >= stable_days for day, x in rows):
        if any(x == "non-CR/non-PD" for _, x in rows):
            return "non-iCR/non-iUPD" if prefix else "non-CR/non-PD"
        return f"{prefix}SD"
    for last in ("iCPD", "PD", "iUPD"):
        if any(x == last for _, x in rows):
            return last
    return "NE"


def _met(rows, wanted, confirm_days):
    """Say whether a response was met, and confirmed if ``confirm_days`` is not None."""
    for k, (day, response) in enumerate(rows):
        if response not in wanted:
            continue
        if confirm_days is None:
            return True
        for later, again in rows[k + 1 :]:
            if again not in wanted | {"NE"}:
                break
            if again in wanted and later - day >= confirm_days:
                return True
    return False
