"""R beside Python: a process for each case, which runs once for every line that it is sent."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("rivals.R")

#: Of R and of those of its packages that were met.
VERSIONS = {}


class R:
    """A case of ``rivals.R`` on columns of data."""

    def __init__(self, case, **columns):
        self.case, self.columns = case, columns

    def open(self):
        """Return it ready to run, or None if R or a package that it needs is not installed."""
        if shutil.which("Rscript") is None:
            return None
        process = _Process(self.case, self.columns)
        if "missing" in process.versions:
            process.close()
            return None
        VERSIONS.update(process.versions)
        return process


class _Process:
    """A running R; it times itself, without its start."""

    def __init__(self, case, columns):
        self._folder = tempfile.TemporaryDirectory()
        for name, values in columns.items():  # as doubles, bit by bit; a matrix by columns
            path = Path(self._folder.name, name)
            path.write_bytes(np.asarray(values, dtype=float).tobytes(order="F"))
        self._process = subprocess.Popen(
            ["Rscript", "--vanilla", str(SCRIPT), case, self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.versions, self.result = self._read(), None

    def run(self, repeats):
        """Return the seconds that the calls took, by R's clock."""
        self._process.stdin.write(f"{repeats}\n")
        self._process.stdin.flush()
        answer = self._read()
        self.result = np.array(answer["result"], dtype=float)  # null becomes NaN
        return answer["seconds"]

    def close(self):
        """End the process."""
        self._process.communicate()
        self._folder.cleanup()

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"R ended in the case {self._process.args[3]}; see its message")
        return json.loads(line)
