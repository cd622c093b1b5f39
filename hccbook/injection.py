"""What an audit sees of errors that are put in on purpose, and what it says of right numbers.

Both run the relations of a paper on other numbers than those that it prints: :func:`inject`
changes digits, :func:`error_free` prints what simulated patients have. None of them ever lived.
"""

import inspect
import re
from collections import defaultdict
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit
from sklearn.metrics import cohen_kappa_score

from . import _checks, accuracy, audit, meta, reported, survival
from .display import progress
from .estimate import Z95, Printed
from .relations import Relation, all_lines, load
from .relations.adapters import FIRST

__all__ = ["error_free", "inject"]
__dir__ = __all__.copy


def _change_digit(text, rng):
    """Change one digit of a printed number, all numbers that differ in one being equally likely.

    The other number has as many digits and decimals: the first of several digits before the
    decimal point does not become 0.
    """
    number, others = Printed(text), []
    first = re.search(r"[0-9]", text).start()
    for match in re.finditer(r"[0-9]", text):
        for new in "0123456789".replace(match[0], ""):
            other = text[: match.start()] + new + text[match.end() :]
            shorter = match.start() == first and new == "0" and abs(number.value) >= 10
            # "0,508" has a decimal comma, but in "1,508" it would separate thousands.
            if not shorter and Printed(other).decimals == number.decimals:
                others.append(other)
    return others[rng.integers(len(others))]


def inject(changes, seed=0):
    """Change digits of numbers that the audit proves exact, one at a time, and run it again.

    Each paper gets its share of the ``changes``, by its proven numbers; the ``seed`` chooses.
    Returned is a frame, one row a change: ``paper``, ``id``, ``field``, ``was``, ``became``,
    ``family`` (of the check that proved the number exact), ``relations`` (how many read the
    number), ``detected`` and ``by`` (families of the checks that saw it, sorted; ``"refused"``
    where a check does not take the number, as when a lower limit exceeds the upper one), and
    ``bare``: whether it is seen without further readings, by checks that then let the print pass.
    """
    changes = _checks.whole("changes", changes, 1)
    rng = np.random.default_rng(_checks.whole("seed", seed))
    audits = {paper: _proven(paper) for paper in reported.papers()}
    proven = [(paper, cell) for paper, (found, _) in audits.items() for cell in found]
    # Every number once before any number twice.
    order = [rng.permutation(len(proven)) for _ in range(-(-changes // len(proven)))]
    rows = []
    for place in progress(np.concatenate(order)[:changes], "changes"):
        paper, cell = proven[place]
        families, readers = audits[paper]
        cells = reported.cells(paper)
        was, seen, bare = cells[cell], set(), False
        cells[cell] = _change_digit(was, rng)
        for one, alone in readers[cell]:
            seen.add(fault := _fault(one, cells))
            bare |= alone is not None and bool(fault or _fault(alone, cells))
        by = ", ".join(sorted(seen - {""}))
        found = families[cell], len(readers[cell]), bool(by), by, bare
        rows.append((paper, f"{paper}.{cell[0]}", cell[1], was, cells[cell], *found))
    columns = ["paper", "id", "field", "was", "became", "family", "relations", "detected", "by"]
    return pd.DataFrame(rows, columns=[*columns, "bare"])


def _fault(one, cells):
    """Return the family of a check that finds a fault, "refused", or nothing."""
    try:
        check = one.check(cells)
    except ValueError:
        return "refused"
    return check.family if check.verdict == "contradicted" else ""


def _proven(paper):
    """Return the family that proves each proven number, and the relations that read each cell.

    Beside each relation stands the one that tries no further reading, unless that contradicts the
    paper. Relations that do are left out, with the numbers that they judge.
    """
    printed = reported.cells(paper)
    members = [one for section in load(paper).values() for one in section]
    families, readers = {}, defaultdict(list)
    for one, line in zip(members, all_lines(paper), strict=True):
        cell, check = (one.id, one.field), line.check
        if check.verdict == "contradicted":
            families[cell] = None
            continue
        alone = one
        if "without" in inspect.signature(one.function).parameters:
            alone = replace(one, options={**one.options, "without": "all"})
            alone = None if _fault(alone, printed) else alone
        for read in set(one.reads()):
            readers[read].append((one, alone))
        if check.verdict == "exact" and isinstance(check.computed, int | float):
            families.setdefault(cell, check.family)
    return {cell: family for cell, family in families.items() if family}, readers


def error_free(relation, cells, rng):
    """Print the numbers of one relation anew, from simulated patients (or studies) who have them.

    They are printed with the decimals of ``cells``, the register of its paper by id and field;
    ``rng`` is a NumPy generator. Returned are the cells that the relation reads: if its check of
    them contradicts, that is a false alarm.
    """
    if not isinstance(relation, Relation):
        raise ValueError(f"relation: expected one of a paper, got {relation!r:.60}")
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: expected a numpy.random.Generator, got {rng!r:.60}")
    cells = _checks.mapping("cells", cells)
    texts, reads = relation.texts(cells), relation.cells
    names = {word: word.strip("#*?") for word in reads if word != "@"}
    names |= {"@": relation.judged} if relation.judged not in names.values() else {}
    style = {name: texts[word] for word, name in names.items()}
    if relation.kind not in SIMULATED:
        raise ValueError(
            f"relation: expected a kind that DRAWN can simulate, got {relation.kind!r}"
        )
    options = {key: x for key, x in relation.options.items() if key != "without"}
    values, printed = SIMULATED[relation.kind](rng, style, **options), {}
    for word, name in names.items():
        value = values[name]
        if isinstance(value, dict) and not isinstance(reads[word], dict):
            value = value[relation.options["name"]]
        _print(printed, reads[word], value, cells, name.rpartition(":")[2] in ("p", "ps"))
    return printed


def _print(printed, read, value, cells, is_p):
    """Print values in the style of the cells; P values with at least two decimals."""
    if isinstance(read, list | dict):
        for key in range(len(read)) if isinstance(read, list) else read:
            _print(printed, read[key], value[key], cells, is_p)
    elif isinstance(value, str):
        printed[read] = value
    else:
        places, comma = Printed(cells[read]).decimals, "," * ("," in cells[read])
        places = max(2, places) if is_p else places
        small = is_p and value < 10**-places
        printed[read] = f"< {10**-places:z.{places}f}" if small else f"{value:z{comma}.{places}f}"


def _counts(rng, x, **options):
    n = rng.integers(10, 500)
    count = rng.integers(0, n + 1)
    low, high = audit.proportion_intervals(count, n)["Wilson"]
    limits = {"percent:lower": low, "percent:upper": high}
    return {"n": n, "count": count, "percent": 100 * count / n, **limits}


def _shares(rng, x):
    counts = rng.integers(0, 200, len(x["others"]) + 1) + 1
    percents = 100 * counts / counts.sum()
    return {"percent": percents[0], "others": percents[1:]}


def _derived(rng, x):
    """Return two numbers with their difference, quotient and harmonic mean."""
    a, b = rng.uniform(20, 90, 2)
    named = {"first": a, "second": b, "precision": a, "recall": b, "f1": 2 * a * b / (a + b)}
    return named | {"difference": a - b, "quotient": a / b}


def _adjusted(rng, x):
    ps = rng.uniform(0.001, 0.2, len(x["others"]) + 1)
    order = np.sort(ps)
    q = np.minimum.accumulate((order * len(ps) / np.arange(1, len(ps) + 1))[::-1])[::-1]
    return {"p": ps[0], "others": ps[1:], "q": min(1, q[np.searchsorted(order, ps[0])])}


def _scores(rng, x):
    """Return averages over items that are whole numbers from 1 to 7."""
    items = rng.integers(1, 5) if "items" in x else 1
    scores = rng.integers(1, 8, (rng.integers(5, 60), items)).mean(axis=1)
    return {"mean": scores.mean(), "sd": scores.std(ddof=1), "n": len(scores), "items": items}


def _parts(rng, x):
    others = rng.integers(0, 500, len(x.get("others") or x["parts"]))
    own = rng.integers(0, 500) if "others" in x else 0
    return {"part": own, "others": others, "parts": others, "whole": own + others.sum()}


def _same(rng, x, whole, thousands=","):
    value = rng.integers(0, 5000) if whole else rng.uniform(0, 1)
    one = f"{value:,}".replace(",", thousands) if thousands != "," else value
    return {"one": one, "two": value}


def _rows(rng, x, note, but=0):
    less = rng.integers(0, len(x["rows"]))
    number = len(x["rows"]) - but - (less if "less" in x else 0)
    return {"number": number, "rows": x["rows"], "less": less}


def _rows_between(rng, x, lowest, highest, what):
    rows = rng.integers(0, 10, len(x["rows"]))
    return {"number": ((lowest <= rows) & (rows <= highest)).sum(), "rows": rows}


def _ordered(rng, x, **options):
    least, number, most = np.sort(rng.uniform(0, 100, 3))
    return {"least": least, "lower": least, "number": number, "most": most, "upper": most}


def _significance(rng, x, alpha=0.05):
    ps, word = rng.uniform(0, 2 * alpha, len(x["ps"])), "not significant"
    if "word" in x:
        above = rng.random() < 0.5
        ps = ps / 2 + alpha * above
        word = word if above else "independent" if x["word"] == "independent" else "significant"
    return {"ps": ps, "number": (ps < alpha).sum(), "word": word, "alpha": str(alpha)}


def _rank(rng, x, of=""):
    rows = [np.sort(rng.uniform(0, 100, len(row)))[:: -FIRST[x["word"]]] for row in x["rows"]]
    return {"word": x["word"], "rows": rows}


def _groups(rng, x):
    """Return means and SDs: of all, of each group, and of one beside the others."""
    several = x.get("means") or x["other-means"]
    scale = abs(float(Printed(several[0]))) or 1
    sizes = rng.integers(5, 200, len(several) + ("means" not in x))
    groups = [rng.normal(scale, rng.uniform(0.05, 0.6) * scale, n) for n in sizes]
    means, sds = [group.mean() for group in groups], [group.std(ddof=1) for group in groups]
    every = np.concatenate(groups)
    found = {"means": means, "sds": sds, "ns": sizes, "p": stats.f_oneway(*groups).pvalue}
    found |= {"all-mean": every.mean(), "all-sd": every.std(ddof=1), "n": sizes[0]}
    found |= {f"other-{key}": found[key][1:] for key in ("means", "sds", "ns")}
    own = groups[0] if "other-means" in x else every
    return found | {"mean": own.mean(), "sd": own.std(ddof=1)}


def _times(rng, x):
    longest = rng.integers(20, 2000)
    time = longest * rng.beta(*rng.uniform(0.5, 3, 2), rng.integers(5, 300))
    return {"longest": longest, "mean": time.mean(), "sd": time.std(ddof=1), "n": len(time)}


def _table(rng, x):
    counts = rng.integers(5, 80, (len(x["table"]), len(x["table"][0])))
    return {"table": counts, "p": stats.chi2_contingency(counts).pvalue}


def _ratio(rng, x, logrank=False):
    """Return a hazard ratio of two groups with its Wald or log-rank P; without ties."""
    high = rng.permutation(np.arange(n := rng.integers(60, 300)) < n * rng.uniform(0.3, 0.7))
    time = rng.weibull(1.3, n) * 300 * np.where(high, rng.uniform(0.4, 1), 1)
    end = rng.uniform(200, 900, n)
    follow_up = np.minimum(time, end), time <= end, high
    hr = survival.cox_two_groups(*follow_up)
    p = survival.logrank(*follow_up)[1] if logrank else hr.p
    return {"ratio": hr.value, "ratio:lower": hr.lower, "ratio:upper": hr.upper, "ratio:p": p}


def _medians(rng, x):
    medians = rng.uniform(3, 20, 2)
    return {"median": medians[0], "other-median": medians[1], "ratio": medians[1] / medians[0]}


def _interaction(rng, x):
    """Return two ratios and the test of two separate fits (Altman and Bland, 2003)."""
    logs = np.log([list(_ratio(rng, x).values())[:3] for _ in range(2)])
    difference, errors = logs[0, 0] - logs[1, 0], (logs[:, 2] - logs[:, 1]) / (2 * Z95)
    return {"p": 2 * stats.norm.sf(abs(difference) / np.hypot(*errors)), "ratios": np.exp(logs)}


def _coefficient(rng, x, **options):
    se, z = rng.uniform(0.05, 2), rng.choice([-1, 1]) * rng.uniform(0.1, 5)
    limits = {
        "z:lower": se * (z - Z95),
        "z:upper": se * (z + Z95),
        "z:p": 2 * stats.norm.sf(abs(z)),
    }
    return {"beta": se * z, "ratio": np.exp(se * z), "z": z} | limits


def _statistic(rng, x, test):
    """Return a statistic, its degrees of freedom as printed, and P from SciPy."""
    law, df = {
        "z": (stats.norm, []),
        "t": (stats.t, [rng.integers(5, 200)]),
        "F": (stats.f, [rng.integers(1, 6), rng.integers(5, 200)]),
        "chi-square": (stats.chi2, [rng.integers(1, 12)]),
        "r": (stats.t, [rng.integers(5, 200)]),
    }[test]
    value = law(*df).rvs(random_state=rng)
    p = law(*df).sf(abs(value)) * (1 if test in ("F", "chi-square") else 2)
    value = value / np.sqrt(df[0] + value**2) if test == "r" else value
    return {"value": value, "df": list(map(str, df)), "p": p}


def _at_risk(rng, x):
    start = rng.integers(20, 500)
    *before, number = start, *np.sort(rng.integers(0, start + 1, len(x["before"])))[::-1]
    events = rng.integers(0, start - number + 1)
    return {"number": number, "before": before, "events": events}


def _studies(rng, x):
    """Return the heterogeneity of studies, and the fixed effect of each of their subgroups."""
    sizes = rng.integers(2, 8, len(x.get("numbers", "1")))
    se = rng.uniform(0.1, 0.3, sizes.sum())
    logs = rng.normal(rng.uniform(0, 0.8), np.hypot(se, rng.choice([0, 0.2, 0.5])))
    ends = np.cumsum(sizes)[:-1]
    parts = zip(np.split(logs, ends), np.split(se, ends), strict=True)
    whole, *pools = (meta.pool(*part, method="fixed") for part in [(logs, se), *parts])
    found = {"studies": sizes.sum(), "i2": whole.i2, "i2:p": whole.q_p, "numbers": sizes}
    ratios = [np.exp([one.value, one.lower, one.upper]) for one in pools]
    return found | {"ratios": ratios, "i2s": [one.i2 for one in pools]}


def _pooled(rng, x):
    """Return studies of a marker cut in two, pooled by random effects, and their patients."""
    events = rng.integers(15, 120, len(x["ns"]))
    se = 2 / np.sqrt(events) * rng.uniform(1, 1.3, len(events))
    logs = rng.normal(0.3, np.hypot(se, rng.choice([0, 0.3, 0.8])))
    one = meta.pool(logs, se, method="dl" if len(se) > 1 else "fixed")
    ends = {"ratio:lower": np.exp(one.lower), "ratio:upper": np.exp(one.upper)}
    return ends | {"i2": one.i2, "ns": events + rng.integers(0, 60, len(events))}


def _marker(rng, x, **options):
    """Return what a marker says of an outcome: rates at its best cut-off, area, Brier score."""
    y = rng.permutation(np.arange(n := rng.integers(40, 90)) < n * rng.uniform(0.3, 0.7))
    marker = y * rng.uniform(0.5, 1.5) + rng.normal(size=n)
    positive = marker >= accuracy.youden(y, marker)["cutoff"].iloc[0]
    pairs = {"tp": y & positive, "fp": ~y & positive, "fn": y & ~positive, "tn": ~y & ~positive}
    rates = {
        name: 100 * sum(pairs[z].sum() for z in above) / sum(pairs[z].sum() for z in below)
        for name, (above, below) in audit.RATES.items()
    }
    area, brier = accuracy.auc(y, marker), ((expit(marker - 0.5) - y) ** 2).mean()
    found = {"auc": area.value, "auc:lower": area.lower, "auc:upper": area.upper, "brier": brier}
    sizes = {"n": n, "positives": y.sum(), "negatives": (~y).sum()}
    return found | sizes | {"rates": rates, "given": rates}


def _paired_areas(rng, x):
    """Return areas of a good and of other markers of the same patients, all of them different."""
    rows, ps = [], []
    for models in x["areas"]:
        y = rng.permutation(np.arange(200) < 90)
        first, *others = (y * d + rng.normal(size=200) for d in (1.8, *[0.2] * (len(models) - 1)))
        areas = [accuracy.auc(y, marker) for marker in (first, *others)]
        rows.append([(area.value, area.lower, area.upper) for area in areas])
        ps += [accuracy.delong_paired(y, first, other)["p"] for other in others]
    return {"areas": rows, "p": "< 0.05" if max(ps) < 0.05 else f"< {max(ps) + 0.01:z.2f}"}


def _kappa(rng, x):
    """Return the agreement of two sets of criteria on response."""
    first = rng.random(n := rng.integers(50, 400)) < rng.uniform(0.3, 0.7)
    second = first ^ (rng.random(n) < 0.15)
    kappa = cohen_kappa_score(first, second)
    return {"kappa": kappa, "first": first.sum(), "percent": 100 * second.mean(), "n": n}


#: Functions that draw patients or studies for kinds of relations, and return the numbers that they
#: have by the words of the kind. They take the paper's own printed numbers by these words.
DRAWN = {
    _counts: ("percentage", "share", "share-or-cut", "proportion"),
    _shares: ("percentages",),
    _derived: ("f1", "difference", "quotient"),
    _adjusted: ("adjusted-p",),
    _scores: ("whole-numbers",),
    _parts: ("part", "total"),
    _same: ("same",),
    _rows: ("rows",),
    _rows_between: ("rows-between",),
    _ordered: ("at-least", "at-most", "inside"),
    _significance: ("significance", "number-significant"),
    _rank: ("rank",),
    _groups: ("pooled", "group", "p-of-means"),
    _times: ("sd-within",),
    _table: ("p-of-counts",),
    _ratio: ("ratio", "wald-p"),
    partial(_ratio, logrank=True): ("logrank-p",),
    _medians: ("ratio-of-medians",),
    _interaction: ("interaction",),
    _coefficient: ("odds-ratio", "wald-z"),
    _statistic: ("statistic",),
    _at_risk: ("at-risk",),
    _studies: ("heterogeneity", "subgroups"),
    _pooled: ("events",),
    _marker: ("rates", "rates-of-some", "area", "area-of-some", "auc", "brier", "brier-of-some"),
    _paired_areas: ("paired-areas",),
    _kappa: ("kappa",),
}
SIMULATED = {kind: function for function, kinds in DRAWN.items() for kind in kinds}
