"""AWS: clients, and what goes wrong with them in our words."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import POLICY, RetryPolicy, TransientError, retry, retry_after
from workers.frame.stopping import Stop

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3

CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=32,
    user_agent_extra="punctual-workers",
)

THROTTLING = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KMSThrottling",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
TRANSIENT = {
    "InternalError",
    "InternalFailure",
    "InternalException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
}
MISSING = {"404", "NoSuchBucket", "NoSuchKey", "NotFound", "ParameterNotFound", "ResourceNotFoundException"}
DENIED = {
    "401",
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "Forbidden",
    "InvalidClientTokenId",
    "KMSAccessDenied",
    "UnrecognizedClientException",
}
CHANGED = {"412", "PreconditionFailed"}


class Clients:
    """Clients of AWS services, made when first asked for; any thread may ask.

    Region, credentials and endpoints come from the environment as boto3 reads it: `AWS_REGION`, the task's role,
    `AWS_ENDPOINT_URL`.
    """

    def __init__(self, retries: int = ATTEMPTS) -> None:
        """Make nothing yet; each call is tried so often by botocore itself, within seconds."""
        self._config = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": retries}))
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    @functools.cached_property
    def session(self) -> boto3.Session:
        """The session of all clients."""
        return boto3.Session()

    @property
    def region(self) -> str:
        """The region; WrongInputError where none is set."""
        # ECS and Batch set AWS_REGION; boto3 reads AWS_DEFAULT_REGION and the profile.
        region = os.environ.get("AWS_REGION") or self.session.region_name
        if region is None:
            raise WrongInputError(Problem("region-missing", "No AWS region is set", "AWS_REGION is not set"))
        return region

    def client(self, service: str) -> Any:
        """Return the client of a service (`s3`, `events`, ...)."""
        with self._lock:
            if service not in self._made:
                region = self.region
                self._made[service] = self.session.client(service, region_name=region, config=self._config)  # type: ignore[call-overload]
            return self._made[service]

    def once(self, service: str, region: str) -> Any:
        """Return a client that tries each call once, in that region: for what must not happen twice."""
        with self._lock:
            name = f"{service} once in {region}"
            if name not in self._made:
                config = self._config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
                self._made[name] = self.session.client(service, region_name=region, config=config)  # type: ignore[call-overload]
            return self._made[name]

    @property
    def s3(self) -> S3Client:
        """Objects."""
        client: S3Client = self.client("s3")
        return client

    @property
    def ssm(self) -> SSMClient:
        """Parameters."""
        client: SSMClient = self.client("ssm")
        return client

    @property
    def sns(self) -> SNSClient:
        """Notifications."""
        client: SNSClient = self.client("sns")
        return client

    @property
    def events(self) -> EventBridgeClient:
        """Events."""
        client: EventBridgeClient = self.client("events")
        return client


@contextlib.contextmanager
def translated(doing: str, *, instance: str | None = None) -> Iterator[None]:
    """Raise what boto raises in our words.

    Args:
        doing: what is tried, after "cannot": "read s3://bucket/key".
        instance: what it happens to.

    Raises:
        TransientError: throttled, an error of the service, no connection: may go better the next time.
        WrongInputError: what is asked for is not there, or not as AWS wants it.
        ServiceDownError: no permission, no credentials.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(error, doing, instance) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        detail = f"cannot {doing}: {error}"
        raise ServiceDownError(Problem("credentials-missing", "No AWS credentials", detail, None, instance)) from error
    except NoRegionError as error:
        raise WrongInputError(Problem("region-missing", "No AWS region is set", "AWS_REGION is not set")) from error
    except (BotoConnectionError, HTTPClientError, IncompleteReadError) as error:
        detail = f"cannot {doing}: {error}"
        raise TransientError(Problem("aws-unreachable", "AWS does not answer", detail, None, instance)) from error
    except FlexibleChecksumError as error:
        problem = Problem("corrupted", "What arrived is not what was sent", f"cannot {doing}: {error}", None, instance)
        raise ServiceDownError(problem) from error
    except BotoCoreError as error:
        detail = f"cannot {doing}: {error}"
        raise WrongInputError(Problem("aws-call-wrong", "A call to AWS is wrong", detail, None, instance)) from error


def _of_answer(error: ClientError, doing: str, instance: str | None) -> Exception:
    answer: Mapping[str, Any] = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    message = str(answer.get("Error", {}).get("Message", ""))
    metadata = answer.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    more = {"code": code} | ({"request_id": metadata["RequestId"]} if metadata.get("RequestId") else {})

    def problem(kind: str, title: str) -> Problem:
        return Problem(kind, title, f"cannot {doing}: {code}: {message}", status, instance, more)

    if code in THROTTLING or status == 429:
        return TransientError(
            problem("aws-throttled", "AWS asks for fewer calls"), retry_after(metadata.get("HTTPHeaders", {}))
        )
    if code in TRANSIENT or (isinstance(status, int) and status >= 500):
        return TransientError(
            problem("aws-error", "AWS has an error of its own"), retry_after(metadata.get("HTTPHeaders", {}))
        )
    if code in MISSING or status == 404:
        return WrongInputError(problem("not-found", "What is asked for is not there"))
    if code in CHANGED or status == 412:
        return WrongInputError(problem("changed", "It changed meanwhile"))
    if code in DENIED or status in {401, 403}:
        return ServiceDownError(problem("access-denied", "AWS denies access"))
    return WrongInputError(problem("aws-call-wrong", "A call to AWS is wrong"))


async def call(
    doing: str,
    function: Callable[P, T],
    stop: Stop | None = None,
    policy: RetryPolicy = POLICY,
    **arguments: Any,
) -> T:
    """Call a method of a boto3 client in a thread, again while AWS throttles, has errors or does not answer.

    Raises:
        WrongInputError, ServiceDownError, StoppedError: as `translated` and `retry` have it.
    """

    def attempt() -> T:
        with translated(doing):
            return function(**arguments)  # type: ignore[call-arg]

    return await retry(lambda: asyncio.to_thread(attempt), policy, stop)


PARAMETERS_A_CALL = 10  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html


async def read_parameters(clients: Clients, names: Sequence[str], stop: Stop | None = None) -> dict[str, str]:
    """Return the decrypted values of SSM parameters by name; one that is not there is left out."""
    values: dict[str, str] = {}
    for start in range(0, len(names), PARAMETERS_A_CALL):
        some = list(names[start : start + PARAMETERS_A_CALL])
        doing = f"read SSM parameters {', '.join(some)}"
        answer = await call(doing, clients.ssm.get_parameters, stop, Names=some, WithDecryption=True)
        values |= {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
    return values
