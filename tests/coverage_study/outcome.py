"""Problems with a binary outcome: what a table and an area say of the patients behind them."""

from functools import partial

import numpy as np
from scipy import stats

from hccbook import accuracy, prediction
from hccbook._newton import fit_many
from hccbook.cohorts import calibration as cal

from . import sets
from .lines import COHORTS, ENOUGH, line, p_text

#: Correlation of all numbers inside each outcome, where it is varied.
RHO = 0.3
#: Exchanges of a search for an area; then it starts again.
TRIES = 3000
VARIANTS = {
    "means": ("base", "correlated", "log", "small", "fewer"),
    "auc": ("base", "log", "small"),
    "table": ("base", "log", "small"),
}


class Problem:
    """Patients sorted by outcome, and how their values are printed."""

    def __init__(self, name, entry, variant):
        most = sets.FEW if variant == "small" else sets.MOST
        frame, numbers, self.features = sets.patients(name, "outcome", entry, most)
        if variant == "fewer":
            ill = np.flatnonzero(frame["event"])
            rng = np.random.default_rng(sets.seed_of(name, variant))
            frame = frame.drop(index=rng.permutation(ill)[: ill.size // 2])
        frame = frame.sort_values("event", kind="stable").reset_index(drop=True)
        self.y = frame["event"].to_numpy()
        if variant == "log":
            numbers = [x for x in numbers if frame[x].min() > 0]
            frame[numbers] = np.log(frame[numbers])
        self.x = {x: frame[x].to_numpy(dtype=float) for x in numbers}
        self.flags = {x: frame[x].to_numpy(dtype=int) for x in self.features}
        self.decimals = {
            x: 3 if variant == "log" else decimals(values) for x, values in self.x.items()
        }
        self.sizes = np.bincount(self.y, minlength=2)

    @property
    def printable(self):
        """Whether a paper would print it: enough patients of both classes, and a number."""
        return self.sizes.min() >= sets.LEAST and len(self.x) > 0

    def told(self, name, parts):
        """Return what the engine is told of a number: means and SDs of parts, and its limits."""
        values, d = self.x[name], self.decimals[name]
        texts = [], []
        for part in parts:
            mean, sd = part.mean(), part.std(ddof=1)
            digits = min(d + 1, max(0, 2 - int(np.floor(np.log10(sd))))) if sd > 0 else d + 1
            for some, value in zip(texts, (mean, sd), strict=True):
                some.append(f"{value:.{digits}f}")
        least, top = values.min(), values.max()
        low = 0.0 if least >= 0 else least - (top - least) / 2
        ends = round(low, d), round(top + (top - least) / 2, d)
        return *texts, f"{10.0**-d:.{d}f}", *ends


def decimals(values):
    """Return with how many decimals numbers were measured, 3 at most."""
    for d in range(3):
        if np.allclose(values, np.round(values, d), atol=1e-9):
            return d
    return 3


def many(attempt, *words):
    """Build the cohorts of a problem; None if too few can be built."""
    found, failed = [], 0
    for seed in range(COHORTS):
        stream = np.random.SeedSequence([sets.seed_of(*words), seed])
        try:
            found.append(cal.until_met(stream, attempt))
        except (RuntimeError, ValueError, ZeroDivisionError, np.linalg.LinAlgError):
            failed += 1
            if failed > COHORTS - ENOUGH:
                return None
    return found


def model(x, y):
    """Return coefficients and z of logistic models (m, n, k), of which m may be 1."""
    middle, spread = x[:1].mean(axis=1, keepdims=True), x[:1].std(axis=1, keepdims=True)
    design = np.concatenate([np.ones((*x.shape[:2], 1)), (x - middle) / spread], axis=2)
    fits = fit_many(design, y)
    errors = np.sqrt(np.diagonal(np.linalg.inv(fits.information), axis1=1, axis2=2))
    z = fits.coefficients / errors
    risk = 1 / (1 + np.exp(-np.einsum("mnk,mk->mn", design, fits.coefficients)))
    return fits.coefficients[:, 1:] / spread[:, 0], z[:, 1:], risk, fits.finite


def areas(y, x):
    """Return the area and its DeLong limits of m markers (m, n)."""
    found = [accuracy.auc(y, row) for row in x]
    return np.array([(a.value, a.lower, a.upper) for a in found]).T


def rates(y, high):
    """Return sensitivity, specificity and the rates of the outcome above and below a cut-off."""
    high = high.astype(float)
    above = high.sum(axis=1)
    hit = (high * y).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "sensitivity": hit / y.sum(),
            "specificity": 1 - (above - hit) / (1 - y).sum(),
            "rate above": hit / above,
            "rate below": (y.sum() - hit) / (y.size - above),
        }


def means(problem, name, variant):
    """Means ± SD of each number and counts of each feature, by outcome: the TIPM tables."""
    y, group = problem.y, problem.y
    told = {x: problem.told(x, [v[y == 0], v[y == 1]]) for x, v in problem.x.items()}
    counts = {x: np.bincount(y, v, minlength=2).astype(int) for x, v in problem.flags.items()}
    sign = {x: 1 if accuracy.auc(y, v).value >= 0.5 else -1 for x, v in problem.x.items()}

    def attempt(rng):
        columns = {x: cal.measurements(rng, group, *args) for x, args in told.items()}
        if variant == "correlated":
            cause = rng.normal(size=y.size)
            for x, values in columns.items():
                latent = np.sqrt(RHO) * sign[x] * cause
                latent = latent + np.sqrt(1 - RHO) * rng.normal(size=y.size)
                for label in (0, 1):
                    some = np.flatnonzero(y == label)
                    values[some[latent[some].argsort()]] = np.sort(values[some])
        for x, both in counts.items():
            columns[x] = cal.outcome_in_groups(rng, group, both)
        return np.column_stack(list(columns.values()))

    cohorts = many(attempt, name, "means", variant)
    if cohorts is None:
        return None
    cohorts = np.array(cohorts, dtype=float)
    truth = np.column_stack([*problem.x.values(), *problem.flags.values()]).astype(float)[None]
    found = []
    for k, x in enumerate(problem.x):
        both = (numbers(y, a[:, :, k], sign[x], problem, x) for a in (truth, cohorts))
        for (kind, item, scale, values, digits), (*_, drawn, _) in zip(*both, strict=True):
            text = p_text(values[0]) if digits is None else f"{values[0]:.{digits}f}"
            found.append(line(f"means: {kind}", f"{x} {item}", text, drawn, scale))
    (beta, z, _, finite), drawn = model(truth, y), model(cohorts, y)
    if finite[0]:
        for k, x in enumerate([*problem.x, *problem.flags]):
            size = max(0, 2 - int(np.floor(np.log10(abs(beta[0, k]) + 1e-12))))
            p = 2 * stats.norm.sf(abs(z[0, k]))
            texts = f"{beta[0, k]:.{size}f}", f"{z[0, k]:.3f}", p_text(p)
            values = drawn[0][:, k], drawn[1][:, k], 2 * stats.norm.sf(np.abs(drawn[1][:, k]))
            for kind, scale, text, many_ in zip(
                ("coefficient", "z", "logistic P"),
                ("plain", "plain", "normal"),
                texts,
                values,
                strict=True,
            ):
                found.append(line(f"means: {kind}", x, text, many_, scale))
    return found


def numbers(y, x, sign, problem, name):
    """Yield held-out numbers of one marker, (m, n), whose means and SDs are printed."""
    p = stats.mannwhitneyu(x[:, y == 0], x[:, y == 1], axis=1, method="asymptotic").pvalue
    yield "rank-test P", "", "normal", p, None
    for item, values in zip(("area", "lower", "upper"), areas(y, sign * x), strict=True):
        kind = "AUC" if item == "area" else "AUC limit"
        yield kind, item, "arcsine", values, 3
    cut = round(float(np.median(problem.x[name])), problem.decimals[name])
    for item, values in rates(y, sign * (x - cut) >= -1e-9).items():
        kind = item if item in ("sensitivity", "specificity") else "rate by group"
        yield kind, f"{item} {cut:g}", "arcsine", values, 3


def one_marker(problem, name, variant, scheme):
    """One marker's mean ± SD and area, and with ``table`` its table at a cut-off."""
    found, built = [], False
    for x, values in [*problem.x.items()][:2] + score(problem, variant):
        problem.x[x] = values
        problem.decimals.setdefault(x, 2)
        lines = _one_marker(problem, name, variant, scheme, x)
        built |= lines is not None
        found += lines or []
    return found if built else None


def score(problem, variant):
    """Return the linear predictor of the logistic model of all, as a marker."""
    columns = [*problem.x.values(), *problem.flags.values()]
    if variant == "log" or len(columns) < 2:
        return []
    beta, _, _, finite = model(np.column_stack(columns).astype(float)[None], problem.y)
    return [("score", np.round(np.column_stack(columns) @ beta[0], 2))] if finite[0] else []


def _one_marker(problem, name, variant, scheme, x):
    y, values = problem.y, problem.x[x]
    sign = 1 if accuracy.auc(y, values).value >= 0.5 else -1
    told, area = problem.told(x, [values]), f"{accuracy.auc(y, sign * values).value:.3f}"
    cut = round(float(np.median(values)), problem.decimals[x])
    high = sign * (values - cut) >= -1e-9
    if scheme == "table" and not 5 <= high.sum() <= high.size - 5:
        return None
    counts = [int(y[high == k].sum()) for k in (0, 1)] if scheme == "table" else [int(y.sum())]
    nobody = np.zeros(y.size, dtype=int)

    def attempt(rng):
        marker = cal.measurements(rng, nobody, *told)
        group = nobody
        if scheme == "table":
            order = np.lexsort((rng.random(y.size), sign * marker))
            group = nobody.copy()
            group[order[y.size - high.sum() :]] = 1
        outcome = cal.outcome_in_groups(rng, group, counts)
        outcome = cal.reach_auc(rng, outcome, sign * marker, group, area, TRIES)
        return marker[np.argsort(outcome, kind="stable")]

    cohorts = many(attempt, name, scheme, variant, x)
    if cohorts is None:
        return None
    other = cut
    if scheme == "table":  # its table is printed: another cut-off is held out
        other = round(float(np.quantile(values, 0.75 if sign > 0 else 0.25)), problem.decimals[x])
    found = []
    both = (from_area(y, a, sign, other) for a in (values[None], np.array(cohorts)))
    for (kind, item, scale, truth, digits), (*_, drawn, _) in zip(*both, strict=True):
        if np.isfinite(truth[0]):
            text = p_text(truth[0]) if digits is None else f"{truth[0]:.{digits}f}"
            found.append(line(f"{scheme}: {kind}", f"{x} {item}", text, drawn, scale))
    return found


def from_area(y, x, sign, cut):
    """Yield held-out numbers of one marker, (m, n), whose area is printed."""
    _, lower, upper = areas(y, sign * x)
    yield "AUC limit", "lower", "arcsine", lower, 3
    yield "AUC limit", "upper", "arcsine", upper, 3
    _, _, risk, finite = model(x[:, :, None], y)
    brier = np.where(finite, ((risk - y) ** 2).mean(axis=1), np.nan)
    yield "Brier score", "", "arcsine", brier, 3
    yield "Hosmer-Lemeshow P", "", "normal", np.array([fit_p(y, row) for row in risk]), None
    for item, values in rates(y, sign * (x - cut) >= -1e-9).items():
        kind = item if item in ("sensitivity", "specificity") else "rate by group"
        yield kind, f"{item} {cut:g}", "arcsine", values, 3


def fit_p(y, risk):
    """Return the P value of Hosmer and Lemeshow's test, NaN where there are too few groups."""
    try:
        return prediction.hosmer_lemeshow(y, risk.clip(0, 1).round(12))["p"]
    except ValueError:
        return np.nan


def run(name, entry, scheme, variant):
    """Return the lines of a problem, None if it is not built, or why it is not printable."""
    problem = Problem(name, entry, variant)
    if not problem.printable:
        return "not printable"
    work = means if scheme == "means" else partial(one_marker, scheme=scheme)
    return work(problem, name, variant)
