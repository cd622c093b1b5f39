"""Adds to corpus.csv: results as Python prints them, rounded as papers round."""

import csv
import warnings
from itertools import combinations

import lifelines.datasets as lifelines_data
import numpy as np
import pandas as pd
import statsmodels.api as sm
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260302)
rows, now, results = [], [], 0


def fixed(x, d):
    """Print with so many decimals."""
    return f"{x:z.{d}f}"


def below(p, d):
    """Print a P value, or that it is below the last place."""
    return f"<{10**-d:.{d}f}" if p < 10**-d else fixed(p, d)


def nejm(p):
    """Print a P value as the NEJM does."""
    return fixed(p, 2) if p >= 0.01 else below(p, 3)


def bare(text):
    """Leave out the zero before the point."""
    return text.replace("0.", ".", 1) if text.lstrip("<>").startswith("0.") else text


STYLES = (
    (8, lambda p: below(p, 3)),
    (4, lambda p: below(p, 4)),
    (3, lambda p: below(p, 2)),
    (4, nejm),
    (3, lambda p: bare(below(p, 3))),
    (2, lambda p: f"{p:.3g}"),
    (1, lambda p: nejm(p).replace(".", "\u00b7")),
)
WEIGHTS = np.array([weight for weight, _ in STYLES]) / sum(weight for weight, _ in STYLES)


def p_text(p):
    """Print a P value in a style drawn at random."""
    return STYLES[rng.choice(len(STYLES), p=WEIGHTS)][1](min(1.0, float(p)))


def places():
    """Draw a number of decimals."""
    return int(rng.choice([2, 3, 4], p=[0.6, 0.3, 0.1]))


def result(by, data):
    """Begin a result; the questions that follow are about it."""
    global now, results
    results += 1
    now = [f"p{results:04d}", by, data]


def ask(check, *arguments):
    """Ask the audit about the result."""
    rows.append([*now, check, "; ".join(map(str, arguments))])


def many(x):
    """Write a list."""
    return "|".join(map(str, x))


def grid(table):
    """Write a table of counts."""
    return "|".join(" ".join(map(str, row)) for row in table)


def ratio(by, data, value, lower, upper, p):
    """Ask what a reader asks of a ratio with limits and P."""
    if not np.all(np.isfinite([value, lower, upper, p])) or lower <= 0.005 or upper > 1000:
        return None
    d = places()
    e = [fixed(x, d) for x in (value, lower, upper)]
    if float(e[1]) == 0 or e[1] == e[2]:
        return None
    result(by, data)
    ask("centre_of_interval", *e)
    if rng.random() < 0.25:
        ask("limit_from_other", e[0], e[2], e[1])
    ask("p_from_interval", *e, p_text(p))
    return e


# Logistic models: Wald limits and P.
def simulated(n):
    """Draw patients with three markers, of which two tell something."""
    x = rng.normal(size=(n, 3))
    return (rng.random(n) < 1 / (1 + np.exp(0.3 - x @ [0.6, -0.4, 0]))).astype(int), x


spector, fair = (d.load_pandas() for d in (sm.datasets.spector, sm.datasets.fair))
cancer, iris, wine = load_breast_cancer(), load_iris(), load_wine()
rossi = lifelines_data.load_rossi()
logistic = [
    ("spector", spector.endog, spector.exog),
    ("fair", (fair.endog > 0)[::9], fair.exog.iloc[::9, :6]),
    ("breast cancer", cancer.target, cancer.data[:, [1, 4, 8]]),
    ("wine", (wine.target == 1), wine.data[:, [1, 4]]),
    ("rossi", rossi["arrest"], rossi[["fin", "age", "race", "prio", "paro"]]),
    *(("simulated", *simulated(n)) for n in (40, 60, 80, 120, 200, 400) for _ in range(4)),
]
for name, y, x in logistic:
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    for columns in [[k] for k in range(x.shape[1])] + [list(range(x.shape[1]))]:
        fit = sm.Logit(y, sm.add_constant(x[:, columns])).fit(disp=0)
        for b, (low, high), z, p in list(
            zip(fit.params, fit.conf_int(), fit.tvalues, fit.pvalues, strict=True)
        )[1:]:
            if abs(b) > 6:
                continue
            ratio("Logit", name, np.exp(b), np.exp(low), np.exp(high), p)
            d = places() + (abs(b) < 0.1)
            e = [fixed(v, d) for v in (b, z, low, high)]
            if rng.random() < 0.3 and float(e[0]) * float(e[1]) > 0 and float(e[2]) < float(e[3]):
                result("Logit coefficients", name)
                ask("coefficient_p", e[1], p_text(p))
                ask("wald_limits", *e)
                ask("odds_ratio", fixed(np.exp(b), places()), e[0])

# Cox models and the log-rank test.
larynx, waltons, gbsg2 = (
    getattr(lifelines_data, f"load_{x}")() for x in ("larynx", "waltons", "gbsg2")
)
leukemia, lung = lifelines_data.load_leukemia(), lifelines_data.load_lung().dropna()
cohorts = [
    (
        "rossi",
        rossi["week"],
        rossi["arrest"],
        rossi[["fin", "age", "race", "wexp", "mar", "paro", "prio"]],
    ),
    (
        "larynx",
        larynx["time"],
        larynx["death"],
        larynx[["age", "Stage_II", "Stage_III", "Stage_IV"]],
    ),
    ("waltons", waltons["T"], waltons["E"], (waltons[["group"]] == "miR-137").astype(int)),
    ("gbsg2", gbsg2["time"], gbsg2["cens"], gbsg2[["age", "tsize", "pnodes", "progrec"]]),
    ("leukemia", leukemia["t"], leukemia["status"], leukemia[["sex", "logWBC", "Rx"]]),
    ("lung", lung["time"], lung["status"], lung[["age", "sex", "ph.ecog"]]),
]
for n in (30, 50, 80, 120, 200, 300) * 7:
    arm = np.arange(n) % 2
    time = 10 * rng.weibull(1.2, n) * np.where(arm, rng.choice([0.5, 1, 1.4, 2]), 1)
    end, unit = rng.uniform(4, 30, n), rng.choice([0.01, 0.1, 1])
    x = np.column_stack([arm, rng.normal(size=n)])
    cohorts.append(("simulated", np.ceil(np.minimum(time, end) / unit) * unit, time <= end, x))
for name, time, event, x in cohorts:
    x = np.asarray(x, dtype=float)
    for columns in [[k] for k in range(x.shape[1])] + [list(range(x.shape[1]))]:
        frame = pd.DataFrame({f"x{k}": x[:, k] for k in columns} | {"time": time, "event": event})
        fit = CoxPHFitter().fit(frame, "time", "event").summary
        for k in columns:
            values = fit.loc[f"x{k}"]
            e = ratio(
                "CoxPHFitter",
                name,
                values["exp(coef)"],
                values["exp(coef) lower 95%"],
                values["exp(coef) upper 95%"],
                values["p"],
            )
            if e and len(columns) == 1 and set(np.unique(x[:, k])) <= {0.0, 1.0}:
                high = x[:, k] == 1
                t, d = np.asarray(time), np.asarray(event)
                p = logrank_test(t[high], t[~high], d[high], d[~high]).p_value
                result("CoxPHFitter and logrank_test", name)
                ask("logrank_p_bounds", *e, p_text(p))

# Tables of counts, and proportions.
for _ in range(90):
    n = rng.integers(8, 130, 2)
    a = rng.binomial(n, rng.uniform(0.15, 0.8, 2))
    table = np.column_stack([a, n - a])
    if (table.sum(axis=0) == 0).any():
        continue
    uncorrected = stats.chi2_contingency(table, correction=False)
    for by, p in (
        ("fisher_exact", stats.fisher_exact(table).pvalue),
        ("chi2_contingency", stats.chi2_contingency(table).pvalue),
        ("chi2_contingency without correction", uncorrected.pvalue),
        ("proportions_ztest", proportions_ztest(a, n)[1]),
    ):
        result(by, "simulated")
        ask("p_from_counts", p_text(p), grid(table))
    if (table > 0).all():
        odds = stats.contingency.odds_ratio(table)
        low, high = odds.confidence_interval()
        by, p = "contingency.odds_ratio and fisher_exact", stats.fisher_exact(table).pvalue
        ratio(by, "simulated", odds.statistic, low, high, p)
    for method in ("normal", "beta", "wilson", "agresti_coull", "jeffreys"):
        if rng.random() < 0.5:
            d = int(rng.choice([0, 1, 2], p=[0.1, 0.7, 0.2]))
            limits = proportion_confint(a[0], n[0], method=method)
            result(f"proportion_confint {method}", "simulated")
            ask("proportion_limits", *(fixed(100 * v, d) for v in (a[0] / n[0], *limits)), n[0])

# Two groups and correlations.
columns = [("breast cancer", cancer.data[:, k], cancer.target) for k in range(0, 30, 2)]
columns += [("wine", wine.data[:, k], wine.target) for k in range(13)]
columns += [("iris", iris.data[:, k], iris.target) for k in range(4)]
for _ in range(40):
    g = np.arange(rng.integers(12, 200)) % 2
    columns.append(("simulated", rng.normal(20 + g, 5 + 2 * g), g))
for name, y, g in columns:
    groups = [y[g == k] for k in np.unique(g)]
    d = 2 if y.std() > 1 else 4
    means, sds, sizes = (
        many(fixed(x.mean(), d) for x in groups),
        many(fixed(x.std(ddof=1), d) for x in groups),
        many(len(x) for x in groups),
    )
    tests = {"f_oneway": stats.f_oneway(*groups).pvalue, "kruskal": stats.kruskal(*groups).pvalue}
    if len(groups) == 2:
        tests = {
            "ttest_ind": stats.ttest_ind(*groups).pvalue,
            "ttest_ind(equal_var=False)": stats.ttest_ind(*groups, equal_var=False).pvalue,
            "mannwhitneyu": stats.mannwhitneyu(*groups).pvalue,
        }
    for by, p in tests.items():
        result(by, name)
        ask("p_from_summaries", p_text(p), means, sds, sizes)
    result("numpy mean and std", name)
    ask("pooled_mean", fixed(y.mean(), d), means, sizes)
    ask("pooled_sd", fixed(y.std(ddof=1), d), means, sds, sizes)
    f = stats.f_oneway(*groups)
    result("f_oneway", name)
    df = f"{len(groups) - 1}|{len(y) - len(groups)}"
    ask("p_from_statistic", fixed(f.statistic, 2), p_text(f.pvalue), df, "test=F")
    if len(groups) == 2:
        t = stats.ttest_ind(*groups)
        result("ttest_ind", name)
        ask("p_from_statistic", fixed(t.statistic, 2), p_text(t.pvalue), int(t.df), "test=t")
for a, b in combinations(range(0, 13, 2), 2):
    r = stats.pearsonr(wine.data[:, a], wine.data[:, b])
    result("pearsonr", "wine")
    df = len(wine.data) - 2
    ask("p_from_statistic", fixed(r.statistic, places()), p_text(r.pvalue), df, "test=r")

# A classifier: precision, recall and F1; area under the curve.
for _ in range(60):
    n = int(rng.integers(30, 300))
    y = rng.random(n) < rng.uniform(0.2, 0.6)
    marker = rng.normal(y * rng.uniform(0.5, 2), 1)
    said, d = marker > rng.uniform(0.2, 1), int(rng.choice([2, 3, 4]))
    if not y.any() or not (said & y).any():
        continue
    scores = [f(y, said) for f in (precision_score, recall_score, f1_score)]
    result("sklearn.metrics", "simulated")
    ask("f1_score", fixed(scores[2], d), fixed(scores[0], d), fixed(scores[1], d))
    cells = [int(v.sum()) for v in (y & said, ~y & said, y & ~said, ~y & ~said)]
    ask("rate", fixed(100 * scores[2], d - 1), many(cells), "f1")
    ask("auc_bounds any curve", *cells, fixed(roc_auc_score(y, marker), d))

found = pd.DataFrame(rows)
# At most so many results of a function; fewer of those whose check is slow.
most = found[1].map(dict.fromkeys(found.loc[found[3] == "p_from_summaries", 1], 25)).fillna(80)
order = found.assign(most=most).drop_duplicates(0).sample(frac=1, random_state=1)
ids = order.loc[order.groupby(1).cumcount() < order["most"], 0]
rows = found[found[0].isin(ids)].to_numpy().tolist()
with open("corpus.csv", encoding="utf-8") as file:
    kept = [line for line in file if not line.startswith("p")]
with open("corpus.csv", "w", newline="", encoding="utf-8") as file:
    file.writelines(kept)
    csv.writer(file, lineterminator="\n").writerows(rows)
print(len(rows), "rows,", len(ids), "results")
