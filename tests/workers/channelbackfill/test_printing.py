"""What a dry run prints for a person."""

from __future__ import annotations

import os
import pty
from pathlib import Path

from tests.workers.channelbackfill.surroundings import surroundings
from workers.channelbackfill.channel_csv import Row, row_problem
from workers.channelbackfill.differences import difference
from workers.channelbackfill.printing import page
from workers.channelbackfill.progress import Progress
from workers.channels.channel import Channel

PAGE = """\
channels.csv and the API

Would create 1
  + UC1  customId "one"  displayName "One"

Would change 2
  ~ UC22  customId "old" -> "two"  displayName "" -> "Two"
  ~ UC3   displayName "Drei" -> "Three\\x1b[31m"

Cannot be used 1
  ! line 9: customID is empty

6 rows: 1 to create, 2 to change, 1 unchanged, 1 cannot be used, 1 repeat another row
1 channel of the API is not in the file, and is left alone.
A dry run: nothing was written, and no event was sent.
"""


def test_a_page_has_what_is_created_changed_and_refused() -> None:
    rows = [
        Row(2, "UC1", "one", "One"),
        Row(3, "UC22", "two", "Two"),
        Row(4, "UC3", "three", "Three\x1b[31m"),
        Row(5, "UC4", "four", ""),
    ]
    records = [
        Channel("a", "UC22", "old", ""),
        Channel("b", "UC3", "three", "Drei"),
        Channel("c", "UC4", "four", "Four"),
        Channel("d", "UC9", "", ""),
    ]
    progress = Progress(total=6, repeats=1, problems=[row_problem(9, "customID is empty")])
    assert page(difference(rows, records), progress, "channels.csv") == PAGE


def test_a_page_of_no_difference_is_short() -> None:
    found = difference([Row(2, "UC1", "one", "")], [Channel("a", "UC1", "one", "One")])
    text = page(found, Progress(total=1), "channels.csv")
    assert text.splitlines()[2:-1] == ["1 row: 1 unchanged"]


def test_a_terminal_gets_the_page(tmp_path: Path) -> None:
    with surroundings(tmp_path) as around:
        around.write("channelID,customID,displayName\nUC1,one,One\n")
        ours, theirs = pty.openpty()
        process = around.start("--dry-run", stdout=theirs)
        os.close(theirs)
        printed = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            printed += part
        os.close(ours)
        assert process.wait(30) == 0
    assert '+ UC1  customId "one"  displayName "One"' in printed.decode()
    assert not around.entries
