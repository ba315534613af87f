"""The whole chain: what is wrong is found at its own step, and a job is really submitted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from operations.environment import Environment
from operations.steps import (
    DEFINITION,
    EVENT,
    FAILED,
    JOB,
    NOT_TRIED,
    PASSED,
    PATTERN,
    QUEUE,
    ROLE,
    RULE_ENABLED,
    RULE_EXISTS,
    TARGET,
)
from tests.operations.conftest import Shell
from tests.operations.made import ACCOUNT, ENVIRONMENT, REGION, Made, policy
from tests.operations.made import EVENT as SAMPLE

TEST = ("events", "test-all", ENVIRONMENT, "--wait", "20")
STEPS = [RULE_EXISTS, RULE_ENABLED, PATTERN, TARGET, ROLE, DEFINITION, QUEUE, EVENT, JOB]


def verdicts(shell: Shell, *more: str) -> dict[str, dict[str, str]]:
    """Return the steps of a test by their names; each is there once."""
    steps = shell.json(*TEST, *more)
    assert [step["name"] for step in steps] == STEPS
    assert shell.code == (1 if any(step["verdict"] == FAILED for step in steps) else 0)
    return {step["name"]: step for step in steps}


def test_every_step_passes_and_a_job_is_there(shell: Shell, made: Made) -> None:
    assert shell(*TEST) == 0, shell.stdout
    assert shell.stderr.endswith("9 passed, 0 failed, 0 not tried\n")
    (job,) = made.jobs()
    steps = verdicts(shell)
    assert {step["verdict"] for step in steps.values()} == {PASSED}
    (second,) = set(made.jobs()) - {job}
    assert steps[JOB]["found"].startswith(f"job {second} of {made.job.definition}:1, ")
    assert steps[PATTERN]["found"] == "environments/events/report.json"


def test_a_dry_run_sends_nothing(shell: Shell, made: Made) -> None:
    steps = verdicts(shell, "--dry-run")
    assert (steps[EVENT]["verdict"], steps[JOB]["verdict"], steps[QUEUE]["verdict"]) == (NOT_TRIED, NOT_TRIED, PASSED)
    assert steps[EVENT]["found"] == "--dry-run"
    assert made.jobs() == []
    assert shell(*TEST, "--dry-run") == 0


def disable_queue(made: Made) -> None:
    made.client("batch").update_job_queue(jobQueue=made.job.queue, state="DISABLED")


def trust_another_rule(made: Made) -> None:
    document = made.trust(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/elsewhere")
    made.client("iam").update_assume_role_policy(RoleName=made.role, PolicyDocument=document)


def trust_another_service(made: Made) -> None:
    document = made.trust(service="scheduler.amazonaws.com")
    made.client("iam").update_assume_role_policy(RoleName=made.role, PolicyDocument=document)


def delete_role(made: Made) -> None:
    made.client("iam").delete_role_policy(RoleName=made.role, PolicyName="work")
    made.client("iam").delete_role(RoleName=made.role)


def other_role(made: Made) -> None:
    made.put_target(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/other")


def other_queue(made: Made) -> None:
    made.put_target(Arn=f"{made.job.queue}-other")
    made.allow(f"{made.job.queue}-other", made.definition("*"))


def other_job_name(made: Made) -> None:
    made.put_target(BatchParameters={"JobDefinition": made.definition(), "JobName": "other"})


def other_definition(made: Made) -> None:
    parameters = {"JobDefinition": f"{made.job.definition}-other:1", "JobName": "job"}
    made.put_target(BatchParameters=parameters)
    made.allow(made.job.queue, f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{made.job.definition}-other:*")


def allow_the_definition_only(made: Made) -> None:
    made.allow(made.definition("*"))


def allow_this_revision_only(made: Made) -> None:
    made.allow(made.job.queue, made.definition(1))


def bound(made: Made) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    arn = made.client("iam").create_policy(PolicyName=made.role, PolicyDocument=policy(statement))["Policy"]["Arn"]
    made.client("iam").put_role_permissions_boundary(RoleName=made.role, PermissionsBoundary=arn)


def deny(made: Made) -> None:
    statement = {"Effect": "Deny", "Action": "batch:*", "Resource": "*"}
    arn = made.client("iam").create_policy(PolicyName=made.role, PolicyDocument=policy(statement))["Policy"]["Arn"]
    made.client("iam").attach_role_policy(RoleName=made.role, PolicyArn=arn)


@pytest.mark.parametrize(
    ("break_it", "step", "found", "remedy"),
    [
        (lambda made: made.put_rule(state="DISABLED"), RULE_ENABLED, "DISABLED", "make apply"),
        (
            lambda made: made.put_rule({"source": ["shop.app"]}),
            PATTERN,
            'source: the event has "shop.web"',
            "another pattern than the specification: make apply ENV=shop-test",
        ),
        (lambda made: made.register(), TARGET, "on revision 1, and the newest ACTIVE one is 2", "update-eventbridge"),
        (other_queue, TARGET, "-other, and the specification says arn:aws:batch", "make apply"),
        (other_job_name, TARGET, "it calls its jobs other, and the specification says job", "make apply"),
        (other_definition, TARGET, "-other, and the specification says t-", "make apply"),
        (other_role, ROLE, "role/other, and the specification says arn:aws:iam", "make apply"),
        (trust_another_rule, ROLE, "sts:AssumeRole", "make apply"),
        (trust_another_service, ROLE, "sts:AssumeRole", "make apply"),
        (delete_role, ROLE, "there is no role arn:aws:iam", "make apply"),
        (allow_the_definition_only, ROLE, "batch:SubmitJob on resource: arn:aws:batch:us-east-2:123456789012:job", ""),
        (allow_this_revision_only, ROLE, ":2 because no identity-based policy allows", "make apply"),
        (bound, ROLE, "because no permissions boundary allows", "make apply"),
        (deny, ROLE, "with an explicit deny in an identity-based policy", "make apply"),
        (disable_queue, QUEUE, "is DISABLED", "aws batch update-job-queue"),
    ],
)  # fmt: skip
def test_what_is_broken_is_found_at_its_step_and_no_event_is_sent(
    shell: Shell, made: Made, *, break_it: Callable[[Made], Any], step: str, found: str, remedy: str
) -> None:
    break_it(made)
    steps = verdicts(shell)
    failed = [name for name, each in steps.items() if each["verdict"] == FAILED]
    assert failed == [step], steps
    assert found in steps[step]["found"]
    assert remedy in steps[step]["remedy"]
    assert (steps[EVENT]["verdict"], steps[JOB]["verdict"]) == (NOT_TRIED, NOT_TRIED)
    assert made.jobs() == []


def test_a_rule_that_gets_all_of_cloudtrail_is_enabled(shell: Shell, made: Made) -> None:
    made.put_rule(state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    assert verdicts(shell)[RULE_ENABLED]["verdict"] == PASSED


def test_a_revision_that_has_gone_is_no_step_that_passes(shell: Shell, made: Made) -> None:
    made.client("batch").deregister_job_definition(jobDefinition=made.definition(1))
    steps = verdicts(shell)
    assert [steps[name]["verdict"] for name in (TARGET, DEFINITION, EVENT)] == [FAILED, FAILED, NOT_TRIED]
    assert "no-active-revision" in steps[TARGET]["found"]
    assert "register one" in steps[DEFINITION]["remedy"]


def test_a_revision_that_a_rollback_holds_is_right(shell: Shell, made: Made) -> None:
    made.register()
    shell("sync", ENVIRONMENT)
    assert shell("rollback", ENVIRONMENT) == 0
    steps = verdicts(shell)
    assert steps[TARGET]["verdict"] == PASSED
    assert "held there by a rollback" in steps[TARGET]["found"]
    assert steps[JOB]["found"].split(", ")[0].endswith(f"{made.job.definition}:1")


def test_what_is_not_applied_has_no_rule_and_nothing_more_is_tried(shell: Shell, environment: Environment) -> None:
    steps = shell.json(*TEST)
    assert [(step["name"], step["verdict"]) for step in steps] == [
        (RULE_EXISTS, FAILED),
        (RULE_ENABLED, NOT_TRIED),
        (PATTERN, NOT_TRIED),
        (TARGET, NOT_TRIED),
        (EVENT, NOT_TRIED),
    ]
    assert steps[0]["remedy"] == f"make apply ENV={ENVIRONMENT}"


def test_a_target_that_is_not_there_is_missed(shell: Shell, made: Made) -> None:
    made.client("events").remove_targets(Rule=made.rule.name, EventBusName=made.rule.bus, Ids=["job"])
    steps = {step["name"]: step for step in shell.json(*TEST)}
    assert (steps[TARGET]["verdict"], steps[TARGET]["found"]) == (FAILED, "the rule has no target job")
    assert steps[EVENT]["verdict"] == NOT_TRIED


def test_a_job_that_does_not_come_is_a_failure_with_where_to_look(shell: Shell, made: Made) -> None:
    """All that can be read is right, and yet nothing is delivered."""
    made.box.ask("fault", arn=made.job.queue, code="ClientException", times=1)
    steps = {step["name"]: step for step in shell.json("events", "test-all", ENVIRONMENT, "--wait", "2")}
    assert (steps[EVENT]["verdict"], steps[JOB]["verdict"]) == (PASSED, FAILED)
    assert steps[JOB]["found"] == f"no new job job in {made.job.queue} after 2 s"
    assert "python -m sandbox deliveries" in steps[JOB]["remedy"]


def test_a_job_that_was_there_before_does_not_count(shell: Shell, made: Made) -> None:
    assert shell(*TEST) == 0
    made.box.ask("fault", arn=made.job.queue, code="ClientException", times=1)
    assert shell("events", "test-all", ENVIRONMENT, "--wait", "1") == 1


def test_the_event_can_be_given(shell: Shell, made: Made) -> None:
    weekly = json.dumps(SAMPLE | {"detail": {"kind": "weekly"}})
    assert shell(*TEST, "--event", weekly) == 0
    monthly = json.dumps(SAMPLE | {"detail": {"kind": "monthly"}})
    steps = verdicts(shell, "--event", monthly)
    assert 'the event given: detail.kind: the event has "monthly"' in steps[PATTERN]["found"]
    assert steps[PATTERN]["remedy"] == "mend the event or the pattern"


def test_in_the_real_account_it_asks_before_it_submits(shell: Shell, made: Made, asked: list[str]) -> None:
    assert shell(*TEST, "--live", "--dry-run") == 0
    assert asked == []
    assert shell(*TEST, "--live", "--yes") == 0
    assert asked == []
    assert shell(*TEST, "--live") == 0
    assert asked == [f"{ENVIRONMENT} {ACCOUNT}"]
    assert f"will be sent to {made.rule.bus}" in shell.stderr


class TestTwoTargets:
    """Of one queue and job name: each needs a job of its own."""

    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        targets = specification["workflows"]["shop"]["rules"]["report"]["targets"]
        targets["other"] = {"submit_job": targets["job"]["submit_job"] | {"job_name": "job"}}
        return specification

    def test_both_jobs_are_awaited(self, shell: Shell, environment: Environment, sandbox: Any) -> None:
        made = Made(sandbox, environment)
        made.everything()
        made.put_target(Id="other")
        steps = shell.json(*TEST)
        found = [step["found"].split()[1] for step in steps if step["name"] == JOB]
        assert sorted(found) == sorted(made.jobs())
        assert len(set(found)) == 2


class TestPinned:
    """A revision that is pinned and not synced is Terraform's: it is right as long as it is the one that is written."""

    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        del specification["target_syncs"]
        job = specification["workflows"]["shop"]["rules"]["report"]["targets"]["job"]["submit_job"]
        del job["synced"]
        return specification

    def test_a_newer_revision_changes_nothing(self, shell: Shell, made: Made) -> None:
        made.register()
        made.allow(made.job.queue, made.definition(1))
        assert {step["verdict"] for step in verdicts(shell).values()} == {PASSED}
        made.put_target(2)
        steps = verdicts(shell)
        assert steps[TARGET]["found"] == "it names revision 2, and the specification says 1"


class TestOtherTargets:
    """A rule whose targets submit no jobs: what can be read is checked, and nothing is sent."""

    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        del specification["target_syncs"]
        arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/elsewhere"
        rule = specification["workflows"]["shop"]["rules"]["report"]
        rule |= {"targets": {"job": {"bus": {"bus_arn": arn}}}, "role_names": {"put_events": rule["name"]}}
        return specification

    def test_its_role_is_checked_and_no_event_is_sent(
        self, shell: Shell, environment: Environment, sandbox: Any
    ) -> None:
        made = Made(sandbox, environment)
        arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/elsewhere"
        made.client("events").create_event_bus(Name=made.rule.bus)
        made.put_rule()
        made.client("iam").create_role(RoleName=made.role, AssumeRolePolicyDocument=made.trust())
        made.client("events").put_targets(
            Rule=made.rule.name,
            EventBusName=made.rule.bus,
            Targets=[{"Id": "job", "Arn": arn, "RoleArn": made.target.role}],
        )
        steps = {step["name"]: step for step in shell.json(*TEST)}
        assert (steps[ROLE]["verdict"], steps[EVENT]["verdict"]) == (FAILED, NOT_TRIED)
        assert "events:PutEvents" in steps[ROLE]["found"]
        statement = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": arn}
        made.client("iam").put_role_policy(RoleName=made.role, PolicyName="work", PolicyDocument=policy(statement))
        steps = {step["name"]: step for step in shell.json(*TEST)}
        assert (steps[ROLE]["verdict"], steps[EVENT]["verdict"]) == (PASSED, NOT_TRIED)
        assert steps[EVENT]["found"] == "none of its targets submits a job"
        assert shell(*TEST) == 0


class TestMadeElsewhere:
    """A rule that the specification does not make, and a sync of it keeps."""

    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        (unique,) = specification["target_syncs"]
        role = f"arn:aws:iam::{ACCOUNT}:role/{unique}"
        selection = {"bus": f"{unique}-elsewhere", "rule": "nightly", "job_definition": unique}
        specification["target_syncs"]["elsewhere"] = {"selections": [selection], "role_arns": [role]}
        return specification

    def test_it_is_tested_like_the_others(self, shell: Shell, made: Made) -> None:
        events, bus = made.client("events"), f"{made.rule.bus}-elsewhere"
        events.create_event_bus(Name=bus)
        events.put_rule(
            Name="nightly", EventBusName=bus, EventPattern='{"source": ["elsewhere"], "detail": {"n": [1]}}'
        )
        target = {
            "Id": "report",
            "Arn": made.job.queue,
            "RoleArn": made.target.role,
            "BatchParameters": {"JobDefinition": f"{made.job.definition}:1", "JobName": "nightly"},
        }
        events.put_targets(Rule="nightly", EventBusName=bus, Targets=[target])
        label = f"{bus}/nightly"
        steps = {step["name"]: step for step in shell.json(*TEST) if step["rule"] == label}
        assert steps[PATTERN]["found"] == f"made from the pattern of {label}"
        assert (steps[TARGET]["verdict"], steps[ROLE]["verdict"]) == (PASSED, FAILED), "the role is another rule's"
        document = made.trust(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{bus}/nightly")
        made.client("iam").update_assume_role_policy(RoleName=made.role, PolicyDocument=document)
        steps = {step["name"]: step for step in shell.json(*TEST) if step["rule"] == label}
        assert list(steps) == STEPS
        assert {step["verdict"] for step in steps.values()} == {PASSED}
        made.register()
        steps = {step["name"]: step for step in shell.json(*TEST) if step["rule"] == label}
        assert "the newest ACTIVE one is 2" in steps[TARGET]["found"]
        rows = {row["target"]: row for row in shell.json("targets", ENVIRONMENT)}
        assert (rows["report"]["kept_by"], rows["report"]["verdict"]) == ("elsewhere", "stale")
        for other in (made.target.role.replace(ACCOUNT, "210987654321"), made.target.role.replace("role/", "role/a/")):
            events.put_targets(Rule="nightly", EventBusName=bus, Targets=[target | {"RoleArn": other}])
            steps = {step["name"]: step for step in shell.json(*TEST) if step["rule"] == label}
            assert steps[ROLE]["found"] == f"there is no role {other}: the one of that name is {made.target.role}"
