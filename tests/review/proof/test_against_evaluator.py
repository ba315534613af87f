"""The engine against the concrete evaluator, which was written apart from it, on policies and requests drawn at random.

Three promises. Put to a single request, the engine decides as the evaluator does. A witness is one for the evaluator,
too. Where one side is said to allow all that the other does, no request that is drawn shows otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.proof import patterns
from review.proof.access import Access
from review.proof.cells import cells, mask
from review.proof.comparing import NOT_CONFIRMED, Inclusion, compare, includes
from review.proof.patterns import Variables
from review.proof.questions import ARNS
from review.proof.values import Check, domain, text_set
from semantics import policies
from semantics.conditions import OPERATORS
from semantics.policies import Kind, Policy, Principal, Request
from tests.review.proof import drawing
from tests.review.proof.pinning import exactly

HOLDER = policies.session("arn:aws:iam::123456789012:role/holder", "session")
OPEN_ARN = "has fewer parts than an ARN"
COUNTS: Counter[str] = Counter()
many = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module", autouse=True)
def print_counts() -> Iterator[None]:
    """Say at the end how much was compared."""
    yield
    print(f"\nproof engine against evaluator: {dict(COUNTS)}")


def allows(access: Access, action: str, resource: str, context: Mapping[str, tuple[str, ...]]) -> bool:
    request = Request(action, resource, HOLDER, context, HOLDER.account)
    return policies.evaluate(request, identity=access.policies, boundary=access.boundary).allowed


PINS = {
    **dict.fromkeys((*drawing.KEYS, "test:absent", "test:other", "aws:username"), "StringEquals"),
    "test:number": "NumericEquals",
    "test:sizes": "NumericEquals",
    "test:date": "DateEquals",
    "test:address": "IpAddress",
}


REQUESTS = st.tuples(st.sampled_from(drawing.ACTIONS), st.sampled_from(drawing.RESOURCES), drawing.contexts())


@settings(many, max_examples=200)
@given(st.one_of(drawing.of_holders(), drawing.of_holders(variables=True)), st.lists(REQUESTS, min_size=3, max_size=3))
def test_single_request_is_decided_alike(
    access: Access, requests: list[tuple[str, str, dict[str, tuple[str, ...]]]]
) -> None:
    for action, resource, context in requests:
        request = exactly(action, resource, context, PINS, multivalued=drawing.MULTIVALUED)
        if not allows(request, action, resource, context):  # an empty text among several values, a case of its own
            continue
        expected = allows(access, action, resource, context)
        found = includes(access, request)
        if found.holds is None:
            COUNTS["single requests not decided"] += 1
            assert found.why.startswith("it depends on what ${") or OPEN_ARN in found.why
        else:
            COUNTS[f"single requests {'allowed' if expected else 'refused'}"] += 1
            assert found.holds is expected, found


@settings(many, max_examples=300)
@given(drawing.pairs(), st.data())
def test_inclusion_is_what_requests_show(pair: tuple[Access, Access], data: st.DataObject) -> None:
    _check_inclusions(*pair, data, "pairs")


@settings(many, max_examples=125)
@given(drawing.pairs(variables=True), st.data())
def test_inclusion_with_variables_is_what_requests_show(pair: tuple[Access, Access], data: st.DataObject) -> None:
    _check_inclusions(*pair, data, "pairs with variables")


def _check_inclusions(one: Access, other: Access, data: st.DataObject, name: str) -> None:
    both = compare(one, other)
    _check_inclusion(other, one, both.beyond, data, name)
    _check_inclusion(one, other, both.missing, data, name)


def _check_inclusion(wider: Access, narrower: Access, found: Inclusion, data: st.DataObject, name: str) -> None:
    COUNTS[f"{name}: {found.holds}"] += 1
    assert found.why != NOT_CONFIRMED
    if found.holds is None:
        assert name != "pairs" or OPEN_ARN in found.why, found.why
    elif found.witness is not None:
        asked = found.witness
        assert allows(narrower, asked.action, asked.resource, asked.context), asked
        assert not allows(wider, asked.action, asked.resource, asked.context), asked
    elif (start := includes(NOTHING, narrower).witness) is not None:
        # Any request that the narrower side allows, and such as differ from it a little: most of them hit.
        for _ in range(6):
            action, resource, context = start.action, start.resource, dict(start.context)
            for change in data.draw(st.sets(st.sampled_from(("action", "resource", "key")), max_size=2)):
                if change == "action":
                    action = data.draw(st.sampled_from(drawing.ACTIONS))
                elif change == "resource":
                    resource = data.draw(st.sampled_from(drawing.RESOURCES))
                else:
                    key, values = data.draw(drawing.keys())
                    context = {other: given for other, given in context.items() if other.lower() != key.lower()}
                    context |= {key: values} if values else {}
            hit = allows(narrower, action, resource, context)
            COUNTS[f"{name}: requests that {'are' if hit else 'are not'} allowed"] += 1
            assert not hit or allows(wider, action, resource, context), (action, resource, context)


def policy(document: dict[str, Any], kind: Kind) -> Policy:
    return policies.read({"Version": "2012-10-17", **document}, kind)


EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
NOTHING = Access((policy({"Statement": []}, Kind.IDENTITY),))
# What else decides on a request to a resource: the caller's own policies, boundary and session policy.
SITUATIONS: tuple[dict[str, Any], ...] = (
    {},
    {"identity": (policy(EVERYTHING, Kind.IDENTITY),)},
    {"boundary": policy(EVERYTHING, Kind.BOUNDARY)},
    {"boundary": policy({"Statement": []}, Kind.BOUNDARY)},
    {"session_policy": policy({"Statement": []}, Kind.SESSION)},
)


def passes(
    side: Access, principal: Principal, action: str, resource: str, context: dict[str, tuple[str, ...]]
) -> set[tuple[str, int]]:
    """Return in which of all situations a request passes, within the account and across accounts."""
    return {
        (account, number)
        for account in (principal.account, "555566667777")
        for number, situation in enumerate(SITUATIONS)
        if policies.evaluate(
            Request(action, resource, principal, context, account), resource=side.policies, **situation
        ).allowed
    }


@settings(many, max_examples=125)
@given(st.sampled_from((Kind.RESOURCE, Kind.KEY, Kind.TRUST)), st.data())
def test_inclusion_of_resource_policies_is_what_requests_show(kind: Kind, data: st.DataObject) -> None:
    one, other = data.draw(drawing.pairs(kind))
    both = compare(one, other)
    _check_inclusion_of_resource(kind, other, one, both.beyond, data)
    _check_inclusion_of_resource(kind, one, other, both.missing, data)


def _check_inclusion_of_resource(
    kind: Kind, wider: Access, narrower: Access, found: Inclusion, data: st.DataObject
) -> None:
    COUNTS[f"pairs of resource policies: {found.holds}"] += 1
    assert found.holds is not None or OPEN_ARN in found.why, found.why
    if found.holds:
        start = includes(Access((policy({"Statement": []}, kind),)), narrower).witness
        for principal in data.draw(st.sets(st.sampled_from(drawing.PRINCIPALS), max_size=3)) if start else ():
            asked = (
                principal,
                data.draw(st.sampled_from((start.action, *drawing.ACTIONS))),
                data.draw(st.sampled_from((start.resource, *drawing.RESOURCES))),
                {**start.context, **dict(data.draw(st.lists(drawing.keys(), max_size=1)))},
            )
            hits = passes(narrower, *asked)
            COUNTS[f"pairs of resource policies: requests that {'are' if hits else 'are not'} allowed"] += 1
            assert hits <= passes(wider, *asked), asked


READERS = (patterns.equal, patterns.equal_ignoring_case, patterns.like, patterns.arn_like, patterns.resource)
near_texts = st.text(alphabet="ab:*?A", max_size=7)


@settings(many, max_examples=800)
@given(
    st.lists(
        st.tuples(st.sampled_from(READERS), st.one_of(near_texts, st.sampled_from(drawing.RESOURCE_TEXTS))), max_size=5
    ),
    st.lists(
        st.one_of(near_texts.map(lambda text: text.replace("*", "c")), st.sampled_from(drawing.RESOURCES)), max_size=10
    ),
)
def test_every_text_is_in_a_cell(texts: list[tuple[object, str]], values: list[str]) -> None:
    readings = [reader(text, Variables()) for reader, text in texts]  # type: ignore[operator]
    parted_by = [tuple(readings[:2]), *((reading,) for reading in readings[2:])]
    found = [text_set(each) for each in parted_by]
    for universe in (None, ARNS):
        parted = cells(found, universe=universe)
        assert len({cell.within for cell in parted}) == len(parted)
        assert all(mask(found, cell.value) == cell.within for cell in parted)
        assert universe is None or all(universe.has(cell.value) for cell in parted)
        for value in values:
            if universe is None or universe.has(value):
                COUNTS["texts in cells"] += 1
                assert mask(found, value) in {cell.within for cell in parted}, value


@settings(many, max_examples=400)
@given(st.sampled_from(("test:number", "test:date", "test:address", "test:arn", "test:text", "test:flag")), st.data())
def test_every_value_has_one_like_it(key: str, data: st.DataObject) -> None:
    operators, texts, values = drawing.FAMILIES[key]
    tests = [
        Check(operator.replace("Not", ""), text, Variables())
        for operator, text in data.draw(
            st.lists(st.tuples(st.sampled_from(operators), st.sampled_from(texts)), max_size=6)
        )
    ]
    found = domain(key, [(test,) for test in tests])
    assert found.is_complete
    outcomes = {tuple(test.takes(value) for test in tests) for value in found.values}
    for value in (*values, "x", ""):
        expected = tuple(_compares(test, value) for test in tests)
        COUNTS["values of keys"] += 1
        assert tuple(test.takes(value) for test in tests) == expected
        assert expected in outcomes, value


def _compares(test: Check, value: str) -> bool:
    compare, _ = OPERATORS[test.operator]
    try:
        return compare(test.text, value, lambda _: None)
    except (ValueError, OverflowError):
        return False
