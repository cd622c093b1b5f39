"""Commands that keep the book in step: ``python -m hccbook COMMAND``."""

import argparse
import hashlib
import os
import sys
from pathlib import Path

from . import cohorts, reported, scorecard
from .exercises.marking import write as write_marks

ROOT = reported.DATA.parent
NOTEBOOKS = ROOT / "notebooks"
DATA = reported.DATA
CHECKSUMS = DATA / "checksums.sha256"


def _listed():
    """Return the notebooks in the order of the table of contents: the scorecard reads results."""
    lines = (ROOT / "_toc.yml").read_text(encoding="utf-8").splitlines()
    names = [line.split("notebooks/")[1].strip() for line in lines if "notebooks/" in line]
    return [NOTEBOOKS / f"{name}.ipynb" for name in names]


def run_notebooks(names):
    """Run notebooks and store their outputs; a notebook that fails is left as it was."""
    import nbformat
    from nbclient import NotebookClient

    paths = [path for path in _listed() if not names or path.stem in names]
    if unknown := set(names) - {path.stem for path in paths}:
        raise ValueError(f"names: no notebooks {sorted(unknown)} in _toc.yml")
    os.environ["HCCBOOK_RESULTS"] = "write"
    for number, path in enumerate(paths, 1):
        print(f"[{number}/{len(paths)}] {path.stem}", flush=True)
        book = nbformat.read(path, as_version=4)
        resources = {"metadata": {"path": str(NOTEBOOKS)}}
        # Long enough for a busy machine; only a cell that hangs reaches it.
        patience = {"timeout": 900, "startup_timeout": 900}
        NotebookClient(book, record_timing=False, resources=resources, **patience).execute()
        # Which Python ran it is noise: the outputs are the same.
        kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        book.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        beside = path.with_suffix(".tmp")
        nbformat.write(book, beside)
        beside.replace(path)
    renew()


def write_cohorts():
    """Write seed 0 of every cohort to ``data/cohorts``."""
    for paper, splits in cohorts.splits().items():
        for split in splits:
            path = DATA / "cohorts" / f"{paper}-{split}.csv"
            print(path.name, flush=True)
            cohorts.build(paper, split).to_csv(path, index=False, lineterminator="\n")
    renew()


def checksums():
    """Return the line of every data file, as ``sha256sum`` prints it."""
    files = sorted(path for path in DATA.rglob("*") if path.is_file())
    return [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(DATA).as_posix()}"
        for path in files
        if path != CHECKSUMS
    ]


def write_checksums():
    """Write ``data/checksums.sha256``."""
    CHECKSUMS.write_text("\n".join(checksums()) + "\n", encoding="utf-8", newline="\n")


def renew():
    """Write what follows from the data: the scorecard as JSON, then all checksums."""
    scorecard.write_json()
    write_checksums()


def list_tokens(file):
    """Print the inventory skeleton of a paper's text: every digit string, to be accounted for."""
    print("position,section,token,id,column,reason")
    text = Path(file).read_text(encoding="utf-8")
    for number, token in enumerate(reported.digit_strings(text), 1):
        print(f'{number},,"{token}",,,' if "," in token else f"{number},,{token},,,")


def list_problems():
    """Print where a register and the inventory of its paper do not agree; fail if they do not."""
    problems = [x for paper in reported.papers() for x in reported.completeness(paper)]
    print(*problems or ["every string of digits is accounted for"], sep="\n")
    return int(bool(problems))


def main(arguments=None):
    """Run one command; return 0 if all went well, 2 for arguments that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m hccbook", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("notebooks", help="run the notebooks and store their outputs")
    run.add_argument("names", nargs="*", help="names without .ipynb; all when left out")
    commands.add_parser("cohorts", help="write seed 0 of every cohort to data/cohorts")
    commands.add_parser("checksums", help="renew scorecard.json and checksums.sha256")
    commands.add_parser("complete", help="say what of a paper its register does not account for")
    tokens = commands.add_parser("tokens", help="list the digit strings of a paper's text")
    tokens.add_argument("file")
    mark = commands.add_parser("mark", help="mark what a class handed in")
    mark.add_argument("paths", nargs="+", help="folders of answers or notebooks, or a CSV file")
    mark.add_argument("--out", default="marks", help="folder for the marks")
    sys.stdout.reconfigure(errors="replace")  # a pipe may know fewer letters
    chosen = vars(parser.parse_args(arguments))
    run = {
        "notebooks": run_notebooks,
        "cohorts": write_cohorts,
        "checksums": renew,
        "complete": list_problems,
        "tokens": list_tokens,
        "mark": write_marks,
    }[chosen.pop("command")]
    try:
        return run(**chosen) or 0
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
