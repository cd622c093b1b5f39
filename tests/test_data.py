"""data/checksums.sha256 is complete and true."""

import hashlib
import re

from hccbook import reported

LIST = reported.DATA / "checksums.sha256"


def listed():
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [re.fullmatch(r"([0-9a-f]{64})  (\S+)", line).groups() for line in lines]


def test_every_data_file_is_listed_once_in_order():
    files = (path for path in reported.DATA.rglob("*") if path.is_file() and path != LIST)
    names = [name for _, name in listed()]
    assert names == sorted(names)
    assert names == sorted(path.relative_to(reported.DATA).as_posix() for path in files)


def test_every_checksum_is_true():
    computed = [
        (hashlib.sha256((reported.DATA / name).read_bytes()).hexdigest(), name)
        for _, name in listed()
    ]
    assert listed() == computed


def test_the_list_ends_with_one_newline_and_has_no_carriage_returns():
    raw = LIST.read_bytes()
    assert raw.endswith(b"\n")
    assert not raw.endswith(b"\n\n")
    assert b"\r" not in raw
