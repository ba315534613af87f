"""The account in memory does as AWS does wherever the sync code relies on it, or its tests would show nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import ACCOUNT, REGION, Account, Killed, Process, batch_target
from tests.support.sync_aws.clock import running
from tests.support.sync_aws.world import TOPIC

TOPIC_ENTRY = {"Id": "1", "Message": "text"}
# A call of each service, which works.
CALLS: dict[str, Callable[[Any], Any]] = {
    "events": lambda client: client.list_rules(),
    "ssm": lambda client: client.get_parameters(Names=["/a/b"]),
    "batch": lambda client: client.describe_job_definitions(),
    "sts": lambda client: client.get_caller_identity(),
    "sns": lambda client: client.publish_batch(TopicArn=TOPIC, PublishBatchRequestEntries=[TOPIC_ENTRY]),
    "cloudwatch": lambda client: client.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 1}]),
}


@pytest.fixture
def account() -> Account:
    made = Account()
    made.topics().topics.add(TOPIC)
    return made


def refused(call: Callable[[], object]) -> str:
    """Return the code and the words with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"


@pytest.mark.parametrize("service", CALLS)
def test_each_service_answers_in_its_protocol(account: Account, service: str) -> None:
    client = account.session().client(service)
    assert CALLS[service](client)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [call.service for call in account.requests] == [service]


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("fault", [faults.throttle, faults.internal_error, faults.unavailable, faults.reset_before])
def test_botocore_itself_tries_again(account: Account, service: str, fault: faults.Interceptor) -> None:
    """So each refusal has the form that it knows as one that passes."""
    client = account.session().client(service)
    faults.inject(account, fault, index=0)
    with running(account.clock):
        CALLS[service](client)
    assert len(account.requests) == 2
    assert account.clock.slept


@pytest.mark.parametrize("service", sorted(set(CALLS) - {"sts"}))
def test_denied_says_who_may_not_do_what(account: Account, service: str) -> None:
    client = account.session().client(service)
    faults.inject(account, faults.deny, index=0, times=faults.FOR_EVER)
    words = refused(lambda: CALLS[service](client))
    assert len(account.requests) == 1, "it is not tried again"
    call = account.requests[0]
    assert f"is not authorized to perform: {call.action.replace('sns:', 'SNS:')}" in words
    assert call.resource is None or f" on resource: {call.resource} " in words


def test_a_put_replaces_the_whole_target(account: Account) -> None:
    account.put("bus", "rule", batch_target("one", "job:1", Future="kept only by who sends it"))
    client = account.session().client("events")
    client.put_targets(Rule="rule", EventBusName="bus", Targets=[{"Id": "one", "Arn": "arn:aws:sqs:::q"}])
    assert account.targets() == {(REGION, "bus", "rule", "one"): {"Id": "one", "Arn": "arn:aws:sqs:::q"}}


def test_botocore_drops_what_it_does_not_know(account: Account) -> None:
    """Why a target with such a member may not be put back."""
    account.put("bus", "rule", batch_target("one", "job:1", Future=1))
    client = account.session().client("events")
    assert "Future" not in client.list_targets_by_rule(Rule="rule", EventBusName="bus")["Targets"][0]
    with pytest.raises(ParamValidationError):
        client.put_targets(Rule="rule", EventBusName="bus", Targets=[batch_target("one", "job:1", Future=1)])


def test_what_is_missing_is_said_as_aws_says_it(account: Account) -> None:
    account.put("bus", "rule")
    client = account.session().client("events")
    assert (
        refused(lambda: client.list_targets_by_rule(Rule="none", EventBusName="bus"))
        == "ResourceNotFoundException: Rule none does not exist on EventBus bus."
    )
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/none"
    for bus in ("none", arn):
        assert (
            refused(lambda bus=bus: client.list_rules(EventBusName=bus))
            == "ResourceNotFoundException: Event bus none does not exist."
        )
    assert account.session().client("batch").describe_job_definitions(jobDefinitionName="none")["jobDefinitions"] == []


def test_pages_are_short_and_in_no_order(account: Account) -> None:
    account.register("job", times=12)
    account.paging.size, account.paging.empty_first = 5, True
    client = account.session().client("batch")
    pages = list(client.get_paginator("describe_job_definitions").paginate(jobDefinitionName="job", status="ACTIVE"))
    assert [len(page["jobDefinitions"]) for page in pages] == [0, 5, 5, 2]
    revisions = [found["revision"] for page in pages for found in page["jobDefinitions"]]
    assert sorted(revisions) == list(range(1, 13))
    assert revisions not in (sorted(revisions), sorted(revisions, reverse=True))


def test_parameters_have_versions_and_limits(account: Account) -> None:
    client = account.session().client("ssm")

    def put(value: str, **more: Any) -> int:
        return int(client.put_parameter(Name="/a/b", Value=value, Type="String", **more)["Version"])

    assert put("one") == 1
    assert refused(lambda: put("two")).startswith("ParameterAlreadyExists")
    assert put("two", Overwrite=True) == 2
    history = client.get_parameter_history(Name="/a/b")["Parameters"]
    assert [(each["Version"], each["Value"]) for each in history] == [(1, "one"), (2, "two")]
    assert client.get_parameter(Name="/a/b:1")["Parameter"]["Value"] == "one"
    assert put("x" * 4096, Overwrite=True) == 3
    for value in ("x" * 4097, "é" * 2049, "{{a}}", ""):
        assert refused(lambda value=value: put(value, Overwrite=True)).startswith("ValidationException")
    for _ in range(110):
        put("again", Overwrite=True)
    account.paging.size = 20
    pages = list(client.get_paginator("get_parameter_history").paginate(Name="/a/b"))
    assert sum(len(page["Parameters"]) for page in pages) == 100
    assert pages[0]["Parameters"][0]["Version"] == 14, "the oldest go"


def test_parts_of_a_batch_are_refused_and_the_rest_is_done(account: Account) -> None:
    """Status 200, each in its own form."""
    account.put("bus", "rule", batch_target("a", "job:1"), batch_target("b", "job:1"))
    session = account.session()
    faults.inject(account, faults.part_refused, index=0, times=1)
    put = session.client("events").put_targets(
        Rule="rule", EventBusName="bus", Targets=[batch_target("a", "job:2"), batch_target("b", "job:2")]
    )
    assert (put["FailedEntryCount"], put["FailedEntries"][0]["TargetId"]) == (1, "a")
    now = {place[3]: target["BatchParameters"]["JobDefinition"] for place, target in account.targets().items()}
    assert now == {"a": "job:1", "b": "job:2"}

    entries = [{"Source": source, "DetailType": "t", "Detail": "{}"} for source in ("aws.no", "yes")]
    put = session.client("events").put_events(Entries=entries)
    assert put["FailedEntryCount"] == 1
    assert put["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert [event["Source"] for event in account.events().received] == ["yes"]

    published = session.client("sns").publish_batch(
        TopicArn=TOPIC,
        PublishBatchRequestEntries=[
            {**TOPIC_ENTRY, "Subject": "x" * 101},
            {"Id": "2", "Message": "<&>", "Subject": "s"},
        ],
    )
    assert [each["Id"] for each in published["Failed"]] == ["1"]
    assert [message["Message"] for message in account.topics().messages] == ["<&>"]


def test_an_answer_that_is_lost_is_lost_after_the_effect(account: Account) -> None:
    client = account.session().client("ssm")
    faults.inject(account, faults.reset_after, index=0, times=faults.FOR_EVER)
    with running(account.clock), pytest.raises(ConnectionClosedError):
        client.put_parameter(Name="/a/b", Value="v", Type="String", Overwrite=True)
    assert account.stored() == {"/a/b": (len(account.requests), "v")}


def test_who_is_killed_reaches_nothing_any_more(account: Account) -> None:
    """Not even in a clean-up; another process does."""
    client = account.session(Process("killed")).client("sts")
    faults.inject(account, faults.killed_before, index=0)
    for _ in range(2):
        with pytest.raises(Killed):
            client.get_caller_identity()
    assert len(account.requests) == 1
    assert account.session(Process("next")).client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_large_metrics_come_compressed_and_are_understood(account: Account) -> None:
    """As botocore sends them."""
    client = account.session().client("cloudwatch")
    client.put_metric_data(
        Namespace="N", MetricData=[{"MetricName": f"name-{index:05d}", "Value": 1} for index in range(900)]
    )
    assert len(account.metrics().data) == 900


def test_each_region_is_its_own(account: Account) -> None:
    account.register("job", "eu-west-1", times=2)
    session = account.session()
    found = {
        region: len(session.client("batch", region).describe_job_definitions()["jobDefinitions"])
        for region in (REGION, "eu-west-1")
    }
    assert found == {REGION: 0, "eu-west-1": 2}
