"""Ties of the TIPM paper: four tables, and a text that prints some of their numbers again."""

import math
from dataclasses import replace
from functools import cache, partial

from .. import audit, reported
from ..audit.check import Check, judge
from ..estimate import printed as as_printed
from . import common
from .tie import Tie

COHORTS = ("training", "internal", "external")
SIZES = {"all": "results.n", **{x: f"results.{x}.n" for x in COHORTS}}
#: Table 2 splits the training cohort by response; its columns and their sizes.
RESPONSES = {
    "all": "results.training.n",
    "tie": "results.training.response.tie.count",
    "tin": "results.training.response.tin.count",
}


def _rows(table):
    """Return the rows of a table: those of counts with their levels, and those of means."""
    counts, means = {}, []
    for id in reported.load("tipm").index:
        parts = id.removeprefix("tipm.").split(".")
        if parts[0] != table:
            continue
        if parts[-1] == "count":
            levels = counts.setdefault(parts[1], [])
            if parts[2] not in levels:
                levels.append(parts[2])
        if parts[-1] == "mean" and parts[1] not in means:
            means.append(parts[1])
    return counts, means


COUNTS1, MEANS1 = _rows("table1")
COUNTS2, MEANS2 = _rows("table2")


def _percentages():
    """Tie every percentage to its count, and every count to its percentage."""
    for table, rows, sizes in (("table1", COUNTS1, SIZES), ("table2", COUNTS2, RESPONSES)):
        for row, levels in rows.items():
            for level in levels:
                for column, n in sizes.items():
                    stem = f"{table}.{row}.{level}.{column}"
                    yield from _percentage(f"{stem}.percent", f"{stem}.count", n)
    for x in ("tie", "tin"):
        stem = f"results.response.{x}"
        yield from _percentage(f"{stem}.percent", f"{stem}.count", "results.n")
    for x in ("hbv", "non-hbv"):
        yield from _percentage(f"subgroup.{x}.percent", f"subgroup.{x}.count", "results.n")


def _percentage(percent, count, n):
    yield Tie(percent, common.percentage, (percent, count, n))
    yield Tie(count, common.count, (count, percent, n))


def _sums():
    """Tie the levels of a row to the size of the column, and the columns to their total."""
    for table, rows, sizes in (("table1", COUNTS1, SIZES), ("table2", COUNTS2, RESPONSES)):
        for row, levels in rows.items():
            for column, n in sizes.items():
                cells = [f"{table}.{row}.{level}.{column}.count" for level in levels]
                for cell in cells:
                    yield Tie(cell, common.part, (cell, n, *(x for x in cells if x != cell)))
            for level in levels:
                total, *parts = (f"{table}.{row}.{level}.{column}.count" for column in sizes)
                yield Tie(total, _total, (total, *parts))
    for n, levels in (("results.n", "results"), ("results.training.n", "results.training")):
        tie, tin = (f"{levels}.response.{x}.count" for x in ("tie", "tin"))
        yield Tie(tie, common.part, (tie, n, tin))
        yield Tie(tin, common.part, (tin, n, tie))
    both = ("subgroup.hbv.count", "subgroup.non-hbv.count")
    yield Tie(both[0], common.part, (both[0], "results.n", both[1]))
    yield Tie(both[1], common.part, (both[1], "results.n", both[0]))


def _total(printed, *parts):
    return audit.total(printed, parts)


def _twice():
    """Tie numbers that are printed twice: in the text and a table, or in two tables."""
    for row in COUNTS2:
        for level in COUNTS2[row]:
            for kind in ("count", "percent"):
                a = f"table2.{row}.{level}.all.{kind}"
                b = f"table1.{row}.{level}.training.{kind}"
                yield from _both(a, b)
    for row in MEANS2:
        for kind in ("mean", "sd"):
            yield from _both(f"table2.{row}.all.{kind}", f"table1.{row}.training.{kind}")
    for x in ("tie", "tin"):
        for kind in ("count", "percent"):
            yield from _both(f"results.response.{x}.{kind}", f"table1.response.{x}.all.{kind}")
        yield from _both(
            f"results.training.response.{x}.count", f"table1.response.{x}.training.count"
        )
    for x in ("hbv", "non-hbv"):
        for kind in ("count", "percent"):
            yield from _both(f"subgroup.{x}.{kind}", f"table1.hepatitis.{x}.all.{kind}")
    for x in COHORTS:
        yield from _both(f"figure8.os.{x}.p", f"results.os.{x}.p")
    yield from _both("results.os.cutoff", "results.roc.cutoff")


def _both(a, b):
    function = common.same_count if a.endswith("count") else audit.same
    yield Tie(a, function, (a, b))
    yield Tie(b, function, (b, a))


def _pooled():
    """Tie the mean and SD of all patients to those of the groups."""
    cohorts = tuple(SIZES[x] for x in COHORTS)
    responses = RESPONSES["tie"], RESPONSES["tin"]
    for table, rows, columns, sizes in (
        ("table1", MEANS1, COHORTS, cohorts),
        ("table2", MEANS2, ("tie", "tin"), responses),
    ):
        for row in rows:
            means = [f"{table}.{row}.{x}.mean" for x in columns]
            sds = [f"{table}.{row}.{x}.sd" for x in columns]
            total = f"{table}.{row}.all"
            yield Tie(f"{total}.mean", _pooled_mean, (f"{total}.mean", *means, *sizes))
            yield Tie(f"{total}.sd", _pooled_sd, (f"{total}.sd", *means, *sds, *sizes))
            for place, (mean, sd) in enumerate(zip(means, sds, strict=True)):
                cells = (mean, f"{total}.mean", *means, *sizes)
                yield Tie(mean, partial(_part_mean, place), cells)
                cells = (sd, f"{total}.sd", *means, *sds, *sizes)
                yield Tie(sd, _part_sd, cells)


def _thirds(texts, parts):
    step = len(texts) // parts
    return [texts[step * k : step * (k + 1)] for k in range(parts)]


def _pooled_mean(printed, *texts):
    means, sizes = _thirds(texts, 2)
    return audit.pooled_mean(printed, means, [common.size(n) for n in sizes])


def _pooled_sd(printed, *texts):
    means, sds, sizes = _thirds(texts, 3)
    return audit.pooled_sd(printed, means, sds, [common.size(n) for n in sizes])


def _part_mean(place, printed, total, *texts):
    """Check the mean of one group against the mean of all and those of the other groups."""
    means, sizes = _thirds(texts, 2)
    sizes = [common.size(n) for n in sizes]
    numbers, overall = [as_printed(mean) for mean in means], as_printed(total)
    others = [k for k in range(len(sizes)) if k != place]

    def solve(whole, parts):
        rest = sum(sizes[k] * parts[k] for k in others)
        return float((sum(sizes) * whole - rest) / sizes[place])

    value = solve(overall.value, [x.value for x in numbers])
    low = solve(overall.low, [x.high for x in numbers])
    high = solve(overall.high, [x.low for x in numbers])
    return Check(
        "pooled mean",
        printed,
        value,
        low,
        high,
        judge(printed, value, low, high),
        f"the mean of all and of the others leave {value:z.2f} ({low:z.2f} to {high:z.2f})",
    )


def _part_sd(printed, total, *texts):
    """Check the SD of one group through the SD of all."""
    check = _pooled_sd(total, *texts)
    fits = check.verdict != "contradicted"
    return Check(
        "pooled SD",
        printed,
        math.nan,
        math.nan,
        math.nan,
        "compatible" if fits else "contradicted",
        f"with it the SD of all is {check.computed:z.2f}, printed {total}",
    )


def _tests():
    """Tie every P value of the two tables to the counts or the means and SDs beside it."""
    for table, counts, means, columns, sizes, end in (
        ("table1", COUNTS1, MEANS1, COHORTS, tuple(SIZES[x] for x in COHORTS), "p"),
        (
            "table2",
            COUNTS2,
            MEANS2,
            ("tie", "tin"),
            (RESPONSES["tie"], RESPONSES["tin"]),
            "univariable.p",
        ),
    ):
        for row, levels in counts.items():
            cells = [f"{table}.{row}.{level}.{x}.count" for level in levels for x in columns]
            p = f"{table}.{row}.{end}"
            yield Tie(p, partial(_counts_p, len(levels)), (p, *cells))
        for row in means:
            p = f"{table}.{row}.{end}"
            cells = [f"{table}.{row}.{x}.{kind}" for kind in ("mean", "sd") for x in columns]
            yield Tie(p, _summary_p, (p, *cells, *sizes), evidence="summary")


def _counts_p(levels, p, *counts):
    table = [[common.size(count) for count in row] for row in _thirds(counts, levels)]
    return audit.p_from_counts(p, table)


def _summary_p(p, *texts):
    means, sds, sizes = _thirds(texts, 3)
    return audit.p_from_summaries(p, means, sds, [common.size(n) for n in sizes])


MULTIVARIABLE = (
    "nlr",
    "delta-t",
    "satellite-nodule",
    "alt",
    "plt",
    "alb",
    "ggt",
    "pt",
    "diameter",
)


def _coefficients():
    """Tie the columns of the logistic model: coefficient, "OR", interval and P."""
    for row in MULTIVARIABLE:
        beta, ratio = (f"table2.{row}.multivariable.{x}" for x in ("beta", "or"))
        low, high, p = (ratio, "lower"), (ratio, "upper"), (ratio, "p")
        yield Tie(ratio, audit.odds_ratio, (ratio, beta))
        yield Tie(ratio, _as_z, (ratio, beta, p), evidence="summary")
        yield Tie(ratio, audit.coefficient_p, (ratio, p), "p", "summary")
        yield Tie(beta, audit.holds, (beta, low, high))
        for end, cell in (("lower", low), ("upper", high)):
            yield Tie(ratio, partial(_wald, end), (cell, beta, ratio, low, high), end, "summary")


def _as_z(value, beta, p):
    """Check the column headed OR as the Wald statistic of the coefficient."""
    found = audit.coefficient_p(value, p)
    z, b = as_printed(value), as_printed(beta)
    # A coefficient that prints as zero may have either sign.
    opposite = (z.low > 0 and b.high < 0) or (z.high < 0 and b.low > 0)
    fits = not opposite and found.verdict != "contradicted"
    return Check(
        "odds ratio as z",
        value,
        float(as_printed(value)),
        float(as_printed(value).low),
        float(as_printed(value).high),
        "compatible" if fits else "contradicted",
        f"read as z it has P = {found.computed:z.2g}, printed {p}",
    )


def _wald(end, printed, beta, z, lower, upper):
    return audit.wald_limits(beta, z, lower, upper)[end]


RATES = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "accuracy": "accuracy",
    "precision": "ppv",
    "f1-score": "f1",
}


@cache
def confusion_tables(tin, tie, *rates):
    """Return every 2×2 table of at most so many patients that prints the rates of Table 3.

    Parameters
    ----------
    tin, tie : str
        Printed numbers of patients with and without the outcome in the cohort.
    *rates : str
        The printed sensitivity, specificity, accuracy, precision and F1 score.

    Returns
    -------
    list of dict
        Tables with ``tp, fp, fn, tn``, the largest first.
    """
    rates = dict(zip(RATES.values(), rates, strict=True))
    return audit.tables_within(common.size(tin), common.size(tie), **rates)


def _rates():
    """Tie the five rates of Table 3 to one 2×2 table."""
    for cohort in COHORTS:
        rates = [f"table3.{x}.{cohort}" for x in RATES]
        sizes = [f"table1.response.{x}.{cohort}.count" for x in ("tin", "tie")]
        for x, id in zip(RATES.values(), rates, strict=True):
            yield Tie(id, partial(_rate, x), (id, *sizes, *rates))


def _rate(name, printed, tin, tie, *rates):
    found = confusion_tables(tin, tie, *rates)
    n = common.size(tin) + common.size(tie)
    if not found:
        return Check(
            "2×2 table",
            printed,
            math.nan,
            math.nan,
            math.nan,
            "contradicted",
            f"no 2×2 table of at most {n} patients prints the five rates",
        )
    check = audit.rate(printed, found[0], name)
    others = [sum(table.values()) for table in found]
    note = f"{check.explanation}, in a table of {others[0]} patients; the cohort has {n}"
    return Check("2×2 table", printed, check.computed, check.lower, check.upper, "exact", note)


def _areas():
    """Tie the areas under the curve, their intervals and the Brier scores of Table 4."""
    for cohort in COHORTS:
        sizes = [f"table1.response.{x}.{cohort}.count" for x in ("tin", "tie")]
        rates = [f"table3.{x}.{cohort}" for x in RATES]
        for model in ("combined", "albi", "afp"):
            stem = f"table4.{cohort}.{model}"
            auc, ends = f"{stem}.auc", ((f"{stem}.auc", "lower"), (f"{stem}.auc", "upper"))
            brier = f"{stem}.brier"
            yield Tie(auc, common.centred, (auc, *ends), evidence="summary")
            yield Tie(brier, _brier_area, (brier, *sizes, auc))
            if model == "combined":
                # The cut-off is the best one of the training cohort, not of the others.
                curve = "best cut-off" if cohort == "training" else "any curve"
                yield Tie(auc, partial(_auc_table, curve), (auc, *sizes, *rates))
                yield Tie(brier, _brier_table, (brier, *sizes, *rates))
            for end, cell in zip(("lower", "upper"), ends, strict=True):
                cells = (cell, auc, *ends, *sizes)
                yield Tie(auc, partial(common.auc_limit, end), cells, end, "summary")
    aucs = [f"table4.{x}.{model}.auc" for x in COHORTS for model in ("combined", "albi", "afp")]
    cells = [(id, end) for id in aucs for end in ("printed", "lower", "upper")]
    p = "results.roc.delong.p"
    yield Tie(p, _paired, (p, *cells), evidence="summary")


def _auc_table(curve, auc, tin, tie, *rates):
    found = confusion_tables(tin, tie, *rates)
    if not found:
        raise ValueError("rates: expected a 2×2 table that prints them, got none")
    return audit.auc_bounds(**found[0], auc=auc)[curve]


def _brier_area(brier, tin, tie, auc):
    return audit.brier_bounds(brier, common.size(tin), common.size(tie), auc=auc)["area"]


def _brier_table(brier, tin, tie, *rates):
    """Check a Brier score against the errors of Table 3, whoever the missing patients are."""
    found = confusion_tables(tin, tie, *rates)
    if not found:
        raise ValueError("rates: expected a 2×2 table that prints them, got none")
    n = common.size(tin) + common.size(tie)
    check = audit.brier_bounds(brier, common.size(tin), common.size(tie), table=found[0])[
        "2×2 table"
    ]
    # The patients who are not in the table may have been predicted without any error.
    least = check.lower * sum(found[0].values()) / n
    verdict = "contradicted" if as_printed(brier).high < least else "compatible"
    return Check(check.family, brier, least, least, 1.0, verdict, check.explanation)


def _paired(p, *texts):
    """Check that the AUC of the combined model can differ so from both others in each cohort.

    The comparison that needs the highest correlation decides. Its standard errors are those of
    the printed intervals, if these are normal ones, which an interval cut off at 1 is not.
    """
    if any(as_printed(text).value == 1 for text in texts):
        note = "a limit of 1 is cut off and gives no standard error"
        return Check("correlation of two AUCs", p, math.nan, math.nan, math.nan, "untestable", note)
    found = []
    for combined, *others in (_thirds(x, 3) for x in _thirds(texts, len(COHORTS))):
        for other in others:
            check = audit.auc_correlation(tuple(combined), tuple(other), p)
            normal = all(common.centred(*x).verdict != "untestable" for x in (combined, other))
            found.append((check, normal, other[0]))
    check, normal, other = max(found, key=lambda x: (x[0].verdict == "contradicted", x[0].computed))
    note = f"against an AUC of {other}: {check.explanation}"
    if normal:
        return replace(check, explanation=note)
    note += "; the printed intervals are no normal ones"
    return replace(check, verdict="untestable", explanation=note)


def _responses():
    """Tie the response rates by three sets of criteria to counts, and their agreement."""
    rates = {x: f"results.response-rate.{x}" for x in ("mrecist", "recist", "irecist")}
    tie = "results.response.tie.count"
    for rate in rates.values():
        yield Tie(rate, _cut_off, (rate, "results.n"))
    # The effective group is everyone without progression, responders among them.
    share = "results.response.tie.percent"
    reason = "responders are part of the effective group"
    yield Tie(rates["mrecist"], partial(common.at_most, reason=reason), (rates["mrecist"], share))
    kappa = "results.kappa.mrecist-recist"
    yield Tie(kappa, _kappa, (kappa, tie, rates["recist"], "results.n"))


def _cut_off(percent, n):
    """Check a share of all patients, rounded or cut off after its last decimal."""
    check = common.share(percent, n)
    if check.verdict == "exact":
        return check
    number, n = as_printed(percent), common.size(n)
    first = math.ceil(number.value * n / 100)
    if first * 100 >= (number.value + number.unit) * n:
        return replace(check, explanation=f"{check.explanation}; nor is it one cut off")
    note = f"no count of {n} rounds to it; cut off after its last decimal, {first} of {n} prints so"
    value = 100 * first / n
    return Check(check.family, percent, value, value, value, "compatible", note)


def _kappa(printed, first, percent, n):
    """Check Cohen's kappa against the shares of responders by the two sets of criteria."""
    n, first, values = common.size(n), common.size(first), []
    for second in audit.counts(percent, n):
        chance = (first * second + (n - first) * (n - second)) / n**2
        for both in range(max(0, first + second - n), min(first, second) + 1):
            agreed = (n - first - second + 2 * both) / n
            values.append((agreed - chance) / (1 - chance))
    if not values:
        raise ValueError(f"percent: expected a share of {n} patients, got {percent!r}")
    fits = [value for value in values if as_printed(printed).admits(value)]
    bounds = f"with these shares kappa is between {min(values):z.2f} and {max(values):z.2f}"
    if fits:
        return Check("agreement", printed, fits[0], min(values), max(values), "compatible", bounds)
    note = "no count of patients who agree on response prints so; over all categories it is free"
    return Check("agreement", printed, math.nan, math.nan, math.nan, "untestable", note)


def _survival():
    """Tie the survival results: hazard ratios, medians, observation time, interaction."""
    observed = "subgroup.observation"
    for row in ("hbv", "non-hbv"):
        hr = f"subgroup.{row}.hr"
        lower, upper = (hr, "lower"), (hr, "upper")
        yield Tie(hr, audit.centre, (hr, lower, upper), evidence="summary")
        yield Tie(hr, common.limit, (lower, hr, upper), "lower", "summary")
        yield Tie(hr, common.limit, (upper, hr, lower), "upper", "summary")
        yield Tie(hr, audit.logrank_p_bounds, (hr, lower, upper, (hr, "p")), "p", "summary")
    for stem in (*(f"results.os.{x}" for x in COHORTS), "subgroup.hbv", "subgroup.non-hbv"):
        for risk in ("high", "low"):
            median = f"{stem}.median.{risk}"
            yield Tie(median, partial(common.at_most, reason=OBSERVED), (median, observed))
    cells = [
        (f"subgroup.{row}.hr", field)
        for row in ("hbv", "non-hbv")
        for field in ("printed", "lower", "upper")
    ]
    p = "subgroup.interaction.p"
    yield Tie(p, _interaction, (p, *cells), evidence="summary")
    for column, n in SIZES.items():
        mean, sd = (f"table1.ostime.{column}.{x}" for x in ("mean", "sd"))
        yield Tie(sd, _observed_sd, (sd, mean, observed, n))


OBSERVED = "a median that was reached lies inside the observation period"


def _observed_sd(sd, mean, longest, n):
    return audit.sd_in_range(sd, mean, "0", longest, common.size(n))


def _interaction(p, *texts):
    """Check the P of interaction as that of two separate fits; other models stay possible."""
    check = audit.interaction_p(tuple(texts[:3]), tuple(texts[3:]), p)
    if check.verdict != "contradicted":
        return check
    note = f"{check.explanation}; an interaction with the score itself is another test"
    return Check(check.family, p, check.computed, check.lower, check.upper, "untestable", note)


#: What the text says of the three models in every cohort.
RANKS = {
    "results.roc.rank": "auc",
    "figure5.auc.rank": "auc",
    "results.calibration.hosmer-lemeshow.rank": "hosmer-lemeshow",
    "results.calibration.brier.rank": "brier",
}


def _words():
    """Tie words of the text to the numbers they are said of."""
    level = "methods.significance-level"
    ps = [f"table1.{row}.p" for row in (*COUNTS1, *MEANS1)]
    id = "results.cohorts.significance"
    yield Tie(id, common.significance, (id, level, *ps))
    for group, model in (("univariable", False), ("multivariable", True)):
        for row in (*COUNTS2, *MEANS2):
            id, ratio = f"results.{group}.{row}", f"table2.{row}.multivariable.or"
            p = (ratio, "p") if model else f"table2.{row}.univariable.p"
            if id in WORDS:
                yield Tie(id, common.significance, (id, level, p))
    id = "discussion.risk-factors.count"
    ps = [(f"table2.{row}.multivariable.or", "p") for row in MULTIVARIABLE]
    yield Tie(id, _significant, (id, level, *ps))
    for id, kind in RANKS.items():
        models = ("combined", "albi", "afp")
        cells = [f"table4.{x}.{model}.{kind}" for x in COHORTS for model in models]
        yield Tie(id, _first_of_models, (id, *cells))
    stems = {
        "results.os.direction": [f"results.os.{x}" for x in COHORTS],
        "figure8.os.direction": ["results.os.training"],
        "subgroup.hbv.direction": ["subgroup.hbv"],
        "subgroup.non-hbv.direction": ["subgroup.non-hbv"],
    }
    for id, rows in stems.items():
        cells = [f"{row}.median.{risk}" for row in rows for risk in ("high", "low")]
        yield Tie(id, partial(_first, size=2), (id, *cells))
    kappas = [f"results.kappa.mrecist-{x}" for x in ("irecist", "recist")]
    yield Tie(
        "results.kappa.direction", partial(_first, size=2), ("results.kappa.direction", *kappas)
    )
    for row in ("hbv", "non-hbv"):
        id = f"subgroup.{row}.significance"
        yield Tie(id, common.significance, (id, level, (f"subgroup.{row}.hr", "p")))
    id = "subgroup.interaction.significance"
    yield Tie(id, common.significance, (id, level, "subgroup.interaction.p"))


WORDS = {id.removeprefix("tipm.") for id in reported.load("tipm").index}


def _significant(printed, level, *ps):
    """Check a number of significant predictors against their P values."""
    sides = [common.below(p, level) for p in ps]
    number, most = sides.count(True), sides.count(True) + sides.count(None)
    return Check(
        "text and table",
        printed,
        number,
        number,
        most,
        judge(printed, number, number, most),
        f"{number} of {len(ps)} P values are below {level}",
    )


def _first(word, *texts, size=3):
    return common.first_of(word, *_thirds(texts, len(texts) // size))


def _first_of_models(word, *texts):
    check = _first(word, *texts)
    return replace(check, explanation=f"the models of Table 4: {check.explanation}")


TIES = {
    "counts-and-percentages": [*_percentages(), *_sums()],
    "numbers-printed-twice": [*_twice()],
    "means-and-standard-deviations": [*_pooled()],
    "which-test-printed-the-p": [*_tests()],
    "the-column-headed-or": [*_coefficients()],
    "table-3-and-its-patients": [*_rates()],
    "areas-and-brier-scores": [*_areas()],
    "response-by-three-sets-of-criteria": [*_responses()],
    "survival": [*_survival()],
    "words-and-tables": [*_words()],
}

#: Why nothing bears on a number that no tie judges: by a part of its id.
REASONS = {
    "hosmer-lemeshow": "the groups behind the test are not printed",
    "dca": "the curves are drawn, not printed",
    "figure3": "the importances are drawn, not printed",
    "kappa": "how many patients had serial scans is not printed",
}
