"""A report from anywhere, in any wrapping, to a file; or refused."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
import random
from pathlib import Path

import pytest

from tests.workers.frame.fake_aws import FakeAws
from workers.claimsreport.intake.fetching import Fetched, date_in, fetch
from workers.frame.problems import ServiceDownError, WrongInputError
from workers.frame.storage import Location, Storage

DATE = dt.date(2026, 11, 16)
# More than one chunk of 1 MiB, and not to be made smaller by gzip than a buffer.
TEXT = b"a,b\n" + b"".join(b"%d,%x\n" % (n, random.Random(n).getrandbits(200)) for n in range(30_000))  # noqa: S311


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, aws: FakeAws) -> str:
    return f"{tmp_path}/in/" if request.param == "file" else "s3://bucket/in/"


def put(place: str, name: str, data: bytes, aws: FakeAws) -> Location:
    location = Location.parse(f"{place}{name}")
    if location.bucket is None:
        location.path.parent.mkdir(parents=True, exist_ok=True)
        location.path.write_bytes(data)
    else:
        aws.objects[f"bucket/{location.key}"] = data
    return location


def kind_of(storage: Storage, location: Location, folder: Path) -> tuple[str, str]:
    with pytest.raises(WrongInputError) as caught:
        fetch(storage, location, folder)
    return caught.value.problem.kind, caught.value.problem.detail


def about(it: Fetched) -> tuple[bytes, str, int, int, bool]:
    return it.path.read_bytes(), it.digest, it.size_bytes, it.lines, it.compressed


@pytest.mark.parametrize("name", ["2026-11-16.csv", "2026-11-16.csv.gz"])  # the name says nothing
def test_the_same_content_in_any_wrapping(storage: Storage, aws: FakeAws, place: str, name: str, folder: Path) -> None:
    known = (TEXT, hashlib.sha256(TEXT).hexdigest(), len(TEXT), 30_001)
    plain = fetch(storage, put(place, name, TEXT, aws), folder / "1")
    assert about(plain) == (*known, False)
    assert plain.date == DATE
    assert about(fetch(storage, put(place, name, gzip.compress(TEXT, mtime=0), aws), folder / "2")) == (*known, True)
    members = gzip.compress(TEXT[:77], mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(TEXT[77:], mtime=0)
    assert about(fetch(storage, put(place, name, members, aws), folder / "3")) == (*known, True)


def test_a_plain_file_is_not_copied(storage: Storage, aws: FakeAws, tmp_path: Path, folder: Path) -> None:
    location = put(f"{tmp_path}/", "2026-11-16.csv", TEXT, aws)
    assert fetch(storage, location, folder).path.resolve() == location.path.resolve()


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b"", "snapshot-empty", "is empty"),
        (gzip.compress(b"", mtime=0), "snapshot-empty", "is empty"),
        (TEXT[:-1], "snapshot-cut-short", "its last line, after 30000 others, has no end"),
        (TEXT[:-9], "snapshot-cut-short", "has no end"),
        (gzip.compress(TEXT, mtime=0)[:-9], "snapshot-cut-short", "its gzip ends before its end mark"),
        (gzip.compress(TEXT, mtime=0)[:40_000], "snapshot-cut-short", "its gzip ends before its end mark"),
        (gzip.compress(TEXT, mtime=0)[:-8] + b"\0" * 8, "snapshot-cut-short", "CRC check failed"),
        (gzip.compress(TEXT, mtime=0) + gzip.compress(TEXT, mtime=0)[:50], "snapshot-cut-short", "gzip ends before"),
        (gzip.compress(TEXT, mtime=0)[:30_000] + b"\xff" * 999, "snapshot-cut-short", "its gzip"),
        (b"PK\x03\x04whatever\n", "snapshot-unreadable", "a ZIP archive"),
        (TEXT[:999].decode().encode("utf-16"), "snapshot-columns-wrong", "is in UTF-16 or UTF-32; save it as UTF-8"),
        (gzip.compress("\ufeffa,b\n".encode("utf-32-be"), mtime=0), "snapshot-columns-wrong", "UTF-16 or UTF-32"),
        (TEXT[:999].decode().encode("utf-16-le"), "snapshot-columns-wrong", "is no text: its first line has null"),
        (b"\xd0\xcf\x11\xe0\0\0whatever\n", "snapshot-columns-wrong", "is no text: its first line has null"),
    ],
)
def test_what_is_refused(
    *, storage: Storage, aws: FakeAws, place: str, folder: Path, data: bytes, kind: str, said: str
) -> None:
    found, detail = kind_of(storage, put(place, "2026-11-16.csv", data, aws), folder)
    assert found == kind
    assert said in detail
    assert "2026-11-16.csv" in detail


@pytest.mark.parametrize("cut", [1, 10, 18, 1000, 600_000])
def test_no_gzip_that_ends_early_is_taken_for_whole(
    storage: Storage, aws: FakeAws, tmp_path: Path, folder: Path, cut: int
) -> None:
    location = put(f"{tmp_path}/", "2026-11-16.csv", gzip.compress(TEXT, mtime=0)[:-cut], aws)
    assert kind_of(storage, location, folder)[0] == "snapshot-cut-short"


def test_what_is_not_there_and_what_may_not_be_read(storage: Storage, aws: FakeAws, place: str, folder: Path) -> None:
    assert kind_of(storage, Location.parse(f"{place}none.csv"), folder)[0] == "not-found"
    aws.faults["GetObject"] = [(403, "AccessDenied")]
    with pytest.raises(ServiceDownError):
        fetch(storage, Location("bucket", "in/2026-11-16.csv"), folder)


def test_an_object_that_is_replaced_while_it_is_read(storage: Storage, aws: FakeAws, folder: Path) -> None:
    location = put("s3://bucket/", "2026-11-16.csv", TEXT, aws)
    aws.break_after = [100_000]
    aws.on_get = lambda: aws.called("GetObject") and aws.objects.update({"bucket/2026-11-16.csv": TEXT[:-7]})
    assert kind_of(storage, location, folder)[0] == "changed"


def test_a_file_that_is_written_to_afterwards(storage: Storage, aws: FakeAws, tmp_path: Path, folder: Path) -> None:
    location = put(f"{tmp_path}/", "2026-11-16.csv", TEXT, aws)
    it = fetch(storage, location, folder)
    it.check_unchanged()
    os.utime(location.path, (1, 1))
    with pytest.raises(WrongInputError, match="was written to while it was read"):
        it.check_unchanged()


def test_whose_day_it_is(storage: Storage, aws: FakeAws, place: str, folder: Path) -> None:
    given = dt.date(2020, 2, 2)
    assert fetch(storage, put(place, "2026-11-16.csv", TEXT, aws), folder / "1", date=given).date == given
    assert aws.called("HeadObject") == []
    location = put(place, "claims.csv", TEXT, aws)
    if location.bucket is None:
        os.utime(location.path, (0, dt.datetime(2026, 11, 15, 23, 30, tzinfo=dt.UTC).timestamp()))
    assert fetch(storage, location, folder / "2").date == dt.date(2026, 11, 15)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("claims-2026-11-16.csv", DATE),
        ("claims_20261116_v1-2.csv.gz", DATE),
        ("2026_11_16", DATE),
        ("20261101-20261116.csv", DATE),
        ("date=2026-11-16/claims.csv", DATE),
        ("claims-2026-1116.csv", None),
        ("claims-2026-13-16.csv", None),
        ("120261116.csv", None),
        ("202611167.csv", None),
        ("claims.csv", None),
        ("2026-02-30_2026-02-28.csv", dt.date(2026, 2, 28)),
    ],
)
def test_days_in_names(name: str, date: dt.date | None) -> None:
    assert date_in(name) == date


def test_of_a_folder_the_latest_is_read(storage: Storage, aws: FakeAws, place: str, folder: Path) -> None:
    for name in ("claims-2026-11-09.csv", "claims-20261116.csv.gz", "zzz.csv", "claims-2025-12-31.csv"):
        put(place, name, b"name\n" + name.encode() + b"\n", aws)
    it = fetch(storage, Location.parse(place), folder / "1")
    assert it.source.endswith("/in/claims-20261116.csv.gz")
    assert (it.date, it.path.read_bytes()) == (DATE, b"name\nclaims-20261116.csv.gz\n")
    put(place, "again/2026-11-16.csv", b"x\n", aws)
    kind, detail = kind_of(storage, Location.parse(place), folder / "2")
    assert kind == "snapshot-ambiguous"
    assert "again/2026-11-16.csv, claims-20261116.csv.gz" in detail


def test_a_folder_without_a_day_in_any_name(storage: Storage, aws: FakeAws, place: str, folder: Path) -> None:
    put(place, "claims.csv", TEXT, aws)
    kind, detail = kind_of(storage, Location.parse(place), folder)
    assert kind == "not-found"
    assert "claims-2026-11-16.csv.gz" in detail


def test_a_stop_ends_it(storage: Storage, aws: FakeAws, place: str, folder: Path) -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyError

    with pytest.raises(KeyError):
        fetch(storage, put(place, "2026-11-16.csv", TEXT, aws), folder, check=check)
