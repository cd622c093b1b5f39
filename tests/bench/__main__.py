"""Measure everything once, print each row as it is done, and write ``data/bench.md``."""

import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Before NumPy is loaded, and for R too: on a busy machine threads mostly wait for one another.
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
# Last in the path: nothing there comes before what the book uses.
sys.path.append(str(Path(__file__).resolve().parents[2] / ".bench"))

from hccbook import reported
from hccbook.__main__ import write_checksums

from . import book, diagnosis, models, pooling, times
from .r import VERSIONS
from .timing import HEAD, Here, Row, line, measure

SECTIONS = {
    "Diagnostic accuracy": diagnosis.CASES,
    "Prediction models": models.CASES,
    "Survival": times.CASES,
    "Meta-analysis": pooling.CASES,
    "Called as they are": book.AS_THEY_ARE,
    "The book itself": book.ITSELF,
}
LIBRARIES = (
    *("numpy", "scipy", "pandas", "lifelines", "scikit-learn", "statsmodels"),
    *("dcurves", "MLstatkit", "pymare"),
)
HEAVY = ("numpy", "pandas", "scipy", "lifelines", "sklearn", "statsmodels", "matplotlib")
IMPORT_LIMIT, IMPORT_ROUNDS = 0.050, 15

INTRODUCTION = """\
# How long things take

`make bench` writes this file. Everything is measured in one run: our way and the others in turn, in
several rounds, each on one thread, and the table has the medians. Absolute times differ from
machine to machine, ratios less.

- *ratio*: the other time divided by ours.
- *lower bound*: what nobody can avoid doing.
- *largest difference*: of the numbers found, in the same run. With random draws of their own it is
  as large as chance makes it. A target counts as met only if the numbers agree too.
- *(20 of 500 run)*: a part of a loop was run, and its time scaled up.
- R's times are without its start.
"""


def import_time():
    """Return the row of ``import hccbook``, on top of Python's own start."""
    check = f"import hccbook, sys; print([m for m in {HEAVY} if m in sys.modules])"
    heavy = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stdout
    calls = [
        Here(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True))
        for code in ("pass", "import hccbook")
    ]
    rounds = [[call.run(1) for call in calls] for _ in range(IMPORT_ROUNDS)]
    bare, ours = (statistics.median(each) for each in zip(*rounds, strict=True))
    light = heavy.strip() == "[]"
    return Row(
        "`import hccbook`, on top of Python",
        max(ours - bare, 0.0),
        "Python's start alone",
        bare,
        "under 50 ms, no heavy library",
        light and ours - bare <= IMPORT_LIMIT,
    )


def machine():
    """Return a paragraph on what was measured on what."""
    try:
        cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name")[2]
        cpu = cpu.partition("\n")[0].strip("\t :")
    except OSError:
        cpu = platform.processor()
    with_r = [f"{name} {number}" for name, number in sorted(VERSIONS.items(), key=_r_first)]
    found = [f"{name} {number}" for name in LIBRARIES if (number := _version(name))]
    return (
        f"{cpu or platform.machine()}, {os.cpu_count()} cores, {platform.machine()}, "
        f"{platform.system()}. Python {platform.python_version()}; {', '.join(found)}. "
        f"{', '.join(with_r) or 'R is not installed'}."
    )


def _r_first(item):
    return item[0] != "R", item[0].lower()


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main(words):
    """Measure, print and write the table; with words, only cases of sections that have them."""
    sys.stdout.reconfigure(errors="replace")  # a pipe may know fewer letters
    warnings.simplefilter("ignore")  # other libraries' own
    chosen = {
        title: section
        for title, section in SECTIONS.items()
        if not words or any(word.lower() in title.lower() for word in words)
    }
    start, lines, rows, done = time.perf_counter(), [], [], 0
    cases = sum(len(section) for section in chosen.values())
    for title, section in chosen.items():
        lines += ["", f"## {title}", "", *HEAD]
        for make in section:
            done += 1
            for row in measure(make()):
                rows.append(row)
                lines.append(line(row))
                seconds = time.perf_counter() - start
                print(f"[{done}/{cases}, {seconds:.0f} s] {lines[-1]}", flush=True)
    if words:
        return
    rows.append(import_time())
    lines.append(line(rows[-1]))
    print(lines[-1])
    met = [row.met for row in rows if row.target and row.met is not None]
    verdict = f"{sum(met)} of {len(met)} targets were met in this run."
    text = "\n".join([INTRODUCTION, machine(), "", verdict, *lines]) + "\n"
    (reported.DATA / "bench.md").write_text(text, encoding="utf-8")
    write_checksums()
    print(f"{verdict} They are in data/bench.md. It took {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main(sys.argv[1:])
