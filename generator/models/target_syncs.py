"""What an environment can say about a target sync: which targets it keeps on the newest revision, and who hears of it.

As with workflows, a field that the module takes goes there as it is. Fields that name another part of the spec
(`workflow`, `topic`, `event_bus`) have their own section here. A selection is of a workflow of the environment, by the
keys that the spec has, or of what is made elsewhere, by the names that AWS has.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from generator.models.alerts import RoleArn, TopicArn, TopicLabel
from generator.models.forms import KeyArn, Region, Strict, choice
from generator.models.workflows import TargetId

NEVER: Final = 0  # minutes between runs of a sync that has no schedule

Operation = Annotated[str, choice("what a sync runs by itself", "sync", "check")]


class TargetSelection(Strict):
    """Targets that a sync keeps: those of a workflow of this environment, or of a bus that is made elsewhere."""

    workflow: str | None = Field(
        None, description="Which of `workflows`: all its targets that say `submit_job.synced: true`. This or bus."
    )
    bus: str | None = Field(
        None,
        description="Name of a bus whose rules are made elsewhere; default is the account's own. This or workflow.",
    )
    rule: str | None = Field(
        None,
        description="Which rule: its key in the workflow, or its name on the bus; every rule unless given.",
    )
    target: TargetId | None = Field(
        None, description="Id of the target in that rule; every target of the rule that submits jobs unless given."
    )
    job_definition: str | None = Field(
        None,
        description="Name of the job definition, without a revision, and targets of another one are left alone; what "
        "each target says unless given. For a bus: a workflow's targets say theirs.",
    )
    region: Region | None = Field(None, description="Region of the bus; the environment's unless given. For a bus.")


class SyncAfterApply(Strict):
    """A run at the end of an apply, on the machine that applies and with its credentials."""

    python: str | None = Field(
        None, description="Command of the Python that runs it, 3.11 or later with boto3; python3 unless given."
    )
    triggers: dict[str, str] | None = Field(
        None, description="Texts by a name for each; it runs again when one changes, beside those that are built in."
    )


class TargetSyncNames(Strict):
    """Names of a target sync's resources where they differ from the naming standard."""

    document: str | None = Field(
        None, description="Automation document, up to 128 characters; the standard's unless given."
    )
    role: str | None = Field(
        None, description="Role that it runs with, up to 64 characters; the standard's with -sync unless given."
    )
    start_role: str | None = Field(
        None, description="Role that starts it, up to 64 characters; the standard's with -start unless given."
    )
    registered_rule: str | None = Field(
        None,
        description="Rule that starts it when a job definition is registered, up to 64 characters; the standard's with "
        "-registered unless given.",
    )
    deregistered_rule: str | None = Field(
        None,
        description="Rule that starts it when one is deregistered, up to 64 characters; the standard's with "
        "-deregistered unless given.",
    )
    schedule_rule: str | None = Field(
        None,
        description="Rule that starts it by the clock, up to 64 characters; the standard's with -schedule unless "
        "given.",
    )
    failing_alarm: str | None = Field(
        None, description="Alarm on its failures; the standard's with -failing unless given."
    )
    mismatch_alarm: str | None = Field(
        None, description="Alarm on targets that stay behind; the standard's with -mismatch unless given."
    )
    not_run_alarm: str | None = Field(
        None, description="Alarm on runs that stay out; the standard's with -not-run unless given."
    )


class TargetSync(Strict):
    """Keeps targets on the newest ACTIVE revision of their AWS Batch job definition (module batch-target-sync)."""

    selections: list[TargetSelection] = Field(
        description="Which targets it keeps; no target can be in two target syncs.", min_length=1
    )
    role_arns: list[RoleArn] | None = Field(
        None,
        description="ARNs of the roles of targets that are made elsewhere: changing a target passes its role on again. "
        "Those of a workflow's targets are filled in.",
    )
    operation: Operation | None = Field(
        None,
        description="What it runs by itself: sync, or check, which measures and alarms and leaves the sync to people; "
        "sync unless given.",
    )
    on_change: bool | None = Field(
        None,
        description="false: not when a job definition is registered or deregistered, of which CloudTrail tells; true "
        "unless given.",
    )
    interval_minutes: int | None = Field(
        None,
        description="Minutes between the runs that look for what was missed, 5 to 1440; 0 is never. 60 unless given.",
        ge=NEVER,
        le=1440,
    )
    mismatch_minutes: int | None = Field(
        None,
        description="The alarm goes off when a target has been behind for longer, in minutes, 1 to 10080 and at least "
        "interval_minutes; 120 unless given.",
        ge=1,
        le=10080,
    )
    sync_after_apply: SyncAfterApply | None = Field(
        None, description="A run at the end of each apply that changes what it keeps; {} for one, none unless given."
    )
    topic: TopicLabel | None = Field(
        None, description="`alerts` or `pager` of this environment, told of each change and failure. This or topic_arn."
    )
    topic_arn: TopicArn | None = Field(
        None, description="ARN of a topic that exists, told of each change and failure; nobody is unless given."
    )
    topic_key_arn: KeyArn | None = Field(
        None,
        description="ARN of the key that encrypts a topic which the root does not make; that of its own is filled in.",
    )
    event_bus: str | None = Field(
        None, description="Which of `workflows` has the bus that gets an event for each change and failure. This or "
        "event_bus_name.",
    )  # fmt: skip
    event_bus_name: str | None = Field(
        None,
        description="Name of a bus that exists and gets these events; default is the account's own. No event unless "
        "given.",
    )
    state_path: str | None = Field(
        None,
        description="Path in Parameter Store of what it remembers; /batch-target-sync/ and the standard's name unless "
        "given.",
    )
    log_group_name: str | None = Field(
        None,
        description="Log group to which the account sends what automations print, by its settings of Systems Manager; "
        "an execution has it in its own output unless given.",
    )
    enable_alarms: bool | None = Field(
        None, description="false leaves out all alarms: on targets that stay behind, failures, and runs that stay out."
    )
    alarm_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm goes off, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    ok_actions: list[str] | None = Field(
        None,
        description="ARNs told when an alarm is over, up to 5; the environment's alerts unless given, [] is nobody.",
    )
    permissions_boundary_arn: str | None = Field(
        None, description="ARN of the policy that bounds its roles; none unless given."
    )
    names: TargetSyncNames | None = Field(
        None, description="Names that differ from the naming standard, for example of what exists."
    )
    tags: dict[str, str] | None = Field(
        None, description="Tags of all that it has, beside those of the naming standard."
    )
