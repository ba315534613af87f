"""The environment variables that turn an AWS client into a client of the sandbox, and of nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = "127.0.0.1"


def client_variables(endpoint: str, region: str) -> dict[str, str]:
    """Return the variables that point the SDKs, the AWS CLI and Terraform's provider at the endpoint.

    The two configuration files are set to the null device because a person's `~/.aws/config` may name an endpoint, a
    role to assume or a certificate bundle for the default profile, and would be used with the test credentials.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def child_environment(parent: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the parent's environment without its own AWS settings, and with the sandbox's.

    Every `AWS_*` variable goes, not only the known ones: a profile, a session token, an endpoint for one service or a
    certificate bundle left behind would send part of the calls to the real account, or make them fail.
    """
    kept = {name: value for name, value in parent.items() if not name.startswith("AWS_")}
    for name in ("NO_PROXY", "no_proxy"):
        # botocore sends even loopback addresses through HTTP_PROXY unless they are listed here.
        kept[name] = ",".join(filter(None, [kept.get(name, ""), LOOPBACK]))
    return kept | dict(variables)
