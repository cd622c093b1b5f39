"""data/checksums.sha256 is complete and true."""

import hashlib

from hccbook import reported

LIST = reported.DATA / "checksums.sha256"


def test_every_data_file_is_listed_once_in_order_and_its_checksum_is_true():
    files = (path for path in reported.DATA.rglob("*") if path.is_file() and path != LIST)
    names = sorted(path.relative_to(reported.DATA).as_posix() for path in files)
    sums = [hashlib.sha256((reported.DATA / name).read_bytes()).hexdigest() for name in names]
    lines = [f"{found}  {name}\n" for found, name in zip(sums, names, strict=True)]
    # To the byte: no carriage return, one newline at the end.
    assert LIST.read_bytes().decode().splitlines(keepends=True) == lines
