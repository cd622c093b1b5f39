"""How long things take, ours beside the library a reader would pick instead, in one run.

``make bench`` writes ``data/bench.md``: medians over several runs, and their ratio. A lower
bound (a sort, a pass over the data) says how much faster anything could be.
"""

import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np
import pandas as pd

from hccbook import accuracy, audit, cohorts, reported, survival
from hccbook.__main__ import write_checksums

RUNS = 5
LIBRARIES = ("numpy", "scipy", "pandas", "lifelines", "scikit-learn", "statsmodels")


def seconds(call):
    """Return the median time of a call, repeated until a run takes a millisecond at least."""
    call()
    repeats, taken = 1, 0.0
    while taken < 1e-3:
        repeats *= 2
        taken = _once(call, repeats)
    return statistics.median(_once(call, repeats) for _ in range(RUNS)) / repeats


def _once(call, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return time.perf_counter() - start


def marker_data(n):
    """Return a binary outcome and a marker with ties."""
    rng = np.random.default_rng(n)
    y = (rng.random(n) < 0.6).astype(int)
    return y, np.round(rng.normal(size=n) + y, 2)


def survival_data(n):
    """Return times in days, events and two groups."""
    rng = np.random.default_rng(n)
    group = rng.integers(0, 2, n)
    end = np.ceil(rng.exponential(300 + 300 * group))
    followed = np.ceil(rng.uniform(100, 900, n))
    return np.minimum(end, followed), (end <= followed).astype(int), group


def youden_loop(y, marker, resamples):
    """Return the bootstrap optimism of a Youden cut-off, the way scikit-learn suggests."""
    from sklearn.metrics import roc_curve

    rng, gaps = np.random.default_rng(0), []
    for _ in range(resamples):
        chosen = rng.integers(0, y.size, y.size)
        false, true, cut = roc_curve(y[chosen], marker[chosen])
        best = np.argmax(true - false)
        high = marker >= cut[best]
        gaps.append(true[best] - false[best] - (high[y == 1].mean() - high[y == 0].mean()))
    return np.mean(gaps)


def cases():
    """Yield (what, ours, name of the peer, peer); the peer of the lower bounds is a bound."""
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test
    from sklearn.metrics import roc_auc_score
    from statsmodels.duration.hazard_regression import PHReg

    for n in (110, 100_000):
        y, marker = marker_data(n)
        ours = lambda y=y, m=marker: accuracy.auc(y, m)  # noqa: E731
        yield (
            f"AUC with DeLong interval, n = {n:,}",
            ours,
            "scikit-learn (AUC, no interval)",
            lambda y=y, m=marker: roc_auc_score(y, m),
        )
        yield f"the same, n = {n:,}", ours, "bound: one sort", lambda m=marker: np.sort(m)
    y, marker = marker_data(110)
    yield (
        "Optimism of a Youden cut-off, n = 110, 500 resamples",
        lambda: accuracy.youden_optimism(y, marker, 500),
        "scikit-learn loop",
        lambda: youden_loop(y, marker, 500),
    )
    for n in (110, 10_000):
        t, e, g = survival_data(n)
        frame = pd.DataFrame({"t": t, "e": e, "g": g})
        ours = lambda t=t, e=e, g=g: survival.cox_two_groups(t, e, g)  # noqa: E731
        yield (
            f"Cox model of two groups, n = {n:,}",
            ours,
            "lifelines",
            lambda f=frame: CoxPHFitter().fit(f, "t", "e"),
        )
        yield (
            f"the same, n = {n:,}",
            ours,
            "statsmodels",
            lambda t=t, e=e, g=g: PHReg(t, g[:, None], e, ties="efron").fit(),
        )
        yield (
            f"Log-rank test, n = {n:,}",
            lambda t=t, e=e, g=g: survival.logrank(t, e, g),
            "lifelines",
            lambda t=t, e=e, g=g: logrank_test(t[g == 1], t[g == 0], e[g == 1], e[g == 0]),
        )
        yield (
            f"Median survival with interval, n = {n:,}",
            lambda t=t, e=e: survival.median(t, e),
            "lifelines (fit)",
            lambda t=t, e=e: KaplanMeierFitter().fit(t, e),
        )
    ids = {"prevalence": "dcr", "ppv": "dcr.high", "false_omission": "dcr.low"}
    rates = {name: reported.text(f"magnesium.derivation.{id}") for name, id in ids.items()}
    yield (
        "All 2×2 tables of 110 patients that print three rates",
        (lambda: audit.tables(110, **rates)),
        "",
        None,
    )
    seeds = iter(range(1, 10**6))
    yield (
        "One synthetic derivation cohort, ratio of medians",
        (lambda: cohorts.build("magnesium", "derivation", next(seeds), "medians")),
        "",
        None,
    )
    yield (
        "One synthetic derivation cohort, Cox interval",
        (lambda: cohorts.build("magnesium", "derivation", next(seeds), "cox")),
        "",
        None,
    )


def import_seconds(code):
    """Return the median time of a fresh interpreter that runs ``code``."""
    command = [sys.executable, "-c", code]
    return statistics.median(
        _once(lambda: subprocess.run(command, check=True), 1) for _ in range(2 * RUNS)
    )


def main():
    """Measure, print and write the table."""
    lines = [
        "# How long things take",
        "",
        f"Medians of {RUNS} runs on one machine ({platform.machine()}, Python "
        f"{platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
        + "). Absolute times differ from machine to machine; ratios less.",
        "",
        "| what | ours (ms) | compared with | its time (ms) | ratio |",
        "|---|---:|---|---:|---:|",
    ]
    print(*lines, sep="\n")
    for what, ours, name, peer in cases():
        a = 1e3 * seconds(ours)
        b = 1e3 * seconds(peer) if peer else None
        other = f"{b:.3g} | {b / a:.2g}" if peer else " | "
        lines.append(f"| {what} | {a:.3g} | {name} | {other} |")
        print(lines[-1], flush=True)
    bare, ours = import_seconds("pass"), import_seconds("import hccbook")
    lines.append(
        f"| `import hccbook` | {1e3 * ours:.3g} | Python alone | {1e3 * bare:.3g} | "
        f"{bare / ours:.2g} |"
    )
    print(lines[-1])
    (reported.DATA / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_checksums()


if __name__ == "__main__":
    main()
