"""The CHANGELOG tells of each thing once; merges of branches like to leave two."""

from __future__ import annotations

import re
from collections import Counter

from tests.support.planning import REPOSITORY


def test_no_entry_is_there_twice() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^ *- .*$", text, flags=re.MULTILINE)
    assert len(entries) > 20
    assert [entry for entry, times in Counter(entries).items() if times > 1] == []
