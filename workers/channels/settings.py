"""Where the GraphQL API is, and how to ask it."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, model_validator

from workers.frame.settings import ServiceUrl, WorkerSettings


class GraphqlAuth(StrEnum):
    """How a request says who sends it."""

    IAM = "iam"
    API_KEY = "api-key"


class GraphqlSettings(WorkerSettings):
    """Settings of a worker that asks the GraphQL API."""

    graphql_url: ServiceUrl = Field(description="address of the GraphQL API")
    graphql_auth: GraphqlAuth = Field(
        GraphqlAuth.IAM, description="iam signs with the task role's credentials, api-key sends GRAPHQL_API_KEY"
    )
    graphql_api_key: SecretStr | None = Field(None, description="the API key, for GRAPHQL_AUTH=api-key")
    graphql_versioned: bool = Field(
        default=False,
        description="whether the API has conflict detection, so that its types have _version and _deleted",
    )

    @model_validator(mode="after")
    def _key_if_and_only_if_asked_for(self) -> Self:
        if (self.graphql_auth is GraphqlAuth.API_KEY) != (self.graphql_api_key is not None):
            raise ValueError("GRAPHQL_API_KEY is needed for GRAPHQL_AUTH=api-key, and for nothing else")
        return self
