"""What is proved, what is refuted with which request, and what is given up."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
import z3

from review.proof import comparing
from review.proof.access import Access
from review.proof.comparing import Comparison, compare, includes
from review.proof.questions import Question
from review.proof.sides import parts
from review.proof.witness import Witness
from semantics import policies
from semantics.policies import Kind

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
ACCOUNT = "123456789012"


def statement(
    action: str | list[str] = "sqs:SendMessage", resource: str | list[str] = QUEUE, **more: Any
) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def holder(*statements: dict[str, Any], boundary: list[dict[str, Any]] | None = None) -> Access:
    limit = None if boundary is None else policies.read({"Version": "2012-10-17", "Statement": boundary}, Kind.BOUNDARY)
    return Access((policies.read({"Version": "2012-10-17", "Statement": list(statements)}, Kind.IDENTITY),), limit)


def resource(*statements: dict[str, Any], kind: Kind = Kind.RESOURCE) -> Access:
    return Access((policies.read({"Version": "2012-10-17", "Statement": list(statements)}, kind),))


def words(comparison: Comparison) -> tuple[str, str]:
    beyond, missing = comparison.beyond.witness, comparison.missing.witness
    return beyond.words() if beyond else "", missing.words() if missing else ""


def only_if(**keys: Any) -> dict[str, Any]:
    return {"Condition": keys}


SOURCE = {"aws:SourceAccount": ACCOUNT}


@pytest.mark.parametrize(
    ("policy", "intent", "beyond", "missing"),
    [
        (holder(statement()), holder(statement()), "", ""),
        (
            holder(statement(["sqs:SendMessage", "sqs:ReceiveMessage"])),
            holder(statement()),
            f"sqs:ReceiveMessage on {QUEUE}",
            "",
        ),
        (holder(statement(resource="*")), holder(statement()), f"sqs:SendMessage on {QUEUE}-other", ""),
        (
            holder(statement()),
            holder(statement(**only_if(StringEquals=SOURCE))),
            f"sqs:SendMessage on {QUEUE}",
            "",
        ),
        (
            holder(statement(**only_if(StringLike={"AWS:sourceaccount": "1*"}))),
            holder(statement(**only_if(StringEquals=SOURCE))),
            f"sqs:SendMessage on {QUEUE} with AWS:sourceaccount = 1other",
            "",
        ),
        (
            holder(
                statement("sqs:*"),
                statement("sqs:*", "*", Effect="Deny", **only_if(Bool={"aws:SecureTransport": "false"})),
            ),
            holder(statement("sqs:*")),
            "",
            f"sqs:AddPermission on {QUEUE} with aws:SecureTransport = false",
        ),
        (
            holder(statement(), boundary=[statement(["sqs:*", "s3:*"], "*")]),
            holder(statement(), boundary=[statement("s3:*", "*")]),
            f"sqs:SendMessage on {QUEUE}",
            "",
        ),
        (holder(), holder(statement()), "", f"sqs:SendMessage on {QUEUE}"),
        (Access(()), holder(statement()), "", f"sqs:SendMessage on {QUEUE}"),
        (Access(()), Access(()), "", ""),
        # All actions but some, and the others.
        (
            holder({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, statement("iam:*", "*")),
            holder(statement("*", "*")),
            "",
            "",
        ),
        # All resources but some, and the others.
        (
            holder({"Effect": "Allow", "Action": "sqs:*", "NotResource": QUEUE}, statement("sqs:*")),
            holder(statement("sqs:*", "*")),
            "",
            "",
        ),
        # A symbol is like itself and under wildcards, and nothing else.
        (
            holder(statement("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/‹aws_kms_key.main.key_id›")),
            holder(statement("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/*")),
            "",
            "kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key/other",
        ),
    ],
)
def test_comparison(policy: Access, intent: Access, beyond: str, missing: str) -> None:
    found = compare(policy, intent)
    assert words(found) == (beyond, missing)
    assert found.equal is (beyond == missing == "")


def service(name: str = "events.amazonaws.com", **more: Any) -> dict[str, Any]:
    return statement(Principal={"Service": name}, **more)


def people(*names: str, **more: Any) -> dict[str, Any]:
    return statement(Principal={"AWS": list(names)}, **more)


ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/worker"
WORKER = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker"


@pytest.mark.parametrize(
    ("wider", "narrower", "request_"),
    [
        (service(), service(), ""),
        (service(), service("sns.amazonaws.com"), f"sqs:SendMessage on {QUEUE} by sns.amazonaws.com"),
        (service(), statement(Principal="*"), f"sqs:SendMessage on {QUEUE} by other.amazonaws.com"),
        (statement(Principal="*"), service(), ""),
        (people("*"), people(ROOT, ROLE), ""),
        (people(ACCOUNT), people(ROOT), ""),
        # The account leaves it to the policies of the role.
        (
            people(ROOT),
            people(ROLE),
            f"sqs:SendMessage on {QUEUE} by {WORKER}/other (whose own policies do not allow it)",
        ),
        (
            people(ROLE),
            people(f"{WORKER}/one", ROLE),
            f"sqs:SendMessage on {QUEUE} by {WORKER}/one (whose session policy does not allow it)",
        ),
        (people(f"{WORKER}/one"), people(ROLE), f"sqs:SendMessage on {QUEUE} by {WORKER}/other"),
        (people(ROLE), people(f"arn:aws:iam::{ACCOUNT}:role/worker"), f"sqs:SendMessage on {QUEUE} by {WORKER}/other"),
        # Who asks is also told by condition keys.
        (
            people(ROOT),
            people("*", **only_if(StringEquals={"aws:PrincipalAccount": ACCOUNT})),
            "whose own policies do not allow it",
        ),
        (people("*", **only_if(StringEquals={"aws:PrincipalAccount": ACCOUNT})), people(ROOT), ""),
        (people(ROOT, **only_if(ArnEquals={"aws:PrincipalArn": ROLE})), people(ROOT), "by arn:aws"),
        (people("*", **only_if(Bool={"aws:PrincipalIsAWSService": "true"})), service(), ""),
        # Also of root users and federated users, whom no statement of these names.
        (people(), people("*", **only_if(ArnEquals={"aws:PrincipalArn": ROOT})), f"by {ROOT}"),
        (people(), people("*", **only_if(StringEquals={"aws:PrincipalType": "Account"})), ":root"),
        (people(), people("*", **only_if(StringEquals={"aws:PrincipalType": "FederatedUser"})), ":federated-user/"),
        (
            people("*", **only_if(StringEquals={"aws:PrincipalAccount": ACCOUNT})),
            people("*", **only_if(StringLike={"aws:PrincipalArn": "arn:aws:sts::*:federated-user/bob"})),
            ":federated-user/bob",
        ),
        (
            people("*", **only_if(ArnLike={"aws:PrincipalArn": f"arn:aws:*::{ACCOUNT}:*"})),
            people("*", **only_if(StringLike={"aws:PrincipalArn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"})),
            "",
        ),
        # A session goes by the ARN of its role.
        (people(), people("*", **only_if(ArnLike={"aws:PrincipalArn": f"{WORKER}/*"})), ""),
        (people(ACCOUNT), people(ROOT, **only_if(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:root"})), ""),
        # What only the apply will know is like itself only.
        (people("‹aws_iam_role.x.arn›"), people("‹aws_iam_role.x.arn›"), ""),
        (people("‹aws_iam_role.x.arn›"), people("‹aws_iam_role.y.arn›"), "by ‹aws_iam_role.y.arn›"),
        (people("*"), people("‹aws_iam_role.y.arn›"), ""),
    ],
)
def test_principals(wider: dict[str, Any], narrower: dict[str, Any], request_: str) -> None:
    found = includes(resource(wider), resource(narrower))
    assert found.holds is (request_ == "")
    assert found.witness is None or request_ in found.witness.words()


def test_trust_says_nothing_of_a_resource() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "events.amazonaws.com"}}
    bare, guarded = (resource(each, kind=Kind.TRUST) for each in (trust, {**trust, **only_if(StringEquals=SOURCE)}))
    assert words(compare(bare, guarded)) == ("sts:AssumeRole by events.amazonaws.com", "")


@pytest.mark.parametrize(
    ("wider", "narrower", "holds"),
    [
        # The same text with the same variable, and one that is wider whatever the variable is.
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:username}/*", True),
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${AWS:UserName}/*", True),
        ("arn:aws:s3:::b/${aws:username, 'a'}", "arn:aws:s3:::b/${ AWS:UserName ,'a' }", True),
        ("arn:aws:s3:::b/${aws:username, 'a'}", "arn:aws:s3:::b/${aws:username, 'A'}", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", True),
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/*", False),
        ("arn:aws:s3:::b/home/*", "arn:aws:s3:::b/${aws:username}/*", False),
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:username}/x", None),
    ],
)
def test_policy_variables(wider: str, narrower: str, holds: bool | None) -> None:
    found = includes(holder(statement("s3:GetObject", wider)), holder(statement("s3:GetObject", narrower)))
    assert found.holds is holds
    assert found.why == ("" if holds is not None else "it depends on what ${aws:username} can be")


def test_key_that_is_compared_in_several_ways_is_not_proved() -> None:
    mixed = holder(statement(**only_if(StringEquals={"x:y": "1"}, NumericEquals={"x:y": "1"})))
    found = includes(mixed, mixed)
    assert found.holds is None
    assert "x:y is compared in several ways" in found.why
    assert includes(mixed, holder(statement(**only_if(StringEquals={"x:y": "1"})))).holds is None
    assert includes(mixed, holder(statement(**only_if(StringEquals={"x:y": "2"})))).holds is False


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        # Whether ArnLike takes these for every ARN or for none, AWS does not say.
        ({"ArnLike": {"aws:SourceArn": "*"}}, "aws:SourceArn is compared with *, which has fewer parts than an ARN"),
        ({"ArnNotEquals": {"aws:SourceArn": "arn:aws:sns:*"}}, "which has fewer parts than an ARN"),
        ({"StringEqualsIgnoreCase": {"x:y": "\u1e9e"}}, "is not known here"),
    ],
)
def test_texts_of_which_aws_does_not_say_what_they_are_like_are_not_proved(
    condition: dict[str, dict[str, str]], why: str
) -> None:
    odd = holder(statement(Condition=condition))
    assert includes(odd, odd).holds is None
    assert why in includes(odd, odd).why
    assert includes(odd, holder(statement("sqs:*"))).holds is False  # of other actions


def test_principals_that_are_not_modelled_are_not_proved() -> None:
    federated = resource(statement(Principal={"Federated": "cognito-identity.amazonaws.com"}))
    nothing = resource(service(Effect="Deny"))
    assert includes(nothing, federated).why == "nothing is known of Federated principals"
    assert includes(federated, nothing).holds is True  # that it allows more changes nothing
    denying = resource(service(), statement(Effect="Deny", Principal={"CanonicalUser": "x"}))
    assert includes(denying, resource(service())).why == "nothing is known of CanonicalUser principals"
    sparing = resource(service(), {**statement(Effect="Deny"), "NotPrincipal": {"Federated": "x"}})
    assert includes(sparing, sparing).holds is None


@pytest.mark.parametrize("types", ["Anonymous", ["User", "A*"]])
def test_anonymous_callers_are_not_proved(types: str | list[str]) -> None:
    found = includes(resource(people()), resource(people("*", **only_if(StringLike={"aws:PrincipalType": types}))))
    assert found.why == "a condition asks for anonymous callers, and nothing is known of them here"


def test_too_many_cases_are_not_proved() -> None:
    many = holder(*(statement("s3:GetObject", f"arn:aws:s3:::*{chr(0x61 + each)}*") for each in range(20)))
    found = includes(many, many)
    assert (found.holds, found.why) == (None, "the texts of the policies part too many cases")


@pytest.mark.parametrize(
    ("wider", "action"),
    [
        # Two patterns have an action in common that neither of them spells out.
        ([statement("new:Get*"), statement("new:*Item", Effect="Deny")], "new:get*item"),
        ([statement("s3:Zz*"), statement("S3:*ITEM", Effect="Deny")], "s3:zz*item"),
        ([statement("new:Get*"), statement("*Item", Effect="Deny")], "new:get*item"),
        ([statement("new:*"), statement("new:Get?", Effect="Deny")], "new:get?"),
    ],
)
def test_actions_that_aws_does_not_list_are_looked_at(wider: list[dict[str, Any]], action: str) -> None:
    found = includes(holder(*wider), holder(wider[0]))
    assert found.witness is not None
    assert fnmatch.fnmatchcase(found.witness.action.lower(), action)
    assert includes(holder(wider[0]), holder(*wider)).holds is True


def test_too_many_actions_that_aws_does_not_list_are_not_proved() -> None:
    many = holder(*(statement(f"new:*{chr(0x61 + each)}*") for each in range(20)))
    assert compare(many, many).beyond.why == "the texts of the policies part too many cases"


def test_counterexample_in_one_part_outweighs_another_that_is_given_up() -> None:
    mixed = only_if(StringEquals={"x:y": "1"}, NumericEquals={"x:y": "1"})
    narrower = holder(statement(**mixed), statement("sqs:ReceiveMessage"))
    assert includes(holder(statement(**mixed)), narrower).holds is False


def test_z3_that_gives_up_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tired:
        def __init__(self, logic: str) -> None:
            self.logic = logic

        def check(self) -> object:
            return z3.unknown

        def reason_unknown(self) -> str:
            return "timeout"

        def __getattr__(self, name: str) -> Any:
            return lambda *_, **__: None

    monkeypatch.setattr("review.proof.questions.z3.SolverFor", Tired)
    found = includes(holder(statement()), holder(statement()))
    assert (found.holds, found.witness, found.why) == (None, None, "z3 gave up: timeout")


def test_request_that_the_evaluator_does_not_confirm_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.proof.confirming.allows", lambda *_: False)
    found = includes(holder(), holder(statement()))
    assert (found.holds, found.witness, found.why) == (None, None, comparing.NOT_CONFIRMED)


def test_only_some_actions() -> None:
    wider, narrower = holder(statement()), holder(statement("sqs:*"))
    assert includes(wider, narrower).holds is False
    assert includes(wider, narrower, actions=["sqs:SendMessage"]).holds is True
    assert includes(wider, narrower, actions=["sqs:SendMessage", "sqs:PurgeQueue"]).holds is False


@pytest.mark.parametrize("order", [1, -1])
def test_holder_and_resource_are_two_questions(order: int) -> None:
    sides = (holder(statement()), resource(service()))[::order]
    with pytest.raises(ValueError, match="two questions"):
        includes(*sides)
    with pytest.raises(ValueError, match="two questions"):
        Access((*sides[0].policies, *sides[1].policies))
    with pytest.raises(ValueError, match="two questions"):
        Access(resource(service()).policies, policies.read({"Statement": []}, Kind.BOUNDARY))


def test_multivalued_key_needs_several_values() -> None:
    both = only_if(**{"ForAnyValue:StringEquals": {"aws:TagKeys": "a", "AWS:TagKeys": "b"}})
    none_else = only_if(**{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}})
    found = includes(holder(statement(**none_else)), holder(statement(**both)))
    assert found.witness is not None
    assert sorted(found.witness.context["aws:TagKeys"]) == ["a", "b"]
    # A key with one value cannot be both.
    single = holder(statement(**only_if(StringEquals={"x:y": "a", "X:Y": "b"})))
    assert includes(holder(), single).holds is True


def test_same_question_has_the_same_answer() -> None:
    first, second = (
        includes(holder(statement()), holder(statement("*", "*", **only_if(StringLike={"x:y": "*a*"}))))
        for _ in range(2)
    )
    assert first == second


def test_words_of_a_request() -> None:
    context = {"aws:TagKeys": ("a", "b c"), "x:y": ("",)}
    witness = Witness("iam:TagRole", "*", "events.amazonaws.com", context, "who has a permissions boundary")
    asker = "events.amazonaws.com (who has a permissions boundary)"
    assert witness.words() == f'iam:TagRole on * by {asker} with aws:TagKeys = a and "b c", x:y = ""'


def test_resource_of_a_request_is_one_that_the_action_has() -> None:
    found = includes(holder(), holder(statement(["ecs:RunTask", "sqs:ListQueues"], "*")))
    assert found.witness is not None
    assert found.witness.resource.startswith("arn:aws:ecs:us-east-1:123456789012:task-definition/")


def test_questions_are_small() -> None:
    sides = (holder(statement(), *(statement(f"sqs:{name}") for name in ("ReceiveMessage", "DeleteMessage"))),) * 2
    for part in parts(sides):
        assert all(len(side.statements) <= 1 for side in part.sides)
        assert Question(part, 1000).counterexample(0, 1) is None
