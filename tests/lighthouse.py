"""How fast the built site is on a phone: Lighthouse on one page of each type.

``make lighthouse`` needs Chromium, and Lighthouse from npm: ``npm install -g lighthouse@12.8.2``.
The pages are served on this machine as a host serves them, compressed. Of several runs the median
counts, and the machine should have nothing else to do.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
RUNS = int(os.environ.get("LIGHTHOUSE_RUNS", "3"))
#: The least performance of each type of page, in per cent.
PAGES = {
    "book/index.html": 95,
    "book/glossary.html": 95,
    "book/api/audit.html": 95,
    "notebooks/reading-printed-numbers.html": 95,
    "notebooks/magnesium-audit.html": 95,
    "notebooks/tipm-replication.html": 95,
    "notebooks/magnesium-lab.html": 95,
    "notebooks/scorecard.html": 90,
    "search.html": 0,
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class Packed(SimpleHTTPRequestHandler):
    """Files, compressed."""

    def do_GET(self):
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def measure(program, url):
    """Return the scores of one run, in per cent, and the bytes that came."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
        words = [program, url, "--quiet", "--output=json", f"--output-path={out}"]
        words += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
        report = json.loads(out.read_text(encoding="utf-8"))
    scores = [100 * (report["categories"][name]["score"] or 0) for name in CATEGORIES]
    return [*scores, report["audits"]["total-byte-weight"]["numericValue"] / 1024]


def main():
    """Measure each page; return 1 if one is slower than it may be."""
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if program is None:
        sys.exit("lighthouse is not installed: npm install -g lighthouse@12.8.2")
    os.environ.setdefault("CHROME_PATH", shutil.which("chromium") or "")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Packed, directory=str(SITE)))
    Thread(target=server.serve_forever, daemon=True).start()
    slow = 0
    print(f"{'page':44}" + "".join(f"{name:>16}" for name in (*CATEGORIES, "kB")))
    for page, least in PAGES.items():
        url = f"http://127.0.0.1:{server.server_port}/{page}"
        runs = [measure(program, url) for _ in range(RUNS)]
        found = [statistics.median(values) for values in zip(*runs, strict=True)]
        print(f"{page:44}" + "".join(f"{value:16.0f}" for value in found), flush=True)
        slow += round(found[0]) < least
    server.shutdown()
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
