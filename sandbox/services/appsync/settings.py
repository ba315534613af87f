"""What the stand-in of AppSync is told beside its API."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox.server import DEFAULT_ACCOUNT, DEFAULT_REGION


class Settings(BaseModel):
    """How it behaves, and which API it takes itself to be.

    Attributes:
        versioned: whether conflict detection is on: `_version` and the like.
        empty_page_every: each so-many-th page of a list is empty and has a `nextToken`; 0 for none.
        api_keys: those that it takes in `x-api-key`.
        denied: fields that the resolvers themselves refuse, whoever asks, like `Query.listChannels`.
        sandbox: address of the sandbox that gave out the credentials; without one only `test` is known.
        region: of the API; signatures are for it.
        account: of the API.
        partition: of the API's ARN.
        api_id: of the API.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    versioned: bool = False
    empty_page_every: int = Field(default=0, ge=0)
    api_keys: frozenset[str] = frozenset({"test"})
    denied: frozenset[str] = frozenset()
    sandbox: str | None = None
    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    partition: str = "aws"
    api_id: str = "sandbox"

    @field_validator("empty_page_every")
    @classmethod
    def _ends(cls, value: int) -> int:
        if value == 1:
            raise ValueError("if each page were empty, a list would never end: choose 2 or more, or 0 for none")
        return value

    def arn(self, type_name: str, field: str) -> str:
        """Return the ARN of a field, which `appsync:GraphQL` is allowed on (Service Authorization Reference)."""
        api = f"arn:{self.partition}:appsync:{self.region}:{self.account}:apis/{self.api_id}"
        return f"{api}/types/{type_name}/fields/{field}"
