"""Sample events: from files, with what EventBridge adds; and those that AWS will send about what is in the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from review.delivery.aws_events import aws_events
from review.delivery.facts import Facts
from review.delivery.model import Answer
from review.delivery.samples import SampleError, read_folder
from review.policies.collecting import collect
from semantics import event_patterns
from tests.review.delivery.complete import ACCOUNT, FAMILY, REGION, SAMPLE, Whole, arn

SAMPLES = Path(__file__).parents[3] / "environments" / "events"
OURS: dict[str, Any] = {
    # modules/ecs-task/failure_alarm.tf
    "a task fails": {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "lastStatus": ["STOPPED"],
            "taskDefinitionArn": [{"prefix": f"{FAMILY}:"}],
            "$or": [
                {"containers": {"exitCode": [{"anything-but": 0}]}},
                {"stopCode": ["TaskFailedToStart", "SpotInterruption"]},
            ],
        },
    },
    # modules/batch-target-sync/rules.tf
    "a revision is registered": {
        "source": ["aws.batch"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["batch.amazonaws.com"],
            "eventName": ["RegisterJobDefinition"],
            "errorCode": [{"exists": False}],
            "requestParameters": {"jobDefinitionName": ["job"]},
        },
    },
    "a revision is deregistered": {
        "source": ["aws.batch"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventName": ["DeregisterJobDefinition"],
            "requestParameters": {
                "jobDefinition": [{"prefix": "job:"}, {"prefix": f"{arn('batch', 'job-definition/job')}:"}]
            },
        },
    },
    "a job fails": {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"status": ["FAILED"], "jobQueue": [arn("batch", "job-queue/jobs")]},
    },
    "an alarm goes off": {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": ["late"], "state": {"value": ["ALARM"]}},
    },
}
REACHED = {
    "a task fails": ["ECS: a task of report exits with 1", "ECS: a task of report cannot start"],
    "a revision is registered": ["CloudTrail: job is registered"],
    "a revision is deregistered": [
        "CloudTrail: job is deregistered by its name",
        "CloudTrail: job is deregistered by its ARN",
    ],
    "a job fails": ["Batch: a job of job has failed"],
    "an alarm goes off": ["CloudWatch: the alarm late goes to ALARM"],
}


@pytest.mark.parametrize("name", OURS)
def test_aws_tells_of_what_is_in_the_plan(name: str) -> None:
    read = Whole().plan()
    made = aws_events(Facts(read, collect(read)))
    assert [each.name for each in made if event_patterns.matches(OURS[name], each.event)] == REACHED[name]


def test_a_rule_for_what_aws_tells_is_reached_without_a_file() -> None:
    for pattern in OURS.values():
        whole = Whole()
        on_default = {"event_pattern": json.dumps(pattern), "event_bus_name": "default"}
        whole.resources["aws_cloudwatch_event_rule.placed"] |= on_default
        for address, values in whole.resources.items():
            if address.startswith("aws_cloudwatch_event_target."):
                values["event_bus_name"] = "default"
        assert whole.delivered().unreached == ()


def test_events_of_aws_have_their_whole_envelope_and_are_the_same_each_time() -> None:
    read = Whole().plan()
    made = [each.event for each in aws_events(Facts(read, collect(read)))]
    again = [each.event for each in aws_events(Facts(read, collect(read)))]
    assert made == again
    for event in made:
        assert [event[name] for name in ("version", "account", "region", "time")] == [
            "0",
            ACCOUNT,
            REGION,
            "2026-01-02T03:04:05Z",
        ]
    assert len({event["id"] for event in made}) == len(made)


def test_our_samples_are_read() -> None:
    read = Whole().plan()
    found = read_folder(SAMPLES, read)
    assert len(found) == len(list(SAMPLES.glob("*.json"))) > 0
    assert {each.event["account"] for each in found} == {ACCOUNT}


def test_a_file_may_hold_a_list_and_a_part_of_the_envelope(tmp_path: Path) -> None:
    (tmp_path / "two.json").write_text(json.dumps([SAMPLE, {**SAMPLE, "account": "111122223333"}]))
    first, second = read_folder(tmp_path, Whole().plan())
    assert (first.name, second.name) == ("two.json, event 1", "two.json, event 2")
    assert first.event == {
        "version": "0",
        "id": first.event["id"],
        "detail-type": "Order Placed",
        "source": "example.orders",
        "account": ACCOUNT,
        "time": "2026-01-02T03:04:05Z",
        "region": REGION,
        "resources": [],
        "detail": {"number": 7},
    }
    assert second.event["account"] == "111122223333"


def test_all_files_that_are_no_events_are_told_with_their_place(tmp_path: Path) -> None:
    for name, content in {
        "a.json": '{\n "source": ',
        "b.json": "7",
        "c.json": json.dumps([SAMPLE, {"source": "", "detail": []}]),
        "d.json": json.dumps({**SAMPLE, "resources": [7]}),
        "e.txt": "not looked at",
    }.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "f.json").write_bytes(b"\xff")
    with pytest.raises(SampleError) as caught:
        read_folder(tmp_path, Whole().plan())
    assert str(caught.value).replace(f"{tmp_path}/", "").splitlines() == [
        "a.json:2: no JSON: Expecting value at column 12",
        "b.json: 7 is no event: an object with source, detail-type and detail is",
        'c.json: event 2: source is "", and has to be a text that is not empty',
        "c.json: event 2: no detail-type: an event has source, detail-type and detail",
        "c.json: event 2: detail is [], and has to be an object",
        "d.json: resources is [7], and has to be a list of ARNs",
        "f.json: no text in UTF-8",
    ]


def test_who_may_put_an_event_is_asked_with_its_source_and_type() -> None:
    whole = Whole()
    only = {"StringEquals": {"events:source": "example.orders", "events:detail-type": "Order Placed"}}
    whole.policies["aws_iam_role_policy.shop"][0]["Condition"] = only
    assert {path.answer for path in whole.delivered().paths} == {Answer.YES}
    found = whole.delivered({**SAMPLE, "detail-type": "Order Lost"})
    (note,) = found.findings
    assert "whoever puts example.orders on it" in note.title
