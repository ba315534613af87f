"""Whole runs against the sandbox's stand-in of AppSync, which reads the documents, checks signatures and has faults."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.services import running
from tests.workers.channelbackfill.surroundings import Surroundings, surroundings

COUNT = 40
FILE = "channelID,customID,displayName\n" + "".join(f"UC{n},custom-{n},Channel {n}\n" for n in range(COUNT))


@pytest.fixture(scope="module")
def services() -> Iterator[running.Running]:
    with running.start() as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(services: running.Running) -> Iterator[None]:
    yield
    services.ask("faults/clear")
    services.ask("appsync/put", channels=[], replace=True)
    services.ask("appsync/settings", versioned=False, empty_page_every=0)
    services.ask("appsync/reset")


@pytest.fixture
def around(tmp_path: Path, services: running.Running) -> Iterator[Surroundings]:
    with surroundings(tmp_path) as made:
        made.graphql.url = services.urls["GRAPHQL_URL"]
        made.write(FILE)
        yield made


def stored(services: running.Running) -> dict[str, tuple[str, str]]:
    """The channels that are not deleted, by YouTube's id."""
    channels: list[dict[str, Any]] = services.ask("appsync/channels")["channels"]
    living = [channel for channel in channels if not channel.get("_deleted")]
    found = {channel["channelId"]: (channel["customId"], channel["displayName"]) for channel in living}
    assert len(found) == len(living), "one record for each channel"
    return found


WANTED = {f"UC{n}": (f"custom-{n}", f"Channel {n}") for n in range(COUNT)}


@pytest.mark.parametrize("versioned", [False, True], ids=["plain", "versioned"])
def test_signed_runs_write_what_differs_once(around: Surroundings, services: running.Running, versioned: bool) -> None:
    services.ask("appsync/settings", versioned=versioned, empty_page_every=2)
    there = [{"channelId": f"UC{n}", "customId": "old", "displayName": f"Channel {n}"} for n in range(0, COUNT, 4)]
    services.ask("appsync/put", channels=there)
    flags = ["--graphql-versioned"] if versioned else []
    code, _ = around.run(*flags)
    assert code == 0
    assert stored(services) == WANTED
    fields = services.ask("appsync/reset")["fields"]
    assert (fields["Mutation.createChannel"], fields["Mutation.updateChannel"]) == (COUNT * 3 // 4, COUNT // 4)
    code, _ = around.run(*flags)
    assert code == 0
    assert set(services.ask("appsync/statistics")["fields"]) == {"Query.listChannels"}


def test_faults_cost_time_and_nothing_else(around: Surroundings, services: running.Running) -> None:
    """Also where the answer is lost after the change was made."""
    for kind in ("throttle", "internal", "table-throttle", "timeout", "reset-after", "truncated-json", "html-502"):
        services.ask("faults/script", service="appsync", kind=kind, every=15, times=2)
    code, _ = around.run("--concurrency", "16")
    assert code == 0
    assert stored(services) == WANTED
    assert around.event()["detail"]["processedCount"] == COUNT
    assert services.ask("appsync/statistics")["requests"] > COUNT + 1


def test_an_api_without_versions_is_told_from_one_with(around: Surroundings, services: running.Running) -> None:
    code, _ = around.run("--graphql-versioned")
    assert code == 2
    assert "is GRAPHQL_VERSIONED right" in around.event()["detail"]["reason"]


def test_what_was_deleted_is_there_again(around: Surroundings, services: running.Running) -> None:
    """A versioned API keeps the id of a deleted record, so that it cannot be created anew."""
    services.ask("appsync/settings", versioned=True)
    assert around.run("--graphql-versioned")[0] == 0
    for n in range(3):
        delete = "mutation Delete($input: DeleteChannelInput!) { deleteChannel(input: $input) { id } }"
        body = json.dumps({"query": delete, "variables": {"input": {"id": f"UC{n}", "_version": 1}}}).encode()
        headers = {"x-api-key": "test", "Content-Type": "application/json"}
        request = urllib.request.Request(services.urls["GRAPHQL_URL"], body, headers)  # noqa: S310 loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert "errors" not in json.load(answer)
    assert len(stored(services)) == COUNT - 3
    around.entries.clear()
    assert around.run("--graphql-versioned")[0] == 0
    assert stored(services) == WANTED
    assert around.event()["detail"]["processedCount"] == COUNT
