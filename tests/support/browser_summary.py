"""What a run says of the browser at its end: the tests that went without one, and where the pictures are."""

from __future__ import annotations

import pytest

from tests.support import browser


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write to the end of a run's output; nothing if no test was to use a browser."""
    left_out = [
        each.nodeid
        for each in reporter.stats.get("skipped", [])
        if isinstance(each.longrepr, tuple) and each.longrepr[2].endswith(browser.MISSING)
    ]
    if left_out:
        reporter.section("left out for want of a browser", sep="=", yellow=True)
        for name in left_out:
            reporter.line(name)
        reporter.line(f"{len(left_out)} tests were left out. {browser.MISSING}", yellow=True)
    folders = {
        str(value)
        for each in reporter.stats.get("passed", [])
        for name, value in each.user_properties
        if name == "screenshots"
    }
    for folder in sorted(folders):
        reporter.line(f"Screenshots: {folder}")
