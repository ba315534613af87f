"""Columns are bound by name; what is wrong with a header is said all at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.workers.claimsreport.intake.reports import HEADER
from workers.claimsreport.intake.columns import CLAIMS, Header, bind, folded
from workers.claimsreport.intake.refusals import RefusedError
from workers.claimsreport.tables import REPORTED


def bound(path: Path, header: bytes) -> Header:
    file = path / "a.csv"
    file.write_bytes(header)
    return bind(file, CLAIMS, "the report")


def refused(path: Path, header: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        bound(path, header)
    assert caught.value.problem.kind == "snapshot-columns-wrong"
    return caught.value.problem.detail


def test_every_column_of_the_table_is_bound() -> None:
    assert ["line", *(column.name for column in CLAIMS)] == list(REPORTED)


def test_order_case_blanks_and_a_mark_do_not_matter(tmp_path: Path) -> None:
    plain = bound(tmp_path, (",".join(HEADER) + "\n").encode())
    shuffled = random.Random(4).sample(HEADER, len(HEADER))  # noqa: S311
    written = [f' "{name.upper()}"' if number % 2 else f" {name.title()} " for number, name in enumerate(shuffled)]
    other = bound(tmp_path, b"\xef\xbb\xbf" + (",".join(written).replace(' "', '"') + "\r\n").encode())
    for name, position in plain.positions.items():
        assert folded(other.cells[other.positions[name]]) == HEADER[position]
    assert "engaged_views" in plain.positions
    assert set(map(str.lower, (cell.strip() for cell in other.others))) == set(plain.others)


@pytest.mark.parametrize(("cell", "name"), [(" Claim ID ", "claim_id"), ("claim-id", "claim_id"), ("", "")])
def test_what_is_the_same_name(cell: str, name: str) -> None:
    assert folded(cell) == name


def test_versions_call_things_otherwise(tmp_path: Path) -> None:
    needed = "claim_id,asset_id,video_id,channel_id,claim_status,claim_policy_monetize,views"
    assert "engaged_views" not in bound(tmp_path, needed.encode()).positions
    for name in ("other_owners_claiming", "claimed_by_another_owner"):
        assert bound(tmp_path, f"{needed},{name}".encode()).positions["other_owners"] == 7
    both = bound(tmp_path, f"{needed},claimed_by_another_owner,other_owners_claiming".encode())
    assert both.positions["other_owners"] == 8


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, b"identifier,asset_id,video_id,Chanel ID,claim_status,claim_policy_monetize,views,views\n")
    assert 'the report has no column claim_id, channel_id (the nearest is "Chanel ID")' in said
    assert "its columns are identifier, asset_id" in said
    assert "has 2 columns views" in said


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (";".join(HEADER).encode(), "separated by semicolons, and not by commas"),
        ("\t".join(HEADER).encode(), "separated by tabs, and not by commas"),
        (b"\n" + ",".join(HEADER).encode(), "has no header: its first line is empty"),
        (b',"",\n', "has no header"),
        (b'claim_id,"asset_id\n' + b"x" * 70_000, "is no CSV: its header cannot be read"),
        (b"\x00\x01\x02\xff,\n", "has no column claim_id"),
    ],
)
def test_what_is_no_header(tmp_path: Path, header: bytes, said: str) -> None:
    assert said in refused(tmp_path, header)


def test_columns_twice_that_nobody_needs_are_borne(tmp_path: Path) -> None:
    header = ",".join([*HEADER, "notes", "notes", ""]).encode()
    assert bound(tmp_path, header).others[-2:] == ("notes", "notes")
