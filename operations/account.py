"""The account that a command acts in: the sandbox's unless the real one is meant, and never another environment's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness import live as guard
from harness.errors import EnvironmentFailedError, WrongUseError

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient

    from operations.environment import Environment

_CONFIG: Final = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=10, read_timeout=30)
# What services say of what is not there.
_MISSING: Final = frozenset({"ResourceNotFoundException", "NoSuchEntity"})


@dataclass(frozen=True)
class Account:
    """Clients of an environment's account.

    Attributes:
        live: whether it is the real one.
        caller: ARN of whoever calls.
    """

    session: boto3.Session
    region: str
    live: bool
    caller: str

    def events(self, region: str | None = None) -> EventBridgeClient:
        """Return the client of EventBridge, in the environment's region unless another is given."""
        client: EventBridgeClient = _client(self.session, "events", region or self.region)
        return client

    def batch(self, region: str | None = None) -> BatchClient:
        """Return the client of Batch, likewise."""
        client: BatchClient = _client(self.session, "batch", region or self.region)
        return client

    def ecs(self, region: str | None = None) -> ECSClient:
        """Return the client of ECS, likewise."""
        client: ECSClient = _client(self.session, "ecs", region or self.region)
        return client

    def iam(self) -> IAMClient:
        """Return the client of IAM, which has no regions."""
        client: IAMClient = _client(self.session, "iam", self.region)
        return client


def enter(environment: Environment, *, live: bool) -> Account:
    """Return the account of an environment, after checking that credentials or endpoint are the environment's.

    Raises:
        WrongUseError: they are another account's, or lead elsewhere than `live` says.
        EnvironmentFailedError: there are no working credentials, or the sandbox does not answer.
    """
    session = boto3.Session(region_name=environment.region)
    if live:
        caller = guard.require_account(environment.account, environment.region, os.environ)
        return Account(session, environment.region, live, caller)
    endpoint = guard.require_sandbox(os.environ)
    try:
        identity = session.client("sts", config=_CONFIG).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentFailedError(f"the sandbox at {endpoint} does not answer: {error}") from None
    if identity["Account"] != environment.account:
        raise WrongUseError(
            f"the sandbox at {endpoint} stands for account {identity['Account']}, and {environment.name} is in "
            f"{environment.account}: `make apply ENV={environment.name}` starts the right one"
        )
    return Account(session, environment.region, live, identity["Arn"])


def is_missing(error: ClientError) -> bool:
    """Tell whether a service says that what was asked for is not there."""
    return error.response.get("Error", {}).get("Code", "") in _MISSING


def words(error: ClientError | BotoCoreError) -> str:
    """Return what went wrong with a call, which call it was, and what may help."""
    if not isinstance(error, ClientError):
        return str(error)
    details = error.response.get("Error", {})
    code, message = details.get("Code", ""), details.get("Message", "")
    hint = "; whoever runs this needs that right" if code.startswith(("AccessDenied", "UnauthorizedOperation")) else ""
    return f"{error.operation_name}: {code}: {message}{hint}"


@lru_cache(maxsize=64)
def _client(session: boto3.Session, service: str, region: str) -> Any:
    return session.client(service, region_name=region, config=_CONFIG)  # type: ignore[call-overload]
