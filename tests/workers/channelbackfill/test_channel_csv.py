"""The channel file: what is read, what is refused with its line, and what ends a run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.channelbackfill.channel_csv import Row, read
from workers.frame.problems import WrongInputError

HEADER = "channelID,customID,displayName\n"


def content(text: str) -> list[tuple[str, str, str]]:
    return [row.content for row in read(text.encode(), "channels.csv").rows]


def refusals(text: str | bytes) -> list[str]:
    return [problem.detail for problem in read(text if isinstance(text, bytes) else text.encode(), "c.csv").problems]


def end_of_the_run(data: bytes) -> str:
    with pytest.raises(WrongInputError) as caught:
        read(data, "channels.csv")
    return caught.value.problem.detail


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("UC1,one,One\n", [("UC1", "one", "One")], id="plain"),
        pytest.param("UC1,one,One", [("UC1", "one", "One")], id="no line break at the end"),
        pytest.param("UC1,one,One\r\nUC2,two,Two\r\n", [("UC1", "one", "One"), ("UC2", "two", "Two")], id="CRLF"),
        pytest.param("UC1,one,One\rUC2,two,Two\r", [("UC1", "one", "One"), ("UC2", "two", "Two")], id="CR"),
        pytest.param('"UC1","one","One, ""the"" first"\n', [("UC1", "one", 'One, "the" first')], id="quotes"),
        pytest.param('UC1,one,"One\nand more"\n', [("UC1", "one", "One\nand more")], id="quoted newline"),
        pytest.param('UC1,one,One "the" first\n', [("UC1", "one", 'One "the" first')], id="quotes inside a plain cell"),
        pytest.param("\n  \n,,\nUC1,one,One\n\n", [("UC1", "one", "One")], id="blank lines"),
        pytest.param(" UC1 ,\tone\t,\u00a0One\u00a0\n", [("UC1", "one", "One")], id="blanks round values"),
        pytest.param("UC1,one,\n", [("UC1", "one", "")], id="no name"),
        pytest.param("UC1,one,One,,\n", [("UC1", "one", "One")], id="empty cells behind"),
        pytest.param("UC1,one,👩‍🎤 Ünï\n", [("UC1", "one", "👩‍🎤 Ünï")], id="emoji of several characters"),
    ],
)
def test_rows(text: str, rows: list[tuple[str, str, str]]) -> None:
    assert content(HEADER + text) == rows
    assert content("\ufeff" + HEADER + text) == rows, "with a byte order mark"


@pytest.mark.parametrize(
    "header",
    [
        "customID,displayName,channelID",
        " CUSTOMID , Display Name,channelid",
        '"customID","displayName","channelID"',
        "\n\ncustomID,displayName,channelID",
    ],
)
def test_columns_are_found_by_name(header: str) -> None:
    assert content(f"\ufeff{header}\none,One,UC1\n") == [("UC1", "one", "One")]


def test_other_columns_are_left_alone() -> None:
    file = read(b"note,channelID,customID,displayName,,owner\nx,UC1,one,One,,y\n", "channels.csv")
    assert [row.content for row in file.rows] == [("UC1", "one", "One")]
    assert file.other_columns == ("note", "owner")


def test_a_bad_row_does_not_stop_the_rest() -> None:
    file = read(f"{HEADER}UC1,one,One\n,two,Two\n\nUC3,three,Three\nUC4\n".encode(), "channels.csv")
    assert [row.line for row in file.rows] == [2, 5]
    assert [problem.instance for problem in file.problems] == ["line 3", "line 6"]
    assert file.total == 4


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",one,One", "line 3: channelID is empty"),
        ("UC1, ,One", "line 3: customID is empty"),
        ("UC1,one", "line 3: has 2 values under 3 columns"),
        ("UC1,one,One,more", "line 3: has 4 values under 3 columns"),
        (
            'UC1,"one\nmore",One',
            'line 3: customID has a line break or another character that does not show: "one\\nmore"',
        ),
        (
            "UC1\u200b,one,One",
            'line 3: channelID has a line break or another character that does not show: "UC1\\u200b"',
        ),
        ("UC1,one,O\0ne", 'line 3: displayName has a NUL: "O\\x00ne"'),
        ('UC1,"one"x,One', "line 3: the quotes do not add up (',' expected after '\"')"),
    ],
)
def test_refusals(row: str, words: str) -> None:
    text = f"{HEADER}UC0,zero,Zero\n{row}\nUC9,nine,Nine\n"
    assert refusals(text) == [words]
    assert content(text) == [("UC0", "zero", "Zero"), ("UC9", "nine", "Nine")]


def test_a_row_that_is_not_utf_8_is_refused_alone() -> None:
    data = HEADER.encode() + "UC1,one,Björk\n".encode("latin-1") + "UC2,two,Björk\n".encode()
    assert refusals(data) == ['line 2: displayName is not UTF-8: "Bj\\udcf6rk"']
    assert [row.content for row in read(data, "c.csv").rows] == [("UC2", "two", "Björk")]


@pytest.mark.parametrize("following", ["", 'UC3,three,"Three, too"\n'])
def test_a_quote_that_is_never_closed_costs_its_own_line(following: str) -> None:
    text = f'{HEADER}UC1,"one,One\nUC2,two,Two\n{following}UC4,four,Four\n'
    assert [detail.partition(" (")[0] for detail in refusals(text)] == ["line 2: the quotes do not add up"]
    assert [row[0] for row in content(text)] == ["UC2", *(["UC3"] if following else []), "UC4"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = f'{HEADER}UC1,one,"a\nb\r\nc"\n\nUC2\n'
    assert refusals(text) == ["line 6: has 1 values under 3 columns"]


def test_a_row_said_twice_is_one() -> None:
    file = read(f"{HEADER}UC1,one,One\nUC2,two,Two\n UC1 ,one,One\n".encode(), "channels.csv")
    assert [row.channel_id for row in file.rows] == ["UC1", "UC2"]
    assert file.repeats == ((4, 2),)
    assert not file.problems
    assert file.total == 3


def test_rows_that_contradict_each_other_are_all_refused() -> None:
    text = f"{HEADER}UC1,one,One\nUC2,two,Two\nUC1,eins,One\nUC1,one,One\n"
    assert content(text) == [("UC2", "two", "Two")]
    one, eins = '"one", "One"', '"eins", "One"'
    assert refusals(text) == [
        f'line 2: channel "UC1" is {one} here, and not on line 4 ({eins}); none of them is used',
        f'line 4: channel "UC1" is {eins} here, and not on line 2 ({one}), line 5 ({one}); none of them is used',
        f'line 5: channel "UC1" is {one} here, and not on line 4 ({eins}); none of them is used',
    ]


def test_channel_ids_differ_by_case() -> None:
    assert len(content(f"{HEADER}UCa,one,One\nUCA,two,Two\n")) == 2


LACKS_TWO = (
    'channels.csv has no column customID, displayName; the columns of its line 1 are "channelID", "name", "custom"'
)
LACKS_ALL = (
    "channels.csv has no column channelID, customID, displayName; "
    'the columns of its line 1 are "channelID;customID;displayName"; '
    "its columns are separated by semicolons, not by commas"
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "channels.csv is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "channels.csv is empty"),
        (HEADER.encode(), "channels.csv has a header and no row"),
        (b"channelID,name,custom\nUC1,a,b\n", LACKS_TWO),
        (b"channelID;customID;displayName\nUC1;a;b\n", LACKS_ALL),
        (b"channelID,customID,CustomId,displayName\n", "channels.csv has more than one column customID"),
        (HEADER.encode("utf-16"), "channels.csv is in UTF-16; save it as UTF-8"),
        (HEADER.encode("utf-32"), "channels.csv is in UTF-32; save it as UTF-8"),
        (
            b'"channelID,customID\n',
            "channels.csv, line 1, is no header: the quotes do not add up (unexpected end of data)",
        ),
    ],
)
def test_what_is_wrong_with_the_whole_file_ends_the_run(data: bytes, words: str) -> None:
    assert end_of_the_run(data) == words


def test_many_bad_lines_take_time_in_proportion() -> None:
    # Each line alone is read to its end once more: a copy of the rest for each would take minutes.
    text = HEADER + 'UC1,"one"x,One\n' * 20_000
    assert len(refusals(text)) == 20_000


PLAIN = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"))
IDS = st.text(PLAIN, min_size=1, max_size=12).map(str.strip).filter(bool)
NAMES = st.text(st.one_of(PLAIN, st.sampled_from('"\n\r,;')), max_size=20).map(str.strip)


@given(
    rows=st.lists(st.tuples(IDS, IDS, NAMES), min_size=1, max_size=12, unique_by=lambda row: row[0]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_what_a_csv_writer_writes_is_read(rows: list[tuple[str, str, str]], quoting: int, end: str, mark: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([("channelID", "customID", "displayName"), *rows])
    file = read((mark + written.getvalue()).encode(), "channels.csv")
    assert [row.content for row in file.rows] == rows
    assert not file.problems


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, with_header: bool) -> None:
    try:
        file = read(HEADER.encode() + data if with_header else data, "channels.csv")
    except WrongInputError:
        return
    lines = [row.line for row in file.rows] + [line for line, _ in file.repeats]
    lines += [int(str(problem.instance).split()[1]) for problem in file.problems]
    assert len(lines) == len(set(lines)) == file.total


def test_a_row_is_plain_data() -> None:
    assert Row(2, "UC1", "one", "One").content == ("UC1", "one", "One")
