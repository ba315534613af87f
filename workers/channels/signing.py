"""How a request to the GraphQL API says who sends it: signed with the task role's credentials, or with an API key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError

from workers.frame.problems import Problem, ServiceDownError
from workers.frame.retries import TransientError

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from pydantic import SecretStr

    from workers.frame.aws import Clients

SERVICE = "appsync"
CONTENT = {"Content-Type": "application/json"}


class Signer(Protocol):
    """What makes a request's headers."""

    async def headers(self, url: str, body: bytes, /) -> dict[str, str]:
        """Return the headers of a POST of this body."""
        ...


@dataclass(frozen=True, slots=True)
class ApiKeySigner:
    """Sends an API key of the GraphQL API."""

    key: SecretStr

    async def headers(self, _url: str, _body: bytes, /) -> dict[str, str]:
        """Return the headers of a request with the key."""
        return CONTENT | {"x-api-key": self.key.get_secret_value()}


@dataclass(frozen=True, slots=True)
class RoleSigner:
    """Signs with AWS Signature Version 4, each request with the credentials of its time: a task role's change."""

    credentials: Credentials
    region: str

    @classmethod
    def of(cls, clients: Clients) -> RoleSigner:
        """Return what signs with the credentials that boto3 finds; it blocks.

        Raises:
            ServiceDownError: there are none.
            WrongInputError: no region is set.
        """
        credentials = clients.session.get_credentials()
        if credentials is None:
            detail = "requests to the GraphQL API are to be signed, and no AWS credentials are found"
            raise ServiceDownError(Problem("credentials-missing", "No AWS credentials", detail))
        return cls(credentials, clients.region)

    async def headers(self, url: str, body: bytes, /) -> dict[str, str]:
        """Return the headers of a request with its signature.

        Raises:
            TransientError: the credentials have expired and new ones are not to be had.
        """
        try:
            # In a thread, for this asks the container's credentials endpoint when they are about to expire.
            return await asyncio.to_thread(self._signed, url, body)
        except BotoCoreError as error:
            problem = Problem("no-credentials", "The task role's credentials are not to be had", str(error))
            raise TransientError(problem, None) from error

    def _signed(self, url: str, body: bytes) -> dict[str, str]:
        request = AWSRequest("POST", url, headers=dict(CONTENT), data=body)
        SigV4Auth(self.credentials.get_frozen_credentials(), SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())
