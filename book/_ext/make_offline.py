"""The book as one zip that needs no network: ``make offline`` packs what was built and what runs.

The same files give the same zip: its entries are sorted, and all have the same time.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "biomarkers-replicated"
#: What a reader needs to run the notebooks; the site comes from where it was built.
PARTS = (
    "CITATION.cff",
    "LICENSE",
    "LICENSE-TEXT",
    "README.md",
    "_config.yml",
    "_toc.yml",
    "book",
    "data",
    "hccbook",
    "notebooks",
    "pyproject.toml",
    "requirements.lock",
    "requirements.txt",
)
MADE_BY_RUNNING = {"__pycache__", "hccbook.egg-info"}


def files(root, site, wheels=None):
    """Return the files to pack, by their names in the zip."""
    if not (site / "index.html").is_file():
        raise ValueError(f"site: expected a built site in {site}; run make book first")
    places = {part: root / part for part in PARTS} | {"site": site}
    if wheels:
        places["wheels"] = wheels
    found = {"START-HERE.html": Path(__file__).with_suffix(".html")}
    for name, place in places.items():
        for path in [place] if place.is_file() else place.rglob("*"):
            parts = (name, *path.relative_to(place).parts)
            hidden = any(part.startswith(".") or part in MADE_BY_RUNNING for part in parts)
            if path.is_file() and not hidden and "-Copy" not in path.name:
                found["/".join(parts)] = path
    return found


def pack(found, target):
    """Write files to a zip."""
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name, path in sorted(found.items()):
            entry = ZipInfo(f"{FOLDER}/{name}", date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            entry.create_system = 3  # as on Unix, wherever it is made
            packed.writestr(entry, path.read_bytes())


def main():
    """Pack the built site and the book's files to ``_build/biomarkers-replicated.zip``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--wheels", action="store_true", help="with the packages; needs the network"
    )
    build, wheels = ROOT / "_build", None
    if parser.parse_args().wheels:
        wheels = build / "wheels"
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
        download += ["-r", "requirements.lock", "--dest", str(wheels)]
        subprocess.run(download, cwd=ROOT, check=True)
    target = build / f"{FOLDER}.zip"
    pack(files(ROOT, build / "html", wheels), target)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
