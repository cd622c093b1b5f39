"""The same numbers on every machine: cohorts and notebooks under other kernels and Pythons.

OpenBLAS and NumPy choose their code by the processor, and both can be told to take what an older
one would get: so this machine stands in for others. ``make portable`` tries every kernel that the
processor can run, on one thread and on two, NumPy without its newer code, and each Python that is
found. ``make portable-short`` builds fewer cohorts, and runs few notebooks, on the plainest code.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Kernels of OpenBLAS from the plainest, and what NumPy calls the instructions that each needs:
#: on a processor without them the program dies. For one that was not built in, an older is taken.
KERNELS = {
    "PRESCOTT": {"SSE3"},
    "NEHALEM": {"SSE42"},
    "SANDYBRIDGE": {"AVX"},
    "HASWELL": {"AVX2", "FMA3"},
    "ZEN": {"AVX2", "FMA3"},
    "SKYLAKEX": {"AVX512_SKX"},
    "COOPERLAKE": {"AVX512_SKX", "AVX512BF16"},
    "SAPPHIRERAPIDS": {"AVX512_SPR"},
    "ARMV8": {"ASIMD"},
    "NEOVERSEN1": {"ASIMDHP", "ASIMDDP"},
}
PYTHONS = ("3.11", "3.12", "3.13")
SEEDS, SHORT_SEEDS = range(20), range(3)
#: What the short form runs of the notebooks: what fits into a minute and simulates.
SHORT_NOTEBOOKS = ("magnesium-lab", "il6-sii-lab")

PROBE = """
import json, numpy, scipy.linalg
from numpy._core import _multiarray_umath as code
from threadpoolctl import threadpool_info
blas = [one for one in threadpool_info() if one["internal_api"] == "openblas"]
print(json.dumps({
    "has": [name for name, there in code.__cpu_features__.items() if there],
    "optional": code.__cpu_dispatch__,
    "kernels": sorted({one["architecture"] for one in blas}),
}))
"""


def run(words, setting):
    """Run a command of the project under a setting: variables of the environment."""
    given = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | setting
    words = [str(word) for word in words]
    return subprocess.run(
        words, env=given, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace"
    )


def answer(python, words, setting):
    """Return the JSON that a Python program prints."""
    ran = run([python, *words], setting)
    if ran.returncode:
        sys.exit(f"{setting}: {ran.stderr[-2000:]}")
    return json.loads(ran.stdout)


def kernels(here, threads):
    """Return a setting for each kernel that is another one, from the plainest, and each number."""
    found, seen = {}, []
    for kernel, needed in KERNELS.items():
        if here["kernels"] and needed <= set(here["has"]):
            there = answer(sys.executable, ["-c", PROBE], {"OPENBLAS_CORETYPE": kernel})
            if there["kernels"] not in seen:
                seen.append(there["kernels"])
                for number in threads:
                    setting = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": number}
                    found[f"kernel {kernel}, threads: {number}"] = setting
    return found


def numpy_levels(here):
    """Return a setting for NumPy without its newer code, from the plainest."""
    names = [name for name in here["optional"] if name in here["has"]]
    levels = [" ".join(names[first:]) for first in range(len(names))]
    return {f"NumPy without {level}": {"NPY_DISABLE_CPU_FEATURES": level} for level in levels}


def cohort_hashes(seeds):
    """Build every cohort; return the hash of its CSV, or how it failed, by what it is."""
    from hccbook import cohorts

    found = {}
    for paper, splits in cohorts.splits().items():
        # ``all`` beside other splits is these once more.
        for split in [split for split in splits if split != "all"] or splits:
            for reading in cohorts._recipe(paper, splits[0], None)[0].READINGS:
                for seed in seeds:
                    try:
                        text = cohorts.build(paper, split, seed, reading).to_csv()
                        made = hashlib.sha256(text.encode()).hexdigest()
                    except Exception as error:  # to be the same everywhere, too
                        made = repr(error)
                    found[f"{paper}, {split}, reading {reading!r}, seed {seed}"] = made
    return found


def differences(expected, found):
    """Return the names whose values are not the same."""
    return [name for name in expected | found if expected.get(name) != found.get(name)]


def failures(words, setting):
    """Run tests; return those that failed, or the end of what was said if none is named."""
    ran = run(words, setting)
    if not ran.returncode:
        return []
    said = ran.stdout + ran.stderr
    return re.findall(r"(?m)^(?:FAILED|ERROR) .*", said) or [said[-2000:]]


def find_python(version):
    """Return a Python of a version, from the PATH or pyenv; None if there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    there = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python3"))]
    # A name on the PATH may be one of pyenv's that leads nowhere.
    working = (python for python in there if python and not run([python, "-c", ""], {}).returncode)
    return next(working, None)


def environment(version, python):
    """Return the folder of the programs of a Python's own environment; made if need be."""
    folder, lock = ROOT / ".portable" / version, ROOT / "requirements.lock"
    mark = folder / lock.name
    if not mark.is_file() or mark.read_bytes() != lock.read_bytes():
        uv = [Path(sys.executable).with_name("uv"), "--quiet"]
        install = ("pip", "install", "--python", folder, "--require-hashes", "-r", lock)
        for words in (("venv", "--clear", "--python", python, folder), install):
            if (ran := run([*uv, *words], {})).returncode:
                sys.exit(f"Python {version}: no environment\n{ran.stderr}")
        shutil.copy(lock, mark)
    return Path(".portable", version, "bin")


def report(name, what, wrong):
    """Say what was found; return how much differs."""
    print(f"{name}: {what}: {f'{len(wrong)} differ' if wrong else 'the same'}", flush=True)
    for line in wrong:
        print(f"  {line}", flush=True)
    return len(wrong)


def main(words=None):
    """Try everything, say what differs; return 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="two minutes instead of hours")
    parser.add_argument("--hashes", type=int, nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="part of the name of what to try")
    chosen = parser.parse_args(words)
    if chosen.hashes:
        print(json.dumps(cohort_hashes(chosen.hashes)))
        return 0

    def build(setting, python=sys.executable):
        seeds = SHORT_SEEDS if chosen.short else SEEDS
        return answer(python, [__file__, "--hashes", *seeds], setting)

    here, bad = answer(sys.executable, ["-c", PROBE], {}), 0
    cores, levels = kernels(here, ("1",) if chosen.short else ("1", "2")), numpy_levels(here)
    if chosen.short:
        levels = dict([*levels.items()][:1])
    plainest = next(iter(cores.values()), {}) | next(iter(levels.values()), {})
    tried = {
        name: setting
        for name, setting in (cores | levels).items()
        if chosen.only.lower() in name.lower()
    }
    with ThreadPoolExecutor(2) as pool:
        expected, *found = pool.map(build, [{}, *tried.values()])
    for name, made in zip(tried, found, strict=True):
        bad += report(name, f"{len(made)} cohorts", differences(expected, made))
    if chosen.short:
        books = [f"notebooks/{name}.ipynb" for name in SHORT_NOTEBOOKS]
        wrong = failures(["make", "test-notebooks", f"NOTEBOOKS={' '.join(books)}"], plainest)
        return int(bad + report("plainest code", " ".join(books), wrong) > 0)
    pytest = [sys.executable, "-m", "pytest", "-n", "2"]
    for name, setting in tried.items():
        wrong = failures([*pytest, *sorted(ROOT.glob("tests/test_cohorts*.py"))], setting)
        bad += report(name, "tests of cohorts", wrong)
        bad += report(name, "notebooks", failures(["make", "test-notebooks"], setting))
    for version in PYTHONS:
        name = f"Python {version}"
        if chosen.only.lower() not in name.lower():
            continue
        if (python := find_python(version)) is None:
            print(f"{name}: not found", flush=True)
            continue
        programs = environment(version, python)
        made = build({}, ROOT / programs / "python")
        bad += report(name, f"{len(made)} cohorts", differences(expected, made))
        for step in ("test-unit", "test-notebooks"):
            bad += report(name, step, failures(["make", step, f"BIN={programs}"], {}))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
