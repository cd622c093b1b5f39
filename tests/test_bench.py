"""The bench: what it says of times, of targets, and of what is not installed."""

import io
import re
import sys
from importlib import import_module

import numpy as np
import pytest
from bench import r, rivals, timing
from bench.timing import Bound, Case, Rival, Row
from conftest import ROOT
from reference import near

BENCH = ROOT / "tests" / "bench"


class Stub:
    """A rival in another process, which says what it is told to."""

    result = np.array([1.0])

    def open(self):
        return self

    def run(self, repeats):
        return 1e-3 * repeats

    def close(self):
        self.closed = True


@pytest.fixture
def taken(monkeypatch):
    """Set the seconds that ours and the others take."""

    def of(*seconds):
        monkeypatch.setattr(timing, "_in_turn", lambda runners: seconds[: len(runners)])

    return of


def test_durations_and_rows():
    for seconds, text in (
        (0.0, "0 µs"),
        (1.234e-6, "1.23 µs"),
        (999.4e-6, "999 µs"),
        (999.9e-6, "1 ms"),
        (0.01234, "12.3 ms"),
        (0.9999, "1 s"),
        (123.4, "123 s"),
    ):
        assert timing.duration(seconds) == text
    rows = [
        Row("A", 1.0),
        Row("A", 1e-3, "other", 0.15, "100× faster", True, 1e-12),
        Row("A", 1e-3, "other: not installed"),
    ]
    assert {timing.line(row).count("|") for row in rows} == {timing.HEAD[0].count("|")}
    assert timing.line(rows[1]) == "| A | 1 ms | other | 150 ms | 150 | 100× faster | yes | 1e-12 |"


def test_a_target_is_a_ratio(taken):
    for its, target, met in (
        (5.0, 4, True),
        (3.0, 4, False),
        (0.2, 1 / 6, True),
        (0.1, 1 / 6, False),
    ):
        taken(1.0, its)
        (row,) = timing.measure(Case("A", float, Rival("other", float, target)))
        assert (row.ours, row.its, row.met) == (1.0, its, met)
    assert row.target == "at most 6× slower"
    # A part of the work is scaled up.
    taken(1.0, 2.0)
    (row,) = timing.measure(Case("A", float, Rival("other", float, 90, part=0.02)))
    assert (row.its, row.met) == (pytest.approx(100), True)


def test_fast_and_wrong_meets_no_target():
    def rival(within, same=lambda a, b: abs(a - b[0])):
        return Rival("R", Stub(), 1e-9, same=same, within=within)

    rivals = rival(0.4), rival(0.6), rival(1.0, lambda a, b: np.nan)
    rows = timing.measure(Case("A", lambda: 1.5, *rivals))
    assert [row.met for row in rows] == [False, True, False]
    near([row.difference for row in rows], [0.5, 0.5, np.nan])


def test_processes_are_ended():
    stub = Stub()
    timing.measure(Case("A", float, Rival("R", stub)))
    assert stub.closed


def test_what_is_not_installed_is_no_error(taken, monkeypatch):
    monkeypatch.setattr(r.shutil, "which", lambda name: None)
    taken(1.0)
    missing = [Rival("peer", None, 5), Rival("pROC", r.R("auc", y=[0, 1], marker=[1, 2]))]
    rows = [(row.other, row.met, row.its) for row in timing.measure(Case("A", float, *missing))]
    assert rows == [(f"{name}: not installed", None, None) for name in ("peer", "pROC")]
    for name in ("no_such_module", "no_such_module.part"):
        assert rivals.installed(name, "name") is None


def test_bounds_and_limits(taken):
    taken(1.0, 0.25)
    (row,) = timing.measure(Case("A", float, Bound("one sort", float)))
    assert (row.other, row.its, row.met) == ("lower bound: one sort", 0.25, None)
    (row,) = timing.measure(Case("A", float, limit=0.5))
    assert (row.target, row.met) == ("under 500 ms", False)


def test_differences_are_of_arrays_that_fit():
    assert rivals.gap([1.0, np.nan], [1.5, 2.0]) == 0.5
    with pytest.raises(ValueError, match=r"^its: expected the shape"):
        rivals.gap([1.0, 2.0], [1.0])


def test_every_case_of_r_is_there_and_used():
    listed = re.findall(r"(?m)^  ([\w.]+) = list\(\"", (BENCH / "rivals.R").read_text("utf-8"))
    called = [
        name
        for path in BENCH.glob("*.py")
        for name in re.findall(r"\bR\(\s*\"([\w.]+)\"", path.read_text("utf-8"))
    ]
    assert len(listed) > 10
    assert set(listed) == set(called)


def test_the_rivals_are_pinned_with_hashes_and_the_stored_table_is_whole():
    text = (ROOT / "tests" / "bench-requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^#.*\n", "", text))
    assert len(blocks) > 2
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==[\w.]+ \\\n", block)
        assert "--hash=sha256:" in block

    lines = (ROOT / "data" / "bench.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {timing.HEAD[0].count("|")}
    assert any("targets were met" in line for line in lines)
    assert not any("not installed" in line for line in lines)


def test_letters_that_a_pipe_lacks_are_replaced(monkeypatch):
    # What importing it sets stays in this test.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(sys, "path", [*sys.path])
    command = import_module("bench.__main__")
    monkeypatch.setattr(command, "SECTIONS", {"Few": [lambda: Case("I² ≥ 0", float, limit=9.0)]})
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    command.main(["few"])
    sys.stdout.seek(0)
    assert "| I² ? 0 |" in sys.stdout.read()
