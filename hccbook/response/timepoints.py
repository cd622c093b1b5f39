"""Response at each visit, from lesion measurements."""

from .. import _checks
from .lesions import read
from .rules import Course, Irecist, Recist

#: The criteria that :func:`timepoints` knows.
CRITERIA = ("RECIST 1.1", "mRECIST", "iRECIST")


def timepoints(lesions, criteria="RECIST 1.1"):
    """Response of each patient at each visit, from lesion measurements.

    Parameters
    ----------
    lesions : pandas.DataFrame
        One row a patient, visit and lesion; a patient's first day is the baseline. Columns:

        - ``patient``, ``lesion``: any labels; ``day``: days since the start of treatment;
        - ``target``: bool;
        - ``diameter``: longest diameter in mm, of a lymph node the short axis; 0 if the lesion is
          gone, missing if it was not measured (not needed where ``status`` tells);
        - ``enhancing``, only for mRECIST: longest diameter in mm of the arterially enhancing part;
          0 if the enhancement is gone;
        - ``new`` (optional): bool, the lesion was not there at baseline;
        - ``node`` (optional): bool, it is a lymph node;
        - ``too_small`` (optional): bool, it is seen but too small to measure: a missing diameter
          then counts 5 mm;
        - ``status`` (optional) of a lesion that is not a target: ``absent``, ``present``,
          ``larger`` (than at the visit before, but not clearly progressed), ``progressed``
          (clearly; if it had progressed before, no further) or ``progressed further``. If missing,
          the lesion was not evaluated; a new lesion counts as present.
    criteria : {"RECIST 1.1", "mRECIST", "iRECIST"}

    Returns
    -------
    pandas.DataFrame
        One row a patient and visit, patients in order of appearance: ``patient``, ``day``, ``sum``
        (of the target lesions, mm; NaN if one was not measured), ``from_baseline`` and
        ``from_nadir`` (change of the sum in per cent; the nadir is the smallest sum before, the
        baseline included), ``target`` and ``non_target`` (response of the lesions known from
        baseline, each kind by itself; ``none`` if there are none), ``new`` (whether a new lesion
        is seen) and ``response``: ``baseline`` at first; then CR, PR, SD, PD, NE or, without
        target lesions, non-CR/non-PD; by iRECIST iCR, iPR, iSD, iUPD, iCPD, NE or, without
        target lesions, non-iCR/non-iUPD.

    Raises
    ------
    ValueError
        If a column is missing or holds what it cannot, a visit has two rows of a lesion, a lesion
        changes its kind, one that appears later is not marked as new, there are more than five
        target lesions (and five new ones), or a target lesion measures less than 10 mm (a node
        15 mm) when first seen.

    Notes
    -----
    *Borders.* Partial response: a sum of at most 70 % of the baseline. Progression: at least 120 %
    of the nadir and, by RECIST 1.1 and iRECIST, at least 5 mm above it; mRECIST has no such rule.
    Progression goes before response. Lengths are taken to the micrometre, so borders are exact.

    *Complete response.* All target lesions at 0 mm, nodes below 10 mm (they stay in the sum, which
    need not be 0), no other lesion left. With non-target lesions left or not evaluated it is a
    partial response. Afterwards any lesion that is seen again is progression.

    *Missing.* With a target lesion not measured the visit is NE, unless the others alone make
    progression, which the missing one could not undo. A lesion without a row was not evaluated; a
    planned visit without a scan is a row without a diameter. Sums with gaps never become the nadir.

    *After progression* (PD, iCPD) every later visit has the same response.

    *mRECIST.* The enhancing part is measured of a lesion that has one when first seen. Nodes and
    lesions without enhancement are measured whole, as by RECIST 1.1. What ``status`` and ``new``
    mean in a cirrhotic liver (enhancement of a non-target lesion, atypical nodules, nodes at the
    porta hepatis, effusions) is for the reader of the scan to decide by the guideline.

    *iRECIST.* Progression by RECIST 1.1 is unconfirmed at first (iUPD). A scan at least 4 weeks
    later confirms it (iCPD) if target lesions that had progressed grew by another 5 mm in sum,
    non-target lesions that had progressed grew at all, the new lesions became more, grew by 5 mm
    in sum (target ones) or at all (others), or if a kind of lesion progresses that had not. Growth
    counts from the visit of the iUPD, so that small steps add up. An earlier scan is set aside: it
    stays iUPD. The guideline asks for the scan within 8 weeks; a later one is judged alike. If
    nothing is in progression any more, the bar is reset: the visit is iCR, iPR or iSD, and the next
    progression is iUPD again. New lesions that stay without growing keep the iUPD, unless the
    target lesions respond better than at the iUPD. While new lesions are left the response is at
    best iPR, and they make another iUPD by a sum of at least 120 % of their own smallest and 5 mm
    above it, by clear progression, or by one more lesion.

    *Not judged:* tumour markers, symptoms, and the limit of two target lesions an organ. The
    RECIST working group goes on calling a confirmed partial response so when the sum drifts back
    above 70 %; here that visit is SD. The best response is the same.

    References
    ----------
    RECIST 1.1: Eisenhauer et al., Eur J Cancer 2009;45:228. mRECIST: Lencioni & Llovet, Semin
    Liver Dis 2010;30:52, and Llovet & Lencioni, J Hepatol 2020;72:288. iRECIST: Seymour et al.,
    Lancet Oncol 2017;18:e143, and the working group's answers at recist.eortc.org.

    Examples
    --------
    >>> import pandas as pd
    >>> scans = pd.DataFrame({"patient": 1, "day": [0, 56], "lesion": "a", "target": True,
    ...                       "diameter": [50, 35]})
    >>> timepoints(scans)["response"].tolist()
    ['baseline', 'PR']
    """
    import pandas as pd

    _checks.one_of("criteria", criteria, CRITERIA)
    rows = []
    for patient, (targets, visits) in read(lesions, enhancing=criteria == "mRECIST").items():
        course = Course(targets, visits[0].total, absolute=criteria != "mRECIST")
        judge = Irecist(course) if criteria == "iRECIST" else Recist(course)
        first = course.find(visits[0]).row()
        rows.append((patient, *first[:4], "baseline", "baseline", False, "baseline"))
        for visit in visits[1:]:
            found = course.find(visit)
            rows.append((patient, *found.row(), judge.response(found)))
    columns = ["patient", "day", "sum", "from_baseline", "from_nadir", "target", "non_target"]
    return pd.DataFrame(rows, columns=[*columns, "new", "response"])
