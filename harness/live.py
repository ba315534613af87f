"""The guard between the sandbox and a real account: neither is ever entered by accident."""

from __future__ import annotations

import ipaddress
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.errors import EnvironmentFailedError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping


def require_sandbox(environment: Mapping[str, str]) -> str:
    """The endpoint of the sandbox; without one on loopback, nothing may run.

    Raises:
        WrongUseError: ``AWS_ENDPOINT_URL`` is missing or is not on this machine, or a service has one of its own.
    """
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if not on_loopback(endpoint):
        raise WrongUseError(
            f"AWS_ENDPOINT_URL is {endpoint or 'not set'}, not a sandbox on this machine: use `make plan ENV=...`, "
            "which starts one, or say LIVE=1 to mean the real account"
        )
    stray = sorted(key for key in environment if key.startswith("AWS_ENDPOINT_URL_"))
    if stray:
        raise WrongUseError(f"{', '.join(stray)} would send some calls elsewhere than to the sandbox: unset it")
    return endpoint


def on_loopback(endpoint: str) -> bool:
    """Whether a URL names an address of this machine only."""
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_account(account: str, region: str, environment: Mapping[str, str]) -> str:
    """Check that the caller's credentials are for the environment's account, and return who the caller is.

    Raises:
        WrongUseError: an endpoint is set, so this would not be the real AWS; or the credentials are another account's.
        EnvironmentFailedError: there are no working credentials.
    """
    import boto3  # noqa: PLC0415 - loading it takes longer than all else here, and the sandbox does without
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    redirected = sorted(key for key in environment if key.startswith("AWS_ENDPOINT_URL"))
    if redirected:
        raise WrongUseError(f"LIVE=1, but {', '.join(redirected)} is set, so this would not be the real AWS: unset it")
    try:
        identity = boto3.client("sts", region_name=region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentFailedError(
            f"LIVE=1 needs credentials for account {account}: {error}\n"
            "  what to do: `aws sso login`, or set AWS_PROFILE, then try again"
        ) from None
    if identity["Account"] != account:
        raise WrongUseError(
            f"LIVE=1: your credentials are for account {identity['Account']}, not {account}: {identity['Arn']}"
        )
    return identity["Arn"]


def confirm(environment: str, account: str) -> None:
    """Ask for the environment's name before the real account is changed; a pipeline says YES=1 instead.

    Raises:
        WrongUseError: nobody is here to ask, or the answer is another.
    """
    if not sys.stdin.isatty():
        raise WrongUseError("this changes the real account and nobody is here to ask: say YES=1 to mean it")
    # Not by `input`: standard output may be JSON for a program.
    print(
        f"This changes the real account {account}. Type {environment} to go on: ", end="", file=sys.stderr, flush=True
    )
    if sys.stdin.readline().strip() != environment:
        raise WrongUseError("nothing was changed")
