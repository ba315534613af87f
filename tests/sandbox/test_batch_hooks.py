"""Each repair of Batch is needed (its test fails without it) and does what AWS documents, as for the other repairs."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.batch_bench import make_queue
from tests.sandbox.bench import Bench, policy
from tests.sandbox.calling import clients
from tests.sandbox.conftest import ACCOUNT, REGION, Client

SECONDS = 20


def register(aws: Client, name: str, **fields: Any) -> str:
    container = {"image": "example.com/image:1", "vcpus": 1, "memory": 128, "command": ["true"]}
    made = aws("batch").register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container, **fields
    )
    arn: str = made["jobDefinitionArn"]
    return arn


def revisions(aws: Client, name: str, **fields: Any) -> list[tuple[int, str]]:
    """What DescribeJobDefinitions says of a definition, page after page."""
    pages = aws("batch").get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, **fields)
    return sorted((each["revision"], each["status"]) for page in pages for each in page["jobDefinitions"])


def test_submitted_definition_is_active(aws: Client, name: str) -> None:
    batch, queue = aws("batch"), make_queue(aws, name)
    first, second = register(aws, name), register(aws, name)
    batch.deregister_job_definition(jobDefinition=second)
    for named in (name, f"{name}:1", first, first.removesuffix(":1")):
        job = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=named)["jobId"]
        assert batch.describe_jobs(jobs=[job])["jobs"][0]["jobDefinition"] == first
    for named in (second, f"{name}:2"):
        with pytest.raises(ClientError, match=rf"JobDefinition {second} is not in ACTIVE status"):
            batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=named)
    batch.deregister_job_definition(jobDefinition=first)
    with pytest.raises(ClientError, match=f"JobDefinition name {name} does not exist or is not in ACTIVE status"):
        batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=name)


def test_revision_is_as_it_was_registered(aws: Client, name: str) -> None:
    batch = aws("batch")
    register(aws, name, parameters={"day": "1"}, platformCapabilities=["EC2"], propagateTags=False)
    arn = register(aws, name, platformCapabilities=["FARGATE"], propagateTags=True)
    (second,) = batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    assert (second["parameters"], second["platformCapabilities"], second["propagateTags"]) == ({}, ["FARGATE"], True)

    batch.deregister_job_definition(jobDefinition=f"{name}:2")
    assert register(aws, name).endswith(f"{name}:3"), "the number of a deregistered revision is not used again"
    for number in (1, 3):
        batch.deregister_job_definition(jobDefinition=f"{name}:{number}")
    assert register(aws, name).endswith(f"{name}:4")
    assert revisions(aws, name) == [(1, "INACTIVE"), (2, "INACTIVE"), (3, "INACTIVE"), (4, "ACTIVE")]


def test_definitions_come_in_pages(aws: Client, name: str) -> None:
    batch = aws("batch")
    for _ in range(103):
        register(aws, name)
    register(aws, f"{name}-2")
    batch.deregister_job_definition(jobDefinition=f"{name}:7")

    first = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")
    assert len(first["jobDefinitions"]) == 100
    rest = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE", nextToken=first["nextToken"])
    assert (len(rest["jobDefinitions"]), "nextToken" in rest) == (2, False)
    assert first["jobDefinitions"][0]["revision"] < 103, "the newest is not the first by chance"
    assert rest["jobDefinitions"][-1]["revision"] < 103, "nor the last"

    active = [(number, "ACTIVE") for number in range(1, 104) if number != 7]
    assert revisions(aws, name, status="ACTIVE") == active
    assert revisions(aws, name, status="ACTIVE", PaginationConfig={"PageSize": 51}) == active
    assert revisions(aws, name, status="INACTIVE") == [(7, "INACTIVE")]
    assert len(revisions(aws, name)) == 103
    with pytest.raises(ClientError, match="given for another request"):
        batch.describe_job_definitions(jobDefinitionName=name, nextToken=first["nextToken"])
    for wrong in ({"nextToken": "junk"}, {"maxResults": 101}):
        with pytest.raises(ClientError, match="ClientException"):
            batch.describe_job_definitions(jobDefinitionName=name, **wrong)
    arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{name}:5"
    found = batch.describe_job_definitions(jobDefinitions=[arn, f"{name}:7"])["jobDefinitions"]
    assert [each["revision"] for each in found] == [5, 7]


def test_what_is_deregistered_is_there(aws: Client, name: str) -> None:
    batch = aws("batch")
    register(aws, name)
    for wrong in (f"{name}:2", f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{name}:2", name):
        with pytest.raises(ClientError, match=rf"ClientException.*JobDefinition {wrong} does not exist"):
            batch.deregister_job_definition(jobDefinition=wrong)
    assert revisions(aws, name) == [(1, "ACTIVE")]


def test_definition_changes_are_told(aws: Client, name: str) -> None:
    """To a queue, with the parameters that a rule of batch-target-sync matches."""
    events, sqs = aws("events"), aws("sqs")
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": policy(allowed)})["QueueUrl"]
    named = [{"jobDefinitionName": [name]}, {"jobDefinition": [{"wildcard": f"*{name}:*"}]}]
    for number, parameters in enumerate(named):
        detail = {"eventSource": ["batch.amazonaws.com"], "requestParameters": parameters}
        pattern = {"source": ["aws.batch"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}
        events.put_rule(Name=f"{name}-{number}", EventPattern=json.dumps(pattern))
        events.put_targets(Rule=f"{name}-{number}", Targets=[{"Id": "t", "Arn": arn}])

    definition = register(aws, name)
    register(aws, f"{name}-other")
    aws("batch").deregister_job_definition(jobDefinition=f"{name}:1")
    with pytest.raises(ClientError):  # what fails is not told here
        aws("batch").deregister_job_definition(jobDefinition=f"{name}:9")
    told: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + SECONDS
    while len(told) < 2 and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            told[event["detail"]["eventName"]] = event
        time.sleep(0.05)
    assert sorted(told) == ["DeregisterJobDefinition", "RegisterJobDefinition"]
    event = told["RegisterJobDefinition"]
    assert (event["source"], event["account"], event["region"]) == ("aws.batch", ACCOUNT, REGION)
    detail = event["detail"]
    assert detail["requestParameters"]["containerProperties"]["image"] == "example.com/image:1"
    assert detail["responseElements"] == {"jobDefinitionArn": definition, "jobDefinitionName": name, "revision": 1}
    assert (detail["awsRegion"], detail["eventTime"]) == (REGION, event["time"])
    assert detail["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    detail = told["DeregisterJobDefinition"]["detail"]
    assert detail["requestParameters"] == {"jobDefinition": f"{name}:1"}
    assert detail["responseElements"] is None


def test_change_is_told_with_the_role_that_made_it(bench: Bench) -> None:
    role = bench.role({"Effect": "Allow", "Action": "*", "Resource": "*"})
    session = bench.client("sts").assume_role(RoleArn=role, RoleSessionName="ann")
    register(clients(bench.box, session["Credentials"]), bench.name)
    (event,) = [
        each["event"]["detail"]
        for each in bench.box.ask("events")["events"]
        if each["event"]["detail"].get("requestParameters", {}).get("jobDefinitionName") == bench.name
    ]
    identity = event["userIdentity"]
    assert (identity["type"], identity["arn"]) == ("AssumedRole", session["AssumedRoleUser"]["Arn"])
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == bench.name


def names(name: str) -> tuple[str, str]:
    """The ARNs of a queue and of a definition without a revision, which nobody makes."""
    return tuple(f"arn:aws:batch:{REGION}:{ACCOUNT}:{kind}/{name}" for kind in ("job-queue", "job-definition"))  # type: ignore[return-value]


def rule_that_names(aws: Client, name: str, definition: str, rule: str = "") -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    target = {"Id": "t", "Arn": names(name)[0], "RoleArn": role}
    target |= {"BatchParameters": {"JobDefinition": definition, "JobName": "j"}}
    aws("events").put_rule(Name=rule or name, EventPattern=json.dumps({"source": [name]}))
    aws("events").put_targets(Rule=rule or name, Targets=[target])


def test_queues_and_definitions_of_rules_are_there(aws: Client, name: str) -> None:
    batch, (queue, definition) = aws("batch"), names(name)
    rule_that_names(aws, name, f"{definition}:3")
    assert [each["jobQueueArn"] for each in batch.describe_job_queues(jobQueues=[queue])["jobQueues"]] == [queue]
    assert revisions(aws, name) == [(1, "ACTIVE"), (2, "ACTIVE"), (3, "ACTIVE")]
    job = batch.submit_job(jobName="j", jobQueue=queue, jobDefinition=f"{name}:2")["jobId"]
    assert batch.describe_jobs(jobs=[job])["jobs"][0]["jobDefinition"] == f"{definition}:2"
    assert register(aws, name) == f"{definition}:4", "the next one after those that are made elsewhere"


@pytest.mark.parametrize(("named", "count"), [("{name}", 1), ("{name}:2", 2), ("{arn}", 1), ("{arn}:2", 2)])
def test_named_definition_has_as_many_revisions_as_its_pin_says(bench: Bench, named: str, count: int) -> None:
    _, definition = names(bench.name)
    rule_that_names(bench.client, bench.name, named.format(name=bench.name, arn=definition))
    assert revisions(bench.client, bench.name) == [(number, "ACTIVE") for number in range(1, count + 1)]
    rule_that_names(bench.client, bench.name, f"{bench.name}:4", rule=f"{bench.name}-later")
    assert len(revisions(bench.client, bench.name)) == 4, "a later rule that names a higher one says that it is there"


def test_what_nobody_names_is_not_there(bench: Bench) -> None:
    batch, (queue, definition) = bench.client("batch"), names(bench.name)
    elsewhere = definition.replace(REGION, "eu-west-1")
    rule_that_names(bench.client, f"{bench.name}-other", elsewhere)
    assert batch.describe_job_queues(jobQueues=[queue])["jobQueues"] == []
    assert revisions(bench.client, bench.name) == [], "one of another region is not this region's"
    with pytest.raises(ClientError, match="does not exist"):
        batch.submit_job(jobName="j", jobQueue=queue, jobDefinition=bench.name)


def test_what_was_deregistered_or_deleted_stays_so(bench: Bench) -> None:
    batch, (queue, definition) = bench.client("batch"), names(bench.name)
    rule_that_names(bench.client, bench.name, f"{definition}:2")
    batch.deregister_job_definition(jobDefinition=f"{bench.name}:2")
    batch.delete_job_queue(jobQueue=queue)
    rule_that_names(bench.client, bench.name, f"{definition}:9", rule=f"{bench.name}-later")
    assert revisions(bench.client, bench.name) == [(1, "ACTIVE"), (2, "INACTIVE")]
    assert batch.describe_job_queues(jobQueues=[queue])["jobQueues"] == []
    assert register(bench.client, bench.name) == f"{definition}:3"


def test_what_was_registered_here_has_no_other_revisions(bench: Bench) -> None:
    _, definition = names(bench.name)
    register(bench.client, bench.name)
    rule_that_names(bench.client, bench.name, f"{definition}:5")
    assert revisions(bench.client, bench.name) == [(1, "ACTIVE")], "a pin that is wrong stays wrong"


def test_numbers_are_given_out_once(bench: Bench) -> None:
    """Eight registrations at the same time."""
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(register(bench.client, bench.name))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(arn.rpartition(":")[2]) for arn in made) == list(range(1, 9))
