"""AWS clients of a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from sandbox import server

Client = Callable[[str], Any]


def clients(box: server.Sandbox) -> Client:
    """Return a function that makes a client of one service."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=box.endpoint,
            region_name=box.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"mode": "standard"}),
        )

    return client
