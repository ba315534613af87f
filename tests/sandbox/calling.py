"""AWS clients of a sandbox."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config

from sandbox import server

Client = Callable[[str], Any]


def clients(box: server.Sandbox, credentials: Mapping[str, Any] | None = None) -> Client:
    """Return a function that makes a client of one service, with the keys `test` or those that STS gave."""
    given = credentials or {"AccessKeyId": "test", "SecretAccessKey": "test"}

    @functools.cache  # making one takes a while
    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=box.endpoint,
            region_name=box.region,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(retries={"mode": "standard"}),
        )

    return client
