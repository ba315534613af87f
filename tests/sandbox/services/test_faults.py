"""Scripts of faults: who is struck, by what, and what of the work is done all the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from sandbox.errors import WrongUseError
from sandbox.services import transport
from sandbox.services.content_id import errors
from sandbox.services.faults import Faults
from sandbox.services.kinds import Effect, Fault
from tests.sandbox.services.api import ASSET, Api, run


async def struck(
    scripts: list[dict[str, Any]], requests: list[dict[str, str]], service: str = "s"
) -> list[Fault | None]:
    faults = Faults()
    faults.know("s", errors.KINDS)
    faults.know("other", {})
    for script in scripts:
        await faults.questions()["script"]({"service": "s", "kind": "throttle"} | script)
    return [await faults.next(service, facts) for facts in requests]


def numbers(script: dict[str, Any], count: int = 30, **facts: str) -> list[int]:
    """Return which of so many requests are struck, from 1."""
    found = asyncio.run(struck([script], [facts] * count))
    return [number for number, fault in enumerate(found, 1) if fault is not None]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({}, [*range(1, 31)]),
        ({"times": 3}, [1, 2, 3]),
        ({"after": 27}, [28, 29, 30]),
        ({"every": 10}, [10, 20, 30]),
        ({"every": 5, "after": 7, "times": 2}, [12, 17]),
    ],
)
def test_which_requests_are_struck(script: dict[str, Any], expected: list[int]) -> None:
    assert numbers(script) == expected


def test_share_is_drawn_from_the_seed() -> None:
    some = numbers({"share": 0.1, "seed": 1}, 10_000)
    assert 850 < len(some) < 1150
    assert some == numbers({"share": 0.1, "seed": 1}, 10_000)
    assert some != numbers({"share": 0.1, "seed": 2}, 10_000)
    assert len(numbers({"share": 0.1, "times": 5}, 10_000)) == 5
    assert all(number % 10 == 0 for number in numbers({"share": 0.5, "every": 10}, 1000))


def test_requests_that_do_not_match_are_not_even_counted() -> None:
    requests = [{"item": "A1"}, {"item": "A2"}, {"item": "A1", "operation": "get"}] * 2
    found = asyncio.run(struck([{"where": {"item": "A1"}, "every": 2}], requests))
    assert [fault is not None for fault in found] == [False, False, True, False, False, True]
    assert asyncio.run(struck([{}], [{}], service="other")) == [None]


def test_first_script_that_strikes_wins() -> None:
    found = asyncio.run(struck([{"every": 2}, {"kind": "not-found"}], [{}] * 3))
    assert [fault and fault.kind for fault in found] == ["not-found", "throttle", "not-found"]


def test_mixed_draws_every_kind_that_does_not_end_the_work() -> None:
    script = {"kind": "mixed", "share": 0.5, "seed": 3, "seconds": 0}
    requests = [{"item": f"A{number}"} for number in range(40_000)]
    found = [fault for fault in asyncio.run(struck([script], requests)) if fault is not None]
    kinds = Counter(fault.kind for fault in found)
    every = errors.KINDS | transport.KINDS
    assert kinds.keys() == {
        name for name, kind in every.items() if kind.effect is not Effect.ENDS and name not in ("hold", "slow")
    }, "slow is over when next returns, and strikes no more"
    assert {fault.shape for fault in found} == {"legacy", "newer", "both"}
    assert {fault.headers().keys() >= {"Retry-After"} for fault in found} == {True, False}
    often = [times for kind, times in kinds.items() if every[kind].weight == 1]
    assert max(often) < 1.3 * min(often)
    assert kinds["token-expired"] < 0.1 * min(often)


def test_mixed_refuses_an_item_for_ever() -> None:
    """So that "everything that can be done is done" has an answer, whatever the order of requests."""

    async def scenario() -> None:
        faults = Faults()
        faults.know("s", errors.KINDS)
        await faults.questions()["script"]({"service": "s", "kind": "mixed", "share": 0.3, "seconds": 0})
        first: dict[str, Fault] = {}
        for _ in range(5):
            for number in range(200):
                fault = await faults.next("s", {"item": f"A{number}"})
                if f"A{number}" in first:
                    assert fault == first[f"A{number}"]
                elif (
                    fault is not None and errors.KINDS.get(fault.kind, transport.KINDS["slow"]).effect is Effect.REFUSES
                ):
                    first[f"A{number}"] = fault
        (listed,) = (await faults.questions()["list"]({}))["scripts"]
        assert listed["refused"] == sorted(first)
        assert first
        assert await faults.questions()["clear"]({}) == {"cleared": 1}
        assert await faults.next("s", {"item": min(first)}) is None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ({"service": "nothing"}, "'nothing' is no service; there are other, s"),
        ({"kind": "quotas"}, "'quotas' is no kind of fault of s; there are .*quota,.*mixed"),
        ({"share": 0}, "share: "),
        ({"share": 1.1}, "share: "),
        ({"times": 0}, "times: "),
        ({"shape": "old"}, "shape: "),
        ({"often": 1}, "often: Extra inputs"),
    ],
)
def test_script_that_is_wrong(script: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongUseError, match=said):
        asyncio.run(struck([script], []))


def test_scripts_are_listed_and_cleared() -> None:
    async def scenario(api: Api) -> None:
        one, two = await api.strike("throttle", times=1), await api.strike("not-found")
        await api.patch()
        await api.patch()
        scripts = (await api.ask("faults/list"))["scripts"]
        assert [(each["number"], each["kind"], each["seen"], each["struck"]) for each in scripts] == [
            (one, "throttle", 2, {"throttle": 1}),
            (two, "not-found", 2, {"not-found": 1}),
        ]
        assert (await api.ask("faults/clear", number=two)) == {"cleared": 1}
        assert (await api.patch()).status == 200
        with pytest.raises(WrongUseError, match=f"there is no script {two}"):
            await api.ask("faults/clear", number=two)
        assert await api.ask("faults/clear", service="other") == {"cleared": 0}
        assert await api.ask("faults/clear") == {"cleared": 1}

    run(scenario)


# kind: status, 0 for none; whether the change was made
OF_THE_CONNECTION = {
    "reset-before": (0, False),
    "reset-after": (0, True),
    "cut-off": (0, True),
    "truncated-json": (200, True),
    "empty-200": (200, True),
    "empty-503": (503, False),
    "html-502": (502, False),
}


def test_all_kinds_of_the_connection_are_tested() -> None:
    assert OF_THE_CONNECTION.keys() | {"slow", "hold"} == transport.KINDS.keys()


def test_faults_of_the_connection() -> None:
    async def scenario(api: Api) -> None:
        for kind, (status, is_changed) in OF_THE_CONNECTION.items():
            await api.patch("before")
            await api.strike(kind, times=1)
            answer = await api.patch(kind)
            assert answer.status == status, kind
            assert await api.custom_id() == (kind if is_changed else "before"), kind
            assert (await api.patch("again")).status == 200, kind
            assert (await api.statistics())["answers"][f"assets.patch {kind}"] == 1
            if kind.startswith("reset"):
                assert answer.failure == "ClientOSError", "ECONNRESET, not an orderly end"
            if kind == "cut-off":
                assert answer.failure == "ClientPayloadError"
            if kind == "truncated-json":
                with pytest.raises(ValueError, match="line 1"):
                    answer.json  # noqa: B018 - it is read
            if kind == "html-502":
                assert dict(answer.headers)["Content-Type"].startswith("text/html")
            if kind.startswith("empty"):
                assert answer.body == ""

    run(scenario)


def test_refusal_of_a_real_error_stays_what_it_is_on_the_way() -> None:
    """A fault after the change does not make one of what the API refuses."""

    async def scenario(api: Api) -> None:
        await api.strike("reset-after", times=1)
        assert (await api.patch(asset="A404")).status == 0
        assert (await api.statistics())["patches"] == 0

    run(scenario)


def test_held_answer_comes_when_the_fault_is_cleared() -> None:
    async def scenario(api: Api) -> None:
        await api.strike("hold", where={"item": ASSET})
        held = asyncio.create_task(api.patch("held"))
        while not (await api.statistics())["requests"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert not held.done()
        assert await api.custom_id() == "old"
        await api.ask("faults/clear")
        assert (await held).status == 200
        assert await api.custom_id() == "held"

    run(scenario)


def test_slow_answer() -> None:
    async def scenario(api: Api) -> None:
        await api.strike("slow", times=1, seconds=0.2)
        before = asyncio.get_running_loop().time()
        assert (await api.patch()).status == 200
        assert asyncio.get_running_loop().time() - before >= 0.2

    run(scenario)


def test_client_that_leaves_is_counted_and_its_change_is_made() -> None:
    """It may have timed out, or been killed: the API does not know, and goes on."""

    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", latency_seconds=0.1)
        sent = asyncio.create_task(api.patch("late"))
        while not (await api.statistics())["requests"]:
            await asyncio.sleep(0.01)
        sent.cancel()
        while (await api.statistics())["answers"] != {"assets.patch 200": 1}:
            await asyncio.sleep(0.01)
        assert await api.custom_id() == "late"

    run(scenario)
