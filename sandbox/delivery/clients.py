"""AWS clients of this very server: what is delivered goes through AWS's own API, as any other caller's calls do."""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from sandbox.environment import LOOPBACK

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

_MAKING = threading.Lock()  # boto3's clients may be shared by threads, but not made by two at once
_CONNECTIONS = 50


@functools.cache
def batch(region: str) -> BatchClient:
    """Return a client of AWS Batch."""
    client: BatchClient = _client("batch", region)
    return client


@functools.cache
def cloudwatch(region: str) -> Any:
    """Return a client of CloudWatch, for whose types there is no package here."""
    return _client("cloudwatch", region)


@functools.cache
def ecs(region: str) -> ECSClient:
    """Return a client of ECS."""
    client: ECSClient = _client("ecs", region)
    return client


@functools.cache
def kms(region: str) -> KMSClient:
    """Return a client of KMS."""
    client: KMSClient = _client("kms", region)
    return client


@functools.cache
def logs(region: str) -> CloudWatchLogsClient:
    """Return a client of CloudWatch Logs."""
    client: CloudWatchLogsClient = _client("logs", region)
    return client


@functools.cache
def secrets_manager(region: str) -> SecretsManagerClient:
    """Return a client of Secrets Manager."""
    client: SecretsManagerClient = _client("secretsmanager", region)
    return client


@functools.cache
def sns(region: str) -> SNSClient:
    """Return a client of SNS."""
    client: SNSClient = _client("sns", region)
    return client


@functools.cache
def sqs(region: str) -> SQSClient:
    """Return a client of SQS."""
    client: SQSClient = _client("sqs", region)
    return client


@functools.cache
def ssm(region: str) -> SSMClient:
    """Return a client of Systems Manager."""
    client: SSMClient = _client("ssm", region)
    return client


@functools.cache
def sts(region: str) -> STSClient:
    """Return a client of STS."""
    client: STSClient = _client("sts", region)
    return client


def endpoint() -> str:
    """Return the address of this very server."""
    return f"http://{LOOPBACK}:{os.environ['MOTO_PORT']}"


def _client(service: Any, region: str) -> Any:
    with _MAKING:
        # Not tried again here: retries are the delivery's own business, and are counted.
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=_CONNECTIONS, proxies={})
        return boto3.session.Session().client(
            service,
            region_name=region,
            endpoint_url=endpoint(),
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - no secret: the sandbox's one caller
            config=config,
        )
