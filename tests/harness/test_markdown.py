"""The summary for a pull request: what is dangerous comes first, and stays when there is no room."""

from __future__ import annotations

import pytest

from harness import markdown
from harness.summary import Change, Reaction, Schedule, Summary

SUMMARY = Summary(
    changes=(
        Change("aws_sqs_queue.old", "", "destroy"),
        Change("module.a.aws_sqs_queue.renamed", "module.a", "replace", ("name", "fifo_queue")),
        Change('aws_x.y["a`b|<i>"]', "", "create"),
    ),
    moves=(("aws_x.old", "aws_x.new"),),
    schedules=(
        Schedule("nightly", "cron(0 2 * * ? *)", "Europe/Berlin", "report:4", enabled=False),
        Schedule("weekly", "rate(7 days)", "UTC", "report", enabled=True),
    ),
    reactions=(Reaction("done", "work", "report:4", enabled=False), Reaction("failed", "work", "repair", enabled=True)),
)


def test_the_most_dangerous_comes_first() -> None:
    assert markdown.render(SUMMARY, "dev plan", "Sandbox: dev").splitlines() == [
        "## dev plan: 1 to create, 1 to replace, 1 to destroy",
        "",
        "Sandbox: dev",
        "",
        "### 1 to destroy",
        "",
        "- `aws_sqs_queue.old`",
        "",
        "### 1 to replace",
        "",
        "- `module.a.aws_sqs_queue.renamed`, forced by `name`, `fifo_queue`",
        "",
        "### 1 to create",
        "",
        '- ``aws_x.y["a`b|<i>"]``',
        "",
        "### 1 to move",
        "",
        "- `aws_x.old` to `aws_x.new`",
        "",
        "### Schedules after this plan",
        "",
        "- `nightly`: `cron(0 2 * * ? *)` `Europe/Berlin` runs `report:4`, **disabled**",
        "- `weekly`: `rate(7 days)` `UTC` runs `report`",
        "",
        "### Events that run something after this plan",
        "",
        "- `done` on `work` runs `report:4`, **disabled**",
        "- `failed` on `work` runs `repair`",
    ]


def test_a_plan_without_changes_says_so() -> None:
    assert markdown.render(Summary((), (), (), ()), "dev plan", "here") == "## dev plan: no changes\n\nhere\n"


def test_what_has_no_room_is_the_least_dangerous_and_is_said_to_be_left_out() -> None:
    changes = [Change("aws_x.gone", "", "destroy"), *(Change(f"aws_x.a{n}", "", "create") for n in range(10_000))]
    text = markdown.render(Summary(tuple(changes), (), (), ()), "dev plan", "here")
    assert 59_900 < len(text) <= 60_000
    assert "`aws_x.gone`" in text
    assert text.endswith("the rest is in the plan itself.\n")
    assert all(line.count("`") % 2 == 0 for line in text.splitlines()), "no line is cut in two"


def test_several_environments_share_the_room_and_keep_their_order() -> None:
    long = "## b: much\n" + "- `x`\n" * 2_000
    text = markdown.combine({"b": long, "a": "## z: little\n", "c": long.replace("b:", "c:")}, limit=5_000)
    assert len(text) <= 5_000
    assert len(text) > 4_500, "what the short one leaves goes to the long ones"
    positions = [text.index(heading) for heading in ("## b: much", "## z: little", "## c: much")]
    assert positions == sorted(positions)


def test_two_environments_with_one_text_are_both_shown() -> None:
    assert markdown.combine({"a": "## same\n", "b": "## same\n"}).count("## same") == 2


def test_an_environment_without_a_plan_is_said_first() -> None:
    text = markdown.combine({"a": "## a: fine\n", "b": None})
    assert text.startswith("**b: there is no plan**")
    assert "## a: fine" in text


def test_nothing_touched_is_an_answer() -> None:
    assert markdown.combine({}) == "No environment that can be planned is touched.\n"


@pytest.mark.parametrize("text", ["plain", "`", "``x`", "a\nb", "`start"])
def test_code_shows_text_as_it_is(text: str) -> None:
    shown = markdown.code(text)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    inner = shown.removeprefix(fence).removesuffix(fence)
    assert fence not in inner
    assert inner.strip() == " ".join(text.split())
    assert "\n" not in shown


@pytest.mark.parametrize("limit", range(120, 300, 7))
def test_what_is_cut_leaves_nothing_open(limit: int) -> None:
    text = "<details>\n<details>\n" + "line of a review\n" * 100 + "</details>\n</details>\n"
    kept = markdown.cut(text, limit)
    assert len(kept) <= limit
    assert kept.count("<details>") == kept.count("</details>")
    assert kept.endswith(markdown.CUT)


def test_a_block_of_code_that_is_cut_is_closed_before_the_next_environment() -> None:
    block = "````text\n" + "no\n" * 200 + "````\n"
    text = markdown.combine({"a": f"## a\n\n{block}", "b": f"## b\n\n{block}"}, limit=600)
    assert len(text) <= 600
    first, second = text.split("## b")
    assert first.count("````") == second.count("````") == 2
    assert markdown.CUT in first.rpartition("````")[2]


def test_what_is_folded_is_counted_outside_of_code_only() -> None:
    text = "<details>\n\n```text\n</details>\n```\n" + "- row\n" * 200
    assert markdown.cut(text, 300).endswith(f"\n</details>{markdown.CUT}")
