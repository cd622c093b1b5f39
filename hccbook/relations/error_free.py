"""Papers without error: the numbers of a paper, printed anew from simulated patients who have them.

Nobody in them ever lived. They serve one purpose: a relation that contradicts one of their numbers
raises a false alarm.
"""

import math

import numpy as np
from scipy.special import expit

from .. import _checks, accuracy, audit, survival
from ..estimate import Estimate, Printed
from .declared import find, load
from .run import register

LEVEL, Z95 = 0.05, 1.959963984540054
LIMITS = ("printed", "lower", "upper")
HALF_A_UNIT = 0.0005  # of an AUC with three decimals
#: Kinds of relations that read a number as something that such a paper need not print: a column
#: headed OR as Wald statistics, a hazard ratio as a ratio of medians.
OTHER_READINGS = ("wald-z", "ratio-of-medians")


def error_free(paper, seed=0):
    """Print the numbers of one paper anew, from simulated patients who have them.

    Parameters
    ----------
    paper : str
        Short name, such as ``"tipm"``.
    seed : int
        Seed of the patients (of the studies, in a meta-analysis).

    Returns
    -------
    dict of (str, str) to str
        Simulated cells by id (without the paper's name) and field, in the style of the paper.
        What is chosen before there are patients (their number, the level of significance) is
        the paper's own. A number that is not simulated, or a word that is not true of these
        patients, is not there.

    Raises
    ------
    ValueError
        If there is no such paper, or ``seed`` is not a whole number of at least 0.
    """
    _checks.one_of("paper", paper, PAPERS)
    sheet = _Sheet(register(paper))
    PAPERS[paper](sheet, np.random.default_rng(_checks.whole("seed", seed)))
    return sheet.cells


def runnable(paper, cells):
    """Return the relations that can be run on a paper without error.

    Parameters
    ----------
    paper : str
        Short name.
    cells : mapping of (str, str) to str
        As :func:`error_free` returns them.

    Returns
    -------
    list of tuple of (str, Relation)
        Pairs of section and relation, for :func:`hccbook.relations.checks`: those whose cells are
        all there and that read them as such a paper prints them (see :data:`OTHER_READINGS`).

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    _checks.one_of("paper", paper, PAPERS)
    for text in _checks.mapping("cells", cells).values():
        _checks.text("cells", text)
    return [
        (section, one)
        for section, members in load(paper).items()
        for one in members
        if one.kind not in OTHER_READINGS and all(cell in cells for cell in one.reads())
    ]


class _Sheet:
    """The cells of a paper without error, printed one by one in the style of the paper."""

    def __init__(self, style):
        self.style, self.cells = style, {}

    def copy(self, id):
        """Take over a number that is chosen before there are patients."""
        self.cells[id, "printed"] = self.style[id, "printed"]
        return int(Printed(self.style[id, "printed"]).value)

    def put(self, id, value, field="printed"):
        """Print a number with the paper's decimals, a text as it is; if the paper prints any."""
        style = self.style.get((id, field))
        if style and not isinstance(value, str):
            value = f"{value:{',' * (',' in style)}.{Printed(style).decimals}f}"
        if style:
            self.cells[id, field] = value

    def p(self, id, value, field="printed"):
        """Print a P value with the paper's decimals, and at least two."""
        places = max(2, Printed(self.style[id, field]).decimals)
        small = value < 10**-places
        self.put(id, f"< {10**-places:z.{places}f}" if small else f"{value:z.{places}f}", field)

    def estimate(self, id, estimate):
        """Print an estimate and its limits."""
        for field, value in zip(
            LIMITS, (estimate.value, estimate.lower, estimate.upper), strict=True
        ):
            self.put(id, value, field)

    def area(self, id, area):
        """Print an AUC, and its limits unless one of them is cut off at 0 or 1."""
        inside = area.lower >= HALF_A_UNIT and area.upper < 1 - HALF_A_UNIT
        if inside:
            self.estimate(id, area)
        else:
            self.put(id, area.value)

    def share(self, id, chosen):
        """Print how many patients are chosen, and how many per cent."""
        self.put(f"{id}.count", chosen.sum())
        self.put(f"{id}.percent", 100 * chosen.mean())

    def medians(self, stem, time, event, first, names=("high", "low")):
        """Print and return the median survival of two groups, if both curves reach one half."""
        values = [survival.median(time[x], event[x]).value for x in (first, ~first)]
        if np.isfinite(values).all():
            for name, value in zip(names, values, strict=True):
                self.put(f"{stem}.{name}", value)
        return values

    def says(self, id, *ps, yes="significant"):
        """Print what is true of all these P values, if they are all on one side."""
        below = {bool(p < LEVEL) for p in ps}
        if len(below) == 1:
            self.put(id, yes if below.pop() else "not significant")

    def first(self, id, word, *rows):
        """Print that the first of each row is the largest (or the smallest), if it is."""
        best = max if word in {"highest", "higher"} else min
        if all(row[0] == best(row) for row in rows):
            self.put(id, word)


def _logistic(y, *markers):
    """Fit a logistic model; return coefficients and standard errors, first the constant's."""
    from statsmodels.api import Logit, add_constant

    fit = Logit(y.astype(float), add_constant(np.column_stack(markers))).fit(disp=0)
    return fit.params, fit.bse


def _rates(y, positive, *names):
    """Return rates of a 2×2 table in per cent."""
    pairs = {"tp": y & positive, "fp": ~y & positive, "fn": y & ~positive, "tn": ~y & ~positive}
    return [
        100 * sum(pairs[x].sum() for x in above) / sum(pairs[x].sum() for x in below)
        for above, below in (audit.RATES[name] for name in names)
    ]


def _survival(rng, hazard, longest):
    """Return times (in months or days, at most ``longest``) and events."""
    time = rng.weibull(1.3, len(hazard)) / hazard
    end = rng.uniform(longest / 2, longest, len(hazard))
    return np.minimum(time, end), time <= end


# TIPM

COHORTS = ("training", "internal", "external")
#: Rows of Table 3, and what :data:`hccbook.audit.RATES` calls them.
RATES = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "accuracy": "accuracy",
    "precision": "ppv",
    "f1-score": "f1",
}

#: A measurement whose SD is more than this share of its mean is log-normal and tested by ranks.
SKEWED = 0.4
#: Effects on the log odds of TIN, of the last level or of one SD of (the log of) a measurement.
EFFECTS = {"nlr": 1.6, "delta-t": -1.7, "satellite-nodule": -1, "alb": -1, "diameter": 1.2}


def _tipm(sheet, rng):
    """Simulate three cohorts, and fit and judge three models of their response."""
    d, z = _tipm_patients(sheet, rng)
    masks = {"all": d["cohort"] != "", **{x: d["cohort"] == x for x in COHORTS}}
    training, tin = masks["training"], d["response"] == "tin"
    score, risk = _tipm_models(sheet, d, z, training, tin)
    cutoff = accuracy.youden(tin[training], score[training])["cutoff"].iloc[0]
    for id in ("results.roc.cutoff", "results.os.cutoff"):
        sheet.put(id, cutoff)
    d["high"] = score >= cutoff
    _tipm_accuracy(sheet, {x: masks[x] for x in COHORTS}, tin, d["high"], risk)
    _tipm_survival(sheet, rng, d, masks)
    ps = _tipm_table(sheet, d, "table1", masks, "p")
    sheet.says("results.cohorts.significance", *ps.values())
    columns = {"all": training, "tie": training & ~tin, "tin": training & tin}
    for row, p in _tipm_table(sheet, d, "table2", columns, "univariable.p").items():
        sheet.says(f"results.univariable.{row}", p)
    for x in ("tie", "tin"):
        sheet.share(f"results.response.{x}", d["response"] == x)
        sheet.share(f"results.training.response.{x}", d["response"][training] == x)
    for x in ("hbv", "non-hbv"):
        sheet.share(f"subgroup.{x}", d["hepatitis"] == x)
    first, kappas = d["response"] == "tie", {}
    sheet.put("results.response-rate.mrecist", 100 * first.mean())
    for name, differ in (("recist", 0.12), ("irecist", 0.06)):
        other = first ^ (rng.random(len(first)) < differ)
        chance = first.mean() * other.mean() + (~first).mean() * (~other).mean()
        kappas[name] = ((first == other).mean() - chance) / (1 - chance)
        sheet.put(f"results.response-rate.{name}", 100 * other.mean())
        sheet.put(f"results.kappa.mrecist-{name}", kappas[name])
    sheet.first("results.kappa.direction", "higher", (kappas["irecist"], kappas["recist"]))


def _rows(table):
    """Return the rows of a table: those of counts with their levels, and those of means."""
    levels = find("tipm", f"{table}.{{row}}.{{level}}.all.count")
    return levels, find("tipm", f"{table}.{{row}}.all.mean")


def _tipm_patients(sheet, rng):
    """Return the patients as columns, and the measurements before they are scaled."""
    sheet.copy("methods.significance-level")
    n = sheet.copy("results.n")
    sizes = [sheet.copy(f"results.{x}.n") for x in COHORTS]
    d, z, odds = {"cohort": np.repeat(COHORTS, sizes)}, {}, np.full(n, -1.2)
    for row, levels in _rows("table1")[0].items():
        share = 0.25 if row == "hepatitis" else rng.uniform(0.3, 0.7)
        first = rng.random(n) < share
        d[row] = np.where(first, *levels)
        odds += EFFECTS.get(row, 0) * (share - first)
    for row in _rows("table1")[1]:
        z[row] = rng.normal(size=n)
        mean, sd = (float(sheet.style[f"table1.{row}.all.{x}", "printed"]) for x in ("mean", "sd"))
        width = math.sqrt(math.log(1 + (sd / mean) ** 2))
        skewed = mean * np.exp(width * z[row] - width**2 / 2)
        d[row] = skewed if sd > SKEWED * mean else mean + sd * z[row]
        odds += EFFECTS.get(row, 0) * z[row]
    d["response"] = np.where(rng.random(n) < expit(odds), "tin", "tie")
    return d, z


def _tipm_table(sheet, d, table, columns, end):
    """Print counts, means and tests of one table; return the P values by row."""
    from scipy.stats import chi2_contingency, f_oneway, kruskal, mannwhitneyu

    counts, means = _rows(table)
    groups, ps = list(columns.values())[1:], {}
    ranks = mannwhitneyu if len(groups) == 2 else kruskal
    for row, levels in counts.items():
        for level in levels:
            for x, chosen in columns.items():
                sheet.share(f"{table}.{row}.{level}.{x}", d[row][chosen] == level)
        cells = [[(d[row][x] == level).sum() for x in groups] for level in levels]
        ps[row] = chi2_contingency(cells).pvalue
    for row in means:
        for x, chosen in columns.items():
            sheet.put(f"{table}.{row}.{x}.mean", d[row][chosen].mean())
            sheet.put(f"{table}.{row}.{x}.sd", d[row][chosen].std(ddof=1))
        skewed = d[row].std() > SKEWED * d[row].mean()
        ps[row] = (ranks if skewed else f_oneway)(*(d[row][x] for x in groups)).pvalue
    for row, p in ps.items():
        sheet.p(f"{table}.{row}.{end}", p)
    return ps


def _tipm_models(sheet, d, z, training, tin):
    """Print the logistic model; return its score, and the risks by all three models."""
    rows, (levels, _), ps = find("tipm", "table2.{row}.multivariable.beta"), _rows("table1"), []
    columns = [d[x] == levels[x][1] if x in levels else d[x] for x in rows]
    beta, se = _logistic(tin[training], *(x[training] for x in columns))
    for row, b, s in zip(rows, beta[1:], se[1:], strict=True):
        stem = f"table2.{row}.multivariable"
        ps.append(float(audit.two_sided_p(b / s)))
        sheet.put(f"{stem}.beta", b)
        sheet.put(f"{stem}.or", math.exp(b))
        sheet.put(f"{stem}.or", b - Z95 * s, "lower")
        sheet.put(f"{stem}.or", b + Z95 * s, "upper")
        sheet.p(f"{stem}.or", ps[-1], "p")
        sheet.says(f"results.multivariable.{row}", ps[-1], yes="independent")
    sheet.put("discussion.risk-factors.count", sum(p < LEVEL for p in ps))
    odds = beta[0] + np.column_stack(columns) @ beta[1:]
    risk = {"combined": expit(odds)}
    for name, marker in (("albi", z["tbil"] - z["alb"]), ("afp", z["inr"] + z["diameter"] / 4)):
        (a, b), _ = _logistic(tin[training], marker[training])
        risk[name] = expit(a + b * marker)
    return 150 + 25 * odds, risk


def _tipm_accuracy(sheet, cohorts, tin, high, risk):
    """Print Table 3, Table 4 and what the text says of them."""
    areas, briers, ps = [], [], []
    for cohort, x in cohorts.items():
        for id, rate in zip(RATES, _rates(tin[x], high[x], *RATES.values()), strict=True):
            sheet.put(f"table3.{id}.{cohort}", rate)
        areas.append([])
        briers.append([])
        for model, p in risk.items():
            area, brier = accuracy.auc(tin[x], p[x]), ((p[x] - tin[x]) ** 2).mean()
            sheet.area(f"table4.{cohort}.{model}.auc", area)
            sheet.put(f"table4.{cohort}.{model}.brier", brier)
            areas[-1].append(area.value)
            briers[-1].append(brier)
        ps += [
            accuracy.delong_paired(tin[x], risk["combined"][x], risk[m][x])["p"]
            for m in ("albi", "afp")
        ]
    for id in ("results.roc.rank", "figure5.auc.rank"):
        sheet.first(id, "highest", *areas)
    sheet.first("results.calibration.brier.rank", "lowest", *briers)
    if max(ps) < LEVEL:
        sheet.put("results.roc.delong.p", "< 0.05")


def _tipm_survival(sheet, rng, d, masks):
    """Print survival by score, in whole days: the ties between days are part of it."""
    longest, ratios = sheet.copy("subgroup.observation"), []
    time, d["event"] = _survival(rng, (0.6 + 0.6 * d["high"]) / 90, longest - 1)
    d["ostime"], high, medians = np.ceil(time), d["high"], {}
    d["os"] = np.where(d["event"], "die", "live")
    groups = {f"results.os.{x}": masks[x] for x in COHORTS}
    groups |= {f"subgroup.{x}": d["hepatitis"] == x for x in ("hbv", "non-hbv")}
    for stem, x in groups.items():
        follow_up = d["ostime"][x], d["event"][x], high[x]
        medians[stem] = sheet.medians(f"{stem}.median", *follow_up)
        p = survival.logrank(*follow_up)[1]
        if stem.startswith("results"):
            sheet.p(f"{stem}.p", p)
            sheet.p(f"{stem.replace('results', 'figure8')}.p", p)
        else:
            hr = survival.cox_two_groups(*follow_up)
            ratios.append((math.log(hr.value), math.log(hr.upper / hr.lower) / (2 * Z95)))
            sheet.estimate(f"{stem}.hr", hr)
            sheet.p(f"{stem}.hr", p, "p")
            sheet.says(f"{stem}.significance", p)
            sheet.first(f"{stem}.direction", "shorter", medians[stem])
    sheet.first("results.os.direction", "shorter", *(medians[f"results.os.{x}"] for x in COHORTS))
    sheet.first("figure8.os.direction", "poorer", medians["results.os.training"])
    # The test of two separate fits (Altman and Bland, 2003).
    logs, errors = zip(*ratios, strict=True)
    p = float(audit.two_sided_p((logs[0] - logs[1]) / math.hypot(*errors)))
    sheet.p("subgroup.interaction.p", p)
    sheet.says("subgroup.interaction.significance", p)


# The meta-analysis

#: Which studies of an analysis are in its subgroups. Those of PFS are pooled by fixed effects,
#: which the relation between them and the whole needs; all others as their heterogeneity asks for.
PARTS = {
    "sii.pfs.subgroup.hbv": slice(0, 2),
    "sii.pfs.subgroup.hbv-mixed": slice(2, None),
    "sii.os.subgroup.hbv": slice(0, 2),
    "sii.os.subgroup.hbv-mixed": slice(2, 6),
    "sii.os.subgroup.local-treatment": slice(0, 5),
    "sii.os.subgroup.no-local-treatment": slice(5, None),
}


def _il6_sii(sheet, rng):
    """Simulate the table of studies, a log hazard ratio of each, and pool them."""
    sheet.copy("methods.alpha")
    _il6_studies(sheet, rng)
    ps = {}
    for stem, k in _pooled().items():
        se = rng.uniform(0.1, 0.3, k)
        logs = rng.normal(rng.uniform(0, 0.8), np.hypot(se, rng.choice([0, 0.2, 0.5])))
        parts = {x: part for x, part in PARTS.items() if x.startswith(stem)}
        for analysis, part in {f"{stem}.pooled": slice(None), **parts}.items():
            ratio = _pool(sheet, analysis, logs[part], se[part])
            ps[analysis] = ratio.p
            for place in ("abstract", "abstract-sr", "discussion"):
                sheet.says(f"{place}.{analysis}", ratio.p)
        for place in ("abstract", "abstract-sr"):
            for field in LIMITS:
                text = sheet.cells[f"{stem}.pooled.hr", field]
                text = text.replace(".", ",") if place == "abstract-sr" else text
                sheet.put(f"{place}.{stem}.hr", text, field)
    named = "sii.pfs.subgroup.hbv-mixed", "sii.os.subgroup.local-treatment"
    for place in ("abstract", "abstract-sr"):
        others = [p for x, p in ps.items() if "subgroup" in x and x not in named]
        sheet.says(f"{place}.sii.subgroup.others", *others)
    sheet.says("conclusion.il6", ps["il6.pfs.pooled"], ps["il6.os.pooled"])


def _pooled():
    """Return the number of studies in each pooled analysis, as Table I has them."""
    lists = {
        x: f"table1.{{{x.replace('.', '-')}}}.n" for x in ("sii.pfs", "sii.os", "il6.pfs", "il6.os")
    }
    return {stem: len(find("il6-sii", pattern)) for stem, pattern in lists.items()}


def _il6_studies(sheet, rng):
    """Print the table of studies, and every number of studies."""
    studies = find("il6-sii", "table1.{study}.n")
    total, highest, k = 0, sheet.copy("methods.nos.highest"), len(studies)
    scores = rng.integers(5, highest + 1, k)
    for study, score in zip(studies, scores, strict=True):
        stem, n = f"table1.{study}", int(rng.integers(90, 230))
        male, age = rng.random(n) < 0.8, rng.normal(62, 10, n)
        for name, value in (("n", n), ("male", male.sum()), ("female", (~male).sum())):
            sheet.put(f"{stem}.{name}", value)
        sheet.put(f"{stem}.nos", score)
        sheet.put(f"{stem}.age.share", 100 * (age <= 65).mean())
        for field, quantile in (("printed", 0.5), ("lower", 0.25), ("upper", 0.75)):
            sheet.put(f"{stem}.age.median", np.quantile(age, quantile), field)
        total += n
    sheet.put("abstract.n", total)
    sheet.put("abstract-sr.n", f"{total:,}".replace(",", "."))
    other = rng.integers(0, 4)
    for id, value in {
        **dict.fromkeys(("abstract.studies", "abstract-sr.studies", "prisma.included"), k),
        **dict.fromkeys(("included.total", "nos.total"), k),
        "included.cohort": k - other,
        "included.non-cohort": other,
        "nos.high": (scores >= 7).sum(),
        "nos.moderate": (scores <= 6).sum(),
    }.items():
        sheet.put(id, value)
    k = _pooled()
    for id, value in {
        "discussion.sii.pfs.studies": k["sii.pfs"],
        "discussion.sii.os.studies": k["sii.os"],
        "discussion.il6.studies.most": k["il6.pfs"],
        "discussion.il6.studies.fewest": k["il6.os"],
        "sii.pfs.leave-one-out.others.studies": k["sii.pfs"] - 1,
        "sii.pfs.aetiology.hbv": 2,
        "sii.pfs.aetiology.mixed": k["sii.pfs"] - 2,
    }.items():
        sheet.put(id, value)


def _pool(sheet, analysis, logs, se):
    """Print the pooled ratio of some studies and their heterogeneity; return the ratio."""
    w, df = se**-2.0, len(se) - 1
    q = float(w @ (logs - np.average(logs, weights=w)) ** 2)
    i2, p = 100 * max(0, 1 - df / q), float(audit.chi_square_p(q, df))
    if (i2 > 50 or p < 0.1) and not analysis.startswith("sii.pfs.subgroup"):
        # DerSimonian and Laird (1986)
        w = 1 / (se**2 + max(0, (q - df) / (w.sum() - (w @ w) / w.sum())))
    log, error = np.average(logs, weights=w), w.sum() ** -0.5
    ratio = _ratio(log, error)
    sheet.put(f"{analysis}.studies", len(se))
    sheet.put(f"{analysis}.i2", i2)
    sheet.p(f"{analysis}.i2", p, "p")
    sheet.estimate(f"{analysis}.hr", ratio)
    sheet.p(f"{analysis}.hr", ratio.p, "p")
    return ratio


def _ratio(log, error):
    """Return a ratio with its Wald limits and P value."""
    limits = (math.exp(log + k * Z95 * error) for k in (0, -1, 1))
    return Estimate(*limits, p=float(audit.two_sided_p(log / error)))


# The three abstracts


def _magnesium(sheet, rng):
    """Simulate magnesium, disease control, and progression-free survival by magnesium."""
    n = sheet.copy("derivation.n")
    level = rng.normal(0.85, 0.1, n)
    control = rng.random(n) < expit(1.5 + 20 * (level - 0.83))
    high = level >= accuracy.youden(control, level)["cutoff"].iloc[0]
    sheet.put("derivation.roc.auc", accuracy.auc(control, level).value)
    rates = {
        "dcr": "prevalence",
        "dcr.high": "ppv",
        "dcr.low": "false_omission",
        "roc.sensitivity": "sensitivity",
        "roc.specificity": "specificity",
    }
    for id, rate in zip(rates, _rates(control, high, *rates.values()), strict=True):
        sheet.put(f"derivation.{id}", rate)
    for cohort, more in (("derivation", high), ("validation", rng.random(48) < 0.7)):
        time, event = _survival(rng, np.where(more, 1 / 14, 1 / 5), 24)
        follow_up = np.ceil(30 * time), event, more
        sheet.estimate(f"{cohort}.pfs.hr", survival.cox_two_groups(*follow_up))
        sheet.p(f"{cohort}.pfs.hr", survival.logrank(*follow_up)[1], "p")


def _mri(sheet, rng):
    """Simulate two MRI values, a blood value, response, and progression-free survival."""
    n = sheet.copy("n")
    values = dict(zip(("t2-sir", "adc", "nlr"), rng.normal(size=(3, n)), strict=True))
    control = rng.random(n) < expit(values["t2-sir"] + 0.8 * values["adc"] + 0.5 * values["nlr"])
    sheet.put("response.control.n", control.sum())
    sheet.put("response.progression.n", (~control).sum())
    for model, names in (
        ("imaging", ("t2-sir", "adc")),
        ("clinical", ("nlr",)),
        ("combined", tuple(values)),
    ):
        beta, se = _logistic(control, *(values[x] for x in names))
        score = np.column_stack([values[x] for x in names]) @ beta[1:]
        area = accuracy.auc(control, score)
        sheet.area(f"roc.{model}.auc", area)
    sheet.put("key-findings.roc.combined.auc", area.value)
    for name, p in zip(names, audit.two_sided_p(beta / se)[1:], strict=True):
        sheet.p(f"logistic.{name}.p", p)
        sheet.says(f"key-findings.logistic.{name}", p)
    risky = score < np.median(score)
    time, event = _survival(rng, np.where(risky, 1 / 6, 1 / 9), 30)
    medians = sheet.medians("pfs.median", time, event, risky, ("high-risk", "low-risk"))
    sheet.first("key-findings.pfs.direction", "shorter", medians)


def _radiotherapy(sheet, rng):
    """Simulate metastasis, thrombosis, response, adverse events, progression and death."""
    n = sheet.copy("n")
    for id in ("metastasis", "pvtt"):
        sheet.share(id, rng.random(n) < rng.uniform(0.3, 0.7))
    severe = rng.random(n) < 0.4
    thrombocytopenia = severe & (rng.random(n) < 0.6)
    for id, chosen in (
        ("response.rate", rng.random(n) < 0.7),
        ("adverse.severe.rate", severe),
        ("adverse.thrombocytopenia.rate", thrombocytopenia),
    ):
        sheet.put(id, 100 * chosen.mean())
    progression, death = 15 * rng.exponential(size=n), 20 * rng.exponential(size=n)
    end = rng.uniform(12, 48, n)
    for id, time in (("os", death), ("pfs", np.minimum(progression, death))):
        sheet.put(f"{id}.median", survival.median(np.minimum(time, end), time <= end).value)


PAPERS = {
    "tipm": _tipm,
    "il6-sii": _il6_sii,
    "magnesium": _magnesium,
    "mri": _mri,
    "radiotherapy": _radiotherapy,
}
