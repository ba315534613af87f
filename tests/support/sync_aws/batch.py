"""AWS Batch: job definitions and their revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.sync_aws.errors import Refusal
from tests.support.sync_aws.pages import Paging, unordered


@dataclass
class Batch:
    """Batch of one account and region; `revisions` has the status of each revision of each name."""

    account: str
    region: str
    paging: Paging
    revisions: dict[str, dict[int, str]] = field(default_factory=dict)

    def arn(self, name: str) -> str:
        return f"arn:aws:batch:{self.region}:{self.account}:job-definition/{name}"

    def describe_job_definitions(self, asked: dict[str, Any]) -> dict[str, Any]:
        """List revisions in no order; a name that there is none of makes an empty list, as AWS has it."""
        if asked.get("maxResults", 1) not in range(1, 101):
            raise Refusal("ClientException", "maxResults must be between 1 and 100.")
        wanted = asked.get("jobDefinitionName")
        found = {
            f"{name}:{revision}": (name, revision, status)
            for name, revisions in self.revisions.items()
            for revision, status in revisions.items()
            if wanted in {None, name} and asked.get("status") in {None, status}
        }
        names = unordered(found, self.region)
        page, token = self.paging.page(names, asked=asked.get("maxResults"), most=100, token=asked.get("nextToken"))
        described = [
            {
                "jobDefinitionName": name,
                "jobDefinitionArn": f"{self.arn(name)}:{revision}",
                "revision": revision,
                "status": status,
                "type": "container",
            }
            for name, revision, status in (found[key] for key in page)
        ]
        return {"jobDefinitions": described} | ({"nextToken": token} if token else {})

    def register_job_definition(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make the next revision; a number is never used again, not after its revision was deregistered either."""
        revisions = self.revisions.setdefault(asked["jobDefinitionName"], {})
        revision = max(revisions, default=0) + 1
        revisions[revision] = "ACTIVE"
        name = asked["jobDefinitionName"]
        return {"jobDefinitionName": name, "jobDefinitionArn": f"{self.arn(name)}:{revision}", "revision": revision}

    def deregister_job_definition(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, _, revision = asked["jobDefinition"].rpartition("/")[2].partition(":")
        if int(revision) in self.revisions.get(name, {}):
            self.revisions[name][int(revision)] = "INACTIVE"
        return {}
