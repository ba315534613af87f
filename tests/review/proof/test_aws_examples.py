"""The worked examples of AWS's own documentation, put to the concrete evaluator and to the proof engine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from review.proof import actions
from review.proof.access import Access
from review.proof.actions import KeyType
from review.proof.comparing import includes
from semantics import policies
from semantics.policies import Kind, Policy, Principal, Request
from tests.review.proof.pinning import exactly

CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("aws_examples.yaml"))
HOLDER = policies.session("arn:aws:iam::123456789012:role/holder", "session")
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPERATORS = {
    KeyType.NUMBER: "NumericEquals",
    KeyType.DATE: "DateEquals",
    KeyType.ADDRESS: "IpAddress",
    KeyType.TRUTH: "Bool",
}


def read(case: dict[str, Any], kind: Kind) -> Policy:
    statements = case[kind.name.lower()]
    several = statements if isinstance(statements, list) else [statements]
    extra = [EVERYTHING] if case.get("everything") else []
    return policies.read({"Version": case.get("version", "2012-10-17"), "Statement": [*extra, *several]}, kind)


def access(case: dict[str, Any]) -> Access:
    if "resource" in case:
        return Access((read(case, Kind.RESOURCE),))
    return Access((read(case, Kind.IDENTITY),), read(case, Kind.BOUNDARY) if "boundary" in case else None)


def principal(request: dict[str, Any]) -> Principal | None:
    by = request.get("by")
    if by is None:
        return None
    if not by.startswith("arn:"):
        return policies.service(by)
    return policies.session(by, "one") if ":role/" in by else policies.user(by)


def context(request: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    given = request.get("context", {})
    return {key: tuple(value) if isinstance(value, list) else (value,) for key, value in given.items()}


def keys(case: dict[str, Any]) -> dict[str, str]:
    """Return the keys that matter in a case, each with the operator that tells its values apart."""
    side = access(case)
    used = [key for each in side.statements for wanted in each.condition.values() for key in wanted]
    used += [key for request in case["requests"] for key in request.get("context", {})]
    small = {key.lower(): key for key in used if not key.lower().startswith("aws:principalarn")}
    return {key: OPERATORS.get(actions.key(key).type, "StringEquals") for key in small.values()}


REQUESTS = [
    pytest.param(case, request, id=f"{case['page']}: {case['case']} {number}")
    for case in CASES
    for number, request in enumerate(case["requests"], 1)
]


@pytest.mark.parametrize(("case", "request_"), REQUESTS)
def test_evaluator_decides_as_the_page_says(case: dict[str, Any], request_: dict[str, Any]) -> None:
    side, by = access(case), principal(request_)
    # A principal of another account: then the resource's policy decides, whatever its own policies allow.
    account = "555566667777" if by else HOLDER.account
    own = {"identity": (policies.read({"Statement": EVERYTHING}, Kind.IDENTITY),), "resource": side.policies}
    decision = policies.evaluate(
        Request(request_["action"], request_["resource"], by or HOLDER, context(request_), account),
        **(own if by else {"identity": side.policies, "boundary": side.boundary}),
    )
    assert decision.allowed is request_["allowed"], decision.reason


@pytest.mark.parametrize(("case", "request_"), REQUESTS)
def test_engine_decides_as_the_page_says(case: dict[str, Any], request_: dict[str, Any]) -> None:
    operators = keys(case)
    multivalued = tuple(key for key in operators if actions.key(key).is_multivalued)
    one = exactly(
        request_["action"],
        request_["resource"],
        context(request_),
        operators,
        multivalued=multivalued,
        by=principal(request_),
    )
    found = includes(access(case), one)
    if "unless" in request_:
        assert found.witness is not None
        assert found.witness.standing == request_["unless"]
    else:
        assert found.holds is request_["allowed"], found


def test_all_pages_are_there() -> None:
    pages = Counter(case["page"] for case in CASES)
    print(f"\nworked examples of AWS: {len(REQUESTS)} requests in {len(CASES)} cases of {len(pages)} pages")
    assert len(pages) >= 12
    assert all({request["allowed"] for request in case["requests"]} for case in CASES)
