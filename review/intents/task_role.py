"""The role that the code in a task's containers works with: it may do what the configuration declares.

No resource of a plan says what code does. The output `review` of the root does, in the words of `permissions` of
modules/ecs-task; what each of them means is written here by AWS's documentation, and not by that module.

Sources: "Actions, resources, and condition keys" of each service (Service Authorization Reference); "Required
permissions for Amazon S3 API operations" and "Uploading and copying objects using multipart upload" of the S3 User
Guide, also for the key: whoever uploads in parts must be able to decrypt; "Permissions for Amazon EventBridge
PutEvents"; "Restricting access to Parameter Store parameters using IAM policies"; "Using API authorization with AWS
IAM" of the AppSync Guide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from review.intents import keys, task_trust
from review.intents.facts import declared
from review.intents.grants import Grants, Intent, allow, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from review.intents.facts import Facts
    from review.intents.facts.jobs import JobDefinition
    from review.intents.facts.tasks import TaskDefinition
    from review.intents.grants import Statement

    Permission = Mapping[str, Any]

KIND: Final = "task role"
_PUBLIC_PARAMETERS: Final = "aws/service/"


def intent(facts: Facts, definition: TaskDefinition) -> Intent:
    """Return what the task role of a task definition is for: who takes it on, and what it may do if it is declared."""
    permissions = declared.permissions(facts.plan, definition.family)
    found = _declared(facts, f"the code of {definition.family}", permissions)
    return found if found.identity is None else replace(found, identity=found.identity + _commands(facts, definition))


def intent_of_job(facts: Facts, definition: JobDefinition) -> Intent:
    """Return what the role of a job definition is for: ECS gives it to the job's container, as to a task's."""
    permissions = declared.permissions(facts.plan, definition.name, of_job=True)
    return _declared(facts, f"the code of the job {definition.name}", permissions)


def _declared(facts: Facts, code: str, permissions: Mapping[str, Sequence[Permission]] | None) -> Intent:
    if permissions is None:
        return Intent(KIND, f"{code} works with it", None, task_trust.taken_on(facts))
    said = ", ".join(f"{kind} ({len(grants)})" for kind, grants in permissions.items() if grants) or "nothing"
    identity = together(
        Grants(needed=(statement,))
        for kind, grants in permissions.items()
        for grant in grants
        for statement in _MEANINGS.get(kind, _unknown)(facts, grant)
    )
    if unknown := sorted(permissions.keys() - _MEANINGS.keys()):
        identity += Grants(outside=(f"What {', '.join(unknown)} means among declared permissions is not known here.",))
    purpose = f"{code} works with it, which by the output `review` may do: {said}"
    return Intent(KIND, purpose, identity, task_trust.taken_on(facts))


def _commands(facts: Facts, definition: TaskDefinition) -> Grants:
    """Return what ECS Exec takes where a target turns it on: a task runs without, and then no command reaches it.

    "Using Amazon ECS Exec to access your containers" of the ECS Developer Guide; the actions know no resources.
    """
    runs = [*(each.run for each in facts.schedules), *(each.run for each in facts.targets)]
    if not any(
        run is not None and run.executes_commands and definition in facts.tasks.named(run.definition) for run in runs
    ):
        return Grants()
    channels = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]
    return Grants(optional=(allow(channels, "*"),))


def _listed(grant: Permission, name: str) -> list[str]:
    found = grant.get(name)
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def _text(grant: Permission, name: str) -> str:
    return str(grant.get(name) or "")


def _bucket(facts: Facts, grant: Permission) -> str:
    return f"arn:{facts.plan.partition}:s3:::{_text(grant, 'bucket')}"


def _objects(facts: Facts, grant: Permission) -> list[str]:
    bucket, prefix = _bucket(facts, grant), _text(grant, "prefix")
    every = [f"{bucket}/*"] if grant.get("whole_bucket") else []
    below = [f"{bucket}/{prefix}*"] if prefix else []
    return [*every, *below, *(f"{bucket}/{key}" for key in _listed(grant, "keys"))]


def _keyed(facts: Facts, grant: Permission, service: str, actions: Sequence[str]) -> Iterator[Statement]:
    if found := _listed(grant, "kms_key_arns"):
        yield keys.through(facts, service, found, actions)


def _s3_read(facts: Facts, grant: Permission) -> Iterator[Statement]:
    if objects := _objects(facts, grant):
        yield allow("s3:GetObject", objects)
    if grant.get("whole_bucket"):
        yield allow("s3:ListBucket", _bucket(facts, grant))
    elif prefix := _text(grant, "prefix"):
        yield allow("s3:ListBucket", _bucket(facts, grant), {"StringLike": {"s3:prefix": f"{prefix}*"}})
    yield from _keyed(facts, grant, "s3", keys.READ)


def _s3_write(facts: Facts, grant: Permission) -> Iterator[Statement]:
    if objects := _objects(facts, grant):
        # A part is put as an object is; what was begun and cannot be finished is to be taken back.
        take_back = [] if grant.get("multipart") is False else ["s3:AbortMultipartUpload"]
        yield allow([*take_back, "s3:PutObject"], objects)
    yield from _keyed(facts, grant, "s3", keys.SEND)


def _put_events(facts: Facts, grant: Permission) -> Iterator[Statement]:
    bus, plan = _text(grant, "event_bus") or "default", facts.plan
    arn = bus if bus.startswith("arn:") else f"arn:{plan.partition}:events:{plan.region}:{plan.account}:event-bus/{bus}"
    allowed = {"events:source": _listed(grant, "sources")}
    if detail_types := _listed(grant, "detail_types"):
        allowed["events:detail-type"] = detail_types
    yield allow("events:PutEvents", arn, {"StringEquals": allowed})


def _ssm_read(facts: Facts, grant: Permission) -> Iterator[Statement]:
    name, plan = _text(grant, "parameter"), facts.plan
    if not name.startswith("arn:"):
        name = name.removeprefix("/")
        account = "" if name.startswith(_PUBLIC_PARAMETERS) else plan.account
        name = f"arn:{plan.partition}:ssm:{plan.region}:{account}:parameter/{name}"
    operation = _text(grant, "operation")
    yield allow([f"ssm:{each}" for each in ([operation] if operation else ("GetParameter", "GetParameters"))], name)
    yield from _keyed(facts, grant, "ssm", keys.READ)


def _secrets_read(facts: Facts, grant: Permission) -> Iterator[Statement]:
    yield allow("secretsmanager:GetSecretValue", _text(grant, "secret_arn"))
    yield from _keyed(facts, grant, "secretsmanager", keys.READ)


def _sns_publish(facts: Facts, grant: Permission) -> Iterator[Statement]:
    yield allow("sns:Publish", _text(grant, "topic_arn"))
    yield from _keyed(facts, grant, "sns", keys.SEND)


def _sqs_send(facts: Facts, grant: Permission) -> Iterator[Statement]:
    yield allow("sqs:SendMessage", _text(grant, "queue_arn"))
    yield from _keyed(facts, grant, "sqs", keys.SEND)


def _appsync_graphql(facts: Facts, grant: Permission) -> Iterator[Statement]:
    plan = facts.plan
    api = f"arn:{plan.partition}:appsync:{plan.region}:{plan.account}:apis/{_text(grant, 'api_id')}"
    fields = [each.partition(".") for each in _listed(grant, "fields")]
    yield allow("appsync:GraphQL", [f"{api}/types/{kind}/fields/{name}" for kind, _, name in fields])


def _unknown(_: Facts, __: Permission) -> Iterator[Statement]:
    yield from ()


_MEANINGS: Final[Mapping[str, Callable[[Facts, Permission], Iterator[Statement]]]] = {
    "appsync_graphql": _appsync_graphql,
    "put_events": _put_events,
    "s3_read": _s3_read,
    "s3_write": _s3_write,
    "secrets_read": _secrets_read,
    "sns_publish": _sns_publish,
    "sqs_send": _sqs_send,
    "ssm_read": _ssm_read,
}
