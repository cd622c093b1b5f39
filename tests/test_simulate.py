"""hccbook.simulate: the same numbers, whoever computes them."""

import os
import re
import subprocess
import sys
import threading

import joblib
import numpy as np
import psutil
import pytest
from joblib.externals.loky import get_reusable_executor
from threadpoolctl import threadpool_info, threadpool_limits

from hccbook import simulate
from hccbook.simulate import generator, repeat

pytestmark = pytest.mark.long

PATIENCE = 900  # seconds; only a process that hangs reaches it


@pytest.fixture(scope="module", autouse=True)
def _no_process_stays():
    yield
    get_reusable_executor().shutdown(wait=True)


def draw(rng):
    return rng.random()


def solve(rng, size):
    """Linear algebra on a matrix so large that threads would share the work."""
    return np.linalg.solve(rng.normal(size=(size, size)), rng.normal(size=size))


def process(rng):
    return os.getpid()


def threads(rng):
    return {library["num_threads"] for library in threadpool_info()}


def table(rng, function, times, seeds):
    return function, times, seeds, rng.integers(1000, size=3).tolist()


def writable(rng, values):
    return values.flags.writeable, float(values.sum())


class Counted:
    """Count how often it is pickled."""

    packed = 0

    def __getstate__(self):
        self.packed += 1
        return {}


def held(rng, counted):
    return counted.packed


def nested(rng):
    return repeat(draw, 3, seed=int(rng.integers(1000)), workers=2)


def one_in_ten_fails(rng):
    if (value := rng.random()) < 0.1:
        raise ZeroDivisionError(f"drew {value}")
    return value


class Stubborn(Exception):
    """An error that cannot be unpickled."""

    def __init__(self, one, two):
        super().__init__(one)


def stubborn(rng):
    raise Stubborn("no", "way")


@pytest.mark.parametrize("seed", [0, 7, 2**100, np.int64(7)])
def test_each_repetition_has_a_spawned_seed(seed):
    spawned = np.random.SeedSequence(int(seed)).spawn(20)
    drawn = [np.random.default_rng(child).random() for child in spawned]
    assert repeat(draw, 20, seed) == drawn == [draw(generator(seed, i)) for i in range(20)]
    assert repeat(draw, 7, seed) == drawn[:7]
    assert len(set(drawn)) == 20


def test_a_seed_sequence_may_be_a_child_and_stays_as_it_is():
    first, second = np.random.SeedSequence([3, 4], pool_size=8).spawn(2)
    drawn = repeat(draw, 10, first)
    assert first.n_children_spawned == 0
    assert drawn == repeat(draw, 10, seed=first)
    assert drawn == [np.random.default_rng(child).random() for child in first.spawn(10)]
    assert not set(drawn) & set(repeat(draw, 10, second))


@pytest.mark.parametrize(
    "config",
    [{"n_jobs": workers} for workers in (-1, 3)]
    + [{"n_jobs": 2, "backend": backend} for backend in ("threading", "sequential")],
    ids=str,
)
def test_workers_of_every_kind_give_the_same_bits(config):
    serial, draws = repeat(solve, 12, 5, workers=1, size=200), repeat(draw, 500, 5, workers=1)
    with joblib.parallel_config(**config):
        assert np.array_equal(repeat(solve, 12, 5, size=200), serial)
        assert repeat(lambda rng: rng.random(), 500, 5) == draws
    shared = repeat(solve, 12, 5, workers=config["n_jobs"], size=200)
    assert np.array_equal(shared, serial)
    # Repetitions may repeat.
    assert repeat(nested, 5, workers=config["n_jobs"]) == repeat(nested, 5)


def test_linear_algebra_keeps_to_one_thread_for_the_time_being():
    with threadpool_limits(2):
        assert repeat(threads, 3) == [{1}] * 3
        with joblib.parallel_config(backend="threading", n_jobs=2):
            assert repeat(threads, 3) == [{1}] * 3
        assert threads(None) == {2}
    # So do workers with threads of their own.
    with joblib.parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=2):
        assert repeat(threads, 3) == [{1}] * 3


def test_libraries_that_are_loaded_later_keep_to_one_thread_too():
    code = """
from hccbook import simulate
from threadpoolctl import threadpool_info

def threads(rng):
    import scipy.linalg  # brings a library with threads
    found = {library["num_threads"] for library in threadpool_info()}
    import sklearn.utils  # brings another one
    return found

before = len(threadpool_info())
assert simulate.repeat(threads, 2) == [{1}] * 2
assert len(threadpool_info()) == before + 2
assert threads(None) == {2}
"""
    two = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE, env=os.environ | two)


def test_one_worker_starts_no_process_and_more_are_other_processes():
    get_reusable_executor().shutdown(wait=True)
    before = psutil.Process().children(recursive=True)
    assert set(repeat(process, 50, workers=1) + repeat(process, 50)) == {os.getpid()}
    with joblib.parallel_config(n_jobs=2):
        assert set(repeat(process, 50, workers=1)) == {os.getpid()}
        assert psutil.Process().children(recursive=True) == before
        assert os.getpid() not in repeat(process, 50)
    assert os.getpid() not in repeat(process, 50, workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_arguments_arrive_as_they_are_whatever_their_names(workers):
    given = {"function": "f", "times": [1, 2], "seeds": {"a": 1}}
    drawn = [generator(3, i).integers(1000, size=3).tolist() for i in range(4)]
    assert repeat(table, 4, 3, workers=workers, **given) == [(*given.values(), x) for x in drawn]
    values = np.ones(300_000)  # and no memory map that cannot be written
    assert repeat(writable, 3, workers=workers, values=values) == [(True, values.sum())] * 3


def test_an_argument_is_packed_once():
    counted = Counted()
    assert repeat(held, 40, workers=2, counted=counted) == [0] * 40
    assert counted.packed == 1


def test_what_cannot_be_sent_runs_here():
    lock, told = threading.Lock(), r"^function: expected one that can be sent.*workers=1"
    assert repeat(lambda rng, lock: lock, 2, lock=lock) == [lock, lock]
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend=backend), pytest.raises(ValueError, match=told):
            repeat(lambda rng, lock: 1, 2, workers=2, lock=lock)


def test_the_count_is_shown_where_somebody_watches(monkeypatch, capsys):
    repeat(draw, 15, label="cohorts")
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("JPY_SESSION_NAME", "lab.ipynb")
    assert repeat(draw, 15, label="cohorts") == repeat(draw, 15, workers=2)
    shown = capsys.readouterr().out
    assert re.findall(r"\w+: \d+ of \d+", shown) == [
        *("cohorts: 1 of 15", "cohorts: 11 of 15"),
        *("repetitions: 1 of 15", "repetitions: 11 of 15"),
    ]


@pytest.mark.parametrize(
    ("seed", "workers"), [(4, 1), (4, 2), (np.random.SeedSequence(4, spawn_key=(1,)), 1)]
)
def test_a_failure_can_be_repeated_alone(seed, workers):
    with pytest.raises(RuntimeError, match=r"^repetition \d+: ZeroDivisionError: drew") as failed:
        repeat(one_in_ten_fails, 200, seed, workers=workers)
    message = str(failed.value)
    call = re.search(r"simulate\.generator\(.*\)(?=\)$)", message)[0]
    rng = eval(call, {"simulate": simulate, "SeedSequence": np.random.SeedSequence})
    with pytest.raises(ZeroDivisionError, match=re.search(r"drew [\d.e-]+", message)[0]):
        one_in_ten_fails(rng)
    if workers == 1:  # the first failure stops a serial run
        first = next(i for i in range(200) if generator(seed, i).random() < 0.1)
        assert message.startswith(f"repetition {first}:")
        assert isinstance(failed.value.__cause__, ZeroDivisionError)


def test_what_cannot_be_sent_back_is_told():
    for workers in (1, 2):
        with pytest.raises(RuntimeError, match=r"^repetition \d+: Stubborn: no"):
            repeat(stubborn, 3, workers=workers)
    with pytest.raises(RuntimeError, match=r"^repetition \d+: TypeError: cannot pickle"):
        repeat(lambda rng: threading.Lock(), 3, workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_everything(workers, tmp_path):
    script = tmp_path / "script.py"
    code = f"""
import os, pathlib, signal
from hccbook import simulate

def interrupt(rng, reader, flag):
    if rng.random() < 0.1:
        try:
            flag.touch(exist_ok=False)
        except FileExistsError:
            return 0
        os.kill(reader, signal.SIGINT)
    return 1

def one(rng):
    return 1

if __name__ == "__main__":
    # A shell may start tests in the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        flag = pathlib.Path({str(tmp_path / "flag")!r})
        simulate.repeat(interrupt, 100_000, workers={workers}, reader=os.getpid(), flag=flag)
    except KeyboardInterrupt:
        print("interrupted")
    assert simulate.repeat(one, 5, workers={workers}) == [1] * 5
    print("and used again")
"""
    script.write_text(code, encoding="utf-8")
    # Output ends only when every process that shares it has ended.
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ran.stdout, ran.returncode) == ("interrupted\nand used again\n", 0), ran.stderr
