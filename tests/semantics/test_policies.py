"""Who may do what: the cases of "Policy evaluation logic" and its sister pages in the IAM User Guide, in our data."""

from __future__ import annotations

from typing import Any

import pytest

from semantics import policies
from semantics.policies import Decision, Kind, Policy, Principal, Request

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/one"
USER = f"arn:aws:iam::{ACCOUNT}:user/maria"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/orders/paid"
ACTION = "sqs:SendMessage"
REFUSED = f"User: {SESSION} is not authorized to perform: {ACTION} on resource: {QUEUE}"

worker = policies.session(ROLE, "one")
maria = policies.user(USER)
events = policies.service("events.amazonaws.com")


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ACTION, "Resource": "*", **elements}


def policy(kind: Kind, *statements: dict[str, Any], name: str = "", version: str = "2012-10-17") -> Policy:
    return policies.read({"Version": version, "Statement": list(statements)}, kind, name)


def identity(*statements: dict[str, Any], name: str = "send") -> tuple[Policy, ...]:
    return (policy(Kind.IDENTITY, *statements, name=name),)


def resource(*statements: dict[str, Any], kind: Kind = Kind.RESOURCE) -> tuple[Policy, ...]:
    return (policy(kind, *statements),)


def to(*names: str, kind: str = "AWS", **elements: Any) -> dict[str, Any]:
    return statement(Principal={kind: list(names)}, **elements)


def decide(principal: Principal = worker, *, action: str = ACTION, target: str = QUEUE, **given: Any) -> Decision:
    request = Request(action, target, principal, given.pop("context", {}), given.pop("resource_account", ""))
    return policies.evaluate(request, **given)


ALLOWS = identity(statement())
ALLOWS_OTHER = identity(statement(Action="sqs:ReceiveMessage"))
DENIES = identity(statement(Effect="Deny"))
BOUNDARY = policy(Kind.BOUNDARY, statement(Action="sqs:*"))
NARROW = policy(Kind.BOUNDARY, statement(Action="s3:*"))
DENYING_BOUNDARY = policy(Kind.BOUNDARY, statement(Action="*"), statement(Effect="Deny"))
NARROW_SESSION = policy(Kind.SESSION, statement(Action="s3:*"))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        # Within one account: by default nothing is allowed; either side can; a deny anywhere ends it.
        ({}, "because no identity-based policy allows the sqs:SendMessage action"),
        ({"identity": ALLOWS}, None),
        ({"identity": ALLOWS_OTHER}, "because no identity-based policy allows the sqs:SendMessage action"),
        ({"identity": ALLOWS + DENIES}, "with an explicit deny in an identity-based policy"),
        ({"identity": ALLOWS, "resource": resource(to(OTHER))}, None),
        ({"resource": resource(to(ROLE))}, None),
        ({"resource": resource(to(SESSION))}, None),
        ({"resource": resource(statement(Principal="*"))}, None),
        ({"resource": resource(to("*"))}, None),
        ({"resource": resource(to(f"arn:aws:iam::{ACCOUNT}:role/other"))}, "because no identity-based policy allows"),
        ({"resource": resource(to("events.amazonaws.com", kind="Service"))}, "because no identity-based policy allows"),
        # The account as principal delegates to identity-based policies.
        ({"resource": resource(to(ACCOUNT))}, "because no identity-based policy allows the sqs:SendMessage action"),
        ({"resource": resource(to(f"arn:aws:iam::{ACCOUNT}:root")), "identity": ALLOWS}, None),
        ({"resource": resource(to("arn:root"))}, "identity-based"),
        (
            {"identity": ALLOWS, "resource": resource(to("*", Effect="Deny"))},
            "with an explicit deny in a resource-based",
        ),
        ({"identity": ALLOWS, "resource": resource(to(ACCOUNT, Effect="Deny"))}, "deny in a resource-based policy"),
        ({"identity": ALLOWS, "resource": resource(to(ROLE, Effect="Deny"))}, "deny in a resource-based policy"),
        ({"identity": ALLOWS, "resource": resource(to(OTHER, Effect="Deny"))}, None),
        # A permissions boundary limits identity-based policies, and what a resource's policy gives the role.
        ({"identity": ALLOWS, "boundary": BOUNDARY}, None),
        ({"boundary": BOUNDARY}, "because no identity-based policy allows the sqs:SendMessage action"),
        ({"identity": ALLOWS, "boundary": NARROW}, "because no permissions boundary allows the sqs:SendMessage action"),
        ({"identity": ALLOWS, "boundary": DENYING_BOUNDARY}, "with an explicit deny in a permissions boundary"),
        ({"resource": resource(to(ROLE)), "boundary": NARROW}, "because no permissions boundary allows"),
        ({"resource": resource(to(ROLE)), "boundary": BOUNDARY}, None),
        ({"resource": resource(to(SESSION)), "boundary": NARROW}, None),
        ({"resource": resource(to("*")), "boundary": NARROW}, None),
        ({"resource": resource(to(SESSION)), "boundary": DENYING_BOUNDARY}, "deny in a permissions boundary"),
        # So does a session policy.
        (
            {"identity": ALLOWS, "session_policy": NARROW_SESSION},
            "because no session policy allows the sqs:SendMessage",
        ),
        ({"resource": resource(to(ROLE)), "session_policy": NARROW_SESSION}, "because no session policy allows"),
        ({"resource": resource(to(SESSION)), "session_policy": NARROW_SESSION}, None),
        # A key's policy must allow, or delegate to the account.
        (
            {"identity": ALLOWS, "resource": resource(to(OTHER), kind=Kind.KEY)},
            "because no resource-based policy allows",
        ),
        ({"identity": ALLOWS, "resource": resource(to(ACCOUNT), kind=Kind.KEY)}, None),
        ({"resource": resource(to(ACCOUNT), kind=Kind.KEY)}, "because no identity-based policy allows"),
        ({"resource": resource(to(ROLE), kind=Kind.KEY)}, None),
        # So must a role's trust policy.
        ({"identity": ALLOWS, "resource": resource(to(OTHER), kind=Kind.TRUST)}, "because no role trust policy allows"),
        ({"resource": resource(to(ROLE), kind=Kind.TRUST)}, None),
        (
            {"resource": resource(to("*", Effect="Deny"), kind=Kind.TRUST)},
            "with an explicit deny in the role trust policy",
        ),
    ],
)
def test_session_of_a_role_in_one_account(given: dict[str, Any], reason: str | None) -> None:
    decision = decide(**given)
    assert decision.allowed is (reason is None), decision.reason
    if reason is not None:
        assert decision.reason.startswith(REFUSED)
        assert reason in decision.reason
    # What would have to allow it is told apart from what denies it.
    assert (decision.lacking is None) is (decision.policy is not None)
    assert decision.lacking is None or decision.lacking.words in decision.reason


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"identity": ALLOWS}, "because no resource-based policy allows the sqs:SendMessage action"),
        ({"resource": resource(to(ROLE))}, "because no identity-based policy allows the sqs:SendMessage action"),
        ({"identity": ALLOWS, "resource": resource(to(ROLE))}, None),
        ({"identity": ALLOWS, "resource": resource(to(ACCOUNT))}, None),
        ({"identity": ALLOWS, "resource": resource(to(OTHER))}, "because no resource-based policy allows"),
        ({"identity": ALLOWS, "resource": resource(to("*")), "boundary": NARROW}, "because no permissions boundary"),
        (
            {"identity": ALLOWS, "resource": resource(to(SESSION)), "boundary": NARROW},
            "because no permissions boundary",
        ),
        (
            {"identity": ALLOWS, "resource": resource(to(ROLE, Effect="Deny"), to("*"))},
            "deny in a resource-based policy",
        ),
    ],
)
def test_across_accounts_both_must_allow(given: dict[str, Any], reason: str | None) -> None:
    for target, account in ((QUEUE.replace(ACCOUNT, OTHER), ""), ("arn:aws:s3:::reports", OTHER)):
        decision = decide(target=target, resource_account=account, **given)
        assert decision.allowed is (reason is None), decision.reason
        assert reason is None or reason in decision.reason


def test_resource_without_an_account_is_the_principals_own() -> None:
    assert decide(target="arn:aws:s3:::reports", identity=ALLOWS).allowed
    assert decide(target="*", identity=ALLOWS).allowed


def test_user_named_by_a_resource_is_not_limited() -> None:
    decision = decide(maria, resource=resource(to(USER)), boundary=NARROW)
    assert decision.allowed
    assert not decide(maria, resource=resource(to(f"arn:aws:iam::{ACCOUNT}:user/john"))).allowed


FROM_RULE = {"aws:SourceArn": RULE, "aws:SourceAccount": ACCOUNT}
ONLY_RULE = {"ArnEquals": {"aws:SourceArn": RULE}}


@pytest.mark.parametrize(
    ("policies_of_resource", "allowed"),
    [
        ((), False),
        (resource(to("events.amazonaws.com", kind="Service")), True),
        (resource(to("events.amazonaws.com", kind="Service", Condition=ONLY_RULE)), True),
        (resource(to("sns.amazonaws.com", "events.amazonaws.com", kind="Service")), True),
        (resource(to("sns.amazonaws.com", kind="Service")), False),
        (resource(to("events.amazonaws.com", kind="AWS")), False),
        (resource(to("*", kind="Service")), True),
        (resource(statement(Principal="*", Condition=ONLY_RULE)), True),
        (resource(to(ACCOUNT)), False),
        (resource(to("events.amazonaws.com", kind="Service"), to("*", Effect="Deny")), False),
        (
            resource(
                to("events.amazonaws.com", kind="Service", Condition={"ArnEquals": {"aws:SourceArn": f"{RULE}-2"}})
            ),
            False,
        ),
        (resource(to("events.amazonaws.com", kind="Service", Resource=f"{QUEUE}-2")), False),
    ],
)
def test_service_has_only_the_policy_of_the_resource(policies_of_resource: tuple[Policy, ...], allowed: bool) -> None:
    decision = decide(events, resource=policies_of_resource, identity=ALLOWS, context=FROM_RULE)
    assert decision.allowed is allowed, decision.reason
    assert allowed or decision.reason.startswith("User: events.amazonaws.com is not authorized to perform: ")


def test_service_takes_a_role_on_only_for_what_its_trust_names() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "events.amazonaws.com"}}
    given = resource({**trust, "Condition": ONLY_RULE}, kind=Kind.TRUST)
    assume = {"action": "sts:AssumeRole", "target": ROLE, "resource": given}
    assert decide(events, **assume, context=FROM_RULE).allowed
    assert not decide(events, **assume).allowed
    assert not decide(policies.service("scheduler.amazonaws.com"), **assume, context=FROM_RULE).allowed
    refused = decide(events, **assume, context={"aws:SourceArn": f"{RULE}-2"})
    assert refused.reason.endswith("because no role trust policy allows the sts:AssumeRole action")


@pytest.mark.parametrize(
    ("elements", "allowed"),
    [
        ({"Action": "SQS:sendmessage"}, True),
        ({"Action": "sqs:Send*"}, True),
        ({"Action": "sqs:SendMessag?"}, True),
        ({"Action": ["sqs:ReceiveMessage", "sqs:SendMessage"]}, True),
        ({"Action": "sns:*"}, False),
        ({"Action": None, "NotAction": "sqs:ReceiveMessage"}, True),
        ({"Action": None, "NotAction": ["sqs:Send*", "sns:*"]}, False),
        ({"Resource": QUEUE}, True),
        ({"Resource": f"{QUEUE}-2"}, False),
        ({"Resource": None, "NotResource": f"{QUEUE}-2"}, True),
        ({"Resource": None, "NotResource": [QUEUE]}, False),
        ({"Resource": f"arn:aws:sqs:*:{ACCOUNT}:orders"}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalArn": ROLE}}}, True),
        (
            {"Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:PrincipalIsAWSService": "false"}}},
            True,
        ),
        ({"Condition": {"StringEquals": {"aws:PrincipalType": "User"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": False}}}, False),
        ({"Condition": {"NumericEquals": {"example:size": 5}}}, True),
    ],
)
def test_statement_is_about_its_actions_resources_and_conditions(elements: dict[str, Any], allowed: bool) -> None:
    given = {name: value for name, value in statement(**elements).items() if value is not None}
    context = {"aws:SecureTransport": "true", "example:size": "5"}
    assert decide(identity=identity(given), context=context).allowed is allowed


@pytest.mark.parametrize(
    ("names", "denied"),
    [
        ([SESSION, ROLE, ACCOUNT], False),
        ([SESSION, ROLE, f"arn:aws:iam::{ACCOUNT}:root"], False),
        ([SESSION, ROLE], True),  # the account is not named, so it is denied, and all in it
        ([ROLE, ACCOUNT], True),
        ([SESSION, ACCOUNT], True),
        ([f"arn:aws:iam::{ACCOUNT}:role/other", ACCOUNT], True),
    ],
)
def test_not_principal_spares_whom_it_names_in_full(names: list[str], denied: bool) -> None:
    spares = statement(Effect="Deny", NotPrincipal={"AWS": names})
    assert decide(identity=ALLOWS, resource=resource(spares)).allowed is not denied


def test_not_principal_spares_nobody_with_a_boundary() -> None:
    spares = resource(statement(Effect="Deny", NotPrincipal={"AWS": [SESSION, ROLE, ACCOUNT]}))
    assert not decide(identity=ALLOWS, resource=spares, boundary=BOUNDARY).allowed


def test_not_principal_spares_a_user_and_a_service() -> None:
    spares_user = resource(statement(Effect="Deny", NotPrincipal={"AWS": [USER, ACCOUNT]}))
    assert decide(maria, identity=ALLOWS, resource=spares_user).allowed
    assert not decide(events, resource=(*spares_user, *resource(to("*")))).allowed
    spares_events = resource(statement(Effect="Deny", NotPrincipal={"Service": "events.amazonaws.com"}), to("*"))
    assert decide(events, resource=spares_events).allowed
    assert not decide(maria, identity=ALLOWS, resource=spares_events).allowed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "Account"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "FederatedUser"),
        (USER, "User"),
    ],
)
def test_type_of_a_principal(name: str, kind: str) -> None:
    asks = resource(to(ACCOUNT, Condition={"StringEquals": {"aws:PrincipalType": kind, "aws:PrincipalArn": name}}))
    assert decide(policies.user(name), identity=ALLOWS, resource=asks, resource_account=OTHER).allowed


def test_root_user_is_named_and_spared_as_its_account_is() -> None:
    root = policies.user(f"arn:aws:iam::{ACCOUNT}:root")
    for name in (ACCOUNT, root.name):
        spares = resource(to("*"), statement(Effect="Deny", NotPrincipal={"AWS": name}))
        assert decide(root, resource=spares).allowed
        assert not decide(maria, resource=spares).allowed


def test_decision_names_policy_and_statement() -> None:
    several = (*identity(statement(Sid="Read", Action="sqs:ReceiveMessage"), statement(Sid="Send"), name="work"),)
    allowed = decide(identity=several)
    assert (allowed.policy, allowed.sid) == (several[0], "Send")
    assert allowed.reason == "Send of the identity-based policy work allows sqs:SendMessage"
    denied = decide(identity=ALLOWS, resource=resource(to(OTHER), to("*", Effect="Deny")))
    assert denied.policy is not None
    assert (denied.policy.kind, denied.sid) == (Kind.RESOURCE, "statement 2")
    nothing = decide()
    assert (nothing.policy, nothing.sid) == (None, "")


def test_variables_need_the_version_that_has_them() -> None:
    own = statement(Resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:${{example:name}}")
    context = {"example:name": "orders"}
    assert decide(identity=(policy(Kind.IDENTITY, own),), context=context).allowed
    assert not decide(identity=(policy(Kind.IDENTITY, own, version="2008-10-17"),), context=context).allowed


def test_trust_policy_needs_no_resource() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}
    given = resource(trust, kind=Kind.TRUST)
    assert decide(action="sts:AssumeRole", target=f"arn:aws:iam::{ACCOUNT}:role/x", resource=given).allowed


def test_single_statement_needs_no_list() -> None:
    single = policies.read(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', Kind.IDENTITY
    )
    assert decide(identity=(single,)).allowed


@pytest.mark.parametrize(
    ("document", "kind", "message"),
    [
        ("{", Kind.IDENTITY, "identity-based policy p: not JSON"),
        ("[]", Kind.IDENTITY, "no Statement"),
        ({"Version": "2012-10-17"}, Kind.IDENTITY, "no Statement"),
        (
            {"Version": "2020-01-01", "Statement": []},
            Kind.IDENTITY,
            "Version is '2020-01-01': 2008-10-17 or 2012-10-17",
        ),
        ({"Statement": ["x"]}, Kind.IDENTITY, "statement 1: not an object"),
        ({"Statement": [statement(), statement(Effect="allow")]}, Kind.IDENTITY, "statement 2: Effect is 'allow'"),
        ({"Statement": statement(Actions="*")}, Kind.IDENTITY, "no element is called Actions"),
        ({"Statement": statement(NotAction="*")}, Kind.IDENTITY, "both Action and NotAction"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, Kind.IDENTITY, "neither Action nor NotAction"),
        ({"Statement": {"Effect": "Allow", "Action": "*"}}, Kind.BOUNDARY, "neither Resource nor NotResource"),
        ({"Statement": to(ROLE)}, Kind.SESSION, "a Principal where none belongs"),
        ({"Statement": statement()}, Kind.RESOURCE, "no Principal"),
        ({"Statement": statement(Principal="x")}, Kind.KEY, "Principal is 'x'"),
        ({"Statement": statement(Action={"a": "b"})}, Kind.IDENTITY, "neither a text nor a list of texts"),
        (
            {"Statement": statement(Condition={"StringIs": {"a": "b"}})},
            Kind.IDENTITY,
            "no condition operator is called",
        ),
        ({"Statement": statement(Condition={"StringEquals": "b"})}, Kind.IDENTITY, "Condition is no object"),
    ],
)
def test_what_aws_would_not_store_is_refused(document: Any, kind: Kind, message: str) -> None:
    with pytest.raises(policies.PolicyError, match=r" p: ") as refused:
        policies.read(document, kind, "p")
    assert message in str(refused.value)
