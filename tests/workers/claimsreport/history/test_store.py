"""What is kept counts once it is whole, is the same bytes again, and is not read if it is anything else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.workers.frame.fake_aws import FakeAws
from workers.claimsreport.history.store import Snapshot, Store
from workers.claimsreport.intake.refusals import Kept
from workers.frame.aws import Clients
from workers.frame.problems import ServiceDownError, WrongInputError
from workers.frame.retries import RetryPolicy
from workers.frame.storage import Location, Storage

DAY = dt.date(2026, 1, 11)
SNAPSHOT = Snapshot(
    date=DAY,
    previous=dt.date(2026, 1, 4),
    days=7,
    digest="ab" * 32,
    content_digest="columns:cd",
    rows=3,
    quarantined={"views-fell": 2},
    columns=("claim_id", "views"),
)


@pytest.fixture
def storage(clients: Clients) -> Storage:
    return Storage(clients, RetryPolicy(attempts=1))


@pytest.fixture(params=["s3", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    return Location("bucket", "kept") if request.param == "s3" else Location(None, str(tmp_path / "kept"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "claims.parquet").write_bytes(b"claims" * 300_000)
    (folder / "assets.parquet").write_bytes(b"assets")
    return folder


def store_of(storage: Storage, place: Location, tmp_path: Path) -> Store:
    return Store(storage, place, tmp_path / "run")


def test_what_is_kept_comes_back(storage: Storage, place: Location, files: Path, tmp_path: Path) -> None:
    kept = store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    store = store_of(storage, place, tmp_path)
    assert store.dates() == (DAY,)
    assert store.snapshot(DAY) == kept
    assert kept.files.keys() == {"assets", "claims"}
    assert kept.kept == Kept(DAY, "ab" * 32, "columns:cd", 3)
    assert store.fetch(DAY, "claims").read_bytes() == b"claims" * 300_000
    fetched = store.fetch_all([DAY], "assets")
    assert {date: path.read_bytes() for date, path in fetched.items()} == {DAY: b"assets"}
    assert store.fetch_all([DAY], "platforms") == {}
    assert not list((tmp_path / "run").glob("*.part"))


def test_the_snapshot_is_written_last_and_without_it_nothing_counts(
    aws: FakeAws, storage: Storage, files: Path, tmp_path: Path
) -> None:
    place = Location("bucket", "kept")
    store = store_of(storage, place, tmp_path)
    aws.faults["PutObject"] = [(403, "AccessDenied")]
    with pytest.raises(ServiceDownError):
        store.keep(DAY, files, SNAPSHOT)
    storage.write(place.join(f"date={DAY}/claims.parquet"), b"left behind")
    assert store_of(storage, place, tmp_path).dates() == ()
    store.keep(DAY, files, SNAPSHOT)
    assert list(aws.objects)[-1] == f"bucket/kept/date={DAY}/snapshot.json"


def test_to_keep_the_same_again_makes_the_same_bytes(
    aws: FakeAws, storage: Storage, files: Path, tmp_path: Path
) -> None:
    place = Location("bucket", "kept")
    store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    first = dict(aws.objects)
    store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    assert aws.objects == first


def test_only_three_calls_of_s3_are_needed(aws: FakeAws, storage: Storage, files: Path, tmp_path: Path) -> None:
    place = Location("bucket", "kept")
    store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    store = store_of(storage, place, tmp_path)
    assert store.dates() == (DAY,)
    listed = len(aws.called("ListObjectsV2"))
    store.fetch(DAY, "claims")
    assert store.dates() == (DAY,)
    assert {name for name, _ in aws.calls} == {"PutObject", "ListObjectsV2", "GetObject"}
    assert len(aws.called("ListObjectsV2")) == listed


def test_other_files_and_folders_are_no_partitions(storage: Storage, place: Location, tmp_path: Path) -> None:
    for name in ("date=2026-02-30/snapshot.json", "x/date=2026-01-04/snapshot.json", "date=2026-01-04/alerts.json"):
        storage.write(place.join(name), b"{}")
    store = store_of(storage, place, tmp_path)
    assert store.dates() == ()
    assert store.read(dt.date(2026, 1, 4), "alerts.json") == b"{}"
    assert store.read(dt.date(2026, 1, 4), "standing.json") is None


def test_nothing_is_kept_yet(storage: Storage, place: Location, tmp_path: Path) -> None:
    assert store_of(storage, place, tmp_path).dates() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        ("claims.parquet", b"other", r"claims\.parquet is not the one that was written.*--replace"),
        ("snapshot.json", b"{", r"snapshot\.json is wrong.*--replace"),
        ("snapshot.json", b'{"version": 3}', r"snapshot\.json is wrong at \w+.*--replace"),
        ("snapshot.json", b'{"version": 2}', r"layout version 2, and this worker knows 3: run the version.*backfill"),
        ("snapshot.json", b'{"version": 4}', r"layout version 4, and this worker knows 3: run the version.*newer one$"),
    ],
)
def test_what_is_not_what_was_written_is_not_read(
    storage: Storage, files: Path, tmp_path: Path, wrong: tuple[str, bytes, str]
) -> None:
    name, content, message = wrong
    place = Location(None, str(tmp_path / "kept"))
    store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    storage.write(place.join(f"date={DAY}/{name}"), content)
    with pytest.raises(WrongInputError, match=message):
        store_of(storage, place, tmp_path).fetch(DAY, "claims")
    assert not list((tmp_path / "run").glob("*"))


def test_a_file_that_is_gone_and_a_snapshot_of_another_day(storage: Storage, files: Path, tmp_path: Path) -> None:
    place = Location(None, str(tmp_path / "kept"))
    store_of(storage, place, tmp_path).keep(DAY, files, SNAPSHOT)
    partition = tmp_path / "kept" / f"date={DAY}"
    (partition / "claims.parquet").unlink()
    with pytest.raises(WrongInputError, match=r"claims\.parquet is not there"):
        store_of(storage, place, tmp_path).fetch(DAY, "claims")
    with pytest.raises(WrongInputError, match=r"it has no platforms\.parquet"):
        store_of(storage, place, tmp_path).fetch(DAY, "platforms")
    snapshot = json.loads((partition / "snapshot.json").read_text())
    (partition / "snapshot.json").write_text(json.dumps(snapshot | {"date": "2026-01-12"}))
    with pytest.raises(WrongInputError, match="is that of 2026-01-12"):
        store_of(storage, place, tmp_path).snapshot(DAY)
    with pytest.raises(WrongInputError, match=r"snapshot\.json is not there"):
        store_of(storage, place, tmp_path).snapshot(dt.date(2026, 1, 18))
