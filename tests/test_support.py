"""The tests' own tools: an inventory that says nothing when it should is worse than none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import inventories
from tests.support.examples import examples

PLAN: dict[str, Any] = {
    "planned_values": {
        "outputs": {"arn": {"value": "arn:x"}},
        "root_module": {
            "resources": [
                {"address": "aws_sns_topic.a", "type": "aws_sns_topic", "mode": "managed", "values": {"name": "a"}}
            ],
            "child_modules": [
                {
                    "resources": [
                        {
                            "address": "module.m.aws_sqs_queue.q",
                            "type": "aws_sqs_queue",
                            "mode": "managed",
                            "values": {
                                "name": "q",
                                "policy": '{"Statement":[{"Effect":"Deny"}]}',
                                "delay": 0,
                                "tags": None,
                            },
                        },
                        {"address": "data.x.y", "type": "x", "mode": "data", "values": {}},
                    ]
                }
            ],
        },
    }
}


def inventory(**parts: Any) -> list[str]:
    return inventories.differences(parts, PLAN)


def test_what_is_so_is_no_difference() -> None:
    assert inventory(values={"module.m.aws_sqs_queue.q": {"name": "q"}}, outputs={"arn": "arn:x"}) == []
    assert inventory(counts={"aws_sqs_queue": 1, "aws_sns_topic": 1}) == []


@pytest.mark.parametrize(
    ("parts", "difference"),
    [
        ({"values": {"aws_sns_topic.b": {}}}, "aws_sns_topic.b: not planned"),
        ({"values": {"aws_sns_topic.a": {"name": "b"}}}, "aws_sns_topic.a.name: inventory 'b', plan 'a'"),
        ({"values": {"aws_sns_topic.a": {"kms": "k"}}}, "aws_sns_topic.a: missing kms"),
        ({"counts": {"aws_sqs_queue": 1}}, "counts: aws_sns_topic is not in the inventory"),
        ({"counts": {"aws_sqs_queue": 2, "aws_sns_topic": 1}}, "counts.aws_sqs_queue: inventory 2, plan 1"),
        ({"outputs": {"arn": "arn:y"}}, "output arn: inventory 'arn:y', plan 'arn:x'"),
        ({"values": {"module.m.aws_sqs_queue.q": {"delay": False}}}, "delay: inventory False, plan 0"),
    ],
)
def test_each_kind_of_difference_is_found(parts: dict[str, Any], difference: str) -> None:
    assert any(difference in line for line in inventory(**parts))


def test_a_policy_is_compared_as_a_structure() -> None:
    queue = "module.m.aws_sqs_queue.q"
    assert inventory(values={queue: {"policy": {"Statement": [{"Effect": "Deny"}]}}}) == []
    (line,) = inventory(values={queue: {"policy": {"Statement": [{"Effect": "Allow"}]}}})
    assert line.startswith(f"{queue}.policy.Statement[0].Effect")


def test_a_failing_inventory_prints_the_command_that_regenerates_it_and_that_works(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("values:\n  aws_sns_topic.a:\n    name: b\n")
    with pytest.raises(AssertionError, match="to regenerate it: make it so"):
        inventories.check(path, PLAN, rewrite=False, command="make it so")
    inventories.check(path, PLAN, rewrite=True, command="")
    assert "name: a" in path.read_text()
    assert "aws_sqs_queue.q" not in path.read_text(), "what it did not choose before stays out"
    inventories.check(path, PLAN, rewrite=False, command="")


def test_a_new_inventory_holds_all_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    inventories.check(path, PLAN, rewrite=True, command="")
    text = path.read_text()
    assert "Effect: Deny" in text
    assert "tags" not in text
    inventories.check(path, PLAN, rewrite=False, command="")


def test_examples_are_read_from_a_readme(tmp_path: Path) -> None:
    readme = tmp_path / "module" / "README.md"
    readme.parent.mkdir()
    readme.write_text(
        "# X\n\n```hcl\n# tftest resources=3 inventory=a.yaml fixtures=b.tf,c.tf\nmodule {}\n```\n"
        "\n```hcl\nbare {}\n```\n"
    )
    first, second = examples(readme, tmp_path)
    assert (first.line, first.resources, first.inventory) == (4, 3, tmp_path / "inventories" / "a.yaml")
    assert [path.name for path in first.fixtures] == ["b.tf", "c.tf"]
    assert second.resources is None
