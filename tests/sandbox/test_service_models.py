"""What botocore reads of a service is read once, however many sessions a process makes."""

from __future__ import annotations

import functools

import boto3
import botocore.session
import pytest
from botocore.loaders import JSONFileLoader, create_loader

from sandbox import service_models


def test_a_second_session_reads_nothing_and_gets_a_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.session, "create_loader", botocore.session.create_loader)
    monkeypatch.setattr(service_models, "_kept", functools.cache(create_loader))
    service_models.keep()
    read: list[str] = []
    load = JSONFileLoader.load_file

    def load_file(loader: JSONFileLoader, path: str) -> object:
        found = load(loader, path)
        read.extend([path] if found is not None else [])
        return found

    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)

    def client(access_key: str) -> object:
        session = boto3.session.Session(access_key, "secret", region_name="eu-west-1")
        return session.client("sqs", endpoint_url="http://127.0.0.1:1")

    first, before = client("one"), len(read)
    second = client("two")
    assert before > 0
    assert len(read) == before
    assert first is not second
    paths = boto3.session.Session()._session.get_component("data_loader").search_paths
    assert len(paths) <= len(set(paths)) + 1, "each session's own path is there once, however many sessions there were"
