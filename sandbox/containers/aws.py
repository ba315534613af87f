"""AWS as ECS's own agent reaches it: the server's endpoint, with credentials that may do anything.

Whether a role may do what is done in its name is asked of `permissions` before.
"""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from sandbox.environment import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

_MAKING = threading.Lock()  # boto3's clients may be shared by threads, but not made by two at once
_CONNECTIONS = 50


def endpoint() -> str:
    """Return the address of this very server."""
    return f"http://{LOOPBACK}:{os.environ['MOTO_PORT']}"


@functools.cache
def client(service: str, region: str) -> Any:
    """Return a client of one service of the sandbox; nothing is tried twice."""
    with _MAKING:
        make: Callable[..., Any] = boto3.session.Session().client
        return make(
            service,
            endpoint_url=endpoint(),
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - no secret: the sandbox's one caller
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=_CONNECTIONS, proxies={}),
        )
