"""Files and objects behind one face; a stream that goes on where it broke."""

from __future__ import annotations

import csv
import io
import os
import random
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workers.frame.fake_aws import FakeAws
from workers.frame.aws import Clients
from workers.frame.problems import ServiceDownError, WorkerError, WrongInputError
from workers.frame.retries import RetryPolicy
from workers.frame.s3_stream import CHUNK_BYTES
from workers.frame.storage import Location, Storage

AT_ONCE = RetryPolicy(attempts=6, base_seconds=0)
DATA = random.Random(7).randbytes(3 * CHUNK_BYTES + 123)  # noqa: S311
OBJECT = Location("bucket", "reports/a.csv")


@pytest.fixture
def storage(aws: FakeAws, clients: Clients) -> Storage:
    aws.objects["bucket/reports/a.csv"] = DATA
    return Storage(clients, AT_ONCE)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("s3://bucket/a/b c.csv", Location("bucket", "a/b c.csv")),
        ("s3://bucket/", Location("bucket", "")),
        ("s3://bucket", Location("bucket", "")),
        ("./a.csv", Location(None, "./a.csv")),
        ("/a/b:c.csv", Location(None, "/a/b:c.csv")),
    ],
)
def test_locations(text: str, location: Location) -> None:
    assert Location.parse(text) == location
    assert Location.parse(str(location)) == location


@pytest.mark.parametrize("text", ["", "  ", "s3://", "s3:///key", "https://example.com/a", "file:///a"])
def test_what_is_no_location(text: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/key"):
        Location.parse(text)


@pytest.fixture(params=["s3", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    return Location("bucket", "at-work/x") if request.param == "s3" else Location(None, str(tmp_path / "at-work/x"))


def test_of_two_who_write_if_nothing_has_changed_one_does(storage: Storage, place: Location) -> None:
    first = storage.write_if(place, b"1", None, "text/plain")
    assert first is not None
    assert storage.write_if(place, b"2", None, "text/plain") is None
    assert storage.read_tagged(place) == (b"1", first)
    second = storage.write_if(place, b"3", first, "text/plain")
    assert second not in (None, first)
    assert storage.write_if(place, b"4", first, "text/plain") is None
    assert storage.read_tagged(place) == (b"3", second)


def test_what_is_gone_is_not_what_was_there(storage: Storage, place: Location) -> None:
    assert storage.write_if(place, b"1", "tag", "text/plain") is None
    with pytest.raises(WrongInputError):
        storage.read_tagged(place)


def test_a_condition_that_s3_cannot_tell_at_this_moment_does_not_hold(storage: Storage, aws: FakeAws) -> None:
    aws.faults["PutObject"] = [(409, "ConditionalRequestConflict")]
    assert storage.write_if(OBJECT, b"1", None, "text/plain") is None
    aws.faults["PutObject"] = [(503, "SlowDown"), (403, "AccessDenied")]
    with pytest.raises(ServiceDownError):
        storage.write_if(OBJECT, b"1", None, "text/plain")
    aws.faults["PutObject"] = [(404, "NoSuchBucket")]
    with pytest.raises(WrongInputError):
        storage.write_if(OBJECT, b"1", "tag", "text/plain")


def test_of_many_who_write_a_file_at_once_one_does(storage: Storage, tmp_path: Path) -> None:
    place = Location(None, str(tmp_path / "x"))
    tag = None
    with ThreadPoolExecutor(8) as many:
        for turn in range(20):
            tags = list(
                many.map(lambda n, tag=tag, turn=turn: storage.write_if(place, b"%d %d" % (turn, n), tag, ""), range(8))
            )  # type: ignore[misc]
            (tag,) = filter(None, tags)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("change", ["longer", "shorter", "other", "replaced", "none"])
def test_a_file_that_is_written_to_while_it_is_read_is_no_mixture(
    storage: Storage, tmp_path: Path, change: str, whole: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DATA[:50_000])
    os.utime(path, (1, 1))
    with storage.open(Location(None, str(path))) as stream:
        begin = stream.read(10)
        with path.open("r+b") as file:
            if change == "replaced":  # who has it open still has the old one
                (tmp_path / "b").write_bytes(b"new")
                (tmp_path / "b").replace(path)
            elif change == "shorter":
                file.truncate(20_000)
            elif change != "none":
                file.seek(0, os.SEEK_END if change == "longer" else os.SEEK_SET)
                file.write(b"something")
        rest = stream.read if whole else lambda: b"".join(iter(lambda: stream.read(4096), b""))
        if change in ("none", "replaced"):
            assert begin + rest() == DATA[:50_000]
        else:
            with pytest.raises(WrongInputError, match="was written to while it was read"):
                rest()


def test_what_is_in_a_folder() -> None:
    assert str(Location.parse("s3://b").join("k")) == "s3://b/k"
    assert str(Location.parse("s3://b/a").join("k")) == "s3://b/a/k"
    assert str(Location.parse("s3://b/a/").join("k")) == "s3://b/a/k"
    assert str(Location.parse("a").join("k")) == "a/k"
    with pytest.raises(ValueError, match="not on this machine"):
        _ = Location.parse("s3://b/k").path


def places(tmp_path: Path) -> list[Location]:
    return [Location(None, str(tmp_path / "some" / "where")), Location("bucket", "some/where")]


def test_what_is_written_is_read_and_listed(storage: Storage, aws: FakeAws, tmp_path: Path) -> None:
    for folder in places(tmp_path):
        assert storage.names(folder) == []
        for name in ("b.json", "a.json", "deep/c d.json"):
            assert storage.read(folder.join(name)) is None
            storage.write(folder.join(name), b"first", "application/json")
            storage.write(folder.join(name), name.encode(), "application/json")
        assert storage.names(folder) == ["a.json", "b.json", "deep/c d.json"]
        assert [storage.read(folder.join(name)) for name in storage.names(folder)] == [
            b"a.json",
            b"b.json",
            b"deep/c d.json",
        ]
        with storage.open(folder.join("a.json")) as stream:
            assert stream.read(3) == b"a.j"
    assert {call["ContentType"] for call in aws.called("PutObject")} == {"application/json"}


def test_the_names_of_a_whole_bucket(storage: Storage, aws: FakeAws) -> None:
    aws.objects["bucket/x"] = b""
    assert storage.names(Location("bucket", "")) == ["reports/a.csv", "x"]
    assert storage.read(Location("bucket", "x")) == b""


def test_whether_something_is_there_is_asked_by_a_list(storage: Storage, aws: FakeAws, tmp_path: Path) -> None:
    for folder in (Location("bucket", "new"), Location(None, str(tmp_path))):
        place = folder.join("latest.json")
        assert not storage.is_there(place)
        storage.write(folder.join("latest.json.old"), b"another one, whose name begins so")
        assert not storage.is_there(place)
        storage.write(place, b"{}")
        assert storage.is_there(place)
    assert aws.called("GetObject") == []


def test_when_something_was_last_written(storage: Storage, aws: FakeAws, tmp_path: Path) -> None:
    aws.faults["HeadObject"] = [(503, "SlowDown")]
    assert storage.modified(OBJECT) == datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    os.utime(path, (0, 86_399))
    assert storage.modified(Location(None, str(path))) == datetime(1970, 1, 1, 23, 59, 59, tzinfo=UTC)
    for missing in (Location("bucket", "none"), Location(None, str(tmp_path / "none"))):
        with pytest.raises(WrongInputError) as caught:
            storage.modified(missing)
        assert caught.value.problem.kind == "not-found"


def test_a_write_that_fails_leaves_what_was_there(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Location(None, str(tmp_path / "a"))
    storage.write(place, b"before")

    def full(self: Path, _: bytes) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ServiceDownError, match="No space left on device"):
        storage.write(place, b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert place.path.read_bytes() == b"before"


def test_a_file_is_written_as_its_content_is(storage: Storage, aws: FakeAws, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.write_bytes(DATA)
    for place in (Location("bucket", "kept/claims.parquet"), Location(None, str(tmp_path / "kept/claims.parquet"))):
        aws.faults["PutObject"] = [(503, "SlowDown")] * 3  # more than botocore tries by itself: the file is read again
        storage.write_file(place, content)
        assert storage.read(place) == DATA
    assert content.read_bytes() == DATA


def test_a_file_that_cannot_be_written_leaves_what_was_there(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Location(None, str(tmp_path / "a"))
    storage.write(place, b"before")

    def full(_: Path, to: Path) -> None:
        to.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(ServiceDownError, match="No space left on device"):
        storage.write_file(place, tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert place.path.read_bytes() == b"before"


def problem_of(storage: Storage, location: Location) -> tuple[type[WorkerError], str, str]:
    with pytest.raises(WorkerError) as caught:
        storage.open(location).read()
    assert caught.value.problem.instance == str(location)
    return type(caught.value), caught.value.problem.kind, caught.value.problem.detail


def test_what_is_not_there_and_what_is_denied_are_told_apart(storage: Storage, aws: FakeAws, tmp_path: Path) -> None:
    kind, name, detail = problem_of(storage, Location("bucket", "none"))
    assert (kind, name) == (WrongInputError, "not-found")
    assert detail == "cannot read s3://bucket/none: NoSuchKey: none"
    aws.faults["GetObject"] = [(403, "AccessDenied")]
    kind, name, detail = problem_of(storage, OBJECT)
    assert (kind, name) == (ServiceDownError, "access-denied")
    assert "may not list the bucket" in detail
    aws.faults["GetObject"] = [(403, "AccessDenied")]
    with pytest.raises(ServiceDownError):
        storage.read(OBJECT)
    assert problem_of(storage, Location(None, str(tmp_path / "none")))[:2] == (WrongInputError, "not-found")
    assert problem_of(storage, Location(None, str(tmp_path)))[:2] == (WrongInputError, "file-wrong")


@pytest.mark.parametrize("action", ["GetObject", "PutObject", "ListObjectsV2"])
def test_s3_is_asked_again(storage: Storage, aws: FakeAws, action: str) -> None:
    def ask() -> object:
        if action == "GetObject":
            return storage.read(OBJECT)
        return storage.names(OBJECT) if action == "ListObjectsV2" else storage.write(OBJECT, b"new")

    aws.faults[action] = [(503, "SlowDown"), (500, "InternalError"), (503, "ServiceUnavailable")]
    ask()
    assert aws.faults[action] == []
    aws.faults[action] = [(503, "SlowDown")] * 6
    with pytest.raises(ServiceDownError, match="SlowDown"):
        ask()


def test_a_broken_stream_goes_on_where_it_broke(storage: Storage, aws: FakeAws) -> None:
    aws.break_after = [0, 1, CHUNK_BYTES, CHUNK_BYTES + 5, 0, 77]
    assert storage.open(OBJECT).read() == DATA
    asked = aws.called("GetObject")
    assert asked[0] == {"Range": None, "IfMatch": None}
    starts = [int(str(one["Range"]).removeprefix("bytes=").rstrip("-")) for one in asked[1:]]
    assert starts == [0, 1, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 6, 2 * CHUNK_BYTES + 6, 2 * CHUNK_BYTES + 83]
    assert len({one["IfMatch"] for one in asked[1:]}) == 1
    assert asked[1]["IfMatch"]


@given(st.lists(st.integers(0, len(DATA)), max_size=5), st.integers(5_000, 2 * CHUNK_BYTES))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_it_breaks_and_however_it_is_read(
    storage: Storage, aws: FakeAws, breaks: list[int], size: int
) -> None:
    aws.break_after = breaks
    with storage.open(OBJECT) as stream:
        assert b"".join(iter(lambda: stream.read(size), b"")) == DATA
    aws.break_after = []


def test_errors_while_it_goes_on_are_borne_too(storage: Storage, aws: FakeAws) -> None:
    aws.break_after = [100]
    aws.on_get = lambda: aws.faults.update(GetObject=[(503, "SlowDown")] if len(aws.called("GetObject")) == 1 else [])
    assert storage.open(OBJECT).read() == DATA


def test_a_stream_that_never_gets_further_ends(storage: Storage, aws: FakeAws) -> None:
    aws.break_after = [10] + [0] * 20
    with pytest.raises(ServiceDownError) as caught:
        storage.open(OBJECT).read()
    assert caught.value.problem.kind == "aws-unreachable"
    assert "from byte 10 on" in caught.value.problem.detail
    assert len(aws.called("GetObject")) == 1 + AT_ONCE.attempts


def test_an_object_that_is_replaced_meanwhile_is_no_mixture(storage: Storage, aws: FakeAws) -> None:
    aws.break_after = [100]

    def replace() -> None:
        if aws.called("GetObject"):
            aws.objects["bucket/reports/a.csv"] = DATA[::-1]

    aws.on_get = replace
    kind, name, detail = problem_of(storage, OBJECT)
    assert (kind, name) == (WrongInputError, "changed")
    assert detail == f"s3://bucket/reports/a.csv was replaced while it was read, at byte 100 of {len(DATA)}"


def test_an_object_that_arrives_wrong_is_not_taken_for_right(storage: Storage, aws: FakeAws) -> None:
    aws.wrong_checksum = True
    with pytest.raises(ServiceDownError) as caught:
        storage.open(OBJECT).read()
    assert caught.value.problem.kind == "corrupted"


def test_a_closed_stream_lets_go_of_its_connection(storage: Storage) -> None:
    stream = storage.open(OBJECT)
    stream.read(10)
    stream.close()
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.read(10)


@pytest.mark.slow
def test_streaming_costs_little_beside_the_bare_pass_and_holds_little(
    storage: Storage, aws: FakeAws, tmp_path: Path
) -> None:
    """Of processor time of this thread: 1.12 times the bare pass is what was measured, on 116 MB."""
    row = ",".join(f"value {number} of a row" for number in range(22)) + "\r\n"
    data = (row * 100_000).encode()
    (tmp_path / "plain.csv").write_bytes(data)
    aws.objects["bucket/reports/a.csv"] = data
    del data

    def passed(location: Location) -> tuple[int, float]:
        started = time.thread_time()
        with storage.open(location) as stream, io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            return sum(1 for _ in csv.reader(text)), time.thread_time() - started

    rows, bare = passed(Location(None, str(tmp_path / "plain.csv")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    streamed_rows, streamed = passed(OBJECT)
    assert streamed_rows == rows == 100_000
    assert streamed < 1.5 * bare
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024  # KiB
