"""Ties of the meta-analysis: its table of studies, and its pooled results."""

import math
from dataclasses import replace
from functools import partial

from .. import audit, reported
from ..audit.check import Check, judge
from . import common
from .tie import Tie

_ROWS = reported.load("il6-sii")
_ROWS.index = _ROWS.index.str.removeprefix("il6-sii.")
#: Studies of Table I, with their marker and endpoints as the table prints them.
STUDIES = {
    id.split(".")[1]: outcome
    for id, outcome in _ROWS["outcome"].items()
    if id.startswith("table1.") and id.endswith(".n")
}
PATIENTS = [f"table1.{study}.n" for study in STUDIES]
SCORES = [f"table1.{study}.nos" for study in STUDIES]
ALPHA = "methods.alpha"


def tabulated(marker, endpoint):
    """Return the studies of Table I that report a marker and an endpoint.

    Parameters
    ----------
    marker : {"SII", "IL-6"}
    endpoint : {"PFS", "OS"}

    Returns
    -------
    list of str
    """
    return [x for x, text in STUDIES.items() if text.startswith(marker) and endpoint in text]


def _number_of(printed, *rows):
    """Check a printed number of studies against rows of Table I."""
    return Check(
        "text and table",
        printed,
        len(rows),
        len(rows),
        len(rows),
        judge(printed, len(rows)),
        f"Table I has {len(rows)}",
    )


def _scores(low, high, printed, *scores):
    """Check a number of studies against the Newcastle-Ottawa scores of Table I."""
    found = sum(low <= common.size(score) <= high for score in scores)
    return Check(
        "text and table",
        printed,
        found,
        found,
        found,
        judge(printed, found),
        f"{found} of {len(scores)} scores are from {low} to {high}",
    )


def _studies():
    """Tie the numbers of studies and patients."""
    for id in ("abstract.studies", "abstract-sr.studies", "included.total", "nos.total"):
        yield Tie(id, _number_of, (id, *PATIENTS))
    yield Tie("prisma.included", _number_of, ("prisma.included", *PATIENTS))
    kinds = ("included.cohort", "included.non-cohort")
    yield Tie(kinds[0], common.part, (kinds[0], "included.total", kinds[1]))
    yield Tie(kinds[1], common.part, (kinds[1], "included.total", kinds[0]))
    yield Tie("abstract.n", _total, ("abstract.n", *PATIENTS))
    yield Tie("abstract-sr.n", _thousands, ("abstract-sr.n", "abstract.n"))
    for id, low, high in (("nos.high", 7, 9), ("nos.moderate", 5, 6)):
        yield Tie(id, partial(_scores, low, high), (id, *SCORES))
    for study in STUDIES:
        n, male, female = (f"table1.{study}.{x}" for x in ("n", "male", "female"))
        yield Tie(n, common.part, (n, "abstract.n", *(x for x in PATIENTS if x != n)))
        if male in _ROWS.index:
            yield Tie(n, _total, (n, male, female))
            yield Tie(male, common.part, (male, n, female))
            yield Tie(female, common.part, (female, n, male))
        score, highest = f"table1.{study}.nos", "methods.nos.highest"
        yield Tie(
            score,
            partial(common.at_most, reason="the scale ends there", whole=True),
            (score, highest),
        )
        share, median = (f"table1.{study}.age.{x}" for x in ("share", "median"))
        if share in _ROWS.index:
            yield Tie(share, common.share, (share, n))
        if median in _ROWS.index:
            yield Tie(median, audit.holds, (median, (median, "lower"), (median, "upper")))


def _total(printed, *parts):
    return audit.total(printed, parts)


def _thousands(printed, other):
    """Compare a number whose full stop separates thousands, as is usual in Serbian."""
    check = common.same_count(printed.replace(".", ","), other)
    return replace(check, printed=printed)


def _twice():
    """Tie what the two abstracts, the results and the discussion print of one result."""
    for endpoint in ("pfs", "os"):
        body = f"il6.{endpoint}.pooled.hr"
        for place in ("abstract", "abstract-sr"):
            again = f"{place}.il6.{endpoint}.hr"
            for field in ("printed", "lower", "upper"):
                yield Tie(again, audit.same, ((again, field), (body, field)), field)
                if place == "abstract":
                    yield Tie(body, audit.same, ((body, field), (again, field)), field)
    for a, b in (
        ("discussion.sii.pfs.studies", "sii.pfs.pooled.studies"),
        ("discussion.sii.os.studies", "sii.os.pooled.studies"),
        ("sii.pfs.aetiology.hbv", "sii.pfs.subgroup.hbv.studies"),
        ("sii.pfs.aetiology.mixed", "sii.pfs.subgroup.hbv-mixed.studies"),
        ("discussion.il6.studies.most", "il6.pfs.pooled.studies"),
        ("discussion.il6.studies.fewest", "il6.os.pooled.studies"),
    ):
        yield Tie(a, common.same_count, (a, b))
        yield Tie(b, common.same_count, (b, a))


#: Pooled analyses: all studies of a marker and an endpoint, and their subgroups.
POOLED = {
    "sii.pfs": ("SII", "PFS"),
    "sii.os": ("SII", "OS"),
    "il6.pfs": ("IL-6", "PFS"),
    "il6.os": ("IL-6", "OS"),
}
SUBGROUPS = {
    "sii.pfs.subgroup.hbv",
    "sii.pfs.subgroup.hbv-mixed",
    "sii.os.subgroup.hbv",
    "sii.os.subgroup.hbv-mixed",
    "sii.os.subgroup.local-treatment",
    "sii.os.subgroup.no-local-treatment",
}
ANALYSES = [*(f"{x}.pooled" for x in POOLED), *sorted(SUBGROUPS)]


def _ratios():
    """Tie every pooled ratio to its interval and its P value."""
    for analysis in ANALYSES:
        hr = f"{analysis}.hr"
        lower, upper = (hr, "lower"), (hr, "upper")
        yield Tie(hr, audit.centre, (hr, lower, upper), evidence="summary")
        yield Tie(hr, common.limit, (lower, hr, upper), "lower", "summary")
        yield Tie(hr, common.limit, (upper, hr, lower), "upper", "summary")
        yield Tie(hr, _p, (hr, lower, upper, (hr, "p")), "p", "summary")


def _p(estimate, lower, upper, p):
    return audit.p_from_interval(estimate, lower, upper, p)


def _heterogeneity():
    """Tie I² = (Q - df) / Q, the P value of Q and the number of studies."""
    for analysis in ANALYSES:
        i2, k = f"{analysis}.i2", f"{analysis}.studies"
        yield Tie(i2, _q_test, (i2, k, (i2, "p")), "p", "summary")
        # Where the three cannot hold together, one line says so: that of P.
        if analysis != "sii.os.subgroup.local-treatment":
            yield Tie(i2, _i2, (i2, k, (i2, "p")), evidence="summary")


def _i2(i2, k, p):
    """Check I² against the P value of its test: some Q must print both."""
    check = audit.heterogeneity_p(i2, common.size(k), p)
    counts = audit.study_counts(i2, p)
    return Check(
        check.family,
        i2,
        math.nan,
        math.nan,
        math.nan,
        "compatible" if common.size(k) in counts else "contradicted",
        f"with P {p} it fits {counts} studies",
    )


def _q_test(i2, k, p):
    return audit.heterogeneity_p(i2, common.size(k), p)


def _counts():
    """Tie the numbers of studies in each analysis to Table I and to one another."""
    for stem, (marker, endpoint) in POOLED.items():
        k = f"{stem}.pooled.studies"
        rows = [f"table1.{study}.n" for study in tabulated(marker, endpoint)]
        yield Tie(k, _number_of, (k, *rows))
    hbv, mixed = (f"sii.os.subgroup.{x}.studies" for x in ("local-treatment", "no-local-treatment"))
    yield Tie(hbv, common.part, (hbv, "sii.os.pooled.studies", mixed))
    yield Tie(mixed, common.part, (mixed, "sii.os.pooled.studies", hbv))
    # Five in Table I and in the leave-one-out sentence; two of them are entirely HBV-related.
    rows = [f"table1.{study}.n" for study in tabulated("SII", "PFS")]
    others = "sii.pfs.leave-one-out.others.studies"
    yield Tie(others, _one_less, (others, *rows))
    mixed, hbv = (f"sii.pfs.subgroup.{x}.studies" for x in ("hbv-mixed", "hbv"))
    yield Tie(mixed, _the_rest, (mixed, hbv, *rows))
    yield Tie(hbv, common.part, (hbv, "sii.pfs.pooled.studies", mixed))
    k, cells = "sii.pfs.pooled.studies", ["sii.pfs.pooled.i2"]
    for x in ("hbv", "hbv-mixed"):
        stem = f"sii.pfs.subgroup.{x}"
        cells += [f"{stem}.i2", f"{stem}.studies"]
        cells += [(f"{stem}.hr", field) for field in ("printed", "lower", "upper")]
    yield Tie(k, _partition, (k, *cells), evidence="summary")


def _partition(k, i2, *texts):
    """Check a number of studies against Q of all studies, within and between subgroups."""
    half = len(texts) // 2
    groups = [
        (texts[at], common.size(texts[at + 1]), *texts[at + 2 : at + half]) for at in (0, half)
    ]
    check = audit.q_partition(i2, common.size(k), groups)
    fits = check.verdict != "contradicted"
    return Check(
        check.family,
        k,
        math.nan,
        math.nan,
        math.nan,
        "compatible" if fits else "contradicted",
        f"with fixed effects in each subgroup {check.explanation}; printed {i2} %",
    )


def _one_less(printed, *rows):
    number = len(rows) - 1
    return Check(
        "text and table",
        printed,
        number,
        number,
        number,
        judge(printed, number),
        f"one of the {len(rows)} studies of Table I is left out",
    )


def _the_rest(printed, part, *rows):
    number = len(rows) - common.size(part)
    return Check(
        "text and table",
        printed,
        number,
        number,
        number,
        judge(printed, number),
        f"{len(rows)} studies of Table I less {part}",
    )


def _words():
    """Tie words about significance to the P values they are said of."""
    mixed, local = "sii.pfs.subgroup.hbv-mixed", "sii.os.subgroup.local-treatment"
    others = [x for x in sorted(SUBGROUPS) if x not in {mixed, local}]
    for id, analyses in {
        **{f"{x}.{mixed}": [mixed] for x in ("abstract", "abstract-sr", "discussion")},
        **{f"{x}.{local}": [local] for x in ("abstract", "abstract-sr", "discussion")},
        **{f"{x}.sii.subgroup.others": others for x in ("abstract", "abstract-sr")},
        **{f"discussion.{x}.pooled": [f"{x}.pooled"] for x in POOLED},
        "discussion.sii.os.subgroup.no-local-treatment": ["sii.os.subgroup.no-local-treatment"],
        "conclusion.il6": ["il6.pfs.pooled", "il6.os.pooled"],
    }.items():
        yield Tie(id, common.significance, (id, ALPHA, *((f"{x}.hr", "p") for x in analyses)))


TIES = {
    "studies-and-patients": [*_studies()],
    "printed-twice": [*_twice()],
    "ratios-intervals-and-p": [*_ratios()],
    "heterogeneity": [*_heterogeneity()],
    "how-many-studies": [*_counts()],
    "words": [*_words()],
}

#: Why nothing bears on a number that no tie judges: by a part of its id.
REASONS = {
    "leave-one-out": "no estimate is printed with one study left out",
    "prisma": "the steps between are drawn, not printed",
    "age.mean": "taken over from one study; nothing else bears on it",
    "age.sd": "taken over from one study; nothing else bears on it",
    "age.median": "the table does not say whether this is a range or two quartiles",
    "cutoff": "taken over from one study; nothing else bears on it",
    "subgroup.hbv.studies": "the studies of the subgroup are not named for OS",
    "subgroup.hbv-mixed.studies": "the studies of the subgroup are not named for OS",
    "local-treatment.i2": "cannot hold with its P value in five studies; see the line of P",
}
