"""The report's reader: what it keeps, what it counts, where rows are, and what it says of a file that is no report."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cmscustomidcleanup.report import ReportReader, Row
from workers.frame.problems import Problem, StoppedError, WrongInputError

HEADER = "video_id,channel_id,channel_display_name,asset_id,custom_id,video_title\n"


def reader(content: str | bytes, *channels: str) -> ReportReader:
    data = content if isinstance(content, bytes) else content.encode()
    return ReportReader(io.BytesIO(data), "report.csv", frozenset(channels or ("UC1",)), lambda: None)


def rows(content: str | bytes, *channels: str) -> list[Row]:
    return list(reader(content, *channels))


def test_rows_of_partner_channels_are_kept_by_the_names_of_columns() -> None:
    content = "custom_id,x,asset_id,channel_id,video_id\nc1,?,A1,UC1,v1\nc2,?,A2,UC2,v2\nc3,?,A3,UC3,v3\n"
    assert rows(content, "UC1", "UC3") == [Row("A1", "v1", "c1", "UC1", 2), Row("A3", "v3", "c3", "UC3", 4)]


def test_byte_order_mark_line_ends_quotes_and_blanks_make_no_difference() -> None:
    content = (
        "\ufeff" + HEADER.replace("\n", "\r\n") + 'v1,UC1,"A, b","A1",v1,"Two\r\nlines, ""quoted"""\r\n'
        "\r\n"
        ' v2 , UC1\t,n, A2 ,"  v2",t\r\n'
    )
    assert rows(content) == [Row("A1", "v1", "v1", "UC1", 2), Row("A2", "v2", "v2", "UC1", 5)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_line_of_a_row_is_where_it_begins(line_end: str) -> None:
    title = f'"a{line_end}b{line_end}"'
    content = HEADER.replace("\n", line_end) + line_end.join(
        [f"v1,UC1,n,A1,v1,{title}", f"v2,UC2,n,A2,v2,{title}", "", f"v3,UC1,n,A3,v3,{title}", "v4,UC1,n,A4,v4,t"]
    )
    assert [(row.asset_id, row.line) for row in rows(content)] == [("A1", 2), ("A3", 9), ("A4", 12)]


def test_rows_that_do_not_fit_the_header_are_counted_with_their_lines_and_left_out() -> None:
    read = reader(
        HEADER + "v1,UC1,n,A1,v1,t\n" + "v2,UC1,n,A2\n" + "v3,UC1,n,A3,v3,t,,\n" + "v4,UC1,a, b,A4,v4,t\n"
        "v5,UC2\n" + 'v6,UC1,n,"A\t6",v6,t\n'
    )
    assert [row.asset_id for row in read] == ["A1", "A3"]
    assert (read.rows, read.kept, read.malformed.count) == (6, 2, 4)
    assert read.malformed.first == [3, 5, 6, 7]


def test_only_the_first_lines_of_many_bad_rows_are_listed() -> None:
    read = reader(HEADER + "short\n" * 1000 + "v1,UC1,n,A1,v1,t\n")
    assert len(list(read)) == 1
    assert (read.malformed.count, len(read.malformed.first)) == (1000, 20)


def test_bytes_that_are_no_utf_8_spoil_no_row() -> None:
    (row,) = rows(HEADER.encode() + b"v1,UC1,n,A1,v\xff1,t\xe4\n")
    assert row == Row("A1", "v1", "v\ufffd1", "UC1", 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is empty, or begins with a blank line"),
        ("\n" + HEADER, "it is empty, or begins with a blank line"),
        (HEADER.replace("asset_id", "asset_ids"), "line 1: it has no column asset_id; the nearest is 'asset_ids'"),
        (HEADER.replace("custom_id", "CUSTOM"), "line 1: it has no column custom_id"),
        (HEADER.strip() + ",asset_id\n", "line 1: it has more than one column asset_id"),
        ("a,b\n", "it has no column channel_id, it has no column asset_id, it has no column video_id"),
        (gzip.compress(HEADER.encode(), mtime=0), "it is compressed with gzip, and must be plain UTF-8"),
        (HEADER.encode("utf-16"), "it is UTF-16, and must be plain UTF-8"),
        (HEADER + 'v1,UC1,n,A1,v1,"' + "x\n" * 70_000, "after line .*a quote before it is never closed"),
        (HEADER + "a,b\nc,d\n", "none of its 2 rows fits the header; the first begins in line 2"),
    ],
)
def test_what_is_no_report_is_refused_with_the_reason(content: str | bytes, message: str) -> None:
    with pytest.raises(WrongInputError, match=message) as caught:
        rows(content)
    assert str(caught.value).startswith("report.csv: ")


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a network may."""

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.data.read(min(size, 7))


def test_the_digest_is_of_the_whole_content_however_it_comes() -> None:
    content = ("\ufeff" + HEADER + 'v1,UC1,n,A1,v1,"é\n"\n' * 50 + "v2,UC2,n,A2,v2,end").encode()
    read = ReportReader(Trickle(content), "report.csv", frozenset({"UC1"}), lambda: None)  # type: ignore[arg-type]
    assert len(list(read)) == 50
    assert read.sha256 == hashlib.sha256(content).hexdigest()
    assert read.bytes_read == len(content)


def test_a_run_that_is_to_stop_reads_no_further() -> None:
    content = (HEADER + "v1,UC1,n,A1,v1,t\n" * 100_000).encode()
    checks = []

    def check() -> None:
        checks.append(1)
        if len(checks) == 3:
            raise StoppedError(Problem("stopped", "", ""))

    read = ReportReader(io.BytesIO(content), "report.csv", frozenset({"UC1"}), check)
    with pytest.raises(StoppedError):
        list(read)
    assert read.bytes_read < len(content)


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(FIELD, st.sampled_from(["UC1", "UC2"]), FIELD, FIELD, FIELD), max_size=12))
def test_any_fields_are_read_as_csv_reads_them(fields: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["video_id", "channel_id", "asset_id", "custom_id", "video_title"])
    writer.writerows(fields)
    ids = [(asset, video, custom) for video, channel, asset, custom, _ in fields if channel == "UC1"]
    stripped = [tuple(map(str.strip, each)) for each in ids]
    wanted = [each for each in stripped if "".join(each).isprintable()]
    read = reader(text.getvalue())
    assert [tuple(row[:3]) for row in read] == wanted
    assert (read.rows, read.malformed.count) == (len(fields), len(ids) - len(wanted))
