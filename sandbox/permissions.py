"""Whether what was applied lets a rule or a schedule do what it is about to do, as AWS decides it.

Reads the stored policies, asks `semantics.policies`, and refuses in AWS's words. What is sent in which condition key is
the part that policies most often get wrong, so each rule stands here with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox import stored_policies
from sandbox.calls import BY_CREDENTIALS, CALLS
from sandbox.clock import CLOCK, written
from sandbox.delivery import arns
from sandbox.delivery.invocation import Caller, InvocationError
from sandbox.delivery.refusals import ERROR_FROM_TARGET, FAILED_TO_ASSUME_ROLE, NO_PERMISSIONS, NO_RESOURCE
from semantics import policies
from semantics.policies import Kind, Policy, PolicyError, Principal, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.stored_policies import Identity, Key

    Context = Mapping[str, str | list[str]]

# What EventBridge's dead letters call it ("Using dead-letter queues", EventBridge User Guide), and what Scheduler's do,
# which pass on the code of the API that refused ("Configuring a schedule's dead-letter queue", Scheduler User Guide).
_SCHEDULER: Final = "scheduler.amazonaws.com"
_SCHEDULER_CODES: Final = {
    NO_PERMISSIONS: "AccessDeniedException",
    NO_RESOURCE: "ResourceNotFoundException",
    FAILED_TO_ASSUME_ROLE: "AccessDenied",
    ERROR_FROM_TARGET: "KMSInvalidStateException",
}

# What a message that is written to an encrypted queue or topic needs ("Key management", SQS and SNS developer guides).
_WRITES: Final = {"sqs:sendmessage": "aws:sqs:arn", "sns:publish": "aws:sns:topicArn"}
_KEY_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_BUS_CONTEXT: Final = "kms:EncryptionContext:aws:events:event-bus:arn"


def role_may(caller: Caller, action: str, resource: str, context: Context | None = None) -> None:
    """Check that a target's role trusts the service, and may do something with a resource.

    The service says in `aws:SourceArn` and `aws:SourceAccount` on whose behalf it takes the role on, and only then:
    what the role does afterwards carries neither. A policy of the resource counts too, and so does its key.

    Args:
        caller: the rule or schedule, with the role.
        action: as `ecs:RunTask`.
        resource: its ARN. A task definition without a revision is the newest ACTIVE one, since ECS resolves it before
            it authorizes: a policy that names only the bare family lets nothing run, and so it is here. What Batch
            does is not documented: a job definition without a revision has to be allowed both ways.
        context: condition keys of the action, as `ecs:cluster`.

    Raises:
        InvocationError: FAILED_TO_ASSUME_ROLE, NO_PERMISSIONS or NO_RESOURCE, with AWS's words.
    """
    role, principal = _assume(caller)
    identity = [_read(document, Kind.IDENTITY, caller, name) for name, document in role.documents]
    who = _Who(caller, principal, identity, _boundary(role, caller))
    for each in _resolved(action, resource, caller):
        _check(who, action, each, dict(context or {}))


def role_trusts(caller: Caller) -> None:
    """Check that a role trusts the service that wants to take it on.

    Raises:
        InvocationError: FAILED_TO_ASSUME_ROLE, with AWS's words.
    """
    _assume(caller)


def service_may(caller: Caller, action: str, resource: str, context: Context | None = None) -> None:
    """Check that a resource's own policy lets the service itself do something, on behalf of a rule.

    The key of an encrypted queue or topic is checked with it: its policy has to let the service write, without
    `aws:SourceArn` and `aws:SourceAccount`, which EventBridge does not send on that way (documented for SNS, in
    "Configuring Amazon SNS encryption permissions"; taken for SQS as well, to be on the safe side).

    Args:
        caller: the rule; its role has no part in it.
        action: as `sns:Publish`.
        resource: ARN of a queue, topic, log group or log stream, bus, or key.
        context: condition keys of the action.

    Raises:
        InvocationError: NO_PERMISSIONS or NO_RESOURCE, with AWS's words.
    """
    source = {"aws:SourceArn": caller.source_arn, "aws:SourceAccount": caller.account}
    who = _Who(caller, policies.service(caller.service))
    _check(who, action, _with_stream(resource), source | dict(context or {}))


def key_lets(service: str, source_arn: str, account: str, key: str, actions: Sequence[str]) -> None:
    """Check that a key's policy lets a service use it.

    For a bus that it encrypts, EventBridge says which bus, in `aws:SourceArn` and in the encryption context
    ("Encrypting EventBridge event buses with AWS KMS keys"); `kms:DescribeKey` has no encryption context (KMS API). For
    anything else neither is sent; `service_may` and `role_may` have checked the key of a queue or topic already.

    Args:
        service: as `events.amazonaws.com`.
        source_arn: the bus, or the rule.
        account: of the bus or rule.
        key: the key's id, an alias of it, or the ARN of either.
        actions: as `kms:Decrypt`; all must be allowed.

    Raises:
        InvocationError: NO_PERMISSIONS with AWS's words; ERROR_FROM_TARGET if the key is not there or not enabled.
    """
    caller = Caller(service, source_arn, account, source_arn.split(":")[3])
    who, found = _Who(caller, policies.service(service)), _key(key, caller, source_arn)
    for action in actions:
        sent: dict[str, str | list[str]] = {}
        if ":event-bus/" in source_arn:
            sent = {"aws:SourceArn": source_arn, "aws:SourceAccount": account}
            sent |= {} if action == "kms:DescribeKey" else {_BUS_CONTEXT: source_arn}
        _check_key(who, found, [action], sent)


def principal_may(
    access_key_id: str, action: str, resource: str, context: Context | None = None, *, region: str = ""
) -> None:
    """Check that whoever has this access key may do something.

    A key that was not given out here, such as `test`, is the account's administrator's, who may do anything.

    Args:
        access_key_id: as the request was signed with.
        action: as `events:PutEvents`.
        resource: its ARN, or * for an action that has none.
        context: condition keys of the action, as `events:source`.
        region: where it is asked, if the resource does not say.

    Raises:
        InvocationError: NO_PERMISSIONS or NO_RESOURCE, with AWS's words.
    """
    found = stored_policies.find_session(access_key_id)
    if found is None:
        return
    arn = found.identity.arn
    principal = policies.session(arn, found.name) if found.name else policies.user(arn)
    of_resource = arns.parse(resource).region if arns.is_arn(resource) else ""
    caller = Caller(BY_CREDENTIALS, "", principal.account, of_resource or region)
    identity = [_read(document, Kind.IDENTITY, caller, name) for name, document in found.identity.documents]
    session_policy = _read(found.document, Kind.SESSION, caller) if found.document else None
    who = _Who(caller, principal, identity, _boundary(found.identity, caller), session_policy)
    _check(who, action, resource, dict(context or {}))


@dataclass(frozen=True, slots=True)
class _Who:
    """Who asks on whose behalf, with all that limits it."""

    caller: Caller
    principal: Principal
    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session_policy: Policy | None = None


def _assume(caller: Caller) -> tuple[Identity, Principal]:
    """Return the caller's role and the session of it that the service gets."""
    arn = caller.role_arn or ""
    role = stored_policies.find_role(arn) if arn else None
    context = _globals(caller, arn) | {"aws:SourceArn": caller.source_arn, "aws:SourceAccount": caller.account}
    asked = Request("sts:AssumeRole", arn, policies.service(caller.service), context)
    trust = [_read(role.trust, Kind.TRUST, caller)] if role else [Policy(Kind.TRUST, "", ())]
    decision = policies.evaluate(asked, resource=trust)
    if role is None or not decision.allowed:
        note = "" if role else " (there is no such role)"
        raise _error(caller, FAILED_TO_ASSUME_ROLE, decision.reason + note)
    return role, policies.session(arn, caller.service.partition(".")[0])


def _check(who: _Who, action: str, resource: str, context: Context) -> None:
    if resource.split(":", 5)[2:3] == ["kms"]:
        _check_key(who, _key(resource, who.caller, resource), [action], context)
        return
    try:
        stored = stored_policies.find_resource(resource)
    except stored_policies.NotStoredError as error:
        _record(who, action, resource, context, allowed=None)
        raise _error(who.caller, NO_RESOURCE, str(error)) from None
    documents = stored.documents if stored else ()
    policies_of_it = [_read(text, Kind.RESOURCE, who.caller, name) for name, text in documents]
    _require(who, action, resource, context, policies_of_it, account=stored.account if stored else "")
    if stored and stored.key and action.lower() in _WRITES:
        _check_key(who, _key(stored.key, who.caller, resource), _KEY_ACTIONS, _through(who, action, resource))


def _through(who: _Who, action: str, resource: str) -> Context:
    """Return what the service that has an encrypted queue or topic sends to KMS when it is written to."""
    sent = {f"kms:EncryptionContext:{_WRITES[action.lower()]}": resource}
    if not who.principal.is_service:  # the service uses the key with the rights of whoever writes
        arn = arns.parse(resource)
        sent |= {"kms:ViaService": arns.endpoint(arn.service, arn.region), "kms:CallerAccount": who.principal.account}
    return sent


def _check_key(who: _Who, key: Key, actions: Sequence[str], context: Context) -> None:
    if not key.enabled:
        raise _error(who.caller, ERROR_FROM_TARGET, f"{key.arn} is not enabled.")
    document = _managed_key_policy(key) if key.managed_for else key.document
    policy = _read(document, Kind.KEY, who.caller)
    for action in actions:
        _require(who, action, key.arn, context, [policy])


def _managed_key_policy(key: Key) -> dict[str, object]:
    """Return the policy of a key that AWS made for a service: for the account's own principals, through that service.

    "AWS managed keys" in the KMS Developer Guide. Nobody can change it, so no service ever gets to use such a key.
    """
    arn = arns.parse(key.arn)
    through = {"kms:CallerAccount": arn.account, "kms:ViaService": arns.endpoint(key.managed_for, arn.region)}
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | {"Condition": {"StringEquals": through}}]}


def _require(
    who: _Who,
    action: str,
    resource: str,
    context: Context,
    resource_policies: Sequence[Policy],
    *,
    account: str = "",
) -> None:
    """Ask for one right: every decision of this module is made and recorded here.

    `account` has the resource, if its ARN does not say.
    """
    known = _globals(who.caller, resource) | ({"aws:ResourceAccount": account} if account else {})
    decision = policies.evaluate(
        Request(action, resource, who.principal, known | dict(context), resource_account=account),
        identity=who.identity,
        boundary=who.boundary,
        session_policy=who.session_policy,
        resource=resource_policies,
    )
    _record(who, action, resource, context, allowed=decision.allowed)
    if not decision.allowed:
        raise _error(who.caller, NO_PERMISSIONS, decision.reason)


def _record(who: _Who, action: str, resource: str, context: Context, *, allowed: bool | None) -> None:
    CALLS.right(
        by=who.caller.service,
        source_arn=who.caller.source_arn,
        role=who.principal.role_arn,
        principal=who.principal.name,
        action=action,
        resource=resource,
        context=context,
        allowed=allowed,
    )


def _globals(caller: Caller, resource: str) -> dict[str, str | list[str]]:
    """Return the global condition keys that every request has ("AWS global condition context keys")."""
    now = CLOCK.now()
    _, _, _, region, account, *_ = [*resource.split(":", 5), "", "", "", "", ""]
    return {
        "aws:CurrentTime": written(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": region or caller.region,
        "aws:ResourceAccount": account,
        "aws:SecureTransport": "true",
    }


def _resolved(action: str, resource: str, caller: Caller) -> list[str]:
    """Return what is authorized where a resource without a revision stands for its newest."""
    try:
        if action.lower() == "ecs:runtask" and ":task-definition/" in resource:
            return [stored_policies.resolved_task_definition(resource)]
        if action.lower() == "batch:submitjob" and ":job-definition/" in resource:
            return list(dict.fromkeys((resource, stored_policies.resolved_job_definition(resource))))
    except stored_policies.NotStoredError as error:
        raise _error(caller, NO_RESOURCE, str(error)) from None
    return [resource]


def _with_stream(resource: str) -> str:
    """Return a log group as its actions are authorized: with a stream, whatever that is called."""
    if ":log-group:" not in resource or ":log-stream:" in resource:
        return resource
    return f"{resource.removesuffix(':*')}:log-stream:*"


def _key(identifier: str, caller: Caller, resource: str) -> Key:
    """Return the key that encrypts a resource."""
    _, _, region, account, _ = arns.parse(resource)
    key = stored_policies.find_key(identifier, account, region)
    if key is None:
        raise _error(caller, ERROR_FROM_TARGET, f"Key {identifier} does not exist.")
    return key


def _boundary(identity: Identity, caller: Caller) -> Policy | None:
    """Return the permissions boundary; one that is not there lets nothing through."""
    if identity.boundary is None:
        return None
    name, document = identity.boundary
    return _read(document, Kind.BOUNDARY, caller, name) if document else Policy(Kind.BOUNDARY, name, ())


def _read(document: str | Mapping[str, object], kind: Kind, caller: Caller, name: str = "") -> Policy:
    """Read a policy; moto stores some that AWS would have refused, and those give no rights."""
    try:
        return policies.read(document, kind, name)
    except PolicyError as error:
        raise _error(caller, NO_PERMISSIONS, f"MalformedPolicyDocument: {error}") from None


def _error(caller: Caller, code: str, message: str) -> InvocationError:
    return InvocationError(_SCHEDULER_CODES[code] if caller.service == _SCHEDULER else code, message)
