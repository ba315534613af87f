"""What a target's role, or whoever calls, may do: each right that a delivery needs, taken away one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import permissions
from tests.sandbox.account import (
    ACCOUNT,
    BUS,
    CLUSTER,
    DELEGATES,
    EVENTS,
    FAMILY,
    GROUP,
    PAID,
    PUT,
    REGION,
    ROLE,
    RULE,
    SCHEDULER,
    USES_KEY,
    Statement,
    allow,
    by_rule,
    by_schedule,
    client,
    document,
    make_bus,
    make_key,
    make_queue,
    make_role,
    refusal,
    trust,
)

pytestmark = pytest.mark.usefixtures("account_in_process")

RUN = allow("ecs:RunTask", on=[FAMILY, f"{FAMILY}:*"], ArnEquals={"ecs:cluster": CLUSTER})
ON_CLUSTER = {"ecs:cluster": CLUSTER}


def register(times: int = 1) -> None:
    for _ in range(times):
        client("ecs").register_task_definition(
            family="cleanup", containerDefinitions=[{"name": "a", "image": "b", "memory": 64}]
        )


def test_role_runs_its_task() -> None:
    make_role(RUN)
    register()
    permissions.role_may(by_rule(), "ecs:RunTask", f"{FAMILY}:1", ON_CLUSTER)


@pytest.mark.parametrize(
    "trusted",
    [
        trust(SCHEDULER, RULE),
        trust(EVENTS, f"{RULE}-2"),
        trust(EVENTS, RULE, account="111122223333"),
        document({"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"Service": EVENTS}}),
    ],
)
def test_role_that_does_not_trust_the_rule_is_not_assumed(trusted: str) -> None:
    make_role(RUN, trusted=trusted)
    register()
    code, message = refusal(permissions.role_may, by_rule(), "ecs:RunTask", f"{FAMILY}:1", ON_CLUSTER)
    assert code == "FAILED_TO_ASSUME_ROLE"
    assert message == (
        f"User: {EVENTS} is not authorized to perform: sts:AssumeRole on resource: {ROLE} "
        "because no role trust policy allows the sts:AssumeRole action"
    )


@pytest.mark.parametrize("role", [ROLE, "run", "arn:aws:iam", "arn:moon:iam::123456789012:role/run", None])
def test_role_that_is_not_there_is_not_assumed(role: str | None) -> None:
    code, message = refusal(permissions.role_may, by_rule(role), "ecs:RunTask", f"{FAMILY}:1", ON_CLUSTER)
    assert code == "FAILED_TO_ASSUME_ROLE"
    assert message.endswith("(there is no such role)")


@pytest.mark.parametrize(
    ("statement", "context"),
    [
        (allow("ecs:StopTask"), ON_CLUSTER),
        (RUN, {"ecs:cluster": f"{CLUSTER}-2"}),
        (RUN, {}),
        (allow("ecs:RunTask", on=f"{FAMILY}:2"), ON_CLUSTER),
        (allow("ecs:RunTask", on=FAMILY), ON_CLUSTER),  # the bare family, which ECS never asks about
    ],
)
def test_role_without_the_right_is_refused_in_the_words_of_aws(statement: Statement, context: dict[str, str]) -> None:
    make_role(statement)
    register()
    code, message = refusal(permissions.role_may, by_rule(), "ecs:RunTask", f"{FAMILY}:1", context)
    assert code == "NO_PERMISSIONS"
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/run/events is not authorized to perform: ecs:RunTask "
        f"on resource: {FAMILY}:1 because no identity-based policy allows the ecs:RunTask action"
    )


def test_family_is_authorized_as_the_newest_active_revision() -> None:
    make_role(allow("ecs:RunTask", on=f"{FAMILY}:2"))
    register(times=3)
    client("ecs").deregister_task_definition(taskDefinition="cleanup:3")
    permissions.role_may(by_rule(), "ecs:RunTask", FAMILY)
    assert refusal(permissions.role_may, by_rule(), "ecs:RunTask", f"{FAMILY}:1")[0] == "NO_PERMISSIONS"
    assert refusal(permissions.role_may, by_rule(), "ecs:RunTask", f"{FAMILY}-2")[0] == "NO_RESOURCE"


def test_passing_a_role_needs_the_service_it_goes_to() -> None:
    passed = f"arn:aws:iam::{ACCOUNT}:role/task"
    make_role(allow("iam:PassRole", on=passed, StringEquals={"iam:PassedToService": "ecs-tasks.amazonaws.com"}))
    context = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    permissions.role_may(by_rule(), "iam:PassRole", passed, context)
    assert refusal(permissions.role_may, by_rule(), "iam:PassRole", passed)[0] == "NO_PERMISSIONS"
    assert refusal(permissions.role_may, by_rule(), "iam:PassRole", f"{passed}-2", context)[0] == "NO_PERMISSIONS"


def test_source_is_sent_to_take_a_role_on_and_not_afterwards() -> None:
    make_role(allow("ecs:TagResource", ArnEquals={"aws:SourceArn": RULE}))
    assert refusal(permissions.role_may, by_rule(), "ecs:TagResource", "*")[0] == "NO_PERMISSIONS"


def test_managed_policy_counts_in_its_default_version() -> None:
    make_role()
    iam = client("iam")
    first = document(allow("ecs:StopTask"))
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=first)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="run", PolicyArn=arn)
    assert refusal(permissions.role_may, by_rule(), "ecs:TagResource", "*")[0] == "NO_PERMISSIONS"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("ecs:TagResource")), SetAsDefault=True)
    permissions.role_may(by_rule(), "ecs:TagResource", "*")


def test_boundary_limits_the_role() -> None:
    iam = client("iam")
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=document(allow("sqs:*")))["Policy"]["Arn"]
    make_role(allow("ecs:TagResource", "sqs:ListQueues"), PermissionsBoundary=arn)
    permissions.role_may(by_rule(), "sqs:ListQueues", "*")
    refused = refusal(permissions.role_may, by_rule(), "ecs:TagResource", "*")
    assert refused[1].endswith("because no permissions boundary allows the ecs:TagResource action")


def test_boundary_that_is_not_there_lets_nothing_through() -> None:
    make_role(allow("*"), PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/none")
    assert "no permissions boundary" in refusal(permissions.role_may, by_rule(), "ecs:TagResource", "*")[1]


def test_policy_that_aws_would_not_store_gives_no_rights() -> None:
    queue = make_queue(allow("sqs:*", to=EVENTS), {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    code, message = refusal(permissions.service_may, by_rule(), "sqs:SendMessage", queue)
    assert code == "NO_PERMISSIONS"
    assert message == "MalformedPolicyDocument: resource-based policy: statement 2: no Principal"


def test_batch_authorizes_queue_and_definition() -> None:
    queue = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/sync"
    definition = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/sync"
    for _ in range(2):
        client("batch").register_job_definition(
            jobDefinitionName="sync", type="container", containerProperties={"image": "a", "vcpus": 1, "memory": 64}
        )
    make_role(allow("batch:SubmitJob", on=[queue, definition, f"{definition}:2"]))
    for resource in (queue, definition, f"{definition}:2"):
        permissions.role_may(by_rule(), "batch:SubmitJob", resource)
    assert f"{definition}:1 " in refusal(permissions.role_may, by_rule(), "batch:SubmitJob", f"{definition}:1")[1]
    assert refusal(permissions.role_may, by_rule(), "batch:SubmitJob", f"{definition}-2")[0] == "NO_RESOURCE"


@pytest.mark.parametrize("missing", ["", ":2"])
def test_batch_definition_without_revision_is_allowed_both_ways(missing: str) -> None:
    definition = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/sync"
    for _ in range(2):
        client("batch").register_job_definition(
            jobDefinitionName="sync", type="container", containerProperties={"image": "a", "vcpus": 1, "memory": 64}
        )
    make_role(allow("batch:SubmitJob", on=[definition + ending for ending in ("", ":2") if ending != missing]))
    refused = refusal(permissions.role_may, by_rule(), "batch:SubmitJob", definition)
    assert f"on resource: {definition}{missing} because" in refused[1]


def test_role_puts_events_on_another_bus() -> None:
    make_role(allow(PUT, on=BUS))
    make_bus()
    permissions.role_may(by_rule(), PUT, BUS)
    assert refusal(permissions.role_may, by_rule(), PUT, f"{BUS}-2")[0] == "NO_RESOURCE"
    client("iam").delete_role_policy(RoleName="run", PolicyName="work")
    assert refusal(permissions.role_may, by_rule(), PUT, BUS)[0] == "NO_PERMISSIONS"


VIA_SQS = {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}
SENDS = allow("sqs:SendMessage")
ROLE_USES_KEY = allow("kms:Decrypt", "kms:GenerateDataKey") | {"Condition": VIA_SQS}


@pytest.mark.parametrize(
    ("of_role", "of_key", "allowed"),
    [
        (["kms:Decrypt"], [DELEGATES], True),
        (["kms:Decrypt"], [USES_KEY], False),  # without the key's own policy no other counts
        ([], [DELEGATES], False),
        ([], [allow("kms:Decrypt", to=ROLE)], True),
    ],
)
def test_role_uses_a_key_that_lets_it(of_role: list[str], of_key: list[Statement], allowed: bool) -> None:
    make_role(*[allow(action) for action in of_role])
    client("kms").create_alias(AliasName="alias/main", TargetKeyId=(key := make_key(*of_key)))
    for name in (key, f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/main"):
        if allowed:
            permissions.role_may(by_rule(), "kms:Decrypt", name)
        else:
            assert refusal(permissions.role_may, by_rule(), "kms:Decrypt", name)[0] == "NO_PERMISSIONS"


class TestDeadLettersOfASchedule:
    """Scheduler writes to its dead-letter queue with the schedule's role."""

    def test_with_the_rights_of_the_role(self) -> None:
        make_role(SENDS, ROLE_USES_KEY, trusted=trust(SCHEDULER, GROUP))
        permissions.role_may(by_schedule(), "sqs:SendMessage", make_queue(key=make_key(DELEGATES)))

    def test_queue_can_deny(self) -> None:
        make_role(SENDS, trusted=trust(SCHEDULER, GROUP))
        queue = make_queue({"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"})
        refused = refusal(permissions.role_may, by_schedule(), "sqs:SendMessage", queue)
        assert refused[0] == "AccessDeniedException", "Scheduler passes on the code of the API"
        assert refused[1].endswith("with an explicit deny in a resource-based policy")

    def test_without_the_right_to_send(self) -> None:
        make_role(ROLE_USES_KEY, trusted=trust(SCHEDULER, GROUP))
        refused = refusal(permissions.role_may, by_schedule(), "sqs:SendMessage", make_queue())
        assert "no identity-based policy allows the sqs:SendMessage action" in refused[1]

    @pytest.mark.parametrize(
        ("of_role", "of_key", "words"),
        [
            ([SENDS], [DELEGATES], "no identity-based policy allows the kms:Decrypt action"),
            ([SENDS, ROLE_USES_KEY], [USES_KEY], "no resource-based policy allows the kms:Decrypt action"),
            (
                [SENDS, allow("kms:*", StringEquals={"kms:ViaService": f"scheduler.{REGION}.amazonaws.com"})],
                [DELEGATES],
                "no identity-based policy allows the kms:Decrypt action",
            ),
        ],
    )
    def test_without_the_key(self, of_role: list[Statement], of_key: list[Statement], words: str) -> None:
        make_role(*of_role, trusted=trust(SCHEDULER, GROUP))
        queue = make_queue(key=make_key(*of_key))
        assert words in refusal(permissions.role_may, by_schedule(), "sqs:SendMessage", queue)[1]

    def test_with_the_key_that_aws_manages(self) -> None:
        make_role(SENDS, trusted=trust(SCHEDULER, GROUP))
        permissions.role_may(by_schedule(), "sqs:SendMessage", make_queue(key="alias/aws/sqs"))

    def test_role_must_trust_the_group(self) -> None:
        make_role(SENDS, trusted=trust(SCHEDULER, f"{GROUP}-2"))
        refused = refusal(permissions.role_may, by_schedule(), "sqs:SendMessage", make_queue())
        assert refused[0] == "AccessDenied"
        assert "sts:AssumeRole" in refused[1]


def session_key(**more: Any) -> str:
    credentials = client("sts").assume_role(RoleArn=ROLE, RoleSessionName="task", **more)["Credentials"]
    key: str = credentials["AccessKeyId"]
    return key


OWN_SOURCE = allow(PUT, on=BUS, StringEquals={"events:source": "shop.orders"})


def test_role_puts_only_its_own_source() -> None:
    make_role(OWN_SOURCE)
    make_bus()
    permissions.principal_may(session_key(), PUT, BUS, PAID)
    other = PAID | {"events:source": "shop.refunds"}
    code, message = refusal(permissions.principal_may, session_key(), PUT, BUS, other)
    assert code == "NO_PERMISSIONS"
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/run/task is not authorized to perform: events:PutEvents "
        f"on resource: {BUS} because no identity-based policy allows the events:PutEvents action"
    )


def test_bus_lets_a_role_in_and_keeps_it_out() -> None:
    make_role()
    make_bus(allow(PUT, to=ROLE, on=BUS, StringEquals={"events:source": "shop.orders"}))
    permissions.principal_may(session_key(), PUT, BUS, PAID)
    assert refusal(permissions.principal_may, session_key(), PUT, BUS)[0] == "NO_PERMISSIONS"
    deny = {"Effect": "Deny", "Principal": "*", "Action": PUT, "Resource": BUS, "Sid": "Others"}
    client("events").put_permission(EventBusName="orders", Policy=document(deny))
    client("iam").put_role_policy(RoleName="run", PolicyName="work", PolicyDocument=document(OWN_SOURCE))
    assert "explicit deny in a resource-based" in refusal(permissions.principal_may, session_key(), PUT, BUS, PAID)[1]


def test_session_policy_limits_the_session() -> None:
    make_role(OWN_SOURCE)
    make_bus()
    key = session_key(Policy=document(allow("s3:*")))
    assert "no session policy allows" in refusal(permissions.principal_may, key, PUT, BUS, PAID)[1]


def test_role_that_is_gone_may_do_nothing() -> None:
    make_role(OWN_SOURCE)
    make_bus()
    key = session_key()
    client("iam").delete_role_policy(RoleName="run", PolicyName="work")
    client("iam").delete_role(RoleName="run")
    assert refusal(permissions.principal_may, key, PUT, BUS, PAID)[0] == "NO_PERMISSIONS"


def test_user_has_own_policies_and_those_of_groups() -> None:
    iam = client("iam")
    make_bus()
    iam.create_user(UserName="maria")
    key = iam.create_access_key(UserName="maria")["AccessKey"]["AccessKeyId"]
    refused = refusal(permissions.principal_may, key, PUT, BUS, PAID)
    assert refused[1].startswith(f"User: arn:aws:iam::{ACCOUNT}:user/maria is not authorized")
    iam.create_group(GroupName="publishers")
    iam.put_group_policy(GroupName="publishers", PolicyName="put", PolicyDocument=document(OWN_SOURCE))
    iam.add_user_to_group(GroupName="publishers", UserName="maria")
    permissions.principal_may(key, PUT, BUS, PAID)


def test_key_that_nobody_was_given_is_the_administrators() -> None:
    make_bus()
    permissions.principal_may("test", PUT, BUS, PAID)
