"""The script that compares processors: what it tries, and that a difference is named."""

import portable
import pytest
from portable import cohort_hashes, differences, find_python, kernels, main, numpy_levels

from hccbook import cohorts

HERE = {
    "has": ["SSE3", "SSE42", "AVX", "AVX2", "FMA3", "X86_V2", "X86_V3"],
    "optional": ["X86_V2", "X86_V3", "X86_V4"],
    "kernels": ["Haswell"],
}
#: What OpenBLAS takes if told to take a kernel: for one that was not built in, an older one.
TAKEN = {"PRESCOTT": "Katmai", "SANDYBRIDGE": "NEHALEM", "ZEN": "HASWELL"}
COHORT = "mri, all, reading 'p', seed 2"


@pytest.fixture
def machine(monkeypatch):
    """A machine on which one cohort and one notebook cell are others with the plainest kernel."""

    def answer(python, words, setting):
        kernel = setting.get("OPENBLAS_CORETYPE")
        if words[0] == "-c":
            return HERE | ({"kernels": [TAKEN.get(kernel, kernel)]} if kernel else {})
        return {"a": "1", COHORT: "2" if kernel == "PRESCOTT" else "1"}

    monkeypatch.setattr(portable, "answer", answer)
    monkeypatch.setattr(portable, "failures", lambda words, setting: [])


def test_only_what_the_processor_can_run_and_only_once(machine):
    tried = [setting["OPENBLAS_CORETYPE"] for setting in kernels(HERE, ("1",)).values()]
    assert tried == ["PRESCOTT", "NEHALEM", "HASWELL"]
    assert len(kernels(HERE, ("1", "2"))) == 6
    assert kernels(HERE | {"kernels": []}, ("1",)) == {}
    levels = [setting["NPY_DISABLE_CPU_FEATURES"] for setting in numpy_levels(HERE).values()]
    assert levels == ["X86_V2 X86_V3", "X86_V3"]
    assert find_python("0.0") is None


def test_a_difference_is_named(machine, capsys):
    assert differences({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 0, "d": 4}) == ["b", "c", "d"]
    assert main(["--short"]) == 1
    said = capsys.readouterr().out
    assert f"kernel PRESCOTT, threads: 1: 2 cohorts: 1 differ\n  {COHORT}\n" in said
    assert "kernel HASWELL, threads: 1: 2 cohorts: the same\n" in said
    assert "plainest code: notebooks/" in said.splitlines()[-1]
    assert said.endswith(".ipynb: the same\n")


def test_a_failed_notebook_counts(machine, monkeypatch, capsys):
    seen = {}

    def failures(words, setting):
        seen.update(setting)
        return ["FAILED Cell 3"]

    monkeypatch.setattr(portable, "failures", failures)
    assert main(["--short", "--only", "HASWELL"]) == 1
    assert "1 differ\n  FAILED Cell 3\n" in capsys.readouterr().out
    assert seen["OPENBLAS_CORETYPE"] == "PRESCOTT"
    assert seen["NPY_DISABLE_CPU_FEATURES"] == "X86_V2 X86_V3"
    monkeypatch.setattr(portable, "failures", lambda words, setting: [])
    assert main(["--short", "--only", "HASWELL"]) == 0


def test_every_cohort_has_a_hash_or_an_error(monkeypatch):
    monkeypatch.setattr(cohorts, "splits", lambda: {"radiotherapy": ("all",)})
    first, again = cohort_hashes([0, 1]), cohort_hashes([1])
    assert len(first) == 4
    assert len(set(first.values())) == 4
    assert again.items() <= first.items()

    def fail(*words):
        raise ValueError("no")

    monkeypatch.setattr(cohorts, "build", fail)
    assert set(cohort_hashes([0]).values()) == {"ValueError('no')"}


def test_the_tests_say_what_failed():
    line = "FAILED notebooks/one.ipynb::Cell 3"
    for code, expected in (
        (f"print({line!r}); raise SystemExit(1)", [line]),
        ("raise SystemExit('broken')", ["broken\n"]),
        (f"print({line!r})", []),
    ):
        assert portable.failures([portable.sys.executable, "-c", code], {}) == expected
