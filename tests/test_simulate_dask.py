"""hccbook.simulate on a Dask cluster of this machine, as book/larger-machines.md shows it."""

import os
import re
import signal
import threading
from pathlib import Path

import dask
import joblib
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from joblib.externals.loky import get_reusable_executor
from test_simulate import PATIENCE, draw, process

import hccbook
from hccbook.simulate import repeat

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[1] / "book" / "larger-machines.md"
WORKERS = 2


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays(tmp_path_factory):
    # Answers are waited for, but a connection is one of this machine: it is there at once, however
    # busy the machine is, or its worker was killed, and so long the cluster would stand still.
    patience = {"tcp": PATIENCE, "connect": 10}
    settings = {f"distributed.comm.timeouts.{what}": time for what, time in patience.items()}
    with dask.config.set(settings | {"temporary-directory": str(tmp_path_factory.mktemp("dask"))}):
        yield
    get_reusable_executor().shutdown(wait=True)


@pytest.fixture(scope="module")
def client(_nothing_stays):
    """Return a client of two processes, which nothing outside this machine can reach."""
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, processes=True, **local) as cluster,
        # By its address, as a scheduler on another machine.
        Client(cluster.scheduler_address, timeout=PATIENCE) as client,
    ):
        yield client
        pids = client.run(os.getpid).values()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


@pytest.fixture
def on_dask(client):
    """Send joblib's work to the cluster."""
    client.wait_for_workers(WORKERS, timeout=PATIENCE)  # one may have been killed before
    with joblib.parallel_config(backend="dask"):
        yield


def solve(rng, size, shift):
    """Linear algebra on a matrix so large that threads would share the work."""
    return np.linalg.solve(rng.normal(size=(size, size)), rng.normal(size=size)) + shift


def fail(rng):
    raise ZeroDivisionError("as ever")


def kill_once(rng, shift, flag):
    """Draw as ``draw``; in the midst of it, one worker is killed."""
    value = rng.random()
    if value > 0.95 and flag is not None:
        try:
            flag.touch(exist_ok=False)
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        except FileExistsError:
            pass
    return value + shift.sum()


def test_the_workers_of_the_cluster_give_the_same_bits(on_dask):
    here, others = os.getpid(), set(repeat(process, 50))
    assert here not in others
    assert 1 <= len(others) <= WORKERS
    assert set(repeat(process, 5, workers=1)) == {here}
    given = {"size": 200, "shift": np.linspace(0, 1, 200)}
    assert np.array_equal(repeat(solve, 20, 3, **given), repeat(solve, 20, 3, workers=1, **given))
    assert repeat(lambda rng: rng.random(), 2000, 3) == repeat(draw, 2000, 3, workers=1)


def test_a_killed_worker_changes_no_number(on_dask, tmp_path):
    # So large that joblib would keep the data with one worker, and lose it, if it could.
    shift, flag = np.full(100_000, 1e-5), tmp_path / "killed"
    shared = repeat(kill_once, 300, 3, shift=shift, flag=flag)
    assert flag.exists()
    assert shared == repeat(kill_once, 300, 3, workers=1, shift=shift, flag=None)


def test_failures_are_told(on_dask):
    with pytest.raises(RuntimeError, match=r"^repetition \d+: ZeroDivisionError: as ever"):
        repeat(fail, 10)
    # What cannot be sent would be waited for in vain.
    with pytest.raises(RuntimeError, match=r"^repetition \d+: TypeError: cannot pickle"):
        repeat(lambda rng: threading.Lock(), 10)
    with pytest.raises(ValueError, match=r"^function: expected one that can be sent"):
        repeat(lambda rng, lock: 1, 10, lock=threading.Lock())
    assert repeat(draw, 50, 3) == repeat(draw, 50, 3, workers=1)


def test_the_page_runs_as_it_stands(client, capsys):
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
    remote = next(i for i, block in enumerate(blocks) if '"tcp://head:8786"' in block)
    here = {"__name__": "__main__"}
    for block in blocks[:remote]:
        exec(block, here)
    assert capsys.readouterr().out == "True\nTrue\n"
    for block in blocks[remote:]:
        here["again"] = None
        exec(block.replace("tcp://head:8786", client.scheduler.address), here)
    here["client"].close()
    versions, same = capsys.readouterr().out.splitlines()
    assert versions.count(repr(hccbook.__version__)) == WORKERS
    assert same == "True"
    assert len(here["ratios"]) == 500
