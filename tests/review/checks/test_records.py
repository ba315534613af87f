"""What checkov says of a plan and of its sources becomes one list: addresses of the plan, lines of the source."""

from __future__ import annotations

from typing import Any

from review.checks import records
from review.checks.records import Record

CHECK = "CKV_AWS_338"


def record(address: str, file: str = "", line: int = 0, reason: str | None = None, check: str = CHECK) -> Record:
    return Record(check, "Keep logs for a year", address, file, (line, line + 4), reason)


def test_each_instance_of_the_plan_has_the_line_of_the_source() -> None:
    of_plan = [record('module.a["x"].aws_cloudwatch_log_group.main["/b"]'), record("aws_sqs_queue.main[0]")]
    of_source = [record("module.a.aws_cloudwatch_log_group.main", "../a/logs.tf", 14)]
    assert [(each.address, each.file, each.lines[0]) for each in records.merged(of_plan, of_source)] == [
        ("aws_sqs_queue.main[0]", "", 0),
        ('module.a["x"].aws_cloudwatch_log_group.main["/b"]', "../a/logs.tf", 14),
    ]


def test_a_skip_in_the_source_counts_for_the_plan() -> None:
    (found,) = records.merged([record("aws_sqs_queue.main[0]")], [record("aws_sqs_queue.main", "main.tf", 3, "why")])
    assert found == record("aws_sqs_queue.main[0]", "main.tf", 3, "why")


def test_a_skip_counts_for_its_own_check_and_resource_alone() -> None:
    of_plan = [record("aws_sqs_queue.main", check="CKV_AWS_27"), record("aws_sqs_queue.other")]
    found = records.merged(of_plan, [record("aws_sqs_queue.main", "main.tf", 3, "why")])
    assert [each.address for each in found if each.reason is None] == ["aws_sqs_queue.main", "aws_sqs_queue.other"]


def test_what_only_the_source_shows_is_kept() -> None:
    assert records.merged([], [record("aws_sqs_queue.main", "main.tf", 3)]) == [
        record("aws_sqs_queue.main", "main.tf", 3)
    ]


def raw(resource: str, **more: Any) -> dict[str, Any]:
    return {
        "check_id": CHECK,
        "check_name": "Keep logs for a year",
        "check_result": {"result": "FAILED"},
        "check_class": "checkov.terraform.checks.resource.aws.Example",
        "file_path": "/../a/logs.tf",
        "file_line_range": [14, 27],
        "resource": resource,
        "resource_address": None,
        "guideline": "https://example.com/guideline",
    } | more


def test_a_data_source_has_its_address_in_terraforms_form() -> None:
    data = {"check_class": "checkov.terraform.checks.data.aws.ResourcePolicyDocument"}
    report = {
        "results": {
            "failed_checks": [
                raw("module.a.aws_iam_policy_document.main", **data),
                raw("module.a.data.aws_iam_policy_document.main", **data),
                raw("aws_iam_policy_document.main", **data),
                raw("module.a.aws_cloudwatch_log_group.main"),
            ]
        }
    }
    found = list(records.records(report))
    assert [each.address for each in found] == [
        "module.a.data.aws_iam_policy_document.main",
        "module.a.data.aws_iam_policy_document.main",
        "data.aws_iam_policy_document.main",
        "module.a.aws_cloudwatch_log_group.main",
    ]
    assert {(each.file, each.lines) for each in found} == {("../a/logs.tf", (14, 27))}


def test_a_line_of_the_plans_own_json_is_no_place() -> None:
    report = {"results": {"failed_checks": [raw("a.b", file_path="/plan.json", file_line_range=[0, 0])]}}
    assert [each.file for each in records.records(report)] == [""]
