"""Ask every address that pages, notebooks and the bibliography name whether it answers.

``make links`` needs the network. A publisher that refuses programs (401, 403, 429) answers; only
an address that does not exist any more, or a host that says nothing twice, is reported.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Answers of hosts that are there but do not like programs.
REFUSALS = {401, 403, 405, 406, 418, 429, 500, 503}
#: Made-up addresses, and those of the site itself.
OURS = re.compile(r"https://(?:biomarkers-replicated\.github\.io|example\.)")


def texts():
    """Yield what readers can click on."""
    for path in [*ROOT.glob("*.md"), *ROOT.glob("book/**/*.md"), ROOT / "book" / "references.bib"]:
        yield path.read_text(encoding="utf-8")
    for path in ROOT.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield "".join(cell["source"])


def addresses():
    """Return all addresses, a DOI as that of its resolver."""
    found = set()
    for text in texts():
        found |= {x.rstrip(".,;:") for x in re.findall(r"https?://[^\s)>}\]\"'`]+", text)}
        dois = re.findall(r"(?m)^\s*doi\s*=\s*\{([^}]+)\}", text)
        found |= {f"https://doi.org/{doi}" for doi in dois}
    return sorted(x for x in found if not OURS.match(x))


def fault(address):
    """Return what is wrong with an address, or None."""
    head = {"User-Agent": "Mozilla/5.0 (links of a book)"}
    for _ in range(2):
        try:
            urllib.request.urlopen(urllib.request.Request(address, headers=head), timeout=30)
            return None
        except urllib.error.HTTPError as error:
            if error.code in REFUSALS:
                return None
            said = f"HTTP {error.code}"
        except OSError as error:
            said = str(error)
    return said


def main():
    """Report what does not answer; return 1 if anything does not."""
    todo = addresses()
    with ThreadPoolExecutor(8) as pool:
        faults = {x: said for x, said in zip(todo, pool.map(fault, todo), strict=True) if said}
    for address, said in faults.items():
        print(f"{address}: {said}")
    print(f"{len(todo)} addresses, {len(faults)} without an answer")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
