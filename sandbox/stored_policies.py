"""Which policies are stored with roles, users, queues, topics, log groups, buses, buckets and keys, as moto keeps them.

This module reaches into moto with loose types, and changes nothing there; what it returns is typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from moto.batch.models import batch_backends
from moto.ecs.models import ecs_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from sandbox.delivery import arns

Documents = tuple[tuple[str, str], ...]  # name and JSON text of each
ROLE: Final = re.compile(r"arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/.+")
MANAGED_ALIAS: Final = "alias/aws/"  # of the keys that AWS makes for its services


class NotStoredError(Exception):
    """What is asked for is not there; the message is what its service says then."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A role or a user, with the policies attached to it.

    Attributes:
        arn: its ARN, the path included.
        documents: inline and managed policies, those of a user's groups included.
        trust: who may take the role on; "" for a user.
        boundary: name and document of the permissions boundary; the document is "" if that policy is not there.
    """

    arn: str
    documents: Documents
    trust: str = ""
    boundary: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Whose credentials an access key is of.

    Attributes:
        identity: the user, or the role.
        name: of the role's session; "" for a user.
        document: the session policy; "" if it has none.
        secret_access_key: what goes with the access key.
        session_token: of the role's session; "" for a user.
    """

    identity: Identity
    name: str = ""
    document: str = ""
    secret_access_key: str = ""
    session_token: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What has a policy of its own.

    Attributes:
        documents: its policies; none if it has none.
        key: the KMS key that encrypts it: an id, an alias, or the ARN of either; "" if none does.
        account: whose it is, if its ARN does not say.
    """

    documents: Documents
    key: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key; `managed_for` is the service for which AWS makes it, "" if a customer did."""

    arn: str
    document: str
    enabled: bool
    managed_for: str = ""


def find_role(arn: str) -> Identity | None:
    """Return a role; None if there is none with this ARN."""
    if not ROLE.fullmatch(arn):
        return None
    backend = _iam(arn)
    for role in list(backend.roles.values()):
        if role.arn == arn:
            boundary = role.permissions_boundary_arn
            return Identity(
                arn,
                _attached(role),
                trust=role.assume_role_policy_document or "",
                boundary=(boundary, _document(backend.managed_policies.get(boundary))) if boundary else None,
            )
    return None


def find_session(access_key_id: str) -> Session | None:
    """Return whose key this is; None for a key that nobody was given here."""
    backends: Any = sts_backends
    for account in list(backends.values()):
        for backend in list(account.values()):
            for assumed in list(backend.assumed_roles):
                if assumed.access_key_id == access_key_id:
                    # A role that has gone since leaves a session that may do nothing.
                    role = find_role(assumed.role_arn) or Identity(assumed.role_arn, ())
                    secret, token = assumed.secret_access_key, assumed.session_token
                    return Session(role, assumed.session_name, assumed.policy or "", secret, token)
    identities: Any = iam_backends
    for account in list(identities.values()):
        for backend in list(account.values()):
            user = backend.get_user_from_access_key_id(access_key_id)
            if user is not None:
                groups = [group for group in list(backend.groups.values()) if user in group.users]
                documents = [document for each in (user, *groups) for document in _attached(each)]
                key = next(each for each in user.access_keys if each.access_key_id == access_key_id)
                return Session(Identity(user.arn, tuple(documents)), secret_access_key=key.secret_access_key)
    return None


def find_resource(arn: str) -> Resource | None:
    """Return a queue, topic, log group or stream, bus, or bucket; None for a kind that has no policy here.

    An object is its bucket's; whether it is there itself is not asked.

    Raises:
        NotStoredError: it is of a kind that has one, and is not there.
    """
    _, _, service, region, account, name = [*arn.split(":", 5), "", "", "", "", ""][:6]
    if service == "sqs":
        return _queue(account, region, name)
    if service == "sns":
        return _topic(account, region, arn)
    if service == "events" and name.startswith("event-bus/"):
        return _bus(account, region, name.removeprefix("event-bus/"))
    if service == "logs" and name.startswith("log-group:"):
        return _log_group(account, region, name.split(":")[1])
    if service == "s3" and name:
        return _bucket(name.partition("/")[0])
    return None


def find_key(identifier: str, account: str, region: str) -> Key | None:
    """Return a key by its id, an alias, or the ARN of either; None if there is none.

    Args:
        identifier: an ARN says its account and region itself.
        account: of what the key encrypts.
        region: likewise.
    """
    if identifier.startswith("arn:"):
        if not arns.is_arn(identifier):
            return None
        _, _, region, account, identifier = arns.parse(identifier)
    if identifier.startswith(MANAGED_ALIAS):  # made when a service first needs it, so it is always there
        arn = f"arn:{get_partition(region)}:kms:{region}:{account}:{identifier}"
        return Key(arn, "", enabled=True, managed_for=identifier.removeprefix(MANAGED_ALIAS))
    backends: Any = kms_backends
    backend = backends[account][region]
    if identifier.startswith("alias/"):
        identifier = backend.get_key_id_from_alias(identifier) or ""
    key = backend.keys.get(identifier.removeprefix("key/"))
    if key is None:
        return None
    return Key(key.arn, key.policy, key.key_state == "Enabled")


def resolved_task_definition(arn: str) -> str:
    """Return the ARN of the revision that a task definition's ARN means: the one named, or the newest ACTIVE one.

    Raises:
        NotStoredError: there is none.
    """
    _, _, region, account, name = arns.parse(arn)
    backends: Any = ecs_backends
    family, _, revision = name.removeprefix("task-definition/").partition(":")
    definitions = list(backends[account][region].task_definitions.get(family, {}).items())
    found = {number: str(each.arn) for number, each in definitions if each.status == "ACTIVE"}
    return _wanted(found, revision, "TaskDefinition not found.")


def resolved_job_definition(arn: str) -> str:
    """Return the ARN of the revision that a Batch job definition's ARN means: the one named, or the newest ACTIVE one.

    Raises:
        NotStoredError: there is none.
    """
    _, _, region, account, name = arns.parse(arn)
    backends: Any = batch_backends
    definitions = list(backends[account][region]._job_definitions.values())  # noqa: SLF001 - it has no other door
    family, _, revision = name.removeprefix("job-definition/").partition(":")
    named = [each for each in definitions if each.name == family and each.status == "ACTIVE"]
    found = {int(each.revision): str(each.arn) for each in named}
    return _wanted(found, revision, f"Job definition {arn} has no ACTIVE revision.")


def _wanted(found: dict[int, str], revision: str, otherwise: str) -> str:
    """Return the ARN of a revision, the newest if none is named; found are the ACTIVE ones by number."""
    number = int(revision) if revision.isdecimal() else max(found, default=0)
    if number not in found:
        raise NotStoredError(otherwise)
    return found[number]


def _queue(account: str, region: str, name: str) -> Resource:
    backends: Any = sqs_backends
    queue = backends[account][region].queues.get(name)
    if queue is None:
        raise NotStoredError("The specified queue does not exist.")
    return Resource(_one(queue.policy), queue.kms_master_key_id or "")


def _topic(account: str, region: str, arn: str) -> Resource:
    backends: Any = sns_backends
    topic = backends[account][region].topics.get(arn)
    if topic is None:
        raise NotStoredError("Topic does not exist")
    return Resource(_one(topic.policy), topic.kms_master_key_id or "")


def _bus(account: str, region: str, name: str) -> Resource:
    backends: Any = events_backends
    bus = backends[account][region].event_buses.get(name)
    if bus is None:
        raise NotStoredError(f"Event bus {name} does not exist.")
    return Resource(_one(bus.policy), bus.kms_key_identifier or "")


def _log_group(account: str, region: str, name: str) -> Resource:
    """Return a log group with the policies of its account and region, which say themselves which groups they mean."""
    backends: Any = logs_backends
    backend = backends[account][region]
    if name not in backend.groups:
        raise NotStoredError("The specified log group does not exist.")
    return Resource(
        tuple((each.policy_name, each.policy_document) for each in list(backend.resource_policies.values()))
    )


def _bucket(name: str) -> Resource:
    """Return a bucket, whoever has it. The keys of its objects are the caller's business (`s3_callers`)."""
    backends: Any = s3_backends
    partition, account = backends.bucket_accounts.get(name, ("", ""))
    bucket = backends[account][partition].buckets.get(name) if account else None
    if bucket is None:
        raise NotStoredError("The specified bucket does not exist")
    return Resource(_one(bucket.policy.decode() if bucket.policy else None), account=account)


def _one(document: str | None) -> Documents:
    return (("", document),) if document else ()


def _attached(holder: Any) -> Documents:
    """Return the inline and managed policies of a role, user or group."""
    inline = tuple(holder.policies.items()) if isinstance(holder.policies, dict) else ()
    return inline + tuple((policy.arn, _document(policy)) for policy in list(holder.managed_policies.values()))


def _document(managed: Any) -> str:
    """Return the default version of a managed policy."""
    if managed is None:
        return ""
    return str(next(each.document for each in managed.versions if each.version_id == managed.default_version_id))


def _iam(arn: str) -> Any:
    parts = arn.split(":")
    backends: Any = iam_backends
    return backends[parts[4]][parts[1]]
