"""No sensitive value of a plan gets into any file of its review, nor to the terminal, whatever it is a part of."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from review.delivery.samples import SampleEvent, whole
from review.output import terminal, writing
from review.plan import read
from review.reviewing import review
from tests.review.delivery.complete import SAMPLE, Whole

ROUNDS = 5  # in each, every fifth attribute is sensitive, and another fifth in the next
SECRET = "correct-horse"


def laced(value: Any) -> Any:
    """A value with the secret in each of its texts, within JSON, too."""
    if isinstance(value, dict):
        return {key: laced(each) for key, each in value.items()}
    if isinstance(value, list):
        return [laced(each) for each in value]
    if not isinstance(value, str):
        return value
    return json.dumps(laced(json.loads(value))) if value.startswith(("{", "[")) else f"{value}-{SECRET}"


def with_secrets(offset: int) -> dict[str, Any]:
    """A plan in which everything is created, changed, replaced or destroyed in turn, and has secrets in it."""
    document = Whole().document()
    numbers = itertools.count(offset)
    actions = itertools.cycle((["create"], ["update"], ["delete", "create"], ["delete"]))
    for each in document["resource_changes"]:
        change, marked = each["change"], {}
        for name, value in change["after"].items():
            if next(numbers) % ROUNDS == 0:
                change["after"][name], marked[name] = laced(value), True
        change["actions"] = next(actions)
        if change["actions"] != ["create"]:
            old = {name: f"{value}-old" if isinstance(value, str) else value for name, value in change["after"].items()}
            change |= {"before": old, "before_sensitive": marked}
        # What is destroyed: only the old values are there. Every other round leaves it all as it is.
        gone = change["actions"] == ["delete"] and offset % 2
        change |= {"after": None} if gone else {"after_sensitive": marked}
        if change["actions"] == ["delete"] and not gone:
            change["actions"] = ["no-op"]
    return document


@pytest.mark.parametrize("offset", range(ROUNDS))
def test_no_secret_is_in_any_output(offset: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = with_secrets(offset)
    assert SECRET in json.dumps(document)
    plan = read(document, "test")
    report = review(plan, events=[SampleEvent("sample", whole(SAMPLE, plan, "sample"))])
    terminal.show(report, writing.write(report, tmp_path))
    shown = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    shown["terminal"] = capsys.readouterr().out
    assert len(shown) == 6
    assert all(shown.values())
    assert [name for name, text in shown.items() if SECRET in text] == []
