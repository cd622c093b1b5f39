"""``python -m hccbook``: commands that keep the book in step."""

import hashlib
import io
import sys

import nbformat
import pytest

from hccbook import __main__ as command
from hccbook import scorecard

RENEW = command.renew


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A folder with one notebook in its contents, and its own data folder."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").write_text("chapters:\n  - file: notebooks/one\n", encoding="utf-8")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(command, "renew", lambda: tmp_path.joinpath("renewed").touch())

    def write(code):
        cell = nbformat.v4.new_code_cell(code, id="one-01")
        path = tmp_path / "notebooks" / "one.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        return path

    return write


@pytest.mark.long
def test_notebooks_are_run_and_stored_without_noise(book, tmp_path):
    path = book("print(6 * 7)")
    assert command.main(["notebooks"]) == 0
    assert (tmp_path / "renewed").exists()
    first = path.read_bytes()
    cell = nbformat.read(path, 4).cells[0]
    assert (cell.execution_count, cell.outputs[0]["text"]) == (1, "42\n")
    assert "version" not in nbformat.read(path, 4).metadata.language_info
    assert command.main(["notebooks", "one"]) == 0
    assert path.read_bytes() == first


def test_a_notebook_that_fails_is_left_as_it_was(book):
    path = book("1 / 0")
    before = path.read_bytes()
    with pytest.raises(Exception, match="ZeroDivisionError"):
        command.main(["notebooks"])
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["one.ipynb"]


def test_what_follows_from_the_data_is_renewed(book, tmp_path, monkeypatch):
    """In a data folder whose files may be renewed, with the register as it is."""
    renewed = tmp_path / "data"
    (renewed / "results").mkdir(parents=True)
    (renewed / "results" / scorecard.JSON).write_text("old", encoding="utf-8")
    monkeypatch.setattr(command, "renew", RENEW)
    monkeypatch.setattr(scorecard, "RESULTS", renewed / "results")
    monkeypatch.setattr(command, "CHECKSUMS", renewed / "checksums.sha256")
    monkeypatch.setattr(command, "DATA", renewed)
    assert command.main(["checksums"]) == 0
    sums = (renewed / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    file = renewed / "results" / scorecard.JSON
    assert file.read_text(encoding="utf-8") == scorecard.as_json()
    # The sum is that of the new file, not of one before it.
    assert sums == [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  results/{scorecard.JSON}"]


def test_tokens_lists_every_digit_string(tmp_path, capsys, monkeypatch):
    path = tmp_path / "paper.txt"
    path.write_text("In 1,508 patients HR 0.56 (95% CI).", encoding="utf-8")
    assert command.main(["tokens", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == ['1,,"1,508",,,', "2,,0.56,,,", "3,,95,,,"]
    # Letters that a pipe lacks are replaced.
    path.write_text("In ٣ of 12 patients", encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    assert command.main(["tokens", str(path)]) == 0
    sys.stdout.seek(0)
    assert sys.stdout.read().splitlines()[1:] == ["1,,?,,,", "2,,12,,,"]


def test_problems_are_listed(book, capsys, monkeypatch):
    book("1")
    assert command.main(["notebooks", "two"]) == 2
    assert command.main(["tokens", "nowhere.txt"]) == 2
    error = capsys.readouterr().err
    assert "names: no notebooks ['two']" in error
    assert "nowhere.txt" in error
    assert command.main(["complete"]) == 0
    monkeypatch.setattr(command.reported, "completeness", lambda paper: [f"{paper}: a string"])
    assert command.main(["complete"]) == 1
    assert "tipm: a string" in capsys.readouterr().out
